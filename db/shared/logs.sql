-- The logs of all desks in one database. A desk may execute the functions of this schema and touch no table:
-- `push` takes a stretch of its log or refuses it whole, and never overwrites. What a reader finds here is
-- checked by the signatures in the records, not by trust in this server.

CREATE SCHEMA IF NOT EXISTS countersign;

CREATE TABLE IF NOT EXISTS countersign.logs (
    log text PRIMARY KEY CHECK (octet_length(log) <= 100),
    account name NOT NULL DEFAULT session_user, -- who brought it first: nobody else may add to it or freeze it
    size bigint NOT NULL DEFAULT 0,
    head text NOT NULL DEFAULT repeat('0', 64),
    frozen_at timestamptz
);

CREATE TABLE IF NOT EXISTS countersign.records (
    log text NOT NULL REFERENCES countersign.logs,
    seq bigint NOT NULL,
    digest text NOT NULL,
    bytes bytea NOT NULL CHECK (octet_length(bytes) <= 65535),
    PRIMARY KEY (log, seq)
);

CREATE TABLE IF NOT EXISTS countersign.checkpoints (
    log text NOT NULL REFERENCES countersign.logs,
    size bigint NOT NULL,
    note text NOT NULL CHECK (octet_length(note) <= 65536),
    PRIMARY KEY (log, size)
);

-- Other bytes for a place that is taken: evidence that two histories bear one name.
CREATE TABLE IF NOT EXISTS countersign.forks (
    log text NOT NULL REFERENCES countersign.logs,
    seq bigint NOT NULL,
    digest text NOT NULL,
    bytes bytea NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log, seq, digest)
);

-- What people decided, by document, so that two desks that decided the same one can be told.
CREATE TABLE IF NOT EXISTS countersign.documents (
    log text NOT NULL,
    case_id text NOT NULL,
    sha256 text NOT NULL,
    PRIMARY KEY (log, case_id)
);
CREATE INDEX IF NOT EXISTS ix_documents_sha256 ON countersign.documents (sha256);
CREATE TABLE IF NOT EXISTS countersign.decisions (
    log text NOT NULL,
    seq bigint NOT NULL,
    case_id text NOT NULL,
    kind text NOT NULL,
    person text NOT NULL,
    at text NOT NULL,
    PRIMARY KEY (log, seq)
);
CREATE INDEX IF NOT EXISTS ix_decisions_case ON countersign.decisions (log, case_id);

CREATE OR REPLACE FUNCTION countersign.push(
    a_log text, a_first bigint, a_previous text, a_records bytea[], a_sizes bigint[], a_notes text[]
) RETURNS TABLE (verdict text, size bigint, head text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held countersign.logs;
    before text := repeat('0', 64);
    known text;
    stored bytea;
    said json;
    place bigint;
    hash text;
BEGIN
    INSERT INTO countersign.logs (log) VALUES (a_log) ON CONFLICT DO NOTHING;
    SELECT * INTO held FROM countersign.logs l WHERE l.log = a_log FOR UPDATE;
    IF held.account <> session_user THEN
        RAISE EXCEPTION 'another account carries this log' USING ERRCODE = 'CS002';
    END IF;
    IF held.frozen_at IS NOT NULL THEN
        RETURN QUERY SELECT 'frozen', held.size, held.head;
        RETURN;
    END IF;
    IF a_first < 0 OR a_first > held.size THEN
        RETURN QUERY SELECT 'gap', held.size, held.head;
        RETURN;
    END IF;
    IF a_first > 0 THEN
        SELECT r.digest INTO before FROM countersign.records r WHERE r.log = a_log AND r.seq = a_first - 1;
        IF before IS NULL THEN
            RETURN QUERY SELECT 'lost', held.size, held.head;
            RETURN;
        END IF;
    END IF;
    IF before <> a_previous THEN -- the sender looks further back, for the place where the two part
        RETURN QUERY SELECT 'differs', held.size, held.head;
        RETURN;
    END IF;

    place := a_first;
    FOREACH stored IN ARRAY a_records LOOP
        hash := encode(sha256(stored), 'hex');
        IF place < held.size THEN
            SELECT r.digest INTO known FROM countersign.records r WHERE r.log = a_log AND r.seq = place;
            IF known IS DISTINCT FROM hash THEN
                INSERT INTO countersign.forks (log, seq, digest, bytes)
                    VALUES (a_log, place, hash, stored) ON CONFLICT DO NOTHING;
                UPDATE countersign.logs l SET frozen_at = now() WHERE l.log = a_log;
                RETURN QUERY SELECT 'fork', held.size, held.head;
                RETURN;
            END IF;
        ELSE
            -- A text of PostgreSQL holds no NUL; what is looked up here has none, and the bytes stay as they are.
            said := replace(convert_from(stored, 'UTF8'), '\u0000', '\ufffd')::json;
            IF said ->> 'log' IS DISTINCT FROM a_log OR (said ->> 'seq')::bigint IS DISTINCT FROM place
                OR said ->> 'previous' IS DISTINCT FROM before THEN
                RAISE EXCEPTION 'record % does not follow', place USING ERRCODE = 'CS001';
            END IF;
            INSERT INTO countersign.records (log, seq, digest, bytes) VALUES (a_log, place, hash, stored);
            PERFORM countersign.note_decision(a_log, place, said);
        END IF;
        before := hash;
        place := place + 1;
    END LOOP;

    INSERT INTO countersign.checkpoints (log, size, note)
        SELECT a_log, said_size, said_note FROM unnest(a_sizes, a_notes) AS s (said_size, said_note)
        WHERE said_size <= greatest(place, held.size) ON CONFLICT DO NOTHING;
    IF place > held.size THEN
        UPDATE countersign.logs l SET size = place, head = before WHERE l.log = a_log;
        RETURN QUERY SELECT 'taken', place, before;
    ELSE
        RETURN QUERY SELECT 'known', held.size, held.head;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION countersign.note_decision(a_log text, a_seq bigint, said json) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind text := said -> 'body' ->> 'kind';
    case_id text := said -> 'case' ->> 'id';
BEGIN
    IF kind = 'document_received' AND case_id IS NOT NULL THEN
        INSERT INTO countersign.documents (log, case_id, sha256)
            VALUES (a_log, case_id, said -> 'body' ->> 'sha256') ON CONFLICT DO NOTHING;
    ELSIF kind IN ('case_approved', 'case_rejected') AND case_id IS NOT NULL THEN
        INSERT INTO countersign.decisions (log, seq, case_id, kind, person, at)
            VALUES (a_log, a_seq, case_id, kind, said -> 'actor' ->> 'id', said ->> 'at');
    END IF;
END $$;

CREATE OR REPLACE FUNCTION countersign.head_of(a_log text) RETURNS TABLE (size bigint, head text)
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.size, l.head FROM countersign.logs l WHERE l.log = a_log
$$;

-- Documents that this desk decided and another desk decided, too: every such decision, of both.
CREATE OR REPLACE FUNCTION countersign.decided_twice(a_log text)
RETURNS TABLE (sha256 text, log text, case_id text, kind text, person text, at text)
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH decided AS (
        SELECT doc.sha256, dec.log, dec.case_id, dec.kind, dec.person, dec.at
        FROM countersign.decisions dec
        JOIN countersign.documents doc ON doc.log = dec.log AND doc.case_id = dec.case_id
    )
    SELECT d.sha256, d.log, d.case_id, d.kind, d.person, d.at
    FROM decided d
    WHERE EXISTS (SELECT FROM decided mine WHERE mine.sha256 = d.sha256 AND mine.log = a_log)
      AND EXISTS (SELECT FROM decided other WHERE other.sha256 = d.sha256 AND other.log <> a_log)
    ORDER BY d.sha256, d.at, d.log
$$;

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_desk') THEN
        CREATE ROLE countersign_desk NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_auditor') THEN
        CREATE ROLE countersign_auditor NOLOGIN;
    END IF;
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA countersign FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA countersign FROM PUBLIC;
GRANT USAGE ON SCHEMA countersign TO countersign_desk, countersign_auditor;
GRANT EXECUTE ON FUNCTION countersign.push, countersign.head_of, countersign.decided_twice TO countersign_desk;
GRANT SELECT ON ALL TABLES IN SCHEMA countersign TO countersign_auditor;
GRANT EXECUTE ON FUNCTION countersign.head_of, countersign.decided_twice TO countersign_auditor;

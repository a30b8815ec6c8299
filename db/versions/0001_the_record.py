"""The record (records, openings, case keys, checkpoints, head) and the first views of it."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LOG = (
    """CREATE TABLE records (
        seq INTEGER NOT NULL PRIMARY KEY,
        case_id TEXT,
        case_n INTEGER,
        effect TEXT,
        bytes BLOB NOT NULL
    )""",
    "CREATE UNIQUE INDEX ux_records_case ON records (case_id, case_n) WHERE case_id IS NOT NULL",
    "CREATE UNIQUE INDEX ux_records_effect ON records (effect) WHERE effect IS NOT NULL",
    "CREATE INDEX ix_records_desk ON records (seq) WHERE case_id IS NULL",
    """CREATE TABLE openings (
        seq INTEGER NOT NULL PRIMARY KEY REFERENCES records (seq),
        blob BLOB NOT NULL
    )""",
    """CREATE TABLE case_keys (
        subject TEXT NOT NULL PRIMARY KEY,
        wrapped BLOB NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE checkpoints (
        size INTEGER NOT NULL PRIMARY KEY,
        note BLOB NOT NULL
    )""",
    """CREATE TABLE head (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
        log TEXT NOT NULL,
        size INTEGER NOT NULL,
        previous TEXT NOT NULL,
        hlc TEXT NOT NULL,
        frontier BLOB NOT NULL,
        staff_size INTEGER NOT NULL,
        checkpoints INTEGER NOT NULL,
        checkpoint_size INTEGER NOT NULL,
        checkpoint_at INTEGER NOT NULL
    )""",
)

VIEWS = (
    """CREATE TABLE cases (
        no INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        klass TEXT,
        variant TEXT,
        language TEXT NOT NULL,
        party TEXT,
        party_key TEXT NOT NULL,
        number TEXT,
        number_key TEXT,
        amount TEXT,
        amount_key INTEGER NOT NULL,
        currency TEXT,
        date TEXT,
        route TEXT,
        reasons TEXT NOT NULL,
        document TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        pages INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        settled_at INTEGER,
        claimed_by TEXT,
        claimed_until INTEGER
    )""",
    "CREATE INDEX ix_cases_status ON cases (status)",
    "CREATE INDEX ix_cases_status_class ON cases (status, klass)",
    "CREATE INDEX ix_cases_status_amount ON cases (status, amount_key)",
    "CREATE INDEX ix_cases_status_class_amount ON cases (status, klass, amount_key)",
    "CREATE INDEX ix_cases_status_party ON cases (status, party_key)",
    "CREATE INDEX ix_cases_status_class_party ON cases (status, klass, party_key)",
    "CREATE INDEX ix_cases_party_amount ON cases (party_key, amount_key, date)",
    "CREATE INDEX ix_cases_number ON cases (number_key) WHERE number_key IS NOT NULL",
    "CREATE INDEX ix_cases_settled ON cases (settled_at) WHERE settled_at IS NOT NULL",
    """CREATE TABLE fields (
        case_no INTEGER NOT NULL,
        field TEXT NOT NULL,
        idx INTEGER NOT NULL,
        value TEXT,
        confidence INTEGER NOT NULL,
        method TEXT NOT NULL,
        act TEXT,
        agent_value TEXT,
        agent_confidence INTEGER,
        agent_method TEXT,
        PRIMARY KEY (case_no, field, idx)
    ) WITHOUT ROWID""",
    """CREATE TABLE case_reasons (
        code TEXT NOT NULL,
        case_no INTEGER NOT NULL,
        PRIMARY KEY (code, case_no)
    ) WITHOUT ROWID""",
    "CREATE INDEX ix_case_reasons_case ON case_reasons (case_no)",
    """CREATE TABLE tallies (
        status TEXT NOT NULL PRIMARY KEY,
        n INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE persons (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        roles TEXT NOT NULL,
        key_id TEXT NOT NULL,
        assurance TEXT NOT NULL,
        seq INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE agents (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        tier INTEGER NOT NULL,
        purpose TEXT NOT NULL,
        code_digest TEXT NOT NULL,
        key_id TEXT NOT NULL,
        seq INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE policies (
        seq INTEGER NOT NULL PRIMARY KEY,
        policy TEXT NOT NULL,
        digest TEXT NOT NULL,
        text TEXT NOT NULL
    )""",
    """CREATE VIRTUAL TABLE case_search USING fts5(
        text, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4', detail = 'full'
    )""",
)


def upgrade() -> None:
    """Make every table; `desk_meta` says which program a database needs at least."""
    op.execute("CREATE TABLE desk_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    op.execute("INSERT INTO desk_meta VALUES ('needs_version', '0.1.0')")
    for statement in (*LOG, *VIEWS):
        op.execute(statement)

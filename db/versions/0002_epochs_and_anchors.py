"""Epochs and tiles of the log, what witnesses and authorities say of it, holds and erasures of cases."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE head ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE head ADD COLUMN epoch_key TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE head ADD COLUMN epoch_at INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE head ADD COLUMN unsigned_by TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE head ADD COLUMN seal TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE tiles (
        n INTEGER NOT NULL PRIMARY KEY,
        root BLOB NOT NULL,
        leaves BLOB NOT NULL
    )""",
    """CREATE TABLE cosignatures (
        size INTEGER NOT NULL,
        witness TEXT NOT NULL,
        line TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (size, witness)
    ) WITHOUT ROWID""",
    """CREATE TABLE stamps (
        size INTEGER NOT NULL,
        authority TEXT NOT NULL,
        token BLOB NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (size, authority)
    ) WITHOUT ROWID""",
    """CREATE TABLE receipts (
        mirror TEXT NOT NULL PRIMARY KEY,
        size INTEGER NOT NULL,
        head TEXT NOT NULL,
        at INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE verifications (
        no INTEGER NOT NULL PRIMARY KEY,
        at INTEGER NOT NULL,
        size INTEGER NOT NULL,
        root BLOB NOT NULL,
        ok INTEGER NOT NULL,
        flaw TEXT,
        is_full INTEGER NOT NULL
    )""",
    "ALTER TABLE cases ADD COLUMN holds INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE cases ADD COLUMN erased_at INTEGER",
    "CREATE INDEX ix_cases_erased ON cases (erased_at) WHERE erased_at IS NOT NULL",
    "CREATE INDEX ix_cases_sha256 ON cases (sha256)",
    "UPDATE desk_meta SET value = '0.2.0' WHERE name = 'needs_version'",
)


def upgrade() -> None:
    """Add what the record gained; tiles of a log that was there before are made at the next append."""
    for statement in STATEMENTS:
        op.execute(statement)

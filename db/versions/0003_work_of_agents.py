"""What agents did and spent by day, people's time, alerts, and the priority of cases."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE work (
        day INTEGER NOT NULL,
        agent TEXT NOT NULL,
        klass TEXT NOT NULL,
        slot INTEGER NOT NULL,
        documents INTEGER NOT NULL,
        steps INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        milliseconds INTEGER NOT NULL,
        tokens INTEGER NOT NULL,
        money INTEGER NOT NULL,
        PRIMARY KEY (day, agent, klass, slot)
    ) WITHOUT ROWID""",
    """CREATE TABLE spend (
        day INTEGER NOT NULL,
        agent TEXT NOT NULL,
        tokens INTEGER NOT NULL,
        money INTEGER NOT NULL,
        PRIMARY KEY (day, agent)
    ) WITHOUT ROWID""",
    """CREATE TABLE attention (
        day INTEGER NOT NULL,
        klass TEXT NOT NULL,
        fields INTEGER NOT NULL,
        dwell_ms INTEGER NOT NULL,
        claims INTEGER NOT NULL,
        held_ms INTEGER NOT NULL,
        PRIMARY KEY (day, klass)
    ) WITHOUT ROWID""",
    """CREATE TABLE alerts (
        day INTEGER NOT NULL,
        agent TEXT NOT NULL,
        what TEXT NOT NULL,
        share INTEGER NOT NULL,
        bound INTEGER NOT NULL,
        at INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (day, agent, what, share)
    ) WITHOUT ROWID""",
    """CREATE TABLE agent_tallies (
        day INTEGER NOT NULL,
        agent TEXT NOT NULL,
        klass TEXT NOT NULL,
        what TEXT NOT NULL,
        n INTEGER NOT NULL,
        PRIMARY KEY (day, agent, klass, what)
    ) WITHOUT ROWID""",
    """CREATE TABLE agent_cases (
        case_no INTEGER NOT NULL PRIMARY KEY,
        state TEXT NOT NULL
    )""",
    """CREATE TABLE agent_marks (
        agent TEXT NOT NULL,
        day INTEGER NOT NULL,
        what TEXT NOT NULL,
        case_no INTEGER NOT NULL,
        PRIMARY KEY (agent, day, what, case_no)
    ) WITHOUT ROWID""",
    "ALTER TABLE cases ADD COLUMN priority INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE cases ADD COLUMN claimed_at INTEGER",
    "CREATE INDEX ix_cases_undecided ON cases (status, priority DESC, no) WHERE status = 'received'",
    "UPDATE desk_meta SET value = '0.4.0' WHERE name = 'needs_version'",
    # The new views tell of records that an old desk has already: the program fills them before all else.
    "INSERT INTO desk_meta SELECT 'views', 'to_rebuild' WHERE EXISTS (SELECT 1 FROM records)",
)


def upgrade() -> None:
    """Add the views by which agents are budgeted and measured."""
    for statement in STATEMENTS:
        op.execute(statement)

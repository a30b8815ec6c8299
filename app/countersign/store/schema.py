"""The tables as the code of today speaks of them; db/ makes them, and a test holds the two together."""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

REVISION = "0003"
"""The migration that this code speaks to."""

metadata = MetaData()

# -- the log: never rewritten ---------------------------------------------------------------------------

records = Table(
    "records",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("case_id", Text),
    Column("case_n", Integer),
    Column("effect", Text),
    Column("bytes", LargeBinary, nullable=False),
)
openings = Table(
    "openings",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("blob", LargeBinary, nullable=False),
)
case_keys = Table(
    "case_keys",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", Integer, primary_key=True),
    Column("note", LargeBinary, nullable=False),
)
head = Table(
    "head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("log", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hlc", Text, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("staff_size", Integer, nullable=False),
    Column("checkpoints", Integer, nullable=False),
    Column("checkpoint_size", Integer, nullable=False),
    Column("checkpoint_at", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("epoch_key", Text, nullable=False),
    Column("epoch_at", Integer, nullable=False),
    Column("unsigned_by", Text, nullable=False),
    Column("seal", Text, nullable=False),
)
tiles = Table(
    "tiles",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
)

# -- what others said of the log, and what this machine noted about it ----------------------------------

cosignatures = Table(
    "cosignatures",
    metadata,
    Column("size", Integer, primary_key=True),
    Column("witness", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("at", Integer, nullable=False),
)
stamps = Table(
    "stamps",
    metadata,
    Column("size", Integer, primary_key=True),
    Column("authority", Text, primary_key=True),
    Column("token", LargeBinary, nullable=False),
    Column("at", Integer, nullable=False),
)
receipts = Table(
    "receipts",
    metadata,
    Column("mirror", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("head", Text, nullable=False),
    Column("at", Integer, nullable=False),
)
verifications = Table(
    "verifications",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("ok", Integer, nullable=False),
    Column("flaw", Text),
    Column("is_full", Integer, nullable=False),
)

# -- views: made from the log, and made again by `rebuild` ----------------------------------------------

cases = Table(
    "cases",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("klass", Text),
    Column("variant", Text),
    Column("language", Text, nullable=False),
    Column("party", Text),
    Column("party_key", Text, nullable=False),
    Column("number", Text),
    Column("number_key", Text),
    Column("amount", Text),
    Column("amount_key", Integer, nullable=False),
    Column("currency", Text),
    Column("date", Text),
    Column("route", Text),
    Column("reasons", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("received_at", Integer, nullable=False),
    Column("updated_at", Integer, nullable=False),
    Column("settled_at", Integer),
    Column("claimed_by", Text),
    Column("claimed_until", Integer),
    Column("holds", Integer, nullable=False),
    Column("erased_at", Integer),
    Column("priority", Integer, nullable=False),
    Column("claimed_at", Integer),
)
fields = Table(
    "fields",
    metadata,
    Column("case_no", Integer, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("idx", Integer, primary_key=True),
    Column("value", Text),
    Column("confidence", Integer, nullable=False),
    Column("method", Text, nullable=False),
    Column("act", Text),
    Column("agent_value", Text),
    Column("agent_confidence", Integer),
    Column("agent_method", Text),
)
case_reasons = Table(
    "case_reasons",
    metadata,
    Column("code", Text, primary_key=True),
    Column("case_no", Integer, primary_key=True),
)
tallies = Table(
    "tallies",
    metadata,
    Column("status", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)
persons = Table(
    "persons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("assurance", Text, nullable=False),
    Column("seq", Integer, nullable=False),
)
agents = Table(
    "agents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("code_digest", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
)
policies = Table(
    "policies",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("text", Text, nullable=False),
)
work = Table(
    "work",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("klass", Text, primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("documents", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("money", Integer, nullable=False),
)
spend = Table(
    "spend",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("tokens", Integer, nullable=False),
    Column("money", Integer, nullable=False),
)
attention = Table(
    "attention",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("klass", Text, primary_key=True),
    Column("fields", Integer, nullable=False),
    Column("dwell_ms", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("held_ms", Integer, nullable=False),
)
alerts = Table(
    "alerts",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("share", Integer, primary_key=True),
    Column("bound", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
)
agent_tallies = Table(
    "agent_tallies",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("klass", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)
agent_cases = Table(
    "agent_cases",
    metadata,
    Column("case_no", Integer, primary_key=True),
    Column("state", Text, nullable=False),
)
agent_marks = Table(
    "agent_marks",
    metadata,
    Column("agent", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("case_no", Integer, primary_key=True),
)
case_search = Table(
    "case_search",
    MetaData(),  # an FTS5 table: `metadata` is compared with the migrations, which this could not be
    Column("rowid", Integer, primary_key=True),
    Column("text", Text),
)

VIEWS = (
    cases,
    fields,
    case_reasons,
    tallies,
    persons,
    agents,
    policies,
    work,
    spend,
    attention,
    alerts,
    agent_tallies,
    agent_cases,
    agent_marks,
    case_search,
)

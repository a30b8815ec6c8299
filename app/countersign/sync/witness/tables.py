"""The witness's own tables, alike on SQLite and PostgreSQL; it makes them itself."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

FORM = 1
"""Of the tables; a witness of another form is not touched."""

metadata = MetaData()

witness = Table(
    "witness",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("form", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("public", LargeBinary, nullable=False),
)
"""One row: who the witness is."""

logs = Table(
    "logs",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary),
    Column("at", BigInteger),
)
"""The newest head of each log: size and root 0 and empty, note and time missing, until one is cosigned."""

log_keys = Table(
    "log_keys",
    metadata,
    Column("origin", Text, ForeignKey("logs.origin"), primary_key=True),
    Column("public", LargeBinary, primary_key=True),
)

refusals = Table(
    "refusals",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("origin", Text, ForeignKey("logs.origin"), nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("against", LargeBinary, nullable=False),
)
"""Signed heads that contradict, or fall behind, the one beside them that was cosigned before: evidence."""

"""The shared database's copy of logs: stretches go in through one function of the server, and come out."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Row, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, SQLAlchemyError

from countersign.audit.record import NONE_BEFORE
from countersign.domain.errors import Trouble
from countersign.settings.resources import shipped
from countersign.store.shipping import Acknowledged, Part

_AT_ONCE = 500


class Answer(StrEnum):
    """What the server says to a stretch."""

    TAKEN = "taken"
    KNOWN = "known"
    """It has all of it, to the byte."""
    GAP = "gap"
    """It lacks what comes before."""
    DIFFERS = "differs"
    """What comes before is another history."""
    FORK = "fork"
    """A place is taken by other bytes: both are kept, and the log takes no more."""
    FROZEN = "frozen"
    LOST = "lost"
    """It no longer has what it once acknowledged."""


class Deed(NamedTuple):
    """A decision on a document that two desks decided."""

    sha256: str
    log: str
    case: str
    kind: str
    person: str
    at: str


class Mirror:
    """The logs in a shared PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Speak to the database of a URL (postgresql://…); raises Trouble for what is none."""
        self._engine = _engine(url)
        self.name = self._engine.url.render_as_string(hide_password=True)
        """The URL without its password."""

    def prepare(self) -> None:
        """Make the tables, the functions and the roles; needs an account that may. Harmless when repeated."""
        script = shipped("db", "shared", "logs.sql").read_text(encoding="utf-8")
        with self._talking() as connection:
            cursor = connection.connection.cursor()  # the driver's own: it takes many statements at once
            cursor.execute(script)
            cursor.close()

    def head(self, log: str) -> Acknowledged:
        """Return how much of a log the server has, and the digest of its last record."""
        with self._talking() as connection:
            row = connection.execute(_HEAD, {"log": log}).first()
        return Acknowledged(size=row.size, head=row.head) if row else Acknowledged(size=0, head=NONE_BEFORE)

    def push(self, log: str, stretch: Part) -> tuple[Answer, Acknowledged]:
        """Offer a stretch of a log: all of it is taken or nothing.

        Raises Trouble when the server cannot be asked or the stretch does not hold together.
        """
        said = {
            "log": log,
            "first": stretch.first,
            "previous": stretch.previous,
            "records": list(stretch.records),
            "sizes": [size for size, _ in stretch.checkpoints],
            "notes": [note for _, note in stretch.checkpoints],
        }
        with self._talking() as connection:
            row = connection.execute(_PUSH, said).one()
        return Answer(row.verdict), Acknowledged(size=row.size, head=row.head)

    def records(self, log: str) -> Generator[tuple[int, bytes], None, None]:
        """Yield the records of a log as the server has them, in order, with their numbers; for auditors."""
        after = -1
        with self._talking() as connection:
            while rows := connection.execute(_RECORDS, {"log": log, "after": after, "most": _AT_ONCE}).all():
                yield from ((row.seq, bytes(row.bytes)) for row in rows)
                after = rows[-1].seq

    def checkpoints(self, log: str) -> Generator[tuple[int, bytes], None, None]:
        """Yield the checkpoints of a log as the server has them, by size; for auditors."""
        after = -1
        with self._talking() as connection:
            while rows := connection.execute(_NOTES, {"log": log, "after": after, "most": _AT_ONCE}).all():
                yield from ((row.size, row.note.encode()) for row in rows)
                after = rows[-1].size

    def forks(self, log: str) -> tuple[tuple[int, bytes], ...]:
        """Return the other bytes that came for places that were taken; for auditors."""
        with self._talking() as connection:
            return tuple((row.seq, bytes(row.bytes)) for row in connection.execute(_FORKS, {"log": log}))

    def decided_twice(self, log: str) -> tuple[Deed, ...]:
        """Return the decisions on documents that this desk and another one decided, of both."""
        with self._talking() as connection:
            return tuple(_deed(row) for row in connection.execute(_TWICE, {"log": log}))

    def close(self) -> None:
        """Let the server go."""
        self._engine.dispose()

    @contextmanager
    def _talking(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: SQLAlchemyError) -> Trouble:
        state = getattr(error.orig, "sqlstate", None) if isinstance(error, DatabaseError) else None
        match state:
            case "CS001" | "22P02" | "22021":
                return Trouble(
                    f"The shared database refused a stretch of this log: {error}. Run `countersign verify`."
                )
            case "CS002":
                return Trouble(
                    f"Another account than that of {self.name} carries this log. Use that one, or let the "
                    "owner of the database name yours in countersign.logs."
                )
            case "42501":
                return Trouble(
                    f"The account of {self.name} may not do that. Give it the role countersign_desk."
                )
            case "3F000" | "42883" | "42P01":
                return Trouble(
                    f"{self.name} is not prepared for logs. Let its owner run `countersign sync --prepare`."
                )
            case _:
                return Trouble(
                    f"The shared database {self.name} cannot be reached ({_short(error)}). The desk goes on "
                    "without it; try again later."
                )


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Trouble("That is no address of a database. Write postgresql://person@host/database.") from error
    if parsed.get_backend_name() != "postgresql":
        raise Trouble("Logs are shared over PostgreSQL. Write postgresql://person@host/database.")
    return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_size=1, pool_pre_ping=True)


def _short(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0][:200]


def _deed(row: Row[tuple[str, ...]]) -> Deed:
    return Deed(row.sha256, row.log, row.case_id, row.kind, row.person, row.at)


_HEAD = text("SELECT size, head FROM countersign.head_of(:log)")
_PUSH = text(
    "SELECT verdict, size, head FROM "
    "countersign.push(:log, :first, :previous, :records, CAST(:sizes AS bigint[]), CAST(:notes AS text[]))"
)
_RECORDS = text(
    "SELECT seq, bytes FROM countersign.records WHERE log = :log AND seq > :after ORDER BY seq LIMIT :most"
)
_NOTES = text(
    "SELECT size, note FROM countersign.checkpoints "
    "WHERE log = :log AND size > :after ORDER BY size LIMIT :most"
)
_FORKS = text("SELECT seq, bytes FROM countersign.forks WHERE log = :log ORDER BY seq, seen_at")
_TWICE = text("SELECT * FROM countersign.decided_twice(:log)")

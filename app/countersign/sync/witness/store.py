"""What a witness remembers: its logs, the newest head of each, and the heads that it refused."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, create_engine, event, func, insert, inspect, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from countersign.audit.cosign import Known
from countersign.audit.keys import Verifier
from countersign.audit.merkle import EMPTY_ROOT
from countersign.audit.note import ED25519, SignedNote
from countersign.domain.errors import Trouble
from countersign.sync.witness import tables

PATIENCE_MS = 10_000
"""How long a request waits for another one about the same log."""

MOST_REFUSALS = 1000
"""Refused heads of one log that are kept, of each kind: the first of them, which prove as much as all."""


class Refusal(StrEnum):
    """Why a signed head was not cosigned."""

    FORK = "fork"
    """As long as the one cosigned before, and another: two signed heads of one size prove a fork."""
    BROKEN = "no_proof"
    """Longer, with a proof that does not lead on from the one cosigned before."""
    BEHIND = "behind"
    """Shorter than the one cosigned before, as after an older copy of the log was put back."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest head of a log that the witness cosigned; size 0 and no note before the first."""

    origin: str
    size: int
    root: bytes
    note: bytes | None
    """As cosigned: with the log's own lines and the witness's."""
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A signed head that was refused, beside the one it was held against."""

    origin: str
    at: datetime
    kind: Refusal
    size: int
    known: int
    note: bytes
    against: bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the witness is."""

    name: str
    public: bytes


class WitnessStore:
    """The database of a witness. Safe from any thread, and from several processes."""

    def __init__(self, where: str) -> None:
        """Open a database: the file of an SQLite one, or the address of a PostgreSQL one."""
        self._engine = _engine(where)
        self._writing = self._engine.execution_options(immediate=True)
        self._is_locking = self._engine.dialect.name != "sqlite"  # there one writer holds the whole file

    def create(self, name: str, public: bytes) -> None:
        """Make the tables and say who the witness is; raises Trouble when a witness is there already."""
        with self._plain_errors(), self._writing.begin() as connection:
            if inspect(connection).has_table(tables.witness.name):
                raise Trouble("A witness keeps its memory there already. Choose another place with --store.")
            tables.metadata.create_all(connection)
            row = {"id": 1, "form": tables.FORM, "name": name, "public": public}
            connection.execute(insert(tables.witness), row)

    def identity(self) -> Identity | None:
        """Return who the witness is; None where none has been made. Raises Trouble for a newer form."""
        with self._plain_errors(), self._engine.connect() as connection:
            if not inspect(connection).has_table(tables.witness.name):
                return None
            row = connection.execute(select(tables.witness)).one()
        if row.form != tables.FORM:
            raise Trouble("The memory of this witness was made by a newer version. Install that version.")
        return Identity(row.name, bytes(row.public))

    # -- logs ------------------------------------------------------------------------------------------

    def add(self, log: Known) -> bool:
        """Accept heads of a log under a key, besides those accepted before; False when it was already."""
        with self._plain_errors(), self._writing.begin() as connection:
            if self._row(connection, log.name) is None:
                row = {"origin": log.name, "hash": origin_hash(log.name), "size": 0, "root": EMPTY_ROOT}
                connection.execute(insert(tables.logs), row)
            key = {"origin": log.name, "public": log.key.public}
            if connection.execute(select(tables.log_keys).filter_by(**key)).first():
                return False
            connection.execute(insert(tables.log_keys), key)
        return True

    def keys(self, origin: str) -> tuple[Known, ...]:
        """Return the keys under which heads of a log are accepted; none for a log that is not known."""
        statement = select(tables.log_keys.c.public).filter_by(origin=origin)
        with self._plain_errors(), self._engine.connect() as connection:
            publics = connection.execute(statement).scalars().all()
        return tuple(Known(origin, Verifier(bytes(public)), ED25519) for public in publics)

    def heads(self) -> tuple[Head, ...]:
        """Return the newest head of each log."""
        with self._plain_errors(), self._engine.connect() as connection:
            rows = connection.execute(select(tables.logs).order_by(tables.logs.c.origin)).all()
        return tuple(map(_head, rows))

    def head(self, hashed_origin: str) -> Head | None:
        """Return the newest head of the log whose origin has this SHA-256."""
        with self._plain_errors(), self._engine.connect() as connection:
            row = connection.execute(select(tables.logs).filter_by(hash=hashed_origin)).first()
        return _head(row) if row else None

    @contextmanager
    def deciding(self, origin: str) -> Iterator["Decision"]:
        """Hold the newest head of a known log while it is decided what follows: no other request can."""
        with self._plain_errors(), self._writing.begin() as connection:
            row = self._row(connection, origin, lock=self._is_locking)
            if row is None:
                raise LookupError(origin)
            yield Decision(connection, _head(row))

    def _row(self, connection: Connection, origin: str, *, lock: bool = False) -> Row[Any] | None:
        statement = select(tables.logs).filter_by(origin=origin)
        return connection.execute(statement.with_for_update() if lock else statement).first()

    # -- evidence --------------------------------------------------------------------------------------

    def refused(self) -> tuple[Refused, ...]:
        """Return the refused heads, the earliest first."""
        with self._plain_errors(), self._engine.connect() as connection:
            rows = connection.execute(select(tables.refusals).order_by(tables.refusals.c.no)).all()
        return tuple(
            Refused(
                origin=row.origin,
                at=_moment(row.at),
                kind=Refusal(row.kind),
                size=row.size,
                known=row.known,
                note=bytes(row.note),
                against=bytes(row.against),
            )
            for row in rows
        )

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise Trouble(
                "Another program changed the memory of the witness meanwhile. Try again."
            ) from error
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise Trouble(
                f"The memory of the witness cannot be used ({reason}), so nothing is signed. Mend the "
                "database, or name the right one with --store."
            ) from error


class Decision:
    """A log held still: its newest head, and what becomes of the one offered."""

    def __init__(self, connection: Connection, head: Head) -> None:
        self._connection = connection
        self.head = head

    def advance(self, offered: SignedNote, signed: bytes, at: datetime) -> None:
        """Take a head, with all its lines, as the newest one."""
        point = offered.checkpoint
        row = {"size": point.size, "root": point.root, "note": signed, "at": _seconds(at)}
        connection, logs = self._connection, tables.logs
        connection.execute(update(logs).where(logs.c.origin == point.origin).values(**row))

    def keep(self, kind: Refusal, offered: SignedNote, signed: bytes, at: datetime) -> None:
        """Keep a refused head, with the lines of its log, as evidence: once, however often it comes."""
        digest = hashlib.sha256(offered.text).hexdigest()
        refusals, origin = tables.refusals, self.head.origin
        if self._connection.execute(select(refusals.c.no).filter_by(digest=digest)).first():
            return
        count = select(func.count()).select_from(refusals).filter_by(origin=origin, kind=kind.value)
        if self._connection.execute(count).scalar_one() >= MOST_REFUSALS:
            return
        row = {
            "origin": origin,
            "digest": digest,
            "at": _seconds(at),
            "kind": kind.value,
            "size": offered.checkpoint.size,
            "known": self.head.size,
            "note": signed,
            "against": self.head.note or b"",
        }
        self._connection.execute(insert(refusals), row)


def origin_hash(origin: str) -> str:
    """Return the name under which a witness shows the newest head of a log."""
    return hashlib.sha256(origin.encode()).hexdigest()


def _head(row: Row[Any]) -> Head:
    noted = None if row.note is None else bytes(row.note)
    at = None if row.at is None else _moment(row.at)
    return Head(origin=row.origin, size=row.size, root=bytes(row.root), note=noted, at=at)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# -- the two databases -----------------------------------------------------------------------------------


def is_address(where: str) -> bool:
    """Tell whether a place is the address of a database server, not a folder."""
    return "://" in where


def _engine(where: str) -> Engine:
    if not is_address(where):
        engine = create_engine(f"sqlite+pysqlite:///{Path(where).absolute()}")
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    try:
        url = make_url(where)
    except ArgumentError as error:  # which is not shown: it may hold a password
        raise Trouble("That is no address of a database. Write postgresql://…") from error
    if url.get_backend_name() != "postgresql":
        raise Trouble("A witness keeps its memory in a folder, or in PostgreSQL (postgresql://…).")
    settings = {
        "lock_timeout": PATIENCE_MS,
        "statement_timeout": 2 * PATIENCE_MS,
        "synchronous_commit": "on",  # what was signed is never forgotten, whatever the server's habit
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            "connect_timeout": 10,
        },
        pool_pre_ping=True,
    )


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin` does
    for pragma in (
        f"busy_timeout = {PATIENCE_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

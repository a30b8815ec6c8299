"""The one way to the database: how it is opened, how a transaction begins, what its errors mean to people."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, IntegrityError

from countersign.domain.errors import Trouble

PATIENCE_MS = 15_000
"""How long to wait for another process's transaction."""
ASK_EVERY = 0.003
"""Seconds between attempts to begin one meanwhile."""

_ADVICE = {
    sqlite3.SQLITE_FULL: "The disk is full: nothing was recorded. Make room beside {file} and try again.",
    sqlite3.SQLITE_BUSY: "Another program holds {file} for too long. End it and try again.",
    sqlite3.SQLITE_LOCKED: "Another program holds {file} for too long. End it and try again.",
    sqlite3.SQLITE_READONLY: "{file} may not be written: nothing was recorded. "
    "Give this account the right to write it and its folder.",
    sqlite3.SQLITE_PERM: "This account may not open {file}. Give it the right to.",
    sqlite3.SQLITE_CANTOPEN: "{file} cannot be opened. Check that its folder is there and may be written.",
    sqlite3.SQLITE_IOERR: "The disk under {file} fails to read or write. Check the disk, then try again.",
    sqlite3.SQLITE_CORRUPT: "{file} is damaged. Put it back from a backup; `countersign verify` tells "
    "whether the backup is whole.",
    sqlite3.SQLITE_NOTADB: "{file} is no database of a desk. Put it back from a backup, or choose another "
    "folder with --home.",
}


class Database:
    """A desk's SQLite file: readers from any thread, one writer at a time over all processes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._engine = _engine(file)
        self._writing = self._engine.execution_options(immediate=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read in one snapshot."""
        with self._plain_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write in one transaction, which no other process can enter; all of it or nothing is kept."""
        with self._plain_errors(), self._writing.begin() as connection:
            yield connection

    def compact(self, *before: str) -> None:
        """Write the file anew after these statements, and empty the write-ahead log; raises Trouble.

        Deleted rows are overwritten at once, yet where SQLite moved a row between pages it leaves a copy, and
        the write-ahead log holds earlier pages: both are gone after this. Needs twice the room of the file.
        """
        with self.writing() as connection:
            for statement in before:
                connection.exec_driver_sql(statement)
        try:
            with closing(sqlite3.connect(self.file)) as own:
                _prepare(own, None)
                own.execute("PRAGMA temp_store = FILE")
                own.execute("VACUUM")
                is_busy = own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            advice = advice_for(error, self.file)
            if advice is None:
                raise
            raise Trouble(advice) from error
        if is_busy:
            raise Trouble(
                f"Another program reads {self.file}, so its write-ahead log still has traces of what was "
                "erased. End it and start the desk again: that finishes the erasure."
            )

    def close(self) -> None:
        """Let the file go."""
        self._engine.dispose()

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise Trouble(
                f"{self.file} does not hold together: nothing was recorded. Run `countersign verify`."
            ) from error
        except DatabaseError as error:
            advice = advice_for(error.orig, self.file)
            if advice is None:
                raise
            raise Trouble(advice) from error


def advice_for(error: object, file: Path) -> str | None:
    """Return what to tell people about an error of SQLite; None when it is a bug of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:
        code = sqlite3.SQLITE_FULL  # even a reader needs room, for the index of the write-ahead log
    advice = _ADVICE.get(code & 0xFF) if isinstance(code, int) else None
    return advice.format(file=file) if advice else None


def _engine(file: Path) -> Engine:
    engine = create_engine(
        f"sqlite+pysqlite:///{file}", pool_size=8, max_overflow=24, pool_reset_on_return="rollback"
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin` does
    for pragma in (
        f"busy_timeout = {PATIENCE_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -32000",
        "temp_store = MEMORY",
        "secure_delete = ON",  # deleted rows are overwritten; `compact` does what this leaves
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("immediate", False):
        connection.exec_driver_sql("BEGIN")
        return
    own = cast(sqlite3.Connection, connection.connection.driver_connection)
    own.execute("PRAGMA busy_timeout = 0")
    try:
        _await_turn(own)
        if not own.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # which says why it cannot
    finally:
        own.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")


def _await_turn(own: sqlite3.Connection) -> None:
    """Begin to write as soon as no other process does.

    SQLite by itself would ask ten times a second in the end, and the act of a person might wait for seconds
    beside agents that write all the time.
    """
    pause, until = threading.Event(), monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            own.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                return
            pause.wait(ASK_EVERY)

"""How the durable engine keeps its notes: an SQLite file of its own, no network, no chatter."""

import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from dbos import DBOSConfig
from sqlalchemy import Engine, create_engine, event

from countersign.domain.errors import Trouble

logger = logging.getLogger(__name__)

BUSY_MS = 15_000

_PRAGMAS = (
    f"busy_timeout = {BUSY_MS}",
    "journal_mode = WAL",
    # Notes that a power cut takes with it cost a step done again; the record itself is synced in full.
    "synchronous = NORMAL",
    "cache_size = -8000",
    "temp_store = MEMORY",
)


def configuration(file: Path) -> DBOSConfig:
    """Return how a desk runs the engine; version and executor are fixed, so that it finds its runs again.

    A damaged file is put aside: the record itself knows which cases are undecided, and decides none twice.
    """
    if file.exists() and not _is_sound(file):
        logger.warning("%s is damaged and was put aside; the runs under way begin anew", file)
        file.replace(file.with_name(f"{file.name}.damaged"))
        for rest in ("-wal", "-shm"):
            file.with_name(file.name + rest).unlink(missing_ok=True)
    url = f"sqlite:///{file}"
    return {
        "name": "countersign",
        "system_database_url": url,
        "system_database_engine": _database(url),
        "application_version": "1",
        "executor_id": "desk",
        "enable_otlp": False,
        "log_level": "ERROR",
        "console_log_level": "CRITICAL",
        "max_executor_threads": 16,
        "notification_listener_polling_interval_sec": 0.5,
        "scheduler_polling_interval_sec": 3600.0,
    }


def _is_sound(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_MS / 1000)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return False
        raise Trouble(
            f"{file} cannot be opened ({error}). Make room, or give this account the right to."
        ) from error


def _database(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    if sqlite3.sqlite_version_info < (3, 42):
        # From Python 3.12 on, the engine counts on an SQLite that knows 'subsec'; Debian 12 has an older one.
        connection.create_function("unixepoch", 1, _unixepoch)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _unixepoch(modifier: str) -> float | None:
    """Do what newer SQLite does for ``unixepoch('subsec')``, the only form that the engine asks for."""
    return time.time() if modifier == "subsec" else None

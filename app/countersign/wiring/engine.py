"""How the durable engine keeps its notes: an SQLite file of its own, no network, no chatter."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from dbos import DBOSConfig
from sqlalchemy import Engine, create_engine, event

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
    """Return how a desk runs the engine; version and executor are fixed, so that it finds its runs again."""
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

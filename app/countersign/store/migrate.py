"""Brings a database to the tables that this program speaks to."""

import sqlite3
from pathlib import Path

from countersign import __version__
from countersign.domain.errors import Trouble
from countersign.settings.resources import shipped
from countersign.store.database import Database, advice_for
from countersign.store.schema import REVISION


def is_current(file: Path) -> bool:
    """Tell whether the database is there and as this program needs it.

    Raises Trouble when it comes from a newer version, is damaged, or is something else altogether.
    """
    if not file.exists() or file.stat().st_size == 0:
        return False
    try:
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=15)
        try:
            return _is_current(connection, file)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        advice = advice_for(error, file)
        if advice is None:
            raise
        raise Trouble(advice) from error


def _is_current(connection: sqlite3.Connection, file: Path) -> bool:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return False
    if not {"alembic_version", "desk_meta"} <= tables:
        if "alembic_version" in tables:
            return False  # the very first migration did not end: it is run again from its start
        raise Trouble(f"{file} is no database of a desk. Choose another folder with --home.")
    revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision is None or revision[0] < REVISION:
        return False
    if revision[0] == REVISION:
        return True
    needs = connection.execute("SELECT value FROM desk_meta WHERE name = 'needs_version'").fetchone()
    raise Trouble(
        f"This desk was last used by a newer version of Countersign (its database is at {revision[0]}, this "
        f"is {__version__}). Install version {needs[0] if needs else 'that it was used with'} or later."
    )


def migrate(database: Database) -> None:
    """Run the migrations that are missing, all in one transaction."""
    from alembic import command  # a tenth of a second that most starts need not spend
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(shipped("db")))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

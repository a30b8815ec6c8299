"""The migrations make what the code speaks to."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, inspect

from countersign.settings.home import Home
from countersign.settings.resources import shipped
from countersign.store import schema
from countersign.store.database import Database
from countersign.store.migrate import is_current, migrate


def test_the_migrations_make_the_tables_that_the_code_speaks_to(home: Home) -> None:
    home.prepare()
    database = Database(home.database)
    migrate(database)
    database.close()
    assert is_current(home.database)
    engine = create_engine(f"sqlite:///{home.database}")
    found = inspect(engine)
    for table in schema.metadata.tables.values():
        made = {c["name"]: (str(c["type"]), c["nullable"]) for c in found.get_columns(table.name)}
        said = {c.name: (str(c.type), bool(c.nullable)) for c in table.columns}
        assert made == said, table.name
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [
            c.name for c in table.primary_key
        ]
    engine.dispose()
    others = set(found.get_table_names()) - set(schema.metadata.tables)
    assert {name for name in others if not name.startswith("case_search")} == {"alembic_version", "desk_meta"}


def test_migrations_import_nothing_of_the_desk() -> None:
    for file in shipped("db").rglob("*.py"):
        assert not re.search(r"^\s*(from|import)\s+countersign", file.read_text(), re.MULTILINE), file


def test_a_current_database_opens_without_alembic(home: Home, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from countersign.settings.home import Home;"
        "from countersign.store.founding import open_store;"
        f"open_store(Home(Path({str(home.root)!r}))).close();"
        "print('alembic' in sys.modules, 'secretstorage' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=tmp_path
        ).stdout.split()
        for _ in range(2)
    ]
    assert said == [["True", "True"], ["False", "False"]] or sys.platform != "linux"


def test_a_database_is_written_ahead_and_flushed_in_full(home: Home) -> None:
    home.prepare()
    database = Database(home.database)
    with database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert sqlite3.sqlite_version_info >= (3, 35)

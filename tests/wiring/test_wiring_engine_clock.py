"""The durable engine finds the clock that it counts on, whatever SQLite the system has."""

import time
from pathlib import Path

from sqlalchemy import text

from countersign.wiring.engine import configuration


def test_the_engines_database_knows_the_time_to_the_millisecond(tmp_path: Path) -> None:
    database = configuration(tmp_path / "engine.sqlite")["system_database_engine"]
    before = time.time()
    with database.connect() as connection:
        now = connection.execute(text("SELECT unixepoch('subsec')")).scalar_one()
    database.dispose()
    assert before - 0.01 <= now <= time.time() + 0.01

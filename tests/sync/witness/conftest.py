"""Witnesses for tests, on SQLite and on PostgreSQL."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import postgres
from tests.support.witnesses import NAME, WITNESS, emptied

from countersign.sync.witness.store import WitnessStore


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server of PostgreSQL, shared by the tests of this folder.

    Its data lie outside pytest's own folder, which each session of pytest closes to other accounts anew.
    """
    with tempfile.TemporaryDirectory() as folder, postgres.server(Path(folder) / "data") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WitnessStore]:
    """The memory of a witness that knows no log yet, on each of the two databases."""
    if request.param == "sqlite":
        where = str(tmp_path / "witness.sqlite")
    else:
        where = emptied(request.getfixturevalue("postgres_url"))
    store = WitnessStore(where)
    store.create(NAME, WITNESS.public)
    yield store
    store.close()

"""Stores for tests, each in a home of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.stories import ADA, CARD

from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store


@pytest.fixture(scope="session")
def words() -> Catalogue:
    """The shipped classes, read once."""
    return catalogue.load()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that nobody has used."""
    return Home(tmp_path / "home")


@pytest.fixture
def store(home: Home, words: Catalogue) -> Iterator[Store]:
    """A founded store with a person and an agent."""
    with open_store(home, agents=[CARD], person=ADA, words=words) as opened:
        yield opened

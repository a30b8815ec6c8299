"""`countersign sync` as people call it."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.store.stories import ADA, CARD, invoice, review, story
from tests.support import postgres

from countersign.cli import door
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, postgres.server(Path(folder) / "data") as found:
        yield found


def desk(root: Path) -> str:
    with open_store(Home(root), agents=[CARD], person=ADA, words=catalogue.load()) as store:
        store.append(story("case-0", invoice(0)))
        store.append(review("case-0"))
    return str(root)


def test_a_log_is_carried_checked_and_two_decisions_on_one_document_are_told(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    north, south = desk(tmp_path / "north"), desk(tmp_path / "south")
    assert door.enter(["sync", "--to", url, "--prepare"]) == 0
    capsys.readouterr()
    assert door.enter(["sync", "--to", url, "--home", north, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["sent"] == said["records"] > 0
    assert said["twice"] == []
    assert door.enter(["sync", "--to", url, "--home", north, "--check"]) == 0
    assert "whole and as signed" in capsys.readouterr().out
    assert door.enter(["sync", "--to", url, "--home", south]) == 1
    told = capsys.readouterr()
    assert "case_approved" in told.out
    assert "Two desks decided the same documents" in told.err
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM countersign.records WHERE seq = 4")
    assert door.enter(["sync", "--to", url, "--home", north, "--check"]) == 1
    assert "Record 4: record 4 is missing" in capsys.readouterr().err


def test_without_a_desk_nothing_is_founded(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert door.enter(["sync", "--to", url, "--home", str(tmp_path / "none")]) == 1
    assert "There is no desk" in capsys.readouterr().err

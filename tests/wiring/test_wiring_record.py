"""How the record of a real desk stands, as the window asks for it: window, checks, alarms, who signs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.support.anchored import copied, grow, size_of, watched
from tests.support.witnesses import KNOWN, NAME, Served

from countersign.domain.errors import Trouble
from countersign.settings import anchors as settings
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.wiring import anchors
from countersign.wiring.record import DeskRecord


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    found = Home(tmp_path_factory.mktemp("filled") / "home")
    grow(found, 5)
    return found


@pytest.fixture
def home(filled: Home, tmp_path: Path) -> Home:
    return copied(filled, tmp_path / "home")


@pytest.fixture
def witness(tmp_path: Path, home: Home) -> Iterator[Served]:
    with watched(home, tmp_path / "witness") as found:
        yield found


@contextmanager
def looked_at(home: Home) -> Iterator[DeskRecord]:
    words = catalogue.load(home)
    with open_store(home, words=words) as store:
        record = DeskRecord(home, store, words)
        try:
            yield record
        finally:
            record.close()


def test_without_a_witness_the_window_is_the_whole_log(home: Home) -> None:
    with looked_at(home) as record:
        standing = record.standing()
    assert standing.records == standing.unseen == size_of(home)
    assert not standing.has_witness
    assert standing.unseen_since is not None
    assert standing.last is None


def test_a_witness_narrows_the_window_while_the_desk_is_open(home: Home, witness: Served) -> None:
    size = size_of(home)
    with looked_at(home) as record:
        assert record.standing().unseen == size
        anchors.add_witness(home, witness.url, KNOWN.text)
        anchors.anchor(home)
        standing, custody = record.standing(), record.custody()
    assert (standing.unseen, standing.has_witness) == (0, True)
    (told,) = custody.witnesses
    assert (told.name, told.records) == (NAME, size)


def test_a_check_is_noted_and_found_again_by_the_next_desk(home: Home) -> None:
    with looked_at(home) as record:
        check = record.verify(lambda _done, _total: None)
    with looked_at(home) as record:
        last = record.standing().last
        assert last is not None
        assert (last.ok, last.records) == (True, check.records)
        assert record.custody().checks[0] == last


def test_a_changed_record_is_named_in_what_stands_on_the_screen(home: Home) -> None:
    with closing(sqlite3.connect(home.database)) as connection, connection:
        (stored,) = connection.execute("SELECT bytes FROM records WHERE seq = 3").fetchone()
        changed = stored.replace(b'"seq":3', b'"seq":4')
        assert changed != stored
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'records'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE records SET bytes = ? WHERE seq = 3", (changed,))
    with looked_at(home) as record:
        check = record.verify(lambda _done, _total: None)
        last = record.standing().last
    assert not check.ok
    assert check.flaw is not None
    assert check.flaw.startswith("Record 3:")
    assert check.records == 3
    assert last is not None
    assert last.flaw == check.flaw


def test_a_check_that_is_stopped_notes_nothing(home: Home) -> None:
    class StopError(Exception):
        pass

    def stop(_done: int, _total: int) -> None:
        raise StopError

    with looked_at(home) as record:
        with pytest.raises(StopError):
            record.verify(stop)
        assert record.standing().last is None


def test_the_alarm_of_a_witness_stands_on_the_screen(home: Home, witness: Served, tmp_path: Path) -> None:
    anchors.add_witness(home, witness.url, KNOWN.text)
    anchors.anchor(home)
    older = copied(home, tmp_path / "older")
    grow(home, 3)
    anchors.anchor(home)
    with looked_at(older) as record:
        assert record.standing().alarm is None
        anchors.anchor(older)
        alarm = record.standing().alarm
    assert alarm is not None
    assert "older copy was put back" in alarm


def test_a_configuration_that_cannot_be_read_is_trouble_until_it_is_mended(home: Home) -> None:
    with looked_at(home) as record:
        (home.root / settings.FILE).write_text("witnesses: 7\n")
        with pytest.raises(Trouble):
            record.standing()
        (home.root / settings.FILE).unlink()
        assert record.standing().unseen == size_of(home)


def test_custody_says_who_signs_and_how_their_keys_are_kept(home: Home) -> None:
    with looked_at(home) as record:
        custody = record.custody()
    assert custody.kept == "owner_only_file"
    assert len(custody.fingerprint) == 64
    assert custody.epoch == 1
    assert [person.kept for person in custody.people] == ["owner_only_file"]
    assert custody.agents
    assert not any(signer.is_revoked for signer in (*custody.people, *custody.agents))

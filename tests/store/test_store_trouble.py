"""What goes wrong around the database is told in one sentence, and leaves everything as it was."""

import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event
from tests.store.stories import ADA, CARD, INTAKE, invoice, received, story

from countersign.domain.errors import Trouble
from countersign.domain.event import Draft
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import database
from countersign.store.founding import open_store, visit_store
from countersign.store.store import Store


def _reopen(home: Home, words: Catalogue) -> Store:
    return open_store(home, agents=[CARD], person=ADA, words=words)


def _limit(store: Store, pragma: str) -> None:
    """Set a pragma on every connection that the store will use to write."""
    store._database.close()

    event.listen(store._database._engine, "connect", lambda connection, _record: connection.execute(pragma))


def test_a_full_disk_is_told_and_the_record_stays_whole(home: Home, words: Catalogue) -> None:
    with _reopen(home, words) as store:
        store.append(story("c1", invoice(1)))
        head, counts = store.head(), store.counts()
        with store._database.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        _limit(store, f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(Trouble, match=r"^The disk is full: nothing was recorded\. Make room"):
            store.append([draft for n in range(2, 30) for draft in story(f"c{n}", invoice(n))])
        assert (store.head(), store.counts()) == (head, counts)
    with _reopen(home, words) as store:
        assert store.head() == head + 1
        assert store.desk_entries()[-1].event.kind == "logging_failed"
        store.append(story("c2", invoice(2)))
        assert store.verify().ok


def test_a_database_that_may_not_be_written_is_told(store: Store) -> None:
    head = store.head()
    _limit(store, "PRAGMA query_only = 1")
    with pytest.raises(Trouble, match="may not be written: nothing was recorded"):
        store.append(story("c1", invoice(1)))
    assert store.head() == head
    assert store.verify().ok


def test_another_program_that_holds_the_database_is_told(
    home: Home, words: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_MS", 50)
    with _reopen(home, words) as store:
        other = sqlite3.connect(home.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(Trouble, match="Another program holds"):
                store.append([Draft(event=received(), actor=INTAKE, case="c1")])
            assert store.entries("c1") == ()
        finally:
            other.execute("ROLLBACK")
            other.close()
        store.append([Draft(event=received(), actor=INTAKE, case="c1")])
        assert len(store.entries("c1")) == 1


def test_a_database_of_a_newer_version_names_the_version_it_needs(home: Home, words: Catalogue) -> None:
    _reopen(home, words).close()
    connection = sqlite3.connect(home.database)
    connection.execute("UPDATE alembic_version SET version_num = '0099'")
    connection.execute("UPDATE desk_meta SET value = '7.3.0' WHERE name = 'needs_version'")
    connection.commit()
    connection.close()
    before = home.database.read_bytes()
    with pytest.raises(Trouble, match=r"newer version of Countersign .* Install version 7\.3\.0 or later\."):
        _reopen(home, words)
    assert home.database.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"this is no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_a_file_that_is_no_database_is_told(home: Home, words: Catalogue, content: bytes) -> None:
    home.prepare()
    home.database.write_bytes(content)
    with pytest.raises(Trouble, match=r"Put it back from a backup"):
        _reopen(home, words)
    assert home.database.read_bytes() == content


def test_a_database_of_some_other_program_is_left_alone(home: Home, words: Catalogue) -> None:
    home.prepare()
    connection = sqlite3.connect(home.database)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(Trouble, match="is no database of a desk"):
        _reopen(home, words)


def test_a_damaged_database_is_told(home: Home, words: Catalogue) -> None:
    with _reopen(home, words) as store:
        for n in range(20):
            store.append(story(f"c{n}", invoice(n)))
    content = bytearray(home.database.read_bytes())
    content[4096 : 4096 * 12] = os.urandom(4096 * 11)
    home.database.write_bytes(content)
    with pytest.raises(Trouble, match="damaged"):
        _reopen(home, words)


def test_a_log_that_does_not_fit_its_head_takes_no_more_records(store: Store, home: Home) -> None:
    store.append(story("c1", invoice(1)))
    connection = sqlite3.connect(home.database)
    connection.execute("UPDATE head SET size = size - 1, frontier = zeroblob(32 * 2)")
    connection.commit()
    connection.close()
    with pytest.raises(Trouble, match="countersign verify"):
        store.append(story("c2", invoice(2)))
    assert not store.verify().ok


def test_a_log_without_its_head_can_be_verified_and_takes_no_more_records(
    home: Home, words: Catalogue
) -> None:
    _reopen(home, words).close()
    connection = sqlite3.connect(home.database)
    connection.execute("DELETE FROM head")
    connection.commit()
    connection.close()
    with visit_store(home, words) as store:
        assert store.verify().flaw == "Record 3: the head of the log is missing."
        with pytest.raises(Trouble, match="countersign verify"):
            store.append([Draft(event=received(), actor=INTAKE, case="c1")])


def test_visiting_a_desk_appends_nothing_and_founds_none(home: Home, words: Catalogue) -> None:
    with pytest.raises(Trouble, match="There is no desk"):
        visit_store(home, words)
    assert not home.database.exists()
    _reopen(home, words).close()
    before = home.database.read_bytes()
    with visit_store(home, words) as store:
        assert store.head() == 4
    assert home.database.read_bytes() == before
    with visit_store(home, words) as store:
        assert store.verify().records == 4
        assert store.head() == 4
    assert len(home.database.read_bytes()) == len(before)


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path, words: Catalogue) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Trouble, match="cannot write its folder"):
        _reopen(Home(tmp_path / "file" / "home"), words)


def test_an_interrupted_first_start_is_taken_up_again(home: Home, words: Catalogue) -> None:
    home.prepare()
    home.database.touch()
    with _reopen(home, words) as store:
        assert store.verify().ok


def test_a_disk_without_room_for_a_reader_is_told_as_full(tmp_path: Path) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert str(database.advice_for(error, tmp_path)).startswith("The disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
    assert str(database.advice_for(error, tmp_path)).startswith("The disk under")

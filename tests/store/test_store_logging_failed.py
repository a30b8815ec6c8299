"""When the record cannot be written nothing happens, people are told, and afterwards the record says so."""

import multiprocessing
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from tests.store.stories import ADA, CARD, READER, invoice, story

from countersign.domain.errors import Trouble
from countersign.domain.event import Claimed, Draft, Entry, LoggingFailed
from countersign.domain.time import now
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import database
from countersign.store.founding import open_store, visit_store
from countersign.store.store import Store


@contextmanager
def refused(store: Store, *pragmas: str) -> Iterator[None]:
    """Set pragmas on every connection that the store uses, for a while."""
    engine = store._database._engine

    def set_them(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(pragma)

    engine.dispose()
    event.listen(engine, "connect", set_them)
    try:
        yield
    finally:
        event.remove(engine, "connect", set_them)
        engine.dispose()


def failures(store: Store) -> list[Entry]:
    return [entry for entry in store.desk_entries() if isinstance(entry.event, LoggingFailed)]


def test_the_first_record_after_a_failure_says_since_when_how_many_and_why(store: Store) -> None:
    began = now()
    with refused(store, "PRAGMA query_only = 1"):
        for n in range(3):
            with pytest.raises(Trouble, match="may not be written: nothing was recorded"):
                store.append(story(f"c{n}", invoice(n)))
    ended, head = now(), store.head()
    made = store.append(story("after", invoice(9)))
    (told,) = failures(store)
    assert isinstance(told.event, LoggingFailed)
    assert (told.seq, made[0].seq) == (head, head + 1)
    assert began <= told.event.since <= ended
    assert told.event.refused == 3 * 7
    assert told.event.why == "attempt to write a readonly database"
    store.append(story("later", invoice(10)))
    assert failures(store) == [told]
    assert store.verify().ok


def test_a_failure_after_which_nobody_appends_is_on_the_record_once_the_desk_is_closed(
    home: Home, words: Catalogue
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        with refused(store, "PRAGMA query_only = 1"), pytest.raises(Trouble):
            store.append(story("c1", invoice(1)))
        assert failures(store) == []
    with visit_store(home, words) as store:
        assert [e.event.refused for e in failures(store) if isinstance(e.event, LoggingFailed)] == [7]
        verdict = store.verify()
        assert verdict.ok
        assert verdict.unsigned == 0


def test_what_one_caller_did_wrong_is_no_failure_of_the_record(store: Store) -> None:
    with pytest.raises(Trouble, match="a person must do"):
        store.append([Draft(event=Claimed(person="ada", until=now()), actor=READER, case="c1")])
    store.append(story("c2", invoice(2)))
    assert failures(store) == []


def test_a_database_that_stays_locked_is_told_and_then_on_the_record(
    home: Home, words: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_MS", 50)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        other = sqlite3.connect(home.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Trouble, match="Another program holds"):
            store.append(story("c1", invoice(1)))
        other.execute("ROLLBACK")
        other.close()
        store.append(story("c1", invoice(1)))
        (told,) = failures(store)
        assert isinstance(told.event, LoggingFailed)
        assert (told.event.refused, told.event.why) == (7, "database is locked")


def test_callers_on_many_threads_are_refused_together_and_counted_once(store: Store) -> None:
    with refused(store, "PRAGMA query_only = 1"):
        outcomes: list[str] = []

        def append(n: int) -> None:
            try:
                store.append(story(f"c{n}", invoice(n)))
            except Trouble:
                outcomes.append("refused")

        threads = [threading.Thread(target=append, args=(n,)) for n in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes == ["refused"] * 10
    store.append(story("after", invoice(9)))
    (told,) = failures(store)
    assert isinstance(told.event, LoggingFailed)
    assert told.event.refused == 70


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are a thing of POSIX")
def test_a_file_that_may_not_grow_refuses_records_and_loses_none(home: Home, words: Catalogue) -> None:
    from tests.store.starving import append_until_refused

    processes = multiprocessing.get_context("forkserver")
    hearer, teller = processes.Pipe(duplex=False)
    process = processes.Process(target=append_until_refused, args=(home, words, teller))
    process.start()
    teller.close()
    kept, said, head = hearer.recv()
    process.join(30)
    hearer.close()
    assert process.exitcode == 0
    assert said.startswith(("The disk is full", "The disk under"))
    with visit_store(home, words) as store:
        assert [case for case in kept if len(store.entries(case)) != 7] == []
        assert store.entries(f"c{len(kept)}") == ()
        (told,) = failures(store)
        assert told.seq == head
        assert len(store.entries("after")) == 7
        verdict = store.verify()
        assert verdict.ok, verdict.flaw

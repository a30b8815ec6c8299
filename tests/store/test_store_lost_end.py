"""A database that lost its end, or a page of it, is not opened as if nothing had happened."""

import multiprocessing
import os
import random
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from tests.store.appending import append_cases
from tests.store.stories import ADA, CARD, invoice, review, story

from countersign.domain.errors import Trouble
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store, visit_store

posix = pytest.mark.skipif(os.name != "posix", reason="needs kill -9 and a fork server")


def killed(home: Home, words: Catalogue, acknowledged: Path, cases: int) -> None:
    """Append cases in a process of its own, and kill it while its write-ahead log is still needed."""
    processes = multiprocessing.get_context("forkserver")
    process = processes.Process(target=append_cases, args=(home.root, words, "r", None, acknowledged))
    process.start()
    waiting = threading.Event()
    while not (acknowledged.exists() and acknowledged.read_text().count("\n") >= cases):
        waiting.wait(0.01)
    process.kill()
    process.join(10)


@posix
@pytest.mark.parametrize("before", [0, 3], ids=["new desk", "desk that was closed before"])
def test_a_write_ahead_log_deleted_after_a_crash_is_missed_and_nothing_is_written(
    home: Home, words: Catalogue, tmp_path: Path, before: int
) -> None:
    if before:
        with open_store(home, agents=[CARD], person=ADA, words=words) as store:
            for n in range(before):
                store.append([*story(f"c{n}", invoice(n)), *review(f"c{n}")])
    killed(home, words, tmp_path / "acknowledged", 3)
    wal = home.database.with_name("desk.sqlite-wal")
    shutil.move(wal, tmp_path / "wal")
    home.database.with_name("desk.sqlite-shm").unlink()
    content = home.database.read_bytes()
    for opened in (
        lambda: open_store(home, agents=[CARD], person=ADA, words=words),
        lambda: visit_store(home),
    ):
        with pytest.raises(Trouble, match=r"were signed: its end is lost\. Put desk.sqlite-wal"):
            opened()
    assert home.database.read_bytes() == content
    for rest in ("-wal", "-shm"):
        home.database.with_name(f"desk.sqlite{rest}").unlink(missing_ok=True)
    shutil.move(tmp_path / "wal", wal)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.verify().ok
        for case in (tmp_path / "acknowledged").read_text().split():
            assert len(store.entries(case)) == 10


def test_an_earlier_copy_of_the_database_alone_is_refused_until_somebody_decides(
    home: Home, words: Catalogue, tmp_path: Path
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        store.append([*story("c1", invoice(1)), *review("c1")])
    shutil.copy(home.database, tmp_path / "copy")
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        store.append([*story("c2", invoice(2)), *review("c2")])
    shutil.copy(tmp_path / "copy", home.database)
    with pytest.raises(Trouble, match=r"delete .*head\.json; those records"):
        open_store(home, agents=[CARD], person=ADA, words=words)
    (home.root / "head.json").unlink()
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.entries("c2") == ()
        assert store.verify().ok


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"size": "many"}', b'{"size": 1}'])
def test_a_note_that_a_power_cut_tore_keeps_no_desk_shut(home: Home, words: Catalogue, note: bytes) -> None:
    open_store(home, agents=[CARD], person=ADA, words=words).close()
    (home.root / "head.json").write_bytes(note)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.verify().ok


def test_the_note_never_runs_ahead_of_what_is_durable(home: Home, words: Catalogue) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        for n in range(3):
            store.append([*story(f"c{n}", invoice(n)), *review(f"c{n}")])
            assert (home.root / "head.json").read_bytes() == b'{"size": %d}' % store.head()


def test_a_page_of_the_database_gone_bad_is_told_and_never_read_as_another_history(
    home: Home, words: Catalogue, tmp_path: Path
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        for n in range(30):
            store.append([*story(f"c{n}", invoice(n)), *review(f"c{n}")])
    whole = home.database.read_bytes()
    expected = _records(home.database)
    chance = random.Random("page")
    told = 0
    for page in chance.sample(range(1, len(whole) // 4096), 15):
        bent = bytearray(whole)
        bent[page * 4096 : (page + 1) * 4096] = chance.randbytes(4096)
        home.database.write_bytes(bent)
        try:
            with visit_store(home, words) as store:
                is_whole = store.verify().ok
        except Trouble as trouble:
            assert "damaged" in str(trouble) or "does not hold together" in str(trouble)
            is_whole = False
        if is_whole:
            assert _records(home.database) == expected
        told += not is_whole
    assert told > 3


def _records(file: Path) -> list[bytes]:
    connection = sqlite3.connect(file)
    try:
        return [row[0] for row in connection.execute("SELECT bytes FROM records ORDER BY seq")]
    finally:
        connection.close()

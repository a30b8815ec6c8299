"""A watched folder: what is dropped is taken once it is complete, and then lies aside."""

import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.intake.shelf import Shelf, put

from countersign.domain.errors import Trouble
from countersign.intake import watch
from countersign.intake.report import Item, Outcome
from countersign.intake.watch import Watch

PATIENCE = 20
WHOLE = b"%PDF-1.7 some content\n%%EOF\n"


class Watched:
    """A folder under watch in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shelf = Shelf()
        self.items: queue.Queue[Item] = queue.Queue()
        self.troubles: queue.Queue[str] = queue.Queue()
        self._stop = threading.Event()
        watching = Watch(folder, self.shelf.intake, on_item=self.items.put, on_trouble=self.troubles.put)
        self._thread = threading.Thread(target=watching.run, args=(self._stop,))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def next(self) -> Item:
        return self.items.get(timeout=PATIENCE)

    def lies_aside(self, name: str) -> list[Path]:
        return list((self.folder / watch.TAKEN).rglob(name))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    place = Watched(tmp_path)
    yield place
    place.stop()


def test_what_lies_there_at_the_start_is_taken(watched: Watched) -> None:
    put(watched.folder, "before.pdf", WHOLE)
    watched.start()
    assert watched.next().outcome is Outcome.TAKEN


def test_a_file_is_recorded_and_then_moved_aside(watched: Watched) -> None:
    watched.start()
    file = put(watched.folder, "bills/may.pdf", WHOLE)
    item = watched.next()
    assert (item.path, item.outcome) == (str(file), Outcome.TAKEN)
    assert watched.shelf.count() == {"document_received": 1}
    (aside,) = watched.lies_aside("may.pdf")
    assert aside.read_bytes() == WHOLE
    assert aside.parent.name == "bills"
    assert not file.exists()


def test_a_file_that_grows_is_taken_once_and_whole(watched: Watched) -> None:
    watched.start()
    with (watched.folder / "slow.pdf").open("wb") as file:
        for piece in (WHOLE[:10], WHOLE[10:20], WHOLE[20:]):
            file.write(piece)
            file.flush()
            threading.Event().wait(0.2)
    assert watched.next().outcome is Outcome.TAKEN
    assert list(watched.shelf.library.kept.values()) == [WHOLE]


def test_a_file_under_a_passing_name_is_taken_when_it_is_renamed(watched: Watched) -> None:
    watched.start()
    part = put(watched.folder, "bill.pdf.part", WHOLE)
    threading.Event().wait(0.3)
    assert watched.shelf.ledger.head() == 0
    part.rename(watched.folder / "bill.pdf")
    assert watched.next().path.endswith("bill.pdf")


def test_two_files_of_one_name_both_lie_aside(watched: Watched) -> None:
    watched.start()
    for content in (WHOLE, WHOLE + b"more %%EOF"):
        put(watched.folder, "bill.pdf", content)
        watched.next()
    assert len(watched.lies_aside("bill*.pdf")) == 2


def test_a_damaged_file_is_taken_as_well(watched: Watched) -> None:
    watched.start()
    put(watched.folder, "cut.pdf", WHOLE[:12])
    assert watched.next().outcome is Outcome.TAKEN


def test_what_is_no_document_stays_and_is_reported(watched: Watched) -> None:
    watched.start()
    file = put(watched.folder, "notes.txt", b"remember the milk")
    item = watched.next()
    assert (item.outcome, item.reason) == (Outcome.SET_ASIDE, "not a document")
    assert file.exists()


def test_after_trouble_the_file_is_taken_when_the_trouble_is_over(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_AGAIN_AFTER", 0.1)
    watched.shelf.ledger.broken = True
    watched.start()
    file = put(watched.folder, "bill.pdf", WHOLE)
    assert "no space left" in watched.troubles.get(timeout=PATIENCE)
    assert file.exists()
    watched.shelf.ledger.broken = False
    assert watched.next().outcome is Outcome.TAKEN


def test_a_folder_that_is_not_there_is_trouble(tmp_path: Path) -> None:
    shelf = Shelf()
    heard: list[object] = []
    place = Watch(tmp_path / "gone", shelf.intake, on_item=heard.append, on_trouble=heard.append)
    with pytest.raises(Trouble, match=r"There is no folder .*gone to watch"):
        place.run(threading.Event())


def test_a_dropped_file_is_taken_in_a_blink(watched: Watched) -> None:
    put(watched.folder, "first.pdf", WHOLE)
    watched.start()
    watched.next()
    took = []
    for number in range(5):
        content = WHOLE + b"%d %%%%EOF" % number
        began = time.perf_counter()
        put(watched.folder, f"{number}.pdf", content)
        watched.next()
        took.append(time.perf_counter() - began)
    assert min(took) < 0.2, took

"""A hang, a crash or a bomb costs one child; the desk, the next document and the other threads go on."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import psutil
import pytest
from PIL import Image
from tests.documents.paper import drawn, encoded, file, pdf, sha

from countersign.documents import process
from countersign.documents.frames import send_file
from countersign.documents.pool import Closed, Pages
from countersign.documents.process import CannotStart
from countersign.domain.document import MediaType, Opened, Page, Refusal
from countersign.settings.limits import Limits

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="stops and kills children by signal")
KILL = 9
PATIENCE = 20  # seconds; a busy machine


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return file(tmp_path, "one.pdf", pdf("one"))


@pytest.fixture
def pages() -> Iterator[Pages]:
    pool = Pages(1, Limits(seconds_to_open=PATIENCE))
    yield pool
    pool.close()


def ask(pages: Pages, document: Path) -> Opened | Refusal:
    return pages.open(document, sha(document.read_bytes()), MediaType.PDF)


def children() -> list[psutil.Process]:
    """Return the page children of this process, which may have others, of tests before."""
    return [one for one in psutil.Process().children() if "countersign.documents.child" in _line_of(one)]


def _line_of(process: psutil.Process) -> list[str]:
    """Return the command line of a process; one that has begun this moment shows none yet."""
    pause = threading.Event()
    for _ in range(100):
        try:
            if line := process.cmdline():
                return line
        except psutil.Error:  # it has ended
            return []
        pause.wait(0.01)
    return []


def killing(times: int, by: int = KILL) -> Callable[..., None]:
    """Return a sender that kills the child that it sent to, before it can answer, the first `times`."""
    left = times

    def send_and_kill(pipe: BinaryIO, json: bytes, document: BinaryIO, length: int) -> None:
        nonlocal left
        if left:
            (child,) = children()
            child.suspend()
            send_file(pipe, json, document, length)
            child.send_signal(by)
            child.resume()
            left -= 1
        else:
            send_file(pipe, json, document, length)

    return send_and_kill


@needs_signals
def test_a_child_that_somebody_kills_is_no_fault_of_the_document(
    pages: Pages, one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "send_file", killing(1))
    assert isinstance(ask(pages, one), Opened)


@needs_signals
def test_a_document_at_which_two_children_are_killed_is_refused_and_the_next_one_read(
    pages: Pages, one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "send_file", killing(2))
    answer = ask(pages, one)
    assert answer == Refusal(
        code="unreadable_document", detail="was killed by the system, as when memory runs out"
    )
    assert children() == []
    assert isinstance(ask(pages, one), Opened)


@needs_signals
def test_when_a_child_dies_that_read_others_before_a_fresh_one_is_asked_once(
    pages: Pages, one: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(ask(pages, one), Opened)
    monkeypatch.setattr(process, "send_file", killing(1, signal.SIGSEGV))
    assert isinstance(ask(pages, file(tmp_path, "two.pdf", pdf("two"))), Opened)
    monkeypatch.setattr(process, "send_file", killing(2, signal.SIGSEGV))
    assert ask(pages, file(tmp_path, "three.pdf", pdf("three"))) == Refusal(
        code="unreadable_document", detail="ended unexpectedly"
    )


@needs_signals
def test_a_child_that_hangs_is_ended_at_the_limit(one: Path) -> None:
    pages = Pages(1, Limits(seconds_to_open=2))
    try:
        assert isinstance(ask(pages, one), Opened)
        (child,) = children()
        child.suspend()
        answer = ask(pages, one)
        assert answer == Refusal(code="unreadable_document", detail="took longer than 2 s")
        assert not child.is_running()
    finally:
        pages.close()


@pytest.mark.skipif(sys.platform != "linux", reason="memory of a child is bounded on Linux")
def test_a_bomb_that_wants_more_memory_than_allowed_is_refused(tmp_path: Path, one: Path) -> None:
    pages = Pages(1, Limits(child_megabytes=60, max_pixels=80_000_000))
    try:
        bomb = encoded(Image.new("RGB", (8000, 8000)))
        answer = pages.open(file(tmp_path, "bomb.png", bomb), sha(bomb), MediaType.PNG)
        assert answer == Refusal(code="unreadable_document", detail="needs more memory than allowed")
        assert isinstance(ask(pages, one), Opened)
    finally:
        pages.close()


def test_many_threads_share_few_children_and_each_gets_its_own_answer(tmp_path: Path) -> None:
    pages = Pages(2, Limits())
    try:
        documents = [file(tmp_path, f"{n}.pdf", pdf(f"number {n}")) for n in range(24)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda document: ask(pages, document), documents))
        assert [a.pages[0].words[1].text for a in answers if isinstance(a, Opened)] == [
            str(n) for n in range(24)
        ]
        assert len(children()) <= 2
    finally:
        pages.close()


def test_a_child_is_replaced_when_it_has_served_long_enough(
    pages: Pages, one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "WORN_AFTER", 2)
    seen: set[int] = set()
    for _ in range(5):
        assert isinstance(ask(pages, one), Opened)
        seen.update(child.pid for child in children())
    assert len(seen) == 3  # the second and the fourth answer were the last of their child


def test_a_document_that_changes_under_its_name_is_read_anew(pages: Pages, tmp_path: Path) -> None:
    first = file(tmp_path, "a.pdf", pdf("before"))
    assert isinstance(ask(pages, first), Opened)
    answer = ask(pages, file(tmp_path, "a.pdf", pdf("afterwards")))
    assert isinstance(answer, Opened)
    assert answer.pages[0].words[0].text == "afterwards"


def test_closing_ends_the_children_and_may_be_done_twice(one: Path) -> None:
    pages = Pages(2, Limits())
    pages.warm()
    started = children()
    assert len(started) == 2
    pages.close()
    pages.close()
    assert not [child for child in started if child.is_running()]
    with pytest.raises(Closed):
        ask(pages, one)


@needs_signals
def test_closing_in_the_middle_of_an_answer_blames_no_document(one: Path) -> None:
    pages = Pages(1, Limits())
    assert isinstance(ask(pages, one), Opened)
    (child,) = children()
    child.suspend()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, pages, one)
        pages.close()
        with pytest.raises(Closed):
            waiting.result(PATIENCE)


def test_a_child_that_cannot_start_is_no_fault_of_the_document(
    one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_command", lambda: [sys.executable, "-c", "raise SystemExit(3)"])
    pages = Pages(1, Limits())
    with pytest.raises(CannotStart, match="exit status 3"):
        ask(pages, one)
    pages.close()


@needs_signals
def test_children_end_when_the_desk_is_killed() -> None:
    program = (
        "import sys\n"
        "from countersign.documents.pool import Pages\n"
        "from countersign.settings.limits import Limits\n"
        "pages = Pages(2, Limits()); pages.warm()\n"
        "import psutil; print(*[c.pid for c in psutil.Process().children()], flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as desk:
        assert desk.stdout is not None
        orphans = [psutil.Process(int(pid)) for pid in desk.stdout.readline().split()]
        assert len(orphans) == 2
        desk.kill()
    _, alive = psutil.wait_procs(orphans, timeout=PATIENCE)
    assert not alive


def test_a_child_lives_on_when_the_thread_that_asked_for_it_has_ended() -> None:
    before = set(psutil.Process().children())
    pages = Pages(1, Limits())
    try:
        with ThreadPoolExecutor(1) as other:
            other.submit(pages.warm).result()
        (child,) = set(psutil.Process().children()) - before
        pages.barriers()
        assert child.is_running()
        assert child.status() != psutil.STATUS_ZOMBIE
    finally:
        pages.close()


def test_scans_are_recognised_behind_the_walls(tmp_path: Path) -> None:
    scan = encoded(drawn("Ledger 4711"))
    pages = Pages(1, Limits())
    try:
        page = pages.recognise(file(tmp_path, "scan.png", scan), MediaType.PNG, 0)
    finally:
        pages.close()
    assert isinstance(page, Page)
    assert [word.text for word in page.words] == ["Ledger", "4711"]


def test_a_child_gets_no_key_that_stands_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("MODELS_KEY", "COUNTERSIGN_PASSWORD_FILE", "AWS_SECRET_ACCESS_KEY", "countersign_any"):
        monkeypatch.setenv(name, "secret-4711")
    program = "import json, os; print(json.dumps(dict(os.environ)))"
    monkeypatch.setattr(process, "_command", lambda: [sys.executable, "-c", program])
    told = json.loads(process._start(Limits()).process.communicate()[0])
    assert "secret-4711" not in told.values()
    assert "PATH" in told

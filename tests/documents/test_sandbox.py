"""What a taken over page child tries, the system refuses: each thing is tried for real, in a real child."""

import ctypes
import errno
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from tests.documents.paper import file, sha
from tests.support import naughty_child
from tests.support.naughty_child import DONE, WITHOUT

from countersign.documents import process, sandbox
from countersign.documents.pool import Pages
from countersign.documents.sandbox import linux
from countersign.documents.sandbox.barrier import ENOUGH, NOT_OFFERED, Against, Means, barriers
from countersign.domain.document import MediaType, Refusal
from countersign.settings.limits import Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tries what Linux offers")

PATIENCE = 30  # seconds; a busy machine
NAUGHTY = [sys.executable, "-P", naughty_child.__file__]
REFUSED = {os.strerror(number) for number in (errno.EPERM, errno.EACCES)}
LACKING = {os.strerror(errno.ENOSYS)}


class Taken:
    """A page child that has been taken over, and what keeps it."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.pages = Pages(1, limits)
        self._folder = folder
        self.kept = {barrier.against for barrier in self.pages.barriers() if barrier.by}

    def __call__(self, act: str, *arguments: object) -> str:
        """Have it try something; return how it went."""
        document = file(self._folder, "order.pdf", json.dumps([act, *arguments]).encode())
        answer = self.pages.open(document, sha(document.read_bytes()), MediaType.PDF)
        assert isinstance(answer, Refusal)
        return answer.detail

    def needs(self, *against: Against) -> None:
        """Skip the test where the system keeps nobody from that."""
        lacking = [each for each in against if each not in self.kept]
        if lacking:
            pytest.skip(f"this kernel offers nothing against {', '.join(lacking)}")


@contextmanager
def naughty(folder: Path, *without: Means, limits: Limits | None = None) -> Iterator[Taken]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "_command", lambda: NAUGHTY)
        patch.setenv(WITHOUT, ",".join(without))
        patch.setattr(process, "_NEEDED", (*process._NEEDED, WITHOUT))
        made = Taken(folder, limits or Limits(seconds_to_open=PATIENCE))
        try:
            yield made
        finally:
            made.pages.close()


@pytest.fixture
def take(tmp_path: Path) -> Iterator[Callable[..., Taken]]:
    with ExitStack() as undo:
        yield lambda *without, **more: undo.enter_context(naughty(tmp_path, *without, **more))


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    with naughty(tmp_path_factory.mktemp("orders")) as made:
        yield made


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Return a folder such as that of a desk's keys, with a file in it."""
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "root.key").write_text("secret")
    return folder


@pytest.fixture
def listener() -> Iterator[int]:
    """Return the port of somebody on this machine who would answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK])
def test_no_socket_can_be_opened(taken: Taken, family: int) -> None:
    taken.needs(Against.NETWORK)
    assert taken("talk", family, socket.SOCK_DGRAM) in REFUSED
    assert taken("pair") in REFUSED


@pytest.mark.parametrize("without", [(), (Means.SYSTEM_CALLS,), (Means.NAMESPACES, Means.LANDLOCK)])
def test_nobody_is_reached_even_when_one_means_is_lacking(
    take: Callable[..., Taken], listener: int, without: tuple[Means, ...]
) -> None:
    taken = take(*without)
    taken.needs(Against.NETWORK)
    assert taken("reach", listener) != DONE


@pytest.mark.parametrize("without", [(), (Means.SYSTEM_CALLS,), (Means.LANDLOCK,)])
def test_no_file_is_written_changed_or_deleted_even_when_one_means_is_lacking(
    take: Callable[..., Taken], tmp_path: Path, without: tuple[Means, ...]
) -> None:
    taken = take(*without)
    taken.needs(Against.WRITING)
    victim = file(tmp_path, "victim.txt", b"whole")
    new = tmp_path / "new.txt"
    told = [taken("write", str(place)) for place in (victim, new)]
    told += [taken(act, str(victim)) for act in ("delete", "rename")]
    assert set(told) <= REFUSED
    assert victim.read_bytes() == b"whole"
    assert not new.exists()


def test_rights_to_a_file_stay_as_they_are(taken: Taken, keys: Path) -> None:
    taken.needs(Against.OTHERS)
    before = (keys / "root.key").stat().st_mode
    assert taken("open_up", str(keys / "root.key")) in REFUSED
    assert (keys / "root.key").stat().st_mode == before


def test_files_of_the_user_such_as_the_keys_cannot_be_read_or_listed(taken: Taken, keys: Path) -> None:
    taken.needs(Against.READING)
    assert taken("read", str(keys / "root.key")) in REFUSED
    assert taken("look", str(keys)) in REFUSED
    assert taken("read", "/etc/passwd") in REFUSED
    assert taken("look", str(Path.home())) in REFUSED


def test_nothing_that_the_sandbox_sees_lies_around_the_home_of_a_user(
    taken: Taken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, take: Callable[..., Taken]
) -> None:
    taken.needs(Against.READING)
    letter = file(tmp_path, "letter.txt", b"private")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # a search path in which the home lies
    (tmp_path / "home").mkdir()
    assert take()("read", str(letter)) in REFUSED


@pytest.mark.parametrize("act", ["run", "spawn", "fork", "clone"])
def test_no_program_and_no_process_is_started(taken: Taken, act: str) -> None:
    taken.needs(Against.PROGRAMS)
    assert taken(act) in REFUSED


@pytest.mark.parametrize("act", ["clone3", "ring"])
def test_calls_that_no_filter_can_see_into_are_not_there(taken: Taken, act: str) -> None:
    taken.needs(Against.OTHERS)
    assert taken(act) in LACKING


@pytest.mark.parametrize("act", ["signal_desk", "trace_desk", "outlive", "mount", "hide"])
def test_other_processes_and_the_walls_are_not_touched(taken: Taken, act: str) -> None:
    taken.needs(Against.OTHERS)
    assert taken(act) in REFUSED


def test_threads_and_signals_to_itself_are_granted(taken: Taken) -> None:
    assert [taken("work_in_threads"), taken("stop_itself")] == [DONE, DONE]


def test_each_thing_would_be_done_were_there_no_walls(
    take: Callable[..., Taken], keys: Path, tmp_path: Path, listener: int
) -> None:
    taken = take(*(means for means in Means if means != Means.MEMORY_LIMIT))
    assert taken.kept == {Against.MEMORY}
    told = {
        "write": taken("write", str(tmp_path / "new.txt")),
        "read": taken("read", str(keys / "root.key")),
        "reach": taken("reach", listener),
        "pair": taken("pair"),
        "run": taken("run"),
        "fork": taken("fork"),
        "clone": taken("clone"),
        "signal_desk": taken("signal_desk"),
        "hide": taken("hide"),
    }
    assert set(told.values()) == {DONE}


def test_whoever_takes_all_memory_gets_an_error(take: Callable[..., Taken]) -> None:
    taken = take(limits=Limits(child_megabytes=300))
    taken.needs(Against.MEMORY)
    assert taken("allocate") == "needs more memory than allowed"
    assert taken("work_in_threads") == DONE  # in the next child


def test_whoever_computes_without_end_is_ended(take: Callable[..., Taken]) -> None:
    taken = take(limits=Limits(seconds_to_open=0.5))
    assert taken("spin") == "took longer than 0.5 s"
    assert taken("work_in_threads") == DONE


def test_a_computing_child_ends_with_a_worker_that_is_killed(tmp_path: Path, taken: Taken) -> None:
    taken.needs(Against.OUTLIVING)
    order = file(tmp_path, "order.pdf", b'["spin"]')
    program = (
        "import sys, threading, time\n"
        "from pathlib import Path\n"
        "from countersign.documents import process\n"
        "from countersign.documents.pool import Pages\n"
        "from countersign.settings.limits import Limits\n"
        f"process._command = lambda: {NAUGHTY!r}\n"
        "pages = Pages(1, Limits(seconds_to_open=600)); pages.warm(); pages.barriers()\n"
        f"ask = lambda: pages.open(Path({str(order)!r}), '', 'application/pdf')\n"
        "threading.Thread(target=ask, daemon=True).start()\n"
        "import psutil; child, = psutil.Process().children()\n"
        "before = child.cpu_times().user\n"
        "while child.cpu_times().user < before + 0.3: threading.Event().wait(0.02)\n"
        "print(child.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        computing = psutil.Process(int(worker.stdout.readline()))
        worker.kill()
    _, alive = psutil.wait_procs([computing], timeout=5)
    assert not alive


def test_a_system_that_offers_nothing_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    def steps(_megabytes: int, _tried: dict[Means, str]) -> Iterator[tuple[Means, Callable[[], None]]]:
        yield from linux.steps()

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    monkeypatch.setattr(sandbox, "_steps", steps)
    linux._libc.cache_clear()
    told = sandbox.enter(1)
    assert len(told) == 6
    assert set(told.values()) == LACKING
    assert not any(barrier.by for barrier in barriers(told))


def test_what_lacks_is_told_with_the_words_of_the_system() -> None:
    told = {Means.SYSTEM_CALLS: "Operation not permitted", Means.NAMESPACES: "", Means.LANDLOCK: "too old"}
    found = {barrier.against: barrier for barrier in barriers(told)}
    assert set(found) == set(ENOUGH)
    assert found[Against.NETWORK].by == (Means.NAMESPACES,)
    assert found[Against.READING].why == "Landlock: too old"
    assert found[Against.OUTLIVING].why == NOT_OFFERED

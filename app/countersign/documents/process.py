"""One page child as the desk sees it: started, asked, timed, ended."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeVar, cast

from pydantic import BaseModel, ValidationError

from countersign.documents.frames import BrokenTalk, Ready, Reply, Request, receive, send_file
from countersign.documents.sandbox.barrier import Barrier, Means, barriers
from countersign.settings.limits import Limits

if TYPE_CHECKING:
    from countersign.documents.sandbox.windows import Holder

SECONDS_TO_START = 120.0
"""A cold disk on a busy machine; a child that takes longer will never come."""

WORN_AFTER = 400
"""Requests after which a child is replaced: libraries in C leak."""

LIMITS = "COUNTERSIGN_CHILD_LIMITS"
"""The variable by which a child learns its limits."""

MOMENT = 0.5
"""Seconds that a process has to end when it has closed its pipes."""

Said = TypeVar("Said", bound=BaseModel)

_NEEDED = (
    *("PATH", "PYTHON", "LD_", "DYLD_", "_PYI", "_MEIPASS", "VIRTUAL_ENV", "COVERAGE_", "COV_CORE_"),
    *("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "TMP", "TEMP", "XDG_CACHE_HOME"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PROCESSOR_", "NUMBER_OF_PROCESSORS"),
    *("LANG", "LC_", "TZ", "FONTCONFIG_"),
)
"""How the names of the variables begin that a child gets: where programs, libraries and fonts lie."""

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}


class ChildFailed(Exception):
    """The child gave no answer that can be used; the message says why."""


class TookTooLong(ChildFailed):
    """The child was ended because its time was over."""


class Killed(ChildFailed):
    """The child was killed by neither itself nor the desk: the system had no memory, or a person did it."""


class CannotStart(Exception):
    """No child comes up on this machine: the installation is broken, and no document is to blame."""


class Child:
    """A process that reads untrusted documents: one request at a time, but `end` may come from any thread."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._requests = 0
        self._is_up = False
        self._is_late = False
        self._was_ended = False
        self._held: tuple[object, ...] = ()
        self.is_worn = False
        """True when it must be replaced: it is old, has ended, or was left in the middle of an answer."""
        self.barriers: tuple[Barrier, ...] = ()
        """What keeps it from doing more than reading; known when it is up."""
        self._process, self._stdin, self._stdout, self._unheld = _starter().start(limits)

    @property
    def pid(self) -> int:
        """The child's process number."""
        return self._process.pid

    @property
    def was_fresh(self) -> bool:
        """True when no document before the last one could have harmed it."""
        return self._requests <= 1

    def ask(self, request: Request, document: Path, seconds: float) -> tuple[Reply, bytes]:
        """Put a request; return the answer, which is well formed but not yet believed, and its bytes.

        Raises ChildFailed (the child has then been ended), CannotStart, or OSError when the document
        cannot be read.
        """
        with document.open("rb") as file:
            stat = os.fstat(file.fileno())
            identity = (str(document), stat.st_size, stat.st_mtime_ns, request.flat)
            self.be_up()
            self._requests += 1
            self.is_worn = True
            holds = identity == self._held
            with self._deadline(seconds):
                send_file(self._stdin, _json(request, holds), file, 0 if holds else stat.st_size)
                reply, blob = self._listen(Reply)
        self._held = identity
        self.is_worn = reply.worn or self._requests >= WORN_AFTER
        return reply, blob

    def end(self) -> None:
        """End the child and reap it; harmless when it has ended already."""
        self._was_ended = True
        _kill(self._process)
        self._process.wait()
        for pipe in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):  # what was not yet written has no reader any more
                pipe.close()

    def be_up(self) -> None:
        """Wait until the child has started; raises CannotStart."""
        if self._is_up:
            return
        try:
            with self._deadline(SECONDS_TO_START):
                ready, _ = self._listen(Ready)
        except ChildFailed as error:
            code = self._process.returncode
            raise CannotStart(f"a page child did not start ({error}, exit status {code})") from error
        self.barriers = barriers({**ready.tried, **self._unheld})
        self._is_up = True

    def _listen(self, kind: type[Said]) -> tuple[Said, bytes]:
        frame = receive(self._stdout, self._limits.max_pixels * 3)
        if frame is None:
            raise BrokenTalk("ended unexpectedly")
        untrusted_json, untrusted_blob = frame
        return kind.model_validate_json(untrusted_json), untrusted_blob

    @contextlib.contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        """End the child when the time is over, or when it does not keep to the protocol."""
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (BrokenTalk, ValidationError) as error:
            timer.cancel()
            is_killed = self._was_killed()
            self.end()
            if self._is_late:
                raise TookTooLong(f"took longer than {seconds:g} s") from error
            if is_killed:
                raise Killed("was killed by the system, as when memory runs out") from error
            raise ChildFailed(_cause(self._process.returncode, error)) from error
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._is_late = True
        _kill(self._process)

    def _was_killed(self) -> bool:
        """Say whether somebody else killed it; a process whose pipes are closed ends in a moment."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(MOMENT)
        by_us = self._is_late or self._was_ended
        return not by_us and sys.platform != "win32" and self._process.returncode == -signal.SIGKILL


class Started(NamedTuple):
    """A process, its pipes, and what the desk could not do to hold it."""

    process: "subprocess.Popen[bytes]"
    stdin: BinaryIO
    stdout: BinaryIO
    unheld: dict[Means, str]


class _Starter:
    """Starts all children of this process in one thread that lives as long as the process does.

    Linux kills a child that asked for it when the thread that started it ends, not only the process.
    """

    def __init__(self) -> None:
        self._wishes: queue.SimpleQueue[tuple[Limits, Future[Started]]] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="child-starter", daemon=True).start()

    def start(self, limits: Limits) -> Started:
        """Start a child; raises what starting it raises."""
        started: Future[Started] = Future()
        self._wishes.put((limits, started))
        return started.result()

    def _serve(self) -> None:
        while True:
            limits, started = self._wishes.get()
            try:
                started.set_result(_start(limits))
            except BaseException as error:
                started.set_exception(error)
            del started  # nothing here shall keep a child that has ended


@cache
def _starter() -> _Starter:
    return _Starter()


def _harmless(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a process needs to start, and no more: keys and passwords stand in environments, too."""
    return {name: value for name, value in environment.items() if name.upper().startswith(_NEEDED)}


def _start(limits: Limits) -> Started:
    environment = {**_harmless(os.environ), **_ONE_THREAD, LIMITS: limits.model_dump_json()}
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    process = subprocess.Popen(
        _command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        creationflags=flags,
        start_new_session=True,  # a Ctrl-C in the terminal is for the desk, which then ends its children
    )
    if process.stdin is None or process.stdout is None:
        raise CannotStart("a page child has no pipes")
    return Started(process, cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout), _hold(process.pid))


def _hold(pid: int) -> dict[Means, str]:
    """See to it that the system ends a child with the desk (Windows); elsewhere it does so itself."""
    unheld: dict[Means, str] = {}
    if sys.platform == "win32":
        try:
            _holder().hold(pid)
            unheld[Means.DESK_JOB] = ""
        except OSError as error:
            unheld[Means.DESK_JOB] = str(error)
    return unheld


@cache
def _holder() -> "Holder":
    from countersign.documents.sandbox.windows import holder

    return holder()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a child and whatever it may have started."""
    if sys.platform != "win32" and process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "page-child"]
    return [sys.executable, "-P", "-m", "countersign.documents.child"]


def _json(request: Request, holds: bool) -> bytes:
    return request.model_copy(update={"holds": holds}).model_dump_json().encode()


def _cause(exit_status: int | None, error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "gave an answer that is not well formed"
    return "needs more computing time than allowed" if exit_status == _CPU_TIME_OVER else str(error)


_CPU_TIME_OVER = -24  # SIGXCPU

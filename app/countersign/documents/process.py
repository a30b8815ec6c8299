"""One page child as the desk sees it: started, asked, timed, ended."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from pydantic import ValidationError

from countersign.documents.frames import BrokenTalk, Reply, Request, receive, send_file
from countersign.settings.limits import Limits

SECONDS_TO_START = 120.0
"""A cold disk on a busy machine; a child that takes longer will never come."""

WORN_AFTER = 400
"""Requests after which a child is replaced: libraries in C leak."""

LIMITS = "COUNTERSIGN_CHILD_LIMITS"
"""The variable by which a child learns its limits."""

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}


class ChildFailed(Exception):
    """The child gave no answer that can be used; the message says why."""


class TookTooLong(ChildFailed):
    """The child was ended because its time was over."""


class CannotStart(Exception):
    """No child comes up on this machine: the installation is broken, and no document is to blame."""


class Child:
    """A process that reads untrusted documents: one request at a time, but `end` may come from any thread."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._requests = 0
        self._is_up = False
        self._is_late = False
        self._held: tuple[object, ...] = ()
        self.is_worn = False
        """True when it must be replaced: it is old, has ended, or was left in the middle of an answer."""
        self._process, self._stdin, self._stdout = _start(limits)

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
            self._await_start()
            self._requests += 1
            self.is_worn = True
            holds = identity == self._held
            with self._deadline(seconds):
                send_file(self._stdin, _json(request, holds), file, 0 if holds else stat.st_size)
                reply, blob = self._listen()
        self._held = identity
        self.is_worn = reply.worn or self._requests >= WORN_AFTER
        return reply, blob

    def end(self) -> None:
        """End the child and reap it; harmless when it has ended already."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):  # what was not yet written has no reader any more
                pipe.close()

    def _await_start(self) -> None:
        if self._is_up:
            return
        try:
            with self._deadline(SECONDS_TO_START):
                self._listen()
        except ChildFailed as error:
            code = self._process.returncode
            raise CannotStart(f"a page child did not start ({error}, exit status {code})") from error
        self._is_up = True

    def _listen(self) -> tuple[Reply, bytes]:
        frame = receive(self._stdout, self._limits.max_pixels * 3)
        if frame is None:
            raise BrokenTalk("ended unexpectedly")
        untrusted_json, untrusted_blob = frame
        return Reply.model_validate_json(untrusted_json), untrusted_blob

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
            self.end()
            if self._is_late:
                raise TookTooLong(f"took longer than {seconds:g} s") from error
            raise ChildFailed(_cause(self._process.returncode, error)) from error
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._is_late = True
        self._process.kill()


def _start(limits: Limits) -> "tuple[subprocess.Popen[bytes], BinaryIO, BinaryIO]":
    environment = {**os.environ, **_ONE_THREAD, LIMITS: limits.model_dump_json()}
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
    return process, cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)


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

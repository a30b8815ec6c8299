"""A page child whose reader has been taken over: a document names what it then tries to do, for real."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from countersign.documents import child, sandbox
from countersign.documents.frames import Reply, Request
from countersign.documents.sandbox.barrier import Means
from countersign.domain.document import Refusal
from countersign.settings.limits import Limits

WITHOUT = "COUNTERSIGN_TEST_WITHOUT"
"""The variable that names the means that this child shall do without, separated by commas."""

DONE = "done"

_CLONE, _IO_URING_SETUP, _CLONE3 = {"x86_64": 56, "aarch64": 220}.get(os.uname().machine, -1), 425, 435
_ATTACH, _PARENT_SIGNAL = 16, 1
_PRIVATE_MOUNTS, _NEW_USER = 0x00020000, 0x10000000


class Naughty:
    """Does what the document says, and answers how it went."""

    def __init__(self, limits: Limits) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._kept: list[bytearray] = []

    def answer(self, request: Request, blob: bytes) -> tuple[Reply, bytes]:
        """Try it; `done`, or the system's error."""
        act, *arguments = json.loads(blob)
        try:
            getattr(self, act)(*arguments)
            told = DONE
        except OSError as error:
            told = os.strerror(error.errno or 0)
        return Reply(refusal=Refusal(code="unreadable_document", detail=told)), b""

    def talk(self, family: int, kind: int) -> None:
        """Open a socket."""
        socket.socket(family, kind).close()

    def reach(self, port: int) -> None:
        """Connect to somebody on this machine."""
        socket.create_connection(("127.0.0.1", port), timeout=5).close()

    def pair(self) -> None:
        """Open two sockets that are joined."""
        for end in socket.socketpair():
            end.close()

    def write(self, name: str) -> None:
        """Write a new file, or into one that is there."""
        Path(name).write_text("harm")

    def delete(self, name: str) -> None:
        """Delete a file."""
        Path(name).unlink()

    def rename(self, name: str) -> None:
        """Rename a file."""
        Path(name).rename(name + ".gone")

    def open_up(self, name: str) -> None:
        """Let everybody read a file."""
        Path(name).chmod(0o777)

    def read(self, name: str) -> None:
        """Read a file."""
        Path(name).read_bytes()

    def look(self, name: str) -> None:
        """List a folder."""
        list(Path(name).iterdir())

    def run(self) -> None:
        """Start a program."""
        subprocess.run([sys.executable, "-c", ""], check=True)

    def spawn(self) -> None:
        """Start a program by the shorter way of the system."""
        os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {})
        os.wait()

    def fork(self) -> None:
        """Start a process."""
        if os.fork() == 0:
            os._exit(0)
        os.wait()

    def clone(self) -> None:
        """Start a process by the call under `fork`."""
        if self._call(_CLONE, signal.SIGCHLD, 0, 0, 0, 0) == 0:
            os._exit(0)
        os.wait()

    def clone3(self) -> None:
        """Start a process by the newest call, whose arguments no filter can see."""
        self._call(_CLONE3, 0, 0)

    def ring(self) -> None:
        """Have the kernel work through a list of calls that no filter sees."""
        self._call(_IO_URING_SETUP, 1, ctypes.create_string_buffer(120))

    def signal_desk(self) -> None:
        """Ask whether a signal could be sent to the desk."""
        os.kill(os.getppid(), 0)

    def trace_desk(self) -> None:
        """Look into the desk's memory."""
        self._check(self._libc.ptrace(_ATTACH, os.getppid(), 0, 0))

    def outlive(self) -> None:
        """See to it that the death of the desk is not felt."""
        self._check(self._libc.prctl(_PARENT_SIGNAL, 0, 0, 0, 0))

    def mount(self) -> None:
        """Change what the files look like."""
        self._check(self._libc.unshare(_NEW_USER | _PRIVATE_MOUNTS))

    def hide(self) -> None:
        """Write into memory that no limit counts."""
        os.close(os.memfd_create("hidden"))

    def allocate(self) -> None:
        """Take all memory."""
        while True:
            self._kept.append(bytearray(100_000_000))

    def spin(self) -> None:
        """Compute without end."""
        while True:
            pass

    def stop_itself(self) -> None:
        """Send a signal to itself, as the C library does when it finds its memory harmed."""
        os.kill(os.getpid(), 0)

    def work_in_threads(self) -> None:
        """Start threads, as recognising does."""
        done: list[int] = []
        threads = [threading.Thread(target=done.append, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(done) != len(threads):
            raise OSError("a thread did nothing")

    def _call(self, number: int, *arguments: object) -> int:
        result = int(self._libc.syscall(number, *arguments))
        self._check(min(result, 0))
        return result

    def _check(self, result: int) -> None:
        if result < 0:
            raise OSError(ctypes.get_errno(), "")


def main() -> None:
    """Be a page child in all but its reader, without the means that a test takes away."""
    left_out = set(filter(None, os.environ.get(WITHOUT, "").split(",")))
    all_steps = sandbox._steps

    def some_steps(megabytes: int, tried: dict[Means, str]) -> Iterator[tuple[Means, Callable[[], None]]]:
        for means, step in all_steps(megabytes, tried):
            yield means, _refuse if means in left_out else step

    with mock.patch.object(sandbox, "_steps", some_steps), mock.patch.object(child, "Reader", Naughty):
        child.main()


def _refuse() -> None:
    raise OSError("left out by a test")


if __name__ == "__main__":
    main()

"""Keeps the agent process of a desk alive, and ends it with the desk."""

import base64
import binascii
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO

from filelock import FileLock, Timeout

from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.store.root import ASSURED_BY_SEAL, SECRET_BYTES, Root

SUPERVISED = "COUNTERSIGN_SUPERVISED"
"""Set for a worker that belongs to another process, and ends with its standard input."""

GETS_KEYS = "keys"
"""What it is set to when the first line of standard input is the root secret of the desk's keys: there alone
no other process can read it, as it could a command line or an environment.
"""

FIRST_PAUSE, LONGEST_PAUSE = 0.3, 10.0
"""Seconds before a worker that died is started again; doubled each time that it did not live for long."""

SERVED_PAUSE = 0.5
"""Seconds between looks at a home that another process's worker serves."""

LIVED = 30.0
"""Seconds after which a worker counts as one that works."""

PATIENCE = 15.0
"""Seconds that a worker has to finish what is under way."""

WORKER_ERRORS = "worker.err"
"""The file, among the logs, of what workers write to their error output."""

MOST_ERRORS, LAST_ERRORS = 1_000_000, 200_000
"""Bytes that this file may have, and how many of them, the last ones, stay when it had more."""

LOOK_EVERY = 60.0
"""Seconds between looks at how large it is while a worker lives."""

LONGEST_LINE = 100
"""Bytes in which a root secret comes, at most."""

GENTLENESS = 10
"""How much a worker beside a window gives way to it, in steps of niceness."""

CUT_OFF = 83
"""The exit status of a worker that ended itself to cut off work that an order stops, or that hangs."""

_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
_GENTLY = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)


def start_worker(home: Home, *, gently: bool = False, root: Root | None = None) -> "subprocess.Popen[bytes]":
    """Start the agent process of a home; it ends when its standard input is closed.

    A gentle one, with all its children, leaves the processor to the windows that people work in first. It is
    handed the root secret of the desk's keys where it could not open it without asking a person.
    """
    secret = root.secret if root is not None and root.assurance == ASSURED_BY_SEAL else None
    door = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "countersign"]
    bound_errors(home)
    log = home.logs / WORKER_ERRORS
    with log.open("ab") as errors:
        child = subprocess.Popen(
            [*door, "worker", "--home", str(home.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, SUPERVISED: GETS_KEYS if secret else "1"},
            creationflags=_NO_WINDOW | (_GENTLY if gently else 0),
        )
    if gently and sys.platform != "win32":
        with contextlib.suppress(OSError):  # it has ended already; the supervisor will see
            os.setpriority(os.PRIO_PROCESS, child.pid, os.getpriority(os.PRIO_PROCESS, 0) + GENTLENESS)
    if secret is not None and child.stdin is not None:
        with contextlib.suppress(OSError):  # it has ended already; the supervisor will see
            child.stdin.write(base64.b64encode(secret) + b"\n")
            child.stdin.flush()
    return child


def start_gentle_worker(home: Home, root: Root | None = None) -> "subprocess.Popen[bytes]":
    """Start the agent process beside a window."""
    return start_worker(home, gently=True, root=root)


def bound_errors(home: Home) -> None:
    """Keep of the errors that workers wrote the last ones, when they are many; a worker may go on writing."""
    log = home.logs / WORKER_ERRORS
    if not log.exists() or log.stat().st_size <= MOST_ERRORS:
        return
    with log.open("r+b") as errors:
        errors.seek(-LAST_ERRORS, os.SEEK_END)
        last = errors.read().partition(b"\n")[2]
        errors.seek(0)
        errors.truncate()
        errors.write(last)


def receive_root() -> Root | None:
    """Return the root secret that the process which started us hands over; None when it hands none.

    Reads no byte past its line: what follows on standard input is for whoever waits for its end.
    """
    if os.environ.get(SUPERVISED) != GETS_KEYS:
        return None
    line = b""
    while len(line) < LONGEST_LINE and not line.endswith(b"\n"):
        byte = os.read(sys.stdin.fileno(), 1)
        if not byte:
            break
        line += byte
    try:
        secret = base64.b64decode(line.rstrip(b"\n"), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise Trouble("The desk ended before it had handed its keys over. Start it again.")
    return Root(secret, ASSURED_BY_SEAL)


def is_served(home: Home) -> bool:
    """Return whether a worker serves a home, whoever started it."""
    lock = FileLock(home.root / "worker.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


class Supervisor:
    """A worker that is started again when it dies, until `close`; none is while another serves the home."""

    def __init__(self, home: Home, start: Callable[[Home], "subprocess.Popen[bytes]"] = start_worker) -> None:
        self._home = home
        self._start = start
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._deaths = 0
        self._thread = threading.Thread(target=self._keep_alive, name="worker-supervisor", daemon=True)
        self._thread.start()

    @property
    def deaths(self) -> int:
        """How often in a row the worker ended before it had lived for long."""
        return self._deaths

    def is_alive(self) -> bool:
        """Return whether the worker runs at present."""
        child = self._child
        return child is not None and child.poll() is None

    def close(self) -> None:
        """End the worker: politely, then less so."""
        self._closing.set()
        with self._lock:
            child = self._child
        if child is not None:
            _end(child)
        self._thread.join(PATIENCE)

    def _keep_alive(self) -> None:
        pause = FIRST_PAUSE
        while not self._closing.is_set():
            if is_served(self._home):
                self._closing.wait(SERVED_PAUSE)
                continue
            with self._lock:
                if self._closing.is_set():
                    return
                child = self._child = self._start(self._home)
            lived = _outlives(child, LIVED)
            if lived:
                self._deaths, pause = 0, FIRST_PAUSE
            status = self._end_of(child)
            _close(child.stdin)
            if status == CUT_OFF:
                pause = FIRST_PAUSE
            elif not lived:
                self._deaths += 1
            self._closing.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _end_of(self, child: "subprocess.Popen[bytes]") -> int:
        """Wait for a worker to end; return its status."""
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.wait(LOOK_EVERY)
            if sys.platform != "win32":  # there a file cannot be cut short under the one who writes it
                bound_errors(self._home)


def _outlives(child: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def _end(child: "subprocess.Popen[bytes]") -> None:
    _close(child.stdin)
    for harder in (child.terminate, child.kill):
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)
            return
        harder()
    child.wait()


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError):
            pipe.close()

"""A worker that counts where its processor time goes: reading, the record, deciding; the rest is the engine.

`python -m tests.benchmarks.measured_worker HOME` works until every case is decided and writes what it counted
to standard output as one line of JSON: seconds of processor time, those of the page children under opening.
"""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import psutil

from countersign.documents.pool import Pages
from countersign.settings.home import Home
from countersign.store.store import Store
from countersign.store.writer import Writer
from countersign.wiring.room import AgentsRoom
from countersign.wiring.staff import EnrolledBench, EnrolledStaff
from countersign.worker import run_worker
from countersign.workflow import run
from countersign.workflow.run import CaseRun

READING, OPENING, RECORD, DECIDING, ENGINE = "reading", "opening", "record", "deciding", "engine"

_PARTS: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (EnrolledStaff, READING, ("bench",)),
    (EnrolledBench, READING, ("do",)),
    (Pages, OPENING, ("open", "recognise", "warm")),
    (Store, RECORD, ("append", "entries", "desk_entries", "head", "known", "since", "undecided")),
    (Writer, RECORD, ("_serve", "_sign_head")),
    (run, DECIDING, ("evaluate",)),
)


class Counts:
    """Processor time by part; what a part asks of another counts for that one alone."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.began: float | None = None
        """Processor time of the process when the first case was begun."""
        self.moment = 0.0
        self.children = 0.0
        self._lock = threading.Lock()
        self._local = threading.local()

    def count(self, holder: Any, name: str, part: str) -> None:
        """Count what a function costs."""
        inner: Callable[..., Any] = getattr(holder, name)

        @wraps(inner)
        def counted(*args: Any, **kwargs: Any) -> Any:
            outer = getattr(self._local, "inner", None)
            self._local.inner = 0.0
            began = time.thread_time()
            try:
                return inner(*args, **kwargs)
            finally:
                took = time.thread_time() - began
                own = took - self._local.inner
                self._local.inner = None if outer is None else outer + took
                if self.began is not None:
                    with self._lock:
                        self.seconds[part] += own

        setattr(holder, name, counted)

    def begin_at_first(self, holder: Any, name: str) -> None:
        """Begin to count when a function is first called."""
        inner: Callable[..., Any] = getattr(holder, name)

        @wraps(inner)
        def noticed(*args: Any, **kwargs: Any) -> Any:
            if self.began is None:
                self.began, self.moment, self.children = (
                    time.process_time(),
                    time.perf_counter(),
                    _of_children(),
                )
            return inner(*args, **kwargs)

        setattr(holder, name, noticed)

    def tell_before(self, holder: Any, name: str) -> None:
        """Write what was counted when a function is called."""
        inner: Callable[..., Any] = getattr(holder, name)

        @wraps(inner)
        def last(*args: Any, **kwargs: Any) -> Any:
            sys.stdout.write(json.dumps(self.told()) + "\n")
            return inner(*args, **kwargs)

        setattr(holder, name, last)

    def told(self) -> dict[str, float]:
        """Return the seconds of each part; what is no other's is the engine's. `seconds` are of the day."""
        all_of_it = time.process_time() - (self.began or 0.0)
        engine = all_of_it - self.seconds.total()
        told = {**self.seconds, ENGINE: engine, "seconds": time.perf_counter() - self.moment}
        told[OPENING] = told.get(OPENING, 0.0) + _of_children() - self.children
        return told


def _of_children() -> float:
    """Return the processor seconds of the page children, those that have ended too."""
    ended = os.times()
    alive = (child.cpu_times() for child in psutil.Process().children())
    return ended.children_user + ended.children_system + sum(times.user + times.system for times in alive)


def main(home: Path) -> None:
    """Work until idle, counting."""
    counts = Counts()
    for holder, part, names in _PARTS:
        for name in names:
            counts.count(holder, name, part)
    counts.begin_at_first(CaseRun, "run")
    counts.tell_before(AgentsRoom, "close")
    run_worker(Home(home), until_idle=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

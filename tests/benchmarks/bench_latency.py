"""From arrival in the watched folder to the decision, one document at a time, and what an idle worker costs.

BENCH_LATENCY_DOCUMENTS takes another number than 60, BENCH_WAITING than 10,000.
"""

import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import psutil
from tests.benchmarks.bench_throughput import CLASSES, make
from tests.benchmarks.figures import Figure
from tests.journeys.desks import take, work_until_idle, worker

from countersign.domain.document import MediaType
from countersign.domain.event import Decided, DocumentReceived, Draft, How, Scope
from countersign.domain.time import now
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring.stopping import stop_button
from countersign.wiring.working import seen

DOCUMENTS = int(os.environ.get("BENCH_LATENCY_DOCUMENTS", "60"))
WAITING = int(os.environ.get("BENCH_WAITING", "10000"))
WARM = 5
IDLE = 10.0
"""Seconds for which an idle worker is watched."""


def bench_latency() -> Iterator[Figure]:
    """Drop one document after the other into the inbox of an idle desk."""
    os.environ["COUNTERSIGN_KEY_STORE"] = "file"
    with tempfile.TemporaryDirectory() as folder:
        files = sorted(make(Path(folder) / "made", DOCUMENTS + WARM, "--classes", CLASSES).iterdir())
        home = Home(Path(folder) / "home").prepare()
        with open_store(home) as store, worker(home):
            _wait(lambda: seen(home) is not None)
            took = [_one(home, store, file) for file in files][WARM:]
    yield Figure("one document, watched folder to decision, p50", statistics.median(took), "ms", 150)
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
    yield Figure("one document, watched folder to decision, p95", p95, "ms", 400)
    yield Figure("one document, watched folder to decision, slowest", max(took), "ms")


def _one(home: Home, store: Store, file: Path) -> float:
    """Return the milliseconds from the moment that the file lies there whole to its decision."""
    before = store.head()
    shutil.copyfile(file, home.inbox / file.name)
    arrived = now()
    found: list[Decided] = []
    moment = arrived

    def is_decided() -> bool:
        nonlocal moment
        for case in store.changed_cases(before):
            for entry in store.entries(case):
                if isinstance(entry.event, Decided):
                    found.append(entry.event)
                    moment = entry.at
        return bool(found)

    _wait(is_decided)
    threading.Event().wait(0.05)  # the desk is idle again
    return (moment - arrived).total_seconds() * 1000


def bench_waiting() -> Iterator[Figure]:
    """Let many cases wait: for people, and for agents that are stopped; nothing is to be done meanwhile."""
    os.environ["COUNTERSIGN_KEY_STORE"] = "file"
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").prepare()
        take(home, make(Path(folder) / "made", 5, "--classes", "contract"))  # these wait for people
        work_until_idle(home)
        with stop_button(home) as button:
            button.stop(Scope.ALL, "", How.PAUSE, "so that cases wait")
        with open_store(home) as store:
            for first in range(0, WAITING, 500):
                store.append([_received(store, n) for n in range(first, min(first + 500, WAITING))])
            with worker(home) as process:
                _wait(lambda: (said := seen(home)) is not None and said.pid == process.pid)
                threading.Event().wait(2.0)
                before, memory = _cpu(process.pid), psutil.Process(process.pid).memory_full_info().uss
                threading.Event().wait(IDLE)
                used = _cpu(process.pid) - before
            assert len(store.undecided(WAITING + 1)) == WAITING
    name = f"{WAITING:,} cases wait: an idle worker"
    yield Figure(f"{name}, share of a core", used / IDLE * 100, "%", 1.0)
    yield Figure(f"{name}, memory", memory / 1e6, "MB", 350)


def _received(store: Store, number: int) -> Draft:
    digest = sha256(str(number).encode()).hexdigest()
    event = DocumentReceived(
        sha256=digest, length=1, media_type=MediaType.PDF, channel="benchmark", name=f"{number}.pdf"
    )
    return Draft(event=event, actor=store.system("intake"), case=f"c-{digest[:20]}")


def _cpu(pid: int) -> float:
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(times.user + times.system for times in (one.cpu_times() for one in family))


def _wait(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    pause, began = threading.Event(), time.perf_counter()
    while not condition():
        if time.perf_counter() - began > seconds:
            raise AssertionError(f"it did not happen within {seconds} s")
        pause.wait(0.02)

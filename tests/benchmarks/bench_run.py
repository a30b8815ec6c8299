"""What a document costs on its way from the folder to the decision, and which room it spends that in."""

import os
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psutil
from tests.benchmarks.figures import Figure
from tests.journeys.desks import fill, take, worker

from countersign.domain.event import AgentFailed, Checked, Classified, DocumentOpened, ReadingMade
from countersign.intake.take import Intake
from countersign.settings import limits
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store

DOCUMENTS = 300
ALONE = 40
PAPERLESS = "paperless-ngx 49 a minute, 1.3 CPU s each"


def bench_run() -> Iterator[Figure]:
    """Run born-digital one-page invoices through a warm worker, many at once and one at a time."""
    os.environ["COUNTERSIGN_KEY_STORE"] = "file"
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").prepare()
        many = fill(Path(folder) / "many", DOCUMENTS + 10 + ALONE)
        files = sorted(many.iterdir())
        with open_store(home) as store, worker(home) as process:
            take(home, *files[:10])
            _wait_for_decisions(store)
            cpu, began = _cpu(process.pid), time.perf_counter()
            take(home, *files[10 : 10 + DOCUMENTS])
            _wait_for_decisions(store)
            seconds = time.perf_counter() - began
            spent = {part: after - cpu[part] for part, after in _cpu(process.pid).items()}
            intake = Intake(store.library, store, limits.load(home), store.system("intake"))
            alone = [_one(intake, store, file) for file in files[10 + DOCUMENTS :]]
            steps = _milliseconds(store)
    rate = DOCUMENTS / seconds * 60
    yield Figure("one-page documents, intake included", rate, "a minute", 1000, PAPERLESS, "more")
    yield Figure("one document, folder to decision, p50", statistics.median(alone) * 1000, "ms", budget=150)
    p95 = statistics.quantiles(alone, n=20, method="inclusive")[-1]
    yield Figure("one document, folder to decision, p95", p95 * 1000, "ms", budget=400)
    for part, cost in spent.items():
        yield Figure(f"processor time a document, {part}", cost / DOCUMENTS * 1000, "ms")
    failures = len(steps.pop("agent_failed", []))
    yield Figure("documents on which an agent failed", failures, "documents", budget=0)
    for kind, values in steps.items():
        yield Figure(f"the agents' own word on {kind}, median", statistics.median(values), "ms")


def _one(intake: Intake, store: Store, file: Path) -> float:
    began = time.perf_counter()
    intake.take([file], "benchmark")
    _wait_for_decisions(store)
    return time.perf_counter() - began


def _wait_for_decisions(store: Store) -> None:
    pause = threading.Event()
    while store.undecided(1):
        pause.wait(0.002)


def _cpu(pid: int) -> dict[str, float]:
    """Return the processor seconds of a worker and of its page children."""
    process = psutil.Process(pid)
    children = process.children(recursive=True)
    return {
        "worker (read, engine, record)": sum(process.cpu_times()[:2]),
        "page children (open)": sum(sum(child.cpu_times()[:2]) for child in children),
    }


def _milliseconds(store: Store) -> dict[str, list[int]]:
    steps: dict[str, list[int]] = defaultdict(list)
    for case in store.changed_cases(0):
        for entry in store.entries(case):
            event = entry.event
            if isinstance(event, DocumentOpened | Classified | ReadingMade | Checked):
                steps[f"{event.kind} by {entry.actor.role}"].append(event.milliseconds)
            elif isinstance(event, AgentFailed):
                steps[event.kind].append(0)
    return steps

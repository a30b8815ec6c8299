"""What a newcomer sees first: the sample documents through the whole desk, and how right the answers are."""

import json
import os
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from tests.benchmarks.figures import Figure
from tests.journeys.desks import worker

from countersign.domain.case import CaseFile, unfold
from countersign.domain.event import Route
from countersign.insight.rows import RowScore, score_rows
from countersign.insight.scoring import FieldScore, score, tally
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring.batch import CaseOutcome, process

SAMPLES = Path(__file__).parents[2] / "sample_docs"
PUBLIC = "public documents (the reader was trained on most of them)"
PAPERLESS = "paperless-ngx 49 a minute born digital, 8.3 scanned"


def bench_samples() -> Iterator[Figure]:
    """Process all sample documents cold and warm, and hold every decision against the truth beside them."""
    os.environ["COUNTERSIGN_KEY_STORE"] = "file"
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "cold").prepare()
        with peak_memory() as peak:
            began = time.perf_counter()
            outcomes = list(process(home, [SAMPLES]))
            seconds = time.perf_counter() - began
        yield Figure(
            "sample documents, cold", len(outcomes) / seconds * 60, "a minute", None, PAPERLESS, "more"
        )
        yield Figure("peak memory of all processes", peak[0] / 1e6, "MB", 800)
        yield from routes(outcomes)
        with open_store(home) as store:
            yield from rightness(store, outcomes)
        warm = Home(Path(folder) / "warm").prepare()
        with worker(warm):
            list(process(warm, [SAMPLES / "public"]))
            began = time.perf_counter()
            count = len(list(process(warm, [SAMPLES])))
            seconds = time.perf_counter() - began
        yield Figure("sample documents, warm", count / seconds * 60, "a minute", None, PAPERLESS, "more")


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """Keep the largest sum of the unshared memory of this process and its children, bytes."""
    peak, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            family = [psutil.Process(), *psutil.Process().children(recursive=True)]
            peak[0] = max(peak[0], sum(map(_unshared, family)))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _unshared(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0  # it ended while we looked


def routes(outcomes: list[CaseOutcome]) -> Iterator[Figure]:
    """Count where the documents went."""
    for route, count in Counter(outcome.route for outcome in outcomes).items():
        yield Figure(f"sample documents, {route}", count, "documents")


def rightness(store: Store, outcomes: list[CaseOutcome]) -> Iterator[Figure]:
    """Hold classes, fields, rows and routes against the truth."""
    truths = [json.loads(line) for line in (SAMPLES / "truth.jsonl").read_text("utf-8").splitlines()]
    told = {truth["sha256"]: truth for truth in truths}
    known = catalogue.load().classes
    scores: dict[str, list[FieldScore]] = defaultdict(list)
    rows: dict[str, RowScore] = defaultdict(RowScore)
    classed: Counter[bool] = Counter()
    for case in filter(None, (unfold(store.entries(outcome.case)) for outcome in outcomes)):
        truth = told.get(case.documents[0].sha256)
        klass = known.get(truth["class"] if truth else "")
        if truth is None or klass is None or case.klass is None:
            continue
        read_as = known.get(case.klass)
        classed[case.klass == klass.name or (read_as is not None and read_as.kin == klass.name)] += 1
        complete = str(truth.get("source", "")).startswith("made by")
        scores[klass.name if complete else PUBLIC] += score(
            klass, [state.reading for state in case.fields], truth, complete
        )
        for table in klass.tables if complete else ():
            counted = score_rows(table, case.rows, truth, truth.get("language", "en"))
            rows[klass.name] = rows[klass.name].plus(counted)
        if case.decision and case.decision.route is Route.STRAIGHT_THROUGH:
            scores["straight through"] += score(klass, [s.reading for s in case.fields], truth, complete)
    yield Figure("documents given the right class", classed[True] / classed.total() * 100, "%", better="more")
    for name, held in sorted(scores.items()):
        counted = tally(held)
        yield Figure(f"fields of {name}, micro-F1", counted.f1 * 100, "%", better="more")
        yield Figure(f"fields of {name}, values where there is none", counted.invented_share * 100, "%")
        yield Figure(
            f"fields of {name}, evidence on the right place", counted.evidence_share * 100, "%", better="more"
        )
    for name, counted_rows in sorted(rows.items()):
        yield Figure(f"cells of {name}, F1", counted_rows.f1 * 100, "%", better="more")
    yield from expectations(told, store, outcomes)


def expectations(
    told: dict[str, dict[str, object]], store: Store, outcomes: list[CaseOutcome]
) -> Iterator[Figure]:
    """Count documents made with a flaw, or beyond a limit, that went straight through all the same."""
    slipped: list[CaseFile] = []
    flawed = 0
    for case in filter(None, (unfold(store.entries(outcome.case)) for outcome in outcomes)):
        expected = told.get(case.documents[0].sha256, {}).get("expect")
        if expected in ("escalate", "refuse"):
            flawed += 1
            if case.decision and case.decision.route is Route.STRAIGHT_THROUGH:
                slipped.append(case)
    names = ", ".join(case.documents[0].name for case in slipped)
    yield Figure(
        f"of {flawed} that need a person, sent straight through ({names or 'none'})",
        len(slipped),
        "documents",
        0,
    )

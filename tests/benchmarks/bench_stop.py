"""Orders to stop at random moments under load: from the act until no step and no page child runs against it.

BENCH_STOP_TRIALS takes another number than 100.
"""

import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
from tests.benchmarks.bench_documents import invoice as dense
from tests.benchmarks.bench_documents import scan
from tests.benchmarks.figures import Figure
from tests.journeys.desks import decisions, invoice, take

from countersign.domain.event import How, Scope
from countersign.domain.orders import Order, Orders
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring.stopping import Stop, stop_button
from countersign.wiring.supervise import Supervisor
from countersign.wiring.working import FILE, Working

TRIALS = int(os.environ.get("BENCH_STOP_TRIALS", "100"))
AT_ONCE = 60
"""Documents that wait, at least, when an order is given."""
LONGEST = 5.0
SEED = 7
REACHES = (
    (Scope.ALL, ""),
    (Scope.AGENT, "reader.local"),
    (Scope.CLASS, "invoice"),
    (Scope.AGENT, "classifier.local"),
)
STILL_MS = 40
"""Processor time that stopped page children may use in a tenth of a second, in milliseconds."""


class Trial(NamedTuple):
    """One order: how it was given, how long it took, whether anything went on all the same."""

    how: How
    seconds: float
    recorded: float
    """Seconds of these until the order was on the record."""
    was_busy: bool


def bench_stop() -> Iterator[Figure]:
    """Pause and kill all, an agent, a class, while documents and scans are at work."""
    os.environ["COUNTERSIGN_KEY_STORE"] = "file"
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").prepare()
        desk = Desk(home, Path(folder))
        desk.fill()
        with stop_button(home) as button, open_store(home) as store:
            worker = Supervisor(home)
            try:
                trials = [desk.trial(n, button, store) for n in range(TRIALS)]
                _wait(lambda: not store.undecided(1), 300)
            finally:
                worker.close()
            counts = decisions(store)
            is_sound = store.verify().ok
    for how in How:
        held = [trial.seconds * 1000 for trial in trials if trial.how is how]
        name = f"{len(held)} times {how}, from the act to nothing running"
        yield Figure(f"{name}, p50", statistics.median(held), "ms", 500)
        yield Figure(f"{name}, p95", statistics.quantiles(held, n=20, method="inclusive")[-1], "ms", 500)
        yield Figure(f"{name}, worst", max(held), "ms", 500)
    recorded = [trial.recorded * 1000 for trial in trials]
    yield Figure("of these until the order is on the record, p50", statistics.median(recorded), "ms")
    yield Figure("of these until the order is on the record, worst", max(recorded), "ms")
    yield Figure("orders after which a page child went on", sum(trial.was_busy for trial in trials), "", 0)
    lost = len(desk.cases - counts.keys())
    yield Figure(f"{TRIALS} orders: cases without a decision", lost, "cases", budget=0)
    twice = sum(count != 1 for count in counts.values())
    yield Figure(f"{TRIALS} orders: cases not decided exactly once", twice, "cases", budget=0)
    yield Figure(f"{TRIALS} orders: the log does not verify", float(not is_sound), "times", budget=0)


class Desk:
    """A desk at which agents always have something to do."""

    def __init__(self, home: Home, folder: Path) -> None:
        self._home, self._folder = home, folder
        self._dice = random.Random(SEED)
        self._made = 0
        self.cases: set[str | None] = set()

    def fill(self) -> None:
        """Take documents in, one scan among fifteen."""
        folder = self._folder / f"in-{self._made}"
        folder.mkdir()
        for _ in range(AT_ONCE):
            self._made += 1
            (folder / f"{self._made}.pdf").write_bytes(invoice(self._made))
            if self._made % 15 == 0:
                (folder / f"{self._made}.png").write_bytes(scan(dense(), 100 + self._made % 90))
        self.cases |= {item.case for item in take(self._home, folder)}

    def trial(self, n: int, button: Stop, store: Store) -> Trial:
        """Stop at a random moment, wait until nothing runs, let go on."""
        if len(store.undecided(AT_ONCE)) < AT_ONCE:
            self.fill()
        _wait(lambda: bool((said := _said(self._home)) and said.steps and psutil.pid_exists(said.pid)), 60)
        threading.Event().wait(self._dice.random() * 0.4)
        said = _said(self._home)
        assert said is not None
        scope, name = REACHES[n // 2 % len(REACHES)]
        how = list(How)[n % 2]
        family = [said.pid, *(child.pid for child in _children(said.pid))]
        began = time.perf_counter()
        order = button.stop(scope, name, how, "a trial")
        recorded = time.perf_counter() - began
        _wait(lambda: _is_quiet(self._home, order, family), LONGEST)
        took = time.perf_counter() - began
        was_busy = scope is Scope.ALL and _milliseconds(family, 0.1) > STILL_MS
        button.resume(scope, name, "the trial is over")
        return Trial(how, took, recorded, was_busy)


def _is_quiet(home: Home, order: Order, family: list[int]) -> bool:
    """Tell whether the agents' process and its children are gone, or it takes no step that is stopped."""
    if not any(map(_lives, family)):
        return True
    said = _said(home)
    if said is None or said.pid != family[0] or not _lives(said.pid) or said.obeys < order.record:
        return False
    standing = Orders(standing=(order,))
    return not any(standing.against(step.agent, step.klass) for step in said.steps)


def _said(home: Home) -> Working | None:
    try:
        return Working.model_validate_json((home.root / FILE).read_bytes())
    except (OSError, ValueError):
        return None


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _milliseconds(family: list[int], seconds: float) -> float:
    """Return the processor time that page children use in some time."""
    before = _used(family[1:])
    threading.Event().wait(seconds)
    after = _used(family[1:])
    return sum(after[pid] - before[pid] for pid in after.keys() & before.keys()) * 1000


def _used(pids: list[int]) -> dict[int, float]:
    used = {}
    for pid in pids:
        try:
            used[pid] = sum(psutil.Process(pid).cpu_times()[:2])
        except psutil.Error:
            continue
    return used


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    pause, began = threading.Event(), time.perf_counter()
    while not condition():
        if time.perf_counter() - began > seconds:
            raise AssertionError(f"it did not happen within {seconds} s")
        pause.wait(0.003)

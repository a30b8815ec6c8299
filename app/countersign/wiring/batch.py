"""Processes files without a screen: takes them in, keeps agents at work, tells what became of each."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from countersign.domain.base import Frozen
from countersign.domain.case import CaseFile, unfold
from countersign.domain.errors import Trouble
from countersign.domain.event import Decided, Route
from countersign.domain.orders import orders
from countersign.domain.reason import Reason
from countersign.intake.report import Item
from countersign.intake.take import Intake, must_hold_documents
from countersign.settings import catalogue, limits
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring.attend import TRIES, said_by_workers, why_nobody_works
from countersign.wiring.enrolment import cards_of
from countersign.wiring.rules import activate, policy_of
from countersign.wiring.supervise import Supervisor, start_worker
from countersign.wiring.working import seen as seen_working
from countersign.workflow.stopping import KINDS as STOPPING

LOOK_EVERY = 0.03
HELD_UP = 1.5
"""Seconds without any news after which it is asked whether an order to stop is the cause."""
"""Seconds between looks at the record."""


class CaseOutcome(Frozen):
    """What became of a document."""

    case: str
    name: str
    """Of the file as received."""
    klass: str | None
    variant: str | None
    route: Route
    reasons: tuple[Reason, ...]
    seconds: float
    """From arrival to decision; 0 for a document that had been decided before."""


def process(
    home: Home,
    paths: Sequence[Path],
    on_item: Callable[[Item], None] = lambda _: None,
    channel: str = "command_line",
) -> Iterator[CaseOutcome]:
    """Take files and folders in and yield what became of each case, as it is decided.

    `on_item` is told, in this thread, of everything that is brought in or set aside. A desk may be open on
    the home. Raises Trouble when a path is not there, the policy is bad, or no worker can be kept alive.
    """
    must_hold_documents(paths)  # a slip of the pen begins no desk and starts no worker
    home.prepare()
    words = catalogue.load(home)
    bounds, policy = limits.load(home), policy_of(home, words)
    with open_store(home, agents=cards_of(home, asked=()), words=words) as store:
        activate(policy, store)
        intake = Intake(store.library, store, bounds, store.system("intake"))
        arrivals = Arrivals(intake, paths, channel)
        worker = Supervisor(home, partial(start_worker, root=store.keys.root))
        try:
            yield from _decided(home, store, arrivals, worker, on_item)
        finally:
            arrivals.stop()
            worker.close()


class Arrivals:
    """Files being taken in by a thread of its own, while the first of them are at work already."""

    def __init__(self, intake: Intake, paths: Sequence[Path], channel: str) -> None:
        self._items: queue.SimpleQueue[Item | Exception | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._take, args=(intake, paths, channel), name="intake", daemon=True
        )
        self.is_over = False
        """True when everything has been taken in."""
        self._thread.start()

    def ready(self, wait: float) -> Iterator[Item]:
        """Yield what has come in; waits for the first at most `wait` seconds. Raises what intake raised."""
        if self.is_over:
            return
        try:
            item = self._items.get(timeout=wait)
            while item is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
                item = self._items.get_nowait()
            self.is_over = True
        except queue.Empty:
            return

    def stop(self) -> None:
        """Take nothing more in."""
        self._stopped.set()
        self._thread.join()

    def _take(self, intake: Intake, paths: Sequence[Path], channel: str) -> None:
        try:
            for item in intake.taking(paths, channel):
                self._items.put(item)
                if self._stopped.is_set():
                    return
        except Exception as error:  # raised again where the caller waits
            self._items.put(error)
            return
        self._items.put(None)


def _decided(
    home: Home, store: Store, arrivals: Arrivals, worker: Supervisor, on_item: Callable[[Item], None]
) -> Iterator[CaseOutcome]:
    pending: set[str] = set()
    told: set[str] = set()
    seen, said_before = store.head(), said_by_workers(home)
    idle, still = threading.Event(), 0.0
    while pending or not arrivals.is_over:
        if arrivals.is_over:
            idle.wait(LOOK_EVERY)
        fresh = []
        for item in arrivals.ready(LOOK_EVERY):
            on_item(item)
            if item.case is not None and item.case not in told | pending:
                fresh.append(item.case)
        pending.update(fresh)
        head = store.head()
        still = 0.0 if head != seen or fresh else still + LOOK_EVERY
        if still > HELD_UP and pending and arrivals.is_over and (why := _held_up(home, store)):
            raise Trouble(f"{len(pending)} of the documents wait: {why}")
        changed = store.changed_cases(seen) if head != seen else ()
        seen = head
        for case in dict.fromkeys([*fresh, *changed]):
            outcome = _outcome(store, case) if case in pending else None
            if outcome is not None:
                pending.discard(case)
                told.add(case)
                yield outcome
        if worker.deaths >= TRIES:
            raise Trouble(why_nobody_works(home, said_before))


def _held_up(home: Home, store: Store) -> str | None:
    """Say which orders to stop hold cases up, where the agents stand still because of them."""
    standing = orders(store.desk_entries(STOPPING)).standing
    said = seen_working(home)
    if not standing or said is None or said.steps or said.obeys < max(order.record for order in standing):
        return None
    told = "; ".join(f"{order.by} has stopped {order.what} ({order.reason})" for order in standing)
    return f"{told}. They go on after `countersign resume`, and nothing is lost."


def _outcome(store: Store, case: str) -> CaseOutcome | None:
    entries = store.entries(case)
    file: CaseFile | None = unfold(entries)
    decided = next((entry for entry in entries if isinstance(entry.event, Decided)), None)
    if file is None or decided is None or file.decision is None:
        return None
    return CaseOutcome(
        case=case,
        name=file.documents[0].name,
        klass=file.klass,
        variant=file.variant,
        route=file.decision.route,
        reasons=file.decision.reasons,
        seconds=(decided.at - file.received_at).total_seconds(),
    )

"""What every step of an agent passes before it begins: does an order stand against it, is there a place."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import count
from time import monotonic

from countersign.domain.base import Frozen
from countersign.domain.case import CaseFile
from countersign.domain.event import How
from countersign.domain.orders import Order, Orders
from countersign.domain.time import now
from countersign.workflow.budgets import Purse, Reserved
from countersign.workflow.ports import Permit
from countersign.workflow.seats import PutBack, Seats

OPENER = "documents"
"""The part of the system that opens documents; no agent, but it stops with them all. It never hangs, because
page children have limits of their own.
"""


class Held(PutBack):
    """An order to stop stands against the step: the case goes back to its queue."""

    def __init__(self, order: Order) -> None:
        super().__init__(f"{order.what} is stopped")
        self.order = order


class NotAllowed(Exception):
    """The agent may not take the step: who it is, or what it may touch, forbids it; the message says why."""


def anybody(_agent: str, _case: CaseFile) -> str | None:
    """Let every agent work on every case."""
    return None


class UnderWay(Frozen):
    """A step that an agent is taking now."""

    agent: str
    case: str
    klass: str | None
    step: str
    since: datetime


class _Unbounded:
    """No budget bounds any step."""

    def reserve(self, _agent: str, case: CaseFile, _step: str, _look: Callable[[], None]) -> Reserved:
        return Reserved.unbounded(case)


class Doorway:
    """The gate of a desk (a Gate as ports.py asks for)."""

    def __init__(
        self,
        orders: Callable[[], Orders],
        why_not: Callable[[str, CaseFile], str | None] = anybody,
        seats: Seats | None = None,
        purse: Purse | None = None,
    ) -> None:
        """`orders` gives the orders that stand now, cheaply; `why_not` what forbids an agent to work."""
        self._purse = purse or _Unbounded()
        self._seats = seats or Seats()
        self._orders = orders
        self._why_not = why_not
        self._lock = threading.Lock()
        self._numbers = count()
        self._under_way: dict[int, UnderWay] = {}
        self._until: dict[int, float] = {}

    @contextmanager
    def step(self, agent: str, case: CaseFile, step: str) -> Iterator[Permit]:
        """Let an agent take a step, as soon as it has a seat free."""
        with self._seats.one(agent), self._inside(agent, case, step) as permit:
            yield permit

    @contextmanager
    def _inside(self, agent: str, case: CaseFile, step: str) -> Iterator[Permit]:
        def look() -> None:
            if (order := self._orders().against(agent, case.klass)) is not None:
                raise Held(order)

        if why := self._why_not(agent, case):
            look()
            raise NotAllowed(why)
        with closing(self._purse.reserve(agent, case, step, look)) as permit:
            begun = UnderWay(agent=agent, case=case.id, klass=case.klass, step=step, since=now())
            try:
                number = self._begin(begun, permit.seconds, look)
            except Held:
                permit.give_back()  # not under the lock: it may write to the record
                raise
            try:
                yield permit
            finally:
                with self._lock:
                    del self._under_way[number]
                    self._until.pop(number, None)

    def _begin(self, begun: UnderWay, seconds: float, look: Callable[[], None]) -> int:
        with self._lock:  # so that whoever gives an order sees every step that began before it
            look()
            number = next(self._numbers)
            self._under_way[number] = begun
            if begun.agent != OPENER:
                self._until[number] = monotonic() + seconds
            return number

    def hangs(self) -> bool:
        """Tell whether a step goes on although its time is over: nothing but the process's end ends it."""
        with self._lock:
            return any(until < monotonic() for until in self._until.values())

    def stopped(self) -> tuple[UnderWay, ...]:
        """Return the steps under way that an order stands against by now."""
        with self._lock:
            orders = self._orders()
            return tuple(s for s in self._under_way.values() if orders.against(s.agent, s.klass))

    def killed(self) -> bool:
        """Tell whether one of them is to be cut off at once."""
        orders = self._orders()
        found = (orders.against(step.agent, step.klass) for step in self.stopped())
        return any(order is not None and order.how is How.KILL for order in found)

    def under_way(self) -> tuple[UnderWay, ...]:
        """Return the steps that agents are taking now."""
        with self._lock:
            return tuple(self._under_way.values())

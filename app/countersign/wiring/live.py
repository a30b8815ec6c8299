"""The stop button of an open desk, and who works on what just now: asked for several times a second."""

import threading
from collections.abc import Callable
from time import monotonic

from countersign.agents.identities import names
from countersign.domain.actor import Actor, Role
from countersign.domain.agents_seen import AtWork, Live
from countersign.domain.event import How, Scope
from countersign.domain.orders import Order, Orders, orders
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.store import Store
from countersign.wiring.orders import SIGNAL
from countersign.wiring.stopping import Stop, obeyed
from countersign.wiring.supervise import is_served
from countersign.wiring.working import seen
from countersign.workflow.stopping import KINDS, MAY_RESUME

LOOK_ANYWAY = 1.0
"""Seconds after which the record is asked for orders though nobody here touched the signal: another
workstation on the same record may have given one."""
ROLES_LAST = 10.0


class DeskStop:
    """The stop button at an open desk (a StopPort as ui/bridge/port.py asks for)."""

    def __init__(
        self,
        home: Home,
        store: Store,
        words: Catalogue,
        person: Actor,
        roles: Callable[[], frozenset[Role]],
    ) -> None:
        """Act as a person; `roles` tells what they may do, by the record."""
        self._home, self._store, self._words, self._person = home, store, words, person
        self._roles = roles
        self.agents = names()
        self._lock = threading.Lock()
        self._orders = Orders()
        self._glance: int | None = None
        self._asked = self._asked_roles = self._asked_served = float("-inf")
        self._served = False
        self._may_resume = False

    def live(self) -> Live:
        """Return who works on what and who is stopped."""
        said = seen(self._home)
        steps = said.steps if said is not None else ()
        with self._lock:
            standing = self._standing()
            may_resume = self._may_let_go_on()
        return Live(
            is_served=said is not None or self._is_served(),
            steps=tuple(AtWork(**step.model_dump()) for step in steps),
            orders=standing,
            may_resume=may_resume,
        )

    def stop(self, scope: Scope, name: str, how: How, reason: str) -> Order:
        """Stop all agents, one agent or one class; raises Trouble."""
        try:
            return self._button().stop(scope, name, how, reason)
        finally:
            self._look_again()

    def obeyed(self, order: Order) -> float | None:
        """Wait until no step runs against an order; returns the seconds, None when it took too long."""
        return obeyed(self._home, order)

    def resume(self, scope: Scope, name: str, reason: str) -> None:
        """Let the agents in this reach go on; raises Trouble."""
        try:
            self._button().resume(scope, name, reason)
        finally:
            self._look_again()

    def _button(self) -> Stop:
        """Return a button that knows the classes of this moment: some may have been added meanwhile."""
        return Stop(self._home, self._store, self._words, self._person)

    def _look_again(self) -> None:
        with self._lock:
            self._asked = float("-inf")

    def _is_served(self) -> bool:
        """Tell whether a worker runs that has said nothing yet; looking takes its lock for a moment."""
        with self._lock:
            if monotonic() - self._asked_served >= LOOK_ANYWAY:
                self._asked_served = monotonic()
                self._served = is_served(self._home)
            return self._served

    def _standing(self) -> Orders:
        glance = _touched(self._home)
        if glance != self._glance or monotonic() - self._asked >= LOOK_ANYWAY:
            self._glance, self._asked = glance, monotonic()
            self._orders = orders(self._store.desk_entries(KINDS))
        return self._orders

    def _may_let_go_on(self) -> bool:
        if self._orders.standing and monotonic() - self._asked_roles >= ROLES_LAST:
            self._asked_roles = monotonic()
            self._may_resume = bool(self._roles() & set(MAY_RESUME))
        return self._may_resume


def _touched(home: Home) -> int | None:
    try:
        return (home.root / SIGNAL).stat().st_mtime_ns
    except OSError:
        return None

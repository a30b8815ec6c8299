"""Stopping agents and letting them go on, from command line and screens; and whether it was obeyed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from countersign.agents.identities import names
from countersign.domain.actor import Actor, Role
from countersign.domain.errors import Trouble
from countersign.domain.event import How, Scope
from countersign.domain.orders import Order, Orders
from countersign.domain.roster import roster
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import is_begun, no_desk, open_store, whoever_sits_here
from countersign.store.store import Store
from countersign.wiring.orders import signal
from countersign.wiring.people import Door
from countersign.wiring.supervise import is_served
from countersign.wiring.working import seen
from countersign.workflow.stopping import Stopping

LOOK_EVERY = 0.01
LONGEST_WAIT = 5.0
"""Seconds after which nobody waits any longer for the agents to obey."""


class Stop:
    """The stop button of one person at one desk."""

    def __init__(self, home: Home, store: Store, words: Catalogue, person: Actor) -> None:
        """Act as a person; the agents and classes are those that the desk knows."""
        self._home = home
        self._acts = Stopping(store, person, names(), list(words.classes))

    def standing(self) -> Orders:
        """Return the orders that stand."""
        return self._acts.standing()

    def stop(self, scope: Scope, name: str, how: How, reason: str) -> Order:
        """Stop all agents, one agent or one class, at once; raises Trouble."""
        order = self._acts.stop(scope, name, how, reason)
        signal(self._home)
        return order

    def resume(self, scope: Scope, name: str, reason: str) -> None:
        """Let the agents in this reach go on; raises Trouble."""
        self._acts.resume(scope, name, reason)
        signal(self._home)


def obeyed(home: Home, order: Order) -> float | None:
    """Wait until no step runs against an order; returns the seconds it took, None when it took too long."""
    began = monotonic()
    moment = threading.Event()
    while monotonic() - began < LONGEST_WAIT:
        said = seen(home)
        standing = Orders(standing=(order,))
        if said is None:
            if not is_served(home):
                return monotonic() - began
        elif said.obeys >= order.record and not any(
            standing.against(step.agent, step.klass) for step in said.steps
        ):
            return monotonic() - began
        moment.wait(LOOK_EVERY)
    return None


@contextmanager
def stop_button(home: Home) -> Iterator[Stop]:
    """Open a desk for whoever sits here to stop its agents; raises Trouble."""
    if not is_begun(home):
        raise no_desk(home)
    words = catalogue.load(home)
    with open_store(home, words=words) as store:
        me = whoever_sits_here().id
        found = roster(store.desk_entries()).person(me)
        if found is None or not found.roles:
            raise Trouble("You are not enrolled at this desk. Ask an administrator to enrol you.")
        Door(store).open_session(me, home.ask)
        yield Stop(home, store, words, store.person(me, _role(found.roles)))


def _role(roles: tuple[Role, ...]) -> Role:
    return roles[0]

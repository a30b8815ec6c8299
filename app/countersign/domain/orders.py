"""The orders that stand: who was stopped, how, by whom and why, unfolded from the events of the desk."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from countersign.domain.base import Frozen
from countersign.domain.event import Entry, How, Scope, WorkResumed, WorkStopped

BY_FILE = "an administrator's file"


class Order(Frozen):
    """An order to stop that has not been taken back."""

    scope: Scope
    name: str
    how: How
    reason: str
    by: str
    """Printed name of who gave it."""
    at: datetime
    record: int
    is_by_file: bool = False
    """Whether an administrator's file gives it, as long as it lies there."""

    @property
    def what(self) -> str:
        """What is stopped, in plain words."""
        if self.scope is Scope.ALL:
            return "all agents"
        return f"the agent {self.name}" if self.scope is Scope.AGENT else f"the class {self.name}"


class Reach(Frozen):
    """The cases that no step can be taken on while orders stand."""

    everything: bool = False
    new: bool = False
    """Cases whose class is not known yet."""
    classes: frozenset[str] = frozenset()


NOTHING_HELD = Reach()


class Orders(Frozen):
    """All orders that stand, the latest for each agent, class, or everything."""

    standing: tuple[Order, ...] = ()

    def against(self, agent: str | None = None, klass: str | None = None) -> Order | None:
        """Return the order that keeps an agent from working on a class; a kill outweighs a pause."""
        found = [order for order in self.standing if _concerns(order, agent, klass)]
        return next((order for order in found if order.how is How.KILL), found[0] if found else None)

    def reach(self, plans: Mapping[str | None, Iterable[str]]) -> Reach:
        """Return which cases wait, given the agents that each class needs (None: not classified yet)."""
        if self.find(Scope.ALL) is not None:
            return Reach(everything=True)
        held = {
            klass
            for klass, agents in plans.items()
            if self.against(klass=klass) or any(self.against(agent, klass) for agent in agents)
        }
        return Reach(new=None in held, classes=frozenset(name for name in held if name is not None))

    @property
    def latest(self) -> int:
        """The record of the latest order that stands, -1 where none does."""
        return max((order.record for order in self.standing), default=-1)

    def find(self, scope: Scope, name: str = "") -> Order | None:
        """Return the order that stands for exactly this."""
        return next((o for o in self.standing if (o.scope, o.name) == (scope, name)), None)


def _concerns(order: Order, agent: str | None, klass: str | None) -> bool:
    match order.scope:
        case Scope.ALL:
            return True
        case Scope.AGENT:
            return agent is not None and order.name == agent
        case Scope.CLASS:
            return klass is not None and order.name == klass


def orders(entries: Iterable[Entry]) -> Orders:
    """Unfold the events of the desk, in order."""
    standing: dict[tuple[Scope, str], Order] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, WorkStopped):
            standing[event.scope, event.name] = Order(
                scope=event.scope,
                name=event.name,
                how=event.how,
                reason=event.reason,
                by=event.signature.name if event.signature else BY_FILE,
                at=entry.at,
                record=entry.seq,
                is_by_file=event.signature is None,
            )
        elif isinstance(event, WorkResumed):
            standing.pop((event.scope, event.name), None)
    return Orders(standing=tuple(standing.values()))

"""The plans by which cases are worked on: read from files, checked, active on the record, found by class."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from time import monotonic
from typing import Literal

from pydantic import ValidationError

from countersign.domain.actor import ActorKind, Role
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.event import Entry, PlanActivated, PlanProposed
from countersign.domain.plan import Layer, Plan, Step
from countersign.settings.resources import shipped
from countersign.settings.source import Path as Place
from countersign.settings.source import Source

ARRIVAL, OTHER = "arrival", "other"
"""How every case begins, and what a class follows that has no plan of its own."""
DECIDE = "decide"
"""The step with which the agents' part ends."""

LOOK_EVERY = 1.0
"""Seconds after which the record is asked again which plans are active."""

_LAYERS = {
    ActorKind.AGENT: (Layer.EXECUTE,),
    ActorKind.PERSON: (Layer.DECIDE, Layer.EXECUTE),
    ActorKind.SYSTEM: (Layer.RECORD,),
}
_STAYS = "The active plan stays."


class _File(Frozen):
    """What a file may say."""

    workflow: str
    classes: tuple[str, ...] | tuple[Literal["*"]]
    steps: tuple[Step, ...]


def read(text: str, name: str, agents: Iterable[str]) -> Plan:
    """Read a plan; raises Trouble with file, line and column."""
    source = Source(text, name, _STAYS)
    try:
        file = _File.model_validate(source.data)
    except ValidationError as error:
        fault = error.errors()[0]
        why = fault["msg"].removeprefix("Value error, ")
        raise source.fault(tuple(fault["loc"]), f"{'.'.join(map(str, fault['loc']))}: {why}") from error
    _check(file, source, frozenset(agents))
    digest = sha256(text.encode()).hexdigest()
    return Plan(name=file.workflow, digest=digest, text=text, classes=file.classes, steps=file.steps)


def shipped_plans(agents: Iterable[str]) -> tuple[Plan, ...]:
    """Read the plans that ship with the program."""
    known = tuple(agents)
    files = sorted(shipped("resources", "workflows").glob("*.yaml"))
    return tuple(read(file.read_text(encoding="utf-8"), file.name, known) for file in files)


def active(entries: Iterable[Entry]) -> dict[str, PlanActivated]:
    """Return what the record says is active, by name of the plan."""
    return {event.plan: event for event in reviewed(entries)}


def reviewed(entries: Iterable[Entry]) -> Iterator[PlanActivated]:
    """Give, in order, the plans that became active; what one person alone made so does not count."""
    proposers: dict[tuple[str, str], set[str]] = {}
    for entry in entries:
        event, who = entry.event, entry.actor
        if isinstance(event, PlanProposed):
            proposers.setdefault((event.plan, event.text), set()).add(who.id)
        elif isinstance(event, PlanActivated) and (
            who.kind is not ActorKind.PERSON or proposers.get((event.plan, event.text), set()) - {who.id}
        ):
            yield event


def to_activate(entries: Iterable[Entry], plans: Iterable[Plan]) -> tuple[PlanActivated, ...]:
    """Return the events by which shipped plans become active; what people adopted stays."""
    now = active(entries)
    return tuple(
        PlanActivated(plan=plan.name, digest=plan.digest, text=plan.text)
        for plan in plans
        if (held := now.get(plan.name)) is None or (held.proposed_by is None and held.digest != plan.digest)
    )


class Plans:
    """The plans on the record: the active one of each class, and those that cases under way began with."""

    def __init__(self, desk_entries: Callable[[], Iterable[Entry]], agents: Iterable[str]) -> None:
        """`desk_entries` gives the events of the desk as they stand now."""
        self._entries = desk_entries
        self._agents = frozenset(agents)
        self._by_digest: dict[str, Plan] = {}
        self._active: Mapping[str, Plan] = {}
        self.refresh()

    def refresh(self) -> None:
        """Look at the record again; whoever asks does so at least once a second."""
        self._looked = monotonic()
        self._active = {event.plan: self._read(event) for event in reviewed(self._entries())}

    def active(self) -> Mapping[str, Plan]:
        """Return the plans that cases follow from here on, by name."""
        if monotonic() - self._looked > LOOK_EVERY:
            self.refresh()
        return self._active

    def arrival(self) -> Plan:
        """Return how a case begins."""
        return self.active()[ARRIVAL]

    def of(self, klass: str) -> Plan:
        """Return the plan that a case of this class takes from here on."""
        now = self.active()
        return next((plan for plan in now.values() if klass in plan.classes), now[OTHER])

    def by_digest(self, digest: str) -> Plan:
        """Return a plan that a case has begun with, also when another is active by now; raises Trouble."""
        if digest not in self._by_digest:
            self.refresh()
        if digest not in self._by_digest:
            raise Trouble(f"The plan {digest[:16]} is not on the record, so nobody can follow it.")
        return self._by_digest[digest]

    def needed(self, klass: str | None) -> tuple[str, ...]:
        """Return the agents that a case of this class needs; None asks for the beginning of every case."""
        return (self.arrival() if klass is None else self.of(klass)).agents()

    def _read(self, event: PlanActivated) -> Plan:
        if event.digest not in self._by_digest:
            self._by_digest[event.digest] = recorded(event.text, event.plan, self._agents)
        return self._by_digest[event.digest]


def recorded(text: str, name: str, agents: Iterable[str]) -> Plan:
    """Read a plan that stands on the record."""
    try:
        return read(text, name, agents)
    except Trouble:
        # An agent of it is gone with an update. The steps stay; taking such a step says so.
        return read(text, name, {*agents, *_named(text)})


def _named(text: str) -> frozenset[str]:
    steps = _File.model_validate(Source(text, "plan").data).steps
    return frozenset(step.agent for step in steps if step.agent is not None)


# -- what a plan must keep to ------------------------------------------------------------------------------


def _check(file: _File, source: Source, agents: frozenset[str]) -> None:
    before: set[str] = set()
    for n, step in enumerate(file.steps):
        here: Place = ("steps", n)
        if step.step in before:
            raise source.fault((*here, "step"), f"the step {step.step!r} stands here twice")
        _check_who(step, source, here, agents)
        for m, name in enumerate(step.after):
            if name not in before:
                why = f"{step.step} waits for {name!r}, which no line above names"
                raise source.fault((*here, "after", m), why)
        before.add(step.step)
    if file.workflow == ARRIVAL:
        _want(file, source, "classify", "agent:")
        return
    _want(file, source, DECIDE, "system:policy")
    end = next(step for step in file.steps if step.step == DECIDE)
    waits_for = _all_before(end, file)
    for n, step in enumerate(file.steps):
        if step.agent is not None and step.step not in waits_for:
            why = f"{DECIDE} does not wait for {step.step}, so what the agent says would come too late"
            raise source.fault(("steps", n), why)


def _check_who(step: Step, source: Source, here: Place, agents: frozenset[str]) -> None:
    kind, _, name = step.by.partition(":")
    if kind not in set(ActorKind) or not name:
        raise source.fault((*here, "by"), "write agent:NAME, person:ROLE or system:PART")
    if kind == ActorKind.AGENT and name not in agents:
        raise source.fault(
            (*here, "by"), f"there is no agent {name!r}; there are {', '.join(sorted(agents))}"
        )
    if kind == ActorKind.PERSON and name not in set(Role):
        raise source.fault((*here, "by"), f"there is no role {name!r}; there are {', '.join(Role)}")
    allowed = _LAYERS[ActorKind(kind)]
    if step.layer not in allowed:
        why = f"what {kind}s do belongs to the layer {' or '.join(allowed)}"
        raise source.fault((*here, "layer"), why)


def _want(file: _File, source: Source, name: str, by: str) -> None:
    if not any(step.step == name and step.by.startswith(by) for step in file.steps):
        raise source.fault(("steps",), f"there must be a step {name!r} by {by.rstrip(':')}")


def _all_before(step: Step, file: _File) -> set[str]:
    by_name = {one.step: one for one in file.steps}
    found: set[str] = set()
    todo = list(step.after)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += by_name[name].after
    return found

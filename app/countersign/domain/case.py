"""A case as its events tell it: `unfold` them, one after the other, and this is where it stands."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import singledispatch

from countersign.domain.base import Frozen
from countersign.domain.confidence import MILLION
from countersign.domain.document import Document
from countersign.domain.event import (
    Act,
    AgentFailed,
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    ClassCorrected,
    Classified,
    Decided,
    DocumentOpened,
    DocumentReceived,
    DocumentRefused,
    Entry,
    Erased,
    FieldReviewed,
    HoldLifted,
    HoldPlaced,
    Part,
    ReadingMade,
    Released,
    Route,
    SpendReserved,
    StepsTaken,
)
from countersign.domain.reading import Alternative, Reading, Row
from countersign.domain.reason import Reason
from countersign.domain.sealed import ERASED
from countersign.domain.work import Spending, counted


class Status(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    """Agents are at work, or will be."""
    WAITING = "waiting"
    """A person is needed."""
    STRAIGHT_THROUGH = "straight_through"
    APPROVED = "approved"
    REJECTED = "rejected"

    @property
    def is_settled(self) -> bool:
        """True when nothing is left to do."""
        return self in (Status.STRAIGHT_THROUGH, Status.APPROVED, Status.REJECTED)


Change = dict[str, object]
FREE: Change = {"claimed_by": None, "claimed_until": None}


class FieldState(Frozen):
    """A field of a case: the reading that counts now, and what a person did with it."""

    reading: Reading
    act: Act | None = None
    agent_reading: Reading | None = None
    """What the agents had said, None where a person added the field."""


class Hold(Frozen):
    """An order that keeps a case from being erased until it is lifted."""

    order: str
    by: str
    """Printed name of the person who placed it."""
    at: datetime


class Erasure(Frozen):
    """That a case was erased: when, by whose order, and what went."""

    at: datetime
    order: str
    by: str | None
    """Printed name of the person who ordered it; None when the policy's retention ran out."""
    policy: str | None
    """Digest of that policy."""
    openings: int
    documents: tuple[str, ...]


class CaseFile(Frozen):
    """Everything the desk knows of a case."""

    id: str
    status: Status
    received_at: datetime
    updated_at: datetime
    documents: tuple[Document, ...]
    pages: int = 0
    run: int = 1
    """How often the agents have taken the case up: once, and once more for each corrected class."""
    klass: str | None = None
    variant: str | None = None
    language: str = "en"
    class_confidence: int = 0
    parts: tuple[Part, ...] = ()
    """The documents that the file holds, where it holds several."""
    fields: tuple[FieldState, ...] = ()
    alternatives: dict[str, tuple[Alternative, ...]] = {}
    rows: tuple[Row, ...] = ()
    passed: tuple[str, ...] = ()
    findings: tuple[Reason, ...] = ()
    facts: dict[str, bool | int | str] = {}
    decision: Decided | None = None
    refusal: Reason | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    holds: tuple[Hold, ...] = ()
    """The holds that stand, in the order they were placed."""
    spent: dict[str, Spending] = {}
    """What each agent has spent on it, with what is reserved, in all runs."""
    erasure: Erasure | None = None
    """Where the case was erased: its values read `ERASED`, all else stands."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the case is where it is."""
        if self.decision:
            return self.decision.reasons
        return (self.refusal,) if self.refusal else ()

    def field(self, name: str, index: int = 0) -> FieldState | None:
        """Return the state of a field."""
        return next((f for f in self.fields if (f.reading.field, f.reading.index) == (name, index)), None)

    def value(self, name: str | None) -> str | None:
        """Return the value that counts now, None where there is none."""
        state = self.field(name) if name else None
        return state.reading.value if state else None


def unfold(entries: Iterable[Entry]) -> CaseFile | None:
    """Tell a case from its entries, in order; None when they hold no `document_received`."""
    return further(None, entries)


def further(case: CaseFile | None, entries: Iterable[Entry]) -> CaseFile | None:
    """Tell a case on from where it stood; None where it has not begun."""
    for entry in entries:
        case = _begin(entry) if case is None else _after(case, entry)
    return case


def _begin(entry: Entry) -> CaseFile | None:
    event = entry.event
    if not isinstance(event, DocumentReceived) or entry.case is None:
        return None
    document = Document(
        sha256=event.sha256, media_type=event.media_type, length=event.length, name=event.name
    )
    return CaseFile(
        id=entry.case,
        status=Status.RECEIVED,
        received_at=entry.at,
        updated_at=entry.at,
        documents=(document,),
    )


def _after(case: CaseFile, entry: Entry) -> CaseFile:
    moved = case.model_copy(update={"updated_at": entry.at})
    return moved.model_copy(update=_change(entry.event, moved))


@singledispatch
def _change(event: object, case: CaseFile) -> Change:
    """Return the members of the case that an event changes; most events change none."""
    return {}


@_change.register
def _(event: DocumentOpened, case: CaseFile) -> Change:
    return {"pages": event.pages}


@_change.register
def _(event: DocumentRefused, case: CaseFile) -> Change:
    return {"refusal": event.reason, "findings": (*case.findings, event.reason)}


@_change.register
def _(event: Classified, case: CaseFile) -> Change:
    return {
        "klass": event.klass,
        "variant": event.variant,
        "language": event.language,
        "class_confidence": event.confidence,
        "parts": event.parts,
    }


@_change.register
def _(event: Checked, case: CaseFile) -> Change:
    return {
        "passed": (*case.passed, *event.passed),
        "findings": (*case.findings, *event.findings),
        "facts": {**case.facts, **event.facts},
    }


@_change.register
def _(event: AgentFailed, case: CaseFile) -> Change:
    return {"findings": (*case.findings, event.reason)}


@_change.register
def _(event: Decided, case: CaseFile) -> Change:
    if case.status in (Status.APPROVED, Status.REJECTED):
        return {}  # a person has the last word; a late decision has no effect
    straight = event.route is Route.STRAIGHT_THROUGH
    return {"decision": event, "status": Status.STRAIGHT_THROUGH if straight else Status.WAITING}


@_change.register
def _(event: Claimed, case: CaseFile) -> Change:
    return {"claimed_by": event.person, "claimed_until": event.until}


@_change.register
def _(event: Released, case: CaseFile) -> Change:
    return FREE


@_change.register
def _(event: ClassCorrected, case: CaseFile) -> Change:
    """Go back to the agents with the class that a person named; what was read for another one is gone."""
    if case.status.is_settled:
        return {}
    return {
        "status": Status.RECEIVED,
        "run": case.run + 1,
        "klass": event.klass,
        "variant": None,
        "class_confidence": MILLION,
        "parts": (),
        "fields": (),
        "alternatives": {},
        "rows": (),
        "passed": (),
        "findings": tuple(reason for reason in case.findings if reason.code == "agent_failed"),
        "facts": {},
        "decision": None,
        "refusal": None,
    }


@_change.register
def _(event: CaseApproved, case: CaseFile) -> Change:
    return {"status": Status.APPROVED, **FREE}


@_change.register
def _(event: CaseRejected, case: CaseFile) -> Change:
    return {"status": Status.REJECTED, **FREE}


@_change.register
def _(event: ReadingMade, case: CaseFile) -> Change:
    """Take readings in; what was read for another field stays, and so does what a person settled."""
    states = {(f.reading.field, f.reading.index): f for f in case.fields}
    for reading in event.readings:
        place = (reading.field, reading.index)
        if place not in states or states[place].act is None:
            states[place] = FieldState(reading=reading, agent_reading=reading)
    alternatives = {} if isinstance(event.alternatives, str) else event.alternatives
    rows = () if isinstance(event.rows, str) else event.rows
    return {
        "fields": tuple(states.values()),
        "alternatives": {**case.alternatives, **alternatives},
        "rows": rows or case.rows,
    }


@_change.register
def _(event: FieldReviewed, case: CaseFile) -> Change:
    place = (event.field, event.index)
    states = {(f.reading.field, f.reading.index): f for f in case.fields}
    before = states.get(place)
    agent_reading = before.agent_reading if before else None
    if event.act is Act.REOPENED or event.reading is None:
        states.pop(place, None)
        if agent_reading is not None:
            states[place] = FieldState(reading=agent_reading, agent_reading=agent_reading)
    else:
        states[place] = FieldState(reading=event.reading, act=event.act, agent_reading=agent_reading)
    return {"fields": tuple(states.values())}


@_change.register
def _(event: SpendReserved, case: CaseFile) -> Change:
    return _spent(case, {event.agent: Spending(tokens=event.tokens, money=event.money)})


@_change.register
def _(event: StepsTaken, case: CaseFile) -> Change:
    by_agent: dict[str, Spending] = {}
    for over in event.settled:
        given_back = Spending(tokens=over.tokens, money=over.money)
        by_agent[over.agent] = by_agent.get(over.agent, Spending()) - given_back
    for step in event.steps:
        kind, _, agent = step.by.partition(":")
        if kind == "agent":
            cost = Spending(steps=counted(step), **step.cost.model_dump())
            by_agent[agent] = by_agent.get(agent, Spending()) + cost
    return _spent(case, by_agent)


def _spent(case: CaseFile, more: dict[str, Spending]) -> Change:
    added = {agent: case.spent.get(agent, Spending()) + spending for agent, spending in more.items()}
    return {"spent": {**case.spent, **added}}


@_change.register
def _(event: HoldPlaced, case: CaseFile) -> Change:
    hold = Hold(order=event.order, by=event.signature.name, at=event.signature.at)
    return {"holds": (*case.holds, hold)}


@_change.register
def _(event: HoldLifted, case: CaseFile) -> Change:
    lifted = next((hold for hold in case.holds if hold.order == event.order), None)
    return {"holds": tuple(hold for hold in case.holds if hold is not lifted)}


@_change.register
def _(event: Erased, case: CaseFile) -> Change:
    """Take every personal value out, also where the entries at hand still had them."""
    return {
        "erasure": Erasure(
            at=case.updated_at,
            order=event.order,
            by=event.signature.name if event.signature else None,
            policy=event.policy,
            openings=event.openings,
            documents=event.documents,
        ),
        "documents": tuple(d.model_copy(update={"name": ERASED}) for d in case.documents),
        "fields": tuple(_without_value(state) for state in case.fields),
        "alternatives": {},
        "rows": (),
        "findings": tuple(map(_without_detail, case.findings)),
        "refusal": _without_detail(case.refusal) if case.refusal else None,
        "decision": case.decision
        and case.decision.model_copy(update={"reasons": tuple(map(_without_detail, case.decision.reasons))}),
    }


def _without_value(state: FieldState) -> FieldState:
    agents = state.agent_reading
    return state.model_copy(
        update={"reading": _hidden(state.reading), "agent_reading": _hidden(agents) if agents else None}
    )


def _hidden(reading: Reading) -> Reading:
    return reading if reading.answer is None else reading.model_copy(update={"answer": ERASED})


def _without_detail(reason: Reason) -> Reason:
    return reason if reason.detail is None else reason.model_copy(update={"detail": ERASED})

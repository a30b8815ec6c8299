"""The accountability answer of a case on one page, told from the record alone (control.md)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from countersign.cli.deeds import deed
from countersign.domain.actor import ActorKind, AgentCard
from countersign.domain.base import Frozen
from countersign.domain.case import CaseFile, FieldState, Status, unfold
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    Act,
    AgentEnrolled,
    CaseApproved,
    CaseRejected,
    Decided,
    DocumentReceived,
    Entry,
    FieldReviewed,
    PersonEnrolled,
    PolicyActivated,
    Route,
    Rule,
    Signature,
)
from countersign.domain.geometry import Box
from countersign.domain.reading import Method
from countersign.settings.catalogue import Catalogue


class Step(Frozen):
    """What one agent (or part of the system) did, when, and what it was allowed to do."""

    at: datetime
    by: str
    """An agent with its version, or the part of the system."""
    kind: ActorKind
    did: str
    milliseconds: int | None = None
    record: int
    """Number of the record in the log."""
    tier: int | None = None
    purpose: str | None = None
    code_digest: str | None = None


class Evidenced(Frozen):
    """A field as it counts now: value, how sure, where it stands, what a person did with it."""

    field: str
    index: int
    label: str
    value: str | None
    method: Method
    confidence: int
    threshold: int | None
    """Parts per million, as policy held it; None where policy held it against none."""
    document: str | None = None
    page: int | None = None
    """0-based."""
    box: Box | None = None
    """Points, origin top left."""
    why: tuple[str, ...] = ()
    act: Act | None = None
    agents_said: str | None = None


class PersonAct(Frozen):
    """What a person did to a field."""

    at: datetime
    person: str
    act: Act
    field: str
    record: int


class Signed(Frozen):
    """Who signed, and what the signature means."""

    person: str
    role: str
    authenticated: str
    signature: Signature
    overrides: tuple[str, ...] = ()
    record: int


class Said(Frozen):
    """A reason in words."""

    code: str
    label: str
    advice: str


class Explanation(Frozen):
    """Who decided, which agents on which evidence, under which policy, and who signed."""

    case: str
    status: Status
    klass: str | None
    document: str
    sha256: str
    channel: str
    received_at: datetime
    answer: str
    """One sentence: who decided."""
    policy: str | None = None
    policy_digest: str | None = None
    policy_activated_at: datetime | None = None
    mode: str | None = None
    route: Route | None = None
    rules: tuple[Rule, ...] = ()
    reasons: tuple[Said, ...] = ()
    steps: tuple[Step, ...] = ()
    fields: tuple[Evidenced, ...] = ()
    acts: tuple[PersonAct, ...] = ()
    signed: tuple[Signed, ...] = ()


def explain(entries: Sequence[Entry], desk: Iterable[Entry], catalogue: Catalogue) -> Explanation:
    """Tell a case from its entries and those of the desk; raises Trouble when the entries hold no case."""
    case = unfold(entries)
    received = next((e.event for e in entries if isinstance(e.event, DocumentReceived)), None)
    if case is None or received is None:
        raise Trouble("The record holds no such case. `countersign process` prints the numbers of cases.")
    desk_entries = tuple(desk)
    names = {e.event.person: e.event.name for e in desk_entries if isinstance(e.event, PersonEnrolled)}
    cards = {e.event.card.id: e.event.card for e in desk_entries if isinstance(e.event, AgentEnrolled)}
    signed = tuple(_signed(entries, names))
    decision = case.decision
    return Explanation(
        case=case.id,
        status=case.status,
        klass=case.klass,
        document=case.documents[0].name,
        sha256=case.documents[0].sha256,
        channel=received.channel,
        received_at=case.received_at,
        answer=_answer(case, signed),
        policy=decision.policy if decision else None,
        policy_digest=decision.digest if decision else None,
        policy_activated_at=_activated(decision, desk_entries),
        mode=decision.mode.value if decision else None,
        route=decision.route if decision else None,
        rules=decision.rules if decision else (),
        reasons=tuple(
            Said(code=reason.code, label=label, advice=advice)
            for reason in case.reasons
            for label, advice in [catalogue.say(reason)]
        ),
        steps=tuple(step for entry in entries if (step := _step(entry, cards))),
        fields=tuple(_evidenced(state, case, catalogue) for state in case.fields),
        acts=tuple(_acts(entries, names)),
        signed=signed,
    )


def _answer(case: CaseFile, signed: Sequence[Signed]) -> str:
    """Say in one sentence who decided."""
    decision = case.decision
    policy = f"policy {decision.policy} ({decision.digest[:12]})" if decision else "no policy yet"
    if case.status is Status.RECEIVED:
        return "Nobody has decided yet: the agents are at work."
    if case.status is Status.STRAIGHT_THROUGH:
        mode = decision.mode.value.replace("_", " ") if decision else ""
        return f"The {policy} let the case pass straight through, in the mode {mode}; no person looked at it."
    if signed and case.status is not Status.WAITING:
        last = signed[-1]
        did = "countersigned" if case.status is Status.APPROVED else "rejected"
        return f"{last.signature.name} ({last.role}) {did} the case, after the {policy} asked for a person."
    refused = decision is not None and decision.route is Route.REFUSE
    what = "refused the document" if refused else "asked for a person"
    return f"Nobody has signed yet: the {policy} {what}."


def _activated(decision: Decided | None, desk: Iterable[Entry]) -> datetime | None:
    """Return when the policy that decided was activated."""
    if decision is None:
        return None
    times = (e.at for e in desk if isinstance(e.event, PolicyActivated) and e.event.digest == decision.digest)
    return max(times, default=None)


def _step(entry: Entry, cards: dict[str, AgentCard]) -> Step | None:
    """Return what an entry says an agent or the system did; None for what a person did."""
    did = deed(entry.event)
    if did is None:
        return None
    card = cards.get(entry.actor.id)
    return Step(
        at=entry.at,
        by=entry.actor.role if entry.actor.kind is ActorKind.SYSTEM else entry.actor.id,
        kind=entry.actor.kind,
        did=did,
        milliseconds=getattr(entry.event, "milliseconds", None),
        record=entry.seq,
        tier=card.tier if card else None,
        purpose=card.purpose if card else None,
        code_digest=card.code_digest if card else None,
    )


def _evidenced(state: FieldState, case: CaseFile, catalogue: Catalogue) -> Evidenced:
    reading = state.reading
    klass = catalogue.klass(case.klass)
    known = klass.field(reading.field) if klass else None
    thresholds = case.decision.thresholds if case.decision else {}
    place = reading.evidence
    return Evidenced(
        field=reading.field,
        index=reading.index,
        label=known.title() if known else reading.field,
        value=reading.value,
        method=reading.method,
        confidence=reading.confidence,
        threshold=thresholds.get(reading.field),
        document=place.document if place else None,
        page=place.page if place else None,
        box=place.box if place else None,
        why=reading.why,
        act=state.act,
        agents_said=state.agent_reading.value if state.act and state.agent_reading else None,
    )


def _acts(entries: Iterable[Entry], names: dict[str, str]) -> Iterable[PersonAct]:
    for entry in entries:
        if isinstance(entry.event, FieldReviewed):
            person = names.get(entry.actor.id, entry.actor.id)
            event = entry.event
            yield PersonAct(at=entry.at, person=person, act=event.act, field=event.field, record=entry.seq)


def _signed(entries: Iterable[Entry], names: dict[str, str]) -> Iterable[Signed]:
    for entry in entries:
        event = entry.event
        if isinstance(event, CaseApproved | CaseRejected):
            yield Signed(
                person=names.get(entry.actor.id, entry.actor.id),
                role=entry.actor.role,
                authenticated=entry.actor.authenticated,
                signature=event.signature,
                overrides=event.overrides if isinstance(event, CaseApproved) else (),
                record=entry.seq,
            )

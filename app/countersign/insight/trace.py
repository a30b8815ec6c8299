"""The trace of a case, told from its record alone: who took which step, on what, with which outcome."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from countersign.domain.actor import ActorKind, AgentCard
from countersign.domain.event import (
    AgentEnrolled,
    AgentFailed,
    Checked,
    ClassCorrected,
    Classified,
    Decided,
    DocumentOpened,
    DocumentRefused,
    Entry,
    PlanActivated,
    PlanChosen,
    ReadingMade,
    SpendReserved,
    StepsTaken,
)
from countersign.domain.plan import Cost, Layer, StepEnd, StepTaken
from countersign.domain.reading import Answer, Evidence, Reading
from countersign.domain.reason import Reason
from countersign.insight.context import Context, context_of
from countersign.insight.held_up import held_up
from countersign.insight.phrases import ROUTES
from countersign.insight.tell import Teller, counted, tell
from countersign.insight.tell_control import adopted
from countersign.insight.traced import (
    Found,
    Place,
    PlanFollowed,
    Reserved,
    RunTrace,
    StepTrace,
    Trace,
    Tried,
)
from countersign.settings.catalogue import Catalogue

DESK_KINDS = (
    "person_enrolled",
    "agent_enrolled",
    "policy_activated",
    "plan_activated",
    "work_stopped",
    "work_resumed",
)
"""What a trace needs to know of the desk."""
_DOES = {Classified: "classify", ReadingMade: "read", Checked: "check"}
"""Names for what stands on the record without steps: a version that had no plans made it."""


def trace(
    entries: Sequence[Entry],
    desk: Sequence[Entry],
    catalogue: Catalogue,
    *,
    log: str = "",
    language: str = "en",
    values: bool = True,
) -> Trace:
    """Tell the trace of a case from its entries and those of the desk (`DESK_KINDS`).

    `values` says whether what stands on the document is told, or only that something does. Raises Trouble
    where the entries hold no case.
    """
    context = context_of(entries, desk, catalogue)
    case = context.case
    context = context._replace(teller=Teller(catalogue, language, case))
    runs = (_Run(number, some, context, values).told() for number, some in _runs(entries))
    return Trace(
        case=case.id,
        log=log,
        klass=case.klass,
        status=case.status,
        received_at=case.received_at,
        runs=tuple(runs),
        is_open=values,
    )


def _runs(entries: Sequence[Entry]) -> Iterator[tuple[int, tuple[Entry, ...]]]:
    """Part the events of a case at each corrected class, as the case itself counts its runs."""
    number, held = 1, list[Entry]()
    for entry in entries:
        if isinstance(entry.event, ClassCorrected):
            yield number, tuple(held)
            number, held = number + 1, []
        held.append(entry)
    yield number, tuple(held)


class _Run:
    """One run while it is told."""

    def __init__(self, number: int, entries: Sequence[Entry], context: Context, values: bool) -> None:
        self._number, self._entries, self._context, self._values = number, entries, context, values
        self._left = [e for e in entries if e.actor.kind is ActorKind.AGENT or isinstance(e.event, _OVERSEEN)]

    def told(self) -> RunTrace:
        steps = sorted((*self._taken(), *self._rest()), key=lambda step: step.began)
        steps[:0] = self._opened(before=steps[0].began if steps else None)
        decided = next((e for e in reversed(self._entries) if isinstance(e.event, Decided)), None)
        if decided is not None:
            steps.append(self._decided(decided))
        plan = self._plan()
        began = min((step.began for step in steps), default=self._entries[0].at)
        needed = {name for step in steps if (name := step.agent) is not None}
        return RunTrace(
            run=self._number,
            plan=plan,
            began=min(began, self._entries[0].at) if self._number > 1 else began,
            ended=decided.at if decided else None,
            steps=tuple(steps),
            lessons=tuple(dict.fromkeys(self._lessons())),
            held_up=held_up(self._context, self._entries[0].at, decided.at if decided else None, needed),
            route=ROUTES[decided.event.route] if decided and isinstance(decided.event, Decided) else None,
        )

    # -- the steps -----------------------------------------------------------------------------------------

    def _opened(self, before: datetime | None) -> Iterator[StepTrace]:
        """Tell how the document was opened: first, though it may be recorded with what follows."""
        for entry in self._entries:
            event = entry.event
            if not isinstance(event, DocumentOpened | DocumentRefused):
                continue
            took = event.milliseconds if isinstance(event, DocumentOpened) else 0
            refused = event.reason if isinstance(event, DocumentRefused) else None
            ended = entry.at if before is None else min(entry.at, before)
            yield StepTrace(
                step="open",
                layer=Layer.RECORD,
                by="system:documents",
                end=StepEnd.FAILED if refused else StepEnd.DONE,
                began=ended - timedelta(milliseconds=took),
                cost=Cost(milliseconds=took),
                told=(tell(event, self._context.teller),),
                reasons=self._chips([refused] if refused else []),
                codes=(refused.code,) if refused else (),
                records=(entry.seq,),
            )

    def _taken(self) -> Iterator[StepTrace]:
        """Tell the steps on the record; what an agent said goes to its step."""
        for entry in self._entries:
            if not isinstance(entry.event, StepsTaken):
                continue
            steps = entry.event.steps
            length = max((step.began + step.cost.milliseconds for step in steps), default=0)
            began = entry.at - timedelta(milliseconds=length)
            for n, step in enumerate(steps):
                is_last = all(later.by != step.by for later in steps[n + 1 :])
                said = self._said(step, before=entry.seq, takes_all=is_last)
                yield self._step(step, began + timedelta(milliseconds=step.began), said)

    def _said(self, step: StepTaken, before: int, takes_all: bool) -> list[Entry]:
        """Take out what belongs to a step; of an agent with several, each has one event, the last all."""
        found = [e for e in self._left if e.seq < before and _is_of(e, step)]
        if not takes_all:
            found = found[:1]
        self._left = [entry for entry in self._left if entry not in found]
        return found

    def _rest(self) -> Iterator[StepTrace]:
        """Tell what stands on the record without a step, in its order."""
        before = self._entries[0].at
        for entry in self._left:
            event, is_agent = entry.event, entry.actor.kind is ActorKind.AGENT
            if not is_agent and not isinstance(event, AgentFailed):
                continue
            took = getattr(event, "milliseconds", 0)
            step = StepTaken(
                step=event.step if isinstance(event, AgentFailed) else _DOES.get(type(event), event.kind),
                layer=Layer.EXECUTE if is_agent else Layer.RECORD,
                by=f"agent:{entry.actor.id.partition('@')[0]}" if is_agent else f"system:{entry.actor.role}",
                end=StepEnd.FAILED if isinstance(event, AgentFailed) else StepEnd.DONE,
                began=0,
                cost=Cost(milliseconds=took),
            )
            before = max(before, entry.at - timedelta(milliseconds=took))
            yield self._step(step, before, [entry])

    def _decided(self, entry: Entry) -> StepTrace:
        event = entry.event
        reasons = event.reasons if isinstance(event, Decided) else ()
        return StepTrace(
            step="decide",
            layer=Layer.RECORD,
            by="system:policy",
            end=StepEnd.DONE,
            began=entry.at,
            cost=Cost(),
            told=(tell(event, self._context.teller),),
            reasons=self._chips(reasons),
            codes=tuple(reason.code for reason in reasons),
            records=(entry.seq,),
        )

    def _step(self, step: StepTaken, began: datetime, said: Sequence[Entry]) -> StepTrace:
        identity = next((e.actor.id for e in said if e.actor.kind is ActorKind.AGENT), None)
        card = self._card(step.by.partition(":")[2], identity)
        reasons = [reason for entry in said for reason in _reasons(entry)]
        teller = self._context.teller
        dropped = (Tried(what=teller.field(one.what), why=one.why) for one in step.dropped)
        rows = [entry.event.rows for entry in said if isinstance(entry.event, ReadingMade)]
        return StepTrace(
            step=step.step,
            layer=step.layer,
            by=step.by,
            identity=identity,
            model=card.model if card else None,
            end=step.end,
            began=began,
            cost=step.cost,
            rounds=step.rounds,
            looked_at=step.looked_at,
            told=tuple(tell(e.event, teller) for e in said if not isinstance(e.event, SpendReserved)),
            found=tuple(self._found(said)),
            rows=sum(len(some) for some in rows if not isinstance(some, str)),
            tried=(*dropped, *self._alternatives(said)),
            reasons=self._chips(reasons),
            codes=tuple(reason.code for reason in reasons),
            reserved=tuple(_reserved(said)),
            records=tuple(entry.seq for entry in said),
        )

    # -- what a step said ----------------------------------------------------------------------------------

    def _found(self, said: Iterable[Entry]) -> Iterator[Found]:
        for entry in said:
            if isinstance(entry.event, ReadingMade):
                yield from (self._reading(reading) for reading in entry.event.readings)

    def _reading(self, reading: Reading) -> Found:
        label = self._context.teller.field(reading.field)
        return Found(
            field=reading.field,
            index=reading.index,
            label=label + (f" {reading.index + 1}" if reading.index else ""),
            value=reading.value if self._values else None,
            is_there=reading.answer is not None,
            confidence=reading.confidence,
            method=reading.method,
            place=self._place(reading.evidence, reading.printed),
            why=reading.why,
        )

    def _alternatives(self, said: Iterable[Entry]) -> Iterator[Tried]:
        for entry in said:
            event = entry.event
            if not isinstance(event, ReadingMade) or isinstance(event.alternatives, str):
                continue
            for name, others in event.alternatives.items():
                for other in others:
                    yield Tried(
                        what=self._context.teller.field(name),
                        value=other.answer.value if self._values else None,
                        confidence=other.confidence,
                        place=self._place(other.evidence, _printed(other.answer)),
                    )

    def _place(self, evidence: Evidence | None, printed: str) -> Place | None:
        if evidence is None:
            return None
        return Place(evidence=evidence, words=printed or None if self._values else None)

    def _chips(self, reasons: Iterable[Reason]) -> tuple[str, ...]:
        """Say reasons in words; a detail may quote the document, and goes where values go."""
        chips = []
        for reason in reasons:
            detail = f": {reason.detail}" if reason.detail and self._values else ""
            chips.append(self._context.teller.chip(reason) + detail)
        return tuple(dict.fromkeys(chips))

    # -- what it was done by -------------------------------------------------------------------------------

    def _card(self, agent: str, identity: str | None) -> AgentCard | None:
        """Return the card under which an agent worked; of one that said nothing, the latest until then."""
        cards = [
            entry.event.card
            for entry in self._context.desk
            if isinstance(entry.event, AgentEnrolled) and entry.seq < self._entries[-1].seq
        ]
        fitting = (c for c in reversed(cards) if (c.id == identity if identity else c.name == agent))
        return next(fitting, None)

    def _plan(self) -> PlanFollowed | None:
        chosen = next((e for e in self._entries if isinstance(e.event, PlanChosen)), None)
        if chosen is None or not isinstance(chosen.event, PlanChosen):
            return None
        digest = chosen.event.digest
        made = [
            e.event
            for e in self._context.desk
            if isinstance(e.event, PlanActivated) and e.event.digest == digest and e.seq < chosen.seq
        ]
        told = adopted(made[-1]) if made else "when it became active is not on the record"
        return PlanFollowed(name=chosen.event.plan, digest=digest, adopted=told)

    def _lessons(self) -> Iterator[str]:
        for entry in self._entries:
            if isinstance(entry.event, ReadingMade) and (used := entry.event.lessons):
                documents = counted(used.documents, "confirmed document", "confirmed documents")
                yield f"{used.digest[:12]} of {documents}"


_OVERSEEN = (AgentFailed, SpendReserved, Checked)
"""What the workflow itself says of a step."""


def _is_of(entry: Entry, step: StepTaken) -> bool:
    event = entry.event
    if entry.actor.kind is ActorKind.AGENT:
        return f"agent:{entry.actor.id.partition('@')[0]}" == step.by
    if isinstance(event, AgentFailed | SpendReserved):
        return event.step == step.step
    if isinstance(event, Checked):
        steps = [r.detail for r in event.findings if r.code == "step_for_person"]
        return step.end is StepEnd.FOR_PERSON and step.step.replace("_", " ") in steps
    return False


def _reasons(entry: Entry) -> tuple[Reason, ...]:
    event = entry.event
    if isinstance(event, Checked):
        return event.findings
    return (event.reason,) if isinstance(event, AgentFailed) else ()


def _reserved(said: Iterable[Entry]) -> Iterator[Reserved]:
    for entry in said:
        if isinstance(entry.event, SpendReserved):
            event = entry.event
            yield Reserved(at=entry.at, tokens=event.tokens, money=event.money, record=entry.seq)


def _printed(answer: Answer) -> str:
    return answer.printed

"""From events to figures: what each event of a case adds to the counts of its agents. Pure.

Counts are kept by day, agent and class; an empty name stands for the desk as a whole. What of a case is
needed later (who read which field, who found what) is its `CaseFold`, which holds no value of a document.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from countersign.domain.actor import Actor, ActorKind
from countersign.domain.confidence import MILLION
from countersign.domain.event import (
    Act,
    AgentFailed,
    CaseApproved,
    CaseRejected,
    Checked,
    ClassCorrected,
    Classified,
    Decided,
    DocumentOpened,
    DocumentRefused,
    FieldReviewed,
    ReadingMade,
    Route,
    StepsTaken,
)
from countersign.domain.plan import StepEnd

DESK = ""
"""Stands in place of an agent where the desk as a whole is counted, or where no agent is the cause."""
BINS = 10
"""Of equal width, in which confidence is counted."""
OF_READERS = frozenset({"below_threshold", "field_missing"})
"""Reasons that whoever read gives, or leaves open, whoever found it."""
OF_CLASSIFIER = frozenset({"class_unsure"})
_CHANGES = {
    Act.CORRECTED.value: "corrected",
    Act.ADDED.value: "missed",
    Act.NOT_PRESENT.value: "invented",
    Act.ILLEGIBLE.value: "illegible",
}
"""What an act of a person says of what an agent had read."""


class Count(NamedTuple):
    """One more of something."""

    agent: str
    what: str
    n: int = 1


class Mark(NamedTuple):
    """A case to look at."""

    agent: str
    what: str


@dataclass(slots=True)
class CaseFold:
    """What of a case's past the next event is counted against."""

    by: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Who read a field, as ``name/index``, and whether they say that it is there."""
    given: dict[str, list[str]] = field(default_factory=dict)
    """The agents that gave a reason, by its code."""
    failed: dict[str, str] = field(default_factory=dict)
    """Steps that failed and whose agent is not known yet, with the code."""
    agents: list[str] = field(default_factory=list)
    """Those that had something to do in this run."""
    caused: list[str] = field(default_factory=list)
    """Those that are the cause of a person's being asked."""
    acts: dict[str, str] = field(default_factory=dict)
    """What a person did last with a field."""
    classifier: str = ""
    is_corrected: bool = False
    """Whether a person named another class."""
    is_settled: bool = False
    is_stored: bool = False
    """Whether the database has it; not part of it."""

    def written(self) -> str:
        """Return it as the view keeps it."""
        members = {name: getattr(self, name) for name in _KEPT if getattr(self, name)}
        return json.dumps(members, separators=(",", ":"), sort_keys=True)

    @classmethod
    def read(cls, kept: str) -> "CaseFold":
        """Take what the view keeps."""
        members: dict[str, Any] = json.loads(kept)
        by = {place: (agent, is_there) for place, (agent, is_there) in members.pop("by", {}).items()}
        return cls(**members, by=by, is_stored=True)

    @staticmethod
    def counts(event: object) -> bool:
        """Whether an event adds anything."""
        return type(event) in _COUNTED

    def fold(self, event: object, actor: Actor, hour: int) -> Iterator[Count | Mark]:
        """Take an event in and give what it adds; `hour` is that of the day, in UTC."""
        count = _COUNTED.get(type(event))
        if count is not None:
            name = actor.id.partition("@")[0] if actor.kind is ActorKind.AGENT else DESK
            yield from count(self, event, name, hour)

    # -- what agents say ---------------------------------------------------------------------------------

    def classified(self, event: Classified, agent: str, hour: int) -> Iterator[Count | Mark]:
        """Take in of which class an agent holds the case to be."""
        self.classifier = agent
        yield Count(agent, f"sure:{_bin(event.confidence)}")

    def read_by(self, event: ReadingMade, agent: str, hour: int) -> Iterator[Count | Mark]:
        """Take in what an agent read."""
        for reading in event.readings:
            is_there = reading.answer is not None
            place = f"{reading.field}/{reading.index}"
            if place not in self.acts:  # what a person settled stays
                self.by[place] = (agent, is_there)
            if is_there:
                yield Count(agent, "read")
                yield Count(agent, f"sure:{_bin(reading.confidence)}")

    def checked(self, event: Checked, agent: str, hour: int) -> Iterator[Count | Mark]:
        """Take in what an agent, or the workflow, found."""
        for finding in event.findings:
            self._gave(finding.code, agent)
            yield Count(agent, f"found:{finding.code}")

    def agent_failed(self, event: AgentFailed, agent: str, hour: int) -> Iterator[Count | Mark]:
        """Take in that a step failed."""
        if agent:
            yield from self._failure(event.reason.code, agent)
        else:
            self.failed[event.step] = event.reason.code

    def _failure(self, code: str, agent: str) -> Iterator[Count | Mark]:
        self._gave(code, agent)
        yield Count(agent, f"failed:{code}")
        yield Mark(agent, f"failed:{code}")

    def _gave(self, code: str, agent: str) -> None:
        agents = self.given.setdefault(code, [])
        if agent not in agents:
            agents.append(agent)

    def stepped(self, event: StepsTaken, agent: str, hour: int) -> Iterator[Count | Mark]:
        """Take in the steps that were taken."""
        for step in event.steps:
            kind, _, name = step.by.partition(":")
            code = self.failed.pop(step.step, None)
            if step.end is StepEnd.NOTHING:
                continue
            yield Count(DESK, f"by:{kind}")
            if kind != ActorKind.AGENT:
                continue
            if name not in self.agents:
                self.agents.append(name)
            yield Count(name, f"hour:{hour:02d}", step.rounds)
            if code is not None:
                yield from self._failure(code, name)

    # -- what is decided ---------------------------------------------------------------------------------

    def decided(self, event: Decided, agent: str, hour: int) -> Iterator[Count | Mark]:
        """Take in what policy decided."""
        if self.is_settled:
            return  # a person has the last word
        for code in self.failed.values():
            self._gave(code, DESK)
        self.failed = {}
        yield Count(DESK, "by:system")
        yield from (Count(one, f"route:{event.route.value}") for one in (DESK, *self.agents))
        if event.route is Route.STRAIGHT_THROUGH:
            return
        causes = {reason.code: self._causes(reason.code, reason.fields) for reason in event.reasons}
        for code, agents in causes.items():
            yield Count(DESK, f"reason:{code}")
            yield from (Count(one, f"reason:{code}") for one in agents if one)
        self.caused = sorted({one for agents in causes.values() for one in agents if one})
        yield from (Count(one, "escalated") for one in self.caused)

    def _causes(self, code: str, fields: Iterable[str]) -> list[str]:
        """Return the agents that a reason comes from; none where the policy alone wants a person."""
        if code in OF_CLASSIFIER:
            return [self.classifier]
        if code not in OF_READERS:
            return self.given.get(code, [])
        names = set(fields)
        told = {agent for place, (agent, _) in self.by.items() if place.rpartition("/")[0] in names}
        return sorted(told or {agent for agent, _ in self.by.values()})

    # -- what people do ----------------------------------------------------------------------------------

    def reviewed(self, event: FieldReviewed, agent: str, hour: int) -> Iterator[Count | Mark]:
        """Take in what a person did with a field."""
        place = f"{event.field}/{event.index}"
        if event.act is Act.REOPENED:
            self.acts.pop(place, None)
        else:
            self.acts[place] = event.act.value
        reader = self.by.get(place, (DESK, False))[0]
        yield Count(DESK, "by:person")
        if reader:
            yield Count(reader, "dwell", max(0, event.dwell_ms))

    def class_corrected(self, event: ClassCorrected, agent: str, hour: int) -> Iterator[Count | Mark]:
        """Begin anew, because a person named another class."""
        if self.is_settled:
            return
        yield Count(DESK, "by:person")
        if self.classifier:
            yield Count(self.classifier, "corrected")
            yield Mark(self.classifier, "corrected")
        for name in self.caused:
            yield from (Count(name, "judged"), Count(name, "upheld"))
        self.by, self.given, self.failed, self.acts = {}, {}, {}, {}
        self.agents, self.caused, self.classifier, self.is_corrected = [], [], "", True

    def settled(self, event: CaseApproved | CaseRejected, agent: str, hour: int) -> Iterator[Count | Mark]:
        """Take in that a person approved or refused the case."""
        yield Count(DESK, "by:person")
        if self.is_settled:
            return
        self.is_settled = True
        is_refused = isinstance(event, CaseRejected)
        is_upheld = is_refused or any(self._change(place) for place in self.acts)
        for name in self.caused:
            yield from (Count(name, "judged"), Count(name, "upheld" if is_upheld else "needless"))
            if not is_upheld:
                yield Mark(name, "needless")
        if is_refused:
            return  # nobody said that the rest is right
        if self.classifier and not self.is_corrected:
            yield Count(self.classifier, "kept")
        for place, (name, is_there) in self.by.items():
            found = self._change(place)
            if found is not None:
                yield from (Count(name, found), Mark(name, found))
            elif is_there:
                yield Count(name, "kept")

    def _change(self, place: str) -> str | None:
        """Say what a person changed of a reading, None where they left it as it was."""
        found = _CHANGES.get(self.acts.get(place, ""))
        _, is_there = self.by.get(place, (DESK, False))
        if is_there or found is None:
            return found
        return "missed" if found in ("corrected", "missed") else None

    def opened(
        self, event: DocumentOpened | DocumentRefused, agent: str, hour: int
    ) -> Iterator[Count | Mark]:
        """Take in that the document was opened, or could not be."""
        yield Count(DESK, "by:system")


def _bin(confidence: int) -> int:
    return min(confidence * BINS // MILLION, BINS - 1)


_KEPT = tuple(name for name in CaseFold.__dataclass_fields__ if name != "is_stored")
_Counted = Callable[[CaseFold, Any, str, int], Iterator[Count | Mark]]
_COUNTED: dict[type, _Counted] = {
    DocumentOpened: CaseFold.opened,
    DocumentRefused: CaseFold.opened,
    Classified: CaseFold.classified,
    ReadingMade: CaseFold.read_by,
    Checked: CaseFold.checked,
    AgentFailed: CaseFold.agent_failed,
    StepsTaken: CaseFold.stepped,
    Decided: CaseFold.decided,
    FieldReviewed: CaseFold.reviewed,
    ClassCorrected: CaseFold.class_corrected,
    CaseApproved: CaseFold.settled,
    CaseRejected: CaseFold.settled,
}

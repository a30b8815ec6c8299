"""The agents of the desk, each signing as the identity under which it is enrolled."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from countersign.agents.bench import Bench
from countersign.agents.identities import LLM, LLM_LARGE, LOCAL, card
from countersign.agents.lessons import Lessons
from countersign.agents.llm import Leave
from countersign.agents.llm_client import Speaker
from countersign.agents.sheet import Sheet
from countersign.domain.actor import Actor, AgentCard
from countersign.domain.case import CaseFile
from countersign.domain.document import Opened
from countersign.domain.event import (
    ClassCorrected,
    Classified,
    Entry,
    Event,
    LessonsUsed,
    ReadingMade,
    StepsTaken,
)
from countersign.settings.catalogue import Catalogue
from countersign.wiring.models import NO_MODELS, Asking
from countersign.workflow.ports import Allowance, Known, Told

MODELS = (LLM, LLM_LARGE)
"""Agents that are there only where an administrator named a language model."""


class Memory(Protocol):
    """What the desk has learned."""

    def lessons(self, klass: str) -> tuple[tuple[Lessons, ...], LessonsUsed | None]:
        """Give the lessons of a class, and their name for the record."""

    def familiar(self, sheet: Sheet) -> Mapping[str, float]:
        """Say how much a document is like those of each class that people approved."""


class Forgetful:
    """The memory of a desk that learns nothing."""

    def lessons(self, klass: str) -> tuple[tuple[Lessons, ...], LessonsUsed | None]:
        """Give none."""
        return (), None

    def familiar(self, sheet: Sheet) -> Mapping[str, float]:
        """Say that it is like none."""
        return {}


class EnrolledStaff:
    """The agents (a Staff as workflow/ports.py asks for)."""

    def __init__(
        self,
        actor: Callable[[AgentCard], Actor],
        words: Catalogue,
        memory: Memory | None = None,
        asking: Asking = NO_MODELS,
    ) -> None:
        """`actor` names an enrolled agent as an author; `asking` knows the language models."""
        self._actor = actor
        self._asking = asking
        self._words = words
        self._memory = memory or Forgetful()

    def bench(self, opened: Opened, before: Sequence[Entry]) -> "EnrolledBench":
        """Lay a document out for the agents, with what they said of it before."""
        classified: Classified | None = None
        made: list[tuple[str, ReadingMade]] = []
        did: set[str] = set()
        for entry in before:
            match entry.event:
                case Classified() as event:
                    classified = event
                case ReadingMade() as event:
                    made.append((entry.actor.role, event))
                case StepsTaken() as event:
                    did |= {step.by.removeprefix("agent:") for step in event.steps}
                case ClassCorrected():
                    classified, made, did = None, [], set()
        stands = Stands(classified, tuple(made), frozenset(did))
        return EnrolledBench(
            opened, self._words, self._memory, actor=self._actor, before=stands, asking=self._asking
        )


class Stands(NamedTuple):
    """What agents said of a document before, where the work was cut off in between."""

    classified: Classified | None
    made: tuple[tuple[str, ReadingMade], ...]
    did: frozenset[str]
    """Agents whose step is done."""


class EnrolledBench:
    """Where the agents work on one case, each under its own name."""

    def __init__(
        self,
        opened: Opened,
        words: Catalogue,
        memory: Memory,
        *,
        actor: Callable[[AgentCard], Actor],
        before: Stands,
        asking: Asking,
    ) -> None:
        self._memory, self._actor, self._asking = memory, actor, asking
        self._used: LessonsUsed | None = None
        self._bench = Bench(
            opened,
            words,
            lessons=self._lessons,
            familiar=memory.familiar,
            classified=before.classified,
            made=before.made,
            did=before.did,
            models=_that_may_ask(asking),
            terms=asking.terms,
        )

    def idle(self, agent: str, case: CaseFile) -> str | None:
        """Say why an agent has nothing to do at its step; None where it has, or may have."""
        return self._bench.idle(agent, case)

    def do(self, agent: str, case: CaseFile, known: Callable[[], Known], allowance: Allowance) -> Told:
        """Have an agent do its step on the case as it stands."""
        who = self._asking.card(agent)
        if who is None and agent not in MODELS:
            who = card(agent)
        history = known if who is not None and "desk.history" in who.tools else _no_history
        answer = self._bench.do(agent, case, history, Leave(*allowance))
        if who is None or not answer.events:
            return Told((), *answer[1:])
        actor = self._actor(who)
        said = tuple((actor, self._with_lessons(agent, event)) for event in answer.events)
        return Told(said, *answer[1:])

    def _lessons(self, klass: str) -> tuple[Lessons, ...]:
        lessons, self._used = self._memory.lessons(klass)
        return lessons

    def _with_lessons(self, agent: str, event: Event) -> Event:
        if agent == LOCAL and isinstance(event, ReadingMade):
            return event.model_copy(update={"lessons": self._used})
        return event


def _that_may_ask(asking: Asking) -> dict[str, Speaker]:
    """Return the language models whose agents hold the tool to ask them."""
    may = {card.name for card in asking.cards if "model.ask" in card.tools}
    return {name: speaker for name, speaker in asking.speakers.items() if name in may}


def _no_history() -> Known:
    raise PermissionError("it holds no tool to look the desk's history up")

"""Takes a document through the whole run, page children and all, and tells how the case stands then."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tests.support.memory import (
    MemoryCases,
    MemoryLedger,
    MemoryLibrary,
    memory_plans,
    open_gate,
    system,
)

from countersign.documents.pool import Pages
from countersign.domain.actor import Actor, ActorKind, AgentCard
from countersign.domain.case import CaseFile
from countersign.domain.event import Decided, StepsTaken
from countersign.domain.plan import StepTaken
from countersign.policy.load import Policy, load
from countersign.settings import catalogue
from countersign.settings.limits import Limits
from countersign.settings.resources import shipped
from countersign.wiring.models import NO_MODELS, Asking
from countersign.wiring.staff import EnrolledStaff
from countersign.workflow.run import CaseRun

WORDS = catalogue.load()
POLICY = load(shipped("resources", "policies", "desk.yaml"), WORDS)


class Outcome(NamedTuple):
    """Where a case stands after its run."""

    case: CaseFile
    steps: tuple[StepTaken, ...]

    @property
    def decision(self) -> Decided:
        """What policy said."""
        assert self.case.decision is not None
        return self.case.decision

    def values(self) -> dict[tuple[str, int], str | None]:
        """Return the value of each field."""
        return {(s.reading.field, s.reading.index): s.reading.value for s in self.case.fields}

    def step(self, name: str) -> StepTaken:
        """Return a step as it was taken."""
        return next(step for step in self.steps if step.step == name)


class Decider:
    """A desk in memory with real agents and real page children."""

    def __init__(self, folder: Path, pages: Pages, pool: ThreadPoolExecutor) -> None:
        self._folder, self._pages, self._pool = folder, pages, pool

    def decide(self, content: bytes, asking: Asking = NO_MODELS, policy: Policy = POLICY) -> Outcome:
        """Take a document through its run, each time as the same case."""
        digest = sha256(content).hexdigest()
        file = self._folder / digest
        file.write_bytes(content)
        ledger, library = MemoryLedger(), _Shelf(self._folder)
        run = CaseRun(
            ledger=ledger,
            cases=MemoryCases(ledger),
            library=library,
            pages=self._pages,
            staff=EnrolledStaff(_actor, WORDS, asking=asking.under(lambda: policy)),
            catalogue=WORDS,
            policy=lambda: policy,
            plans=memory_plans(ledger),
            gate=open_gate(),
            system=system,
            readers=self._pool,
            side_by_side=self._pool,
        )
        case = ledger.receive(content, case="c-20")
        run.take(case)
        taken = [e.event for e in ledger.entries(case) if isinstance(e.event, StepsTaken)]
        return Outcome(ledger.case(case), tuple(step for event in taken for step in event.steps))


class _Shelf(MemoryLibrary):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def path(self, sha256: str) -> Path:
        return self._folder / sha256


def _actor(card: AgentCard) -> Actor:
    return Actor(kind=ActorKind.AGENT, id=card.id, role=card.name, authenticated="none")


@contextmanager
def deciding(folder: Path) -> Iterator[Decider]:
    """Have a desk for as long as the block runs."""
    pages = Pages(2, Limits())
    with ThreadPoolExecutor(8) as pool:
        try:
            yield Decider(folder, pages, pool)
        finally:
            pages.close()


def changes(before: Outcome, after: Outcome) -> list[str]:
    """Return what an order in the document changed, beside the flag that says that there is one.

    A way that asks less of people is a change, and so is any other value of any field or row.
    """
    found = [
        f"{place[0]}: another value"
        for place in before.values().keys() | after.values().keys()
        if before.values().get(place) != after.values().get(place)
    ]
    rows = [[(c.column, c.answer.value) for c in row.cells] for row in before.case.rows]
    if rows != [[(c.column, c.answer.value) for c in row.cells] for row in after.case.rows]:
        found.append("other rows")
    if before.case.klass != after.case.klass:
        found.append("another class")
    reasons = {r.code for r in before.decision.reasons}
    now = {r.code for r in after.decision.reasons} - {"instruction_in_document"}
    if reasons - now:
        found.append(f"no longer said: {', '.join(sorted(reasons - now))}")
    if before.decision.route != after.decision.route and after.decision.route == "straight_through":
        found.append("straight through")
    return sorted(found)


def is_flagged(outcome: Outcome) -> bool:
    """Say whether the order was seen."""
    return "instruction_in_document" in {r.code for r in outcome.decision.reasons}

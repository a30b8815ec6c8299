"""A step goes where its plan gives it: to an agent that may take it, or to a person who then decides."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256

import pytest
from tests.support.memory import (
    SYSTEM,
    MemoryCases,
    MemoryLedger,
    MemoryLibrary,
    MemoryPages,
    MemoryStaff,
    memory_plans,
    system,
)

from countersign.agents.identities import names
from countersign.domain.actor import ActorKind
from countersign.domain.case import CaseFile, Status
from countersign.domain.event import Draft, Entry, PlanActivated, PlanChosen, StepsTaken
from countersign.domain.orders import Orders
from countersign.domain.plan import StepEnd
from countersign.policy.load import load
from countersign.settings import catalogue
from countersign.settings.resources import shipped
from countersign.workflow.gate import Doorway
from countersign.workflow.plans import Plans
from countersign.workflow.run import CaseRun

KNOWN = catalogue.load()
POLICY = load(shipped("resources", "policies", "desk.yaml"), KNOWN)
MATCHER = "matcher.duplicates"


class Killed(Exception):
    """The process has ended here."""


class Frail(MemoryLedger):
    """A record whose process ends after so many appends."""

    left: int | None = None

    def append(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        made = super().append(drafts)
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                self.left = None
                raise Killed
        return made


class Desk:
    """A desk in memory, whose agents' process can end and begin anew."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool = pool
        self.ledger = Frail()
        self.pages = MemoryPages({})
        self.library = MemoryLibrary()
        self.barred: dict[str, str] = {}
        memory_plans(self.ledger)
        self.begin()

    def begin(self) -> None:
        self.staff = MemoryStaff()
        self.run = CaseRun(
            ledger=self.ledger,
            cases=MemoryCases(self.ledger),
            library=self.library,
            pages=self.pages,
            staff=self.staff,
            catalogue=KNOWN,
            policy=lambda: POLICY,
            system=system,
            plans=Plans(self.ledger.desk_entries, names()),
            gate=Doorway(Orders, lambda agent, _case: self.barred.get(agent)),
            readers=self.pool,
            side_by_side=self.pool,
        )

    def receive(self, text: str) -> str:
        content = text.encode()
        self.pages.contents[sha256(content).hexdigest()] = content
        return self.ledger.receive(content)

    def adopt(self, old: str, new: str, by: str | None = "Ada") -> str:
        """Make a changed plan active; nobody has proposed one that comes with an update of the program."""
        text = Plans(self.ledger.desk_entries, names()).of("invoice").text
        assert old in text
        text = text.replace(old, new, 1)
        digest = sha256(text.encode()).hexdigest()
        event = PlanActivated(plan="invoice", digest=digest, text=text, proposed_by=by)
        self.ledger.append([Draft(event=event, actor=SYSTEM)])
        return digest

    def take(self, text: str) -> CaseFile:
        case = self.receive(text)
        self.run.take(case)
        return self.ledger.case(case)

    def chosen(self, case: str) -> list[str]:
        events = (entry.event for entry in self.ledger.entries(case))
        return [event.digest for event in events if isinstance(event, PlanChosen)]

    def ends(self, case: str) -> dict[str, StepEnd]:
        events = (entry.event for entry in self.ledger.entries(case))
        return {t.by: t.end for event in events if isinstance(event, StepsTaken) for t in event.steps}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with ThreadPoolExecutor(2) as pool:
        yield Desk(pool)


TO_PERSON = (f'by: "agent:{MATCHER}"', 'by: "person:processor"')


def test_a_step_given_to_a_person_brings_the_case_to_one_and_its_agent_never_runs(desk: Desk) -> None:
    assert desk.take("bill 1").status is Status.STRAIGHT_THROUGH
    desk.adopt(*TO_PERSON)
    desk.begin()
    file = desk.take("bill 2")
    assert file.status is Status.WAITING
    assert [(r.code, r.detail) for r in file.reasons] == [("step_for_person", "match")]
    assert MATCHER not in desk.staff.did
    assert desk.ends(file.id)["person:processor"] is StepEnd.FOR_PERSON
    desk.adopt("step: match, layer: execute, " + TO_PERSON[1], "step: match, layer: execute, " + TO_PERSON[0])
    desk.begin()
    assert desk.take("bill 3").status is Status.STRAIGHT_THROUGH
    assert MATCHER in desk.staff.did


def test_the_share_of_agents_people_and_the_system_can_be_told_from_the_trace(desk: Desk) -> None:
    desk.adopt(*TO_PERSON)
    desk.begin()
    file = desk.take("bill")
    kinds = [by.partition(":")[0] for by in desk.ends(file.id)]
    assert kinds.count(ActorKind.PERSON) == 1
    assert kinds.count(ActorKind.AGENT) >= 6


@pytest.mark.parametrize("agent", [name for name in names() if not name.startswith("reader.llm")])
def test_the_step_of_an_agent_that_may_not_work_does_not_begin_and_a_person_is_told_why(
    desk: Desk, agent: str
) -> None:
    desk.barred[agent] = f"{agent} is not enrolled at this desk"
    file = desk.take("bill")
    assert agent not in desk.staff.did
    assert file.status is Status.WAITING
    told = [r.detail for r in file.reasons if r.code == "agent_not_allowed"]
    assert len(told) == 1
    assert told[0] is not None and f"{agent} is not enrolled" in told[0]


@pytest.mark.parametrize("by", ["Ada", None])
@pytest.mark.parametrize("killed_after", [1, 2, 3])
def test_a_case_that_was_cut_off_finishes_on_the_plan_that_it_began_with(
    desk: Desk, killed_after: int, by: str | None
) -> None:
    before = Plans(desk.ledger.desk_entries, names()).of("invoice").digest
    case = desk.receive("bill")
    desk.ledger.left = killed_after
    with suppress(Killed):
        desk.run.take(case)
    desk.ledger.left = None
    begun = desk.chosen(case)
    after = desk.adopt(*TO_PERSON, by=by)
    desk.begin()
    desk.run.take(case)
    assert desk.chosen(case) == ([before] if begun else [after])
    assert desk.ledger.case(case).status is (Status.STRAIGHT_THROUGH if begun else Status.WAITING)
    assert desk.chosen(desk.take("a later bill").id) == [after]


def test_some_cut_falls_between_the_choice_of_a_plan_and_the_decision(desk: Desk) -> None:
    found = set()
    for killed_after in (1, 2, 3):
        case = desk.receive(f"bill {killed_after}")
        desk.ledger.left = killed_after
        with suppress(Killed):
            desk.run.take(case)
        desk.ledger.left = None
        found.add((bool(desk.chosen(case)), desk.ledger.case(case).decision is None))
    assert (True, True) in found

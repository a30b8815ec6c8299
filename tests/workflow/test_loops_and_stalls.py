"""Agents that never end, go to and fro, say the same again, or hang are stopped, and the trace shows it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

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

from countersign.domain.actor import Actor, ActorKind
from countersign.domain.case import CaseFile, Status
from countersign.domain.event import BudgetReached, Checked, StepsTaken
from countersign.domain.orders import Orders
from countersign.domain.plan import StepEnd, StepTaken
from countersign.policy.budget import Budget
from countersign.policy.load import load
from countersign.settings import catalogue
from countersign.settings.resources import shipped
from countersign.wiring.engine import configuration
from countersign.workflow import budgets
from countersign.workflow.budgets import Purse
from countersign.workflow.engine import Engine
from countersign.workflow.gate import Doorway
from countersign.workflow.loops import MOST_ROUNDS
from countersign.workflow.ports import Allowance, Known, Told
from countersign.workflow.run import CaseRun

KNOWN = catalogue.load()
POLICY = load(shipped("resources", "policies", "desk.yaml"), KNOWN)
AGENT = "reader.local"
STEPS = 5


class NothingSpent:
    """The books of a new desk."""

    def spent(self, day: object) -> dict[str, budgets.Spending]:
        return {}

    def alerts(self, first: object, last: object) -> tuple[()]:
        return ()


class SeededStaff(MemoryStaff):
    """Agents of which one answers as it is told to."""

    def __init__(self, answer: Callable[[int], str | None]) -> None:
        super().__init__()
        self.rounds = 0
        self._answer = answer

    def do(self, agent: str, case: CaseFile, known: Callable[[], Known], allowance: Allowance) -> Told:
        if agent != AGENT:
            return super().do(agent, case, known, allowance)
        word = self._answer(self.rounds)
        self.rounds += 1
        actor = Actor(kind=ActorKind.AGENT, id=f"{agent}@1", role=agent, authenticated="none")
        said = () if word is None else ((actor, Checked(passed=(word,), findings=(), milliseconds=1)),)
        return Told(said, ("the page",), again=True)


class House:
    """The real engine with everything else in memory."""

    def __init__(self, file: Path, staff: MemoryStaff, pool: ThreadPoolExecutor, budget: Budget) -> None:
        self.ledger, self.pages = MemoryLedger(), MemoryPages({})
        self.gate = Doorway(
            Orders,
            purse=Purse(
                self.ledger, NothingSpent(), lambda agent: budget if agent == AGENT else None, SYSTEM
            ),
        )
        steps = CaseRun(
            ledger=self.ledger,
            cases=MemoryCases(self.ledger),
            library=MemoryLibrary(),
            pages=self.pages,
            staff=staff,
            catalogue=KNOWN,
            policy=lambda: POLICY,
            system=system,
            plans=memory_plans(self.ledger),
            gate=self.gate,
            readers=pool,
            side_by_side=pool,
        )
        self.engine = Engine(configuration(file), steps, places=2)

    def run(self, n: int = 1) -> list[str]:
        """Run cases to their decision; returns them."""
        cases = []
        for number in range(n):
            content = f"bill {number}".encode()
            self.pages.contents[sha256(content).hexdigest()] = content
            cases.append(self.ledger.receive(content))

        async def work() -> None:
            self.engine.launch()
            for case in cases:
                self.engine.begin(case, lambda *_: None)
                assert await self.engine.finish(30)
            await self.engine.close()

        asyncio.run(work())
        return cases

    def trace(self, case: str) -> dict[str, StepTaken]:
        events = [entry.event for entry in self.ledger.entries(case)]
        return {step.by: step for event in events if isinstance(event, StepsTaken) for step in event.steps}

    def codes(self, case: str) -> list[str]:
        return [reason.code for reason in self.ledger.case(case).reasons]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(str, id="never-ending"),
        pytest.param(lambda n: ("this", "that")[n % 2], id="to-and-fro"),
        pytest.param(lambda n: "the same", id="the-same-again"),
        pytest.param(lambda n: None, id="silent"),
        pytest.param(lambda n: "abc"[n % 3], id="in-circles"),
    ],
)
@pytest.mark.parametrize(("budget", "most"), [(Budget(steps_per_case=STEPS), STEPS), (Budget(), MOST_ROUNDS)])
def test_an_agent_that_loops_is_stopped_within_its_step_limit_and_the_trace_shows_its_rounds(
    tmp_path: Path,
    pool: ThreadPoolExecutor,
    answer: Callable[[int], str | None],
    budget: Budget,
    most: int,
) -> None:
    staff = SeededStaff(answer)
    house = House(tmp_path / "engine.sqlite", staff, pool, budget)
    (case,) = house.run()
    assert 1 < staff.rounds <= most
    assert house.ledger.case(case).status is Status.WAITING
    assert "loop" in house.codes(case)
    step = house.trace(case)[f"agent:{AGENT}"]
    assert (step.end, step.rounds) == (StepEnd.FAILED, staff.rounds)


class HangingStaff(MemoryStaff):
    """Agents of which one never answers."""

    def __init__(self, freed: threading.Event) -> None:
        super().__init__()
        self._freed = freed

    def do(self, agent: str, case: CaseFile, known: Callable[[], Known], allowance: Allowance) -> Told:
        if agent == AGENT:
            self.did.append(agent)
            self._freed.wait()
            return Told(())
        return super().do(agent, case, known, allowance)


def test_a_step_that_hangs_brings_its_case_to_a_person_and_is_seen_at_the_gate(
    tmp_path: Path,
    pool: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(budgets, "AT_LEAST", 0.2)
    monkeypatch.setattr(budgets, "PER_PAGE", 0.0)
    monkeypatch.setattr(budgets, "GRACE", 0.1)
    freed = threading.Event()
    staff = HangingStaff(freed)
    house = House(tmp_path / "engine.sqlite", staff, pool, Budget())
    try:
        (case,) = house.run()
        assert house.gate.hangs()
        assert "hangs" in caplog.text
        assert "stalled" in house.codes(case)
        step = house.trace(case)[f"agent:{AGENT}"]
        assert step.end is StepEnd.FAILED
        assert step.cost.milliseconds >= 200
        assert house.trace(case)["agent:classifier.local"].end is StepEnd.DONE
        assert "agent:checker.arithmetic" not in house.trace(case)
        assert staff.did.count(AGENT) == 1
    finally:
        freed.set()
    pool.shutdown()
    assert not house.gate.hangs()


def test_what_is_over_the_documents_of_a_day_goes_to_a_person_and_people_are_told_once(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    house = House(tmp_path / "engine.sqlite", MemoryStaff(), pool, Budget(documents_per_day=5))
    cases = house.run(7)
    assert [("budget" in house.codes(case)) for case in cases] == [False] * 5 + [True] * 2
    refused = house.trace(cases[-1])[f"agent:{AGENT}"]
    assert (refused.end, refused.rounds) == (StepEnd.FAILED, 0)
    told = [e.event for e in house.ledger.desk_entries() if isinstance(e.event, BudgetReached)]
    assert [(event.what, event.share, event.limit) for event in told] == [
        ("documents_per_day", 800_000, 5),
        ("documents_per_day", 1_000_000, 5),
    ]

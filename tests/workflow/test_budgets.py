"""No budget is ever overrun, however many steps run at once, and a restart forgets nothing that was spent."""

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from tests.support.memory import SYSTEM, MemoryLedger

from countersign.domain.event import Draft, Settled, SpendReserved, StepsTaken
from countersign.domain.plan import Cost, Layer, StepEnd, StepTaken
from countersign.domain.work import Alert, Spending, counted
from countersign.policy.budget import Budget
from countersign.workflow import budgets
from countersign.workflow.budgets import OverBudget, Purse, Reserved

AGENT = "reader.llm"
RUNS = 1_000


def nobody_stops() -> None:
    """Let the step begin."""


class MemoryBooks:
    """What a record in memory says was spent, counted as the views of the store count it."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def spent(self, day: date) -> dict[str, Spending]:
        total = Spending()
        for entry in self._ledger._all:
            match entry.event:
                case SpendReserved() as event if event.day == day.isoformat():
                    total += Spending(tokens=event.tokens, money=event.money)
                case StepsTaken() as event:
                    total += self._taken(event, day)
                case _:
                    pass
        return {AGENT: total}

    def _taken(self, event: StepsTaken, day: date) -> Spending:
        total = Spending()
        over = [settled for settled in event.settled if settled.day == day.isoformat()]
        for settled in over:
            total -= Spending(tokens=settled.tokens, money=settled.money)
        for step in event.steps:
            if over or step.step.endswith(day.isoformat()):
                steps = counted(step)
                total += Spending(documents=min(1, steps), steps=steps, **step.cost.model_dump())
        return total

    def alerts(self, first: date, last: date) -> tuple[Alert, ...]:
        return ()


class World:
    """One randomised run: a budget, cases, steps side by side; and what they really cost."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        pick = self.random.randint
        bounds = {
            "money_per_case": f"0.{pick(1, 9):02d} EUR",
            "money_per_day": f"0.{pick(5, 40):02d} EUR",
            "tokens_per_case": pick(5, 60),
            "tokens_per_day": pick(20, 300),
            "seconds_per_case": pick(1, 60),
            "seconds_per_day": pick(5, 300),
            "steps_per_case": pick(1, 6),
            "steps_per_day": pick(2, 30),
            "documents_per_day": pick(1, 8),
        }
        named = self.random.sample(sorted(bounds), pick(1, len(bounds)))
        self.budget = Budget.model_validate({name: bounds[name] for name in named})
        self.most = Cost(tokens=pick(0, 40), money=pick(0, 60_000))
        self.now = datetime(2026, 1, 5, 22, 0, tzinfo=UTC)
        self.ledger = MemoryLedger()
        self.cases = [self.ledger.receive(f"{seed}/{n}".encode()) for n in range(pick(1, 8))]
        self.used: Counter[tuple[str, str]] = Counter()
        self.documents: set[tuple[str, str]] = set()
        self.lock = threading.Lock()
        self.killed = threading.Event()
        self.purse = self.opened()

    def opened(self) -> Purse:
        """Return a purse as a fresh process opens it."""
        books = MemoryBooks(self.ledger)
        return Purse(
            self.ledger,
            books,
            lambda _: self.budget,
            SYSTEM,
            most=lambda _agent, _case: self.most,
            clock=lambda: self.now,
        )

    def spend(self, day: str, case: str, spent: Counter[str]) -> None:
        """Really spend, and hold all that was spent against every bound."""
        with self.lock:
            if spent["documents"] and (day, case) in self.documents:
                spent["documents"] = 0
            elif spent["documents"]:
                self.documents.add((day, case))
            for what, n in spent.items():
                self.used[day, what] += n
                self.used[case, what] += n
            for bound, limit in self.budget.bounds.items():
                used = self.used[day if bound.of_day else case, bound.counts]
                assert used <= limit, f"{used} of {bound} {limit}"

    def step(self, case: str, random: Random) -> None:
        """Take a step, as an agent does that keeps to what it is allowed."""
        file = self.ledger.case(case)
        permit = self.purse.reserve(AGENT, file, "read", self.look)
        assert permit.hold is not None
        day = permit.hold.day.isoformat()
        left = permit.allowance
        ending = random.random()
        if ending > 0.6:
            self.killed.wait(0.001)  # let others reserve meanwhile
        if ending < 0.05:
            permit.close()  # it failed, and nobody knows at which cost
            spent = permit.granted - Counter(milliseconds=permit.granted["milliseconds"])
            self.spend(day, case, spent)
            self.record(case, day, Cost(), permit, StepEnd.FAILED)
            return
        cost = Cost(
            tokens=random.randint(0, left.tokens or 0),
            money=random.randint(0, left.money or 0),
            milliseconds=random.randint(0, round((left.seconds or 0) * 1000)),
        )
        if ending < 0.1:
            self.killed.set()
        if self.killed.is_set():  # the request had gone out: it may have cost all that it could
            at_worst = Counter(tokens=permit.granted["tokens"], money=permit.granted["money"])
            self.spend(day, case, at_worst)
            return
        self.spend(day, case, Counter(cost.model_dump()) + Counter(steps=1, documents=1))
        permit.spent(cost)
        self.record(case, day, cost, permit)

    def record(self, case: str, day: str, cost: Cost, permit: Reserved, end: StepEnd = StepEnd.DONE) -> None:
        taken = StepTaken(
            step=f"read/{day}", layer=Layer.EXECUTE, by=f"agent:{AGENT}", end=end, began=0, cost=cost
        )
        settled: tuple[Settled, ...] = (permit.settled,) if permit.settled else ()
        event = StepsTaken(run=1, steps=(taken,), settled=settled)
        self.ledger.append([Draft(event=event, actor=SYSTEM, case=case)])

    def look(self) -> None:
        if self.killed.is_set():
            raise InterruptedError

    def work(self, seed: int) -> None:
        random = Random(seed)
        for _ in range(random.randint(2, 6)):
            try:
                self.step(random.choice(self.cases), random)
            except OverBudget:
                continue
            except InterruptedError:
                return

    def run(self) -> None:
        """Let threads work, be killed now and then, and begin again from what the record says."""
        failed: list[BaseException] = []

        def worked(seed: int) -> None:
            try:
                self.work(seed)
            except BaseException as error:
                failed.append(error)
                self.killed.set()  # so that nobody waits for what it held

        for _ in range(self.random.randint(1, 3)):
            seeds = [self.random.random() for _ in range(self.random.randint(2, 4))]
            threads = [threading.Thread(target=worked, args=(seed,)) for seed in seeds]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if failed:
                raise failed[0]
            if self.random.random() < 0.3:
                self.now += timedelta(hours=3)
            if self.killed.is_set() or self.random.random() < 0.5:
                self.killed.clear()
                self.purse = self.opened()


def test_no_budget_is_overrun_in_a_thousand_runs_of_steps_side_by_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budgets, "LOOK_ANYWAY", 0.01)
    for seed in range(RUNS):
        try:
            World(seed).run()
        except AssertionError as error:
            raise AssertionError(f"run {seed}: {error}") from error

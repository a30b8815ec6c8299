"""Nothing passes the gate against an order, and nobody who gives one waits there for the record."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from tests.support.memory import SYSTEM, MemoryLedger

from countersign.domain.event import BudgetReached, Draft, Entry, How, Scope
from countersign.domain.orders import Order, Orders
from countersign.domain.work import Alert, Spending
from countersign.policy.budget import Budget
from countersign.workflow.budgets import Purse
from countersign.workflow.gate import Doorway, Held

AGENT = "reader.local"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ORDER = Order(scope=Scope.ALL, name="", how=How.KILL, reason="an audit", by="Ada", at=NOON, record=1)


class Books:
    """A day on which nine documents were read, and nobody was told."""

    def spent(self, day: date) -> dict[str, Spending]:
        return {AGENT: Spending(documents=9)}

    def alerts(self, first: date, last: date) -> tuple[Alert, ...]:
        return ()


class WatchfulLedger(MemoryLedger):
    """A record that notes at each append whether the gate was closed to everybody meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.gate: Doorway | None = None
        self.was_locked: list[bool] = []

    def append(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        if self.gate is not None:
            self.was_locked.append(self.gate._lock.locked())
        return super().append(drafts)


def test_a_step_that_is_stopped_at_the_last_moment_gives_back_what_it_held_with_the_gate_open() -> None:
    ledger = WatchfulLedger()
    case = ledger.case(ledger.receive(b"a bill"))
    budget = Budget(documents_per_day=10)
    purse = Purse(ledger, Books(), {AGENT: budget}.get, SYSTEM, clock=lambda: NOON)
    standing = [Orders(), Orders(standing=(ORDER,))]  # the order comes while the step is set aside for
    ledger.gate = Doorway(lambda: standing.pop(0), purse=purse)
    with pytest.raises(Held), ledger.gate.step(AGENT, case, "read"):
        raise AssertionError("the step began")
    assert [entry.event.kind for entry in ledger._all if isinstance(entry.event, BudgetReached)]
    assert ledger.was_locked == [False]
    assert ledger.gate.under_way() == ()
    standing += [Orders()] * 3
    with ledger.gate.step(AGENT, case, "read") as permit:  # the last document of the day is still there
        assert permit.allowance.seconds

"""People say which cases the agents take first, with a reason, and only before they are decided."""

import pytest
from tests.support.memory import SYSTEM, MemoryLedger

from countersign.domain.actor import Actor, ActorKind, Role
from countersign.domain.errors import Trouble
from countersign.domain.event import Decided, Draft, Mode, PersonEnrolled, Prioritised, Route
from countersign.workflow.priority import Prioritising


def seated(*roles: Role) -> tuple[MemoryLedger, Prioritising, str]:
    ledger = MemoryLedger()
    enrolled = PersonEnrolled(person="ada", name="Ada", roles=roles, public_key="k", assurance="file")
    ledger.append([Draft(event=enrolled, actor=SYSTEM)])
    person = Actor(kind=ActorKind.PERSON, id="ada", role="none", authenticated="test")
    return ledger, Prioritising(ledger, person), ledger.receive(b"a bill")


@pytest.mark.parametrize("role", [Role.TEAM_LEAD, Role.APPROVER, Role.PROCESSOR])
def test_whoever_decides_cases_says_which_go_first(role: Role) -> None:
    ledger, acts, case = seated(role)
    acts.move(case, 7, "the  discount ends today")
    last = ledger.entries(case)[-1]
    assert last.event == Prioritised(priority=7, reason="the discount ends today")
    assert last.actor.role == role


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.AGENT_OWNER])
def test_nobody_else_does(role: Role) -> None:
    ledger, acts, case = seated(role)
    with pytest.raises(Trouble, match="only they may"):
        acts.move(case, 1, "why")
    assert len(ledger.entries(case)) == 1


@pytest.mark.parametrize(("priority", "reason"), [(101, "why"), (-101, "why"), (1, ""), (1, "x" * 201)])
def test_a_priority_without_bounds_or_reason_is_refused(priority: int, reason: str) -> None:
    ledger, acts, case = seated(Role.TEAM_LEAD)
    with pytest.raises(Trouble):
        acts.move(case, priority, reason)
    assert len(ledger.entries(case)) == 1


def test_a_case_that_is_decided_or_is_not_there_cannot_go_first() -> None:
    ledger, acts, case = seated(Role.TEAM_LEAD)
    decided = Decided(
        policy="p",
        digest="d",
        mode=Mode.AUTONOMOUS,
        route=Route.ESCALATE,
        reasons=(),
        rules=(),
        thresholds={},
    )
    ledger.append([Draft(event=decided, actor=SYSTEM, case=case)])
    with pytest.raises(Trouble, match="decided this case already"):
        acts.move(case, 1, "why")
    with pytest.raises(Trouble, match="There is no case"):
        acts.move("c-unknown", 1, "why")

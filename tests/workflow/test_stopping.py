"""Anybody enrolled stops agents at once; only some let them go on; both are on the record with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.memory import SYSTEM, MemoryLedger

from countersign.domain.actor import Actor, ActorKind, Role
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, How, PersonEnrolled, Scope, WorkStopped
from countersign.domain.orders import Orders, orders
from countersign.workflow.stopping import Stopping

AGENTS, CLASSES = ("reader.local", "classifier.local"), ("invoice", "claim")


def seated(*roles: Role) -> tuple[MemoryLedger, Stopping]:
    ledger = MemoryLedger()
    enrolled = PersonEnrolled(person="ada", name="Ada", roles=roles, public_key="k", assurance="file")
    ledger.append([Draft(event=enrolled, actor=SYSTEM)])
    person = Actor(kind=ActorKind.PERSON, id="ada", role=roles[0] if roles else "none", authenticated="test")
    return ledger, Stopping(ledger, person, AGENTS, CLASSES)


def test_a_processor_stops_an_agent_with_a_reason_and_may_not_let_it_go_on() -> None:
    _, acts = seated(Role.PROCESSOR)
    order = acts.stop(Scope.AGENT, "reader.local", How.KILL, "it reads  nonsense")
    assert (order.what, order.by, order.reason) == ("the agent reader.local", "Ada", "it reads nonsense")
    with pytest.raises(Trouble, match="only they may let agents go on"):
        acts.resume(Scope.AGENT, "reader.local", "better now")


@pytest.mark.parametrize("role", [Role.TEAM_LEAD, Role.AGENT_OWNER, Role.ADMINISTRATOR])
def test_whoever_answers_for_the_agents_lets_them_go_on(role: Role) -> None:
    _, acts = seated(role)
    acts.stop(Scope.ALL, "", How.PAUSE, "lunch")
    acts.resume(Scope.ALL, "", "lunch is over")
    assert acts.standing() == Orders()


def test_a_pause_may_be_made_a_kill_and_nothing_else_is_ordered_twice() -> None:
    _, acts = seated(Role.TEAM_LEAD)
    acts.stop(Scope.CLASS, "claim", How.PAUSE, "a look at the policy")
    acts.stop(Scope.CLASS, "claim", How.KILL, "worse than thought")
    for how in How:
        with pytest.raises(Trouble, match="has stopped the class claim already"):
            acts.stop(Scope.CLASS, "claim", how, "again")


@pytest.mark.parametrize(
    ("scope", "name"), [(Scope.AGENT, "reader.other"), (Scope.CLASS, "poem"), (Scope.ALL, "x")]
)
def test_what_there_is_not_cannot_be_stopped(scope: Scope, name: str) -> None:
    ledger, acts = seated(Role.TEAM_LEAD)
    with pytest.raises(Trouble, match="There is no"):
        acts.stop(scope, name, How.KILL, "why")
    assert ledger.head() == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\x07b"])
def test_a_reason_is_needed_and_fits_the_record(reason: str) -> None:
    _, acts = seated(Role.TEAM_LEAD)
    with pytest.raises(Trouble, match="Say why"):
        acts.stop(Scope.ALL, "", How.KILL, reason)


def test_somebody_without_a_role_stops_nothing() -> None:
    _, acts = seated()
    with pytest.raises(Trouble, match="not enrolled"):
        acts.stop(Scope.ALL, "", How.KILL, "why")


def test_what_an_administrators_file_stops_nobody_resumes_by_hand() -> None:
    ledger, acts = seated(Role.ADMINISTRATOR)
    ledger.append([Draft(event=WorkStopped(scope=Scope.ALL, how=How.KILL, reason="audit"), actor=SYSTEM)])
    with pytest.raises(Trouble, match="file"):
        acts.resume(Scope.ALL, "", "no")


PLANS: dict[str | None, tuple[str, ...]] = {
    None: ("classifier.local",),
    "invoice": ("reader.local",),
    "claim": ("reader.local", "checker"),
}
ALL_AGENTS = (*AGENTS, "checker")
SUBJECTS = [
    (Scope.ALL, ""),
    *((Scope.AGENT, name) for name in ALL_AGENTS),
    *((Scope.CLASS, name) for name in CLASSES),
]


@given(st.lists(st.tuples(st.sampled_from(SUBJECTS), st.sampled_from([*How, None])), max_size=12))
def test_a_case_is_within_reach_exactly_when_a_step_of_its_plan_is_held(
    deeds: list[tuple[tuple[Scope, str], How | None]],
) -> None:
    ledger, acts = seated(Role.TEAM_LEAD)
    acts = Stopping(ledger, acts._person, ALL_AGENTS, CLASSES)
    for (scope, name), how in deeds:
        try:
            if how is None:
                acts.resume(scope, name, "go")
            else:
                acts.stop(scope, name, how, "stop")
        except Trouble:
            continue
    standing = orders(ledger.desk_entries())
    reach = standing.reach(PLANS)
    for klass, agents in PLANS.items():
        held = any(standing.against(agent, klass) for agent in agents)
        within = reach.everything or (reach.new if klass is None else klass in reach.classes)
        assert within == held, (klass, standing)

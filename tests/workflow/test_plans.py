"""A workflow definition is data: a fault in it has a place, and whoever began with it finishes with it."""

import pytest
from tests.support.memory import SYSTEM, MemoryLedger, memory_plans

from countersign.agents.identities import names
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, PlanActivated
from countersign.settings import catalogue
from countersign.workflow.plans import Plans, read, shipped_plans, to_activate

AGENTS = names()
GOOD = """
workflow: invoice
classes: [invoice]
steps:
  - {step: read, layer: execute, by: "agent:reader.local"}
  - {step: check, layer: execute, by: "agent:checker.arithmetic", after: [read]}
  - {step: match, layer: execute, by: "person:processor", after: [read]}
  - {step: decide, layer: record, by: "system:policy", after: [check, match]}
"""


def test_every_shipped_class_has_a_plan_and_a_new_class_follows_the_common_one() -> None:
    plans = memory_plans(MemoryLedger())
    for klass in catalogue.load().classes:
        assert plans.of(klass).classes == (klass,), klass
    assert plans.of("a_class_of_the_desk").name == "other"
    assert plans.arrival().agents() == ("classifier.local",)


def test_steps_that_wait_for_the_same_are_ready_together() -> None:
    plan = read(GOOD, "invoice.yaml", AGENTS)
    assert [step.step for step in plan.ready(frozenset())] == ["read"]
    assert [step.step for step in plan.ready(frozenset({"read"}))] == ["check", "match"]
    assert [step.step for step in plan.ready(frozenset({"read", "check"}))] == ["match"]


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("reader.local", "reader.none", 5, "there is no agent 'reader.none'"),
        ("person:processor", "person:king", 7, "there is no role 'king'"),
        ("person:processor", "robot:x", 7, "write agent:NAME"),
        ("after: [read]}", "after: [write]}", 6, "no line above names"),
        ("step: check", "step: read", 6, "stands here twice"),
        ("layer: record", "layer: decide", 8, "belongs to the layer record"),
        ("after: [check, match]", "after: [match]", 6, "does not wait for check"),
        ("step: decide", "step: end", 5, "there must be a step 'decide'"),
        ("layer: record", "layer: dance", 8, "layer"),
        ("workflow: invoice\n", "", 2, "workflow"),
    ],
)
def test_a_bad_plan_is_refused_with_the_line_and_the_reason(old: str, new: str, line: int, why: str) -> None:
    with pytest.raises(Trouble, match=rf"mine\.yaml, line {line}, .*{why}.*The active plan stays\."):
        read(GOOD.replace(old, new, 1), "mine.yaml", AGENTS)


def test_a_plan_that_people_adopted_outlives_an_update_and_a_shipped_one_does_not() -> None:
    ledger = MemoryLedger()
    shipped = shipped_plans(AGENTS)
    ledger.append([Draft(event=event, actor=SYSTEM) for event in to_activate((), shipped)])
    assert to_activate(ledger.desk_entries(), shipped) == ()
    adopted = PlanActivated(plan="invoice", digest="d" * 64, text=GOOD, proposed_by="Ada")
    older = PlanActivated(plan="claim", digest="e" * 64, text=GOOD)
    ledger.append([Draft(event=event, actor=SYSTEM) for event in (adopted, older)])
    assert [event.plan for event in to_activate(ledger.desk_entries(), shipped)] == ["claim"]


def test_a_plan_that_is_no_longer_active_is_still_found_by_who_began_with_it() -> None:
    ledger = MemoryLedger()
    plans = memory_plans(ledger)
    before = plans.of("invoice")
    mine = read(GOOD, "invoice.yaml", AGENTS)
    ledger.append(
        [
            Draft(
                event=PlanActivated(plan="invoice", digest=mine.digest, text=GOOD, proposed_by="Ada"),
                actor=SYSTEM,
            )
        ]
    )
    plans.refresh()
    assert plans.of("invoice") == mine
    assert plans.by_digest(before.digest) == before
    assert Plans(ledger.desk_entries, AGENTS).by_digest(before.digest) == before
    with pytest.raises(Trouble, match="not on the record"):
        plans.by_digest("f" * 64)


def test_a_plan_on_the_record_is_followed_though_an_agent_of_it_is_gone() -> None:
    ledger = MemoryLedger()
    before = memory_plans(ledger).of("claim")
    assert "checker.arithmetic" in before.agents()
    assert Plans(ledger.desk_entries, ["reader.local"]).of("claim") == before

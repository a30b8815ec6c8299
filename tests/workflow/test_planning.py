"""A plan changes by two people: one proposes, another adopts, and the record refuses anything less."""

from collections.abc import Iterable

import pytest
from tests.support.memory import SYSTEM, MemoryLedger, memory_plans

from countersign.agents.identities import cards, names
from countersign.domain.actor import Actor, ActorKind, Role
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, PersonEnrolled, PlanActivated
from countersign.settings import catalogue
from countersign.workflow.planning import Planning
from countersign.workflow.plans import Plans

CLASSES = tuple(catalogue.load().classes)
AGENT = 'by: "agent:matcher.duplicates"'
PERSON = 'by: "person:processor"'


def actor(id: str) -> Actor:
    return Actor(kind=ActorKind.PERSON, id=id, role="processor", authenticated="os_account")


class Room:
    """A desk in memory with people, and its shipped plans."""

    def __init__(self, people: Iterable[tuple[str, Role]]) -> None:
        self.ledger = MemoryLedger()
        self.plans = memory_plans(self.ledger)
        for id, role in people:
            event = PersonEnrolled(
                person=id, name=id.title(), roles=(role,), public_key="k", assurance="test"
            )
            self.ledger.append([Draft(event=event, actor=SYSTEM)])

    def at(self, id: str) -> Planning:
        return Planning(self.ledger, actor(id), cards=cards(), names=names(), classes=lambda: CLASSES)

    def text(self, plan: str = "invoice") -> str:
        return self.plans.active()[plan].text


TWO = (("ada", Role.TEAM_LEAD), ("bob", Role.AGENT_OWNER))


def test_a_proposal_changes_nothing_until_a_second_person_adopts_it() -> None:
    room = Room(TWO)
    before = room.plans.of("invoice")
    changed = room.text().replace(AGENT, PERSON)
    room.at("ada").propose(changed, "invoice.yaml", "clerks compare the bills")
    room.plans.refresh()
    assert room.plans.of("invoice") == before
    (waiting,) = room.at("bob").waiting()
    assert (waiting.by, waiting.event.reason) == ("ada", "clerks compare the bills")
    event = room.at("bob").adopt("invoice")
    assert event.signature is not None
    assert (event.proposed_by, event.signature.name) == ("Ada", "Bob")
    room.plans.refresh()
    assert "matcher.duplicates" not in room.plans.of("invoice").agents()
    assert room.at("ada").waiting() == ()


def test_who_proposes_a_plan_cannot_adopt_it() -> None:
    room = Room(TWO)
    room.at("ada").propose(room.text().replace(AGENT, PERSON), "invoice.yaml", "a reason")
    with pytest.raises(Trouble, match=r"You proposed this plan yourself.*Bob may\."):
        room.at("ada").adopt("invoice")
    assert len(room.at("ada").waiting()) == 1


def test_what_one_person_alone_put_on_the_record_is_followed_by_nobody() -> None:
    room = Room(TWO)
    before = room.plans.of("invoice")
    changed = room.text().replace(AGENT, PERSON)
    other = changed + "# more\n"
    proposed = room.at("ada").propose(changed, "invoice.yaml", "a reason")
    alone = PlanActivated(plan="invoice", digest=proposed.digest, text=changed, proposed_by="Bob")
    for who, text in (("ada", changed), ("bob", other)):  # her own, and what nobody proposed
        event = alone.model_copy(update={"text": text})
        room.ledger.append([Draft(event=event, actor=actor(who))])
        room.plans.refresh()
        assert room.plans.of("invoice") == before
    room.ledger.append([Draft(event=alone, actor=actor("bob"))])
    room.plans.refresh()
    assert room.plans.of("invoice").text == changed


def test_who_is_alone_at_a_desk_is_told_to_have_a_second_person_enrolled() -> None:
    room = Room([("ada", Role.TEAM_LEAD), ("cleo", Role.PROCESSOR)])
    with pytest.raises(Trouble, match="nobody else is enrolled at this desk who may"):
        room.at("ada").propose(room.text().replace(AGENT, PERSON), "invoice.yaml", "a reason")
    assert room.at("ada").waiting() == ()


@pytest.mark.parametrize("id", ["cleo", "nobody"])
def test_whose_role_does_not_allow_it_neither_proposes_nor_adopts(id: str) -> None:
    room = Room([*TWO, ("cleo", Role.PROCESSOR)])
    with pytest.raises(Trouble, match="You are not enrolled"):
        room.at(id).propose(room.text().replace(AGENT, PERSON), "invoice.yaml", "a reason")
    room.at("ada").propose(room.text().replace(AGENT, PERSON), "invoice.yaml", "a reason")
    with pytest.raises(Trouble, match="You are not enrolled"):
        room.at(id).adopt("invoice")


@pytest.mark.parametrize(
    ("plan", "old", "new", "why"),
    [
        ("invoice", "classes: [invoice]", "classes: [bill]", "there is no class 'bill'"),
        (
            "invoice",
            "classes: [invoice]",
            "classes: [invoice, claim]",
            "the class claim follows the plan claim",
        ),
        ("invoice", "classes: [invoice]", "classes: []", "name the classes"),
        ("invoice", "workflow: invoice", "workflow: quick", "the class invoice follows the plan invoice"),
        ("arrival", "classes: []", "classes: [claim]", "the plan arrival is for no classes"),
        ("other", 'classes: ["*"]', "classes: [claim]", "the plan other is for all others"),
        ("invoice", AGENT, 'by: "agent:reader.new"', r"line \d+, column \d+: there is no agent 'reader.new'"),
        ("invoice", "workflow: invoice", "workflow: invoice", "says exactly this already"),
    ],
)
def test_a_plan_that_would_leave_a_class_unclear_is_refused(plan: str, old: str, new: str, why: str) -> None:
    room = Room(TWO)
    assert old in room.text(plan)
    with pytest.raises(Trouble, match=why):
        room.at("ada").propose(room.text(plan).replace(old, new, 1), "mine.yaml", "a reason")


def test_an_agent_gets_no_step_on_a_class_that_its_card_forbids() -> None:
    room = Room(TWO)
    held = [c.model_copy(update={"classes": ("invoice",)}) for c in cards() if c.name == "reader.local"]
    acts = Planning(room.ledger, actor("ada"), cards=held, names=names(), classes=lambda: CLASSES)
    with pytest.raises(
        Trouble, match=r"reader\.local, which may not touch the class claim \(invoice alone\)"
    ):
        acts.propose(room.text("claim").replace(AGENT, PERSON), "claim.yaml", "a reason")


def test_of_two_proposals_for_a_plan_the_later_one_counts_and_is_named_by_its_digest() -> None:
    room = Room(TWO)
    first = room.at("ada").propose(room.text().replace(AGENT, PERSON), "invoice.yaml", "one")
    later = room.at("ada").propose(room.text() + "# more\n", "invoice.yaml", "two")
    with pytest.raises(Trouble, match="There is no proposal"):
        room.at("bob").adopt(first.digest[:8])
    assert room.at("bob").adopt(later.digest[:8]).digest == later.digest


def test_a_class_that_the_desk_added_gets_a_plan_of_its_own() -> None:
    room = Room(TWO)
    classes = (*CLASSES, "permit")
    text = room.text("other").replace("workflow: other", "workflow: permit")
    text = text.replace('classes: ["*"]', "classes: [permit]")
    assert room.plans.of("permit").name == "other"
    for id, act in (("ada", "propose"), ("bob", "adopt")):
        desk = Planning(room.ledger, actor(id), cards=cards(), names=names(), classes=lambda: classes)
        desk.propose(text, "permit.yaml", "ours") if act == "propose" else desk.adopt("permit")
    room.plans.refresh()
    assert room.plans.of("permit").name == "permit"
    assert room.plans.of("a_later_class").name == "other"


def test_a_step_that_went_to_a_person_can_go_back_to_its_agent() -> None:
    room = Room(TWO)
    shipped = room.text()
    for text in (shipped.replace(AGENT, PERSON), shipped):
        room.at("ada").propose(text, "invoice.yaml", "a reason")
        room.at("bob").adopt("invoice")
    room.plans.refresh()
    assert "matcher.duplicates" in room.plans.of("invoice").agents()


def test_a_worker_sees_an_adopted_plan_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 100.0
    monkeypatch.setattr("countersign.workflow.plans.monotonic", lambda: moment)
    room = Room(TWO)
    worker = Plans(room.ledger.desk_entries, names())
    room.at("ada").propose(room.text().replace(AGENT, PERSON), "invoice.yaml", "a reason")
    adopted = room.at("bob").adopt("invoice")
    assert isinstance(adopted, PlanActivated)
    moment = 101.01
    assert worker.of("invoice").digest == adopted.digest

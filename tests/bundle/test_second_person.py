"""Desk and verify.py alike refuse a plan that no second person adopted, and an admission in a false name."""

from typing import Any

import pytest

from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key, to_text
from countersign.audit.staff import Staff
from countersign.domain.actor import Actor, ActorKind
from countersign.insight.bundle_check import verifier

IT = verifier()
DESK, ADA = Key(b"\1" * 32), Key(b"\2" * 32)
KEYS = {"log": DESK, "ada": ADA}


def sign(body: dict[str, Any], actor: Actor) -> str | None:
    """Return what the desk's own rules find wrong with a record."""
    staff = Staff()
    for one in enrolments():
        staff.enrol(one)
    try:
        staff.admit(actor, KEYS[actor.id].key_id, body["kind"])
        staff.check_words(actor, body)
    except Flaw as flaw:
        return str(flaw)
    return None


def verify(body: dict[str, Any], actor: Actor) -> str | None:
    """Return what verify.py finds wrong with it."""
    staff = IT.Staff("log")
    for one in enrolments():
        staff.take({"body": one})
    told = {"kind": actor.kind.value, "id": actor.id, "role": actor.role, "key": KEYS[actor.id].key_id}
    try:
        staff.key_of(told, body)
    except IT.Wrong as wrong:
        return str(wrong)
    return None


def enrolments() -> list[dict[str, Any]]:
    founded = {"kind": "desk_founded", "log": "log", "public_key": to_text(DESK.public), "assurance": "x"}
    ada = {
        "kind": "person_enrolled",
        "person": "ada",
        "name": "Ada",
        "roles": ["team_lead", "processor"],
        "public_key": to_text(ADA.public),
        "assurance": "x",
    }
    return [founded, ada]


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="log", role="workflow", authenticated="device_key")
LEAD = Actor(kind=ActorKind.PERSON, id="ada", role="team_lead", authenticated="os_account")
CLERK = LEAD.model_copy(update={"role": "processor"})
SIGNED = {"name": "Ada", "at": "x", "meaning": "adopted the plan"}


def plan(proposed_by: str | None, signature: dict[str, str] | None) -> dict[str, Any]:
    return {
        "kind": "plan_activated",
        "plan": "invoice",
        "digest": "d",
        "text": "t",
        "proposed_by": proposed_by,
        "signature": signature,
    }


def admission(how: str, signature: dict[str, str] | None) -> dict[str, Any]:
    return {"kind": "version_admitted", "agent": "a@1", "digest": "d", "how": how, "signature": signature}


@pytest.mark.parametrize("check", [sign, verify])
@pytest.mark.parametrize(
    ("body", "actor", "is_good"),
    [
        (plan("Bob", SIGNED), LEAD, True),
        (plan(None, None), SYSTEM, True),
        (plan("Ada", SIGNED), LEAD, False),
        (plan(None, SIGNED), LEAD, False),
        (plan(None, None), LEAD, False),
        (plan("Bob", SIGNED), CLERK, False),
        (plan("Bob", None), SYSTEM, False),
        (plan("Bob", SIGNED), SYSTEM, False),
        (admission("release", None), SYSTEM, True),
        (admission("person", SIGNED), LEAD, True),
        (admission("person", None), SYSTEM, False),
        (admission("release", SIGNED), LEAD, False),
        (admission("person", SIGNED), CLERK, False),
    ],
)
def test_what_needs_two_people_or_the_right_one_is_a_flaw_otherwise(
    check: Any, body: dict[str, Any], actor: Actor, is_good: bool
) -> None:
    assert (check(body, actor) is None) is is_good

"""The accountability answer names who decided, on what evidence, under which policy, and who signed."""

from datetime import timedelta

import pytest
from tests.support.words import START

from countersign.cli.explain import Explanation, explain
from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.case import Status
from countersign.domain.document import MediaType
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    Act,
    AgentEnrolled,
    CaseApproved,
    CaseRejected,
    Classified,
    Decided,
    DocumentReceived,
    Entry,
    Event,
    FieldReviewed,
    Mode,
    PersonEnrolled,
    PolicyActivated,
    ReadingMade,
    Route,
    Rule,
    Signature,
)
from countersign.domain.geometry import Box
from countersign.domain.reading import Answer, Evidence, Method, Reading
from countersign.domain.reason import Reason
from countersign.settings.catalogue import load

CATALOGUE = load()
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="workflow", role="workflow", authenticated="device_key")
READER = Actor(kind=ActorKind.AGENT, id="reader.local@3", role="reader.local@3", authenticated="device_key")
ADA = Actor(kind=ActorKind.PERSON, id="ada", role="approver", authenticated="os_account")
DIGEST = "ab" * 32


def record(*told: tuple[Actor, Event], case: str | None = "c1") -> list[Entry]:
    return [
        Entry(seq=n, at=START + timedelta(seconds=n), actor=actor, case=case, event=event, digest=f"{n:064x}")
        for n, (actor, event) in enumerate(told, start=1)
    ]


DESK = record(
    (
        SYSTEM,
        PersonEnrolled(
            person="ada", name="Ada Muster", roles=(Role.APPROVER,), public_key="k", assurance="x"
        ),
    ),
    (
        SYSTEM,
        AgentEnrolled(
            card=AgentCard(
                name="reader.local", version="3", tier=1, purpose="Reads fields.", code_digest="cd" * 32
            ),
            public_key="k",
        ),
    ),
    (SYSTEM, PolicyActivated(policy="invoices", digest=DIGEST, text="policy: invoices")),
    case=None,
)

RECEIVED = DocumentReceived(
    sha256="f" * 64, length=12345, media_type=MediaType.PDF, channel="command_line", name="bill.pdf"
)
GROSS = Reading(
    field="gross_total",
    answer=Answer(value="118.00", printed="118,00 EUR"),
    confidence=640_000,
    method=Method.TEXT,
    evidence=Evidence(document="f" * 64, page=0, box=Box(x0=1, y0=2, x1=3, y1=4)),
    why=("stands beside 'Total'",),
)


def decided(route: Route, *reasons: Reason) -> Decided:
    return Decided(
        policy="invoices",
        digest=DIGEST,
        mode=Mode.AUTONOMOUS,
        route=route,
        reasons=reasons,
        rules=(Rule(rule="thresholds", said="gross_total 0.64 < 0.97"),),
        thresholds={"gross_total": 970_000},
    )


ESCALATED = record(
    (SYSTEM, RECEIVED),
    (READER, Classified(klass="invoice", language="de", confidence=990_000, milliseconds=2)),
    (READER, ReadingMade(klass="invoice", readings=(GROSS,), milliseconds=7)),
    (SYSTEM, decided(Route.ESCALATE, Reason(code="below_threshold", fields=("gross_total",)))),
)


def told(entries: list[Entry]) -> Explanation:
    return explain(entries, DESK, CATALOGUE)


def after(*more: tuple[Actor, Event]) -> list[Entry]:
    return record(*((entry.actor, entry.event) for entry in ESCALATED), *more)


def test_an_undecided_case_says_that_nobody_has_decided() -> None:
    assert told(ESCALATED[:2]).answer.startswith("Nobody has decided yet")


def test_a_case_that_passed_straight_through_names_policy_and_mode_and_says_that_no_person_looked() -> None:
    answer = told([*ESCALATED[:3], *record((SYSTEM, decided(Route.STRAIGHT_THROUGH)))]).answer
    assert "policy invoices (abababababab)" in answer
    assert "autonomous" in answer
    assert "no person looked" in answer


def test_an_escalated_case_waits_for_a_signature_and_says_why() -> None:
    explanation = told(ESCALATED)
    assert explanation.status is Status.WAITING
    assert (
        explanation.answer == "Nobody has signed yet: the policy invoices (abababababab) asked for a person."
    )
    assert [reason.code for reason in explanation.reasons] == ["below_threshold"]
    assert explanation.reasons[0].label == "Doubtful field"


def test_each_field_stands_with_its_evidence_and_the_threshold_it_was_held_against() -> None:
    (field,) = told(ESCALATED).fields
    assert (field.label, field.value, field.confidence, field.threshold) == (
        "Gross total",
        "118.00",
        640_000,
        970_000,
    )
    assert (field.page, field.box) == (0, Box(x0=1, y0=2, x1=3, y1=4))


def test_each_step_names_the_agent_with_its_version_tier_and_code() -> None:
    step = next(step for step in told(ESCALATED).steps if step.by == "reader.local@3")
    assert (step.tier, step.purpose, step.code_digest) == (1, "Reads fields.", "cd" * 32)
    assert step.record == 2


def test_the_policy_stands_with_the_time_of_its_activation_and_its_rules() -> None:
    explanation = told(ESCALATED)
    assert explanation.policy_digest == DIGEST
    assert explanation.policy_activated_at == DESK[2].at
    assert explanation.rules == (Rule(rule="thresholds", said="gross_total 0.64 < 0.97"),)


def test_a_correction_keeps_what_the_agents_had_said() -> None:
    right = GROSS.model_copy(update={"answer": Answer(value="181.00"), "method": Method.PERSON})
    event = FieldReviewed(
        field="gross_total", act=Act.CORRECTED, before=GROSS.answer, after=right.answer, reading=right
    )
    explanation = told(after((ADA, event)))
    assert (explanation.fields[0].value, explanation.fields[0].agents_said) == ("181.00", "118.00")
    assert [(act.person, act.act, act.field) for act in explanation.acts] == [
        ("Ada Muster", Act.CORRECTED, "gross_total")
    ]


def test_an_approval_names_the_signer_the_meaning_and_what_was_overruled() -> None:
    signature = Signature(name="Ada Muster", at=START, meaning="approved")
    explanation = told(after((ADA, CaseApproved(signature=signature, overrides=("possible_duplicate",)))))
    assert explanation.answer.startswith("Ada Muster (approver) countersigned the case")
    assert explanation.signed[0].signature.meaning == "approved"
    assert explanation.signed[0].overrides == ("possible_duplicate",)


def test_a_rejection_is_signed_as_well() -> None:
    signature = Signature(name="Ada Muster", at=START, meaning="rejected")
    explanation = told(
        after((ADA, CaseRejected(signature=signature, reason=Reason(code="possible_duplicate"))))
    )
    assert "rejected the case" in explanation.answer


def test_entries_without_a_case_are_trouble_that_says_what_to_do() -> None:
    with pytest.raises(Trouble, match="countersign process"):
        told([])

"""The accountability answer names who decided, on what evidence, under which policy, and who signed."""

import pytest
from tests.insight.cases import (
    ADA,
    APPROVED,
    CATALOGUE,
    DESK,
    DIGEST,
    ESCALATED,
    GROSS,
    READER,
    STEPS,
    STRAIGHT,
    SYSTEM,
    decided,
    enrolled,
    person,
    record,
    told,
)
from tests.support.words import START

from countersign.domain.actor import Role
from countersign.domain.case import Status
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    Act,
    AgentFailed,
    CaseRejected,
    Claimed,
    DocumentRefused,
    Erased,
    FieldReviewed,
    HoldLifted,
    HoldPlaced,
    MailTakenApart,
    PolicyActivated,
    Route,
    Rule,
    Signature,
)
from countersign.domain.geometry import Box
from countersign.domain.reading import Answer, Method
from countersign.domain.reason import Reason
from countersign.insight.explain import explain
from countersign.insight.explained import Gate, Kept

SHORT = DIGEST[:12]
BY = Signature(name="Ada Muster", at=START, meaning="erased at the request of the customer")


def corrected(value: str) -> FieldReviewed:
    right = GROSS.model_copy(update={"answer": Answer(value=value), "method": Method.PERSON})
    return FieldReviewed(
        field="gross_total", act=Act.CORRECTED, before=GROSS.answer, after=right.answer, reading=right
    )


# -- what happened, and who answers for it -------------------------------------------------------------------


def test_an_undecided_case_says_that_nobody_has_decided() -> None:
    explained = told(*STEPS[:2])
    assert explained.answer.startswith("Nobody has decided yet")
    assert (explained.is_solely_automated, explained.ground, explained.gates) == (None, None, ())


def test_a_case_that_passed_straight_through_was_decided_by_automation_alone() -> None:
    explained = told(*STRAIGHT)
    assert explained.answer == (
        f"The policy invoices ({SHORT}) let the case pass straight through, in the mode autonomous; "
        "no person looked at it."
    )
    assert explained.is_solely_automated is True
    assert "GDPR, Article 22" in explained.contest
    assert "the team lead (Leo Lead) and name the case c1" in explained.contest


def test_an_escalated_case_waits_for_a_signature_and_says_why() -> None:
    explained = told(*ESCALATED)
    assert explained.status is Status.WAITING
    assert explained.answer == (
        f"Nobody has signed yet: the policy invoices ({SHORT}) asked for a person (Doubtful field)."
    )
    assert explained.is_solely_automated is None
    (reason,) = explained.reasons
    assert (reason.label, reason.fields) == ("Doubtful field", ("Gross total",))
    assert reason.advice


def test_an_approval_names_the_signer_the_meaning_and_what_was_overruled() -> None:
    explained = told(*APPROVED)
    assert explained.answer.startswith("Ada Muster (approver) countersigned the case")
    assert explained.is_solely_automated is False
    assert "A person had a part in the decision" in explained.contest
    (signed,) = explained.signed
    assert (signed.signature.meaning, signed.overrides) == ("approved", ("Possible duplicate",))
    assert (signed.authenticated, signed.record) == ("os_account", 107)


def test_a_rejection_is_signed_as_well() -> None:
    event = CaseRejected(
        signature=Signature(name="Ada Muster", at=START, meaning="rejected"),
        reason=Reason(code="possible_duplicate"),
    )
    assert "rejected the case" in told(*ESCALATED, (ADA, event)).answer


def test_a_refused_document_says_that_the_policy_refused_it() -> None:
    torn = Reason(code="unreadable_document", detail="torn")
    rules = (Rule(rule="documents must be readable", said="unreadable_document"),)
    explained = told(
        STEPS[0],
        (SYSTEM, DocumentRefused(sha256="f" * 64, reason=torn)),
        (SYSTEM, decided(Route.REFUSE, torn, rules=rules)),
    )
    assert "refused the document (Unreadable)" in explained.answer
    assert explained.gates == (Gate(asked="Documents must be readable", found="Unreadable", is_passed=False),)


def test_the_case_is_named_by_its_kind_party_and_amount() -> None:
    assert told(*ESCALATED).subject == "Invoice of Müller & Söhne <b>GmbH</b>, 118.00"
    assert told(STEPS[0]).subject == "bill.pdf"


def test_entries_without_a_case_are_trouble_that_says_what_to_do() -> None:
    with pytest.raises(Trouble, match="countersign process"):
        explain([], DESK, CATALOGUE)


def test_a_mail_that_was_taken_apart_is_trouble_that_says_where_to_look() -> None:
    mail = MailTakenApart(sha256="f" * 64, subject="s", sender="a", taken=("e" * 64,), set_aside=())
    with pytest.raises(Trouble, match="cases of their own"):
        explain(record((SYSTEM, mail)), DESK, CATALOGUE)


# -- the policy ----------------------------------------------------------------------------------------------


def test_the_policy_stands_with_its_owner_the_time_of_its_activation_and_who_activated_it() -> None:
    ground = told(*ESCALATED).ground
    assert ground is not None
    assert (ground.digest, ground.owner) == (DIGEST, "the team lead (Leo Lead)")
    assert (ground.activated_at, ground.activated_by, ground.record) == (DESK[3].at, "desk, workflow", 4)
    assert (ground.outcome, ground.quality_bar) == ("posted", 0.99)
    assert ground.approvals == ("1 approver if Gross total > 100.0",)


def test_the_owner_is_who_held_the_role_then_and_the_route_to_contest_names_who_holds_it_now() -> None:
    later = record((SYSTEM, person("mia", "Mia Neu", Role.TEAM_LEAD)), case=None, first=500)
    explained = told(*STRAIGHT, desk=[*DESK, *later])
    assert explained.ground is not None
    assert explained.ground.owner == "the team lead (Leo Lead)"
    assert "the team lead (Leo Lead, Mia Neu)" in explained.contest


def test_the_activation_before_the_decision_counts_not_a_later_one() -> None:
    again = PolicyActivated(policy="invoices", digest=DIGEST, text="policy: other")
    explained = told(*ESCALATED, desk=[*DESK, *record((SYSTEM, again), case=None, first=500)])
    assert explained.ground is not None
    assert explained.ground.record == 4


@pytest.mark.parametrize("text", ["policy: [", "policy: invoices\nowner: nobody", "owner: role:king"])
def test_a_policy_whose_text_this_version_cannot_read_leaves_the_recorded_rules(text: str) -> None:
    desk = [
        *DESK[:3],
        *record((SYSTEM, PolicyActivated(policy="invoices", digest=DIGEST, text=text)), case=None),
    ]
    explained = told(*ESCALATED, desk=desk)
    assert explained.ground is not None
    assert explained.ground.owner is None
    assert [(gate.asked, gate.is_passed) for gate in explained.gates] == [
        ("How sure the agents must be", False),
        ("Passes without a person if Gross total <= 2000.0", True),
    ]


def test_each_gate_of_the_policy_says_what_was_asked_what_was_found_and_if_it_passed() -> None:
    gates = {gate.asked: (gate.found, gate.is_passed) for gate in told(*ESCALATED).gates}
    assert gates == {
        "How sure the class must be": ("99.0 % sure, 80.0 % asked", True),
        "Mode": ("agents decide inside the guardrails", True),
        "What must be on the document": ("1 required field, all there", True),
        "How sure the agents must be": ("below: Gross total (64.0 %, 97.0 % asked)", False),
        "What the checkers found": ("1 check held, none failed", True),
        "Needs a person if Gross total <= 0.0": ("does not hold", True),
        "Passes without a person if Gross total <= 2000.0": ("holds", True),
        "Kept for people, share 2 %": ("not drawn", True),
    }


@pytest.mark.parametrize(
    ("rule", "asked", "found"),
    [
        (
            Rule(rule="require_human_if: gross_total <= 0.0", said="unusual_amount"),
            "Needs a person if",
            "holds",
        ),
        (
            Rule(rule="require_human_if: gross_total <= 0.0", said="undecided, gross_total is not known"),
            "Needs a person if",
            "undecided, Gross total is not known",
        ),
        (
            Rule(rule="auto_approve_if: gross_total <= 2000.0", said="does not hold"),
            "Passes without",
            "does not hold",
        ),
        (Rule(rule="reserve_for_people: 0.02", said="drawn"), "Kept for people", "drawn"),
        (Rule(rule="fields.required", said="missing: gross_total"), "What must be", "missing: Gross total"),
        (
            Rule(rule="sure_of_class", said="0.99 is below 1"),
            "How sure the class",
            "99.0 % sure, 80.0 % asked",
        ),
        (Rule(rule="checkers", said="totals_disagree"), "What the checkers", "1 check held; Totals disagree"),
        (Rule(rule="a rule of tomorrow", said="said so"), "A rule of tomorrow", "said so"),
    ],
)
def test_a_rule_that_fired_fails_its_gate(rule: Rule, asked: str, found: str) -> None:
    explained = told(*STEPS, (SYSTEM, decided(Route.ESCALATE, Reason(code="over_limit"), rules=(rule,))))
    failed = [gate for gate in explained.gates if not gate.is_passed]
    assert [(gate.asked.startswith(asked), gate.found) for gate in failed] == [(True, found)]


# -- the agents ----------------------------------------------------------------------------------------------


def test_each_agent_stands_with_its_tier_tools_and_bounds_as_the_policy_has_them() -> None:
    reader, checker = told(*ESCALATED).parts
    assert (reader.agent, reader.tier, reader.tools) == ("reader.local@3", 1, ("page.words",))
    assert reader.terms == ("12 steps a case", "personal data taken out first")
    assert (reader.purpose, reader.code_digest, reader.records) == ("Reads fields.", "cd" * 32, (103, 104))
    assert (checker.is_in_policy, checker.purpose, checker.code_digest) == (False, None, None)


def test_an_agent_is_told_as_it_was_enrolled_when_it_acted() -> None:
    later = record((SYSTEM, enrolled("3", "ee")), case=None, first=500)
    assert told(*ESCALATED, desk=[*DESK, *later]).parts[0].code_digest == "cd" * 32


def test_an_agent_that_failed_is_among_those_who_had_a_hand_in_it() -> None:
    failed = AgentFailed(step="read", reason=Reason(code="agent_failed"))
    assert told(*STEPS[:3], (READER, failed)).parts[0].did[-1] == "Could not read: Agent failed"


# -- fields and evidence -------------------------------------------------------------------------------------


def test_each_field_stands_with_its_evidence_and_the_threshold_it_was_held_against() -> None:
    vendor, gross, iban = sorted(told(*ESCALATED).fields, key=lambda one: one.label == "IBAN")
    assert (vendor.label, vendor.is_passed) == ("Vendor", True)
    assert (gross.label, gross.value, gross.confidence, gross.threshold, gross.is_passed) == (
        "Gross total",
        "118.00",
        640_000,
        970_000,
        False,
    )
    assert gross.place is not None
    assert (gross.place.page, gross.place.box) == (0, Box(x0=1, y0=2, x1=3, y1=4))
    assert gross.by == "reader.local@3"
    assert (iban.value, iban.is_passed) == (None, None)


def test_a_correction_keeps_what_the_agents_had_said_and_how_sure_they_were() -> None:
    explained = told(*ESCALATED, (ADA, corrected("181.00")))
    gross = next(field for field in explained.fields if field.field == "gross_total")
    assert (gross.value, gross.agents_said, gross.confidence) == ("181.00", "118.00", 640_000)
    assert (gross.act, gross.acted_by, gross.is_passed) == (Act.CORRECTED, "Ada Muster", False)


def test_fields_that_one_person_reviewed_in_a_row_are_one_step() -> None:
    confirmed = FieldReviewed(
        field="vendor_name", act=Act.CONFIRMED, before=None, after=None, reading=GROSS, dwell_ms=1
    )
    claimed = Claimed(person="ada", until=START)
    steps = told(*ESCALATED, (ADA, claimed), (ADA, corrected("1.00")), (ADA, confirmed), APPROVED[-1]).steps
    review = steps[-2]
    assert (review.by, review.did) == ("Ada Muster", "Corrected Gross total; Confirmed Vendor")
    assert (review.record, review.last_record) == (108, 109)
    assert steps[-1].did.startswith("Approved and signed by Ada Muster")


@pytest.mark.parametrize("kept", list(Kept))
def test_the_document_says_what_became_of_its_bytes(kept: Kept) -> None:
    explained = explain(record(*ESCALATED, first=101), DESK, CATALOGUE, kept=kept)
    assert (explained.paper.kept, explained.paper.sha256) == (kept, "f" * 64)


# -- holds and erasure ---------------------------------------------------------------------------------------


def test_a_hold_stands_until_it_is_lifted_and_both_are_signed() -> None:
    placed, lifted = HoldPlaced(order="matter 7", signature=BY), HoldLifted(order="matter 7", signature=BY)
    held = told(*APPROVED, (ADA, placed))
    assert held.is_on_hold
    freed = told(*APPROVED, (ADA, placed), (ADA, lifted))
    assert not freed.is_on_hold
    assert [act.told.split(",")[0] for act in freed.keeping] == [
        "Placed a legal hold (matter 7)",
        "Lifted the legal hold (matter 7)",
    ]
    assert [signed.did for signed in freed.signed] == [
        "countersigned",
        "placed a hold on",
        "lifted a hold from",
    ]


def test_an_erased_case_still_says_who_decided_by_which_gates_and_by_whose_order_it_was_erased() -> None:
    erased = Erased(order="request 12", openings=9, documents=("f" * 64,), signature=BY)
    explained = explain(record(*APPROVED, (ADA, erased), first=101), DESK, CATALOGUE, kept=Kept.GONE)
    assert explained.is_erased
    assert explained.answer.startswith("Ada Muster (approver) countersigned the case")
    assert {field.value for field in explained.fields} == {"⊘ erased", None}
    assert (explained.paper.name, explained.paper.kept) == ("⊘ erased", Kept.ERASED)
    assert "request 12" in explained.keeping[-1].told
    assert explained.ground is not None
    assert explained.ground.record == 4


def test_content_that_is_missing_without_an_erasure_is_pointed_at() -> None:
    lost = GROSS.model_copy(update={"answer": "⊘ erased"})
    made = STEPS[3][1].model_copy(update={"readings": (lost,)})
    explained = told(*STEPS[:3], (READER, made))
    assert "no erasure is on the record" in explained.keeping[-1].told
    assert not explained.is_erased

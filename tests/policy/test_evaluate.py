"""Every case gets one answer, the same each time, and more confidence never makes it worse."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.words import SHA, START, reading

from countersign.domain.case import CaseFile, FieldState, Status
from countersign.domain.confidence import MILLION, ppm
from countersign.domain.document import Document, MediaType
from countersign.domain.event import Act, Decided, Mode, Route
from countersign.domain.reason import Reason
from countersign.policy.evaluate import evaluate, signatures
from countersign.policy.load import Policy, parse
from countersign.settings import catalogue

KNOWN = catalogue.load()
INVOICE = KNOWN.classes["invoice"]
TEXT = """\
policy: trial
owner: role:team_lead
classes:
  invoice:
    mode: autonomous
    fields:
      required: [vendor_name, gross_total]
      thresholds: {default: 0.9, iban: 0.99}
    auto_approve_if: gross_total <= 2000.0
    require_human_if:
      - {rule: "duplicate.score >= 0.8", reason: possible_duplicate}
    approvals:
      - {if: gross_total > 10000.0, people: 2, role: approver}
"""
FACTS: dict[str, bool | int | str] = {"duplicate.score_ppm": 0}


def policy(text: str = TEXT) -> Policy:
    return parse(text.encode(), "trial.yaml", KNOWN)


TRIAL = policy()


def case(*fields: FieldState, **more: Any) -> CaseFile:
    document = Document(sha256=SHA, media_type=MediaType.PDF, length=1, name="a.pdf")
    known: dict[str, Any] = {
        "id": "c-1",
        "status": Status.RECEIVED,
        "received_at": START,
        "updated_at": START,
        "documents": (document,),
        "pages": 1,
        "klass": "invoice",
        "class_confidence": MILLION,
        "facts": FACTS,
        "fields": fields,
    }
    return CaseFile(**{**known, **more})


def field(name: str, value: str | None, confidence: float = 0.95, **more: Any) -> FieldState:
    return FieldState(reading=reading(name, value, ppm(confidence), more.pop("index", 0)), **more)


GOOD = (field("vendor_name", "Acme"), field("gross_total", "100.00"))


def codes(decided: Decided) -> list[str]:
    return [reason.code for reason in decided.reasons]


def test_a_case_with_sure_fields_under_the_limit_goes_straight_through() -> None:
    decided = evaluate(TRIAL, case(*GOOD), INVOICE)
    assert (decided.route, decided.reasons) == (Route.STRAIGHT_THROUGH, ())
    assert (decided.policy, decided.digest, decided.mode) == ("trial", TRIAL.digest, Mode.AUTONOMOUS)
    assert decided.thresholds["iban"] == 990_000
    assert [(rule.rule, rule.said) for rule in decided.rules] == [
        ("auto_approve_if: gross_total <= 2000.0", "holds")
    ]


def test_a_refused_document_is_refused_with_its_reason_and_nothing_else() -> None:
    refusal = Reason(code="encrypted")
    decided = evaluate(TRIAL, case(refusal=refusal, findings=(refusal,), klass=None), None)
    assert (decided.route, decided.reasons) == (Route.REFUSE, (refusal,))


@pytest.mark.parametrize(
    ("changed", "code", "fields"),
    [
        (case(*GOOD, class_confidence=500_000), "class_unsure", ()),
        (case(GOOD[1]), "field_missing", ("vendor_name",)),
        (case(GOOD[1], field("vendor_name", None)), "field_missing", ("vendor_name",)),
        (case(*GOOD, field("iban", "DE0", 0.98)), "below_threshold", ("iban",)),
        (case(GOOD[1], field("vendor_name", "A", 0.5)), "below_threshold", ("vendor_name",)),
        (case(*GOOD, findings=(Reason(code="sum_differs"),)), "sum_differs", ()),
        (case(*GOOD, facts={"duplicate.score_ppm": 800_000}), "possible_duplicate", ()),
        (case(*GOOD, facts={}), "rule_undecided", ()),
        (case(*GOOD, facts={"duplicate.score_ppm": "much"}), "rule_undecided", ()),
        (case(GOOD[0], field("gross_total", "2000.01")), "over_limit", ("gross_total",)),
        (case(GOOD[0], field("gross_total", "plenty")), "rule_undecided", ()),
    ],
)
def test_what_stands_against_a_case_escalates_it_with_its_reason(
    changed: CaseFile, code: str, fields: tuple[str, ...]
) -> None:
    decided = evaluate(TRIAL, changed, INVOICE)
    assert decided.route is Route.ESCALATE
    assert [(reason.code, reason.fields) for reason in decided.reasons] == [(code, fields)]


def test_a_rule_that_only_lacks_a_missing_field_gives_no_reason_of_its_own() -> None:
    decided = evaluate(TRIAL, case(GOOD[0]), INVOICE)
    assert codes(decided) == ["field_missing"]
    assert decided.rules[-1].said == "undecided, gross_total is not known"


def test_which_fields_are_required_is_for_the_policy_and_not_for_a_checker() -> None:
    noted = case(*GOOD, findings=(Reason(code="field_missing", fields=("invoice_number",)),))
    assert evaluate(TRIAL, noted, INVOICE).route is Route.STRAIGHT_THROUGH


def test_several_reasons_are_all_named_in_the_order_of_the_policy() -> None:
    poor = case(field("gross_total", "5000.00", 0.4), findings=(Reason(code="sum_differs"),), facts={})
    assert codes(evaluate(TRIAL, poor, INVOICE)) == [
        "field_missing",
        "below_threshold",
        "sum_differs",
        "rule_undecided",
        "over_limit",
    ]


def test_not_present_of_an_optional_field_counts_only_where_the_policy_says_so() -> None:
    unsure_absence = case(*GOOD, field("due_date", None, 0.3))
    assert evaluate(TRIAL, unsure_absence, INVOICE).route is Route.STRAIGHT_THROUGH
    strict = policy(TEXT.replace("fields:\n", "fields:\n      not_present_counts: true\n"))
    assert codes(evaluate(strict, unsure_absence, INVOICE)) == ["below_threshold"]


def test_an_absence_that_the_reader_itself_hardly_believes_goes_to_a_person() -> None:
    held_back = case(*GOOD, field("due_date", None, 0.06))
    decision = evaluate(TRIAL, held_back, INVOICE)
    assert codes(decision) == ["below_threshold"]
    assert decision.reasons[0].fields == ("due_date",)


def test_what_a_person_settled_is_neither_missing_nor_doubtful() -> None:
    settled = case(
        field("vendor_name", None, 0.1, act=Act.NOT_PRESENT),
        field("gross_total", "100.00", 0.1, act=Act.CONFIRMED),
    )
    assert evaluate(TRIAL, settled, INVOICE).route is Route.STRAIGHT_THROUGH


@pytest.mark.parametrize("mode", [Mode.HUMAN_IN_THE_LOOP, Mode.SHADOW])
def test_in_these_modes_a_person_decides_every_case(mode: Mode) -> None:
    decided = evaluate(policy(TEXT.replace("autonomous", mode)), case(*GOOD), INVOICE)
    assert codes(decided) == ["mode_requires_person"]
    assert decided.mode is mode


@pytest.mark.parametrize("mode", [Mode.HUMAN_ON_THE_LOOP, Mode.AUTONOMOUS])
def test_in_these_modes_agents_finish_what_nothing_stands_against(mode: Mode) -> None:
    decided = evaluate(policy(TEXT.replace("autonomous", mode)), case(*GOOD), INVOICE)
    assert decided.route is Route.STRAIGHT_THROUGH


def test_a_class_that_the_policy_does_not_know_goes_to_a_person() -> None:
    assert codes(evaluate(TRIAL, case(klass="kyb"), KNOWN.classes["kyb"])) == ["mode_requires_person"]


def test_a_case_of_no_class_goes_to_a_person() -> None:
    assert codes(evaluate(TRIAL, case(klass="poem"), None)) == ["class_unsure"]


def test_the_share_kept_for_people_is_drawn_by_case_and_about_as_large_as_asked() -> None:
    share = policy(TEXT + "    reserve_for_people: 0.2\n")
    drawn = [
        number
        for number in range(1000)
        if codes(evaluate(share, case(*GOOD, id=f"c-{number}"), INVOICE)) == ["reserved_for_people"]
    ]
    assert 140 < len(drawn) < 260


def test_the_signatures_that_a_case_needs_follow_its_amount() -> None:
    (need,) = signatures(TRIAL, case(GOOD[0], field("gross_total", "10000.01")), INVOICE)
    assert (need.people, need.role) == (2, "approver")
    assert signatures(TRIAL, case(*GOOD), INVOICE) == ()


def test_signatures_are_needed_where_their_condition_cannot_be_decided() -> None:
    assert len(signatures(TRIAL, case(GOOD[0]), INVOICE)) == 1


VALUES = st.one_of(
    st.none(),
    st.decimals(allow_nan=True, allow_infinity=True, places=2).map(str),
    st.sampled_from(["2026-01-05", "0000-00-00", "1e999", "Acme", "", "\ud800", "9" * 400]),
)
FIELDS = st.lists(
    st.builds(
        FieldState,
        reading=st.builds(
            reading,
            st.sampled_from([f.name for f in INVOICE.fields] + ["gone"]),
            VALUES,
            st.integers(0, MILLION),
            st.integers(0, 2),
        ),
        act=st.sampled_from([None, None, None, *Act]),
    ),
    max_size=8,
)
CASES = st.builds(
    lambda fields, sure, facts, pages: case(*fields, class_confidence=sure, facts=facts, pages=pages),
    FIELDS,
    st.integers(0, MILLION),
    st.dictionaries(
        st.sampled_from(["duplicate.score_ppm", "vendor.known", "vendor.age_days", "case.pages", "x"]),
        st.one_of(st.booleans(), st.integers(-(2**70), 2**70), st.text(max_size=3)),
    ),
    st.integers(0, 5000),
)
ALL_NAMES = policy(
    TEXT.replace(
        "require_human_if:\n",
        "require_human_if:\n"
        "      - {rule: 'invoice_date > timestamp(\"2020-01-01T00:00:00Z\")', reason: dated}\n"
        "      - {rule: 'vendor_name.contains(\"x\") || vendor.known', reason: named}\n"
        "      - {rule: vendor.age_days / case.pages > 90, reason: aged}\n"
        "      - {rule: case.confidence < 0.5 && case.rows > 2, reason: poor}\n",
    )
)


@settings(max_examples=200)
@given(CASES, st.sampled_from([TRIAL, ALL_NAMES]))
def test_every_case_gets_one_answer_and_the_same_each_time(file: CaseFile, trial: Policy) -> None:
    decided = evaluate(trial, file, INVOICE)
    assert decided == evaluate(trial, file, INVOICE)
    assert (decided.route is Route.STRAIGHT_THROUGH) == (decided.reasons == ())
    assert all(rule.rule and rule.said for rule in decided.rules)


@settings(max_examples=200)
@given(st.data(), CASES)
def test_more_confidence_never_turns_straight_through_into_escalation(
    data: st.DataObject, file: CaseFile
) -> None:
    surer = file.model_copy(
        update={
            "class_confidence": data.draw(st.integers(file.class_confidence, MILLION)),
            "fields": tuple(
                state.model_copy(
                    update={
                        "reading": state.reading.model_copy(
                            update={"confidence": data.draw(st.integers(state.reading.confidence, MILLION))}
                        )
                    }
                )
                for state in file.fields
            ),
        }
    )
    before, after = evaluate(TRIAL, file, INVOICE), evaluate(TRIAL, surer, INVOICE)
    assert len(after.reasons) <= len(before.reasons)
    if before.route is Route.STRAIGHT_THROUGH:
        assert after.route is Route.STRAIGHT_THROUGH

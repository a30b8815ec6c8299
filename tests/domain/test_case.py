from hypothesis import given
from hypothesis import strategies as st
from tests.support.words import START, entries, reading, received

from countersign.domain.case import Status, unfold
from countersign.domain.event import (
    Act,
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    Classified,
    Decided,
    DocumentRefused,
    Erased,
    FieldReviewed,
    HoldLifted,
    HoldPlaced,
    Mode,
    ReadingMade,
    Released,
    Route,
    Signature,
)
from countersign.domain.reason import Reason
from countersign.domain.sealed import ERASED


def made(*readings):
    return ReadingMade(klass="invoice", readings=readings, milliseconds=1)


def decided(route=Route.ESCALATE, *reasons):
    return Decided(
        policy="desk",
        digest="0" * 64,
        mode=Mode.AUTONOMOUS,
        route=route,
        reasons=reasons,
        rules=(),
        thresholds={},
    )


def reviewed(field, act, after):
    return FieldReviewed(field=field, act=act, before=None, after=after and after.answer, reading=after)


SIGNED = Signature(name="Ada", at=START, meaning="approved")


def test_events_without_a_document_tell_no_case():
    assert unfold(entries(made(reading("iban", "x")))) is None


def test_a_received_document_opens_a_case_that_waits_for_agents():
    case = unfold(entries(received("a.pdf")))
    assert (case.status, case.documents[0].name) == (Status.RECEIVED, "a.pdf")


def test_a_straight_through_decision_settles_the_case():
    case = unfold(entries(received(), decided(Route.STRAIGHT_THROUGH)))
    assert case.status.is_settled


def test_an_escalation_makes_the_case_wait_and_says_why():
    why = Reason(code="over_limit", fields=("gross_total",))
    case = unfold(entries(received(), decided(Route.ESCALATE, why)))
    assert (case.status, case.reasons) == (Status.WAITING, (why,))


def test_a_refusal_is_the_reason_while_nothing_is_decided():
    why = Reason(code="encrypted")
    assert unfold(entries(received(), DocumentRefused(sha256="0", reason=why))).reasons == (why,)


def test_a_second_reader_adds_and_replaces_but_never_touches_what_a_person_settled():
    by_person = reading("gross_total", "20.00")
    case = unfold(
        entries(
            received(),
            made(reading("gross_total", "10.00"), reading("iban", "A")),
            reviewed("gross_total", Act.CORRECTED, by_person),
            made(reading("gross_total", "30.00"), reading("iban", "B"), reading("due_date", "2026-01-01")),
        )
    )
    assert {f.reading.field: f.reading.value for f in case.fields} == {
        "gross_total": "20.00",
        "iban": "B",
        "due_date": "2026-01-01",
    }
    assert case.field("gross_total").agent_reading.value == "10.00"


def test_reopening_a_field_brings_the_agents_answer_back():
    case = unfold(
        entries(
            received(),
            made(reading("iban", "A")),
            reviewed("iban", Act.CORRECTED, reading("iban", "B")),
            reviewed("iban", Act.REOPENED, None),
        )
    )
    assert (case.value("iban"), case.field("iban").act) == ("A", None)


def test_reopening_a_field_that_a_person_added_takes_it_away():
    case = unfold(
        entries(
            received(),
            reviewed("iban", Act.ADDED, reading("iban", "B")),
            reviewed("iban", Act.REOPENED, None),
        )
    )
    assert case.field("iban") is None


def test_a_late_decision_does_not_reopen_what_a_person_settled():
    events = entries(received(), CaseApproved(signature=SIGNED), decided(Route.ESCALATE))
    assert unfold(events).status is Status.APPROVED


def test_settling_a_case_lets_it_go():
    claim = Claimed(person="p-ada", until=START)
    rejection = CaseRejected(signature=SIGNED, reason=Reason(code="duplicate"))
    assert unfold(entries(received(), claim)).claimed_by == "p-ada"
    assert unfold(entries(received(), claim, rejection)).claimed_by is None
    assert unfold(entries(received(), claim, Released(person="p-ada"))).claimed_by is None


def test_several_checkers_add_up():
    case = unfold(
        entries(
            received(),
            Classified(klass="invoice", language="de", confidence=1, milliseconds=1),
            Checked(passed=("totals",), findings=(), facts={"vendor.known": True}, milliseconds=1),
            Checked(passed=("dates",), findings=(Reason(code="x"),), facts={"case.pages": 2}, milliseconds=1),
        )
    )
    assert case.passed == ("totals", "dates")
    assert case.facts == {"vendor.known": True, "case.pages": 2}
    assert (case.klass, case.language) == ("invoice", "de")


ACTS = st.sampled_from([Act.CONFIRMED, Act.CORRECTED, Act.NOT_PRESENT, Act.REOPENED])


@given(st.lists(st.tuples(st.sampled_from("abc"), ACTS, st.text(max_size=5)), max_size=20))
def test_undoing_every_act_leaves_the_case_as_the_agents_left_it(acts):
    agents = [received(), made(reading("a", "1"), reading("b", "2"))]
    people = [
        reviewed(f, act, None if act is Act.REOPENED else reading(f, None if act is Act.NOT_PRESENT else v))
        for f, act, v in acts
    ]
    undone = [reviewed(field, Act.REOPENED, None) for field in "abc"]
    plain = unfold(entries(*agents))
    assert set(unfold(entries(*agents, *people, *undone)).fields) == set(plain.fields)


def held(order):
    return HoldPlaced(order=order, signature=SIGNED)


def test_a_hold_stands_until_the_same_order_is_lifted():
    told = [received(), held("m1"), held("m2"), HoldLifted(order="m1", signature=SIGNED)]
    case = unfold(entries(*told))
    assert [(hold.order, hold.by) for hold in case.holds] == [("m2", "Ada")]
    assert unfold(entries(*told, HoldLifted(order="m3", signature=SIGNED))).holds == case.holds


def test_an_erased_case_keeps_its_status_and_loses_every_value():
    told = entries(
        received("Zebra.pdf"),
        made(reading("iban", "Zebra"), reading("vendor_name", None)),
        Checked(passed=(), findings=(Reason(code="x", detail="Zebra"),), milliseconds=1),
        decided(Route.ESCALATE, Reason(code="x", detail="Zebra")),
        CaseApproved(signature=SIGNED),
        Erased(order="GDPR-7", openings=4, documents=("ab" * 32,), signature=SIGNED),
    )
    case = unfold(told)
    assert case.status is Status.APPROVED
    assert "Zebra" not in case.model_dump_json()
    assert (case.value("iban"), case.value("vendor_name")) == (ERASED, None)
    assert (case.erasure.order, case.erasure.by, case.erasure.at) == ("GDPR-7", "Ada", told[-1].at)

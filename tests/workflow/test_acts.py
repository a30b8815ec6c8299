"""What a person may do with a case, and what stays on the record of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.support.memory import MemoryLedger
from tests.support.words import AGENT, START, reading

from countersign.domain.actor import Actor, ActorKind, Role
from countersign.domain.case import Status
from countersign.domain.confidence import MILLION
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    Act,
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    Classified,
    DocumentOpened,
    Draft,
    Event,
    FieldReviewed,
    PersonEnrolled,
    ReadingMade,
)
from countersign.domain.geometry import Box
from countersign.domain.reading import Evidence, Reading
from countersign.domain.reason import Reason
from countersign.policy.evaluate import evaluate
from countersign.policy.load import parse
from countersign.settings import catalogue
from countersign.workflow.acts import LEASE, DeskActs

KNOWN = catalogue.load()
POLICY = parse(
    b"""
policy: trial
owner: role:team_lead
classes:
  invoice:
    mode: autonomous
    fields: {required: [vendor_name, gross_total], thresholds: {default: 0.9}}
    approvals:
      - {if: gross_total > 1000.0, people: 1, role: approver}
      - {if: gross_total > 9000.0, people: 2, role: approver}
  contract:
    mode: human_in_the_loop
""",
    "trial.yaml",
    KNOWN,
)
GOOD = (reading("vendor_name", "Acme", 950_000), reading("gross_total", "100.00", 950_000))


class Clock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


def enrol(ledger: MemoryLedger, person: str, *roles: Role) -> Actor:
    actor = Actor(kind=ActorKind.PERSON, id=person, role=roles[0], authenticated="os_account")
    event = PersonEnrolled(person=person, name=person.title(), roles=roles, public_key="00", assurance="test")
    ledger.append([Draft(event=event, actor=actor)])
    return actor


def decided_case(
    ledger: MemoryLedger,
    *readings: Reading,
    findings: tuple[Reason, ...] = (),
    klass: str = "invoice",
    number: int = 1,
) -> str:
    case = ledger.receive(f"bill {number}".encode())
    events: list[Event] = [
        DocumentOpened(sha256="00", pages=1, text_pages=1, ocr_pages=0, milliseconds=1),
        Classified(klass=klass, language="en", confidence=MILLION, milliseconds=1),
        ReadingMade(klass=klass, readings=readings, milliseconds=1),
        Checked(passed=(), findings=findings, milliseconds=1),
    ]
    ledger.append([Draft(event=event, actor=AGENT, case=case) for event in events])
    file = ledger.case(case)
    decision = evaluate(POLICY, file, KNOWN.klass(file.klass))
    ledger.append([Draft(event=decision, actor=AGENT, case=case)])
    return case


Seat = Callable[..., DeskActs]


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seat(ledger: MemoryLedger, clock: Clock) -> Seat:
    def sit(person: str = "ada", *roles: Role) -> DeskActs:
        actor = enrol(ledger, person, *(roles or (Role.PROCESSOR,)))
        return DeskActs(ledger, actor, KNOWN, lambda: POLICY, clock)

    return sit


def kinds(ledger: MemoryLedger, case: str) -> list[str]:
    return [entry.event.kind for entry in ledger.entries(case)][5:]


def poor(ledger: MemoryLedger) -> str:
    return decided_case(ledger, GOOD[0], reading("gross_total", "100.00", 500_000))


def test_an_act_is_recorded_with_the_lease_that_it_begins(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    file = seat().confirm(case, "gross_total", dwell_ms=700)
    assert kinds(ledger, case) == ["decided", "claimed", "field_reviewed"]
    event = ledger.entries(case)[-1].event
    assert isinstance(event, FieldReviewed)
    assert (event.act, event.dwell_ms) == (Act.CONFIRMED, 700)
    assert event.before == event.after
    assert file.claimed_by == "ada"
    state = file.field("gross_total")
    assert state is not None
    assert state.act is Act.CONFIRMED


def test_a_case_that_another_person_holds_takes_no_act(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    seat("ada").claim(case)
    bob = seat("bob")
    before = ledger.head()
    acts: list[Callable[[], object]] = [
        lambda: bob.claim(case),
        lambda: bob.release(case),
        lambda: bob.confirm(case, "gross_total"),
        lambda: bob.approve(case),
        lambda: bob.reject(case, "over_limit"),
    ]
    for act in acts:
        with pytest.raises(Trouble, match="ada holds this case until 08:15 UTC"):
            act()
    assert ledger.head() == before


def test_a_lease_ends_by_itself_after_fifteen_minutes(ledger: MemoryLedger, seat: Seat, clock: Clock) -> None:
    case = poor(ledger)
    seat("ada").claim(case)
    clock.at += LEASE
    assert seat("bob").claim(case).claimed_by == "bob"


def test_activity_prolongs_a_lease_without_a_record_for_every_act(
    ledger: MemoryLedger, seat: Seat, clock: Clock
) -> None:
    case = poor(ledger)
    ada = seat("ada")
    ada.claim(case)
    for _ in range(10):
        clock.at += timedelta(minutes=4)
        ada.confirm(case, "gross_total")
    claims = [e for e in ledger.entries(case) if isinstance(e.event, Claimed)]
    assert 4 <= len(claims) <= 6
    with pytest.raises(Trouble, match="ada holds"):
        seat("bob").claim(case)


def test_a_released_case_is_free(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    ada = seat("ada")
    ada.claim(case)
    assert ada.release(case).claimed_by is None
    before = ledger.head()
    ada.release(case)
    assert ledger.head() == before
    assert seat("bob").claim(case).claimed_by == "bob"


def test_a_correction_is_normalised_and_keeps_before_and_after(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    file = seat().correct(case, "gross_total", "1,234.50")
    event = ledger.entries(case)[-1].event
    assert isinstance(event, FieldReviewed)
    assert event.act is Act.CORRECTED
    assert file.value("gross_total") == "1234.50"
    state = file.field("gross_total")
    assert state is not None
    assert state.agent_reading is not None
    assert state.agent_reading.value == "100.00"


def test_a_value_for_a_field_without_one_is_added(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    seat().correct(case, "due_date", "2026-02-01")
    event = ledger.entries(case)[-1].event
    assert isinstance(event, FieldReviewed)
    assert (event.act, event.before) == (Act.ADDED, None)


def test_the_same_value_again_is_a_confirmation(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    seat().correct(case, "gross_total", "100.00")
    event = ledger.entries(case)[-1].event
    assert isinstance(event, FieldReviewed)
    assert event.act is Act.CONFIRMED


def test_a_value_that_is_none_of_its_type_is_refused_by_name(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    before = ledger.head()
    ada = seat()
    with pytest.raises(Trouble, match="Gross total: "):
        ada.correct(case, "gross_total", "plenty")
    assert ledger.head() == before + 1  # the enrolment of ada


def test_a_place_must_be_on_a_page_of_the_case(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    sha = ledger.case(case).documents[0].sha256
    box = Box(x0=1, y0=1, x1=2, y1=2)
    ada = seat()
    with pytest.raises(Trouble, match="another case"):
        ada.correct(case, "due_date", "2026-02-01", evidence=Evidence(document="ff", page=0, box=box))
    with pytest.raises(Trouble, match="no page 2"):
        ada.correct(case, "due_date", "2026-02-01", evidence=Evidence(document=sha, page=1, box=box))
    file = ada.correct(case, "due_date", "2026-02-01", evidence=Evidence(document=sha, page=0, box=box))
    state = file.field("due_date")
    assert state is not None
    assert state.reading.evidence is not None


def test_only_a_field_with_several_values_has_a_second_place(ledger: MemoryLedger, seat: Seat) -> None:
    ada = seat()
    with pytest.raises(Trouble, match="no place 2"):
        ada.correct(poor(ledger), "due_date", "2026-02-01", index=1)
    contract = decided_case(ledger, reading("party", "Acme"), klass="contract", number=2)
    assert ada.correct(contract, "party", "Bolt Ltd", index=1).value("party") == "Acme"
    with pytest.raises(Trouble, match="no place 4"):
        ada.correct(contract, "party", "Cole Ltd", index=3)


@pytest.mark.parametrize("illegible", [False, True])
def test_a_declared_field_has_no_value_and_counts_as_settled(
    ledger: MemoryLedger, seat: Seat, illegible: bool
) -> None:
    case = decided_case(ledger, reading("vendor_name", "Acne", 500_000), GOOD[1])
    ada = seat()
    file = ada.declare(case, "vendor_name", illegible=illegible)
    assert file.value("vendor_name") is None
    assert ada.approve(case).status is Status.APPROVED


def test_a_signature_is_needed_where_the_amount_that_decides_it_was_declared_away(
    ledger: MemoryLedger, seat: Seat
) -> None:
    case = poor(ledger)
    ada = seat()
    ada.declare(case, "gross_total")
    with pytest.raises(Trouble, match="in the role approver"):
        ada.approve(case)


def test_reopening_brings_the_agents_reading_back(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    ada = seat()
    ada.correct(case, "gross_total", "90.00")
    file = ada.reopen(case, "gross_total")
    state = file.field("gross_total")
    assert state is not None
    assert (state.act, state.reading.value) == (None, "100.00")
    with pytest.raises(Trouble, match="Nobody has acted on Gross total"):
        ada.reopen(case, "gross_total")


def test_a_field_without_value_cannot_be_confirmed(ledger: MemoryLedger, seat: Seat) -> None:
    with pytest.raises(Trouble, match="Due date has no value to confirm"):
        seat().confirm(poor(ledger), "due_date")


def test_a_field_that_the_class_lacks_is_refused(ledger: MemoryLedger, seat: Seat) -> None:
    with pytest.raises(Trouble, match="has no field 'shoe_size'"):
        seat().confirm(poor(ledger), "shoe_size")


def test_approval_waits_for_the_doubtful_field_and_names_it(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    ada = seat()
    with pytest.raises(Trouble, match="Gross total is doubtful"):
        ada.approve(case)
    ada.confirm(case, "gross_total")
    assert ada.approve(case).status is Status.APPROVED


def test_approval_waits_for_the_missing_field_and_names_it(ledger: MemoryLedger, seat: Seat) -> None:
    case = decided_case(ledger, GOOD[1])
    ada = seat()
    with pytest.raises(Trouble, match="Vendor is missing"):
        ada.approve(case)
    ada.correct(case, "vendor_name", "Acme")
    assert ada.approve(case).status is Status.APPROVED


def test_a_reopened_doubt_stands_in_the_way_again(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    ada = seat()
    ada.confirm(case, "gross_total")
    ada.reopen(case, "gross_total")
    with pytest.raises(Trouble, match="doubtful"):
        ada.approve(case)


def test_a_signature_has_printed_name_time_and_meaning(
    ledger: MemoryLedger, seat: Seat, clock: Clock
) -> None:
    findings = (Reason(code="sum_differs"), Reason(code="sum_differs", fields=("net_total",)))
    case = decided_case(ledger, *GOOD, findings=findings)
    seat().approve(case)
    event = ledger.entries(case)[-1].event
    assert isinstance(event, CaseApproved)
    signature = event.signature
    assert (signature.name, signature.at, signature.meaning) == ("Ada", clock.at, "approved")
    assert event.overrides == ("sum_differs",)


def test_a_rejection_needs_a_reason_of_the_desk(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    ada = seat()
    with pytest.raises(Trouble, match="no reason 'bad mood'"):
        ada.reject(case, "bad mood")
    assert ada.reject(case, "over_limit", " too dear ").status is Status.REJECTED
    event = ledger.entries(case)[-1].event
    assert isinstance(event, CaseRejected)
    assert (event.signature.meaning, event.reason.detail) == ("rejected", "too dear")


def test_a_settled_case_takes_no_more_acts(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    ada = seat()
    ada.reject(case, "over_limit")
    before = ledger.head()
    for act in (ada.claim, ada.approve, ada.release):
        with pytest.raises(Trouble, match="settled"):
            act(case)
    assert ledger.head() == before


def test_a_case_that_agents_still_work_on_takes_no_acts(ledger: MemoryLedger, seat: Seat) -> None:
    with pytest.raises(Trouble, match="still at work"):
        seat().claim(ledger.receive(b"fresh"))


def test_a_case_that_does_not_exist_is_trouble(seat: Seat) -> None:
    with pytest.raises(Trouble, match="no case c-9"):
        seat().claim("c-9")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.MODEL_STEWARD])
def test_these_roles_change_nothing(ledger: MemoryLedger, seat: Seat, role: Role) -> None:
    case = poor(ledger)
    with pytest.raises(Trouble, match="role that decides cases"):
        seat("eve", role).claim(case)


def test_a_person_who_is_not_enrolled_changes_nothing(ledger: MemoryLedger) -> None:
    nobody = Actor(kind=ActorKind.PERSON, id="nobody", role="approver", authenticated="os_account")
    with pytest.raises(Trouble, match="not enrolled"):
        DeskActs(ledger, nobody, KNOWN, lambda: POLICY).claim(poor(ledger))


def test_an_amount_over_the_line_needs_the_role_that_the_policy_names(
    ledger: MemoryLedger, seat: Seat
) -> None:
    case = decided_case(ledger, GOOD[0], reading("gross_total", "1500.00", 500_000))
    ada = seat()
    ada.confirm(case, "gross_total")
    with pytest.raises(Trouble, match="in the role approver"):
        ada.approve(case)
    ada.release(case)
    assert seat("bob", Role.APPROVER).approve(case).status is Status.APPROVED


def test_two_people_are_never_replaced_by_one(ledger: MemoryLedger, seat: Seat) -> None:
    case = decided_case(ledger, GOOD[0], reading("gross_total", "9500.00", 500_000))
    bob = seat("bob", Role.APPROVER)
    bob.confirm(case, "gross_total")
    with pytest.raises(Trouble, match="2 people"):
        bob.approve(case)


def test_an_act_that_cannot_be_recorded_did_not_happen(ledger: MemoryLedger, seat: Seat) -> None:
    case = poor(ledger)
    ada = seat()
    ledger.broken = True
    with pytest.raises(Trouble, match="cannot be written"):
        ada.confirm(case, "gross_total")
    ledger.broken = False
    state = ledger.case(case).field("gross_total")
    assert state is not None
    assert state.act is None


def test_a_corrected_class_sends_the_case_back_to_the_agents_with_nothing_read(
    ledger: MemoryLedger, seat: Seat
) -> None:
    case = decided_case(ledger, *GOOD, klass="contract")
    ada = seat()
    file = ada.correct_class(case, "invoice")
    assert (file.status, file.klass, file.run) == (Status.RECEIVED, "invoice", 2)
    assert (file.fields, file.decision, file.class_confidence) == ((), None, MILLION)
    assert file.claimed_by == "ada"
    with pytest.raises(Trouble, match="Agents are still at work"):
        ada.approve(case)


@pytest.mark.parametrize(
    ("klass", "said"), [("no_such", "There is no class"), ("contract", "of the class contract already")]
)
def test_a_class_is_corrected_to_another_that_the_desk_knows(
    ledger: MemoryLedger, seat: Seat, klass: str, said: str
) -> None:
    case = decided_case(ledger, *GOOD, klass="contract")
    with pytest.raises(Trouble, match=said):
        seat().correct_class(case, klass)


def test_a_settled_case_keeps_its_class(ledger: MemoryLedger, seat: Seat) -> None:
    case = decided_case(ledger, *GOOD)
    ada = seat()
    if ledger.case(case).status is Status.WAITING:
        ada.approve(case)
    with pytest.raises(Trouble, match="settled"):
        ada.correct_class(case, "claim")

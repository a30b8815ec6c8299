"""Signatures that the policy wants a password for, given at that very moment."""

from collections.abc import Callable

import pytest
from tests.support.memory import MemoryLedger
from tests.support.words import AGENT, reading

from countersign.domain.actor import Actor, ActorKind, Role
from countersign.domain.case import Status
from countersign.domain.confidence import MILLION
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import (
    CaseApproved,
    Checked,
    Classified,
    DocumentOpened,
    Draft,
    Event,
    KeyRevoked,
    PersonEnrolled,
    ReadingMade,
)
from countersign.policy.evaluate import evaluate
from countersign.policy.load import parse
from countersign.settings import catalogue
from countersign.workflow.acts import DeskActs

KNOWN = catalogue.load()
POLICY = parse(
    b"""
policy: trial
owner: role:team_lead
classes:
  invoice:
    mode: human_in_the_loop
    fields: {required: [], thresholds: {default: 0.5}}
    approvals:
      - {if: gross_total > 100.0, role: approver}
      - {if: gross_total > 1000.0, role: approver, reauthenticate: true}
""",
    "trial.yaml",
    KNOWN,
)
ADA = Actor(kind=ActorKind.PERSON, id="ada", role="approver", authenticated="session_password")
RIGHT = "correct horse"


class Door:
    """Knows one password, and counts the attempts."""

    def __init__(self, has_password: bool = True) -> None:
        self.has = has_password
        self.attempts: list[str] = []

    def has_password(self, person: str) -> bool:
        return self.has

    def prove(self, person: str, password: str) -> None:
        self.attempts.append(password)
        if password != RIGHT:
            raise Trouble("That is not your password.")


@pytest.fixture
def ledger() -> MemoryLedger:
    ledger = MemoryLedger()
    event = PersonEnrolled(
        person="ada",
        name="Ada Lovelace",
        roles=(Role.PROCESSOR, Role.APPROVER),
        public_key="00",
        assurance="test+password",
    )
    ledger.append([Draft(event=event, actor=ADA)])
    return ledger


def case_of(ledger: MemoryLedger, total: str | None) -> str:
    case = ledger.receive(f"bill over {total}".encode())
    readings = () if total is None else (reading("gross_total", total, 990_000),)
    events: list[Event] = [
        DocumentOpened(sha256="00", pages=1, text_pages=1, ocr_pages=0, milliseconds=1),
        Classified(klass="invoice", language="en", confidence=MILLION, milliseconds=1),
        ReadingMade(klass="invoice", readings=readings, milliseconds=1),
        Checked(passed=(), findings=(), milliseconds=1),
    ]
    ledger.append([Draft(event=event, actor=AGENT, case=case) for event in events])
    decision = evaluate(POLICY, ledger.case(case), KNOWN.klass("invoice"))
    ledger.append([Draft(event=decision, actor=AGENT, case=case)])
    return case


def acts(ledger: MemoryLedger, door: Door | None) -> DeskActs:
    return DeskActs(ledger, ADA, KNOWN, lambda: POLICY, door=door)


Deed = Callable[[DeskActs, str, str | None], object]
DEEDS: list[Deed] = [
    lambda desk, case, password: desk.approve(case, password),
    lambda desk, case, password: desk.reject(case, "other", "a note", password),
]
both = pytest.mark.parametrize("deed", DEEDS, ids=["approve", "reject"])


@both
def test_below_the_line_no_password_is_asked_for(ledger: MemoryLedger, deed: Deed) -> None:
    door = Door()
    case = case_of(ledger, "900.00")
    deed(acts(ledger, door), case, None)
    assert ledger.case(case).status.is_settled
    assert door.attempts == []
    assert ledger.entries(case)[-1].actor.authenticated == "session_password"


@both
def test_above_the_line_a_signature_without_a_password_did_not_happen(
    ledger: MemoryLedger, deed: Deed
) -> None:
    case = case_of(ledger, "5000.00")
    before = ledger.head()
    with pytest.raises(NeedsPassword, match=r"gross_total > 1000\.0"):
        deed(acts(ledger, Door()), case, None)
    assert ledger.head() == before


@both
def test_with_the_password_the_record_says_that_it_was_given(ledger: MemoryLedger, deed: Deed) -> None:
    case = case_of(ledger, "5000.00")
    deed(acts(ledger, Door()), case, RIGHT)
    entry = ledger.entries(case)[-1]
    assert entry.actor.authenticated == "password"
    assert entry.actor.role == "approver"
    signature = getattr(entry.event, "signature", None)
    assert signature is not None
    assert (signature.name, bool(signature.meaning), bool(signature.at)) == ("Ada Lovelace", True, True)


@both
def test_with_a_wrong_password_nothing_is_signed(ledger: MemoryLedger, deed: Deed) -> None:
    case = case_of(ledger, "5000.00")
    before = ledger.head()
    door = Door()
    with pytest.raises(Trouble, match="not your password"):
        deed(acts(ledger, door), case, "wrong")
    assert door.attempts == ["wrong"]
    assert ledger.head() == before


@both
def test_a_password_that_nobody_asked_for_is_checked_all_the_same(ledger: MemoryLedger, deed: Deed) -> None:
    case = case_of(ledger, "50.00")
    with pytest.raises(Trouble, match="not your password"):
        deed(acts(ledger, Door()), case, "wrong")
    deed(acts(ledger, Door()), case, RIGHT)
    assert ledger.entries(case)[-1].actor.authenticated == "password"


@both
@pytest.mark.parametrize("door", [None, Door(has_password=False)], ids=["no door", "no password"])
def test_a_person_without_a_password_is_told_how_to_set_one(
    ledger: MemoryLedger, deed: Deed, door: Door | None
) -> None:
    case = case_of(ledger, "5000.00")
    for password in (None, RIGHT):
        with pytest.raises(Trouble, match="countersign people password"):
            deed(acts(ledger, door), case, password)
    assert ledger.case(case).status is Status.WAITING


def test_a_condition_that_cannot_be_decided_wants_the_password(ledger: MemoryLedger) -> None:
    case = case_of(ledger, None)
    with pytest.raises(NeedsPassword):
        acts(ledger, Door()).approve(case)


def test_what_is_wrong_with_the_case_is_told_before_any_password_is_asked_for(ledger: MemoryLedger) -> None:
    case = case_of(ledger, "5000.00")
    low = ReadingMade(klass="invoice", readings=(reading("vendor_name", "Acme", 100_000),), milliseconds=1)
    other = ledger.receive(b"doubtful")
    events: list[Event] = [
        DocumentOpened(sha256="00", pages=1, text_pages=1, ocr_pages=0, milliseconds=1),
        Classified(klass="invoice", language="en", confidence=MILLION, milliseconds=1),
        low,
        Checked(passed=(), findings=(), milliseconds=1),
    ]
    ledger.append([Draft(event=event, actor=AGENT, case=other) for event in events])
    decision = evaluate(POLICY, ledger.case(other), KNOWN.klass("invoice"))
    ledger.append([Draft(event=decision, actor=AGENT, case=other)])
    door = Door()
    with pytest.raises(Trouble, match="doubtful"):
        acts(ledger, door).approve(other, RIGHT)
    assert door.attempts == []
    assert ledger.case(case).status is Status.WAITING


def test_a_person_whose_key_was_revoked_does_nothing(ledger: MemoryLedger) -> None:
    case = case_of(ledger, "50.00")
    event = KeyRevoked(holder_kind=ActorKind.PERSON, holder="ada", key="00", why="left")
    ledger.append([Draft(event=event, actor=ADA)])
    with pytest.raises(Trouble, match="not enrolled in a role"):
        acts(ledger, Door()).approve(case)


def test_an_agent_of_the_same_name_that_is_revoked_takes_nothing_from_a_person(ledger: MemoryLedger) -> None:
    case = case_of(ledger, "50.00")
    event = KeyRevoked(holder_kind=ActorKind.AGENT, holder="ada", key="00", why="old")
    ledger.append([Draft(event=event, actor=ADA)])
    acts(ledger, Door()).approve(case)
    assert isinstance(ledger.entries(case)[-1].event, CaseApproved)

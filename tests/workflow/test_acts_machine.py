"""Whatever two people do in whatever order, the record stays within its rules."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.support.memory import MemoryLedger, is_chained
from tests.support.words import AGENT, START, reading

from countersign.domain.actor import Actor, ActorKind, Role
from countersign.domain.case import CaseFile, Status
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    Classified,
    Draft,
    Event,
    FieldReviewed,
    PersonEnrolled,
    ReadingMade,
    Released,
)
from countersign.policy.evaluate import doubtful, evaluate, missing
from countersign.policy.load import parse
from countersign.settings import catalogue
from countersign.workflow.acts import DeskActs

KNOWN = catalogue.load()
INVOICE = KNOWN.classes["invoice"]
POLICY = parse(
    b"policy: trial\nowner: role:team_lead\nclasses:\n  invoice:\n    mode: autonomous\n"
    b"    fields: {required: [vendor_name, gross_total], thresholds: {default: 0.9}}\n",
    "trial.yaml",
    KNOWN,
)
PEOPLE = ("ada", "bob")
FIELDS = st.sampled_from(["vendor_name", "gross_total", "due_date"])
WHO = st.sampled_from(PEOPLE)


class TwoPeople(RuleBasedStateMachine):
    """Two people at one case, with a clock between them."""

    def __init__(self) -> None:
        super().__init__()
        self.at = START
        self.ledger = MemoryLedger()
        self.acts = {person: self._enrol(person) for person in PEOPLE}
        self.case = self._waiting_case()

    def _enrol(self, person: str) -> DeskActs:
        actor = Actor(kind=ActorKind.PERSON, id=person, role="processor", authenticated="os_account")
        event = PersonEnrolled(
            person=person, name=person, roles=(Role.PROCESSOR,), public_key="00", assurance="test"
        )
        self.ledger.append([Draft(event=event, actor=actor)])
        return DeskActs(self.ledger, actor, KNOWN, lambda: POLICY, lambda: self.at)

    def _waiting_case(self) -> str:
        case = self.ledger.receive(b"bill")
        readings = (reading("gross_total", "100.00", 500_000),)
        events: list[Event] = [
            Classified(klass="invoice", language="en", confidence=990_000, milliseconds=1),
            ReadingMade(klass="invoice", readings=readings, milliseconds=1),
            Checked(passed=(), findings=(), milliseconds=1),
        ]
        self.ledger.append([Draft(event=event, actor=AGENT, case=case) for event in events])
        decision = evaluate(POLICY, self.ledger.case(case), INVOICE)
        self.ledger.append([Draft(event=decision, actor=AGENT, case=case)])
        return case

    def _try(self, who: str, act: Callable[[DeskActs], CaseFile]) -> None:
        """Act; what is refused must leave no trace, what is granted must return the case as it stands."""
        before = self.ledger.case(self.case)
        head = self.ledger.head()
        try:
            after = act(self.acts[who])
        except Trouble:
            assert self.ledger.head() == head
            return
        assert after == self.ledger.case(self.case)
        assert not before.status.is_settled
        if before.claimed_until and before.claimed_until > self.at:
            assert before.claimed_by == who

    @rule(minutes=st.integers(1, 20))
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule(who=WHO)
    def claim(self, who: str) -> None:
        self._try(who, lambda acts: acts.claim(self.case))

    @rule(who=WHO)
    def release(self, who: str) -> None:
        self._try(who, lambda acts: acts.release(self.case))

    @rule(who=WHO, field=FIELDS)
    def confirm(self, who: str, field: str) -> None:
        self._try(who, lambda acts: acts.confirm(self.case, field))

    @rule(who=WHO, field=FIELDS, value=st.sampled_from(["100.00", "7", "2026-03-01", "Acme", ""]))
    def correct(self, who: str, field: str, value: str) -> None:
        self._try(who, lambda acts: acts.correct(self.case, field, value))

    @rule(who=WHO, field=FIELDS, illegible=st.booleans())
    def declare(self, who: str, field: str, illegible: bool) -> None:
        self._try(who, lambda acts: acts.declare(self.case, field, illegible=illegible))

    @rule(who=WHO, field=FIELDS)
    def reopen(self, who: str, field: str) -> None:
        before = self.ledger.case(self.case).field(field)
        with suppress(Trouble):
            after = self.acts[who].reopen(self.case, field).field(field)
            assert before is not None
            assert (after.reading if after else None) == before.agent_reading

    @rule(who=WHO)
    def approve(self, who: str) -> None:
        before = self.ledger.case(self.case)
        assert before.decision is not None
        open_fields = missing(before, ("vendor_name", "gross_total"))
        open_fields += doubtful(before, INVOICE, dict(before.decision.thresholds))
        self._try(who, lambda acts: acts.approve(self.case))
        if open_fields:
            assert self.ledger.case(self.case).status is not Status.APPROVED

    @rule(who=WHO)
    def reject(self, who: str) -> None:
        self._try(who, lambda acts: acts.reject(self.case, "over_limit"))

    @invariant()
    def a_case_is_settled_once_and_nothing_follows(self) -> None:
        events = [entry.event for entry in self.ledger.entries(self.case)]
        ends = [n for n, event in enumerate(events) if isinstance(event, CaseApproved | CaseRejected)]
        assert ends in ([], [len(events) - 1])

    @invariant()
    def acts_fall_into_a_lease_of_the_one_who_acts(self) -> None:
        holder = None
        for entry in self.ledger.entries(self.case):
            match entry.event:
                case Claimed() as claim:
                    holder = claim.person
                case Released():
                    assert holder == entry.actor.id
                    holder = None
                case FieldReviewed():
                    assert holder == entry.actor.id
                case _:
                    pass
        assert is_chained(self.ledger)


TestTwoPeople = TwoPeople.TestCase
TestTwoPeople.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)

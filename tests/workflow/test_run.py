"""A case comes from its arrival to its decision, whatever fails and however often a step is taken."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.memory import (
    SYSTEM,
    MemoryCases,
    MemoryLedger,
    MemoryLibrary,
    MemoryPages,
    MemoryStaff,
    memory_plans,
    system,
)

from countersign.documents.pool import Closed
from countersign.domain.case import Status
from countersign.domain.document import Opened
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    ClassCorrected,
    Decided,
    DocumentOpened,
    DocumentRefused,
    Draft,
    Entry,
    How,
    Route,
    Scope,
    WorkStopped,
)
from countersign.domain.orders import orders
from countersign.domain.reason import Reason
from countersign.policy.load import load
from countersign.settings import catalogue
from countersign.settings.resources import shipped
from countersign.workflow.gate import Doorway, Held
from countersign.workflow.ports import Known
from countersign.workflow.run import CaseRun

KNOWN = catalogue.load()
POLICY = load(shipped("resources", "policies", "desk.yaml"), KNOWN)


class Killed(Exception):
    """The process has ended here."""


class FrailLedger(MemoryLedger):
    """A record whose process can be killed before or after an append."""

    left: int | None = None
    """0 kills before the next append, 1 after it, 2 before the one that follows …"""

    def append(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        if self.left == 0:
            raise Killed
        made = super().append(drafts)
        if self.left == 1:
            raise Killed
        self.left = None if self.left is None else self.left - 2
        return made


class House:
    """Everything around a run, in memory."""

    def __init__(self, readers: ThreadPoolExecutor, fails_at: str = "") -> None:
        self.ledger = FrailLedger()
        self.pages = MemoryPages({})
        self.library = MemoryLibrary()
        self.staff = MemoryStaff(fails_at)
        self.cases = MemoryCases(self.ledger)
        self.steps = CaseRun(
            ledger=self.ledger,
            cases=self.cases,
            library=self.library,
            pages=self.pages,
            staff=self.staff,
            catalogue=KNOWN,
            policy=lambda: POLICY,
            system=system,
            plans=memory_plans(self.ledger),
            gate=Doorway(lambda: orders(self.ledger.desk_entries())),
            readers=readers,
            side_by_side=readers,
        )

    def receive(self, text: str) -> str:
        content = text.encode()
        self.pages.contents[sha256(content).hexdigest()] = content
        return self.ledger.receive(content, case="c-20")

    def run(self, case: str) -> None:
        self.steps.take(case)

    def kinds(self, case: str) -> list[str]:
        return [entry.event.kind for entry in self.ledger.entries(case)]

    def codes(self, case: str) -> list[str]:
        return [reason.code for reason in self.ledger.case(case).reasons]


@pytest.fixture(scope="module")
def readers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def house(readers: ThreadPoolExecutor) -> House:
    return House(readers)


WHOLE = [
    "document_received",
    "document_opened",
    "classified",
    "plan_chosen",
    "reading_made",
    "checked",
    "steps_taken",
    "decided",
]


def test_a_run_ends_in_a_decision_with_each_step_on_the_record(house: House) -> None:
    case = house.receive("bill")
    house.run(case)
    assert house.kinds(case) == WHOLE
    assert house.ledger.case(case).status is Status.STRAIGHT_THROUGH


def test_pages_without_text_are_recognised_and_kept(house: House) -> None:
    case = house.receive("text|scan-a|scan-b")
    house.run(case)
    opened = house.library.opened(house.ledger.case(case).documents[0].sha256)
    assert opened is not None
    assert [page.words[0].text for page in opened.pages] == ["text", "scan-a", "scan-b"]
    event = house.ledger.entries(case)[1].event
    assert isinstance(event, DocumentOpened)
    assert (event.pages, event.text_pages, event.ocr_pages) == (3, 1, 2)


def test_words_that_no_eye_can_see_are_counted_though_the_page_is_read_from_its_picture(house: House) -> None:
    case = house.receive("text|scan-hiding")
    house.run(case)
    opened = house.library.opened(house.ledger.case(case).documents[0].sha256)
    assert opened is not None
    assert [page.hidden_words for page in opened.pages] == [0, 3]
    event = house.ledger.entries(case)[1].event
    assert isinstance(event, DocumentOpened)
    assert event.hidden_words == 3


def test_a_document_that_cannot_be_opened_is_refused_with_its_reason(house: House) -> None:
    case = house.receive("!encrypted")
    house.run(case)
    assert house.kinds(case) == ["document_received", "document_refused", "decided"]
    file = house.ledger.case(case)
    assert file.decision is not None
    assert (file.decision.route, house.codes(case)) == (Route.REFUSE, ["encrypted"])


def test_a_document_refused_at_the_door_is_not_opened(house: House) -> None:
    case = house.receive("bill")
    refused = DocumentRefused(sha256="00", reason=Reason(code="too_large"))
    house.ledger.append([Draft(event=refused, actor=SYSTEM, case=case)])
    house.run(case)
    assert house.pages.opened == 0
    assert house.codes(case) == ["too_large"]


def test_a_page_that_cannot_be_read_brings_the_case_to_a_person(house: House) -> None:
    case = house.receive("text|scan-blurred")
    house.run(case)
    assert house.codes(case) == ["agent_failed"]
    detail = house.ledger.case(case).reasons[0].detail
    assert detail == "page 2: blurred"


def test_a_document_of_which_no_page_can_be_read_is_refused(house: House) -> None:
    case = house.receive("scan-blurred|scan-blurred")
    house.run(case)
    assert house.codes(case) == ["unreadable_document"]


@pytest.mark.parametrize("step", ["classify", "read", "check"])
def test_an_agent_that_fails_brings_the_case_to_a_person(
    readers: ThreadPoolExecutor, step: str, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(readers, fails_at=step)
    case = house.receive("bill")
    house.run(case)
    file = house.ledger.case(case)
    assert file.status is Status.WAITING
    assert "agent_failed" in house.codes(case)
    assert any("failed" in record.message for record in caplog.records)
    caplog.clear()


def test_a_file_that_is_gone_brings_the_case_to_a_person(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    case = house.receive("bill")

    def gone(sha256: str) -> None:
        raise Trouble("The document is gone.")

    monkeypatch.setattr(house.library, "path", gone)
    house.run(case)
    assert house.codes(case)[0] in ("agent_failed", "class_unsure")
    assert "agent_failed" in house.codes(case)
    caplog.clear()


def test_a_desk_that_closes_in_a_step_leaves_it_to_be_taken_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = house.receive("bill")
    with monkeypatch.context() as closing:

        def closed(*_: object) -> Opened:
            raise Closed("ended")

        closing.setattr(house.pages, "open", closed)
        with pytest.raises(Closed):
            house.steps.take(case)
    assert house.kinds(case) == ["document_received"]
    house.run(case)
    assert house.kinds(case) == WHOLE


def test_a_record_that_cannot_be_written_fails_the_step_and_not_the_agent(house: House) -> None:
    case = house.receive("bill")
    house.ledger.broken = True
    with pytest.raises(Trouble, match="cannot be written"):
        house.steps.take(case)
    house.ledger.broken = False
    house.run(case)
    assert house.kinds(case) == WHOLE


def test_a_case_whose_run_is_given_up_waits_for_a_person(house: House) -> None:
    case = house.receive("bill")
    house.steps.give_up(case, "the run was cut off again and again")
    house.steps.give_up(case, "the run was cut off again and again")
    assert house.kinds(case) == ["document_received", "agent_failed", "decided"]
    assert house.ledger.case(case).status is Status.WAITING


@given(st.lists(st.integers(0, 3), max_size=4))
def test_a_run_cut_off_at_any_append_and_taken_again_appends_nothing_twice(cuts: list[int]) -> None:
    """Cut off before or after its n-th append, as a kill would, again and again."""
    with ThreadPoolExecutor(2) as pool:
        house = House(pool)
        case = house.receive("bill|scan")
        for cut in cuts:
            house.ledger.left = cut
            with suppress(Killed):
                house.steps.take(case)
        house.ledger.left = None
        house.steps.take(case)
    assert sorted(house.kinds(case)) == sorted(WHOLE)
    decisions = [e for e in house.ledger.entries(case) if isinstance(e.event, Decided)]
    assert len(decisions) == 1


def test_a_replayed_run_appends_nothing_even_where_the_record_was_not_looked_at(house: House) -> None:
    case = house.receive("bill")
    house.steps.run(case)
    at_hand = house.steps._begun[case]
    house.steps.take(case)
    head = house.ledger.head()
    house.steps._begun[case] = at_hand  # as it stood before
    house.steps.take(case)
    assert house.ledger.head() == head


def test_what_was_read_is_on_the_record_before_the_history_is_asked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = house.receive("bill")
    seen: list[list[str]] = []
    known = house.cases.known

    def asked(*of: Any) -> Known:
        seen.append(house.kinds(case))
        return known(*of)

    monkeypatch.setattr(house.cases, "known", asked)
    house.run(case)
    assert seen == [WHOLE[:5]]


def test_an_unread_page_is_remembered_when_the_step_is_cut_off_before_its_record(house: House) -> None:
    case = house.receive("text|scan-blurred")
    house.ledger.broken = True
    with pytest.raises(Trouble):
        house.steps.take(case)
    house.ledger.broken = False
    house.run(case)
    assert house.codes(case) == ["agent_failed"]


def test_a_class_that_was_found_stands_though_its_reader_failed(
    readers: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(readers, fails_at="read")
    case = house.receive("bill")
    house.run(case)
    assert house.ledger.case(case).klass == "invoice"
    caplog.clear()


def test_a_case_whose_class_a_person_corrected_is_read_and_decided_once_more(
    readers: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(readers, fails_at="check")  # so that it waits for a person
    case = house.receive("a bill")
    house.steps.take(case)
    first = house.steps.run(case)
    corrected = ClassCorrected(klass="claim", before=house.ledger.case(case).klass)
    house.ledger.append([Draft(event=corrected, actor=SYSTEM, case=case)])
    assert house.ledger.case(case).status is Status.RECEIVED
    assert house.steps.run(case) != first
    for _ in range(2):  # a kill may have the second run taken again
        house.steps.take(case)
    file = house.ledger.case(case)
    assert file.klass == "claim"
    assert file.decision is not None
    kinds = [entry.event.kind for entry in house.ledger.entries(case)]
    assert kinds.count("classified") == 1  # nobody contradicts the person
    assert kinds.count("reading_made") == 2
    assert kinds.count("decided") == 2


def test_a_document_that_has_to_be_opened_anew_is_not_while_all_agents_are_stopped(
    readers: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(readers, fails_at="check")  # so that it waits for a person
    case = house.receive("a bill")
    house.steps.take(case)
    corrected = ClassCorrected(klass="claim", before=house.ledger.case(case).klass)
    house.ledger.append([Draft(event=corrected, actor=SYSTEM, case=case)])
    monkeypatch.setattr(house.library, "opened", lambda _: None)  # it has gone with its time
    opened = house.pages.opened
    stopped = WorkStopped(scope=Scope.ALL, name="", how=How.KILL, reason="an audit")
    house.ledger.append([Draft(event=stopped, actor=SYSTEM)])
    with pytest.raises(Held):
        house.steps.take(case)
    assert house.pages.opened == opened
    caplog.clear()

"""Erased is erased: no byte of it is left, that it happened stays provable, and a hold stops it."""

import multiprocessing
import os

import pytest
from tests.store.erasing import (
    FOUND_AS,
    RARE,
    STEPS,
    bytes_of,
    care_of,
    draft,
    erase_and_die,
    fill,
    put,
    traces,
)
from tests.store.killing import views
from tests.store.stories import ADA, CARD, INTAKE, invoice, received, story

from countersign.domain.case import Status, unfold
from countersign.domain.document import MediaType
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    DocumentReceivedAgain,
    Draft,
    Erased,
    MailTakenApart,
)
from countersign.domain.queue import Order, QueueQuery
from countersign.domain.sealed import ERASED
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.erasure import Guard
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.workflow.care import mail_effect


def test_no_byte_of_an_erased_case_is_left_in_the_folder_of_the_desk(home: Home, words: Catalogue) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        fill(store, home)
        assert len(traces(home)) >= 4
        erased = care_of(store).erase("gone", "GDPR-7")
        assert erased.openings > 10
        assert traces(home) == []
        store.rebuild()
        assert traces(home) == []
    assert traces(home) == []


def test_views_after_holds_and_an_erasure_are_those_of_a_rebuild(store: Store, home: Home) -> None:
    fill(store, home, others=3)
    care = care_of(store)
    care.hold("after-1", "matter 1")
    care.hold("after-1", "matter 2")
    care.hold("after-2", "matter 2")
    care.lift("after-1", "matter 1")
    care.erase("gone", "GDPR-7")
    before = views(home)
    store.rebuild()
    assert views(home) == before


def test_an_erased_case_stands_without_its_values_wherever_it_is_read(store: Store, home: Home) -> None:
    fill(store, home, others=2)
    before = unfold(store.entries("gone"))
    care_of(store).erase("gone", "GDPR-7")
    case = unfold(store.entries("gone"))
    assert before and case and case.erasure
    assert case.status is before.status is Status.APPROVED
    assert (case.erasure.order, case.erasure.by) == ("GDPR-7", ADA.name)
    assert {state.reading.value for state in case.fields} == {ERASED}
    assert [d.name for d in case.documents] == [ERASED]
    assert not any(form in repr(store.entries("gone")) for form in FOUND_AS)
    rows = {row.id: row for row in store.page(QueueQuery(order=Order.AMOUNT)).rows}
    row = rows["gone"]
    assert (row.counterparty, row.number, row.amount, row.document) == (None, None, None, ERASED)
    assert row.status is Status.APPROVED
    assert store.page(QueueQuery(text=RARE)).rows == ()
    assert store.known("x", "invoice", {"vendor_name": f"{RARE} & Söhne"}).vendor_cases == 0


def test_what_was_erased_when_and_by_whose_order_is_on_a_record_that_verifies(
    store: Store, home: Home
) -> None:
    fill(store, home, others=2)
    erased = care_of(store).erase("gone", "GDPR-7")
    verdict = store.verify()
    assert verdict.ok, verdict.flaw
    assert verdict.erased == 1
    last = store.entries("gone")[-1]
    assert last.event == erased
    assert (last.actor.id, last.actor.role) == ("ada", "administrator")
    assert erased.signature
    assert (erased.signature.name, erased.signature.meaning) == (ADA.name, "ordered the erasure")


def test_a_hold_stops_the_person_and_the_system_and_names_who_and_which_order(
    store: Store, home: Home
) -> None:
    fill(store, home, others=1)
    care = care_of(store)
    care.hold("gone", "matter 12")
    head = store.head()
    with pytest.raises(Trouble, match=r"held and stays: 'matter 12', placed by Ada Meyer on 20"):
        care.erase("gone", "GDPR-7")
    with pytest.raises(Trouble, match="while the hold 'matter 12' stands"):
        store.append([draft(Erased(order="retention", openings=0, documents=()))])
    assert store.head() == head
    assert traces(home)
    care.lift("gone", "matter 12")
    care.erase("gone", "GDPR-7")
    assert traces(home) == []


def test_the_same_order_is_not_placed_twice_nor_lifted_twice(store: Store, home: Home) -> None:
    fill(store, home, others=0)
    care = care_of(store)
    care.hold("gone", "matter 12")
    with pytest.raises(Trouble, match="stands on this case already"):
        care.hold("gone", "matter  12")
    care.lift("gone", "matter 12")
    with pytest.raises(Trouble, match="there stands none"):
        care.lift("gone", "matter 12")


@pytest.mark.parametrize("order", ["", "  ", "x" * 201, f"request of {RARE} & Söhne", "two\u202elines"])
def test_an_order_that_says_nothing_or_tells_of_the_content_is_refused(
    store: Store, home: Home, order: str
) -> None:
    fill(store, home, others=0)
    care = care_of(store)
    for act in (care.hold, care.erase):
        with pytest.raises(Trouble, match=r"[Nn]ame .* (order|reference)"):
            act("gone", order)


def test_an_erased_case_takes_no_more_records_of_any_kind(store: Store, home: Home) -> None:
    fill(store, home, others=0)
    care_of(store).erase("gone", "GDPR-7")
    head = store.head()
    again = DocumentReceivedAgain(sha256="ab" * 32, channel="test", name="x")
    for event in (again, Erased(order="more", openings=0, documents=())):
        with pytest.raises(Trouble, match="was erased before"):
            store.append([draft(event)])
    with pytest.raises(Trouble, match=r"was erased on 20\d\d-.* by the order 'GDPR-7'"):
        care_of(store).hold("gone", "too late")
    assert store.head() == head


def test_a_case_that_waits_is_not_erased(store: Store) -> None:
    store.append(story("c1", invoice(1)))
    with pytest.raises(Trouble, match="is not settled"):
        care_of(store).erase("c1", "GDPR-7")
    with pytest.raises(Trouble, match="is not settled"):
        store.append([draft(Erased(order="retention", openings=0, documents=()), "c1")])


def test_an_erasure_that_miscounts_what_it_takes_is_not_recorded(store: Store, home: Home) -> None:
    fill(store, home, others=0)
    with pytest.raises(Trouble, match="something else happened"):
        store.append([draft(Erased(order="retention", openings=3, documents=()))])


def test_a_document_stays_while_a_case_that_is_not_erased_needs_the_same_bytes(store: Store) -> None:
    first = put(store, "one", invoice(1), content=b"same")
    assert put(store, "two", invoice(2), content=b"same") == first
    care = care_of(store)
    assert care.erase("one", "GDPR-7").documents == ()
    assert store.library.path(first).read_bytes() == b"same"
    assert store.library.opened(first)
    assert care.erase("two", "GDPR-7").documents == (first,)
    with pytest.raises(Trouble, match="is gone"):
        store.library.path(first)
    assert store.library.opened(first) is None


def test_a_mail_goes_with_the_last_of_its_cases_and_so_does_its_subject(store: Store, home: Home) -> None:
    mail = store.library.keep(RARE.encode(), MediaType.MAIL, "mail.eml").sha256
    documents = tuple(put(store, case, invoice(1), within=mail) for case in ("one", "two"))
    apart = MailTakenApart(sha256=mail, subject=RARE, sender="x", taken=documents, set_aside=(RARE,))
    store.append([Draft(event=apart, actor=INTAKE, case="mail", effect=mail_effect(mail))])
    care = care_of(store)
    assert care.erase("one", "GDPR-7").documents == (documents[0],)
    assert store.library.path(mail).exists()
    assert RARE in repr(store.entries("mail"))
    care.erase("two", "GDPR-8")
    last = store.entries("mail")[-1].event
    assert isinstance(last, Erased)
    assert (last.order, last.documents, last.openings) == ("GDPR-8", (mail,), 3)
    assert traces(home, "two") == []
    verdict = store.verify()
    assert verdict.ok, verdict.flaw
    assert verdict.erased == 3


def test_a_mail_that_came_again_after_its_case_was_erased_goes_as_well(store: Store) -> None:
    mail = store.library.keep(b"mail", MediaType.MAIL, "mail.eml").sha256
    for life in ("one", "one-2"):
        document = put(store, life, invoice(1), content=b"part", within=mail)
        apart = MailTakenApart(sha256=mail, subject="x", sender="x", taken=(document,), set_aside=())
        store.append([Draft(event=apart, actor=INTAKE, case="mail", effect=mail_effect(mail))])
        store.library.keep(b"mail", MediaType.MAIL, "mail.eml")
        care_of(store).erase(life, "GDPR-7")
        with pytest.raises(Trouble, match="is gone"):
            store.library.path(mail)
    assert store.verify().ok


# -- whoever gets around the rules -------------------------------------------------------------------


def test_verification_names_an_erasure_that_was_recorded_while_a_hold_stood(
    store: Store, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, home, others=0)
    care_of(store).hold("gone", "matter 12")
    monkeypatch.setattr(Guard, "admit", lambda *_: None)
    made = store.append([draft(Erased(order="retention", openings=0, documents=()))])
    verdict = store.verify()
    assert verdict.flaw_at == made[0].seq
    assert "it erases the case gone while the hold 'matter 12' stands" in str(verdict.flaw)


def test_verification_names_a_record_of_a_case_that_was_erased_before(
    store: Store, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, home, others=0)
    care_of(store).erase("gone", "GDPR-7")
    monkeypatch.setattr(Guard, "admit", lambda *_: None)
    erased = store.entries("gone")[-1]
    store.append([draft(DocumentReceivedAgain(sha256="ab" * 32, channel="test", name="x"))])
    verdict = store.verify()
    assert verdict.flaw_at == erased.seq
    assert "records of that case come after it" in str(verdict.flaw)


def test_content_that_went_without_an_erasure_on_record_is_a_flaw(store: Store, home: Home) -> None:
    fill(store, home, others=0)
    care_of(store).erase("gone", "GDPR-7")
    put(store, "lost", invoice(3))
    with store._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM case_keys WHERE subject = 'lost'")
    verdict = store.verify()
    assert verdict.flaw_at == store.entries("lost")[0].seq
    assert "no erasure is on record" in str(verdict.flaw)


def test_while_one_program_erases_another_waits_or_leaves_it_alone(store: Store, home: Home) -> None:
    fill(store, home, others=0)
    with store.library.erasing():
        store.library.note_under_way({})
        assert not store.eraser.finish()
        with pytest.raises(Trouble, match="is erasing cases"), store.library.erasing(patience=0.05):
            pass
    assert store.eraser.finish()
    assert store.library.under_way() is None


def test_a_note_that_cannot_be_read_is_told_and_keeps_no_desk_shut(
    home: Home, words: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    open_store(home, agents=[CARD], person=ADA, words=words).close()
    (home.root / "erasing.json").write_bytes(b"{")
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.verify().ok
    assert "An erasure is not finished" in caplog.text


def test_traces_of_a_document_stay_while_agents_work_on_it(store: Store) -> None:
    document = put(store, "one", invoice(1), content=b"same")
    again = received(content="same")
    store.append([Draft(event=again, actor=INTAKE, case="two")])
    assert store.eraser.forget_traces([document]) == 0
    assert store.library.opened(document)


# -- crashes --------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9 and a fork server")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_kill_9_at_any_step_leaves_a_case_not_erased_or_erased_whole(
    home: Home, words: Catalogue, step: str, when: str
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        fill(store, home, others=4)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.store.erasing"])
    process = processes.Process(target=erase_and_die, args=(home.root, words, step, when))
    process.start()
    process.join(30)
    assert process.exitcode == -9
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        case = unfold(store.entries("gone"))
        assert case is not None
        if case.erasure is None:
            assert case.value("vendor_name") == f"{RARE} & Söhne"
            assert store.library.path(case.documents[0].sha256).read_bytes() == bytes_of("gone")
            care_of(store).erase("gone", "GDPR-8")
        assert traces(home) == []
        assert not (home.root / "erasing.json").exists()
        assert store.verify().ok
        before = views(home)
        store.rebuild()
        assert views(home) == before

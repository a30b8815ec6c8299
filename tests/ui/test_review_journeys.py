"""A person works through a case by keys and mouse; every act lands on the record, and nothing else does."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk

from countersign.domain.case import Status
from countersign.domain.event import Act, FieldReviewed, Rule
from countersign.insight.tell import Teller
from countersign.settings.catalogue import load
from countersign.ui.look import words
from countersign.ui.look.marks import Mark
from countersign.ui.models import review_session
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.reject_view import RejectDialog

Open = Callable[..., DeskWindow]
DOUBTFUL = "case-0012"
CTRL = Qt.KeyboardModifier.ControlModifier


def key(qtbot: QtBot, pressed: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, pressed, held)


def type_in(qtbot: QtBot, text: str) -> None:
    focused = QApplication.focusWidget()
    assert isinstance(focused, QLineEdit)
    qtbot.keyClicks(focused, text)


def field(window: DeskWindow, name: str) -> int:
    row = window.review.fields.row_of(name)
    assert row is not None
    return row


def acts(small: SmallDesk, case: str = DOUBTFUL) -> list[tuple[str, Act]]:
    events = [entry.event for entry in small.history(case)]
    return [(event.field, event.act) for event in events if isinstance(event, FieldReviewed)]


def shown(window: DeskWindow, name: str) -> str:
    return window.review.fields.lines[field(window, name)].text


def test_opening_a_case_claims_it_and_focuses_the_first_field_that_needs_a_person(
    review: Open, small: SmallDesk
) -> None:
    window = review()
    assert small.case(DOUBTFUL).claimed_by == small.person.id
    line = window.review.list.line
    assert line is not None
    assert line.needs_person
    assert line.name == "invoice_number"


def test_leaving_a_case_releases_it(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    review()
    key(qtbot, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: small.case(DOUBTFUL).claimed_by is None)


def test_enter_confirms_and_goes_to_the_next_field_that_needs_a_person(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: acts(small) == [("invoice_number", Act.CONFIRMED)])
    line = window.review.list.line
    assert line is not None
    assert line.name == "invoice_date"
    qtbot.waitUntil(lambda: window.review.fields.lines[field(window, "invoice_number")].mark is Mark.CHECK)


@pytest.mark.parametrize("way", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Down, Qt.Key.Key_Up])
def test_leaving_a_field_never_confirms_it(review: Open, small: SmallDesk, qtbot: QtBot, way: Qt.Key) -> None:
    window = review()
    before = window.review.list.row
    key(qtbot, way)
    assert window.review.list.row != before
    window.close()
    assert acts(small) == []


def test_tab_out_of_an_edit_keeps_a_draft_that_is_no_value(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    before = shown(window, "invoice_number")
    key(qtbot, Qt.Key.Key_F2)
    type_in(qtbot, "X-1")
    key(qtbot, Qt.Key.Key_Tab)
    assert not window.review.list.is_editing
    assert window.review.fields.draft(field(window, "invoice_number")) == "X-1"
    assert shown(window, "invoice_number") == before
    window.close()
    assert acts(small) == []


def test_a_draft_comes_back_with_its_case(review: Open, qtbot: QtBot) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_F2)
    type_in(qtbot, "X-2")
    window.show_queue()
    review("case-0000")
    assert window.review.fields.draft(field(window, "invoice_number")) is None
    review()
    assert window.review.fields.draft(field(window, "invoice_number")) == "X-2"


def test_escape_drops_the_edit_and_stays_on_the_case(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_F2)
    type_in(qtbot, "nonsense")
    key(qtbot, Qt.Key.Key_Escape)
    assert not window.review.list.is_editing
    assert window.review.fields.draft(window.review.list.row) is None
    assert window.screens.currentWidget() is window.review
    assert acts(small) == []


def test_a_typed_value_is_recorded_as_a_correction(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_F2)
    type_in(qtbot, "INV-77")
    key(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: acts(small) == [("invoice_number", Act.CORRECTED)])
    qtbot.waitUntil(lambda: shown(window, "invoice_number") == "INV-77")
    assert window.review.fields.lines[field(window, "invoice_number")].mark is Mark.PENCIL


def test_a_missed_field_can_be_added(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    window.review.list.focus_row(field(window, "invoice_date"))
    key(qtbot, Qt.Key.Key_F2)
    type_in(qtbot, "2026-10-15")
    key(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: acts(small) == [("invoice_date", Act.ADDED)])
    qtbot.waitUntil(lambda: shown(window, "invoice_date") == "15 Oct 2026")


def test_a_value_that_is_refused_comes_back_into_its_editor(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_F2)
    type_in(qtbot, "what?")
    key(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.review.list.is_editing)
    assert window.review.list.row == field(window, "invoice_number")
    focused = QApplication.focusWidget()
    assert isinstance(focused, QLineEdit)
    assert focused.text() == "what?"
    assert "cannot be a value" in window.status.text
    assert acts(small) == []


def test_a_digit_takes_the_alternative(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    wanted = window.review.list.line
    assert wanted is not None
    key(qtbot, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: acts(small) == [("invoice_number", Act.CORRECTED)])
    qtbot.waitUntil(lambda: shown(window, "invoice_number") == wanted.alternatives[1][0])
    state = small.case(DOUBTFUL).field("invoice_number")
    assert state is not None
    assert state.reading.evidence == wanted.others[1].evidence


def test_digits_and_letters_do_not_act_while_a_value_is_typed(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_F2)
    type_in(qtbot, "12nirzf?")
    assert window.review.list.is_editing
    focused = QApplication.focusWidget()
    assert isinstance(focused, QLineEdit)
    assert focused.text() == "12nirzf?"
    assert window.findChildren(QDialog) == []
    assert small.acts.calls == ["claim"]


def test_clicking_an_alternative_takes_it(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    fields = window.review.list
    row = fields.visualRect(fields.currentIndex())
    qtbot.mouseClick(
        fields.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(row.left() + 120, row.bottom() - 18)
    )
    qtbot.waitUntil(lambda: acts(small) == [("invoice_number", Act.CORRECTED)])


@pytest.mark.parametrize(
    ("pressed", "act", "mark"),
    [(Qt.Key.Key_N, Act.NOT_PRESENT, Mark.DASH), (Qt.Key.Key_I, Act.ILLEGIBLE, Mark.HATCH)],
)
def test_a_field_can_be_declared(
    review: Open, small: SmallDesk, qtbot: QtBot, *, pressed: Qt.Key, act: Act, mark: Mark
) -> None:
    window = review()
    key(qtbot, pressed)
    qtbot.waitUntil(lambda: acts(small) == [("invoice_number", act)])
    qtbot.waitUntil(lambda: window.review.fields.lines[field(window, "invoice_number")].mark is mark)


def test_undo_takes_the_last_act_back_by_a_compensating_event(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(acts(small)) == 1)
    key(qtbot, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: acts(small)[-1] == ("invoice_number", Act.REOPENED))
    assert window.review.list.row == field(window, "invoice_number")
    qtbot.waitUntil(lambda: window.review.fields.lines[window.review.list.row].needs_person)


def test_undo_with_nothing_done_says_so_and_records_nothing(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_Z, CTRL)
    assert window.status.text == words.NOTHING_TO_UNDO
    assert acts(small) == []


def test_approving_too_early_points_to_the_field_that_needs_the_person(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    window.review.list.focus_row(0)
    key(qtbot, Qt.Key.Key_Return, CTRL)
    assert window.review.list.row == field(window, "invoice_number")
    assert "Invoice number" in window.status.text
    assert small.case(DOUBTFUL).status is Status.WAITING


def test_approving_a_settled_case_opens_the_next_that_needs_a_person(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_Return)
    type_date(window, qtbot)
    window.review.list.focus_row(field(window, "gross_total"))
    key(qtbot, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.review.fields.needing() == ())
    key(qtbot, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: small.case(DOUBTFUL).status is Status.APPROVED)
    qtbot.waitUntil(lambda: window.session.case is not None and window.session.case.id != DOUBTFUL)
    following = window.session.case
    assert following is not None
    assert following.status is Status.WAITING
    qtbot.waitUntil(lambda: small.case(following.id).claimed_by == small.person.id)


def type_date(window: DeskWindow, qtbot: QtBot) -> None:
    window.review.list.focus_row(field(window, "invoice_date"))
    key(qtbot, Qt.Key.Key_F2)
    type_in(qtbot, "2026-10-15")
    key(qtbot, Qt.Key.Key_Return)


def test_rejecting_takes_a_reason_by_digit_and_a_note(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_R)
    dialog = window.findChild(RejectDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    wanted = dialog.list.item(1).text()
    qtbot.keyClick(dialog.list, Qt.Key.Key_2)
    note = dialog.findChild(QLineEdit)
    assert note is not None
    qtbot.keyClicks(note, "ask them 1 more time")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: small.case(DOUBTFUL).status is Status.REJECTED)
    rejected = small.history(DOUBTFUL)[-1].event
    reason = getattr(rejected, "reason", None)
    assert reason is not None
    assert reason.detail == "ask them 1 more time"
    assert small.catalogue.say(reason)[0] in wanted


def test_dismissing_the_reject_dialog_rejects_nothing(review: Open, small: SmallDesk, qtbot: QtBot) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_R)
    dialog = window.findChild(RejectDialog)
    assert dialog is not None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert small.case(DOUBTFUL).status is Status.WAITING


def test_a_case_that_another_person_holds_is_read_only(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    held = next(row.id for row in small.page(window.queue.model.query).rows if row.claimed_by == "omar")
    window.open_case(held)
    qtbot.waitUntil(lambda: "omar holds this case" in window.status.text)
    qtbot.waitUntil(lambda: window.session.case is not None)
    key(qtbot, Qt.Key.Key_Return)
    key(qtbot, Qt.Key.Key_F2)
    assert not window.review.list.is_editing
    assert not window.review.top.approve_button.isEnabled()
    window.close()
    assert acts(small, held) == []
    assert small.case(held).claimed_by == "omar"


def test_a_settled_case_is_read_only_and_never_claimed(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    settled = next(f"case-{n:04d}" for n in range(40) if small.case(f"case-{n:04d}").status.is_settled)
    window.open_case(settled)
    qtbot.waitUntil(lambda: len(window.session.history) > 0)
    assert not window.session.is_mine
    assert small.acts.calls == []


def test_an_unreadable_document_opens_with_its_reason_and_can_be_rejected(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review("case-0011")
    case = window.session.case
    assert case is not None
    assert small.catalogue.say(case.reasons[0])[0] in window.review.tabs.why.toPlainText()
    key(qtbot, Qt.Key.Key_R)
    dialog = window.findChild(RejectDialog)
    assert dialog is not None
    dialog.accept()
    qtbot.waitUntil(lambda: small.case("case-0011").status is Status.REJECTED)


def test_what_another_desk_records_shows_without_losing_the_place(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    window.review.list.focus_row(field(window, "gross_total"))
    small.acts.confirm(DOUBTFUL, "iban")
    qtbot.waitUntil(lambda: window.review.fields.lines[field(window, "iban")].mark is Mark.CHECK)
    assert window.review.list.row == field(window, "gross_total")


def test_what_another_desk_records_does_not_touch_what_is_typed(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    key(qtbot, Qt.Key.Key_F2)
    type_in(qtbot, "half a val")
    small.acts.confirm(DOUBTFUL, "invoice_number")
    qtbot.waitUntil(lambda: window.review.fields.lines[field(window, "invoice_number")].mark is Mark.CHECK)
    focused = QApplication.focusWidget()
    assert isinstance(focused, QLineEdit)
    assert focused.text() == "half a val"


def test_activity_keeps_the_claim_and_no_more_often_than_needed(
    review: Open, small: SmallDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = review()
    claims = small.acts.calls.count("claim")
    key(qtbot, Qt.Key.Key_Tab)
    monkeypatch.setattr(review_session, "RENEW", 0)
    key(qtbot, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: small.acts.calls.count("claim") == claims + 1)
    window.session.leave()
    window.session.keep()
    qtbot.waitUntil(lambda: small.case(DOUBTFUL).claimed_by is None)
    assert small.acts.calls.count("claim") == claims + 1


def test_the_rules_that_had_a_say_are_told_in_words_of_the_desk(review: Open) -> None:
    window = review()
    case = window.session.case
    assert case is not None
    teller = Teller(load(), "en", case)
    said = teller.rule(Rule(rule="fields.thresholds", said="below: gross_total needs 0.99"))
    assert said == ("How sure the agents must be", "below: Gross total needs 0.99")
    assert teller.rule(Rule(rule="checkers", said="totals_disagree"))[1] == "Totals disagree"
    assert teller.rule(Rule(rule="mode: human_in_the_loop", said="a person decides"))[0].endswith(
        "human in the loop"
    )

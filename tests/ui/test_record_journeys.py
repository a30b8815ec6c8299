"""The screen of the record by keys and mouse: checked, stopped, damaged, and back to where one was."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk
from tests.ui.conftest import DOUBTFUL
from tests.ui.test_desk_window import nameless

from countersign.ui.bridge.stall import StallMeter
from countersign.ui.look import record_words as said
from countersign.ui.models.standing import State
from countersign.ui.views.care_view import CareDialog, Kind
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.explain_view import ExplainDialog
from countersign.ui.views.export_view import ExportDialog
from countersign.ui.views.keys_view import KeysDialog

Open = Callable[..., DeskWindow]
CTRL = Qt.KeyboardModifier.ControlModifier


def shown(window: DeskWindow, kind: type[QDialog], qtbot: QtBot) -> QDialog:
    """Wait for a dialog of a kind."""
    found: list[QDialog] = []

    def there() -> bool:
        found[:] = [dialog for dialog in window.findChildren(kind) if dialog.isVisible()]
        return bool(found)

    qtbot.waitUntil(there)
    return found[0]


@pytest.fixture
def record(window: DeskWindow, qtbot: QtBot) -> DeskWindow:
    qtbot.waitUntil(lambda: window.standing.standing is not None)
    qtbot.keyClick(window.queue.table, Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: window.screens.currentWidget() is window.record)
    qtbot.waitUntil(lambda: window.record.session.custody is not None)
    return window


def test_escape_goes_back_to_the_queue_and_its_keys(record: DeskWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(record.record.verify_button, Qt.Key.Key_Escape)
    assert record.screens.currentWidget() is record.queue
    assert QApplication.focusWidget() is record.queue.table


def test_the_chip_leads_there_and_back_to_the_open_case(review: Open, qtbot: QtBot) -> None:
    window = review()
    qtbot.mouseClick(window.review.top.chip, Qt.MouseButton.LeftButton)
    assert window.screens.currentWidget() is window.record
    qtbot.keyClick(window.record, Qt.Key.Key_Escape)
    assert window.screens.currentWidget() is window.review
    assert window.session.case is not None
    assert window.session.case.id == DOUBTFUL
    assert window.session.is_mine


def test_v_checks_the_record_and_says_what_a_layman_understands(record: DeskWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(record.record.verify_button, Qt.Key.Key_V)
    qtbot.waitUntil(lambda: record.record.said.startswith("The record is whole."))
    assert "none was changed, removed, added or moved" in record.record.said
    assert record.status.text == said.VERIFY_HELD


def test_a_check_tells_how_far_it_is_and_can_be_stopped(
    record: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.record.go_on.clear()
    record.record.session.verify()
    qtbot.waitUntil(record.record.stop_button.isVisible)
    assert not record.record.verify_button.isVisible()
    qtbot.waitUntil(lambda: "checking" in record.queue.bar.chip.said)
    qtbot.mouseClick(record.record.stop_button, Qt.MouseButton.LeftButton)
    small.record.go_on.set()
    qtbot.waitUntil(lambda: record.status.text == said.VERIFY_STOPPED)
    assert small.record.checks == []
    assert record.record.verify_button.isVisible()


def test_damage_names_the_first_wrong_record_on_every_screen(
    record: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.record.flaw = "Record 77: its signature is wrong."
    qtbot.mouseClick(record.record.verify_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Record 77" in record.record.said)
    assert "The 76 records before it are good." in record.record.said
    assert record.standing.told.state is State.DAMAGED
    assert said.CHIP_DAMAGED in record.queue.bar.chip.said
    assert said.CHIP_DAMAGED in record.review.top.chip.said


def test_a_check_that_meets_trouble_says_so_and_notes_nothing(
    record: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.record.trouble = "The disk is gone. Bring it back."
    record.record.session.verify()
    qtbot.waitUntil(lambda: record.status.text == "The disk is gone. Bring it back.")
    assert not record.record.session.job.is_running
    assert small.record.checks == []


def test_closing_the_window_ends_a_check_that_runs(
    record: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.record.go_on.clear()
    record.record.session.verify()
    qtbot.waitUntil(lambda: record.record.session.job.is_running)
    record._desk.closing.connect(small.record.go_on.set)
    record.close()
    assert small.record.ended.is_set()
    assert small.record.checks == []


def test_the_window_stays_answering_while_a_check_runs(
    record: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    meter = StallMeter(record)
    meter.start()
    record.record.session.verify()
    qtbot.waitUntil(lambda: bool(small.record.checks))
    assert meter.stop() < 50


def test_the_sheet_of_keys_is_that_of_the_record(record: DeskWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(record.record.verify_button, Qt.Key.Key_Question)
    sheet = shown(record, KeysDialog, qtbot)
    assert "Verify now" in [label.text() for label in sheet.findChildren(type(record.record._title))]
    sheet.reject()


def test_every_control_of_the_record_and_its_dialogs_has_an_accessible_name(
    record: DeskWindow, qtbot: QtBot
) -> None:
    record.errands.export(None)
    export = shown(record, ExportDialog, qtbot)
    record.errands.explain(DOUBTFUL)
    explain = shown(record, ExplainDialog, qtbot)
    for screen in (record.record, export, explain):
        assert nameless(screen) == []
    explain.reject()
    export.reject()


# -- explain ------------------------------------------------------------------------------------------------


def explained(window: DeskWindow, qtbot: QtBot) -> ExplainDialog:
    dialog = shown(window, ExplainDialog, qtbot)
    assert isinstance(dialog, ExplainDialog)
    return dialog


def test_x_explains_the_case_under_the_cursor(window: DeskWindow, qtbot: QtBot) -> None:
    case = window.queue.current
    qtbot.keyClick(window.queue.table, Qt.Key.Key_X)
    dialog = explained(window, qtbot)
    assert dialog.explanation.case == case
    text = dialog.page.toPlainText()
    for head in ("Who decided", "Document", "Policy", "Agents", "Evidence", "What happened", "To object"):
        assert head in text
    dialog.reject()


def test_a_field_of_the_explanation_leads_to_the_field_of_its_case(window: DeskWindow, qtbot: QtBot) -> None:
    window.errands.explain(DOUBTFUL)
    dialog = explained(window, qtbot)
    dialog.page.anchorClicked.emit("field:due_date/0")
    qtbot.waitUntil(lambda: window.session.case is not None and window.session.case.id == DOUBTFUL)
    line = window.review.list.line
    assert line is not None
    assert line.name == "due_date"
    assert [one for one in window.findChildren(ExplainDialog) if one.isVisible()] == []


def test_a_place_of_the_explanation_is_pointed_at_on_the_page(
    review: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = review()
    pointed: list[int] = []
    monkeypatch.setattr(window.review.page, "point_at", lambda page, box: pointed.append(page))
    qtbot.keyClick(window.review.list, Qt.Key.Key_X)
    dialog = explained(window, qtbot)
    at = next(at for at, field in enumerate(dialog.explanation.fields) if field.place)
    dialog.page.anchorClicked.emit(f"place:{at}")
    qtbot.waitUntil(lambda: pointed == [0])


def test_the_explanation_is_saved_off_the_ui_thread(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    window.errands.explain(DOUBTFUL)
    dialog = explained(window, qtbot)
    dialog.save(tmp_path / "why.pdf")
    qtbot.waitUntil(lambda: window.status.text == f"Saved as {tmp_path / 'why.pdf'}.")
    assert small.saved == [tmp_path / "why.pdf"]
    dialog.save(tmp_path / "nowhere" / "why.pdf")
    qtbot.waitUntil(lambda: window.status.text.startswith("There is no folder"))
    dialog.reject()


def test_what_a_document_says_cannot_become_markup_of_the_page(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.acts.correct(DOUBTFUL, "vendor_name", "<b>Evil</b> <img src=x>")
    window.errands.explain(DOUBTFUL)
    dialog = explained(window, qtbot)
    assert "<b>Evil</b> <img src=x>" in dialog.page.toPlainText()
    dialog.reject()


# -- export -------------------------------------------------------------------------------------------------


def exporting(window: DeskWindow, qtbot: QtBot) -> ExportDialog:
    dialog = shown(window, ExportDialog, qtbot)
    assert isinstance(dialog, ExportDialog)
    qtbot.waitUntil(lambda: dialog.session.preview is not None)
    return dialog


def test_the_preview_follows_every_choice(record: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    qtbot.keyClick(record.record.verify_button, Qt.Key.Key_E)
    dialog = exporting(record, qtbot)
    assert "40 cases" in dialog.preview.toPlainText()
    qtbot.mouseClick(dialog.form.documents, Qt.MouseButton.LeftButton)
    assert not dialog.export_button.isEnabled()
    qtbot.waitUntil(lambda: "Documents of the cases" in dialog.preview.toPlainText())
    stays = dialog.preview.toPlainText().partition("Stays here")[2]
    assert "Documents" in stays
    scope, withhold = small.record.previewed[-1]
    assert scope.terms == {}
    assert withhold.terms == ("documents",)
    dialog.reject()


def test_the_choices_become_the_scope(record: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    record.errands.export(None)
    dialog = exporting(record, qtbot)
    qtbot.waitUntil(lambda: dialog.form.person.count() > 1)
    form = dialog.form
    form.klass.setCurrentIndex(form.klass.findData("invoice"))
    form.agent.setCurrentIndex(form.agent.findData("reader.local@1"))
    form.person.setCurrentIndex(form.person.findData("petra"))
    form.policy.setCurrentIndex(form.policy.findData("ab" * 32))
    form.period.setCurrentIndex(form.period.findData("last_year"))
    scope = form.wish().scope
    year = scope.since.year if scope.since else 0
    assert scope.terms == {
        "since": f"{year}-01-01",
        "until": f"{year}-12-31",
        "class": "invoice",
        "agent": "reader.local@1",
        "person": "petra",
        "policy": "ab" * 32,
    }
    dialog.reject()


def test_a_scope_without_cases_cannot_be_exported(record: DeskWindow, qtbot: QtBot) -> None:
    record.errands.export(None)
    dialog = exporting(record, qtbot)
    dialog.form.klass.setCurrentIndex(dialog.form.klass.findData("kyb"))
    qtbot.waitUntil(lambda: dialog.preview.toPlainText() == said.NO_CASES_FIT)
    assert not dialog.export_button.isEnabled()
    dialog.reject()


def test_this_case_is_exported_and_the_fingerprint_is_there_to_tell(
    review: Open, small: SmallDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    window = review()
    window.errands.export(window.session.case)
    dialog = exporting(window, qtbot)
    dialog.target.setText(str(tmp_path / "case"))
    qtbot.keyClick(dialog.target, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.session.bundle is not None)
    assert small.record.exported[0][0].case == (DOUBTFUL,)
    told = dialog.finished_page.toPlainText()
    assert str(tmp_path / "case.zip") in told
    assert " ".join(["3f9a", "1c0b"] * 8) in told
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == " ".join(["3f9a", "1c0b"] * 8)
    dialog.reject()


def test_a_stopped_export_leaves_nothing_behind(
    record: DeskWindow, small: SmallDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    record.errands.export(None)
    dialog = exporting(record, qtbot)
    dialog.target.setText(str(tmp_path / "all.zip"))
    small.record.go_on.clear()
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.stop_button.isVisible)
    assert not dialog.form.isEnabled()
    dialog.reject()
    small.record.go_on.set()
    qtbot.waitUntil(lambda: record.status.text == said.EXPORT_STOPPED)
    assert list(tmp_path.iterdir()) == []


def test_trouble_with_the_target_is_said_and_the_choice_stays(
    record: DeskWindow, small: SmallDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    small.record.trouble = "The disk is full. Make room."
    record.errands.export(None)
    dialog = exporting(record, qtbot)
    dialog.target.setText(str(tmp_path / "all.zip"))
    dialog.begin()
    qtbot.waitUntil(lambda: dialog.session.trouble == "The disk is full. Make room.")
    assert dialog._state.text() == "The disk is full. Make room."
    assert dialog.export_button.isEnabled()
    dialog.reject()


# -- room ---------------------------------------------------------------------------------------------------


def cut_off(screen: QWidget) -> list[str]:
    """Return the labels and buttons that are smaller than what they say."""
    found = []
    for part in screen.findChildren(QWidget):
        if not isinstance(part, QLabel | QAbstractButton) or not part.isVisible() or not part.text():
            continue
        wraps = isinstance(part, QLabel) and part.wordWrap()
        wanted = part.heightForWidth(part.width()) if wraps else part.sizeHint().height()
        if part.height() < wanted or (not wraps and part.width() < part.sizeHint().width()):
            found.append(part.text())
    return found


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
def test_no_word_of_the_record_and_its_dialogs_is_cut_off(
    record: DeskWindow, small: SmallDesk, qtbot: QtBot, size: tuple[int, int]
) -> None:
    small.record.flaw = "Record 77: its signature is wrong."
    record.resize(*size)
    record.record.session.verify()
    qtbot.waitUntil(lambda: "Record 77" in record.record.said)
    qtbot.waitUntil(lambda: cut_off(record.record) == [])
    record.errands.export(None)
    dialog = exporting(record, qtbot)
    dialog.form.period.setCurrentIndex(dialog.form.period.findData("chosen"))
    qtbot.waitUntil(lambda: cut_off(dialog) == [])
    assert dialog.width() <= size[0]
    assert dialog.height() <= size[1]
    dialog.reject()


@pytest.mark.parametrize("kind", list(Kind))
def test_no_word_of_a_care_is_cut_off(review: Open, small: SmallDesk, qtbot: QtBot, kind: Kind) -> None:
    small.care.hold(DOUBTFUL, "Matter 1")
    window = review()
    qtbot.waitUntil(lambda: window.session.case is not None and bool(window.session.case.holds))
    window.care(kind)
    dialog = shown(window, CareDialog, qtbot)
    qtbot.waitUntil(lambda: cut_off(dialog) == [])
    dialog.reject()

"""The window as a whole: queue by keys, documents in, calm progress, every control with a name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLineEdit,
    QProgressBar,
    QWidget,
)
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk

from countersign.domain.case import Status
from countersign.ui.app import make_window
from countersign.ui.bridge.stall import StallMeter
from countersign.ui.look import words
from countersign.ui.look.theme import Scheme, Theme
from countersign.ui.models.queue_model import QueueRole
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.keys_view import KeysDialog
from countersign.ui.views.reject_view import RejectDialog

Open = Callable[..., DeskWindow]
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QAbstractScrollArea, QProgressBar)
CTRL = Qt.KeyboardModifier.ControlModifier


def nameless(screen: QWidget) -> list[str]:
    """Return the controls that a person can meet and a screen reader could not name."""
    return [
        f"{control.metaObject().className()} {control.objectName()}"
        for control in screen.findChildren(QWidget)
        if isinstance(control, CONTROLS)
        and control.metaObject().className() not in INNER
        and not control.objectName().startswith("qt_")
        and not isinstance(control.parent(), QComboBox)
        and not control.accessibleName()
    ]


INNER = ("QHeaderView", "QTableCornerButton", "QComboBoxPrivateContainer", "QLineEditIconButton")


def statuses(window: DeskWindow) -> set[Status]:
    model = window.queue.model
    return {model.index(row, 0).data(QueueRole.STATUS) for row in range(model.rowCount())}


def test_every_control_of_every_screen_has_an_accessible_name(review: Open, qtbot: QtBot) -> None:
    window = review()
    reject = RejectDialog((("other", "Other"),), window)
    keys = KeysDialog(words.KEYS_QUEUE, window)
    for screen in (window.queue, window.review, window.status, reject, keys):
        assert nameless(screen) == []


def test_enter_opens_the_case_under_the_cursor(window: DeskWindow, qtbot: QtBot) -> None:
    chosen = window.queue.current
    qtbot.keyClick(window.queue.table, Qt.Key.Key_Down)
    below = window.queue.current
    assert below not in (None, chosen)
    qtbot.keyClick(window.queue.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.case is not None)
    assert window.session.case is not None
    assert window.session.case.id == below


@pytest.mark.parametrize("tab", range(len(words.TABS)))
def test_ctrl_and_a_digit_choose_a_tab(window: DeskWindow, qtbot: QtBot, tab: int) -> None:
    wanted = set(words.TABS[tab][1])
    window.queue.filters.choose_tab((tab + 1) % len(words.TABS))
    qtbot.keyClick(window.queue.table, Qt.Key(Qt.Key.Key_1 + tab), CTRL)
    assert window.queue.filters.tabs.checkedId() == tab
    qtbot.waitUntil(lambda: not window.queue.model.is_busy)
    assert statuses(window) == wanted or (not wanted and len(statuses(window)) > 2)


def test_tabs_carry_their_counts(window: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    waiting = small.counts().by_status[Status.WAITING]
    qtbot.waitUntil(lambda: window.queue.filters.tabs.button(0).text() == f"To do  {waiting}")


def test_the_search_narrows_the_queue_and_escape_widens_it_again(window: DeskWindow, qtbot: QtBot) -> None:
    before = window.queue.model.rowCount()
    search = window.queue.filters.search
    qtbot.keyClick(window.queue.table, Qt.Key.Key_F, CTRL)
    assert QApplication.focusWidget() is search
    qtbot.keyClicks(search, "fjord")
    qtbot.waitUntil(lambda: 0 < window.queue.model.rowCount() < before)
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == before)


def test_a_queue_with_no_match_says_how_to_get_out(window: DeskWindow, qtbot: QtBot) -> None:
    window.queue.filters.search.setText("no such thing")
    qtbot.waitUntil(lambda: window.queue.hint == (words.NO_MATCH_TITLE, words.NO_MATCH_HINT))


def test_an_empty_desk_says_what_to_do(qtbot: QtBot, theme: Theme) -> None:
    empty = make_window(SmallDesk(0), theme)
    qtbot.addWidget(empty)
    empty.show()
    empty.begin()
    qtbot.waitUntil(lambda: empty.queue.hint == (words.EMPTY_TITLE, words.EMPTY_HINT))


def drop(window: DeskWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.queue.dropEvent(event)


def test_dropped_files_and_folders_are_brought_in(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(window, tmp_path)
    qtbot.waitUntil(lambda: small.brought == [((tmp_path,), "drop")])
    qtbot.waitUntil(lambda: window.status.text == "1 taken in.")


def test_trouble_is_one_calm_line_and_no_dialog(window: DeskWindow, qtbot: QtBot, tmp_path: Path) -> None:
    drop(window, tmp_path / "gone.pdf")
    qtbot.waitUntil(lambda: "There is no file gone.pdf" in window.status.text)
    assert QApplication.activeModalWidget() is None


def test_a_record_that_cannot_be_read_is_said_in_the_status_line(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.trouble = "The desk's record is from a newer version. Update this desk."
    qtbot.waitUntil(lambda: window.status.text == small.trouble)


def test_progress_is_shown_while_agents_run(window: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    for number in range(100, 104):
        small.receive(number)
    qtbot.waitUntil(lambda: window.queue.strip.text.startswith("0 of 4 decided"))
    assert window.queue.strip.isVisible()
    small.decide_one()
    qtbot.waitUntil(lambda: window.queue.strip.text.startswith("1 of 4 decided"))


def test_documents_that_wait_for_no_one_are_pointed_out(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.working = False
    small.receive(100)
    qtbot.waitUntil(lambda: window.queue.strip.text == words.stalled(1))


def test_a_key_switches_light_and_dark(window: DeskWindow, theme: Theme, qtbot: QtBot) -> None:
    was_dark = theme.is_dark
    qtbot.keyClick(window.queue.table, Qt.Key.Key_D, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert theme.is_dark is not was_dark
    theme.choose(Scheme.LIGHT)


def test_the_question_mark_shows_the_keys_of_the_screen(review: Open, qtbot: QtBot) -> None:
    window = review()
    qtbot.keyClick(window.review.list, Qt.Key.Key_Question)
    sheet = window.findChild(KeysDialog)
    assert sheet is not None
    assert sheet.isVisible()


def test_updates_keep_the_selected_case_selected(window: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    qtbot.keyClick(window.queue.table, Qt.Key.Key_Down)
    qtbot.keyClick(window.queue.table, Qt.Key.Key_Down)
    chosen = window.queue.current
    first = window.queue.model.index(0, 0).data(QueueRole.CASE)
    small.acts.reject(first, "other")
    qtbot.waitUntil(lambda: window.queue.model.row_of(first) is None)
    assert window.queue.current == chosen


def test_a_queue_that_fills_has_a_selected_case(qtbot: QtBot, theme: Theme) -> None:
    small = SmallDesk(0)
    window = make_window(small, theme)
    qtbot.addWidget(window)
    window.show()
    window.begin()
    qtbot.waitUntil(lambda: window.queue.hint is not None)
    small.receive(0)
    small.decide_one()
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 1)
    qtbot.waitUntil(lambda: window.queue.table.selectionModel().isRowSelected(0))


def test_the_screen_answers_while_cases_rain_in(window: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    """The budget itself (50 ms) is measured by a benchmark on a quiet machine; here seconds fail."""
    meter = StallMeter(window)
    meter.start()
    for number in range(100, 130):
        small.receive(number)
        small.decide_one()
    qtbot.waitUntil(lambda: window.progress.of() == 70)
    assert meter.stop() < 1000

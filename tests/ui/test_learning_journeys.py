"""The screen of learning by keys and mouse: shown, empty, forgotten; and naming another class."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk
from tests.support.small_learning import claims, invoices
from tests.ui.test_desk_window import nameless
from tests.ui.test_record_journeys import shown

from countersign.domain.case import Status
from countersign.settings.catalogue import Catalogue, examples
from countersign.ui.look import learning_words as said
from countersign.ui.models.learning_page import panels
from countersign.ui.views.curve import Curve
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.forget_view import ClassDialog, ForgetDialog
from countersign.ui.views.keys_view import KeysDialog

Open = Callable[..., DeskWindow]
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def learning(window: DeskWindow, small: SmallDesk, qtbot: QtBot) -> DeskWindow:
    small.learning.found = (claims(), invoices())
    qtbot.keyClick(window.queue.table, Qt.Key.Key_L, CTRL)
    qtbot.waitUntil(lambda: bool(window.learning.cards))
    return window


def texts(window: DeskWindow) -> str:
    return " ".join(label.text() for label in window.learning.findChildren(QLabel))


def test_each_class_says_how_well_it_is_read_since_people_approved_cases(learning: DeskWindow) -> None:
    titles = [card.panel.title for card in learning.learning.cards]
    assert titles == ["Invoice", "Claim"]  # the most taught first
    told = texts(learning)
    assert "were read at 61.0\N{NO-BREAK SPACE}%; after 20 cases, at 90.3\N{NO-BREAK SPACE}%" in told
    assert "lessons of 20 cases, and the places of 3 since" in told
    assert "1 case, by Petra Sommer" in told
    assert "the places of 1 case" in told


def test_a_curve_tells_its_points_to_whoever_cannot_see_it(learning: DeskWindow) -> None:
    (curve,) = learning.learning.findChildren(Curve)
    assert curve.accessibleDescription().startswith("after 0 cases: 61.0")
    assert curve.accessibleDescription().endswith("after 20 cases: 90.3\N{NO-BREAK SPACE}%")


def test_a_round_that_lost_does_not_lift_the_curve(small: SmallDesk, window: DeskWindow) -> None:
    (panel,) = panels((invoices(),), window.locale())
    lost = next(point for point in panel.points if point.documents == 3)
    assert not lost.is_admitted
    assert lost.share == 0.7


def test_what_is_forgotten_is_neither_claimed_nor_drawn(window: DeskWindow) -> None:
    (few,) = panels((invoices(approved=4),), window.locale())
    assert [point.documents for point in few.points] == [0, 2, 3]
    (none,) = panels((invoices(approved=0),), window.locale())
    assert none.points == ()
    assert none.headline == said.ALL_FORGOTTEN


def test_nothing_learned_says_what_to_do_next(window: DeskWindow, qtbot: QtBot) -> None:
    window.show_learning()
    qtbot.waitUntil(lambda: said.EMPTY in texts(window))
    assert said.EMPTY_HINT in texts(window)


def test_escape_goes_back_to_where_the_person_was(learning: DeskWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(learning.learning.page, Qt.Key.Key_Escape)
    assert learning.screens.currentWidget() is learning.queue
    assert QApplication.focusWidget() is learning.queue.table


@pytest.mark.parametrize("key", [Qt.Key.Key_R, Qt.Key.Key_1])
def test_learning_is_read_no_more_once_another_screen_is_shown(
    learning: DeskWindow, small: SmallDesk, qtbot: QtBot, key: Qt.Key
) -> None:
    asked = []
    show = small.learning.show
    small.learning.show = lambda: asked.append(1) or show()
    learning.learning.session._on_happened(())
    qtbot.waitUntil(lambda: len(asked) == 1)
    if key is Qt.Key.Key_R:
        qtbot.keyClick(learning.learning.page, key, CTRL)
    else:
        learning.show_queue()
    learning.learning.session._on_happened(())
    qtbot.wait(50)
    assert len(asked) == 1
    learning.show_learning()
    qtbot.waitUntil(lambda: len(asked) == 2)


def test_from_the_record_and_learning_one_goes_back_to_the_open_case(review: Open, qtbot: QtBot) -> None:
    window = review()
    window.show_record()
    window.show_learning()
    qtbot.keyClick(window.learning.page, Qt.Key.Key_Escape)
    assert window.screens.currentWidget() is window.review


def test_forgetting_wants_a_reason_and_says_what_went(
    learning: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    qtbot.keyClick(learning.learning.page, Qt.Key.Key_F)
    dialog = shown(learning, ForgetDialog, qtbot)
    assert isinstance(dialog, ForgetDialog)
    dialog.what.setText("Acme Tools")
    assert not dialog.go_button.isEnabled()
    dialog.reason_line.setText("their layout has changed")
    qtbot.mouseClick(dialog.go_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: learning.status.text == said.forgotten(3))
    assert small.learning.asked == [("counterparty", "invoice", "Acme Tools", "their layout has changed")]
    qtbot.waitUntil(lambda: said.EMPTY in texts(learning))


def test_what_may_not_be_forgotten_is_said_on_the_status_line(
    learning: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.learning.trouble = "No approved case of the class invoice is of 'X'."
    learning.learning.session.forget("invoice", "counterparty", "X", "why")
    qtbot.waitUntil(lambda: learning.status.text == small.learning.trouble)


def test_the_whole_class_needs_no_name(learning: DeskWindow, qtbot: QtBot) -> None:
    learning.errands.forget(learning.learning.session, "invoice", "Invoice")
    dialog = shown(learning, ForgetDialog, qtbot)
    assert isinstance(dialog, ForgetDialog)
    dialog.reason_line.setText("begin anew")
    assert not dialog.go_button.isEnabled()
    dialog.choice.setCurrentIndex(2)
    assert dialog.go_button.isEnabled()
    assert dialog.how == "class"
    dialog.reject()


def test_everything_has_a_name_and_the_sheet_of_keys_fits(learning: DeskWindow, qtbot: QtBot) -> None:
    assert nameless(learning.learning) == []
    learning.show_keys()
    sheet = shown(learning, KeysDialog, qtbot)
    assert "Have the desk forget" in " ".join(label.text() for label in sheet.findChildren(QLabel))
    sheet.reject()


def test_a_slow_disk_does_not_hold_the_window_up(window: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    small.learning.found = (invoices(),)
    small.learning.go_on.clear()
    window.show_learning()
    qtbot.keyClick(window.learning.page, Qt.Key.Key_Escape)
    assert window.screens.currentWidget() is window.queue  # while what was learned is still being read
    small.learning.go_on.set()
    window.show_learning()
    qtbot.waitUntil(lambda: len(window.learning.cards) == 1)


def test_a_person_says_that_it_is_another_class_and_the_agents_read_anew(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    window.errands.correct_class(window.session)
    dialog = shown(window, ClassDialog, qtbot)
    assert isinstance(dialog, ClassDialog)
    rows = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert "Invoice" not in rows  # it is one already
    dialog.list.setCurrentRow(rows.index("Claim"))
    dialog.accept()
    qtbot.waitUntil(lambda: window.session.case is not None and window.session.case.klass == "claim")
    assert window.session.case is not None
    assert window.session.case.status is Status.RECEIVED


def test_a_class_added_to_an_open_desk_can_be_chosen_in_the_queue(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    box = window.queue.filters.klass
    before = box.count()
    small.catalogue.take(Catalogue(classes={**small.catalogue.classes, **examples()}, reasons={}))
    window._desk.pulse.happened.emit(())
    qtbot.waitUntil(lambda: box.findData("ad_buy") > 0)
    assert box.count() == before + len(examples())
    assert box.currentData() is None  # what was chosen stays

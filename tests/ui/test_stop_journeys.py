"""Stopping agents from every screen by keys and mouse: with a reason, told everywhere, and taken back."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk
from tests.ui.test_desk_window import nameless
from tests.ui.test_record_journeys import shown

from countersign.domain.errors import NeedsPassword
from countersign.domain.event import How, Scope
from countersign.domain.orders import Order
from countersign.ui.look import stop_words as said
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.explain_view import ExplainDialog
from countersign.ui.views.keys_view import KeysDialog
from countersign.ui.views.password_view import PasswordDialog
from countersign.ui.views.stop_dialog import ResumeDialog, StopDialog
from countersign.ui.views.stop_view import StopButton

Open = Callable[..., DeskWindow]
CTRL = Qt.KeyboardModifier.ControlModifier
BOTH = CTRL | Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
EVERYTHING = (Scope.ALL, "")


@pytest.fixture
def live(window: DeskWindow, qtbot: QtBot) -> DeskWindow:
    """A window that has heard who works on what."""
    qtbot.waitUntil(lambda: window.stopping.live is not None)
    return window


def asking(window: DeskWindow, qtbot: QtBot) -> StopDialog:
    dialog = shown(window, StopDialog, qtbot)
    assert isinstance(dialog, StopDialog)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.reason_line)
    return dialog


def stop(window: DeskWindow, small: SmallDesk, qtbot: QtBot, reason: str = "wrong bank data") -> None:
    window.stopping.stop(Scope.ALL, "", How.KILL, reason)
    qtbot.waitUntil(lambda: window.stopping.is_stopped)


def test_all_agents_are_stopped_by_one_key_a_reason_and_enter(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    qtbot.keyClick(live.queue.table, Qt.Key.Key_X, BOTH)
    dialog = asking(live, qtbot)
    qtbot.keyClicks(dialog.reason_line, "wrong bank data")
    qtbot.keyClick(dialog.reason_line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: EVERYTHING in small.stopping.standing)
    order = small.stopping.standing[EVERYTHING]
    assert (order.how, order.reason) == (How.KILL, "wrong bank data")
    qtbot.waitUntil(lambda: live.status.text == said.done("all agents", 0.08))


@pytest.mark.parametrize(
    ("key", "modifier", "enter", "named", "how"),
    [
        (Qt.Key.Key_2, CTRL, Qt.KeyboardModifier.NoModifier, (Scope.AGENT, "reader.local"), How.KILL),
        (Qt.Key.Key_2, CTRL, CTRL, (Scope.AGENT, "reader.local"), How.PAUSE),
        (Qt.Key.Key_1, ALT, CTRL, None, How.PAUSE),
    ],
)
def test_one_agent_or_one_class_takes_three_keystrokes_and_the_reason(
    live: DeskWindow,
    small: SmallDesk,
    qtbot: QtBot,
    *,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    enter: Qt.KeyboardModifier,
    named: tuple[Scope, str] | None,
    how: How,
) -> None:
    named = named or (Scope.CLASS, next(iter(small.catalogue.classes)))
    qtbot.keyClick(live.queue.table, Qt.Key.Key_X, BOTH)  # one
    dialog = asking(live, qtbot)
    qtbot.keyClick(dialog.reason_line, key, modifier)  # two
    qtbot.keyClicks(dialog.reason_line, "why")
    qtbot.keyClick(dialog.reason_line, Qt.Key.Key_Return, enter)  # three
    qtbot.waitUntil(lambda: named in small.stopping.standing)
    assert small.stopping.standing[named].how is how


def test_nothing_is_stopped_without_a_reason(live: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    live.stop()
    dialog = asking(live, qtbot)
    for modifier in (Qt.KeyboardModifier.NoModifier, CTRL):
        dialog.reason_line.setText("   ")
        qtbot.keyClick(dialog.reason_line, Qt.Key.Key_Return, modifier)
        assert dialog.isVisible()
    assert not small.stopping.standing
    dialog.reject()


def test_the_button_stands_on_every_screen_and_is_red_only_when_something_is_stopped(
    review: Open, small: SmallDesk, qtbot: QtBot
) -> None:
    window = review()
    for show in (window.show_queue, window.show_record, window.show_learning, window.show_agents):
        show()
        screen = window.screens.currentWidget()
        assert screen is not None
        (button,) = [one for one in screen.findChildren(StopButton) if one.isVisible()]
        assert button.said == said.STOP
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        asking(window, qtbot).reject()
        qtbot.waitUntil(lambda: not window.findChildren(StopDialog))
    stop(window, small, qtbot)
    assert {button.said for button in window.findChildren(StopButton)} == {said.STOPPED}
    assert all("wrong bank data" in one.accessibleName() for one in window.findChildren(StopButton))


def test_a_strip_says_on_every_screen_what_is_stopped_by_whom_why_and_since_when(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    assert not live.halted.isVisible()
    small.stopping.stop(Scope.CLASS, "invoice", How.PAUSE, "until the new layout is taught")
    stop(live, small, qtbot)
    for show in (live.show_queue, live.show_record, live.show_agents):
        show()
        assert live.halted.isVisible()
    assert live.halted.text.startswith("Stopped: All agents, cut off  ·  Petra Sommer")
    assert "(now)" in live.halted.text
    assert live.halted.text.endswith("wrong bank data  ·  and 1 more")
    assert any("Invoice" in line and "until the new layout" in line for line in live.stopping.lines)


def test_an_order_given_elsewhere_is_on_the_screen_within_a_moment(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.stopping.stop(Scope.AGENT, "reader.local", How.KILL, "given on another workstation")
    qtbot.waitUntil(lambda: "given on another workstation" in live.halted.text, timeout=1500)
    small.stopping.standing.clear()
    qtbot.waitUntil(lambda: not live.halted.isVisible(), timeout=1500)


def test_who_may_lets_them_go_on_by_one_key_a_reason_and_enter(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.stopping.stop(Scope.AGENT, "reader.local", How.KILL, "loops")
    stop(live, small, qtbot)
    qtbot.keyClick(live.queue.table, Qt.Key.Key_G, BOTH)
    dialog = shown(live, ResumeDialog, qtbot)
    assert isinstance(dialog, ResumeDialog)
    qtbot.keyClick(dialog.reason_line, Qt.Key.Key_Return)
    assert dialog.isVisible()  # without a reason nothing goes on
    qtbot.keyClick(dialog.reason_line, Qt.Key.Key_Down)
    qtbot.keyClicks(dialog.reason_line, "mended")
    qtbot.keyClick(dialog.reason_line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: list(small.stopping.standing) == [EVERYTHING])
    qtbot.waitUntil(lambda: live.status.text == said.RESUME_DONE)


def test_who_may_not_is_told_who_may(live: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    small.stopping.may_resume = False
    stop(live, small, qtbot)
    assert not live.halted.resume_button.isEnabled()
    assert live.halted.resume_button.toolTip() == said.NOT_YOURS
    live.resume()
    assert live.status.text == said.NOT_YOURS


def test_what_an_administrators_file_stops_cannot_be_let_go_on_here(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.stopping.stop(Scope.ALL, "", How.KILL, "fire drill", by_file=True)
    qtbot.waitUntil(lambda: live.stopping.is_stopped)
    assert not live.halted.resume_button.isEnabled()
    assert live.stopping.why_not == said.BY_FILE


def test_a_refused_order_is_said_on_the_status_line(live: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    small.stopping.trouble = "You are not enrolled at this desk. Ask an administrator to enrol you."
    live.stopping.stop(Scope.ALL, "", How.KILL, "why")
    qtbot.waitUntil(lambda: live.status.text == small.stopping.trouble)
    assert not live.halted.isVisible()


def test_agents_that_do_not_answer_are_told_of(live: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    small.stopping.seconds = None
    stop(live, small, qtbot)
    qtbot.waitUntil(lambda: live.status.text == said.NO_ANSWER)


def test_what_is_stopped_already_is_said_and_only_what_remains_can_be_done(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.stopping.stop(Scope.AGENT, "reader.local", How.PAUSE, "slow")
    qtbot.waitUntil(lambda: live.stopping.is_stopped)
    live.stop((Scope.AGENT, "reader.local", How.KILL))
    dialog = asking(live, qtbot)
    dialog.reason_line.setText("now at once")
    assert dialog.note == said.already("Petra Sommer", "slow")
    assert dialog.kill_button.isEnabled()
    assert not dialog.pause_button.isEnabled()
    dialog.reject()


def test_a_dialog_does_not_stand_between_a_person_and_the_stop(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    live.explain()
    dialog = shown(live, ExplainDialog, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_X, BOTH)
    asking(live, qtbot).reject()
    dialog.reject()


def test_a_sealed_key_asks_for_the_password_and_then_stops(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.password = "correct horse"
    given = small.stopping.stop

    def sealed(scope: Scope, name: str, how: How, reason: str) -> Order:
        if small.must_sign_in():
            raise NeedsPassword("This person's signing key is sealed with their password. Sign in first.")
        return given(scope, name, how, reason)

    monkeypatch.setattr(small.stopping, "stop", sealed)
    live.stopping.stop(Scope.ALL, "", How.KILL, "why")
    dialog = shown(live, PasswordDialog, qtbot)
    (line,) = dialog.findChildren(QLineEdit)
    qtbot.keyClicks(line, "correct horse")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: EVERYTHING in small.stopping.standing)


def test_a_stop_waits_for_nothing_that_the_record_is_busy_with(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.learning.go_on.clear()
    live.show_learning()  # the one lane of the record waits for a slow disk from here on
    stop(live, small, qtbot)
    assert EVERYTHING in small.stopping.standing
    small.learning.go_on.set()


def test_the_window_goes_on_while_an_order_is_being_written(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.stopping.go_on.clear()
    live.stopping.stop(Scope.ALL, "", How.KILL, "why")
    live.show_agents()
    assert live.screens.currentWidget() is live.agents
    small.stopping.go_on.set()
    qtbot.waitUntil(lambda: live.stopping.is_stopped)


def test_dialogs_have_names_and_every_sheet_of_keys_tells_of_the_stop(
    live: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    live.stop()
    dialog = asking(live, qtbot)
    assert nameless(dialog) == []
    dialog.reject()
    stop(live, small, qtbot)
    live.resume()
    resume = shown(live, ResumeDialog, qtbot)
    assert nameless(resume) == []
    resume.reject()
    for show in (live.show_queue, live.show_record, live.show_learning, live.show_agents):
        show()
        live.show_keys()
        sheet = shown(live, KeysDialog, qtbot)
        assert said.KEYS in [label.text() for label in sheet.findChildren(QLabel)]
        sheet.reject()
        qtbot.waitUntil(lambda: not live.findChildren(KeysDialog))

"""Passwords: asked for when the house wants one, wrong ones said plainly, nobody locked out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk
from tests.ui.conftest import DOUBTFUL
from tests.ui.test_desk_window import nameless
from tests.ui.test_record_journeys import shown

from countersign.domain.case import Status
from countersign.settings.home import Home
from countersign.ui.app import DialogAsker
from countersign.ui.look import words
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.password_view import PasswordDialog
from countersign.wiring.desk import open_desk

Open = Callable[..., DeskWindow]
RIGHT = "correct horse"


def asked(window: DeskWindow, qtbot: QtBot) -> PasswordDialog:
    dialog = shown(window, PasswordDialog, qtbot)
    assert isinstance(dialog, PasswordDialog)
    return dialog


def answer(dialog: PasswordDialog, text: str, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.first, text)
    qtbot.keyClick(dialog.first, Qt.Key.Key_Return)


@pytest.fixture
def ready(review: Open, small: SmallDesk) -> DeskWindow:
    """A case on which nothing is left but the signature, for which the policy wants a password."""
    small.password, small.wants_password, small.is_signed_in = RIGHT, True, True
    window = review()
    for line in window.review.fields.lines:
        if line.needs_person:
            small.acts.correct(DOUBTFUL, line.name, line.raw or "2026-10-15")
    return window


def test_a_signature_that_wants_a_password_asks_for_it_and_then_happens(
    ready: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    ready.session.approve()
    dialog = asked(ready, qtbot)
    assert QApplication.focusWidget() is dialog.first
    answer(dialog, RIGHT, qtbot)
    qtbot.waitUntil(lambda: small.case(DOUBTFUL).status is Status.APPROVED)
    qtbot.waitUntil(lambda: ready.session.case is not None and ready.session.case.id != DOUBTFUL)


def test_a_wrong_password_is_said_plainly_and_can_be_mended_as_often_as_it_takes(
    ready: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    ready.session.approve()
    dialog = asked(ready, qtbot)
    for wrong in ("one", "two", "three", "four"):
        answer(dialog, wrong, qtbot)
        qtbot.waitUntil(lambda: dialog.error.isVisible() and dialog.first.isEnabled())
        assert dialog.error.text().startswith("That is not your password.")
        assert dialog.first.text() == ""
    assert small.case(DOUBTFUL).status is Status.WAITING
    answer(dialog, RIGHT, qtbot)
    qtbot.waitUntil(lambda: small.case(DOUBTFUL).status is Status.APPROVED)


def test_cancelling_leaves_the_case_as_it_was_and_says_why(
    ready: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    ready.session.approve()
    dialog = asked(ready, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: ready.status.text.startswith("The policy wants your password"))
    assert small.case(DOUBTFUL).status is Status.WAITING


def test_rejecting_may_want_the_password_too(ready: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    ready.session.reject("other", "")
    answer(asked(ready, qtbot), RIGHT, qtbot)
    qtbot.waitUntil(lambda: small.case(DOUBTFUL).status is Status.REJECTED)


def test_a_sealed_key_is_opened_once_and_then_the_case_is_ones_own(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.password = RIGHT
    window.open_case(DOUBTFUL)
    answer(asked(window, qtbot), RIGHT, qtbot)
    qtbot.waitUntil(lambda: window.session.is_mine)
    assert small.is_signed_in


def test_who_declines_to_sign_in_may_look_and_is_not_asked_for_each_case(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.password = RIGHT
    window.open_case(DOUBTFUL)
    asked(window, qtbot).reject()
    qtbot.waitUntil(lambda: window.session.case is not None)
    other = next(
        file.id
        for file in map(small.case, (f"case-{n:04d}" for n in range(40)))
        if file.status is Status.WAITING and file.id != DOUBTFUL and file.claimed_by is None
    )
    window.open_case(other)
    qtbot.waitUntil(lambda: window.status.text.endswith("Sign in first."))
    assert not window.session.is_mine
    assert [one for one in window.findChildren(PasswordDialog) if one.isVisible()] == []
    window.gate.sign_in()
    answer(asked(window, qtbot), RIGHT, qtbot)
    qtbot.waitUntil(lambda: small.is_signed_in)


def test_signing_in_where_nobody_must_says_so(window: DeskWindow, qtbot: QtBot) -> None:
    window.gate.sign_in()
    qtbot.waitUntil(lambda: window.status.text == words.SIGNED_IN_ALREADY)


# -- before there is a window -------------------------------------------------------------------------------


@pytest.fixture
def asker(qapp: QApplication, tmp_path: Path) -> DialogAsker:
    return DialogAsker(tmp_path / "window.ini")


def when_asked(act: Callable[[PasswordDialog], None]) -> None:
    """Do something with the dialog once it is on the screen."""

    def look() -> None:
        shown_now = [w for w in QApplication.topLevelWidgets() if isinstance(w, PasswordDialog)]
        dialog = next((one for one in shown_now if one.isVisible()), None)
        if dialog is None:
            QTimer.singleShot(20, look)
        else:
            act(dialog)

    QTimer.singleShot(0, look)


def test_the_start_asks_on_the_screen_and_returns_what_was_typed(asker: DialogAsker, qtbot: QtBot) -> None:
    when_asked(lambda dialog: answer(dialog, RIGHT, qtbot))
    assert asker("Password of the desk's keys", False) == RIGHT


def test_who_cancels_is_told_nothing_more(asker: DialogAsker) -> None:
    when_asked(lambda dialog: dialog.reject())
    assert asker("Password of the desk's keys", False) is None


def test_the_same_question_again_says_that_the_answer_was_wrong(asker: DialogAsker, qtbot: QtBot) -> None:
    errors: list[str] = []

    def look(dialog: PasswordDialog) -> None:
        errors.append(dialog.error.text())
        answer(dialog, RIGHT, qtbot)

    for _ in range(2):
        when_asked(look)
        asker("Password of Petra", False)
    assert errors == ["", words.NOT_RIGHT]


def test_a_new_password_is_typed_twice_and_both_must_agree(asker: DialogAsker, qtbot: QtBot) -> None:
    said: list[str] = []

    def choose(dialog: PasswordDialog) -> None:
        assert nameless(dialog) == []
        assert dialog.second is not None
        assert dialog.first.echoMode() is QLineEdit.EchoMode.Password
        for second in ("correct hrose", RIGHT):
            dialog.first.setText(RIGHT)
            dialog.second.setText(second)
            dialog.go_button.click()
            said.append(dialog.error.text())

    when_asked(choose)
    assert asker("Choose a password", True) == RIGHT
    assert said[0] == words.NOT_THE_SAME


def test_a_desk_whose_keys_a_password_seals_is_founded_and_opened_from_the_screen(
    asker: DialogAsker, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERSIGN_KEY_STORE", "password")
    home = Home(tmp_path / "desk", asker)

    def choose(dialog: PasswordDialog) -> None:
        assert dialog.second is not None
        dialog.second.setText(RIGHT)
        answer(dialog, RIGHT, qtbot)

    when_asked(choose)
    open_desk(home, with_worker=False).close()
    said: list[str] = []

    def unlock(dialog: PasswordDialog) -> None:
        said.append(dialog.error.text())
        if len(said) == 1:
            when_asked(unlock)
            answer(dialog, "wrong horse", qtbot)
        else:
            answer(dialog, RIGHT, qtbot)

    when_asked(unlock)
    desk = open_desk(home, with_worker=False)
    try:
        assert desk.record.custody().kept == "password_sealed_file"
    finally:
        desk.close()
    assert len(said) == 2


def test_nobody_is_asked_from_a_thread_that_is_not_the_screens(asker: DialogAsker) -> None:
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(asker, "Password", False).result(10) is None

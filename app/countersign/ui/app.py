"""Opens the desk: application, look, window."""

import gc
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, QTimer
from PySide6.QtWidgets import QApplication

from countersign.ui.bridge.desk import Desk
from countersign.ui.bridge.port import DeskPort
from countersign.ui.look import words
from countersign.ui.look.theme import Theme
from countersign.ui.views.desk_view import DeskWindow

TURN = 0.001
"""Seconds for which a busy thread may keep Python from the window."""


def run_desk(
    desk: DeskPort,
    settings_file: Path | None = None,
    on_ready: Callable[[DeskWindow], None] | None = None,
) -> int:
    """Show the desk until its window is closed; return the exit status.

    What a person chooses about the look is kept in `settings_file`, for one home one file. `on_ready` is
    called once the first cases are on the screen, or it is said why not, and the window takes keys.
    """
    app = application()
    sys.setswitchinterval(TURN)
    window = make_window(desk, Theme(app, settings_file))
    _once_ready(window, on_ready)
    window.fit_screen()
    window.show()
    window.begin()
    return app.exec()


class DialogAsker:
    """Asks whoever sits here for a password before there is a window (an Asker of settings/passwords.py).

    The application is made only when something is asked: most starts ask nothing.
    """

    def __init__(self, settings_file: Path | None = None) -> None:
        self._settings_file = settings_file
        self._asked = ""
        self._answered = False

    def __call__(self, question: str, again: bool) -> str | None:
        """Show the question; None when the person cancels, or when this is not the thread of the screen."""
        if threading.current_thread() is not threading.main_thread():
            return None
        from countersign.ui.views.password_view import PasswordDialog

        theme = Theme(application(), self._settings_file)
        dialog = PasswordDialog(
            question,
            words.CHOOSE_WHY if again else words.UNLOCK_WHY,
            again=again,
            error=words.NOT_RIGHT if question == self._asked else "",
        )
        self._asked = question
        given: list[str] = []
        dialog.given.connect(given.append)
        dialog.given.connect(dialog.accept)
        dialog.exec()
        dialog.deleteLater()
        theme.deleteLater()
        self._answered = bool(given)
        return given[0] if given else None

    def tell(self, trouble: str) -> None:
        """Say why the desk does not open, where the person answered and looks at the screen for it."""
        if self._answered:
            from PySide6.QtWidgets import QMessageBox

            theme = Theme(application(), self._settings_file)
            QMessageBox(QMessageBox.Icon.Warning, words.APP, trouble).exec()
            theme.deleteLater()


def application() -> QApplication:
    """Return the application, made if there is none yet."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    app = QApplication(sys.argv[:1])
    app.setApplicationName(words.APP)
    app.setApplicationDisplayName(words.APP)
    return app


def make_window(desk: DeskPort, theme: Theme, locale: QLocale | None = None) -> DeskWindow:
    """Put the window together; it neither shows itself nor asks for anything yet."""
    here = locale or QLocale()
    spoken = QLocale.languageToCode(here.language())
    language = spoken if spoken in words.LANGUAGES else words.LANGUAGES[0]
    return DeskWindow(Desk(desk), theme, language, here)


def _once_ready(window: DeskWindow, on_ready: Callable[[DeskWindow], None] | None) -> None:
    """Call back from the event loop after the first rows are painted."""
    once = QObject(window)

    def ready() -> None:
        once.deleteLater()
        _spare_collector()
        if on_ready is not None:
            on_ready(window)

    def answered() -> None:
        window.queue.model.answered.disconnect(answered)
        QTimer.singleShot(0, once, ready)

    window.queue.model.answered.connect(answered)


def _spare_collector() -> None:
    """Leave what the start made out of every later collection, which would stop the window to look at it."""
    gc.freeze()
    gc.enable()

"""Opens the desk: application, look, window."""

import gc
import sys
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

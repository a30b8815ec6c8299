"""Makes the pictures of the manual from a real desk: each screen, light and dark; needs no screen.

``countersign --home DIR process sample_docs``, then, from the root of the checkout,
``python -m docs.make_screenshots --home DIR [--case FILE] [--out DIR]``. Nothing on the desk is changed but
that its case is held for as long as the pictures take, and that the record is checked once.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QLocale, QRect, QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QDialog

from countersign.domain.case import Status
from countersign.domain.queue import CaseRow, QueueQuery
from countersign.settings.home import Home
from countersign.ui.app import make_window
from countersign.ui.look.theme import Scheme, Theme
from countersign.ui.models.standing import State
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.explain_view import ExplainDialog
from countersign.ui.views.export_view import ExportDialog
from countersign.ui.views.stop_dialog import StopDialog
from countersign.wiring.desk import Desk, open_desk

Dialog = TypeVar("Dialog", bound=QDialog)
SIZES = ((1440, 900), (1024, 768))
CASE = "invoice-14.pdf"
"""File of the case that is shown: an invoice with line items and doubtful fields."""
AGENT = "reader.local"
"""The agent that is shown."""
PATIENCE = 15_000
SETTLED = 600
"""Milliseconds without which a picture might still miss something that is on its way."""
LARGEST = 400_000
"""Bytes of one picture."""
COMPRESSION = 0
"""Quality in Qt's words for PNG: the smallest file; the picture is the same at any."""


def wait(until: Callable[[], bool]) -> None:
    """Run the event loop until a condition holds; raises TimeoutError when it never does."""
    loop = QEventLoop()
    look = QTimer(interval=20)
    look.timeout.connect(lambda: loop.quit() if until() else None)
    look.start()
    late = QTimer(interval=PATIENCE, singleShot=True)
    late.timeout.connect(lambda: loop.exit(1))
    late.start()
    if loop.exec():
        raise TimeoutError("the desk did not come to rest")
    rest = QEventLoop()
    QTimer.singleShot(SETTLED, rest.quit)
    rest.exec()


def take(
    window: DeskWindow, theme: Theme, out: Path, name: str, opened: Callable[[], QDialog] | None = None
) -> None:
    """Save the window in both colour schemes and sizes, with a dialog on it where one is opened."""
    for width, height in SIZES:
        window.resize(width, height)
        wait(lambda: True)
        dialog = opened() if opened else None
        for scheme in (Scheme.LIGHT, Scheme.DARK):
            theme.choose(scheme)
            wait(lambda: True)
            small = "" if width == SIZES[0][0] else f"-{width}"
            picture = window.grab().toImage()
            if dialog is not None:
                lay(picture, dialog, theme)
            save(picture, out / f"{name}-{scheme.value}{small}.png")
        if dialog is not None:
            dialog.reject()


def lay(picture: QImage, dialog: QDialog, theme: Theme) -> None:
    """Lay a dialog over the picture of its window, as a screen would show them."""
    place = QRect(0, 0, dialog.width(), dialog.height())
    place.moveCenter(picture.rect().center())
    painter = QPainter(picture)
    painter.fillRect(picture.rect(), QColor(0, 0, 0, 90))
    painter.drawPixmap(place, dialog.grab())
    painter.setPen(QColor(theme.colours.line))
    painter.drawRect(place)
    painter.end()


def explained(window: DeskWindow) -> QDialog:
    """Open the page that explains the open case."""
    window.explain()
    return found(window, ExplainDialog)


def exporting(window: DeskWindow) -> QDialog:
    """Open the export of the open case, with its preview."""
    window.errands.export(window.session.case)
    dialog = found(window, ExportDialog)
    dialog.target.setText(f"~/Documents/{Path(dialog.target.text()).name}")  # nobody's own folder
    wait(lambda: dialog.session.preview is not None)
    return dialog


def stopping(window: DeskWindow) -> QDialog:
    """Open the dialog that stops agents; nothing is stopped."""
    window.stop()
    return found(window, StopDialog)


def found(window: DeskWindow, kind: type[Dialog]) -> Dialog:
    """Wait for a dialog of a kind."""
    wait(lambda: any(one.isVisible() for one in window.findChildren(kind)))
    return next(one for one in window.findChildren(kind) if one.isVisible())


def save(picture: QImage, file: Path) -> None:
    """Write a picture as small as it gets without loss; raises ValueError when that is not small enough."""
    picture.convertToFormat(QImage.Format.Format_RGB888).save(str(file), quality=COMPRESSION)
    if file.stat().st_size > LARGEST:
        raise ValueError(f"{file} is larger than {LARGEST} bytes; show another case with --case")


def chosen(desk: Desk, file: str) -> CaseRow:
    """Return the case of a file; raises LookupError when none waits for a person."""
    found = desk.page(QueueQuery(statuses=(Status.WAITING,), text=file)).rows
    for row in found:
        if row.document == file:
            return row
    raise LookupError(f"no case of {file} waits for a person on this desk; see the first lines of this file")


def main() -> None:
    """Open the desk, walk through it and save what there is to see."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--case", default=CASE)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images")
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    theme = Theme(QApplication(["countersign"]))
    desk = open_desk(Home(told.home))
    try:
        row = chosen(desk, told.case)
        desk.record.verify(lambda _done, _total: None)
        british = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
        window = make_window(desk, theme, british)
        window.show()
        window.begin()
        wait(lambda: window.queue.model.rowCount() > 0 and desk.agents_at_work())
        take(window, theme, told.out, "queue")
        window.open_case(row.id)
        wait(lambda: window.session.is_mine)
        take(window, theme, told.out, "review")
        take(window, theme, told.out, "explain", lambda: explained(window))
        take(window, theme, told.out, "export", lambda: exporting(window))
        window.show_record()
        wait(lambda: window.standing.told.state is State.FINE)
        take(window, theme, told.out, "record")
        window.show_learning()
        wait(lambda: window.learning.session.found is not None)
        take(window, theme, told.out, "learning")
        window.show_agents()
        wait(lambda: bool(window.agents.model.rows))
        window.agents.choose(AGENT)
        take(window, theme, told.out, "agents")
        take(window, theme, told.out, "stop", lambda: stopping(window))
        window.agents.choose_tab(1)
        take(window, theme, told.out, "plans")
        window.close()
    finally:
        desk.close()


if __name__ == "__main__":
    main()

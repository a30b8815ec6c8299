"""Makes the pictures of the manual from a real desk: queue and review, light and dark; needs no screen.

``countersign --home DIR process sample_docs``, then, from the root of the checkout,
``python -m docs.make_screenshots --home DIR [--case FILE] [--out DIR]``. Nothing on the desk is changed but
that its case is held for as long as the pictures take.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QLocale, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from countersign.domain.case import Status
from countersign.domain.queue import CaseRow, QueueQuery
from countersign.settings.home import Home
from countersign.ui.app import make_window
from countersign.ui.look.theme import Scheme, Theme
from countersign.ui.views.desk_view import DeskWindow
from countersign.wiring.desk import Desk, open_desk

SIZES = ((1440, 900), (1024, 768))
CASE = "invoice-14.pdf"
"""File of the case that is shown: an invoice with line items and doubtful fields."""
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


def take(window: DeskWindow, theme: Theme, out: Path, name: str) -> None:
    """Save the window in both colour schemes and sizes."""
    for width, height in SIZES:
        window.resize(width, height)
        for scheme in (Scheme.LIGHT, Scheme.DARK):
            theme.choose(scheme)
            wait(lambda: True)
            small = "" if width == SIZES[0][0] else f"-{width}"
            file = out / f"{name}-{scheme.value}{small}.png"
            save(window.grab().toImage(), file)


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
        british = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
        window = make_window(desk, theme, british)
        window.show()
        window.begin()
        wait(lambda: window.queue.model.rowCount() > 0 and desk.agents_at_work())
        take(window, theme, told.out, "queue")
        window.open_case(row.id)
        wait(lambda: window.session.is_mine)
        take(window, theme, told.out, "review")
        window.close()
    finally:
        desk.close()


if __name__ == "__main__":
    main()

"""Makes the pictures of the manual: queue and review, light and dark, with made-up cases; needs no screen.

``python -m docs.make_screenshots [--out DIR]``, from the root of the checkout.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QLocale, QTimer
from PySide6.QtWidgets import QApplication
from tests.support.small_desk import SmallDesk

from countersign.ui.app import make_window
from countersign.ui.look.theme import Scheme, Theme
from countersign.ui.views.desk_view import DeskWindow

SIZES = ((1440, 900), (1024, 768))
PATIENCE = 5000
SETTLED = 400
"""Milliseconds without which a picture might still miss something that is on its way."""


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
            window.grab().save(str(out / f"{name}-{scheme.value}{small}.png"))


def main() -> None:
    """Open the small desk, walk through it and save what there is to see."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication(["countersign", "-platform", "offscreen"])
    theme = Theme(app)
    window = make_window(SmallDesk(), theme, QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    window.show()
    window.begin()
    wait(lambda: window.queue.model.rowCount() > 0)
    take(window, theme, out, "queue")
    window.open_case("case-0012")
    wait(lambda: window.session.is_mine)
    take(window, theme, out, "review")
    window.close()


if __name__ == "__main__":
    main()

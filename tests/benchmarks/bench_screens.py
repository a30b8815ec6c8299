"""How the screens feel on made-up cases: a zoom; `bench_desk` times the rest on a real desk."""

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from tests.benchmarks.figures import Figure
from tests.support.small_desk import SmallDesk

from countersign.ui.app import make_window
from countersign.ui.look.theme import Theme
from countersign.ui.views.desk_view import DeskWindow

PATIENCE = 20_000


def wait(until: Callable[[], bool]) -> None:
    """Run the event loop until a condition holds."""
    loop = QEventLoop()
    look = QTimer(interval=1)
    look.timeout.connect(lambda: loop.quit() if until() else None)
    look.start()
    QTimer.singleShot(PATIENCE, look, lambda: loop.exit(1))
    if loop.exec():
        raise TimeoutError("the desk did not get there")


def application() -> QApplication:
    """Return the application, which the small desk needs for its fonts."""
    running = QApplication.instance()
    return running if isinstance(running, QApplication) else QApplication(["", "-platform", "offscreen"])


def shown(desk: SmallDesk) -> DeskWindow:
    """Return an open window on a small desk."""
    window = make_window(desk, Theme(application()))
    window.show()
    window.begin()
    wait(lambda: window.queue.model.rowCount() > 0)
    return window


def bench_zoom() -> Iterator[Figure]:
    """Time a zoom to its scaled preview."""
    application()
    window = shown(SmallDesk())
    window.resize(1440, 900)
    window.open_case("case-0012")
    wait(lambda: window.session.is_mine and window.review.page.is_sharp)
    case = window.session.case
    document = case.documents[0].sha256 if case else ""
    wait(lambda: window.pictures.nearest(document, 0, 96) is not None)
    began = time.perf_counter()
    window.review.page.zoom_by(1.6)
    window.review.page.repaint()
    yield Figure("zoom to scaled preview", (time.perf_counter() - began) * 1000, "ms", budget=16)
    window.close()

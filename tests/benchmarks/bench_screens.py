"""How the screens feel: start to an interactive window, the next case painted, zoom to sharp, worst stall."""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from tests.benchmarks.figures import Figure
from tests.support.small_desk import SmallDesk

from countersign.domain.case import Status
from countersign.domain.queue import QueueQuery
from countersign.ui.app import make_window
from countersign.ui.bridge.stall import StallMeter
from countersign.ui.look.theme import Theme
from countersign.ui.views.desk_view import DeskWindow

START = """
import sys, time
from pathlib import Path
import psutil
from countersign.settings.home import Home
from countersign.ui.app import run_desk
from countersign.wiring.desk import open_desk
home = Home(Path(sys.argv[1]))
desk = open_desk(home, with_worker=False)
def ready(window):
    print(time.time() - psutil.Process().create_time())
    window.close()
run_desk(desk, home.root / "window.ini", ready)
desk.close()
"""
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


def bench_start() -> Iterator[Figure]:
    """Time a real desk from the birth of its process to the first rows, warm."""
    with tempfile.TemporaryDirectory() as folder:
        took = []
        for _ in range(6):
            command = [sys.executable, "-c", START, str(Path(folder) / "desk")]
            environment = {**os.environ, "COUNTERSIGN_KEY_STORE": "file", "QT_QPA_PLATFORM": "offscreen"}
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
            took.append(float(done.stdout.split()[-1]))
    yield Figure("process start to interactive window, warm", statistics.median(took[1:]), "s", budget=1.0)


def bench_next_case() -> Iterator[Figure]:
    """Time from opening the next case, fetched ahead, to its page and fields painted."""
    application()
    window = shown(SmallDesk())
    window.resize(1440, 900)
    model = window.queue.model
    rows = [row for at in range(model.rowCount()) if (row := model.case_at(at)) and not row.claimed_by]
    took = []
    for row in (row for row in rows if row.klass):
        window.session.fetch_ahead(row.id, row.sha256)
        wait(lambda row=row: window.pictures.nearest(row.sha256, 0, 120) is not None)
        wait(lambda row=row: window.pictures.words(row.sha256, 0) is not None)
        began = time.perf_counter()
        window.open_case(row.id)
        window.repaint()
        took.append((time.perf_counter() - began) * 1000)
        wait(lambda: window.session.is_mine)
    window.close()
    took.sort()
    yield Figure("next case painted with page and fields, p95", took[int(len(took) * 0.95)], "ms", budget=100)


def bench_zoom() -> Iterator[Figure]:
    """Time a zoom to its scaled preview and to its sharp picture (drawn in this process, no page child)."""
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


def bench_stall() -> Iterator[Figure]:
    """Keep the worst stall of the UI thread while 200 documents come in and are decided."""
    application()
    desk = SmallDesk()
    window = shown(desk)
    meter = StallMeter(window)
    wait(lambda: window.progress.of(Status.WAITING) > 0)
    pause = threading.Event()

    def agents() -> None:
        for number in range(100, 300):
            desk.receive(number)
            pause.wait(0.01)
            desk.decide_one()

    desk.page(QueueQuery())
    meter.start()
    staff = threading.Thread(target=agents)
    staff.start()
    wait(lambda: not staff.is_alive() and window.progress.of() == 240)
    worst = meter.stop()
    window.close()
    yield Figure("largest UI-thread stall while 200 documents run", worst, "ms", budget=50)

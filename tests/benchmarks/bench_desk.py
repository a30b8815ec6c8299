"""The real desk with its real worker: start, worst stall while documents run, next case, memory."""

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from tests.benchmarks.figures import Figure

from countersign.domain.case import Status
from countersign.settings.home import Home
from countersign.ui.app import TURN, make_window
from countersign.ui.bridge.stall import StallMeter
from countersign.ui.look.theme import Theme
from countersign.ui.views.desk_view import DeskWindow
from countersign.wiring.desk import Desk, open_desk

ROOT = Path(__file__).parents[2]
SCREENLESS = {**os.environ, "COUNTERSIGN_KEY_STORE": "file", "QT_QPA_PLATFORM": "offscreen"}
START = """
import resource, sys, time
import countersign.__main__ as door
def interactive(window):
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(time.time(), used.ru_utime + used.ru_stime)
    window.close()
door._close_when_told = interactive
sys.argv = ["countersign", "--home", sys.argv[1]]
sys.exit(door.main())
"""
"""The bare command, up to the first cases on the screen; a worker is started only then."""
DOCUMENTS = 200
SHOWN = 40
"""Cases opened one after the other."""
PATIENCE = 300_000
MEGABYTE = 2**20


def wait(until: Callable[[], bool], look_ms: int = 20) -> None:
    """Run the event loop until a condition holds."""
    loop = QEventLoop()
    look = QTimer(interval=look_ms)
    look.timeout.connect(lambda: loop.quit() if until() else None)
    look.start()
    QTimer.singleShot(PATIENCE, look, lambda: loop.exit(1))
    if loop.exec():
        raise TimeoutError("the desk did not get there")


@contextmanager
def real_desk(folder: Path, *, with_worker: bool) -> Iterator[tuple[Desk, DeskWindow]]:
    """Open a desk and its window, as `run_desk` does."""
    os.environ.update(SCREENLESS)
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication([""])
    sys.setswitchinterval(TURN)
    desk = open_desk(Home(folder), with_worker=with_worker)
    window = make_window(desk, Theme(app))
    window.show()
    window.begin()
    wait(lambda: desk.agents_at_work() is with_worker)
    gc.freeze()
    try:
        yield desk, window
    finally:
        window.close()
        desk.close()
        gc.unfreeze()


def bench_start() -> Iterator[Figure]:
    """Time the bare command from before its process is born to the first rows, warm."""
    walls, processor = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(6):
            began = time.time()
            command = [sys.executable, "-c", START, str(Path(folder) / "desk")]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=SCREENLESS)
            at, used = map(float, done.stdout.split())
            walls.append(at - began)
            processor.append(used)
    wall = statistics.median(walls[1:])
    yield Figure("real desk: process start to interactive window, warm", wall, "s", budget=1.0)
    yield Figure("real desk: processor time of that start", statistics.median(processor[1:]), "s")


def bench_run() -> Iterator[Figure]:
    """Bring 200 documents in and keep the worst stall; then open cases one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        papers = Path(folder) / "papers"
        make = [sys.executable, str(ROOT / "sample_docs" / "make.py"), "--count", str(DOCUMENTS)]
        subprocess.run([*make, "--seed", "11", "--out", str(papers)], check=True, capture_output=True)
        with real_desk(Path(folder) / "desk", with_worker=True) as (_, window):
            yield from _stall(window, papers)
            yield from _memory()
            yield from _next_case(window)


def _stall(window: DeskWindow, papers: Path) -> Iterator[Figure]:
    meter = StallMeter(window)
    meter.start()
    window.bring_in([papers], "drop")
    progress = window.progress
    wait(lambda: progress.of() >= DOCUMENTS and not progress.is_running)
    name = f"real desk: largest UI-thread stall, {DOCUMENTS} documents run"
    yield Figure(name, meter.stop(), "ms", budget=50)


def _memory() -> Iterator[Figure]:
    me = psutil.Process()
    own = me.memory_full_info().uss / MEGABYTE
    others = sum(child.memory_full_info().uss for child in me.children(recursive=True)) / MEGABYTE
    yield Figure("real desk: memory of the window's process alone (USS)", own, "MiB", budget=300)
    yield Figure("real desk: memory of worker and page children (USS)", others, "MiB", budget=900)


def _next_case(window: DeskWindow) -> Iterator[Figure]:
    """From the wish for the next case, fetched ahead, to its page and fields painted."""
    wait(lambda: window.queue.model.rowCount() >= SHOWN and window.progress.of(Status.WAITING) >= SHOWN)
    model = window.queue.model
    rows = [row for at in range(SHOWN) if (row := model.case_at(at)) and row.klass]
    took = []
    for row in rows:
        window.session.fetch_ahead(row.id, row.sha256)
        wait(lambda row=row: window.pictures.nearest(row.sha256, 0, 1) is not None, 2)
        wait(lambda row=row: window.pictures.words(row.sha256, 0) is not None, 2)
        began = time.perf_counter()
        window.open_case(row.id)
        window.repaint()
        took.append((time.perf_counter() - began) * 1000)
        wait(lambda: window.session.is_mine, 2)
    window.show_queue()
    took.sort()
    name = f"real desk: next of {len(took)} cases painted with page and fields, p95"
    yield Figure(name, took[int(len(took) * 0.95)], "ms", budget=100)

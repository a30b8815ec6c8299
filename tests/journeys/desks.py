"""Real desks for whole stories: documents made on the spot, and workers as processes that can be killed."""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pymupdf

from countersign.domain.event import Decided
from countersign.intake.report import Item
from countersign.intake.take import Intake
from countersign.settings import limits
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store

ENVIRONMENT = {**os.environ, "COUNTERSIGN_KEY_STORE": "file"}
WORKER = (
    "import sys; from pathlib import Path; from countersign.settings.home import Home; "
    "from countersign.worker import run_worker; "
    "run_worker(Home(Path(sys.argv[1])), until_idle=sys.argv[2] == 'until_idle')"
)


def invoice(number: int, total: str = "119.00") -> bytes:
    """Make a one-page invoice, born digital; the same number gives the same bytes."""
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    lines = {
        60: "Acme Tools GmbH",
        76: "Industrieweg 7, 50667 Koeln",
        120: "INVOICE",
        150: f"Invoice number: INV-2026-{number:04d}",
        166: "Invoice date: 2026-03-14",
        280: "Net total: 100.00 EUR",
        296: "VAT 19 %: 19.00 EUR",
        312: f"Total: {total} EUR",
    }
    for y, text in lines.items():
        page.insert_text((50, y), text, fontsize=11)
    content: bytes = document.tobytes(no_new_id=True)
    document.close()
    return content


def fill(folder: Path, count: int) -> Path:
    """Fill a folder with invoices."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"invoice-{number:04d}.pdf").write_bytes(invoice(number))
    return folder


def take(home: Home, *paths: Path) -> tuple[Item, ...]:
    """Take files into a home without any agent at work."""
    with open_store(home) as store:
        intake = Intake(store.library, store, limits.load(home), store.system("intake"))
        return intake.take(paths, "test").items


@contextmanager
def worker(home: Home, how: str = "on") -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker process; it is killed at the end where it has not ended by itself."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(home.root), how],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def work_until_idle(home: Home, seconds: float = 120) -> str:
    """Run a worker until every case is decided; return what it wrote to its standard error."""
    with worker(home, "until_idle") as process:
        _, errors = process.communicate(timeout=seconds)
        assert process.returncode == 0, errors.decode()
        return errors.decode()


def kill_a_worker_at_work(
    home: Home, store: Store, dice: random.Random, most: int, *, first_children: bool = False
) -> int:
    """Start a worker, kill -9 it after some records; returns how many it had appended.

    `first_children` kills its page children, too, a moment before.
    """
    before = store.head()
    wanted = before + dice.randint(1, most)
    pause = threading.Event()
    with worker(home) as process:
        while store.head() < wanted and process.poll() is None and store.undecided(1):
            pause.wait(0.002)
        pause.wait(dice.random() * 0.05)
        if first_children:
            with suppress(psutil.Error):
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
            pause.wait(dice.random() * 0.05)
        process.kill()
        process.wait()
    return store.head() - before


def decisions(store: Store) -> dict[str, int]:
    """Return how often each case was decided."""
    return {
        case: sum(isinstance(entry.event, Decided) for entry in store.entries(case))
        for case in store.changed_cases(0)
    }

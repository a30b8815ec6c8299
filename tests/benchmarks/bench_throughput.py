"""A thousand one-page documents through the whole run: how many a minute, on what, in how much memory.

BENCH_THROUGHPUT_DOCUMENTS takes another number; BENCH_THROUGHPUT_LONG=20000 adds a run of so many, to see
that a document costs as much then. BENCH_THROUGHPUT_SCANS (12) are made as a scanner would.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.bench_samples import PAPERLESS, peak_memory
from tests.benchmarks.figures import Figure
from tests.journeys.desks import take

from countersign.documents.pool import Pages
from countersign.documents.sniff import sniff
from countersign.settings.home import Home
from countersign.settings.limits import Limits

ROOT = Path(__file__).parents[2]
DOCUMENTS = int(os.environ.get("BENCH_THROUGHPUT_DOCUMENTS", "1000"))
LONG = int(os.environ.get("BENCH_THROUGHPUT_LONG", "0"))
SCANS = int(os.environ.get("BENCH_THROUGHPUT_SCANS", "12"))
CLASSES = "invoice,claim,kyb,statement"
ONE_PAGE = (
    "import sys, pathlib, pymupdf\n"
    "left = int(sys.argv[2])\n"
    "for file in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
    "    if left and file.suffix != '.jsonl' and pymupdf.open(file).page_count == 1: left -= 1\n"
    "    else: file.unlink()\n"
)


def bench_throughput() -> Iterator[Figure]:
    """Run documents of four classes, each drawn anew, from arrival to a signed and durable decision."""
    short = Run(DOCUMENTS)
    name = f"{DOCUMENTS:,} one-page documents"
    yield Figure(f"{name}, whole run", short.rate, "a minute", 1000, PAPERLESS, "more")
    yield Figure(f"{name}, processor time of all processes", short.each_ms, "ms a document")
    for part, share in short.shares.items():
        yield Figure(f"{name}, share of {part}", share * 100, "%")
    both = short.shares["engine"] + short.shares["record"]
    yield Figure(f"{name}, share of engine and record together", both * 100, "%", 25)
    yield Figure(f"{name}, memory of all processes at its peak", short.megabytes, "MB", 800)
    yield Figure(f"{name}, taken in", short.taken, "a minute", better="more")
    if LONG:
        long = Run(LONG)
        name = f"{LONG:,} one-page documents"
        yield Figure(f"{name}, whole run", long.rate, "a minute", 1000, PAPERLESS, "more")
        times = long.each_ms / short.each_ms
        yield Figure(f"{name}, processor time a document beside {DOCUMENTS:,}", times, "times", 1.1)
        yield Figure(f"{name}, memory of all processes at its peak", long.megabytes, "MB", 800)


class Run:
    """So many documents through a fresh desk, and what it cost."""

    def __init__(self, count: int) -> None:
        os.environ["COUNTERSIGN_KEY_STORE"] = "file"
        with tempfile.TemporaryDirectory() as folder:
            made = make(Path(folder) / "made", count, "--classes", CLASSES)
            home = Home(Path(folder) / "home").prepare()
            with peak_memory() as peak:
                began = time.perf_counter()
                cases = len(take(home, made))
                self.taken = cases / (time.perf_counter() - began) * 60
                told = _work(home)
        assert cases == count, f"{cases} documents instead of {count}"
        seconds = told.pop("seconds")
        self.rate = cases / seconds * 60
        self.each_ms = sum(told.values()) / cases * 1000
        self.shares = {part: spent / sum(told.values()) for part, spent in told.items()}
        self.megabytes = peak[0] / 1e6


def make(folder: Path, count: int, *how: str) -> Path:
    """Make documents of one page."""
    command = [sys.executable, str(ROOT / "sample_docs" / "make.py"), "--seed", "11", *how]
    subprocess.run(
        [*command, "--count", str(2 * count + 20), "--out", str(folder)], check=True, capture_output=True
    )
    subprocess.run([sys.executable, "-c", ONE_PAGE, str(folder), str(count)], check=True)
    return folder


def _work(home: Home) -> dict[str, float]:
    """Let a worker that counts decide all there is; returns its seconds by part, and those of the clock."""
    command = [sys.executable, "-m", "tests.benchmarks.measured_worker", str(home.root)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def bench_scans() -> Iterator[Figure]:
    """Run scanned pages through the whole desk, and through the OCR engine alone, as many at a time."""
    os.environ["COUNTERSIGN_KEY_STORE"] = "file"
    with tempfile.TemporaryDirectory() as folder:
        made = make(Path(folder) / "made", SCANS, "--scans", "1.0", "--classes", "invoice,claim")
        files = sorted(made.iterdir())
        home = Home(Path(folder) / "home").prepare()
        assert len(take(home, made)) == SCANS
        seconds = _work(home)["seconds"]
        alone = _ocr_alone(files)
    yield Figure("scanned pages, whole run", SCANS / seconds * 60, "a minute", 40, PAPERLESS, "more")
    yield Figure("scanned pages, the OCR engine alone", SCANS / alone * 60, "a minute", better="more")
    yield Figure("scanned pages, time beside the OCR engine alone", seconds / alone, "times", 1.2)


def _ocr_alone(files: list[Path]) -> float:
    cores = os.cpu_count() or 1
    pages = Pages(cores, Limits())
    kinds = [sniff(file.read_bytes()) for file in files]
    try:
        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(lambda kind: pages.recognise(files[0], kind, 0), kinds[:1] * cores))  # warm
            began = time.perf_counter()
            list(pool.map(lambda file, kind: pages.recognise(file, kind, 0), files, kinds))
            return time.perf_counter() - began
    finally:
        pages.close()

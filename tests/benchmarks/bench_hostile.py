"""Documents that mean harm, each in a page child of its own and all in a desk: what ends how, time, memory.

The files are those of tests/support/hostile.py, made on the spot, and, where they are at hand, those of
../shared/data/hostile, from the test suites of other projects. A table of all is written to
build/hostile.txt.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
from tests.benchmarks.figures import Figure
from tests.journeys.desks import decisions, take, work_until_idle
from tests.support import hostile

from countersign.documents.pool import Pages
from countersign.documents.sniff import HEAD, sniff
from countersign.domain.document import MediaType, Opened, Refusal, TextSource
from countersign.domain.event import Decided, DocumentReceived, Route
from countersign.settings.home import Home
from countersign.settings.limits import Limits
from countersign.store.founding import open_store

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "hostile" / "docs"
TABLE = ROOT / "build" / "hostile.txt"
MEGABYTE = 1_000_000
SPARE_SECONDS = 3.0
"""What ending a child that took too long may take on a busy machine."""


class Seen(NamedTuple):
    """How one file went."""

    name: str
    end: str
    """The refusal, or how much was read."""
    slowest: float
    """Seconds of the longest answer."""
    megabytes: float
    """The most that its child held at a time."""


def bench_hostile() -> Iterator[Figure]:
    """Read every file alone, then all in one desk."""
    os.environ["COUNTERSIGN_KEY_STORE"] = "file"
    limits = Limits()
    with tempfile.TemporaryDirectory() as folder:
        files = [*sorted(SHARED.glob("*")), *_made(Path(folder) / "in")]
        seen = [_alone(file, limits) for file in files]
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text("".join(map(_line, sorted(seen, key=lambda one: -one.slowest))), encoding="utf-8")
        yield from _figures(seen, limits)
        yield from _together(Home(Path(folder) / "home").prepare(), files)


def _figures(seen: list[Seen], limits: Limits) -> Iterator[Figure]:
    slowest, largest = max(seen, key=lambda one: one.slowest), max(seen, key=lambda one: one.megabytes)
    yield Figure("hostile files", len(seen), "files")
    yield Figure("hostile files that end with a reason", sum(":" in one.end for one in seen), "files")
    yield Figure(
        f"longest answer about one ({slowest.name})",
        slowest.slowest,
        "s",
        budget=max(limits.seconds_to_open, limits.seconds_per_page) + SPARE_SECONDS,
    )
    budget = limits.child_megabytes + 200
    yield Figure(f"most memory for one ({largest.name})", largest.megabytes, "MB", budget=budget)


def _together(home: Home, files: list[Path]) -> Iterator[Figure]:
    """Bring all into one desk and let a real worker decide them."""
    began = time.perf_counter()
    take(home, *files)
    took = time.perf_counter() - began
    errors = work_until_idle(home, seconds=1800)
    with open_store(home) as store:
        counts = decisions(store)
        events = {case: [entry.event for entry in store.entries(case)] for case in counts}
        cases = [case for case, told in events.items() if any(isinstance(e, DocumentReceived) for e in told)]
        ends = [event for case in cases for event in events[case] if isinstance(event, Decided)]
        is_whole = store.verify().ok
    yield Figure("taking all hostile files in", took, "s")
    yield Figure("deciding all hostile files", time.perf_counter() - began - took, "s")
    yield Figure(
        "hostile files: crashes of the worker or words on its error output", bool(errors), "", budget=0
    )
    yield Figure("hostile cases not decided once", sum(counts[case] != 1 for case in cases), "", budget=0)
    yield Figure(
        "hostile cases decided without a person",
        sum(end.route is Route.STRAIGHT_THROUGH for end in ends),
        "cases",
    )
    yield Figure("records that do not verify afterwards", int(not is_whole), "", budget=0)


def _alone(file: Path, limits: Limits) -> Seen:
    media_type = sniff(file.read_bytes()[:HEAD], file.name)
    pages = Pages(1, limits)
    try:
        pages.barriers()  # it is up, and its start is not this file's
        with _watched() as most:
            end, slowest = _read(pages, file, media_type)
    finally:
        pages.close()
    return Seen(file.name, end, slowest, most[0] / MEGABYTE)


def _read(pages: Pages, file: Path, media_type: MediaType) -> tuple[str, float]:
    began = time.perf_counter()
    opened = pages.open(file, "0" * 64, media_type)
    slowest = time.perf_counter() - began
    if isinstance(opened, Refusal):
        return f"{opened.code}: {opened.detail}", slowest
    ends = [f"{len(opened.pages)} pages, {sum(len(page.words) for page in opened.pages)} words"]
    for answer, took in _each_page(pages, file, media_type, opened):
        slowest = max(slowest, took)
        if isinstance(answer, Refusal):
            ends.append(f"{answer.code}: {answer.detail}")
    return "; ".join(dict.fromkeys(ends)), slowest


def _each_page(
    pages: Pages, file: Path, media_type: MediaType, opened: Opened
) -> Iterator[tuple[object, float]]:
    """Draw the first pages, and recognise those without text, as a desk would."""
    for page in opened.pages[:10]:
        began = time.perf_counter()
        yield pages.render(file, media_type, page.number, 100), time.perf_counter() - began
        if page.source == TextSource.NONE:
            began = time.perf_counter()
            yield pages.recognise(file, media_type, page.number), time.perf_counter() - began


@contextmanager
def _watched() -> Iterator[list[int]]:
    """Look all the time how much memory the children hold; the most is in the list."""
    most, stop = [0], threading.Event()

    def look() -> None:
        while not stop.wait(0.005):
            for child in psutil.Process().children():
                try:
                    most[0] = max(most[0], child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield most
    finally:
        stop.set()
        looker.join()


def _made(folder: Path) -> list[Path]:
    folder.mkdir()
    for name, make in hostile.FILES.items():
        (folder / name).write_bytes(make())
    return sorted(folder.iterdir())


def _line(seen: Seen) -> str:
    return f"{seen.slowest:7.2f} s {seen.megabytes:7.0f} MB  {seen.name[:60]:60}  {seen.end}\n"

"""Says what this machine lacks, and for each thing the mend."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from countersign import __version__
from countersign.cli import display
from countersign.cli.tables import console, table
from countersign.cli.terminal import emit
from countersign.documents import networks
from countersign.documents.pool import Pages
from countersign.domain.base import Frozen
from countersign.domain.document import MediaType, Refusal
from countersign.domain.errors import Trouble
from countersign.settings import limits
from countersign.settings.home import Home
from countersign.sync.anchor import Outcome
from countersign.wiring import anchors, care

NEEDED_BYTES = 500_000_000
PLENTY_BYTES = 5_000_000_000
GIGABYTE = 1_000_000_000

SMALL_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\n"
    b"startxref\n162\n%%EOF\n"
)


class State(StrEnum):
    """How a thing stands."""

    GOOD = "good"
    ADVICE = "advice"
    """It does without, but better with."""
    MISSING = "missing"


class Check(Frozen):
    """One thing that the desk needs or would like."""

    name: str
    state: State
    found: str
    mend: str = ""
    """What to do, as one sentence or one command."""


def run(home: Home, as_json: bool) -> int:
    """Check everything; return 1 when something needed is missing."""
    found = [check for probe in PROBES for check in _probe(probe, home)]
    if as_json:
        for check in found:
            emit(check)
    else:
        rows = ([check.state, check.name, check.found, check.mend] for check in found)
        console().print(table(["", "what", "found", "mend"], rows))
    return int(any(check.state is State.MISSING for check in found))


def _probe(probe: Callable[[Home], Iterable[Check]], home: Home) -> Iterable[Check]:
    """Run a probe; trouble that it meets is its finding."""
    try:
        yield from probe(home)
    except Trouble as trouble:
        yield Check(name=probe.__name__, state=State.MISSING, found="", mend=str(trouble))


def python(_: Home) -> Iterable[Check]:
    """Look at Countersign itself and the Python under it."""
    fits = (3, 11) <= sys.version_info < (3, 15)
    mend = "" if fits else "Use Python 3.11 to 3.14."
    told = f"countersign {__version__} on Python {platform.python_version()}, {platform.system()}"
    yield Check(name="python", state=State.GOOD if fits else State.MISSING, found=told, mend=mend)


def window(_: Home) -> Iterable[Check]:
    """Look for Qt, its system libraries, and a display to show a window on."""
    try:
        qt = f"PySide6 {version('PySide6-Essentials')}"
    except PackageNotFoundError:
        qt = "PySide6" if getattr(sys, "frozen", False) else ""
    if not qt:
        mend = "Install PySide6-Essentials; commands and the worker do without."
        yield Check(name="window", state=State.ADVICE, found="no Qt", mend=mend)
        return
    missing = display.missing_libraries(with_screen=bool(os.environ.get("DISPLAY")))
    if missing:
        found = f"{qt}, but system libraries are missing"
        yield Check(name="window", state=State.MISSING, found=found, mend=display.mend(missing))
        return
    why = display.trouble()
    shown = (
        os.environ.get("QT_QPA_PLATFORM") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    )
    if why:
        yield Check(name="window", state=State.ADVICE, found=f"{qt}, no window can open", mend=why)
    else:
        yield Check(name="window", state=State.GOOD, found=f"{qt} on {shown or platform.system()}")


def reading(home: Home) -> Iterable[Check]:
    """Open a document in a page child, as every document is opened."""
    pages = Pages(1, limits.load(home))
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "small.pdf"
            file.write_bytes(SMALL_PDF)
            answer = pages.open(file, "0" * 64, MediaType.PDF)
    finally:
        pages.close()
    if isinstance(answer, Refusal):
        told = f"a page child cannot open a small PDF: {answer.code} {answer.detail}"
        yield Check(name="reading", state=State.MISSING, found=told, mend="Install Countersign anew.")
    else:
        yield Check(
            name="reading", state=State.GOOD, found=f"a page child opens PDF (PyMuPDF {version('pymupdf')})"
        )


def ocr(_: Home) -> Iterable[Check]:
    """Look for the models that read scans; they come with the desk."""
    try:
        gone = [name for name in networks.FILES if not (networks.models() / name).is_file()]
    except FileNotFoundError:
        gone = list(networks.FILES)
    if gone:
        mend = "Install Countersign anew; its package rapidocr is damaged."
        yield Check(name="ocr", state=State.MISSING, found=f"no {' and no '.join(gone)}", mend=mend)
    else:
        yield Check(name="ocr", state=State.GOOD, found=f"the models of RapidOCR {version('rapidocr')}")


def folder(home: Home) -> Iterable[Check]:
    """Try whether the desk's folder can be written and has room."""
    there = next(place for place in (home.root, *home.root.parents) if place.exists())
    where = str(home.root) if there == home.root else f"{home.root} (made at the first start)"
    try:
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(b"countersign")
    except OSError as error:
        mend = "Choose another folder with --home or the variable COUNTERSIGN_HOME."
        yield Check(name="folder", state=State.MISSING, found=f"{where}: {error.strerror}", mend=mend)
        return
    yield Check(name="folder", state=State.GOOD, found=where)
    free = shutil.disk_usage(there).free
    state = State.GOOD if free >= PLENTY_BYTES else State.ADVICE if free >= NEEDED_BYTES else State.MISSING
    mend = (
        ""
        if state is State.GOOD
        else "Make room: with a full disk nothing can be recorded, so nothing is done."
    )
    yield Check(name="disk", state=state, found=f"{free / GIGABYTE:.1f} GB free", mend=mend)


def desk(home: Home) -> Iterable[Check]:
    """Look at the desk itself: its database, its keys, its agents."""
    condition = care.condition(home)
    yield Check(name="database", state=State.GOOD, found=condition.database)
    yield Check(name="keys", state=State.GOOD, found=condition.keys)
    if condition.is_served:
        yield Check(name="agents", state=State.GOOD, found="a worker runs for this desk")
    else:
        mend = "The desk and `countersign process` start one; without a window, run: countersign worker"
        yield Check(name="agents", state=State.GOOD, found="no worker runs at present", mend=mend)


def outside(home: Home) -> Iterable[Check]:
    """Look at what those outside, who cosign or time-stamp the log, said last; asks nobody."""
    if not care.is_there(home):
        return
    found = anchors.status(home)
    for told in (*found.witnesses, *found.stamps):
        seen = f"{told.who} has seen {told.records:,} of {found.records:,} records"
        is_bad = told.outcome in (Outcome.FAILED, Outcome.ALARM)
        state = State.MISSING if told.outcome is Outcome.ALARM else State.ADVICE if is_bad else State.GOOD
        yield Check(
            name="witness" if told.is_witness else "time stamps", state=state, found=seen, mend=told.why
        )
    if not found.witnesses:
        mend = (
            "The last records could be deleted unnoticed, because nobody outside has seen them. A second "
            "machine or an auditor can be a witness: countersign witness --help"
        )
        yield Check(name="witness", state=State.ADVICE, found="nobody outside sees the log", mend=mend)


PROBES: tuple[Callable[[Home], Iterable[Check]], ...] = (python, window, reading, ocr, folder, desk, outside)

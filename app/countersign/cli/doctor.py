"""Says what this machine lacks, and for each thing the mend."""

import base64
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from countersign import __version__
from countersign.agents.identities import names
from countersign.cli import display
from countersign.cli.tables import console, table
from countersign.cli.terminal import emit
from countersign.documents import networks
from countersign.documents.pool import Pages
from countersign.documents.process import CannotStart
from countersign.documents.sandbox.barrier import Against, Barrier
from countersign.domain.base import Frozen
from countersign.domain.document import MediaType, Refusal
from countersign.domain.errors import Trouble
from countersign.policy.load import find as find_policy
from countersign.policy.load import load as load_policy
from countersign.settings import catalogue, limits, models
from countersign.settings.home import Home
from countersign.sync.anchor import Outcome
from countersign.wiring import anchors, care
from countersign.wiring.models import speaker_of, tiers, trouble_with

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

SMALL_SCAN = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAASwAAACMAQAAAADubamCAAABXElEQVR42u3YMU6EQBSA4X8AV4pNZm4g8QTERm1c1JN4EsfEYo/h"
    b"TUTX0hiPgJ0ldKNheRbuJqwEnEareRWQL+/NvDehGCV4RBPhFYEFFlhggQUWWGCBBfZnzPxnUROmMGBNQpOwVk/cZB9Xu042oUUq"
    b"JZXSjktBu0J6Ufez3d1zV/Kes5454p1kSe95/8Smx/Cyx+ktz6NFdbvQrV5J7K7f3MFYUTEIESXWWcjGGxJhNsswEw3JqAAoFEIx"
    b"xjroMsUS6sn2PmxfRJl/m+lCvreAEvnTov2ZVpLFggOhSUezRXSHgKU0NNNFa2h/WZuqW0VHgU1tNZHNucK1dALl48902yMF2pZi"
    b"H3SVX7azfXe9c976Oy3Ou+Jibl5X0aeeKJrPyBPmCmXzsaK9WA2+1MMpLH2HVfqxxIe1WB92JqkPOzgyPsy8ZkOmBhcd60R8Ljpi"
    b"CT/8wAILzJd9AexUyN+ndTw+AAAAAElFTkSuQmCC"
)
"""A picture of the word on it: `SCANNED`."""
SCANNED = "Ledger"

ANEW = "Install Countersign anew."

KEPT = {
    Against.MEMORY: "bounded memory",
    Against.TIME: "bounded time",
    Against.NETWORK: "no network",
    Against.WRITING: "no writing of files",
    Against.READING: "no files but the program's own",
    Against.PROGRAMS: "no other programs",
    Against.OTHERS: "no touching of other processes",
    Against.RIGHTS: "no new rights",
    Against.OUTLIVING: "no life without the desk",
}
"""What a page child is kept to where the system offers it."""


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
    barriers: tuple[Barrier, ...] = ()
    """Of the sandbox: what a page child is kept from, and by which means of the system."""


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
    """Open a document and read a scan in a page child, as with all documents; say what it is kept from."""
    pages = Pages(1, limits.load(home))
    try:
        with tempfile.TemporaryDirectory() as folder:
            file, scan = Path(folder) / "small.pdf", Path(folder) / "small.png"
            file.write_bytes(SMALL_PDF)
            scan.write_bytes(SMALL_SCAN)
            answer = pages.open(file, "0" * 64, MediaType.PDF)
            seen = pages.recognise(scan, MediaType.PNG, 0)
            barriers = pages.barriers()
    except CannotStart as error:
        yield Check(name="reading", state=State.MISSING, found=str(error), mend=ANEW)
        return
    finally:
        pages.close()
    if isinstance(answer, Refusal):
        told = f"a page child cannot open a small PDF: {answer.code} {answer.detail}"
        yield Check(name="reading", state=State.MISSING, found=told, mend=ANEW)
    elif isinstance(seen, Refusal) or SCANNED not in [word.text for word in seen.words]:
        told = f"a page child cannot read a small scan: {seen.detail if isinstance(seen, Refusal) else ''}"
        yield Check(name="reading", state=State.MISSING, found=told, mend=ANEW)
    else:
        found = f"a page child opens PDF (PyMuPDF {version('pymupdf')}) and reads scans"
        yield Check(name="reading", state=State.GOOD, found=found)
    yield sandbox(barriers)


def sandbox(barriers: Sequence[Barrier]) -> Check:
    """Say what the system keeps a page child to, and what it does not."""
    kept = [KEPT[barrier.against] for barrier in barriers if barrier.by]
    open_ways = [f"{KEPT[barrier.against]} ({barrier.why})" for barrier in barriers if not barrier.by]
    return Check(
        name="sandbox",
        state=State.ADVICE if open_ways else State.GOOD,
        found=f"page children have {', '.join(kept)}",
        mend=f"This system does not see to: {'; '.join(open_ways)}." if open_ways else "",
        barriers=tuple(barriers),
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


def language_models(home: Home) -> Iterable[Check]:
    """Look at the language models configured; asks none of them."""
    found = tiers(models.load(home))
    if not found:
        yield Check(name="models", state=State.GOOD, found="no language model is configured")
    policy = load_policy(find_policy(home), catalogue.load(home), names()) if found else None
    for tier in found:
        speaker_of(tier.endpoint)  # whose key may lack
        told = f"{tier.name}: {tier.endpoint.model} at {tier.endpoint.url}"
        why = trouble_with(tier, policy.terms.agents.get(tier.agent)) if policy is not None else ""
        ask = "Whether it answers, says: countersign models check"
        yield Check(name="models", state=State.ADVICE if why else State.GOOD, found=told, mend=why or ask)


PROBES: tuple[Callable[[Home], Iterable[Check]], ...] = (
    python,
    window,
    reading,
    ocr,
    folder,
    language_models,
    desk,
    outside,
)

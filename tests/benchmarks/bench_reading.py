"""How well and how fast the agents read, by the measuring stick: `countersign evaluate` tells more."""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_documents import invoice, scan
from tests.benchmarks.bench_samples import PAPERLESS, peak_memory
from tests.benchmarks.figures import Figure

from countersign.agents import staff
from countersign.documents.pool import Pages
from countersign.domain.document import MediaType, Refusal
from countersign.domain.reading import Answer, Method, Reading
from countersign.domain.values import normalise
from countersign.insight.evaluate import Measured, evaluate
from countersign.insight.jobs import Wish
from countersign.insight.report import report
from countersign.insight.scoring import score, tally
from countersign.insight.told import Way
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.settings.limits import Limits
from countersign.wiring.batch import process

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_docs"
SHARED = ROOT.parent / "shared" / "data"
SETS = ("einvoice", "invoice2data", "kleister_nda", "longlist_claims", "statements", "va_claims")
BATCH = 1000
PEER = "invoice2data"
PEER_NAMES = {
    "issuer": "vendor_name",
    "invoice_number": "invoice_number",
    "date": "invoice_date",
    "amount": "gross_total",
    "amount_untaxed": "net_total",
    "currency": "currency",
}


def bench_speed() -> Iterator[Figure]:
    """Time what agents and page children compute for a born-digital page, and for pages of scans."""
    words = catalogue.load()
    pages = Pages(1, Limits())
    took: list[float] = []
    for line in (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        klass = words.klass(truth["class"])
        file = SAMPLES / truth["doc"]
        if klass is None or file.suffix != ".pdf" or "scans" in file.parts:
            continue
        opened = pages.open(file, truth["sha256"], MediaType.PDF)
        if isinstance(opened, Refusal) or len(opened.pages) != 1 or not opened.pages[0].words:
            continue
        began = time.process_time()
        _, classified = staff.classify(opened, words)
        staff.read(opened, klass, classified)
        took.append((time.process_time() - began) * 1000)
    pages.close()
    yield Figure(
        "classify and read, one born-digital page (median)", statistics.median(took), "ms of CPU", 25.0
    )
    yield Figure("classify and read, one born-digital page (slowest)", max(took), "ms of CPU")
    yield Figure("memory of the agents' process", _own_megabytes(), "MB", 300)
    for dpi in (200, 300):
        yield from _scanned(dpi)


def _scanned(dpi: int) -> Iterator[Figure]:
    """Recognise a page of dense print three times, in a child of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scan.png"
        file.write_bytes(scan(invoice(), dpi))
        pages = Pages(1, Limits())
        pages.recognise(file, MediaType.PNG, 0)
        took = []
        for _ in range(3):
            began = time.perf_counter()
            pages.recognise(file, MediaType.PNG, 0)
            took.append(time.perf_counter() - began)
        pages.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield Figure(f"recognise a page scanned at {dpi} dpi", statistics.median(took), "s", 3.0)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    yield Figure(f"recognise a page scanned at {dpi} dpi, start of the child shared", cpu / 4, "s of CPU")
    yield Figure(f"memory of a page child, {dpi} dpi", after.ru_maxrss / 1024, "MB", 1500)


def bench_rightness() -> Iterator[Figure]:
    """Measure the samples, then the public sets where they are, without looking at embedded data."""
    folders = [SAMPLES, *(SHARED / name for name in SETS if (SHARED / name).is_dir())]
    wish = Wish(Way(stripped=True))
    for measured in evaluate(folders, wish, catalogue.load()):
        yield from _figures(report(measured, wish))


def _figures(told: dict[str, Any]) -> Iterator[Figure]:
    note = "trained on" if told["how"]["shipped_model_knows_it"] else "not trained on"
    name = f"{told['set']} ({note})"
    yield Figure(f"{name}: micro-F1", told["all"]["f1"], "", better="more")
    if told["all"]["invented_share"] is not None:
        yield Figure(f"{name}: values invented", told["all"]["invented_share"] * 100, "% of absent", 3.0)
    if told["all"]["evidence_hit"] is not None:
        yield Figure(f"{name}: evidence on the value", told["all"]["evidence_hit"] * 100, "%", better="more")
    for table, held in told["tables"].items():
        if held["cells_f1"] is not None:
            yield Figure(f"{name}: cells of {table}, F1", held["cells_f1"], "", better="more")
    sure = told["calibration"]
    yield Figure(f"{name}: calibration error above chance", max(0.0, sure["ece"] - sure["ece_floor"]), "")


def bench_beside_invoice2data() -> Iterator[Figure]:
    """Read the peer's own test invoices, for which its templates were written, with both programs."""
    folder = SHARED / "invoice2data"
    if not folder.is_dir():
        return
    wish = Wish(Way(stripped=True), children=1)
    began = time.perf_counter()
    (measured,) = evaluate([folder], wish, catalogue.load())
    ours = time.perf_counter() - began
    count = len(measured.read)
    program = os.environ.get("COUNTERSIGN_BENCH_INVOICE2DATA") or shutil.which(PEER)
    f1, seconds = _peer(program, measured) if program else (None, None)
    said = f"{PEER} {f1:.3f} with its own templates" if f1 is not None else f"{PEER} is not installed"
    yield Figure(
        f"{PEER}'s test invoices: micro-F1", report(measured, wish)["all"]["f1"], "", peer=said, better="more"
    )
    said = f"{PEER} {seconds / count:.2f} s" if seconds is not None else f"{PEER} is not installed"
    yield Figure(f"{PEER}'s test invoices: a document, start included", ours / count, "s", peer=said)


def _peer(program: str, measured: Measured) -> tuple[float, float]:
    """Run the peer on each document; return its micro-F1 and its seconds for all of them together."""
    scores = []
    folder = measured.opening.folder
    files = [str(folder / one.told.truth["doc"]) for one in measured.read]
    with tempfile.TemporaryDirectory() as out:
        kept = Path(out) / "all.json"
        began = time.perf_counter()
        command = [program, "--output-format", "json", "--output-name", str(kept), *files]
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.perf_counter() - began
        answers = json.loads(kept.read_text(encoding="utf-8"))
    for one, answer in zip(measured.read, answers, strict=True):
        if one.klass is not None:
            readings = [_reading(one.klass, PEER_NAMES[k], v) for k, v in answer.items() if k in PEER_NAMES]
            scores += score(one.klass, readings, one.told.truth)
    return tally(scores).f1, seconds


def _reading(klass: Any, name: str, value: object) -> Reading:
    answer = Answer(value=normalise(klass.field(name).type, str(value)))
    return Reading(field=name, answer=answer, confidence=1_000_000, method=Method.TEXT)


def bench_batch() -> Iterator[Figure]:
    """Make a thousand documents of all classes, and take them through a fresh desk."""
    os.environ["COUNTERSIGN_KEY_STORE"] = "file"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        command = [sys.executable, str(SAMPLES / "make.py"), "--count", str(BATCH), "--seed", "4"]
        subprocess.run([*command, "--out", str(made)], check=True, capture_output=True)
        (made / "truth.jsonl").unlink()
        with peak_memory() as peak:
            began = time.perf_counter()
            count = len(list(process(Home(Path(folder) / "desk").prepare(), [made])))
            seconds = time.perf_counter() - began
    yield Figure(f"a batch of {count:,} documents", count / seconds * 60, "a minute", None, PAPERLESS, "more")
    yield Figure(f"a batch of {count:,} documents, peak memory of all processes", peak[0] / 1e6, "MB", 1200)


def _own_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

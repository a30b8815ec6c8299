"""How well and how fast the agents read: fields right, values invented, evidence hit, milliseconds a page."""

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure

from countersign.agents import local
from countersign.agents.classifier import classify
from countersign.agents.sheet import Sheet
from countersign.documents.pool import Pages
from countersign.insight.scoring import FieldScore, calibration_error, score, tally
from countersign.insight.told import Told, documents
from countersign.settings.catalogue import Catalogue, load
from countersign.settings.limits import Limits

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_docs"
SHARED = ROOT.parent / "shared" / "data"
SETS = ("einvoice", "invoice2data", "kleister_nda", "longlist_claims", "statements")
ONE_PAGE_MS = 25.0


def bench_reading() -> Iterator[Figure]:
    """Read the samples, then the public sets where they are, without looking at embedded data."""
    catalogue = load()
    pages = Pages(1, Limits())
    try:
        yield from _samples(catalogue, pages)
        for name in SETS:
            if (SHARED / name).is_dir():
                yield from _set(catalogue, pages, SHARED / name)
    finally:
        pages.close()


def _samples(catalogue: Catalogue, pages: Pages) -> Iterator[Figure]:
    by_kind: dict[str, list[FieldScore]] = defaultdict(list)
    took: list[float] = []
    for told in documents(SAMPLES, pages):
        if not told.is_complete:
            continue
        is_scan = told.truth["doc"].startswith("scans/")
        scores, milliseconds = _read(told, catalogue)
        by_kind["scans" if is_scan else str(told.truth["class"])].extend(scores)
        if len(told.opened.pages) == 1 and not is_scan:
            took.append(milliseconds)
    yield Figure(
        "classify and read, one born-digital page (median)", statistics.median(took), "ms", ONE_PAGE_MS
    )
    for kind, scores in sorted(by_kind.items()):
        yield from _figures(f"samples, {kind}", scores)


def _set(catalogue: Catalogue, pages: Pages, folder: Path) -> Iterator[Figure]:
    scores = [one for told in documents(folder, pages) for one in _read(told, catalogue)[0]]
    yield from _figures(f"{folder.name}, attachments stripped, trained on", scores)


def _read(told: Told, catalogue: Catalogue) -> tuple[list[FieldScore], float]:
    klass = catalogue.klass(told.truth["class"])
    if klass is None:
        return [], 0.0
    began = time.process_time()
    sheet = Sheet(told.opened)
    classified = classify(sheet, catalogue.classes)
    made = local.read(sheet, klass, classified.language)
    milliseconds = (time.process_time() - began) * 1000
    return score(klass, made.readings, told.truth, told.is_complete), milliseconds


def _figures(name: str, scores: list[FieldScore]) -> Iterator[Figure]:
    if not scores:
        return
    held = tally(scores)
    yield Figure(f"{name}: micro-F1", held.f1, "", better="more")
    if held.invented + held.silent:
        yield Figure(f"{name}: values invented", held.invented_share * 100, "% of absent", 3.0)
    yield Figure(f"{name}: evidence on the value", held.evidence_share * 100, "%", better="more")
    yield Figure(f"{name}: calibration error", calibration_error(scores), "")

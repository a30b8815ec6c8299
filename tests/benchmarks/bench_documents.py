"""How long the page children take: opening, drawing and recognising pages, in the child and round trip."""

import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pymupdf
from tests.benchmarks.figures import Figure

from countersign.documents import ocr, rapid
from countersign.documents.frames import Request
from countersign.documents.pool import Pages
from countersign.documents.reader import Reader
from countersign.documents.straighten import straighten
from countersign.domain.document import MediaType
from countersign.settings.limits import Limits

os.environ.setdefault("OMP_THREAD_LIMIT", "1")
LINES = 44


def invoice() -> bytes:
    """Return a born-digital page of some 190 words: a head, a table, sums."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((50, 60), "Muster Paper Ltd", fontsize=18, fontname="hebo")
    page.insert_text((50, 90), "Invoice number INV-2026-0042    Date 5 January 2026", fontsize=10)
    for number in range(LINES):
        y = 120 + number * 15
        page.draw_line((50, y + 4), (545, y + 4), color=(0.7, 0.7, 0.7))
        page.insert_text((50, y), f"Paper A{number}", fontsize=9)
        page.insert_text((420, y), f"{number + 1} {number * 3.17:.2f} {number * 31.7:.2f}", fontsize=9)
    page.insert_text((420, 800), "Total 30,021.34", fontsize=11, fontname="hebo")
    return bytes(document.tobytes(garbage=3, deflate=True))


def scan(content: bytes, dpi: int = 200) -> bytes:
    """Return the page as a scanner sees it: grey, with a little noise."""
    pixels = pymupdf.open(stream=content)[0].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
    grey = np.frombuffer(pixels.samples, dtype=np.uint8).reshape(pixels.height, pixels.width)
    noise = np.random.default_rng(7).normal(0, 6, grey.shape)
    noisy = (grey + noise).clip(0, 255).astype(np.uint8).tobytes()
    picture = pymupdf.Pixmap(pymupdf.csGRAY, pixels.width, pixels.height, noisy, False)
    picture.set_dpi(dpi, dpi)
    return bytes(picture.tobytes("png"))


def median(work: Callable[[], object], times: int) -> float:
    """Return the median seconds of some runs, after one to warm up."""
    work()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def bench_open_and_draw() -> Iterator[Figure]:
    """Time opening and drawing a born-digital page."""
    content = invoice()
    sha256 = hashlib.sha256(content).hexdigest()
    reader = Reader(Limits())
    asked = Request(do="open", sha256=sha256, media_type=MediaType.PDF)
    yield Figure(
        "open a page, in the child", median(lambda: reader.answer(asked, content), 50) * 1000, "ms", budget=12
    )
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "a.pdf"
        document.write_bytes(content)
        pages = Pages(1, Limits())
        began = time.perf_counter()
        pages.open(document, sha256, MediaType.PDF)
        yield Figure("first answer of a cold child", (time.perf_counter() - began) * 1000, "ms", budget=1500)
        opening = median(lambda: pages.open(document, sha256, MediaType.PDF), 50)
        yield Figure("open a page, round trip", opening * 1000, "ms", budget=20)
        for dpi in (72, 150):
            drawing = median(lambda dpi=dpi: pages.render(document, MediaType.PDF, 0, dpi), 20)
            yield Figure(f"draw a page at {dpi} dpi, round trip", drawing * 1000, "ms", budget=40)
        pages.close()


def bench_recognise() -> Iterator[Figure]:
    """Time OCR of a scanned page by the engine, and with all that the desk does around it."""
    picture = scan(invoice())
    reader = Reader(Limits())
    file = reader._load(Request(do="open", media_type=MediaType.PNG), picture)
    width, height, rows = file.grey(0)
    grey = np.frombuffer(rows, dtype=np.uint8).reshape(height, width)
    yield Figure("straighten a scanned page", median(lambda: straighten(grey), 5) * 1000, "ms", budget=100)
    engine = median(lambda: rapid.read(grey), 3)
    whole = median(lambda: ocr.recognise(0, file.size(0), (width, height, rows)), 3)
    yield Figure("OCR of a page, the engine alone", engine, "s")
    yield Figure("OCR of a page, as the desk does it", whole, "s", budget=3)

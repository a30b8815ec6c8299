"""How long a bundle of 10,000 cases takes to write and to verify, how big it is, and what memory it needs."""

import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.store.stories import ADA, CARD, invoice, review, story
from tests.support.exporting import take_out, verify

from countersign.domain.document import MediaType
from countersign.insight.bundle.preview import preview
from countersign.insight.bundle.scope import Scope, Withhold
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.settings.resources import shipped
from countersign.store.founding import open_store
from countersign.store.store import Store

os.environ["COUNTERSIGN_KEY_STORE"] = "file"
CASES = 10_000
AT_ONCE = 50


def fill(store: Store) -> None:
    """Put cases with documents on the record, every third of them countersigned."""
    for start in range(0, CASES, AT_ONCE):
        drafts = []
        for n in range(start, start + AT_ONCE):
            store.library.keep(f"case-{n}".encode(), MediaType.PDF, "bill.pdf")
            drafts.append(story(f"case-{n}", invoice(n, f"Vendor {n % 997} GmbH", f"{n}.00")))
            drafts.append(review(f"case-{n}") if n % 3 == 0 else [])
        store.append(list(chain.from_iterable(drafts)))


def memory() -> float:
    """Return the most memory that this process has held, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def bench_bundle() -> Iterator[Figure]:
    """Write a bundle of every case, then have each verifier that can run here check it."""
    words = catalogue.load()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "x.zip"
        with open_store(Home(Path(folder) / "home"), agents=[CARD], person=ADA, words=words) as store:
            fill(store)
            began = time.perf_counter()
            preview(store, Scope(), Withhold())
            yield Figure(f"bundle of {CASES:,} cases previewed", time.perf_counter() - began, "s", 3)
            before, began = memory(), time.perf_counter()
            bundle = take_out(store, words, out)
            yield Figure(f"bundle of {CASES:,} cases written", time.perf_counter() - began, "s", 60)
            yield Figure("memory that writing it took on top", memory() - before, "MB", 100)
        yield Figure("its size", bundle.bytes / 1e6, "MB")
        yield Figure("records in it", bundle.records, "records")
        began = time.perf_counter()
        done = verify(out)
        if done.returncode:
            raise AssertionError(done.stdout)
        yield Figure("verified by verify.py", time.perf_counter() - began, "s")
        with zipfile.ZipFile(out) as archive:
            archive.extractall(folder)
        began = time.perf_counter()
        script = str(shipped("resources", "verify", "verify.sh"))
        command = ["/bin/sh", script, str(Path(folder) / "x")]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise AssertionError(ran.stdout + ran.stderr)
        yield Figure("verified by verify.sh", time.perf_counter() - began, "s")

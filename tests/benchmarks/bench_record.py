"""How fast the record takes events in, durably, and how fast it is checked and read back."""

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.store.stories import ADA, CARD, READER, invoice, review, story

from countersign.domain.event import Checked, Draft
from countersign.domain.queue import Order, QueueQuery
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store

os.environ["COUNTERSIGN_KEY_STORE"] = "file"
AT_ONCE = 100


@contextmanager
def new_store() -> Iterator[Store]:
    """Open a store in a folder that goes away."""
    words = catalogue.load()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        with open_store(home, agents=[CARD], person=ADA, words=words) as store:
            yield store


def small(case: int, step: int) -> Draft:
    """A record such as a checker makes."""
    event = Checked(passed=("sums", "iban"), findings=(), facts={"n": step}, milliseconds=1)
    return Draft(event=event, actor=READER, case=f"c{case}", effect=f"c{case}/{step}")


def bench_append() -> Iterator[Figure]:
    """Append records one by one, from many threads, and 100 at a time."""
    with new_store() as store:
        singles = [small(n % 50, n) for n in range(1500)]
        began = time.perf_counter()
        for draft in singles:
            store.append([draft])
        yield _rate("records appended singly, one thread", len(singles), began, 250)

        with ThreadPoolExecutor(16) as pool:
            crowd = [small(n % 50, 10_000 + n) for n in range(4000)]
            began = time.perf_counter()
            list(pool.map(lambda draft: store.append([draft]), crowd))
            yield _rate("records appended singly, 16 threads", len(crowd), began, 1000)

        batches = [
            [small(case, 100_000 + batch * AT_ONCE + case) for case in range(AT_ONCE)] for batch in range(150)
        ]
        began = time.perf_counter()
        for batch in batches:
            store.append(batch)
        yield _rate("records appended 100 at a time", 150 * AT_ONCE, began, 15_000)


def bench_cases() -> Iterator[Figure]:
    """Append whole cases with sealed readings, check the log, read it and make its views again."""
    with new_store() as store:
        stories = [story(f"case-{n}", invoice(n, f"Vendor {n % 97} GmbH", f"{n}.00")) for n in range(1400)]
        began = time.perf_counter()
        for some in range(0, len(stories), 14):
            store.append(list(chain.from_iterable(stories[some : some + 14])))
        yield _rate("records of whole cases (7 each), 98 at a time", 7 * len(stories), began, None)

        for n in range(0, 1400, 7):
            store.append(review(f"case-{n}"))
        began = time.perf_counter()
        verdict = store.verify()
        if not verdict.ok:
            raise AssertionError(verdict.flaw)
        yield _rate("records verified", verdict.records, began, 66_000)

        began = time.perf_counter()
        yield _rate("records rebuilt into views", store.rebuild(), began, None)

        began = time.perf_counter()
        for n in range(300):
            store.entries(f"case-{n}")
        yield _each("entries of a case read", 300, began, None)

        began = time.perf_counter()
        for order in Order:
            for _ in range(25):
                store.page(QueueQuery(order=order))
        yield _each("page of 200 of the queue", 100, began, 100)


def _rate(name: str, count: int, began: float, budget: float | None) -> Figure:
    return Figure(name, count / (time.perf_counter() - began), "records/s", budget, better="more")


def _each(name: str, count: int, began: float, budget: float | None) -> Figure:
    return Figure(name, (time.perf_counter() - began) / count * 1000, "ms", budget)

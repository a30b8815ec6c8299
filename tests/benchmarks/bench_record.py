"""How fast the record takes events in, durably, and how fast it is checked, proven and read back."""

import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
from pymerkle import SqliteTree
from tests.benchmarks.figures import Figure
from tests.store.stories import ADA, CARD, READER, invoice, review, story

from countersign.audit.merkle import check_consistency, check_inclusion
from countersign.domain.event import Checked, Draft
from countersign.domain.queue import Order, QueueQuery
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store import database
from countersign.store.founding import open_store
from countersign.store.proofs import Proofs
from countersign.store.store import Store

os.environ["COUNTERSIGN_KEY_STORE"] = "file"
AT_ONCE = 100
RECORDS = int(os.environ.get("COUNTERSIGN_BENCH_RECORDS", "200000"))
"""Records of the log that is verified and proven."""
EVENTS = 400
"""Events that the peers keep."""


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


def bench_peers() -> Iterator[Figure]:
    """Keep the same events as commits of git, in a tree of pymerkle, and on the record, one by one."""
    bodies = [small(n % 50, n).event.model_dump_json() for n in range(EVENTS)]
    git, tree = _commits(bodies), _pymerkle(bodies)
    peers = f"git commit per event {git:,.0f}/s, pymerkle with a proof per event {tree:,.0f}/s; neither signs"
    yield Figure("events kept as one git commit each", git, "events/s", better="more")
    yield Figure("events kept in pymerkle (SQLite), state and proof each", tree, "events/s", better="more")
    with new_store() as store:
        began = time.perf_counter()
        for n in range(EVENTS):
            store.append([small(n % 50, n)])
        rate = EVENTS / (time.perf_counter() - began)
        yield Figure("the same events on the record, one by one", rate, "events/s", None, peers, "more")
        began = time.perf_counter()
        drafts = [small(n % 50, EVENTS + n) for n in range(EVENTS)]
        for start in range(0, EVENTS, AT_ONCE):
            store.append(drafts[start : start + AT_ONCE])
        rate = EVENTS / (time.perf_counter() - began)
        yield Figure("the same events on the record, 100 at a time", rate, "events/s", None, peers, "more")


def _commits(bodies: list[str]) -> float:
    git = shutil.which("git")
    if git is None:
        raise AssertionError("git is not installed")
    with tempfile.TemporaryDirectory() as folder:
        who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0"]
        run = [git, "-C", folder, *who]
        subprocess.run([*run, "init", "-q"], check=True)
        began = time.perf_counter()
        for n, body in enumerate(bodies):
            (Path(folder) / "event.json").write_text(body, encoding="utf-8")
            subprocess.run([*run, "add", "event.json"], check=True)
            subprocess.run([*run, "commit", "-q", "-m", f"event {n}"], check=True)
        return len(bodies) / (time.perf_counter() - began)


def _pymerkle(bodies: list[str]) -> float:
    with tempfile.TemporaryDirectory() as folder, SqliteTree(str(Path(folder) / "tree.db")) as tree:
        began = time.perf_counter()
        for body in bodies:
            index = tree.append_entry(body.encode())
            tree.get_state()
            tree.prove_inclusion(index)
        return len(bodies) / (time.perf_counter() - began)


def bench_disk() -> Iterator[Figure]:
    """Flush to the disk: no log that is durable can commit more often than this."""
    with tempfile.TemporaryFile() as file:
        began = time.perf_counter()
        for _ in range(100):
            os.write(file.fileno(), bytes(4096))
            os.fsync(file.fileno())
        yield _rate("flushes of this disk", 100, began, None, "1/s")


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
        began, cpu = time.perf_counter(), time.process_time()
        for batch in batches:
            store.append(batch)
        yield _rate("records appended 100 at a time", 150 * AT_ONCE, began, 15_000)
        rate = 150 * AT_ONCE / (time.process_time() - cpu)
        yield Figure("the same by processor time, without the disk", rate, "records/s", better="more")


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
        yield _rate("records verified, short log in one process", verdict.records, began, None)

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


def bench_verify() -> Iterator[Figure]:
    """Verify a long log of whole cases, as a whole and after a head, and prove records of it."""
    with mock.patch.object(database, "_prepare", _hasty(database._prepare)), new_store() as store:
        _fill(store, RECORDS)
        head = store.checkpoint()
        size = store.head()
        with _watched() as peak:
            began, before = time.perf_counter(), sum(os.times()[:4])
            verdict = store.verify()
            seconds, cpu = time.perf_counter() - began, sum(os.times()[:4]) - before
        if not verdict.ok:
            raise AssertionError(verdict.flaw)
        aim = size / 66_000
        what = f"{verdict.records:,} records, {verdict.openings:,} openings, {verdict.checkpoints:,} heads"
        yield Figure(f"verify of {what}", seconds, "s", aim)
        yield Figure("records verified", verdict.records / seconds, "records/s", 66_000, better="more")
        per_core = verdict.records / cpu
        yield Figure("the same per second of one processor", per_core, "records/s", better="more")
        yield Figure("peak memory of verification, all processes", peak[0] / 2**20, "MiB")
        began = time.perf_counter()
        if not store.verify(since=head).ok:
            raise AssertionError("the log does not go on from its own head")
        yield _rate("records held against a signed head alone", size, began, None)
        yield from _proofs(store, size)


def _fill(store: Store, records: int) -> None:
    """Fill a log with whole cases, one in a hundred reviewed by a person."""
    for some in range(0, records // 7, 14):
        cases = range(some, some + 14)
        stories = (story(f"case-{n}", invoice(n, f"Vendor {n % 97} GmbH", f"{n}.00")) for n in cases)
        store.append(list(chain.from_iterable(stories)))
        if some % 98 == 0:
            store.append(review(f"case-{some}"))


def _proofs(store: Store, size: int) -> Iterator[Figure]:
    chance = random.Random("proofs")
    with store._database.reading() as connection:
        proofs = Proofs(connection)
        root = proofs.root(size)
        places = [chance.randrange(size) for _ in range(2000)]
        began = time.perf_counter()
        for seq in places:
            check_inclusion(proofs.leaf(seq), seq, size, proofs.inclusion(seq, size), root)
        yield _rate("inclusion proofs made and checked", len(places), began, None, "proofs/s")
        sizes = [chance.randrange(1, size) for _ in range(500)]
        began = time.perf_counter()
        for old in sizes:
            check_consistency(old, size, proofs.consistency(old, size), proofs.root(old), root)
        yield _rate("consistency proofs made and checked", len(sizes), began, None, "proofs/s")


def _hasty(prepare: Any) -> Any:
    """Prepare connections that do not wait for the disk: only to fill a log that is then measured."""

    def hasty(connection: Any, record: Any) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    return hasty


@contextmanager
def _watched() -> Iterator[list[int]]:
    """Watch the memory of this process and its children; the list holds the most bytes so far."""
    peak, done, me = [0], threading.Event(), psutil.Process()

    def watch() -> None:
        while not done.wait(0.05):
            total = 0
            for process in (me, *me.children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def _rate(name: str, count: int, began: float, budget: float | None, unit: str = "records/s") -> Figure:
    return Figure(name, count / (time.perf_counter() - began), unit, budget, better="more")


def _each(name: str, count: int, began: float, budget: float | None) -> Figure:
    return Figure(name, (time.perf_counter() - began) / count * 1000, "ms", budget)

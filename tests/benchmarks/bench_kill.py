"""kill -9 of worker and page children at random moments while documents run: what is lost, or done twice.

20 kills over 200 documents. BENCH_KILL_KILLS=200 BENCH_KILL_DOCUMENTS=2000 is what a release must show;
BENCH_KILL_SEED takes other moments.
"""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.journeys.desks import decisions, fill, kill_a_worker_at_work, take, work_until_idle

from countersign.settings.home import Home
from countersign.store.founding import open_store

DOCUMENTS = int(os.environ.get("BENCH_KILL_DOCUMENTS", "200"))
KILLS = int(os.environ.get("BENCH_KILL_KILLS", "20"))
SEED = int(os.environ.get("BENCH_KILL_SEED", "7"))


def bench_kill() -> Iterator[Figure]:
    """Kill, restart, and count; every count that is not zero is a broken promise."""
    os.environ["COUNTERSIGN_KEY_STORE"] = "file"
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").prepare()
        cases = {item.case for item in take(home, fill(Path(folder) / "in", DOCUMENTS))}
        dice = random.Random(SEED)
        began = time.perf_counter()
        unverified = at_work = 0
        with open_store(home) as store:
            share = max(2, 2 * 4 * DOCUMENTS // (3 * KILLS))
            for _ in range(KILLS):
                both = dice.random() < 0.5
                at_work += kill_a_worker_at_work(home, store, dice, most=share, first_children=both) > 0
                unverified += not store.verify(incremental=True).ok
            work_until_idle(home, seconds=1200)
            counts = decisions(store)
            unverified += not store.verify().ok
        took = time.perf_counter() - began
    name = f"{DOCUMENTS} documents, {KILLS} kills:"
    yield Figure(f"{name} cases without a decision", len(cases - counts.keys()), "cases", budget=0)
    twice = sum(count != 1 for count in counts.values())
    yield Figure(f"{name} cases not decided exactly once", twice, "cases", budget=0)
    yield Figure(f"{name} times that the log did not verify", unverified, "times", budget=0)
    yield Figure(f"{name} kills that hit a worker at work", at_work, "kills")
    yield Figure(f"{name} all in all", took, "s")

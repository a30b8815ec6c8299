"""kill -9 at 200 random moments while four threads append: what was acknowledged and is gone."""

import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.store.killing import Outcome, kill_once

from countersign.settings import catalogue
from countersign.settings.home import Home

os.environ["COUNTERSIGN_KEY_STORE"] = "file"
KILLS = int(os.environ.get("BENCH_KILL_RECORD_KILLS", "200"))
KILLS_A_DESK = 20
SEED = 3


def bench_kill_record() -> Iterator[Figure]:
    """Kill, open again, verify, rebuild; what has a budget of 0 and is more is a broken promise."""
    words = catalogue.load()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.store.killing"])
    chance = random.Random(SEED)
    began = time.perf_counter()
    outcomes: list[Outcome] = []
    while len(outcomes) < KILLS:
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder) / "home")
            rounds = range(min(KILLS_A_DESK, KILLS - len(outcomes)))
            outcomes += [kill_once(processes, home, words, f"r{n}", chance) for n in rounds]
    name = f"{KILLS} kills:"
    yield Figure(f"{name} records acknowledged", sum(o.acknowledged for o in outcomes), "records")
    yield Figure(f"{name} acknowledged records lost", sum(o.lost for o in outcomes), "records", budget=0)
    flaws = sum(o.flaw is not None for o in outcomes)
    yield Figure(f"{name} times that the log did not verify", flaws, "times", budget=0)
    wrong = sum(not o.are_views_right for o in outcomes)
    yield Figure(f"{name} times that the views were not those of a rebuild", wrong, "times", budget=0)
    left = sum(o.left_unsigned > 0 for o in outcomes)
    yield Figure(f"{name} heads left unsigned by the kill", left, "heads")
    still = sum(o.still_unsigned > 0 for o in outcomes)
    yield Figure(f"{name} heads still unsigned once opened again", still, "heads", budget=0)
    yield Figure(f"{name} all in all", time.perf_counter() - began, "s")

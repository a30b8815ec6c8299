"""Several processes on one log, and processes that die in the middle of an append."""

import multiprocessing
import os
import random
import threading
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from tests.store.appending import append_cases
from tests.store.stories import ADA, CARD

from countersign.domain.case import Status
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs kill -9 and a fork server")
KILLS = 30


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Starts processes from one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.appending"])
    return context


def test_two_processes_that_append_at_once_keep_one_chain(
    processes: ForkServerContext, home: Home, words: Catalogue, tmp_path: Path
) -> None:
    """Both find an empty folder, too: one founds the desk, the other joins it."""
    both: list[BaseProcess] = [
        processes.Process(target=append_cases, args=(home.root, words, name, 40, tmp_path / name))
        for name in ("desk", "worker")
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.head() == 4 + 2 * 40 * 10
        assert store.counts().by_status[Status.APPROVED] == 80
        verdict = store.verify()
        assert verdict.ok, verdict.flaw
        assert verdict.cases == 80


def test_kill_9_in_the_middle_of_appends_loses_nothing_that_was_acknowledged(
    processes: ForkServerContext, home: Home, words: Catalogue, tmp_path: Path
) -> None:
    chance = random.Random("kill")
    acknowledged = tmp_path / "acknowledged"
    never = threading.Event()
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        for round_ in range(KILLS):
            process = processes.Process(
                target=append_cases, args=(home.root, words, f"r{round_}", None, acknowledged)
            )
            process.start()
            _wait_for(acknowledged, f"r{round_}-0\n")
            never.wait(chance.random() * 0.04)
            process.kill()
            process.join(10)
            if round_ % 5 == 4:
                verdict = store.verify()
                assert verdict.ok, verdict.flaw
        names = acknowledged.read_text().split()
        assert len(names) >= KILLS
        for case in names:
            assert len(store.entries(case)) == 10
        _has_no_half_request({case: len(store.entries(case)) for case in store.changed_cases(0)})
        counts = store.counts()
        assert counts.by_status[Status.APPROVED] >= len(names)
        store.rebuild()
        assert store.counts() == counts


def _has_no_half_request(lengths: dict[str, int]) -> None:
    """Requests were of three and of seven records."""
    assert set(lengths.values()) <= {3, 10}


def _wait_for(file: Path, line: str) -> None:
    waiting = threading.Event()
    for _ in range(1000):
        if file.exists() and line in file.read_text():
            return
        waiting.wait(0.01)
    raise AssertionError(f"{line!r} was not acknowledged within ten seconds")

"""kill -9 in the middle of appends from several threads: what was acknowledged stays, signed and in view."""

import multiprocessing
import os
import random

import pytest
from tests.store.killing import kill_once

from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs kill -9 and a fork server")
KILLS = 4


def test_kill_9_between_threads_that_append_loses_no_record_that_was_acknowledged(
    home: Home, words: Catalogue
) -> None:
    """`python -m tests.benchmarks.run kill_record` does the same 200 times."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.store.killing"])
    chance = random.Random("kills")
    for n in range(KILLS):
        outcome = kill_once(processes, home, words, f"r{n}", chance)
        assert outcome.acknowledged > 0
        assert outcome.lost == 0
        assert outcome.flaw is None
        assert outcome.still_unsigned == 0
        assert outcome.are_views_right

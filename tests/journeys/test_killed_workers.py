"""A worker may die at any moment: nothing is lost, nothing is done twice, and the record still verifies."""

import random
from collections import Counter
from pathlib import Path

from tests.journeys.desks import decisions, fill, kill_a_worker_at_work, take, work_until_idle

from countersign.settings.home import Home
from countersign.store.founding import open_store

KINDS_OF_A_RUN = ("document_received", "document_opened", "classified", "decided")


def test_all_cases_are_decided_once_after_workers_were_killed_at_random_moments(
    home: Home, tmp_path: Path
) -> None:
    cases = {item.case for item in take(home, fill(tmp_path / "in", 12))}
    dice = random.Random(7)
    with open_store(home) as store:
        killed_at_work = sum(kill_a_worker_at_work(home, store, dice, most=12) > 0 for _ in range(3))
        assert store.verify().ok
        work_until_idle(home)
        assert decisions(store) == dict.fromkeys(cases, 1)
        for case in decisions(store):
            kinds = Counter(entry.event.kind for entry in store.entries(case))
            assert [kinds[kind] for kind in KINDS_OF_A_RUN] == [1, 1, 1, 1]
        assert store.verify().ok
    assert killed_at_work > 0

"""A worker has its log witnessed while it works, and a witness that is gone does not keep it from working."""

import threading
from collections.abc import Callable
from pathlib import Path

from tests.journeys.desks import decisions, fill, take, worker
from tests.support.anchored import grow, opened
from tests.support.witnesses import KNOWN, serving

from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring import anchors


def decided(store: Store) -> set[str]:
    """Return the cases that have a decision."""
    return {case for case, count in decisions(store).items() if count}


def until(ready: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until a condition holds."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if ready():
            return True
        pause.wait(0.05)
    return False


def test_what_a_worker_records_is_witnessed_without_anybody_asking(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    grow(home, 1)
    with opened(home) as store:
        log = store.log()
    anchors.add_witness(home, "http://127.0.0.1:1", KNOWN.text)  # nobody is there yet
    cases = {item.case for item in take(home, fill(tmp_path / "in", 2))}
    file = home.root / "anchors.yaml"
    file.write_text(file.read_text().replace("every: 10s", "every: 1s"))
    (tmp_path / "witness").mkdir()
    with serving(tmp_path / "witness", log) as witness, worker(home), open_store(home) as store:
        assert until(lambda: cases <= decided(store)), "the silent witness held the work up"
        assert until(lambda: "does not answer" in anchors.status(home).witnesses[0].why)
        file.write_text(file.read_text().replace("http://127.0.0.1:1", witness.url))
        assert until(lambda: anchors.status(home).unseen == 0)

"""Keeping a worker alive beside a window: it gives way to the window, and ends with its supervisor."""

import os
import sys
from pathlib import Path

import pytest

from countersign.settings.home import Home
from countersign.wiring.supervise import GENTLENESS, start_gentle_worker


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has classes of priority, no niceness")
def test_a_worker_beside_a_window_gives_way_to_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "desk")
    home.prepare()
    child = start_gentle_worker(home)
    try:
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == min(19, ours + GENTLENESS)
    finally:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(60) == 0

"""The desk as a program: it opens, takes files in, and ends in peace with its worker when told to."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journeys.desks import invoice

from countersign.domain.case import Status, unfold
from countersign.intake.take import case_id
from countersign.settings.home import Home
from countersign.store.founding import visit_store
from countersign.wiring.supervise import is_served


def until(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Look again and again, for a while."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.1)):
        if holds():
            return True
        pause.wait(0.1)
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals between processes")
def test_the_desk_takes_files_in_and_ends_with_its_worker_when_told_to(tmp_path: Path) -> None:
    content = invoice(1)
    document, home = tmp_path / "bill.pdf", Home(tmp_path / "desk")
    document.write_bytes(content)
    case = case_id(hashlib.sha256(content).hexdigest())
    command = [sys.executable, "-m", "countersign", "desk", "--home", str(home.root), str(document)]
    desk = subprocess.Popen(
        command, stderr=subprocess.PIPE, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    )

    def decided() -> bool:
        assert desk.poll() is None, desk.stderr and desk.stderr.read().decode()
        if not home.database.exists():
            return False
        with visit_store(home) as store:
            file = unfold(store.entries(case))
        return file is not None and file.status is not Status.RECEIVED

    try:
        assert until(decided)
        assert is_served(home)
        desk.send_signal(signal.SIGTERM)
        assert desk.wait(30) == 0
        assert not is_served(home)
    finally:
        desk.kill()
        assert desk.communicate()[1].decode() == ""

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
from countersign.wiring.desk import open_desk
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
        if not is_served(home):
            return False  # the desk may not be founded yet; its worker starts after that
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


def test_a_second_desk_on_the_same_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    first = open_desk(Home(tmp_path), with_worker=False)
    try:
        command = [sys.executable, "-m", "countersign", "--home", str(tmp_path)]
        second = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    finally:
        first.close()
    assert second.returncode == 1
    assert second.stderr.startswith(f"countersign: Another desk is open on {tmp_path}.")
    assert len(second.stderr.splitlines()) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_the_desk_says_so_in_one_sentence(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    command = [sys.executable, "-m", "countersign", "--home", str(tmp_path / "desk")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=bare)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "desk").exists()

"""An export that is killed leaves no half zip, and the next one is whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.store.stories import ADA, CARD
from tests.support.bag_reader import Bagged
from tests.support.exporting import ROOT, fill, take_out

from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store


@pytest.mark.skipif(os.name != "posix", reason="kills by a signal")
def test_a_killed_export_leaves_no_bundle_and_the_next_clears_up(tmp_path: Path) -> None:
    words, home, out = catalogue.load(), Home(tmp_path / "home"), tmp_path / "out" / "x.zip"
    out.parent.mkdir()
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        fill(store, [f"c{n}" for n in range(75)])  # more records than a progress waits for
    command = [sys.executable, "-m", "tests.support.exporting", str(home.root), str(out)]
    path = os.pathsep.join((str(ROOT), str(ROOT / "app")))
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not out.exists()
    (left,) = out.parent.iterdir()
    assert left.name.startswith(".x.zip.")
    os.utime(left, (0, 0))  # long ago: what is fresh may be another's who writes at this moment
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.verify().ok
        take_out(store, words, out)
    assert [file.name for file in out.parent.iterdir()] == ["x.zip"]
    bag = Bagged(out)
    bag.check_proofs()
    assert len(bag.json("data/completeness.json")["cases"]) == 75

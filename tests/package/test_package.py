"""The built folder is the whole desk: window, worker, page children, models, schema; no Python beside it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.package

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "dist" / "countersign" / ("countersign.exe" if sys.platform == "win32" else "countersign")
SAMPLES = ROOT / "sample_docs"
PATIENCE = 120.0
"""Seconds for a cold start of everything on a slow disk."""


@pytest.fixture(autouse=True)
def built() -> None:
    if not BUILT.exists():
        pytest.skip("nothing is built: `make package` builds the desk and then runs this")


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where no checkout and no environment can be found by accident."""
    monkeypatch.chdir(tmp_path)
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", os.defpath)


def truths(**wanted: str) -> Iterator[dict[str, Any]]:
    for line in (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        if all(str(truth.get(name, "")) == value for name, value in wanted.items()):
            yield truth


def told(*arguments: str, home: Path) -> list[dict[str, Any]]:
    """Run a command of the built desk and return what it says."""
    command = [str(BUILT), *arguments, "--json", "--home", str(home)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def values(case: dict[str, Any]) -> dict[str, str]:
    return {
        f["reading"]["field"]: f["reading"]["answer"]["value"]
        for f in case["fields"]
        if f["reading"]["answer"]
    }


@pytest.mark.usefixtures("outside")
def test_the_built_desk_opens_its_window_and_reads_a_sample_document(tmp_path: Path) -> None:
    truth = next(
        t for t in truths(**{"class": "invoice"}) if t["doc"].endswith(".pdf") and "scan" not in t["doc"]
    )
    document, home = SAMPLES / truth["doc"], tmp_path / "desk"
    desk = subprocess.Popen(
        [str(BUILT), "desk", "--home", str(home), str(document)],
        stderr=subprocess.PIPE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    pause = threading.Event()
    try:
        case: dict[str, Any] = {"status": "received"}
        for _ in range(int(PATIENCE)):
            assert desk.poll() is None, desk.stderr and desk.stderr.read().decode()
            command = [str(BUILT), "show", document.name, "--json", "--home", str(home)]
            shown = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
            case = json.loads(shown.stdout) if shown.returncode == 0 else case
            if case["status"] != "received":
                break
            pause.wait(0.5)
        right = {f["name"]: f["normalised"] for f in truth["fields"]}
        assert case["status"] in ("waiting", "straight_through")
        assert case["klass"] == "invoice"
        assert values(case)["invoice_number"] == right["invoice_number"]
        assert values(case)["gross_total"] == right["gross_total"]
        desk.send_signal(signal.SIGTERM)
        desk.wait(PATIENCE)
    finally:
        desk.kill()
        assert desk.communicate()[1].decode() == ""
    (verdict,) = told("verify", home=home)
    assert verdict["ok"]


@pytest.mark.usefixtures("outside")
def test_the_built_desk_reads_a_scan_with_the_engines_that_it_brings(tmp_path: Path) -> None:
    truth = next(
        t for t in truths(**{"class": "invoice"}) if t["doc"].endswith((".png", ".jpg", ".tif", ".tiff"))
    )
    outcome, totals = told("process", str(SAMPLES / truth["doc"]), home=tmp_path / "desk")
    assert totals["documents"] == 1
    (explanation,) = told("explain", outcome["case"], home=tmp_path / "desk")
    assert "1 read from the picture" in " ".join(step["did"] for step in explanation["steps"])
    assert outcome["class"] == "invoice"


@pytest.mark.usefixtures("outside")
def test_the_built_desk_lacks_nothing_that_it_needs(tmp_path: Path) -> None:
    checks = {check["name"]: check["state"] for check in told("doctor", home=tmp_path / "desk")}
    assert "missing" not in checks.values()
    assert checks["reading"] == "good"


@pytest.mark.usefixtures("outside")
def test_the_built_desk_exports_a_bundle_that_it_and_a_bare_python_verify(tmp_path: Path) -> None:
    document = next(t["doc"] for t in truths(**{"class": "statement"}) if t["doc"].endswith(".pdf"))
    home, out = tmp_path / "desk", tmp_path / "bundle.zip"
    told("process", str(SAMPLES / document), home=home)
    told("export", "--class", "statement", "--out", str(out), home=home)
    for command in (
        [str(BUILT), "check-bundle", str(out)],
        [sys.executable, "-I", "-S", str(ROOT / "resources" / "verify" / "verify.py"), str(out)],
    ):
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.splitlines()[-1].startswith("VERIFIED")


@pytest.mark.usefixtures("outside")
def test_the_built_desk_can_be_a_witness(tmp_path: Path) -> None:
    place = str(tmp_path / "witness")
    command = [str(BUILT), "witness", "init", "witness.example/1", "--home", place]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "witness.example/1+" in done.stdout

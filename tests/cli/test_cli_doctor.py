"""The doctor finds what is missing, says the mend, and fails only for what is needed."""

import json
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from countersign.cli import doctor
from countersign.cli.doctor import State
from countersign.documents import process
from countersign.documents.sandbox.barrier import Against, Means, barriers
from countersign.settings.home import Home

Usage = namedtuple("Usage", "total used free")


def test_a_page_child_really_opens_a_document(tmp_path: Path) -> None:
    opened, _ = doctor.reading(Home(tmp_path))
    assert opened.state is State.GOOD, opened.found


def test_page_children_that_do_not_start_are_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_command", lambda: [sys.executable, "-c", "raise SystemExit(3)"])
    (check,) = doctor.reading(Home(tmp_path))
    assert (check.state, check.mend) == (State.MISSING, doctor.ANEW)
    assert "exit status 3" in check.found


def test_what_keeps_a_page_child_to_reading_is_told_and_what_does_not() -> None:
    told = {Means.SYSTEM_CALLS: "", Means.MEMORY_LIMIT: "", Means.LANDLOCK: "Function not implemented"}
    check = doctor.sandbox(barriers(told))
    assert check.state is State.ADVICE
    assert "bounded memory, no network, no writing of files" in check.found
    assert "no files but the program's own (Landlock: Function not implemented)" in check.mend
    every = doctor.sandbox(barriers(dict.fromkeys(Means, "")))
    assert (every.state, every.mend) == (State.GOOD, "")
    assert every.found.count(", ") == len(Against) - 1


def test_limits_that_cannot_be_used_are_a_finding_with_a_mend(tmp_path: Path) -> None:
    (tmp_path / "limits.yaml").write_text("max_pagse: 3", encoding="utf-8")
    (check,) = doctor._probe(doctor.reading, Home(tmp_path))
    assert check.state is State.MISSING
    assert "limits.yaml" in check.mend


@pytest.mark.parametrize(
    ("free", "state"), [(100_000_000, State.MISSING), (1_000_000_000, State.ADVICE), (10**11, State.GOOD)]
)
def test_a_full_disk_is_missing_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: State
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, free))
    folder, disk = doctor.folder(Home(tmp_path / "new"))
    assert (folder.state, disk.state) == (State.GOOD, state)
    assert not (tmp_path / "new").exists()


def test_a_place_that_cannot_be_written_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    (check,) = doctor.folder(Home(file / "desk"))
    assert check.state is State.MISSING
    assert "--home" in check.mend


def test_the_models_that_read_scans_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = doctor.ocr(Home(tmp_path))
    assert (found.state, found.mend) == (State.GOOD, "")
    monkeypatch.setattr("countersign.documents.networks.models", lambda: tmp_path)
    (gone,) = doctor.ocr(Home(tmp_path))
    assert gone.state is State.MISSING
    assert "PP-OCR" in gone.found


def test_the_status_is_1_only_when_something_needed_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def advice(_: Home) -> list[doctor.Check]:
        return [doctor.Check(name="a", state=State.ADVICE, found="", mend="b")]

    def missing(_: Home) -> list[doctor.Check]:
        return [doctor.Check(name="c", state=State.MISSING, found="", mend="d")]

    monkeypatch.setattr(doctor, "PROBES", (advice,))
    assert doctor.run(Home(tmp_path), as_json=True) == 0
    monkeypatch.setattr(doctor, "PROBES", (advice, missing))
    assert doctor.run(Home(tmp_path), as_json=True) == 1
    assert [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()] == ["a", "a", "c"]

"""Whatever happens at the door becomes an exit status and, for what a person can mend, one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from countersign import __version__
from countersign.cli import door
from countersign.cli.app import Agents, Window
from countersign.domain.errors import Trouble


def failing(error: BaseException) -> int:
    raise error


def test_trouble_is_one_sentence_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.guarded(lambda: failing(Trouble("The disk is full. Make room."))) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "countersign: The disk is full. Make room.\n")


def test_a_bug_shows_its_traceback_and_how_to_report_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.guarded(lambda: failing(KeyError("gone"))) == 70
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "KeyError: 'gone'" in said
    assert f"bug in countersign {__version__}" in said


def test_an_interruption_is_status_130_and_says_that_nothing_is_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert door.guarded(lambda: failing(KeyboardInterrupt())) == 130
    assert "What is recorded is recorded" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "whose"),
    [
        (["--no-such-option"], "countersign"),
        (["no-such-command"], "countersign"),
        (["show"], "countersign show"),
        (["process"], "countersign process"),
        (["people", "enrol", "--no-such-option"], "countersign people enrol"),
        (["check-bundle", "a.zip", "b.zip"], "countersign check-bundle"),
        (["export", "--since", "yesterday"], "countersign export"),
    ],
)
def test_a_line_that_is_no_command_is_status_2_and_points_to_the_help_of_what_was_meant(
    line: list[str], whose: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert door.enter(line) == 2
    said = capsys.readouterr().err
    assert f" `{whose} --help` says what there is.\n" in said
    assert said[said.index(f" `{whose}") - 1] in ".?", "the sentence before it has an end"
    assert "Value error" not in said


@pytest.mark.parametrize("group", ["people", "keys", "witness"])
def test_a_group_without_a_command_shows_its_help_and_complains_of_nothing(
    group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert door.enter([group]) == 2
    said = capsys.readouterr()
    assert "Usage:" in said.out + said.err
    assert "countersign: " not in said.err


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.enter(["--version"]) == 0
    assert capsys.readouterr().out == f"countersign {__version__}\n"


def test_the_bare_command_wishes_for_the_window(tmp_path: Path) -> None:
    assert door.enter(["--home", str(tmp_path)]) == Window(home=tmp_path)


def test_the_desk_command_wishes_for_the_window_with_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    wish = door.enter(["desk", "--home", str(tmp_path), "a.pdf"])
    assert wish == Window(home=tmp_path, bring_in=(Path("a.pdf"),))


def test_a_home_named_before_the_command_counts_unless_one_is_named_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    assert door.enter(["--home", str(before), "desk"]) == Window(home=before)
    assert door.enter(["--home", str(before), "desk", "--home", str(after)]) == Window(home=after)


def test_help_loads_neither_the_screens_nor_the_engines() -> None:
    probe = (
        "import sys; from countersign.cli import door; door.enter(['--help']);"
        "print([m for m in ('PySide6', 'pymupdf', 'onnxruntime', 'sqlalchemy', 'dbos') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_worker_command_wishes_for_the_agents(tmp_path: Path) -> None:
    assert door.enter(["worker", "--home", str(tmp_path)]) == Agents(home=tmp_path)
    assert door.enter(["worker", "--json", "--home", str(tmp_path)]) == Agents(home=tmp_path, as_json=True)


@pytest.mark.parametrize("command", ["process", "show", "explain", "verify", "rebuild", "worker", "doctor"])
def test_every_command_takes_a_home_and_json(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.enter([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert "--home" in told
    assert "--json" in told

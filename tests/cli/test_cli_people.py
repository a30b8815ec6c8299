"""`people` and `keys` at the command line, and how it asks for passwords."""

import getpass
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.people import ADA, CHEAP, Answers

from countersign.agents.identities import cards
from countersign.cli import asking, door
from countersign.settings.home import Home
from countersign.store import founding, sealing
from countersign.store.founding import open_store


class Terminal:
    """A command line that Ada sits at."""

    def __init__(self, home: Home, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._home = home
        self._capsys = capsys
        self._patch = patch

    def run(self, *line: str, answers: tuple[str | None, ...] = (), status: int = 0) -> str:
        """Run a command, answer what is asked; return what it wrote, first of all its output."""
        self._patch.setattr(asking, "hidden", Answers(*answers))
        found = door.enter([*line, "--home", str(self._home.root)])
        said = self._capsys.readouterr()
        assert found == status, said.err
        return said.out + said.err

    def rows(self, *line: str, answers: tuple[str | None, ...] = ()) -> list[dict[str, Any]]:
        """Run a command that writes JSON."""
        return [json.loads(row) for row in self.run(*line, "--json", answers=answers).splitlines()]


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(sealing, "STRONG", CHEAP)
    monkeypatch.setattr(founding, "account", lambda: "ada")
    home = Home(tmp_path / "desk")
    open_store(home, person=ADA, agents=cards()).close()
    return Terminal(home, capsys, monkeypatch)


def test_a_person_is_enrolled_given_roles_and_revoked(terminal: Terminal) -> None:
    said = terminal.run("people", "enrol", "bob", "--name", "Bob Byrne", "--role", "processor")
    assert "Bob Byrne" in said
    [bob] = terminal.rows("people", "roles", "bob", "--role", "auditor", "--role", "approver")
    assert bob["roles"] == ["auditor", "approver"]
    assert "no: left" in terminal.run("people", "revoke", "bob", "--why", "left")
    people = {row["id"]: row for row in terminal.rows("people", "list")}
    assert people["ada"]["revoked"] is None
    assert people["bob"]["revoked"] == "left"
    assert "holds" in terminal.run("verify")


def test_a_person_may_be_enrolled_with_a_password_of_their_own(terminal: Terminal) -> None:
    line = ("people", "enrol", "bob", "--name", "Bob Byrne", "--role", "processor", "--password")
    [bob] = terminal.rows(*line, answers=("correct horse",))
    assert bob["assurance"].endswith("+password")


def test_without_a_terminal_nobody_is_enrolled_with_a_password(terminal: Terminal) -> None:
    line = ("people", "enrol", "bob", "--name", "Bob", "--role", "processor", "--password")
    assert "Start from a terminal" in terminal.run(*line, status=1)
    assert [row["id"] for row in terminal.rows("people", "list")] == ["ada"]


def test_a_role_that_there_is_not_is_a_line_that_is_no_command(terminal: Terminal) -> None:
    terminal.run("people", "enrol", "bob", "--name", "Bob", "--role", "king", status=2)
    terminal.run("people", "enrol", "bob", "--name", "Bob", status=2)


def test_a_password_is_set_and_then_wanted(terminal: Terminal) -> None:
    terminal.run("people", "password", answers=("correct horse",))
    line = ("people", "enrol", "bob", "--name", "Bob", "--role", "processor")
    assert "password" in terminal.run(*line, status=1)
    assert "not your password" in terminal.run(*line, answers=("a", "b", "c"), status=1)
    terminal.run(*line, answers=("wrong", "correct horse"))
    assert terminal.rows("people", "list")[0]["failures"] == 4


def test_keys_are_shown_rotated_and_revoked(terminal: Terminal) -> None:
    before = {row["holder"]: row["key"] for row in terminal.rows("keys", "show")}
    agent = next(name for name in before if name.startswith("agent "))
    for line in (["--desk"], ["--person", "ada"], ["--agent", agent.removeprefix("agent ")]):
        assert "from here on" in terminal.run("keys", "rotate", *line)
    terminal.run("keys", "rotate")  # the desk's once more
    after = {row["holder"]: row["key"] for row in terminal.rows("keys", "show")}
    assert {name for name in before if before[name] != after[name]} == {"desk", "person ada", agent}
    terminal.run("keys", "revoke", "--agent", agent.removeprefix("agent "), "--why", "a test")
    assert "revoked: a test" in terminal.run("keys", "show")
    assert "holds" in terminal.run("verify")


def test_two_keys_are_not_rotated_at_once(terminal: Terminal) -> None:
    terminal.run("keys", "rotate", "--desk", "--person", "ada", status=2)


def test_keys_go_into_a_recovery_file_and_come_back(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "recovery"
    said = terminal.run("keys", "backup", "--out", str(file), answers=("a long phrase",))
    assert "Keep the two apart" in " ".join(said.split())
    for key in (tmp_path / "desk" / "keys").iterdir():
        key.unlink()
    assert "keys restore" in terminal.run("verify", status=1)
    assert "The keys are back" in terminal.run("keys", "restore", str(file), answers=("a long phrase",))
    assert "holds" in terminal.run("verify")


def test_the_keys_of_the_desk_get_a_password(terminal: Terminal) -> None:
    terminal.run("keys", "password", answers=("correct horse",))
    assert "COUNTERSIGN_PASSWORD_FILE" in terminal.run("keys", "show", status=1)
    shown = terminal.rows("keys", "show", answers=("correct horse",))
    assert shown[0]["kept"] == "password_sealed_file"


@pytest.mark.parametrize("line", [["people", "list"], ["keys", "show"], ["keys", "restore", "recovery"]])
def test_where_there_is_no_desk_none_is_made(
    line: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert door.enter([*line, "--home", str(tmp_path / "nowhere")]) == 1
    assert "There is no desk" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


# -- asking -----------------------------------------------------------------------------------------------


class Keyboard:
    """A terminal at which these lines are typed."""

    def __init__(self, *lines: str, is_terminal: bool = True) -> None:
        self._lines = list(lines)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def __call__(self, prompt: str, stream: Any = None) -> str:
        assert self._is_terminal
        if not self._lines:
            raise EOFError
        return self._lines.pop(0)


@pytest.mark.parametrize(
    ("keyboard", "again", "answer"),
    [
        (Keyboard("secret"), False, "secret"),
        (Keyboard("secret", "secret"), True, "secret"),
        (Keyboard("secret", "secrte", "second", "second"), True, "second"),
        (Keyboard("secret"), True, None),
        (Keyboard(), False, None),
        (Keyboard("secret", is_terminal=False), False, None),
    ],
)
def test_a_password_is_asked_for_at_a_terminal_alone_and_a_new_one_twice(
    monkeypatch: pytest.MonkeyPatch, keyboard: Keyboard, again: bool, answer: str | None
) -> None:
    monkeypatch.setattr(sys, "stdin", keyboard)
    monkeypatch.setattr(getpass, "getpass", keyboard)
    assert asking.hidden("Password", again) == answer


def test_who_sits_here_is_the_account_and_not_what_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = founding.whoever_sits_here()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "someone.else")
    assert founding.whoever_sits_here() == before

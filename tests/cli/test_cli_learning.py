"""`class` and `learning` at the command line: what is added, refused, shown, forgotten and learned anew."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.store.stories import ADA, CARD
from tests.support.teaching import approve

from countersign.agents.identities import cards
from countersign.cli import door
from countersign.settings.home import Home
from countersign.store import founding
from countersign.store.founding import open_store

GOOD = """\
name: permit
label: {en: Permit}
headline: {counterparty: holder}
groups:
  - name: head
    label: {en: Head}
    fields:
      - {name: holder, type: name, label: {en: Holder}}
      - {name: issued, type: date, label: {en: Issued}, cues: {en: [issued on]}}
"""


class Terminal:
    def __init__(self, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = home, capsys

    def run(self, *line: str, status: int = 0) -> str:
        """Run a command; return what it wrote."""
        found = door.enter([*line, "--home", str(self.home.root)])
        said = self._capsys.readouterr()
        assert found == status, said.err
        return " ".join((said.out + said.err).split())

    def rows(self, *line: str) -> list[dict[str, Any]]:
        found = door.enter([*line, "--json", "--home", str(self.home.root)])
        said = self._capsys.readouterr()
        assert found == 0, said.err
        return [json.loads(row) for row in said.out.splitlines()]


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(founding, "account", lambda: ADA.id)
    return Terminal(Home(tmp_path / "desk"), capsys)


@pytest.fixture
def taught(terminal: Terminal) -> Terminal:
    """A desk at which Ada approved three invoices of two counterparties."""
    with open_store(terminal.home, person=ADA, agents=[CARD]) as store:
        for n in range(3):
            approve(store, n)
    return terminal


def test_a_class_is_added_from_a_file_and_from_an_example(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "permit.yaml"
    file.write_text(GOOD, encoding="utf-8")
    said = terminal.run("class", "add", str(file))
    assert "holder Holder name" in said
    assert "No words stand for Holder (cues)" in said
    terminal.run("class", "add", "--from-example", "ad_buy")
    own = {row["class"] for row in terminal.rows("class", "list") if row["own"]}
    assert own == {"permit", "ad_buy"}


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("type: date", "type: dait", "line 9: groups 1, fields 2, type"),
        ("name: holder,", "nom: holder,", "line 8: groups 1, fields 1, name is missing"),
        ("counterparty: holder", "counterparty: owner", "no field 'owner'"),
        ("label: {en: Permit}", "label: {en: Permit", "line 3, column"),
        ("label: {en: Issued}", "label: {de: Erteilt}", "the field issued has no label in English"),
        ("name: permit", "name: Permit", "line 1: name must begin with a small letter"),
    ],
)
def test_a_class_that_is_wrong_is_refused_with_the_line_and_nothing_is_added(
    terminal: Terminal, tmp_path: Path, wrong: str, right: str, said: str
) -> None:
    file = tmp_path / "permit.yaml"
    file.write_text(GOOD.replace(wrong, right), encoding="utf-8")
    assert said in terminal.run("class", "add", str(file), status=1)
    assert not (terminal.home.classes / "permit.yaml").exists()


def test_a_class_takes_the_place_of_another_only_when_one_says_so(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD.replace("name: permit", "name: contract"), encoding="utf-8")
    assert "--replace" in terminal.run("class", "add", str(file), status=1)
    terminal.run("class", "add", str(file), "--replace")
    assert "contract" in {row["class"] for row in terminal.rows("class", "list") if row["own"]}


def test_a_desk_that_learned_nothing_says_what_to_do_next(terminal: Terminal) -> None:
    open_store(terminal.home, person=ADA, agents=cards()).close()
    assert "Approve a case" in terminal.run("learning")


def test_what_was_learned_is_shown_and_forgotten_with_a_reason(taught: Terminal) -> None:
    assert "invoice 3 the places" in taught.run("learning")
    said = taught.run(
        "learning", "forget", "--class", "invoice", "--counterparty", "muster WERKZEUGE", "--reason", "moved"
    )
    assert "what 2 cases taught" in said
    (row,) = (row for row in taught.rows("learning") if row["klass"] == "invoice")
    assert row["approved"] == 1
    assert row["forgotten"][0]["chosen_by"] == "counterparty"
    assert "moved" in taught.run("learning")
    again = taught.run(
        "learning", "forget", "--class", "invoice", "--case", "taught-0", "--reason", "x", status=1
    )
    assert "has forgotten it" in again


@pytest.mark.parametrize("line", [(), ("--case", "taught-0", "--all")], ids=["nothing", "two things"])
def test_what_is_to_be_forgotten_must_be_said_once(taught: Terminal, line: tuple[str, ...]) -> None:
    said = taught.run("learning", "forget", "--class", "invoice", "--reason", "why", *line, status=1)
    assert "--case, --counterparty or --all" in said


def test_a_case_that_nobody_approved_cannot_be_forgotten(taught: Terminal) -> None:
    said = taught.run("learning", "forget", "--class", "invoice", "--case", "c-1", "--reason", "x", status=1)
    assert "only what a person approved does" in said


def test_a_case_of_another_class_is_not_forgotten_in_the_name_of_this_one(taught: Terminal) -> None:
    with open_store(taught.home, person=ADA, agents=cards()) as store:
        case = store.approved(("invoice",), 1)[0]
    line = ("learning", "forget", "--case", case, "--reason", "x")
    said = taught.run(*line, "--class", "statement", status=1)
    assert "teaches nothing about statement" in said
    taught.run(*line, "--class", "invoice")


def test_learning_anew_says_how_the_lessons_do_on_documents_held_back(taught: Terminal) -> None:
    (row,) = taught.rows("learning", "relearn", "--class", "invoice")
    assert (row["why"], row["documents"], row["held_back"]) == ("asked", 3, 3)
    file = taught.home.lessons / "invoice.json"
    assert file.exists() == row["is_admitted"]

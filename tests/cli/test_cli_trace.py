"""`countersign trace` tells one case in words or JSON, and many as spans; values only for whom may."""

import json
from pathlib import Path

import pytest
from tests.store.stories import CARD, invoice, story

from countersign.cli import door
from countersign.domain.actor import Role
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import Person, open_store, whoever_sits_here

WORDS = catalogue.load()
ME = whoever_sits_here()


def desk(root: Path, *roles: Role) -> Home:
    home = Home(root)
    me = Person(id=ME.id, name=ME.name, roles=roles) if roles else ME
    with open_store(home, agents=[CARD], person=me, words=WORDS) as store:
        for n in range(3):
            store.append(story(f"c{n}", invoice(n)))
    return home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return desk(tmp_path / "desk")


def say(home: Home, *words: str) -> int:
    status = door.enter(["trace", *words, "--home", str(home.root)])
    assert isinstance(status, int)
    return status


def test_a_case_is_told_step_by_step(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(home, "c1") == 0
    out = capsys.readouterr().out
    for part in ("Case c1: ", "Steps", "classify", "What was found", "119.00", "What was tried and dropped"):
        assert part in out, part


def test_a_case_is_told_as_one_line_of_json(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(home, "c1", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert told["case"] == "c1"
    assert [step["step"] for step in told["runs"][0]["steps"]][:2] == ["open", "classify"]


def test_the_spans_of_a_case_hold_no_value_unless_asked_for(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    assert say(home, "c1", "--otlp", str(file)) == 0
    assert "DE89370400440532013000" not in file.read_text(encoding="utf-8")
    assert say(home, "c1", "--otlp", str(file), "--values") == 0
    assert "DE89370400440532013000" in file.read_text(encoding="utf-8")


def test_values_leave_only_for_those_who_may_take_cases_out_of_the_house(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = desk(tmp_path / "other", Role.PROCESSOR)
    file = tmp_path / "spans.jsonl"
    assert say(home, "c1", "--otlp", str(file), "--values") != 0
    assert "Only an auditor" in capsys.readouterr().err
    assert not file.exists()
    assert say(home, "c1", "--otlp", str(file)) == 0


def test_all_cases_since_a_day_or_of_a_class_go_to_one_file_a_line_each(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    assert say(home, "--since", "2020-01-01", "--otlp", str(file)) == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert all("resourceSpans" in json.loads(line) for line in lines)
    assert say(home, "--class", "claim", "--otlp", str(file)) == 0
    assert file.read_text(encoding="utf-8") == ""
    assert say(home, "--since", "2999-01-01", "--class", "invoice", "--otlp", str(file)) == 0
    assert file.read_text(encoding="utf-8") == ""


def test_many_traces_go_to_a_pipe_as_json(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(home, "--class", "invoice", "--json") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["case"] for one in told] == ["c0", "c1", "c2"]
    assert not told[0]["is_open"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name a case"),
        (("c1", "--class", "invoice"), "not both"),
        (("--class", "invoice"), "Many traces go to a file"),
        (("nothing-of-the-kind",), "There is no case"),
        (("c1", "--otlp", "nowhere/x.jsonl"), "There is no folder"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_sentence(
    home: Home, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert say(home, *words) != 0
    assert said in capsys.readouterr().err

"""`export` on the command line: what it asks, writes, says and refuses."""

import json
from pathlib import Path

import pytest
from tests.store.stories import ADA, CARD
from tests.support.bag_reader import Bagged
from tests.support.exporting import fill, fill_policy, verify

from countersign.cli.door import enter
from countersign.settings.home import Home
from countersign.store.founding import open_store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A desk with three cases, at which Ada sits."""
    home = Home(tmp_path / "desk")
    with open_store(home, agents=[CARD], person=ADA) as store:
        fill(store, ["a", "b"], reviewed=["a"])
        fill_policy(store, "ruled")
    for module in ("wiring.export", "store.founding"):
        monkeypatch.setattr(f"countersign.{module}.whoever_sits_here", lambda: ADA)
    return home


def say(home: Home, *words: str) -> int:
    status = enter(["export", *words, "--home", str(home.root)])
    assert isinstance(status, int)
    return status


def test_a_bundle_is_written_and_the_fingerprint_said(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.zip"
    assert say(home, "--case", "a", "--case", "b.pdf", "--out", str(out)) == 0
    said = capsys.readouterr().out
    bag = Bagged(out)
    assert bag.json(f"{bag.place}/keys.json")["fingerprint"] in said
    assert bag.json("data/completeness.json")["cases"].keys() == {"a", "b"}
    assert verify(out).returncode == 0


def test_every_way_to_choose_reaches_the_record(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "x.zip"
    words = [
        "--since",
        "2020-01-01",
        "--until",
        "2099-12-31",
        "--class",
        "invoice",
        "--agent",
        "reader.local",
    ]
    words += ["--person", "ada", "--policy", "cdcdcdcd", "--withhold", "documents", "--withhold", "values"]
    assert say(home, *words, "--out", str(out)) == 0
    bag = Bagged(out)
    (event,) = bag.bodies("exported")
    assert event["scope"] == {
        "agent": "reader.local",
        "class": "invoice",
        "person": "ada",
        "policy": "cdcdcdcd",
        "since": "2020-01-01",
        "until": "2099-12-31",
    }
    assert event["withheld"] == ["documents", "values"]
    assert bag.json("data/completeness.json")["cases"].keys() == {"a"}


def test_json_says_what_was_written_on_one_line(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(home, "--out", str(tmp_path / "x.zip"), "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert told["cases"] == 3
    assert told["bytes"] == (tmp_path / "x.zip").stat().st_size


def test_a_preview_writes_nothing_and_names_what_stays(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.zip"
    assert say(home, "--preview", "--withhold", "documents", "--out", str(out)) == 0
    said = capsys.readouterr().out
    assert "stays" in said
    assert "Mind: No witness has seen this log" in said
    assert not out.exists()
    assert say(home, "--preview", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["records"], told["withheld"]) == (3, 24, [])


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([], "--out X.zip"),
        (["--case", "lost", "--out", "x.zip"], "There is no case lost"),
        (["--class", "claim", "--preview"], "No case fits"),
        (["--class", "claim", "--out", "x.zip"], "There are no cases with class claim"),
        (["--policy", "zz", "--preview"], "not the digest of a policy"),
        (["--out", "x.pdf"], "ends in .zip"),
        (["--since", "soon", "--preview"], "soon"),
        (["--withhold", "names", "--preview"], "names"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], what: str
) -> None:
    words = [str(tmp_path / word) if word.startswith("x.") else word for word in words]
    assert say(home, *words) in (1, 2)
    said = capsys.readouterr().err
    assert what in said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("*.zip"))

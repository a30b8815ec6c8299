"""`hold`, `erase` and `retention` on the command line: what they ask, say and refuse."""

import json
from pathlib import Path

import pytest
from tests.store.erasing import care_of, fill, traces
from tests.store.stories import ADA, CARD

from countersign.cli import retention
from countersign.cli.door import enter
from countersign.domain.actor import Role
from countersign.domain.case import unfold
from countersign.settings.home import Home
from countersign.store.founding import Person, open_store
from countersign.wiring.people import Door


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A desk with one case to erase, at which Ada sits."""
    home = Home(tmp_path / "desk")
    with open_store(home, agents=[CARD], person=ADA) as store:
        fill(store, home, others=1)
    monkeypatch.setattr("countersign.wiring.retention.whoever_sits_here", lambda: ADA)
    return home


def say(home: Home, *words: str) -> int:
    status = enter([*words, "--home", str(home.root)])
    assert isinstance(status, int)
    return status


def test_a_held_case_is_not_erased_until_the_hold_is_lifted(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(home, "hold", "gone", "--order", "matter 12") == 0
    assert "held by matter 12 (Ada Meyer" in capsys.readouterr().out
    assert say(home, "erase", "gone", "--order", "GDPR-7", "--yes") == 1
    assert "held and stays: 'matter 12', placed by Ada Meyer" in capsys.readouterr().err
    assert traces(home)
    assert say(home, "hold", "--lift", "gone", "--order", "matter 12", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"case": "gone", "holds": []}
    assert say(home, "erase", "gone", "--order", "GDPR-7", "--yes") == 0
    assert "can no longer be read, 1 document is deleted" in capsys.readouterr().out
    assert traces(home) == []


def test_an_erased_case_can_be_shown_and_explained(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(home, "erase", "gone", "--order", "GDPR-7", "--yes", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["case"], told["order"], told["signature"]["name"]) == ("gone", "GDPR-7", "Ada Meyer")
    for command in ("show", "explain"):
        assert say(home, command, "gone") == 0
        said = capsys.readouterr().out
        assert "⊘ erased" in said
        assert "Zebrafink" not in said
        assert "GDPR-7" in said
    assert say(home, "show", "Zebrafinkenstein") == 1
    assert "There is no case" in capsys.readouterr().err


def test_erasing_asks_for_the_number_of_the_case(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(home, "erase", "gone", "--order", "GDPR-7") == 1
    assert "Say --yes to erase gone" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(retention.typer, "prompt", lambda _: "yes")
    assert say(home, "erase", "gone", "--order", "GDPR-7") == 1
    assert "nothing was erased" in capsys.readouterr().err
    assert traces(home)
    monkeypatch.setattr(retention.typer, "prompt", lambda _: " gone ")
    assert say(home, "erase", "gone", "--order", "GDPR-7") == 0
    assert traces(home) == []


def test_only_an_administrator_may_erase(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clerk = Person(id="ada", name="Ada Meyer", roles=(Role.PROCESSOR, Role.APPROVER))
    open_store(home, agents=[CARD], person=clerk).close()
    assert say(home, "erase", "gone", "--order", "GDPR-7", "--yes") == 1
    assert "not enrolled as administrator" in capsys.readouterr().err
    assert say(home, "hold", "gone", "--order", "matter 12") == 1
    assert "administrator or team lead or auditor" in capsys.readouterr().err
    nobody = Person(id="eve", name="Eve")
    monkeypatch.setattr("countersign.wiring.retention.whoever_sits_here", lambda: nobody)
    assert say(home, "erase", "gone", "--order", "GDPR-7", "--yes") == 1
    assert traces(home)


def test_retention_says_what_is_due_and_what_it_erased(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(home, "retention") == 0
    assert "No settled case is due" in capsys.readouterr().out
    with open_store(home, agents=[CARD], person=ADA) as store:
        care_of(store).hold("before-0", "matter 12")
    from countersign.domain.time import now

    later = now().replace(year=now().year + 11, day=1)
    monkeypatch.setattr("countersign.wiring.retention.now", lambda: later)
    assert say(home, "retention", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["case"]: line["is_held"] for line in lines} == {
        "before-0": True,
        "gone": False,
        "after-0": False,
    }
    assert say(home, "retention") == 0
    said = capsys.readouterr().out
    assert "invoice: documents 10y" in said
    assert "held, stays" in said
    assert "2 cases are due, 1 more are held and stay" in said
    assert say(home, "retention", "--apply") == 0
    assert "2 cases erased under policy desk" in capsys.readouterr().out
    assert traces(home) == []
    with open_store(home, agents=[CARD], person=ADA) as store:
        held = unfold(store.entries("before-0"))
        assert held is not None
        assert held.erasure is None


@pytest.mark.parametrize(
    "words", [("hold", "c1", "--order", "x"), ("erase", "c1", "--order", "x"), ("retention",)]
)
def test_no_desk_is_begun_by_caring_for_one(
    tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(Home(tmp_path / "none"), *words) == 1
    assert "There is no desk" in capsys.readouterr().err
    assert not (tmp_path / "none" / "desk.sqlite").exists()


def test_whoever_has_a_password_gives_it_to_erase(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Door, "has_password", lambda *_: True)
    monkeypatch.setattr(Door, "ask", lambda *_: False)
    assert say(home, "erase", "gone", "--order", "GDPR-7", "--yes") == 1
    assert "The password of ada is needed" in capsys.readouterr().err
    assert traces(home)
    monkeypatch.setattr(Door, "ask", lambda *_: True)
    assert say(home, "erase", "gone", "--order", "GDPR-7", "--yes") == 0
    with open_store(home, agents=[CARD], person=ADA) as store:
        assert store.entries("gone")[-1].actor.authenticated == "password"

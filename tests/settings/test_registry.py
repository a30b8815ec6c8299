"""The registry of agents is data: a fault in it has a place, and a desk may name its own people."""

from pathlib import Path

import pytest

from countersign.agents.identities import names
from countersign.domain.errors import Trouble
from countersign.settings import registry
from countersign.settings.home import Home
from countersign.settings.resources import shipped
from countersign.settings.source import Source

TEXT = shipped("resources", "agents.yaml").read_text(encoding="utf-8")


def test_every_agent_of_the_program_has_an_owner_a_steward_a_north_star_and_two_guardrails() -> None:
    found = registry.load()
    assert set(found) == set(names())
    for name, entry in found.items():
        assert entry.owner and entry.steward and entry.tools, name
        assert len({entry.north_star.name, *(guard.name for guard in entry.guardrails)}) == 3, name


def test_only_an_agent_that_asks_a_language_model_holds_the_tool_to_ask_one() -> None:
    holders = {name for name, entry in registry.load().items() if "model.ask" in entry.tools}
    assert holders == {"reader.llm", "reader.llm_large"}
    assert {n for n, e in registry.load().items() if "desk.history" in e.tools} == {"matcher.duplicates"}


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("owner: role:team_lead", "owner: role:king", 7, "write role: with a role of the desk"),
        ("owner: role:team_lead", "boss: role:team_lead", 7, "boss is not known here"),
        ("[document.words, desk.lessons]", "[document.words, safe.open]", 10, "there is no tool 'safe.open'"),
        ("tier: 1", "tier: 7", 9, "tier"),
        ('classes: ["*"]', "classes: [Invoice]", 11, "classes"),
        ("target: 5000,", "", 14, "target is missing"),
        ("unit: share", "unit: stars", 12, "unit"),
    ],
)
def test_a_faulty_entry_is_refused_with_its_line(old: str, new: str, line: int, why: str) -> None:
    with pytest.raises(Trouble, match=rf"agents\.yaml cannot be used: .*line {line}: .*{why}"):
        registry.parse(Source(TEXT.replace(old, new, 1), "agents.yaml"))


def test_a_tool_that_the_tier_does_not_allow_is_refused_where_it_stands() -> None:
    at = TEXT.index("reader.llm:")
    text = TEXT[:at] + TEXT[at:].replace("tier: 1", "tier: 0", 1)
    with pytest.raises(Trouble, match=r"line 54, column \d+: model\.ask is for tier 1 and above"):
        registry.parse(Source(text, "agents.yaml"))


def test_a_desk_names_its_own_owner_and_fewer_classes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "agents.yaml").write_text(
        "reader.local:\n  owner: person:petra\n  classes: [invoice]\n", encoding="utf-8"
    )
    found = registry.load(home)
    assert (found["reader.local"].owner, found["reader.local"].classes) == ("person:petra", ("invoice",))
    assert found["reader.local"].steward == registry.load()["reader.local"].steward
    assert registry.load()["reader.local"].owner == "role:team_lead"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("reader.lokal:\n  owner: role:approver\n", "line 1, column 1: there is no agent 'reader.lokal'"),
        ("reader.local:\n  tier: 4\n", "line 2: .*tier is not known here"),
        ("reader.local:\n  tools: [model.ask]\n", "line 2: .*tools is not known here"),
        ("reader.local:\n  classes: []\n", "line 2"),
    ],
)
def test_a_desk_cannot_give_an_agent_more_than_it_ships_with(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "agents.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Trouble, match=why):
        registry.load(Home(tmp_path))

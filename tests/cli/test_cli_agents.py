"""`agents` and `workflow` at the command line: what is told, and what takes two people."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.desks import decisions, fill, take, work_until_idle
from tests.support.people import ADA

from countersign.agents.identities import cards, names
from countersign.cli import door
from countersign.domain.actor import Role
from countersign.domain.event import Draft, KeyRevoked
from countersign.domain.roster import roster
from countersign.settings.home import Home
from countersign.store import founding
from countersign.store.founding import Person, open_store
from countersign.wiring.people import key_of

BOB = Person(id="bob", name="Bob Stone", roles=(Role.TEAM_LEAD,))
LEA = Person(id="lea", name="Lea Lead", roles=(Role.TEAM_LEAD, Role.ADMINISTRATOR))


class Terminal:
    """A command line at which different people sit."""

    def __init__(
        self, home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.home, self._capsys = home, capsys
        self.who = LEA.id
        monkeypatch.setattr(founding, "account", lambda: self.who)

    def run(self, *line: str, status: int = 0) -> str:
        found = door.enter([*line, "--home", str(self.home.root)])
        said = self._capsys.readouterr()
        assert found == status, said.err + said.out
        return " ".join((said.out + said.err).split())

    def rows(self, *line: str) -> list[dict[str, Any]]:
        found = door.enter([*line, "--json", "--home", str(self.home.root)])
        said = self._capsys.readouterr()
        assert found == 0, said.err
        return [json.loads(row) for row in said.out.splitlines()]


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    home = Home(tmp_path / "desk")
    open_store(home, person=LEA, agents=cards()).close()
    return Terminal(home, capsys, monkeypatch)


def with_bob(terminal: Terminal) -> Terminal:
    open_store(terminal.home, person=BOB).close()
    return terminal


def changed(terminal: Terminal, tmp_path: Path) -> Path:
    """Write a plan in which a person compares bills."""
    file = tmp_path / "invoice.yaml"
    (row,) = terminal.rows("workflow", "show", "invoice")
    text = str(row["text"])
    assert "agent:matcher.duplicates" in text
    file.write_text(text.replace("agent:matcher.duplicates", "person:processor"), encoding="utf-8")
    return file


def test_a_desk_without_agents_at_work_lists_every_agent_and_says_what_it_waits_for(
    terminal: Terminal,
) -> None:
    rows = terminal.rows("agents")
    assert {row["agent"] for row in rows} == set(names())
    states = {row["agent"]: row["state"] for row in rows}
    assert "name a language model in models.yaml" in states["reader.llm"]
    assert "waits to be let in" in states["reader.local"]
    said = terminal.run("agents")
    assert all(name in said for name in names())


def test_an_agent_is_shown_with_its_people_its_measures_and_its_versions(terminal: Terminal) -> None:
    (told,) = terminal.rows("agents", "show", "reader.local")
    assert (told["owner"], told["steward"], told["tier"]) == ("team lead", "model steward", 1)
    assert told["north_star"]["name"] == "kept" and len(told["guardrails"]) == 2
    (version,) = told["versions"]
    assert version["digest"].startswith(version["version"])
    assert version["model"] == "reader_local.json"
    said = terminal.run("agents", "show", "reader.local")
    assert "team lead answers for the outcome" in said and "not measured" in said
    assert "There is no agent 'reader.none'" in terminal.run("agents", "show", "reader.none", status=1)


def test_budgets_plans_and_a_review_sheet_are_told(terminal: Terminal) -> None:
    (first, *_) = terminal.rows("agents", "budget")
    assert (first["agent"], first["what"], first["used"]) == ("reader.local", "documents_per_day", 0)
    plans = terminal.rows("agents", "plans")
    assert plans[0]["klass"] is None and {"invoice", "claim"} <= {plan["klass"] for plan in plans}
    assert "person:processor" in terminal.run("agents", "plans")
    sheet = terminal.rows("agents", "sheet", "reader.local", "--since", "2026-01-01")[0]
    assert sheet["period"]["first"] == "2026-01-01"
    assert "Throughput" in terminal.run("agents", "sheet", "reader.local")
    assert "has not come yet" in terminal.run(
        "agents", "sheet", "reader.local", "--since", "2999-01-01", status=1
    )
    file = terminal.home.root / "sheet.txt"
    terminal.run("agents", "sheet", "reader.local", "--out", str(file))
    assert "Throughput" in file.read_text(encoding="utf-8")


def test_to_watch_needs_a_terminal(terminal: Terminal) -> None:
    assert "needs a terminal" in terminal.run("agents", "--watch", status=1)


def test_an_agent_is_paused_killed_and_resumed_by_its_name(terminal: Terminal) -> None:
    (told,) = terminal.rows("agents", "pause", "reader.local", "--reason", "it errs")
    assert (told["name"], told["how"]) == ("reader.local", "pause")
    states = {row["agent"]: row["state"] for row in terminal.rows("agents", "list")}
    assert states["reader.local"] == "paused by Lea Lead: it errs"
    terminal.run("agents", "kill", "reader.local", "--reason", "at once")
    assert "stopped by Lea Lead: at once" in terminal.run("agents")
    terminal.run("agents", "resume", "reader.local", "--reason", "mended")
    assert "stopped" not in terminal.run("agents")


def test_where_one_person_sits_alone_a_plan_cannot_be_proposed(terminal: Terminal, tmp_path: Path) -> None:
    file = changed(terminal, tmp_path)
    assert "agent 7, person 2, system 1" in terminal.run("workflow", "check", str(file))
    said = terminal.run("workflow", "propose", str(file), "--reason", "clerks compare", status=1)
    assert "nobody else is enrolled at this desk who may" in said


def test_a_bad_plan_is_refused_with_its_line_and_changes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    file = changed(with_bob(terminal), tmp_path)
    text = file.read_text(encoding="utf-8").replace("agent:reader.local", "agent:reader.lokal")
    file.write_text(text, encoding="utf-8")
    before = terminal.rows("workflow", "history")
    for line in (("check", str(file)), ("propose", str(file), "--reason", "x")):
        said = terminal.run("workflow", *line, status=1)
        assert "invoice.yaml, line" in said and "there is no agent 'reader.lokal'" in said
    assert terminal.rows("workflow", "history") == before
    assert "cannot be read" in terminal.run("workflow", "check", "nowhere.yaml", status=1)
    assert "There is no class 'bills'" in terminal.run("workflow", "show", "bills", status=1)


def test_a_plan_is_proposed_by_one_adopted_by_another_and_followed_by_a_worker(
    terminal: Terminal, tmp_path: Path
) -> None:
    file = changed(with_bob(terminal), tmp_path)
    (proposed,) = terminal.rows("workflow", "propose", str(file), "--reason", "clerks compare bills")
    assert proposed["proposed_by"] == "Lea Lead"
    assert "You proposed this plan yourself" in terminal.run("workflow", "adopt", "invoice", status=1)
    assert "Waits for a second person: invoice" in terminal.run("workflow", "list")
    assert terminal.rows("workflow", "show", "invoice", "--proposal")[0]["digest"] == proposed["digest"]
    terminal.who = BOB.id
    (adopted,) = terminal.rows("workflow", "adopt", proposed["digest"][:8])
    assert (adopted["proposed_by"], adopted["adopted_by"]) == ("Lea Lead", "Bob Stone")
    found = terminal.rows("workflow", "history", "invoice")
    assert [row["what"] for row in found] == ["shipped", "proposed", "adopted"]
    assert found[-1]["shares"] == {"agent": 7, "person": 2, "system": 1}
    take(terminal.home, fill(tmp_path / "in", 1))
    work_until_idle(terminal.home)
    with open_store(terminal.home) as store:
        (case,) = decisions(store)
        ends = {e.actor.role for e in store.entries(case)}
        assert "matcher.duplicates" not in ends and "reader.local" in ends
        codes = [r.code for e in store.entries(case) for r in getattr(e.event, "reasons", ())]
        assert "step_for_person" in codes
        assert store.verify().ok
    rows = {row["agent"]: row for row in terminal.rows("agents")}
    assert rows["reader.local"]["today"]["documents"] == 1


def test_the_cases_of_a_revoked_agent_come_to_a_person_with_the_reason_and_without_a_failed_run(
    terminal: Terminal, tmp_path: Path
) -> None:
    with open_store(terminal.home) as store:
        seat = roster(store.desk_entries()).latest()["reader.local"]
        revoked = KeyRevoked(holder_kind=seat.kind, holder=seat.id, key=key_of(seat), why="it errs")
        store.append([Draft(event=revoked, actor=store.person(LEA.id, Role.ADMINISTRATOR))])
    take(terminal.home, fill(tmp_path / "in", 1))
    work_until_idle(terminal.home)
    with open_store(terminal.home) as store:
        (case,) = decisions(store)
        assert "reader.local" not in {e.actor.role for e in store.entries(case)}
        reasons = [r for e in store.entries(case) for r in getattr(e.event, "reasons", ())]
        told = [r.detail for r in reasons if r.code == "agent_not_allowed"]
        assert told and told[0] is not None and "was revoked: it errs" in told[0]
        assert "agent_failed" not in {r.code for r in reasons}
    log = (terminal.home.logs / "worker.log").read_text(encoding="utf-8")
    assert "could not be finished" not in log


def test_a_version_that_nobody_need_let_in_is_refused_to_be_let_in_again(
    terminal: Terminal, tmp_path: Path
) -> None:
    said = terminal.run("agents", "admit", "checker.arithmetic", "--reason", "looked at it")
    assert "may work from now on, by your word" in said
    said = terminal.run("agents", "admit", "checker.arithmetic", "--reason", "again", status=1)
    assert "No version of checker.arithmetic waits" in said
    terminal.who = ADA.id
    assert "not enrolled" in terminal.run("agents", "admit", "reader.local", "--reason", "x", status=1)

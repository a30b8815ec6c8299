"""The screen of the agents by keys and mouse: how each stands, what it did, its acts, plans and sheet."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from tests.support.small_desk import SmallDesk
from tests.ui.conftest import BRITISH
from tests.ui.test_desk_window import nameless
from tests.ui.test_record_journeys import shown

from countersign.domain.agents_seen import AgentDay, BudgetUse, What
from countersign.domain.event import How, Scope
from countersign.ui.bridge.stall import StallMeter
from countersign.ui.look import agents_words as said
from countersign.ui.models.agents_page import Line, Panel, State
from countersign.ui.models.amounts import Amounts
from countersign.ui.views.agents_view import AgentsView
from countersign.ui.views.desk_view import DeskWindow
from countersign.ui.views.sheet_view import SheetDialog
from countersign.ui.views.stop_dialog import ResumeDialog, StopDialog

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def agents(window: DeskWindow, qtbot: QtBot) -> AgentsView:
    qtbot.waitUntil(lambda: window.stopping.live is not None)
    qtbot.keyClick(window.queue.table, Qt.Key.Key_G, CTRL)
    qtbot.waitUntil(lambda: bool(window.agents.model.rows))
    return window.agents


def choose(agents: AgentsView, name: str) -> None:
    agents.choose(name)
    assert agents.face is not None
    assert agents.face.name == name


def panel(agents: AgentsView, title: str) -> Panel:
    assert agents.face is not None
    return next(one for one in agents.face.panels if one.title == title)


def texts(panel: Panel) -> str:
    return " | ".join(f"{line.name}: {line.text}" for line in panel.lines)


def states(agents: AgentsView) -> dict[str, State]:
    return {row.name: row.state for row in agents.model.rows}


def test_the_list_says_of_each_agent_how_it_stands_and_what_it_did_today(agents: AgentsView) -> None:
    assert states(agents) == {
        "classifier.local": State.IDLE,
        "reader.local": State.IDLE,
        "checker.arithmetic": State.IDLE,
        "reader.llm": State.NOT_CONFIGURED,
    }
    reader = agents.model.rows[1]
    assert reader.figures == "1,204 steps · 1,204 docs · 96 to people · 3 failed · 38\N{NO-BREAK SPACE}ms"
    assert reader.tightest == "86\N{NO-BREAK SPACE}% of documents a day"
    assert (reader.signals, reader.is_grave) == (2, True)
    assert agents.model.rows[2].figures == said.NOTHING_TODAY
    assert "96 to people" in reader.spoken
    assert "2 to look at" in reader.spoken


def test_the_model_of_the_list_keeps_the_promises_of_item_models(agents: AgentsView) -> None:
    tester = QAbstractItemModelTester(
        agents.model, QAbstractItemModelTester.FailureReportingMode.Fatal, agents
    )
    agents.model.show(agents.model.rows[::-1])
    agents.model.show(agents.model.rows[:2])
    agents.model.show(())
    assert tester.model() is agents.model


def test_an_agent_at_work_is_shown_live_and_its_case_is_one_key_away(
    agents: AgentsView, window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.stopping.work("reader.local", "case-0012")
    qtbot.waitUntil(lambda: states(agents)["reader.local"] is State.WORKING, timeout=1500)
    choose(agents, "reader.local")
    assert agents.face is not None
    assert agents.face.says == "Working: Invoice case-0012"
    (line,) = panel(agents, said.NOW).lines
    assert line.case == "case-0012"
    assert line.text.startswith("read page, Invoice, for ")
    qtbot.keyClick(agents.list, Qt.Key.Key_Return)
    assert window.screens.currentWidget() is window.review
    qtbot.waitUntil(lambda: window.session.case is not None and window.session.case.id == "case-0012")


def test_the_page_tells_figures_metrics_budgets_reasons_and_signals(agents: AgentsView) -> None:
    choose(agents, "reader.local")
    assert agents.face is not None
    assert dict(agents.face.tiles)[said.TO_PEOPLE] == "96"
    measured = panel(agents, said.MEASURED).lines
    assert [line.text.rpartition(" · ")[2] for line in measured[:2]] == [said.MET, said.MISSED]
    assert measured[0].note.startswith(f"{said.NORTH_STAR}. Share of what it read that nobody had to change.")
    assert measured[1].text.startswith("38\N{NO-BREAK SPACE}ms · at most 20\N{NO-BREAK SPACE}ms")
    assert measured[2].text.startswith(said.NOT_MEASURED)
    budget = panel(agents, said.BUDGET)
    assert "17,100 of 20,000" in texts(budget)
    assert "4.1\N{NO-BREAK SPACE}s of 20\N{NO-BREAK SPACE}s" in texts(budget)
    assert "People's minutes: 1.5\N{NO-BREAK SPACE}h" in texts(budget)
    cases = panel(agents, said.OUTCOMES)
    assert "Straight through: 1,108 (92\N{NO-BREAK SPACE}%)" in texts(cases)
    assert "71  Doubtful field" in texts(cases)
    assert sum(cases.hours) == 1204
    assert [line.text for line in panel(agents, said.SIGNALS).lines][1] == "One case went in circles."


def test_the_page_says_who_the_agent_is_and_how_its_versions_were_admitted(agents: AgentsView) -> None:
    choose(agents, "reader.local")
    who = texts(panel(agents, said.WHO))
    for told in ("Owner: agent owner", "Steward: Omar Haddad", "Tier: 1, writes what can be undone"):
        assert told in who
    assert "Signing key: k-2f41" in who
    assert "Classes: Invoice, Claim" in who
    assert Line(said.DIGEST, "abababababababab…", tip="ab" * 32) in panel(agents, said.WHO).lines
    versions = texts(panel(agents, said.VERSIONS))
    assert "Version 2: in force since" in versions
    assert "Invoice: 94.1\N{NO-BREAK SPACE}% after 90.3\N{NO-BREAK SPACE}% of 120" in versions
    assert said.NOT_EVALUATED in versions


def test_what_nobody_configured_says_what_to_do(agents: AgentsView) -> None:
    choose(agents, "reader.llm")
    assert "Name an endpoint in models.yaml" in texts(panel(agents, said.NOW))
    assert panel(agents, said.VERSIONS).empty == said.VERSIONS_NOTHING
    assert panel(agents, said.OUTCOMES).empty == said.OUTCOMES_NOTHING


def test_a_budget_that_is_used_up_is_how_the_agent_stands(
    agents: AgentsView, small: SmallDesk, qtbot: QtBot
) -> None:
    spent = BudgetUse(what=What.MONEY, used=5_000_000, limit=5_000_000)
    small.agents.days["checker.arithmetic"] = AgentDay(agent="checker.arithmetic", budgets=(spent,))
    small.receive(90)
    qtbot.waitUntil(lambda: states(agents)["checker.arithmetic"] is State.OVER_BUDGET, timeout=4000)
    row = agents.model.rows[2]
    assert row.tightest == "100\N{NO-BREAK SPACE}% of money a day"


def test_a_version_that_is_not_admitted_may_not_work_and_the_page_says_why(
    agents: AgentsView, small: SmallDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "Its version is not admitted. `countersign evaluate --admit` tries it."
    found = tuple(
        file.model_copy(update={"to_configure": why}) if file.name == "reader.local" else file
        for file in small.agents.files()
    )
    monkeypatch.setattr(small.agents, "files", lambda: found)
    agents.begin()
    qtbot.waitUntil(lambda: states(agents)["reader.local"] is State.BARRED)
    choose(agents, "reader.local")
    assert why in texts(panel(agents, said.NOW))


def test_a_budget_for_each_case_ends_with_its_case(agents: AgentsView) -> None:
    spent = BudgetUse(what=What.CASE_STEPS, used=12, limit=12)
    assert not AgentDay(agent="x", budgets=(spent,)).is_over_budget


def test_without_a_process_for_agents_it_is_said(agents: AgentsView, small: SmallDesk, qtbot: QtBot) -> None:
    small.stopping.is_served = False
    qtbot.waitUntil(lambda: states(agents)["reader.local"] is State.OFF, timeout=1500)
    choose(agents, "reader.local")
    assert panel(agents, said.NOW).empty == said.NOW_OFF


@pytest.mark.parametrize(("key", "how"), [(Qt.Key.Key_P, How.PAUSE), (Qt.Key.Key_K, How.KILL)])
def test_p_and_k_stop_the_chosen_agent_and_g_lets_it_go_on(
    agents: AgentsView, window: DeskWindow, small: SmallDesk, qtbot: QtBot, *, key: Qt.Key, how: How
) -> None:
    choose(agents, "reader.local")
    qtbot.keyClick(agents.list, key)
    dialog = shown(window, StopDialog, qtbot)
    assert isinstance(dialog, StopDialog)
    assert dialog.target.name == "reader.local"
    qtbot.keyClicks(dialog.reason_line, "slow today")
    qtbot.keyClick(dialog.reason_line, Qt.Key.Key_Return)
    named = (Scope.AGENT, "reader.local")
    qtbot.waitUntil(lambda: named in small.stopping.standing)
    assert small.stopping.standing[named].how is how
    qtbot.waitUntil(lambda: states(agents)["reader.local"] is State.STOPPED)
    assert "Petra Sommer has stopped it" in texts(panel(agents, said.NOW))
    window.activateWindow()  # a screen that nobody sees gives the keys to no window when a dialog closes
    qtbot.waitUntil(lambda: QApplication.focusWidget() is agents.list)
    assert agents.page.kill_button.isVisible() is (how is How.PAUSE)
    qtbot.keyClick(agents.list, Qt.Key.Key_G)
    resume = shown(window, ResumeDialog, qtbot)
    assert isinstance(resume, ResumeDialog)
    qtbot.keyClicks(resume.reason_line, "mended")
    qtbot.keyClick(resume.reason_line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: states(agents)["reader.local"] is State.IDLE)


def test_plans_show_who_does_each_step_side_by_side_where_it_is(
    agents: AgentsView, small: SmallDesk, qtbot: QtBot
) -> None:
    qtbot.keyClick(agents.list, Qt.Key.Key_2, ALT)
    begins, invoice = agents.plans.rows
    assert begins.accessibleDescription() == (
        "open: System system: documents, record → classify: Agent classifier.local, execute"
    )
    assert "check: Agent checker.arithmetic, execute, match: Person person: processor, decide" in (
        invoice.accessibleDescription()
    )
    small.stopping.stop(Scope.AGENT, "reader.local", How.KILL, "slow")
    qtbot.waitUntil(lambda: "stopped" in agents.plans.rows[1].accessibleDescription(), timeout=1500)


def test_the_review_sheet_is_shown_for_a_period_and_saved(
    agents: AgentsView, window: DeskWindow, small: SmallDesk, tmp_path: Path, qtbot: QtBot
) -> None:
    choose(agents, "reader.local")
    qtbot.keyClick(agents.list, Qt.Key.Key_S)
    dialog = shown(window, SheetDialog, qtbot)
    assert isinstance(dialog, SheetDialog)
    qtbot.waitUntil(lambda: "97.1 % of its fields" in dialog.page.toPlainText())
    assert "<b>three rounds</b>" in dialog.page.toPlainText()  # what a document says is no markup
    dialog.choice.setCurrentIndex(4)
    qtbot.waitUntil(lambda: dialog.sheet is not None and dialog.sheet.period.first == dialog.period.last)
    dialog.save(tmp_path / "sheet.pdf")
    qtbot.waitUntil(lambda: small.agents.saved == [tmp_path / "sheet.pdf"])
    qtbot.waitUntil(lambda: window.status.text == said.saved(str(tmp_path / "sheet.pdf")))
    assert nameless(dialog) == []
    dialog.reject()


def test_trouble_of_the_registry_is_said_and_the_screen_says_that_nothing_is_there_yet(
    window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    small.agents.trouble = "resources/agents.yaml, line 4: there is no tier 7."
    window.show_agents()
    qtbot.waitUntil(lambda: window.status.text == small.agents.trouble)
    assert not window.agents.model.rows
    small.agents.trouble = None
    window.show_queue()
    window.show_agents()
    qtbot.waitUntil(lambda: bool(window.agents.model.rows))


def test_nothing_is_read_once_another_screen_is_shown(
    agents: AgentsView, window: DeskWindow, small: SmallDesk, qtbot: QtBot
) -> None:
    window.show_record()
    small.agents.asked.clear()
    small.receive(91)
    agents.session._on_happened(())
    qtbot.wait(1200)
    assert small.agents.asked == []


def test_figures_are_asked_for_once_a_second_at_most_and_who_works_four_times(
    agents: AgentsView, small: SmallDesk, qtbot: QtBot
) -> None:
    small.agents.asked.clear()
    small.stopping.asked = 0
    for number in range(12):
        small.receive(100 + number)
        qtbot.wait(100)
    assert small.agents.asked.count("today") <= 2
    assert small.stopping.asked <= 5


def test_slow_figures_do_not_hold_the_window_up(window: DeskWindow, small: SmallDesk, qtbot: QtBot) -> None:
    small.agents.go_on.clear()
    meter = StallMeter(window)
    meter.start()
    window.show_agents()
    assert not window.agents.model.rows
    small.stopping.work("reader.local", "case-0012")
    qtbot.wait(600)
    window.open_case("case-0012")
    qtbot.waitUntil(lambda: window.session.is_mine)
    small.agents.go_on.set()
    window.show_agents()
    qtbot.waitUntil(lambda: bool(window.agents.model.rows))


def test_everything_has_a_name_and_escape_goes_back(
    agents: AgentsView, window: DeskWindow, qtbot: QtBot
) -> None:
    choose(agents, "reader.local")
    assert nameless(agents) == []
    assert all(button.accessibleName() for button in agents.findChildren(QPushButton) if button.isVisible())
    qtbot.keyClick(agents.list, Qt.Key.Key_Escape)
    assert window.screens.currentWidget() is window.queue
    assert QApplication.focusWidget() is window.queue.table


@pytest.mark.parametrize(
    ("milliseconds", "told"),
    [
        (None, "–"),
        (0, "< 1 ms"),
        (7, "7 ms"),
        (999, "999 ms"),
        (1500, "1.5 s"),
        (119_000, "119 s"),
        (150_000, "2.5 min"),
    ],
)
def test_a_time_is_written_in_the_unit_that_suits_it(milliseconds: int | None, told: str) -> None:
    assert Amounts(BRITISH).span(milliseconds).replace("\N{NO-BREAK SPACE}", " ") == told


@pytest.mark.parametrize(
    ("millionths", "told"),
    [(0, "0.00 EUR"), (5_000_000, "5.00 EUR"), (420, "0.00042 EUR"), (1_234_567, "1.23 EUR")],
)
def test_money_is_written_to_the_cent_and_what_is_less_in_full(millionths: int, told: str) -> None:
    assert Amounts(BRITISH).money(millionths, "EUR").replace("\N{NO-BREAK SPACE}", " ") == told


@pytest.mark.parametrize(("share", "told"), [(0, "0 %"), (1, "1 %"), (999_999, "99 %"), (1_200_000, "120 %")])
def test_a_share_is_never_rounded_to_nothing_or_to_all(share: int, told: str) -> None:
    assert Amounts(BRITISH).percent(share).replace("\N{NO-BREAK SPACE}", " ") == told

"""The stop button of an open desk: what it says of the moment, and that orders of others reach it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.domain.event import How, Scope
from countersign.domain.time import now
from countersign.settings.home import Home
from countersign.wiring import live, working
from countersign.wiring.desk import Desk, open_desk
from countersign.wiring.stopping import stop_button
from countersign.workflow.gate import UnderWay


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(Home(tmp_path / "home"), with_worker=False)
    yield opened
    opened.close()


def test_a_desk_without_a_worker_says_that_nobody_works(desk: Desk) -> None:
    said = desk.stopping.live()
    assert not said.is_served
    assert said.steps == ()
    assert said.orders.standing == ()


def test_an_order_given_here_is_seen_at_once_and_so_is_that_it_ended(desk: Desk) -> None:
    order = desk.stopping.stop(Scope.ALL, "", How.KILL, "wrong bank data")
    said = desk.stopping.live()
    assert said.orders.standing == (order,)
    assert said.may_resume  # who founds a desk may
    assert desk.stopping.obeyed(order) is not None  # nobody works, so nobody works on
    desk.stopping.resume(Scope.ALL, "", "mended")
    assert desk.stopping.live().orders.standing == ()


def test_an_order_from_the_command_line_is_seen_with_the_next_look(desk: Desk, tmp_path: Path) -> None:
    assert desk.stopping.live().orders.standing == ()
    with stop_button(Home(tmp_path / "home")) as button:
        button.stop(Scope.AGENT, "reader.local", How.PAUSE, "slow")
    (order,) = desk.stopping.live().orders.standing
    assert (order.name, order.reason) == ("reader.local", "slow")


def test_an_order_from_another_workstation_is_seen_within_a_second(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("countersign.wiring.stopping.signal", lambda _home: None)  # it is not this machine's
    assert desk.stopping.live().orders.standing == ()
    desk.stopping._button().stop(Scope.ALL, "", How.KILL, "elsewhere")
    assert desk.stopping.live().orders.standing == ()
    monkeypatch.setattr(live, "LOOK_ANYWAY", 0.0)
    assert len(desk.stopping.live().orders.standing) == 1


def test_what_agents_say_of_themselves_is_who_works_on_what(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    step = UnderWay(agent="reader.local", case="c1", klass="invoice", step="read_page", since=now())
    working.Notice(home, lambda: (step,), lambda: -1).write()
    monkeypatch.setattr(working, "is_served", lambda _home: True)
    said = desk.stopping.live()
    assert said.is_served
    assert [(one.agent, one.case, one.step) for one in said.steps] == [("reader.local", "c1", "read_page")]


def test_the_agents_are_made_at_the_first_look_and_all_of_the_program_are_there(desk: Desk) -> None:
    assert desk._agents is None
    assert tuple(sorted(file.name for file in desk.agents.files())) == tuple(sorted(desk.stopping.agents))
    assert desk.agents is desk.agents

"""A home has one desk and one worker, a document is one case, and what fails leaves the rest alone."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from tests.journeys.desks import decisions, fill, invoice, take, work_until_idle, worker

from countersign.agents.reader import Reader
from countersign.domain.case import Status
from countersign.domain.errors import Trouble
from countersign.domain.event import PolicyActivated, Route
from countersign.intake.report import Item
from countersign.settings.home import Home
from countersign.settings.resources import shipped
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring.batch import process
from countersign.wiring.desk import open_desk
from countersign.wiring.supervise import Supervisor, is_served, start_worker
from countersign.worker import run_worker

SOON = 20.0
"""Seconds within which something must happen; far more than it takes."""


def wait_for(condition: Callable[[], bool], seconds: float = SOON) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("what was waited for did not happen")


def activations(store: Store) -> list[str]:
    return [e.event.digest for e in store.desk_entries() if isinstance(e.event, PolicyActivated)]


def test_files_brought_in_end_in_decisions_on_a_record_that_verifies(home: Home, tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", 3)
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "again.pdf").write_bytes(invoice(0))
    items: list[Item] = []
    outcomes = {outcome.case: outcome for outcome in process(home, [folder], items.append)}
    assert len(items) == 5
    assert len(outcomes) == 4
    assert [o.reasons[0].code for o in outcomes.values() if o.route is Route.REFUSE] == ["empty_file"]
    assert {o.klass for o in outcomes.values() if o.route is not Route.REFUSE} == {"invoice"}
    with open_store(home) as store:
        assert set(decisions(store).values()) == {1}
        assert store.verify().ok
    again = list(process(home, [folder / "again.pdf"]))
    assert [outcome.case for outcome in again] == [items[0].case]
    with open_store(home) as store:
        assert set(decisions(store).values()) == {1}


def test_a_second_desk_on_a_home_is_refused_and_the_first_goes_on(home: Home) -> None:
    first = open_desk(home, with_worker=False)
    try:
        with pytest.raises(Trouble, match="Another desk is open"):
            open_desk(home, with_worker=False)
        assert first.head() > 0
    finally:
        first.close()
    open_desk(home, with_worker=False).close()


def test_a_second_worker_on_a_home_is_refused(home: Home) -> None:
    with worker(home):
        wait_for(lambda: is_served(home))
        with pytest.raises(Trouble, match="Agents are at work"):
            run_worker(home)


def test_a_worker_takes_what_comes_and_ends_when_told(home: Home, tmp_path: Path) -> None:
    with open_store(home) as store, worker(home) as running:
        wait_for(lambda: is_served(home))
        (case,) = {item.case for item in take(home, fill(tmp_path / "in", 1))}
        wait_for(lambda: decisions(store) == {case: 1})
        (home.inbox / "dropped.pdf").write_bytes(invoice(77))
        wait_for(lambda: sum(decisions(store).values()) == 2)
        running.send_signal(signal.SIGTERM)
        assert running.wait(SOON) == 0
    assert not is_served(home)


def test_a_worker_ends_with_the_process_that_started_it(home: Home) -> None:
    child = start_worker(home)
    wait_for(lambda: is_served(home))
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(SOON) == 0


def test_a_worker_that_is_killed_is_started_again(home: Home, tmp_path: Path) -> None:
    supervisor = Supervisor(home)
    try:
        wait_for(lambda: is_served(home))
        (first,) = (p for p in psutil.Process().children() if "worker" in p.cmdline())
        first.kill()
        first.wait(SOON)
        take(home, fill(tmp_path / "in", 1))
        with open_store(home) as store:
            wait_for(lambda: sum(decisions(store).values()) == 1)
    finally:
        supervisor.close()
    assert not is_served(home)


def test_processing_beside_an_open_desk_uses_the_worker_that_is_there(home: Home, tmp_path: Path) -> None:
    desk = open_desk(home)
    try:
        wait_for(desk.agents_at_work)
        (outcome,) = process(home, [fill(tmp_path / "in", 1)])
        file = desk.case(outcome.case)
        assert file.decision is not None
        page = desk.words(file.documents[0].sha256, 0)
        assert page is not None
        assert "INVOICE" in [word.text for word in page.words]
        drawn = desk.image(file.documents[0].sha256, 0, 72)
        assert drawn is not None
        assert len(drawn.rgb) == drawn.width * drawn.height * 3
        assert desk.bring_in([tmp_path / "in"], "drop") == "1 known already."
    finally:
        desk.close()


def test_an_agent_that_fails_leaves_its_case_to_a_person(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(Reader, "page", broken)
    take(home, fill(tmp_path / "in", 1))
    run_worker(home, until_idle=True)
    with open_store(home) as store:
        (case,) = decisions(store)
    desk = open_desk(home, with_worker=False)
    try:
        file = desk.case(case)
        assert file.status is Status.WAITING
        assert "agent_failed" in [reason.code for reason in file.reasons]
        assert desk.acts.reject(case, "other", "try again").status is Status.REJECTED
    finally:
        desk.close()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    caplog.clear()
    assert "out of order" in (home.logs / "worker.log").read_text()


def test_a_bad_policy_is_refused_before_anything_is_taken_in(home: Home, tmp_path: Path) -> None:
    open_desk(home, with_worker=False).close()
    text = shipped("resources", "policies", "desk.yaml").read_text()
    own = home.policies / "own.yaml"
    own.write_text(text.replace("gross_total <= 2000.0", "gros_total <= 2000.0"))
    with open_store(home) as store:
        before = (store.head(), activations(store))
        with pytest.raises(Trouble, match=r"own\.yaml, line 17, column 22: there is no field"):
            list(process(home, [fill(tmp_path / "in", 1)]))
        with pytest.raises(Trouble, match="The active policy stays"):
            run_worker(home, until_idle=True)
        with pytest.raises(Trouble, match=r"own\.yaml"):
            open_desk(home)
        assert (store.head(), activations(store)) == before


def test_a_policy_is_put_on_the_record_once_and_again_when_it_changes(home: Home, tmp_path: Path) -> None:
    for _ in range(2):
        open_desk(home, with_worker=False).close()
    own = home.policies / "own.yaml"
    text = shipped("resources", "policies", "desk.yaml").read_text()
    own.write_text(text.replace("mode: autonomous", "mode: human_in_the_loop"))
    take(home, fill(tmp_path / "in", 1))
    work_until_idle(home)
    own.unlink()
    open_desk(home, with_worker=False).close()
    with open_store(home) as store:
        first, second, third = activations(store)
        assert first == third != second
        (case,) = decisions(store)
    desk = open_desk(home, with_worker=False)
    try:
        file = desk.case(case)
        assert file.decision is not None
        assert file.decision.digest == second
        assert "mode_requires_person" in [reason.code for reason in file.reasons]
    finally:
        desk.close()

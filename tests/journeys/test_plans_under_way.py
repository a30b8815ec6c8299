"""A case that was begun under one plan ends under it, though another came and the program restarted."""

import threading
from hashlib import sha256
from pathlib import Path

import pytest
from tests.journeys.desks import invoice, take, work_until_idle, worker

from countersign.domain.actor import Role
from countersign.domain.event import (
    Draft,
    How,
    PlanActivated,
    PlanChosen,
    PlanProposed,
    Scope,
    Signature,
    StepsTaken,
)
from countersign.domain.plan import StepEnd
from countersign.domain.time import now
from countersign.settings.home import Home
from countersign.settings.resources import shipped
from countersign.store.founding import open_store, whoever_sits_here
from countersign.store.store import Store
from countersign.wiring.people import People
from countersign.wiring.stopping import stop_button


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "desk")


def received(home: Home, folder: Path, number: int) -> str:
    folder.mkdir(exist_ok=True)
    file = folder / f"{number}.pdf"
    file.write_bytes(invoice(number))
    (item,) = take(home, file)
    assert item.case is not None
    return item.case


def who_read(store: Store, case: str) -> list[tuple[str, StepEnd]]:
    told = [entry.event for entry in store.entries(case) if isinstance(entry.event, StepsTaken)]
    return [(s.by, s.end) for event in told for s in event.steps if s.step == "read_page"]


def chosen(store: Store, case: str) -> list[str]:
    return [e.event.digest for e in store.entries(case) if isinstance(e.event, PlanChosen)]


def adopt(store: Store, text: str) -> str:
    """Adopt a plan that somebody else has proposed; returns its digest."""
    me = whoever_sits_here().id
    People(store, me, None).enrol("ada", "Ada", [Role.TEAM_LEAD])
    digest = sha256(text.encode()).hexdigest()
    plan = {"plan": "invoice", "digest": digest, "text": text}
    for who, kind, more in (
        ("ada", PlanProposed, {"reason": "a test"}),
        (me, PlanActivated, {"proposed_by": "Ada"}),
    ):
        signature = Signature(name=store.person_name(who), at=now(), meaning="signed the plan")
        event = kind.model_validate({**plan, **more, "signature": signature})
        store.append([Draft(event=event, actor=store.person(who, Role.TEAM_LEAD))])
    return digest


def test_a_run_under_way_finishes_on_its_plan_and_the_next_one_follows_the_new(
    home: Home, tmp_path: Path
) -> None:
    text = shipped("resources", "workflows", "invoice.yaml").read_text(encoding="utf-8")
    other = text.replace('by: "agent:reader.local"', 'by: "person:processor"')
    assert other != text
    begun = received(home, tmp_path / "in", 1)
    with stop_button(home) as button:
        button.stop(Scope.AGENT, "reader.local", How.PAUSE, "another plan is being written")
    with open_store(home) as store:
        with worker(home):
            pause = threading.Event()
            for _ in range(2000):
                if any(isinstance(e.event, StepsTaken) for e in store.entries(begun)):
                    break
                pause.wait(0.01)
        assert chosen(store, begun) == [sha256(text.encode()).hexdigest()]
        assert who_read(store, begun) == []
        digest = adopt(store, other)
    later = received(home, tmp_path / "in", 2)
    with stop_button(home) as button:
        button.resume(Scope.AGENT, "reader.local", "it is written")
    work_until_idle(home)
    with open_store(home) as store:
        assert who_read(store, begun) == [("agent:reader.local", StepEnd.DONE)]
        assert chosen(store, begun) == [sha256(text.encode()).hexdigest()]
        assert who_read(store, later) == [("person:processor", StepEnd.FOR_PERSON)]
        assert chosen(store, later) == [digest]
        assert store.verify().ok

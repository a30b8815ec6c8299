"""The durable engine runs each case once, a bounded number at a time, and stays usable after trouble."""

import asyncio
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from tests.support.memory import (
    MemoryCases,
    MemoryLedger,
    MemoryLibrary,
    MemoryPages,
    MemoryStaff,
    memory_plans,
    open_gate,
    system,
)

from countersign.domain.case import Status
from countersign.domain.errors import Trouble
from countersign.policy.load import load
from countersign.settings import catalogue
from countersign.settings.resources import shipped
from countersign.wiring.engine import configuration
from countersign.workflow.engine import MOST_FAILURES, Engine
from countersign.workflow.run import CaseRun

KNOWN = catalogue.load()
POLICY = load(shipped("resources", "policies", "desk.yaml"), KNOWN)


class Room:
    """An engine with the house in memory around it."""

    def __init__(self, file: Path, readers: ThreadPoolExecutor, places: int = 4) -> None:
        self.ledger = MemoryLedger()
        self.pages = MemoryPages({})
        self.steps = CaseRun(
            ledger=self.ledger,
            cases=MemoryCases(self.ledger),
            library=MemoryLibrary(),
            pages=self.pages,
            staff=MemoryStaff(),
            catalogue=KNOWN,
            policy=lambda: POLICY,
            system=system,
            plans=memory_plans(self.ledger),
            gate=open_gate(),
            readers=readers,
            side_by_side=readers,
        )
        self.engine = Engine(configuration(file), self.steps, places)
        self.ended: list[tuple[str, BaseException | None]] = []

    def receive(self, number: int) -> str:
        content = f"bill {number}".encode()
        self.pages.contents[sha256(content).hexdigest()] = content
        return self.ledger.receive(content)

    def begin(self, case: str) -> None:
        self.engine.begin(case, lambda *end: self.ended.append(end))

    def decisions(self, case: str) -> int:
        return [entry.event.kind for entry in self.ledger.entries(case)].count("decided")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with ThreadPoolExecutor(2) as readers:
        yield Room(tmp_path / "engine.sqlite", readers)


def test_every_case_is_decided_once_with_never_more_under_way_than_there_are_places(room: Room) -> None:
    cases = [room.receive(number) for number in range(20)]

    async def work() -> int:
        room.engine.launch()
        most = 0
        waiting = list(cases)
        while waiting or room.engine.under_way:
            while waiting and room.engine.free:
                room.begin(waiting.pop())
            most = max(most, len(room.engine.under_way))
            await asyncio.sleep(0)
        await room.engine.close()
        return most

    assert asyncio.run(work()) == 4
    assert [room.decisions(case) for case in cases] == [1] * 20
    assert sorted(case for case, error in room.ended if error is None) == sorted(cases)


def test_a_run_begun_again_after_its_end_decides_nothing_new(room: Room) -> None:
    case = room.receive(1)

    async def work() -> None:
        room.engine.launch()
        for _ in range(3):
            room.begin(case)
            assert await room.engine.finish(10)
        await room.engine.close()

    asyncio.run(work())
    assert room.decisions(case) == 1
    assert room.pages.opened == 1


def test_a_run_that_the_record_refused_can_be_begun_anew(room: Room) -> None:
    case = room.receive(1)

    async def work() -> None:
        room.engine.launch()
        room.ledger.broken = True
        room.begin(case)
        await room.engine.finish(10)
        room.ledger.broken = False
        room.begin(case)
        await room.engine.finish(10)
        await room.engine.close()

    asyncio.run(work())
    (_, first), (_, second) = room.ended
    assert isinstance(first, Trouble)
    assert second is None
    assert room.ledger.case(case).status is Status.STRAIGHT_THROUGH


def test_an_engine_launched_again_on_its_file_goes_on(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as readers:
        for number in range(2):
            room = Room(tmp_path / "engine.sqlite", readers)
            case = room.receive(number)

            async def work(room: Room = room, case: str = case) -> None:
                room.engine.launch()
                room.begin(case)
                assert await room.engine.finish(10)
                await room.engine.close()

            asyncio.run(work())
            assert room.decisions(case) == 1


def test_a_case_whose_run_was_cut_off_too_often_goes_to_a_person(tmp_path: Path) -> None:
    file = tmp_path / "engine.sqlite"
    with ThreadPoolExecutor(2) as readers:
        room = Room(file, readers)
        case = room.receive(1)
        room.ledger.broken = True

        async def work(room: Room) -> None:
            room.engine.launch()
            room.begin(case)
            assert await room.engine.finish(10)
            await room.engine.close()

        asyncio.run(work(room))
        with closing(sqlite3.connect(file)) as notes, notes:
            changed = notes.execute("UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'")
            assert changed.rowcount == 1
        again = Room(file, readers)
        again.ledger = again.steps._ledger = room.ledger
        room.ledger.broken = False
        asyncio.run(work(again))
    assert room.ledger.case(case).status is Status.WAITING
    assert "agent_failed" in [reason.code for reason in room.ledger.case(case).reasons]


def test_a_case_whose_run_fails_again_and_again_goes_to_a_person(room: Room) -> None:
    case = room.receive(1)

    async def work() -> None:
        room.engine.launch()
        room.ledger.broken = True
        for _ in range(MOST_FAILURES + 1):
            room.begin(case)
            assert await room.engine.finish(10)
        room.ledger.broken = False
        room.begin(case)
        assert await room.engine.finish(10)
        await room.engine.close()

    asyncio.run(work())
    assert [error is None for _, error in room.ended] == [False] * (MOST_FAILURES + 1) + [True]
    assert room.ledger.case(case).status is Status.WAITING
    assert [reason.code for reason in room.ledger.case(case).reasons if reason.code == "agent_failed"]
    assert room.decisions(case) == 1

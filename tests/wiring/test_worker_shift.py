"""However many cases wait, a worker holds only those it works on, and takes those first that go first."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from countersign.domain.orders import NOTHING_HELD, Reach
from countersign.wiring.room import AgentsRoom
from countersign.worker import Shift
from countersign.workflow.engine import PutOff

PLACES = 4
Then = Callable[[str, BaseException | None], None]


class Queue:
    """The cases that wait, those first that go first."""

    def __init__(self, waiting: int) -> None:
        self.waiting = [f"c-{number:05}" for number in range(waiting)]
        self.asked: list[int] = []
        self.decided: list[str] = []

    def undecided(self, limit: int, held: Reach = NOTHING_HELD) -> tuple[str, ...]:
        self.asked.append(limit)
        return tuple(self.waiting[:limit])

    def head(self) -> int:
        return len(self.decided)


class QuickEngine:
    """Decides each case at the next turn of the loop; puts some off at first."""

    def __init__(self, queue: Queue, put_off: set[str]) -> None:
        self._queue, self._put_off = queue, put_off
        self._running: set[str] = set()

    @property
    def under_way(self) -> frozenset[str]:
        return frozenset(self._running)

    @property
    def free(self) -> int:
        return PLACES - len(self._running)

    def begin(self, case: str, then: Then) -> None:
        self._running.add(case)
        asyncio.get_running_loop().call_soon(self._end, case, then)

    def _end(self, case: str, then: Then) -> None:
        self._running.discard(case)
        if case in self._put_off:
            self._put_off.discard(case)
            then(case, PutOff("its agent has no seat"))
            return
        self._queue.waiting.remove(case)
        self._queue.decided.append(case)
        then(case, None)


def shift(queue: Queue, folder: Path, put_off: set[str] | None = None) -> Shift:
    room: Any = SimpleNamespace(
        store=queue,
        home=SimpleNamespace(database=folder / "desk.sqlite"),
        engine=QuickEngine(queue, put_off or set()),
        new_classes=SimpleNamespace(look=lambda: False),
        held=lambda: NOTHING_HELD,
    )
    return Shift(cast(AgentsRoom, room), asyncio.Event(), until_idle=True)


def test_of_twenty_thousand_waiting_cases_a_worker_asks_for_a_handful_at_a_time(tmp_path: Path) -> None:
    queue = Queue(20_000)

    async def begin_some() -> None:
        work = asyncio.create_task(shift(queue, tmp_path).work())
        while len(queue.decided) < 200:
            await asyncio.sleep(0)
        work.cancel()

    asyncio.run(begin_some())
    assert max(queue.asked) <= 2 * PLACES


def test_a_case_that_is_moved_forward_is_begun_next(tmp_path: Path) -> None:
    queue = Queue(100)

    async def move_one() -> None:
        work = asyncio.create_task(shift(queue, tmp_path).work())
        while len(queue.decided) < 20:
            await asyncio.sleep(0)
        queue.waiting.remove("c-00099")
        queue.waiting.insert(0, "c-00099")
        await work

    asyncio.run(move_one())
    assert queue.decided.index("c-00099") <= 20 + 2 * PLACES
    assert len(queue.decided) == 100


def test_cases_that_are_put_off_leave_their_places_to_others_and_come_back(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("countersign.worker.REST", 0.05)
    queue = Queue(20)
    first = set(queue.waiting[:PLACES])
    asyncio.run(shift(queue, tmp_path, set(first)).work())
    assert first.isdisjoint(queue.decided[:PLACES])
    assert sorted(queue.decided) == [f"c-{number:05}" for number in range(20)]

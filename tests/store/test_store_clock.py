"""A clock that is set, while the desk runs or between two starts, is on record; the log's own never turns."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.stories import ADA, CARD, INTAKE, received

from countersign.domain.actor import ActorKind
from countersign.domain.errors import Trouble
from countersign.domain.event import ClockJumped, Draft
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.clock import TOLERANCE_MS, Clock
from countersign.store.founding import open_store
from countersign.store.store import Store

DAY = 86_400


class Time:
    """Two clocks under a test's thumb, in seconds."""

    def __init__(self) -> None:
        self.wall = 1_800_000_000.0
        self.steady = 500.0

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.steady)

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@given(st.integers(-40 * DAY, 40 * DAY), st.integers(0, 10 * DAY))
def test_a_clock_set_by_more_than_its_drift_is_noticed_once_and_by_how_much(by: int, meanwhile: int) -> None:
    world = Time()
    clock = world.clock()
    assert clock.jump(0) == 0
    world.passes(meanwhile)
    world.wall += by
    told = clock.jump(0)
    assert told == (by * 1000 if abs(by * 1000) > TOLERANCE_MS else 0)
    world.passes(meanwhile)
    assert clock.jump(0) == 0


def test_a_clock_that_stands_before_the_newest_record_at_the_first_look_was_set_back() -> None:
    world = Time()
    newest = round((world.wall + DAY) * 1000)
    clock = world.clock()
    assert clock.jump(newest) == -DAY * 1000
    assert clock.jump(newest) == 0


def test_small_corrections_add_up_to_none_and_a_sleeping_machine_did_not_jump() -> None:
    world = Time()
    clock = world.clock()
    world.passes(30 * DAY)
    world.wall += 3
    assert clock.jump(0) == 0


def _jumps(store: Store) -> list[int]:
    return [e.event.milliseconds for e in store.desk_entries() if isinstance(e.event, ClockJumped)]


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    real = time.time

    def by(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)

    return by


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_set_by_a_day_while_the_desk_runs_is_on_record_and_the_log_verifies(
    store: Store, shift: Callable[[float], None], days: int
) -> None:
    store.append([Draft(event=received(), actor=INTAKE, case="before")])
    shift(days * DAY)
    made = store.append([Draft(event=received(content="2"), actor=INTAKE, case="after")])
    (jump,) = _jumps(store)
    assert abs(jump - days * DAY * 1000) < 2000
    assert store.desk_entries(("clock_jumped",))[0].seq < made[0].seq
    verdict = store.verify()
    assert verdict.ok, verdict.flaw
    assert verdict.epochs == (2 if days > 0 else 1)


def test_a_clock_set_back_between_two_starts_is_on_record(
    home: Home, words: Catalogue, shift: Callable[[float], None]
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        store.append([Draft(event=received(), actor=INTAKE, case="before")])
    shift(-DAY)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert _jumps(store) == []
        store.append([Draft(event=received(content="2"), actor=INTAKE, case="after")])
        (jump,) = _jumps(store)
        assert abs(jump + DAY * 1000) < 30_000
        assert store.verify().ok


# -- clocks that cannot be right, and epochs under clocks that were set ------------------------------------


def test_a_jump_whose_record_was_not_kept_is_recorded_with_the_next_append(
    store: Store, shift: Callable[[float], None]
) -> None:
    store.append([Draft(event=received(), actor=INTAKE, case="before")])
    shift(DAY / 2)
    stranger = INTAKE.model_copy(update={"kind": ActorKind.AGENT, "id": "nobody@1"})
    with pytest.raises(Trouble, match="not enrolled"):
        store.append([Draft(event=received(content="2"), actor=stranger, case="never")])
    assert _jumps(store) == []
    store.append([Draft(event=received(content="3"), actor=INTAKE, case="after")])
    (jump,) = _jumps(store)
    assert abs(jump - DAY * 500) < 2000


def test_a_clock_beyond_what_a_record_can_hold_stops_the_desk_until_it_is_set(
    store: Store, shift: Callable[[float], None]
) -> None:
    shift(280 * 365 * DAY)
    with pytest.raises(Trouble, match="The clock of this machine says that it is 2306"):
        store.append([Draft(event=received(), actor=INTAKE, case="never")])
    assert store.verify().ok
    shift(0)
    store.append([Draft(event=received(), actor=INTAKE, case="after")])
    assert store.entries("never") == ()
    assert store.verify().ok


def test_an_epoch_begun_under_a_clock_far_ahead_ends_at_the_next_start_and_after_a_day(
    home: Home, words: Catalogue, shift: Callable[[float], None]
) -> None:
    """Else a clock set ahead for a moment would keep one key in use until that moment comes."""
    shift(400 * DAY)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        store.append([Draft(event=received(), actor=INTAKE, case="ahead")])
    shift(0)
    world = Time()
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        store._desk.clock = world.clock()
        for n, passed in enumerate((0, DAY - 10, 20, DAY + 1)):
            world.passes(passed)
            store.append([Draft(event=received(content=str(n)), actor=INTAKE, case=f"later-{n}")])
            assert store.verify().epochs == (2, 2, 3, 4)[n]
        assert store.verify().ok

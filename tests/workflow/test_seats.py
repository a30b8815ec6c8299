"""An agent works on as many cases at once as the policy says; who waits for it does not wait for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.errors import Trouble
from countersign.policy.load import load
from countersign.settings import catalogue
from countersign.settings.resources import shipped
from countersign.workflow.seats import NoSeat, Seats


@given(st.integers(1, 4), st.integers(1, 12))
def test_an_agent_never_takes_more_steps_at_once_than_it_has_seats(most: int, steps: int) -> None:
    seats = Seats(lambda _: most)
    now = seen = 0
    lock = threading.Lock()

    def step(_: int) -> None:
        nonlocal now, seen
        with seats.one("reader.local", wait=30):
            with lock:
                now += 1
                seen = max(seen, now)
            threading.Event().wait(0.0005)
            with lock:
                now -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(step, range(steps)))
    assert (now, seen <= most) == (0, True)


def test_one_who_finds_no_seat_goes_back_to_the_queue_after_a_while() -> None:
    seats = Seats(lambda _: 1)
    with (
        seats.one("reader.local"),
        pytest.raises(NoSeat, match=r"works on 1 at once"),
        seats.one("reader.local", wait=0.01),
    ):
        raise AssertionError("two sit on one seat")
    with seats.one("reader.local", wait=0.01):
        pass  # and a seat left is free again


def test_a_busy_agent_keeps_nobody_from_another_one() -> None:
    seats = Seats({"reader.llm": 1}.get)
    with seats.one("reader.llm"), seats.one("reader.local"), seats.one("reader.local"):
        pass


def test_who_waits_gets_the_seat_as_soon_as_it_is_left() -> None:
    seats = Seats(lambda _: 1)
    got = threading.Event()

    def wait_for_it() -> None:
        with seats.one("reader.local", wait=30):
            got.set()

    with seats.one("reader.local"):
        waiter = threading.Thread(target=wait_for_it)
        waiter.start()
        assert not got.wait(0.02)
    assert got.wait(5)
    waiter.join()


def test_a_policy_says_how_many_cases_an_agent_works_on_at_once(tmp_path: Path) -> None:
    text = shipped("resources", "policies", "desk.yaml").read_text(encoding="utf-8").partition("\nagents:")[0]
    words = catalogue.load()
    file = tmp_path / "desk.yaml"
    file.write_text(text + "\nagents:\n  reader.llm: {tier: 1, at_once: 3}\n", encoding="utf-8")
    assert load(file, words).terms.agents["reader.llm"].at_once == 3
    file.write_text(text + "\nagents:\n  reader.llm: {tier: 1, at_once: 0}\n", encoding="utf-8")
    with pytest.raises(Trouble, match="at_once"):
        load(file, words)

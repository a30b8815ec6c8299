"""How many steps an agent may be taking at once, over all cases; who finds no seat waits a while."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

LONGEST_WAIT = 2.0
"""Seconds that a case waits for an agent; then it goes back to its queue, and others get its place."""


class PutBack(Exception):
    """The case goes back to its queue; the message says what holds it up."""


class NoSeat(PutBack):
    """The agent is busy with as many other cases as it may work on at once."""


def no_bound(_agent: str) -> int | None:
    """Let every agent work on as many cases as there are."""
    return None


class Seats:
    """The seats of all agents; safe from any thread."""

    def __init__(self, at_once: Callable[[str], int | None] = no_bound) -> None:
        """`at_once` gives the most steps that an agent may be taking now, None where nothing bounds them."""
        self._at_once = at_once
        self._taken: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def one(self, agent: str, wait: float = LONGEST_WAIT) -> Iterator[None]:
        """Take a seat of an agent for a step; raises NoSeat after `wait` seconds without one."""
        with self._changed:
            self._await(agent, monotonic() + wait)
            self._taken[agent] += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken[agent] -= 1
                if self._waiting[agent]:
                    self._changed.notify_all()

    def _await(self, agent: str, until: float) -> None:
        self._waiting[agent] += 1
        try:
            while (most := self._at_once(agent)) is not None and self._taken[agent] >= most:
                if monotonic() >= until:
                    raise NoSeat(f"{agent} works on {most} at once, and no more")
                self._changed.wait(until - monotonic())
        finally:
            self._waiting[agent] -= 1

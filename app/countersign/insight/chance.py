"""Chance that is the same every time: a small face of numpy's generator, for making things up."""

import zlib
from collections.abc import MutableSequence, Sequence
from typing import Any, TypeVar

import numpy as np

Thing = TypeVar("Thing")


class Chance:
    """Draws from a seed and a name; the same two give the same draws."""

    def __init__(self, seed: int, name: str) -> None:
        self._numbers = np.random.default_rng([seed, zlib.crc32(name.encode())])

    def random(self) -> float:
        """Return a number from 0 to just below 1."""
        return float(self._numbers.random())

    def randint(self, first: int, last: int) -> int:
        """Return a whole number, both ends included."""
        return int(self._numbers.integers(first, last + 1))

    def choice(self, things: Sequence[Thing]) -> Thing:
        """Return one of them."""
        return things[int(self._numbers.integers(len(things)))]

    def shuffle(self, things: MutableSequence[Any]) -> None:
        """Bring a list into another order, in place."""
        order = self._numbers.permutation(len(things))
        things[:] = [things[int(place)] for place in order]

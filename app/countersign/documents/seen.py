"""A word as it was seen on a picture."""

from collections.abc import Sequence
from typing import NamedTuple


class Seen(NamedTuple):
    """A word, its box in pixels of the picture that was read, and how sure the reading is, in percent."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    line: int
    confidence: int


def mean_confidence(words: Sequence[Seen]) -> float:
    """Return the mean over characters, 0 when there are none."""
    weight = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.confidence for word in words) / weight if weight else 0.0

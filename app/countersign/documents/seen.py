"""A word as an OCR engine saw it."""

from collections.abc import Sequence
from typing import NamedTuple


class Seen(NamedTuple):
    """A word, its box in pixels of the picture that was read, and how sure the engine is, in percent."""

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


def spread(text: str, box: tuple[float, float, float, float], line: int, confidence: int) -> list[Seen]:
    """Split a line into words, each with its share of the line's box by number of characters."""
    x0, y0, x1, y1 = box
    width = (x1 - x0) / max(1, len(text))
    words = []
    at = 0
    for part in text.split():
        at = text.index(part, at)
        words.append(Seen(part, x0 + at * width, y0, x0 + (at + len(part)) * width, y1, line, confidence))
        at += len(part)
    return words

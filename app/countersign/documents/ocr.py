"""Reads the words of a page from its picture: the fast engine first, the thorough one where it doubts."""

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

import numpy as np

from countersign.documents import rapid, tesseract
from countersign.documents.seen import Seen, mean_confidence, spread
from countersign.documents.straighten import Grey, Straight, is_blank, straighten
from countersign.domain.document import Page, TextSource, Word

_GOOD = 70.0  # percent, mean of a page
_UNREADABLE = 50.0  # percent, mean of a page: it may lie or stand on its head
_DOUBTFUL = 65  # percent, of one word
_FEW = 5  # words
_MANY_DOUBTFUL = 0.5  # share of lines: then the whole page is read again
_MARGIN = 4  # pixels around a line that is read again


class Engine(Protocol):
    """An OCR engine."""

    def read(self, grey: Grey) -> list[Seen]:
        """Read the words of a picture."""


def recognise(number: int, size: tuple[float, float], picture: tuple[int, int, bytes]) -> Page:
    """Return the page with the words read from its picture (width, height, rows of grey), in points."""
    pixels_wide, pixels_high, rows = picture
    grey = np.frombuffer(rows, dtype=np.uint8).reshape(pixels_high, pixels_wide)
    width, height = size
    words: tuple[Word, ...] = ()
    if not is_blank(grey):
        straight, seen = _read(straighten(grey))
        words = tuple(_word(word, straight, width / pixels_wide, height / pixels_high) for word in seen)
    return Page(
        number=number, width=round(width, 2), height=round(height, 2), source=TextSource.OCR, words=words
    )


def _read(straight: Straight) -> tuple[Straight, list[Seen]]:
    fast = tesseract.engine()
    if fast is None:
        return _turned_until_readable(straight, rapid.engine())
    straight, words = _turned_until_readable(straight, fast)
    if _is_good(words):
        lines = [list(line) for _, line in groupby(words, key=lambda word: word.line)]
        doubtful = [any(_is_doubtful(word) for word in line) for line in lines]
        if sum(doubtful) <= _MANY_DOUBTFUL * len(lines):
            reread = (
                _again(line, straight.grey) if is_in_doubt else line
                for line, is_in_doubt in zip(lines, doubtful, strict=True)
            )
            return straight, [word for line in reread for word in line]
    return straight, max(words, rapid.engine().read(straight.grey), key=_worth)


def _turned_until_readable(straight: Straight, engine: Engine) -> tuple[Straight, list[Seen]]:
    """Read; where that gives next to nothing, turn the page by quarters and keep the best reading."""
    best = straight, engine.read(straight.grey)
    for quarters in (2, 1, 3):
        if len(best[1]) >= _FEW and mean_confidence(best[1]) >= _UNREADABLE:
            break
        turned = straight.turned(quarters)
        best = max(best, (turned, engine.read(turned.grey)), key=lambda reading: _worth(reading[1]))
    return best


def _again(line: list[Seen], grey: Grey) -> list[Seen]:
    """Read a line again with the thorough engine; keep the surer of the two."""
    box = (
        max(0, int(min(word.x0 for word in line)) - _MARGIN),
        max(0, int(min(word.y0 for word in line)) - _MARGIN),
        int(max(word.x1 for word in line)) + _MARGIN,
        int(max(word.y1 for word in line)) + _MARGIN,
    )
    text, confidence = rapid.engine().read_line(grey[box[1] : box[3], box[0] : box[2]])
    if confidence <= mean_confidence(line):
        return line
    parts = text.split()
    if len(parts) == len(line):
        return [
            word._replace(text=part, confidence=confidence) for word, part in zip(line, parts, strict=True)
        ]
    return spread(text, box, line[0].line, confidence)


def _is_good(words: Sequence[Seen]) -> bool:
    return len(words) >= _FEW and mean_confidence(words) >= _GOOD


def _is_doubtful(word: Seen) -> bool:
    return word.confidence < _DOUBTFUL and any(char.isalnum() for char in word.text)


def _worth(words: Sequence[Seen]) -> float:
    """Return how much was read, doubtful characters counting little."""
    return sum(len(word.text) * (word.confidence / 100) ** 2 for word in words)


def _word(seen: Seen, straight: Straight, points_wide: float, points_high: float) -> Word:
    x0, y0, x1, y1 = straight.on_page(seen.x0, seen.y0, seen.x1, seen.y1)
    return Word(
        text=seen.text,
        x0=round(x0 * points_wide, 2),
        y0=round(y0 * points_high, 2),
        x1=round(x1 * points_wide, 2),
        y1=round(y1 * points_high, 2),
        line=seen.line,
        confidence=max(0, min(100, seen.confidence)),
        size=round(_height(seen) * points_high, 2),
    )


def _height(seen: Seen) -> float:
    """Return how high the letters are; an engine may have read a word that stands upright on the page."""
    high, wide = seen.y1 - seen.y0, seen.x1 - seen.x0
    return min(high, wide) if len(seen.text) > 2 else high

"""Finds what a form asks for at a place: the printed words beside it, in its cell, and over its section."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from countersign.agents.forms import is_tick_box
from countersign.domain.document import Opened, Page, Word
from countersign.domain.geometry import Box

_HEADING = re.compile(r"(?:section|part|teil|abschnitt|partie|secci[oó]n|sezione|parte|deel)\b\W*\w*", re.I)
_ITEM = re.compile(r"\(?\d{1,2} ?[A-Z]?[.)]|\d{1,2}[A-Z]\b|[A-Z][.)] ")
_MOST_WORDS = 40
_BESIDE = 40.0  # points to the left, beyond which nothing is a label
_BELOW = 70.0  # points below a question that runs over the page
_OPTION = 14.0  # points from a tick box to its option


class Label(NamedTuple):
    """What is asked for at a place, from near to far; each may be empty."""

    near: str
    """The words right beside or above it."""
    question: str
    """What its cell, or the head of its column, asks for."""
    heading: str
    """The section that it stands in."""

    @property
    def text(self) -> str:
        """What a person would call the place."""
        if self.near and self.question and self.near not in self.question:
            return f"{self.question} – {self.near}"
        return self.question or self.near


class _Piece(NamedTuple):
    """Printed words that stand close together on one line."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


class Labels:
    """The printed words of a document, asked place by place."""

    def __init__(self, opened: Opened, filled: Iterable[tuple[int, Box]], words: frozenset[int]) -> None:
        by_page: dict[int, list[Box]] = {}
        for page, box in filled:
            by_page.setdefault(page, []).append(box)
        self._pages = {
            page.number: _Printed(page, by_page.get(page.number, []), words) for page in opened.pages
        }
        heading = ""
        for printed in self._pages.values():
            heading = printed.take_headings(heading)

    def at(self, page: int, box: Box, is_tick: bool = False) -> Label:
        """Return what is asked for at a place."""
        return self._pages[page].label(box, is_tick)


class _Printed:
    """The printed words and the rules of one page."""

    def __init__(self, page: Page, filled: list[Box], words: frozenset[int]) -> None:
        printed = [w for w in page.words if id(w) not in words and not _is_in(w, filled)]
        self._pieces = _pieces(printed)
        self._ticks = [rule for rule in page.rules if is_tick_box(rule)]
        self._rules = [rule for rule in page.rules if not is_tick_box(rule)]
        self._size = page.width, page.height
        self._headings: list[tuple[float, str]] = []

    def take_headings(self, before: str) -> str:
        """Note where sections begin; return the last one, which goes on on the next page."""
        self._headings = [(-1.0, before)]
        for piece in self._pieces:
            if _HEADING.match(piece.text) and len(piece.text) > 8:
                self._headings.append((piece.y0, piece.text))
        return self._headings[-1][1]

    def label(self, box: Box, is_tick: bool) -> Label:
        cell = self._cell(box)
        near = self._option(box) if is_tick else self._beside(box, cell)
        question = self._above(box, cell)
        if not question:
            near, question = near or self._row(box, cell), self._column(box)
        place = bisect_left(self._headings, (box.y0,)) - 1
        return Label(near, question, self._headings[max(place, 0)][1])

    def _cell(self, box: Box) -> Box:
        """Return the cell around a place; edges of combs, which are hardly higher than a line, are none."""
        x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        tall = 1.7 * (box.y1 - box.y0)
        uprights = [e for r in self._rules if r.y1 - r.y0 > tall and r.y0 <= y <= r.y1 for e in {r.x0, r.x1}]
        left = max((e for e in uprights if e <= box.x0 + 3), default=0.0)
        right = min((e for e in uprights if e >= box.x1 - 3), default=self._size[0])
        levels = [e for r in self._rules if r.x0 <= left + 8 and r.x1 >= right - 8 for e in {r.y0, r.y1}]
        top = max((e for e in levels if e <= box.y0 + 3 and e < y - 2), default=max(0.0, box.y0 - 60))
        bottom = min((e for e in levels if e >= box.y1 - 3 and e > y + 2), default=box.y1 + 4)
        return Box(x0=min(left, x), y0=min(top, y), x1=max(right, x), y1=max(bottom, y))

    def _option(self, box: Box) -> str:
        """Return the words behind a tick box, else those before it."""
        y = (box.y0 + box.y1) / 2
        row = [p for p in self._pieces if p.y0 - 2 <= y <= p.y1 + 2]
        behind = [p for p in row if -3 <= p.x0 - box.x1 <= _OPTION]
        before = [p for p in row if -3 <= box.x0 - p.x1 <= _OPTION]
        if behind:
            return min(behind, key=lambda p: p.x0).text
        return max(before, key=lambda p: p.x1).text if before else ""

    def _beside(self, box: Box, cell: Box) -> str:
        """Return the words to the left on the same line and in the same cell."""
        y = (box.y0 + box.y1) / 2
        left = [
            p
            for p in self._pieces
            if p.y0 - 1 <= y <= p.y1 + 1 and cell.x0 - 2 <= p.x0 and -4 <= box.x0 - p.x1 <= _BESIDE
        ]
        if not left:
            return ""
        last = max(left, key=lambda p: p.x1)
        lines = [
            p
            for p in self._pieces
            if p is last or (p.x0 < last.x1 < p.x1 + 25 and -2 < max(p.y0 - last.y1, last.y0 - p.y1) < 2)
        ]
        return _joined([p for p in lines if p is last or not _ITEM.match(p.text)])

    def _above(self, box: Box, cell: Box) -> str:
        """Return the lines of the cell that stand above a place, and begin left of its end."""
        lines = [
            p
            for p in self._pieces
            if cell.x0 - 3 <= p.x0 <= box.x1
            and cell.y0 - 3 <= p.y0
            and p.y1 <= box.y0 + 0.5 * (box.y1 - box.y0)
            and p.x1 <= cell.x1 + 3
        ]
        return _joined(_of_item(lines, box))

    def _column(self, box: Box) -> str:
        """Return the head of the column: the nearest printed lines above, over the place."""
        above = [p for p in self._pieces if p.y1 <= box.y0 + 2 and p.x0 < box.x1 and p.x1 > box.x0]
        if not above:
            return ""
        last = max(p.y1 for p in above)
        head = [p for p in above if p.y1 > last - 26 and p.x1 - p.x0 < 0.6 * self._size[0]]
        if not head:
            near = [p for p in above if _ITEM.match(p.text) and box.y0 - p.y1 < _BELOW]
            head = [max(near, key=lambda p: p.y0)] if near else []
        return _joined(head)

    def _row(self, box: Box, cell: Box) -> str:
        """Return what stands in the next cell to the left that holds printed words."""
        left = [
            p for p in self._pieces if p.x1 <= box.x0 + 4 and cell.y0 - 1 <= (p.y0 + p.y1) / 2 <= cell.y1 + 1
        ]
        if not left:
            return ""
        last = max(left, key=lambda p: p.x1)
        return _joined([p for p in left if p.x1 > last.x0 and p.x0 < last.x1])


def _is_in(word: Word, boxes: list[Box]) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return any(b.x0 <= x <= b.x1 and b.y0 <= y <= b.y1 for b in boxes)


def _pieces(words: list[Word]) -> list[_Piece]:
    """Join words of one line that a space parts; from top to bottom."""
    gathered: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (round((w.y0 + w.y1) / 4), w.x0)):
        last = gathered[-1][-1] if gathered else None
        size = word.size or word.y1 - word.y0
        if (
            last is not None
            and abs((last.y0 + last.y1) / 2 - (word.y0 + word.y1) / 2) <= 0.4 * size
            and -1 <= word.x0 - last.x1 <= 0.8 * size
        ):
            gathered[-1].append(word)
        else:
            gathered.append([word])
    found = [
        _Piece(
            " ".join(w.text for w in held),
            held[0].x0,
            min(w.y0 for w in held),
            held[-1].x1,
            max(w.y1 for w in held),
        )
        for held in gathered
    ]
    return sorted((p for p in found if any(c.isalpha() for c in p.text)), key=lambda p: (p.y0, p.x0))


def _of_item(lines: list[_Piece], box: Box) -> list[_Piece]:
    """Of several numbered questions keep the nearest, and what stands below it."""
    items = [p for p in lines if _ITEM.match(p.text)]
    if not items:
        return lines
    nearest = min(items, key=lambda p: abs(box.x0 - p.x0) + 2 * (box.y0 - p.y0))
    kept = [p for p in lines if p not in items and p.y0 >= nearest.y0 - 2 and p.x0 >= nearest.x0 - 4]
    return [nearest, *kept]


def _joined(lines: list[_Piece]) -> str:
    text = " ".join(p.text for p in sorted(lines, key=lambda p: (round(p.y0 / 3), p.x0)))
    return _clean(" ".join(text.split()[-_MOST_WORDS:]))


def _clean(text: str) -> str:
    """Take away marks around a label, and a bracket whose other half is not there."""
    text = text.strip(" :*$–-")
    if text.startswith("(") and ")" not in text:
        text = text[1:]
    if text.endswith(")") and "(" not in text:
        text = text[:-1]
    return "" if not any(char.isalnum() for char in text) else text.strip()

"""Finds what was filled into a printed form: entries in the cells, comb fields and tick boxes of its pages.

The form fields themselves are gone, but what a program filled in was drawn after the form, in a type of its
own, and reads like an answer, not like a question. The text of a page is cut where that changes; rules and
printed words then tell which words make one entry.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from countersign.agents import form_fields
from countersign.agents.form_fields import DATE
from countersign.agents.lexicons import form_words, squeezed
from countersign.domain.document import Opened, Page, Rule, TextSource, Word
from countersign.domain.geometry import Box

TICKED = "x"
"""The value of a box with a mark in it."""

_RULES = 12
"""Lines and frames that the fullest page of a form has at least."""
_INK = 8  # percent of a tick box that is dark when it is marked
_THIN = 2.0  # points; a rule that is thinner is a line
_NEAR = 2.5  # points between lines that are one
_TINY = 0.55  # of the usual size of entries; smaller is a note of the form's maker
_COMB = 26.0  # points; the widest cell for one character
_TICK_SIDES = (4.0, 13.0)
_ENOUGH = 1.0
"""Evidence from which the end of a page's text is taken for entries."""
_DOUBT = 0.5
_LIKELY = 0.3
_BELOW, _AMID = 3, 0.7
"""Lines that were drawn before and stand lower, for an entry to be in the midst; share of such entries."""
_FEW_TICKS, _MANY_TICKS, _COMBS = 2, 4, 6
_LOW, _WRAPPED, _HIGH = 0.8, 0.9, 1.15
"""Heights from a line to the next of one entry: least, as wrapped, most."""
_ITEM = re.compile(r"\(?(?:\d{1,2}[A-Z]?|[A-Z])[.)]|\d{1,2}[A-Z]\b")
_NUMBER = re.compile(r"[$€£]?-?\d[\d,. \-]*")
_ANSWERS = frozenset({"yes", "no", "ja", "nein", "oui", "non", "si", "sí", "nee", "x", "none", "n/a"})


class Entry(NamedTuple):
    """What was filled in at one place."""

    page: int
    box: Box
    """The space that the entry could fill."""
    value: str
    words: tuple[Word, ...]
    is_tick: bool = False
    window: Box | None = None
    """The field that it can be seen through, where the print still has it."""

    @property
    def field(self) -> Box:
        """The place that was filled in."""
        return self.window or self.box


class _Edge(NamedTuple):
    """An upright line: where it is, and how far down it goes."""

    x: float
    foot: float


class _Line:
    """Words of one line in one type."""

    __slots__ = ("font", "text", "weight", "words", "x0", "y0", "y1")

    def __init__(self, words: list[Word], ticks: list[Rule]) -> None:
        self.words = words
        self.font = words[0].font
        self.text = " ".join(word.text for word in words)
        self.x0 = words[0].x0
        self.y0, self.y1 = words[0].y0, words[0].y1
        self.weight = _weight(self.text)
        middle = (self.y0 + self.y1) / 2
        if any(-1 <= self.x0 - r.x1 <= 10 and r.y0 - 3 <= middle <= r.y1 + 3 for r in ticks):
            self.weight = min(self.weight, 0.0) - 1.5  # an option beside its box


def entries(opened: Opened) -> list[Entry]:
    """Return what was filled in, page after page."""
    if not any(len(page.rules) >= _RULES for page in opened.pages):
        return []
    pages = [page for page in opened.pages if page.source is TextSource.TEXT_LAYER]
    lines = [_lines(page) for page in pages]
    fonts = _fonts(lines)
    found: list[Entry] = []
    ticks = sum(is_tick_box(rule) for page in pages for rule in page.rules)
    filled = _filled(lines, fonts, ticks)
    if not any(filled) and ticks < _MANY_TICKS:
        return []
    for page, of_page in zip(pages, filled, strict=True):
        found.extend(_Form(page, {id(word) for line in of_page for word in line.words}).entries())
    return found


@lru_cache(maxsize=20_000)
def _weight(text: str) -> float:
    """Say how much a line reads like an answer (above 0) or like what a form prints (below)."""
    if not any(char.isalnum() for char in text):
        return -0.6
    if len(text) == 1:
        return 1.0
    if text.lower() in _ANSWERS:
        return 0.3
    words = [squeezed(word) for word in text.split()]
    known = form_words()
    printed = sum(word in known for word in words)
    weight = 2.0 if "@" in text else 0.0
    if DATE.fullmatch(text):
        weight = 1.5
    elif _NUMBER.fullmatch(text):
        weight = 1.0 if sum(char.isdigit() for char in text) >= 3 else 0.5
    if not printed and not weight:
        weight = 0.3
    weight -= min(2.5, 1.0 * printed)
    weight -= 1.5 * text.endswith((":", "?")) + 1.5 * bool(_ITEM.match(text))
    weight -= 1.0 * (text.startswith("(") or text.endswith(")")) + 1.0 * (len(words) >= 9)
    return weight


def _lines(page: Page) -> list[_Line]:
    """Return the lines of a page in the order in which they were drawn."""
    gathered: list[list[Word]] = []
    for word in page.words:
        last = gathered[-1][-1] if gathered else None
        if last is None or last.line != word.line or last.font != word.font:
            gathered.append([])
        gathered[-1].append(word)
    ticks = [rule for rule in page.rules if is_tick_box(rule)]
    return [_Line(words, ticks) for words in gathered]


def _fonts(pages: list[list[_Line]]) -> dict[int, float]:
    """Say of each type of the document how much what is set in it reads like answers."""
    sums: dict[int, float] = defaultdict(float)
    counts: Counter[int] = Counter()
    for line in (line for lines in pages for line in lines):
        sums[line.font] += max(-2.0, min(2.0, line.weight))
        counts[line.font] += 1
    return {font: max(-_DOUBT, total / (counts[font] + 2)) for font, total in sums.items()}


def _filled(pages: list[list[_Line]], fonts: dict[int, float], ticks: int) -> list[list[_Line]]:
    """Return the lines that were filled in, page by page.

    On a form that was filled and then printed they are the end of the text, and stand in the midst of what
    the form prints; on all other documents the end of the text stands at the foot of the page. Where the
    order was lost, a form is known by its tick boxes, and its entries by their type and what they say.
    """
    ends = [lines[_cut(lines, fonts) :] for lines in pages]
    if _is_form(pages, ends, ticks):
        return ends
    if ticks < _MANY_TICKS:
        return [[] for _ in pages]
    return [[line for line in lines if line.weight + fonts[line.font] > _LIKELY] for lines in pages]


def _is_form(pages: list[list[_Line]], ends: list[list[_Line]], ticks: int) -> bool:
    """Say whether the ends of the pages were filled into a form, by where they stand and how they look."""
    count = amid = alone = characters = 0
    for lines, end in zip(pages, ends, strict=True):
        before = lines[: len(lines) - len(end)]
        heights = sorted(line.y0 for line in before)
        fonts = {line.font for line in before}
        count += len(end)
        amid += sum(len(heights) - bisect_right(heights, line.y0 + 3) >= _BELOW for line in end)
        alone += sum(line.font not in fonts for line in end)
        characters += sum(len(line.text) == 1 for line in end)
    looks_so = alone >= 0.5 * count or ticks >= _FEW_TICKS or characters >= _COMBS
    return count > 0 and amid >= _AMID * count and looks_so


def _cut(lines: list[_Line], fonts: dict[int, float]) -> int:
    """Return where the entries begin: the end of the text that reads most like answers, all in all."""
    left = Counter(line.font for line in lines)
    best, cut, total = _ENOUGH, len(lines), 0.0
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        total += line.weight + fonts[line.font]
        left[line.font] -= 1
        if not left[line.font] and place:
            total += _DOUBT * min(4, sum(other.font == line.font for other in lines[place:]))
        here = total + (_turn(lines[place - 1], line) if place else 0.0)
        if here > best:
            best, cut = here, place
    return cut


def _turn(before: _Line, line: _Line) -> float:
    """Say how much two lines look like the last of the form and the first entry."""
    flows = before.font == line.font and -2 <= line.y0 - before.y0 <= 16
    return 0.5 * (line.y0 < before.y0 - 100) + 0.4 * (before.font != line.font) - 1.5 * flows


def is_tick_box(rule: Rule) -> bool:
    """Say whether a frame has the size and shape of a tick box."""
    wide, tall = rule.x1 - rule.x0, rule.y1 - rule.y0
    low, high = _TICK_SIDES
    return low <= wide <= high and low <= tall <= high and 0.75 <= wide / tall <= 1.34


class _Form:
    """One page: its rules as upright and level lines, its printed words and the words filled in."""

    def __init__(self, page: Page, filled: set[int]) -> None:
        self.page = page
        self.ticks = [rule for rule in page.rules if is_tick_box(rule)]
        others = [rule for rule in page.rules if not is_tick_box(rule)]
        upright = [(rule.x0, rule.y0, rule.y1) for rule in others if rule.y1 - rule.y0 > 3]
        upright += [
            (rule.x1, rule.y0, rule.y1) for rule in others if rule.x1 - rule.x0 > _THIN < rule.y1 - rule.y0
        ]
        self.upright = sorted(upright)
        level = [(rule.y0, rule.x0, rule.x1) for rule in others if rule.x1 - rule.x0 > 3]
        level += [
            (rule.y1, rule.x0, rule.x1) for rule in others if rule.x1 - rule.x0 > _THIN < rule.y1 - rule.y0
        ]
        self.level = sorted(level)
        self.marks: dict[Rule, tuple[Word, ...]] = {}
        marked: set[int] = set()
        for word in page.words:
            if (tick := self._tick_of(word)) is not None:
                self.marks[tick] = (*self.marks.get(tick, ()), word)
                marked.add(id(word))
        held = [word for word in page.words if id(word) in filled and id(word) not in marked]
        usual = median([word.size for word in held]) if held else 0.0
        self.filled = [word for word in held if word.size >= _TINY * usual]
        self.printed = [word for word in page.words if id(word) not in filled and id(word) not in marked]

    def entries(self) -> list[Entry]:
        """Return the entries of the page: boxes with a mark, and words put together."""
        found = [
            Entry(
                self.page.number, Box(x0=r.x0, y0=r.y0, x1=r.x1, y1=r.y1), TICKED, self.marks.get(r, ()), True
            )
            for r in self.ticks
            if r.ink >= _INK
        ]
        parts = [part for row in self._rows() for part in self._parts(row)]
        found.extend(self._entry(lines) for lines in self._blocks(parts))
        return [entry for entry in found if entry.value]

    def _tick_of(self, word: Word) -> Rule | None:
        """Return the tick box that a single character marks."""
        if len(word.text) > 1:
            return None
        x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
        return next((r for r in self.ticks if r.x0 <= x <= r.x1 and r.y0 <= y <= r.y1), None)

    def _rows(self) -> list[list[Word]]:
        """Gather the words filled in by their height on the page, each row from left to right."""
        rows: list[list[Word]] = []
        for word in sorted(self.filled, key=lambda w: (w.y0 + w.y1) / 2):
            middle = (word.y0 + word.y1) / 2
            last = rows[-1][-1] if rows else None
            if last is not None and abs((last.y0 + last.y1) / 2 - middle) <= 0.3 * (word.y1 - word.y0):
                rows[-1].append(word)
            else:
                rows.append([word])
        return [sorted(row, key=lambda w: w.x0) for row in rows]

    def _parts(self, row: list[Word]) -> list[list[list[Word]]]:
        """Cut a row into entries, each a list of words of which each is a list of pieces set in a comb."""
        parts: list[list[list[Word]]] = [[[row[0]]]]
        for before, word in pairwise(row):
            joined = self._joined(before, word)
            if joined is None:
                parts.append([[word]])
            elif joined:
                parts[-1].append([word])
            else:
                parts[-1][-1].append(word)
        return parts

    def _joined(self, before: Word, word: Word) -> bool | None:
        """Say how two words of a row belong together: None not at all, True as words, False as characters."""
        edges = self._edges(before, word)
        pitch = (word.x0 + word.x1 - before.x0 - before.x1) / 2
        if edges and len(before.text) == len(word.text) == 1:
            if len(edges) == 1 and pitch <= _COMB:
                return False
            cell = pitch / len(edges)
            empty = list(pairwise(edges))
            is_comb = cell <= _COMB and all(abs(b.x - a.x - cell) <= 0.2 * cell for a, b in empty)
            return (
                True if is_comb and len(edges) <= 3 and all(self._is_cell(a, b) for a, b in empty) else None
            )
        if edges or self._between(before, word):
            return None
        size = word.size or word.y1 - word.y0
        return True if word.x0 - before.x1 <= (3.5 if before.line == word.line else 1.3) * size else None

    def _is_cell(self, left: _Edge, right: _Edge) -> bool:
        """Say whether a comb has a cell between two uprights: a line joins their feet."""
        x = (left.x + right.x) / 2
        return any(abs(y - left.foot) <= 0.6 and x0 <= x <= x1 for y, x0, x1 in self.level)

    def _edges(self, before: Word, word: Word) -> list[_Edge]:
        """Return where upright lines stand between two words."""
        left, right = (before.x0 + before.x1) / 2, (word.x0 + word.x1) / 2
        middle, bottom = (word.y0 + word.y1) / 2, word.y1
        edges: list[_Edge] = []
        for x, y0, y1 in self.upright[
            bisect_left(self.upright, (left,)) : bisect_right(self.upright, (right, 0))
        ]:
            if y0 - 1 <= bottom and y1 + 2 >= middle and (not edges or x - edges[-1].x > _NEAR):
                edges.append(_Edge(x, y1))
        return edges

    def _between(self, before: Word, word: Word) -> bool:
        """Say whether the form prints something between two words of a row."""
        middle = (word.y0 + word.y1) / 2
        return any(
            p.y0 <= middle <= p.y1 and before.x1 - 1 <= (p.x0 + p.x1) / 2 <= word.x0 + 1 for p in self.printed
        )

    def _blocks(self, parts: list[list[list[Word]]]) -> list[list[list[list[Word]]]]:
        """Put lines that stand closely below each other in one cell together."""
        blocks: list[list[list[list[Word]]]] = []
        for part in parts:
            above = next((b for b in reversed(blocks) if self._continues(b[-1], part)), None)
            if above is not None:
                above.append(part)
            else:
                blocks.append([part])
        return blocks

    def _continues(self, above: list[list[Word]], part: list[list[Word]]) -> bool:
        first, word = above[0][0], part[0][0]
        if first.font != word.font or max(len(w) for w in (*above, *part)) > 1:
            return False
        step = (word.y0 - first.y0) / max(1.0, first.y1 - first.y0)
        centre = (first.x0 + above[-1][-1].x1 - word.x0 - part[-1][-1].x1) / 2
        if min(abs(first.x0 - word.x0), abs(centre)) > 3 or not _LOW <= step <= _HIGH:
            return False
        is_whole = DATE.fullmatch(" ".join(w.text for pieces in above for w in pieces))
        if is_whole and step > _WRAPPED:
            return False
        middle_above, middle = (first.y0 + first.y1) / 2, (word.y0 + word.y1) / 2
        x = word.x0 + 1
        return not any(middle_above < y < middle and x0 <= x <= x1 for y, x0, x1 in self.level)

    def _entry(self, lines: list[list[list[Word]]]) -> Entry:
        words = tuple(word for line in lines for pieces in line for word in pieces)
        text = " ".join("".join(word.text for word in pieces) for line in lines for pieces in line)
        value = " ".join(text.replace("\ufffd", " ").split())
        window = form_fields.window(words, self.page, self.printed)
        return Entry(self.page.number, self._space(words), value, words, window=window)

    def _space(self, words: tuple[Word, ...]) -> Box:
        """Return the space of an entry: up to the next rule or printed word on each side."""
        x0, x1 = min(w.x0 for w in words), max(w.x1 for w in words)
        y0, y1 = min(w.y0 for w in words), max(w.y1 for w in words)
        middle = (words[0].y0 + words[0].y1) / 2
        edges = [_Edge(x, bottom) for x, top, bottom in self.upright if top - 1 <= middle <= bottom + 1]
        others = [w for w in self.page.words if w.y0 <= middle <= w.y1]
        left = [edge.x for edge in edges if edge.x <= x0 + 1] + [w.x1 for w in others if w.x1 <= x0 + 1]
        right = [edge.x for edge in edges if edge.x >= x1 - 1] + [w.x0 for w in others if w.x0 >= x1 - 1]
        begin, end = min(x0, max(left, default=x0)), max(x1, min(right, default=x1))
        if len(words) > 1 and all(len(word.text) == 1 for word in words):
            return Box(x0=begin, y0=y0, x1=self._end_of_comb(edges, end), y1=y1)
        begin, end = form_fields.meant(words, begin, end)
        return Box(x0=begin, y0=y0, x1=self._end_of_comb(edges, end), y1=y1)

    def _end_of_comb(self, edges: list[_Edge], x1: float) -> float:
        """Return where a comb ends whose last filled cell ends at `x1`."""
        near = [edge for edge in edges if edge.x < x1 - _NEAR]
        last = next((edge for edge in edges if abs(edge.x - x1) <= _NEAR), None)
        if not near or last is None or not (cell := last.x - near[-1].x) <= _COMB:
            return x1
        for edge in edges:
            is_next = abs(edge.x - last.x - cell) <= 0.2 * cell
            if is_next and self._is_cell(last, edge):
                last = edge
        return max(x1, last.x)

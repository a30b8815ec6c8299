"""A document laid out for reading: words gathered into runs, lines and paragraphs, once, for all agents.

A run is a stretch of words on one line with no wide gap in it; a passage is a run of its own or a paragraph
of full lines. Plain slotted classes: a page makes hundreds of them, and they never leave the agents.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from functools import lru_cache
from itertools import pairwise
from statistics import median

from countersign.agents.turning import Turn, turn_of
from countersign.domain.dates import fold
from countersign.domain.document import Opened, Page, TextSource, Word
from countersign.domain.geometry import Box

_PIECES = re.compile(r"[a-z0-9]+|[€$£%#]")
_NUMBERING = re.compile(r"[(\[]?(?:\d{1,2}(?:\.\d{1,2})*|[a-zA-Z]|[ivxIVX]{1,5})[.)\]]{0,2}|§|[•·▪*o]")
_SEPARATORS = frozenset("|•·●▪■◆–—")
_SPACE, _SCANNED_SPACE = 0.62, 1.0
"""Heights of a word's box, in print and on a scan, whose boxes fit tightly; a wider gap is no space."""
_WIDEST_SPACE = 1.6
"""Widths of a letter, on a scan."""
_AFTER_COMMA = 1.4
"""How much wider a space of a scan may be after a comma: there something goes on."""
_FULL_LINE = 7
"""Words from which a run counts as a line of a paragraph."""


@lru_cache(maxsize=50_000)
def pieces(text: str) -> tuple[str, ...]:
    """Return the folded word pieces of a word: ``Rechnungs-Nr.:`` gives ``rechnungs``, ``nr``."""
    return tuple(_PIECES.findall(fold(text)))


class Run:
    """Words of one line that stand close together."""

    __slots__ = (
        "bold",
        "height",
        "index",
        "line",
        "page",
        "passage",
        "size",
        "start",
        "text",
        "words",
        "x0",
        "x1",
        "y0",
        "y1",
    )

    def __init__(self, page: int, line: int, words: list[Word]) -> None:
        self.page = page
        self.line = line
        self.index = 0
        """Position in `Sheet.runs`."""
        self.words = words
        self.text = " ".join([word.text for word in words])
        """The words with single spaces."""
        self.passage: Passage
        self.start = 0
        """Index of its first word in its passage."""
        self.x0, self.x1 = words[0].x0, max(w.x1 for w in words)
        self.y0, self.y1 = min(w.y0 for w in words), max(w.y1 for w in words)
        self.height = self.y1 - self.y0
        """Points."""
        self.size = words[0].size or words[0].y1 - words[0].y0
        self.bold = words[0].bold


class Passage:
    """What is read as one text: a run, or the lines of a paragraph one after the other."""

    __slots__ = ("index", "page", "runs", "starts", "text", "word_runs", "words")

    def __init__(self, index: int, runs: list[Run]) -> None:
        self.index = index
        self.runs = runs
        self.page = runs[0].page
        self.words: list[Word] = []
        self.word_runs: list[Run] = []
        for run in runs:
            run.passage = self
            run.start = len(self.words)
            self.words.extend(run.words)
            self.word_runs.extend([run] * len(run.words))
        self.starts: list[int] = []
        position = 0
        for word in self.words:
            self.starts.append(position)
            position += len(word.text) + 1
        self.text = " ".join(word.text for word in self.words)

    @property
    def is_prose(self) -> bool:
        """True for a paragraph or a full line."""
        return len(self.runs) > 1 or len(self.words) >= _FULL_LINE + 2

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Turn a stretch of characters into (first, after last) word."""
        first = bisect_right(self.starts, begin) - 1
        after = bisect_right(self.starts, max(begin, end - 1))
        return first, after


class Sheet:
    """All runs of a document, line by line, and what is typical for it."""

    __slots__ = (
        "by_page",
        "heights",
        "lines",
        "opened",
        "pages",
        "passages",
        "runs",
        "scans",
        "size",
        "turned",
        "widths",
    )

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.runs: list[Run] = []
        self.lines: list[list[Run]] = []
        """Runs of each line from left to right; lines from top to bottom, page after page."""
        self.by_page: dict[int, list[int]] = defaultdict(list)
        """Numbers of the lines of a page."""
        self.turned: dict[int, Turn] = {}
        """Pages whose text runs up or down the page; they are read as if they stood upright."""
        for page in opened.pages:
            turn = turn_of(page)
            if turn is not None:
                self.turned[page.number] = turn
            self._take(page if turn is None else turn.upright(page))
        self.passages = _passages(self.lines)
        self.pages = len(opened.pages)
        self.scans = frozenset(p.number for p in opened.pages if p.source is TextSource.OCR)
        """Pages whose words come from a picture."""
        sizes = {page.number: (page.width, page.height) for page in opened.pages}
        self.widths = {n: size[n in self.turned] for n, size in sizes.items()}
        self.heights = {n: size[n not in self.turned] for n, size in sizes.items()}
        self.size = median([run.size for run in self.runs]) if self.runs else 10.0

    def _take(self, page: Page) -> None:
        scanned = page.source is TextSource.OCR
        slope = _slope(page) if scanned else 0.0
        for words in _lines(page.words, slope):
            number = len(self.lines)
            line = [Run(page.number, number, part) for part in _parted(words, scanned)]
            if not line:
                continue  # nothing but marks that separate
            for run in line:
                run.index = len(self.runs)
                self.runs.append(run)
            self.lines.append(line)
            self.by_page[page.number].append(number)

    def box(self, page: int, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Return where something read on the sheet stands on the page as displayed."""
        turn = self.turned.get(page)
        return Box(x0=x0, y0=y0, x1=x1, y1=y1) if turn is None else turn.back(x0, y0, x1, y1)

    def is_scan(self, page: int) -> bool:
        """Say whether the words of a page come from a picture."""
        return page in self.scans


def _slope(page: Page) -> float:
    """Return how much the lines of a scan fall, points a point, by words that the engine put on one line."""
    slopes = [
        (b.y0 + b.y1 - a.y0 - a.y1) / 2 / (b.x0 - a.x0)
        for a, b in pairwise(page.words)
        if a.line == b.line and b.x0 - a.x0 > 20
    ]
    return median(slopes) if len(slopes) >= 5 else 0.0


def _lines(words: tuple[Word, ...], slope: float) -> list[list[Word]]:
    """Gather words whose middles lie on one height, from top to bottom; `slope` straightens a scan."""
    lines: list[list[Word]] = []
    middle = height = -1.0
    middles = [((word.y0 + word.y1) / 2 - slope * word.x0, word) for word in words]
    middles.sort(key=_first)
    for at, word in middles:
        tall = word.y1 - word.y0
        if lines and abs(at - middle) <= 0.42 * max(min(tall, height), 1.0):
            lines[-1].append(word)
            count = len(lines[-1])
            middle += (at - middle) / count
            height = max(height, tall) if count < 3 else height
        else:
            lines.append([word])
            middle, height = at, tall
    for line in lines:
        line.sort(key=_left)
    return lines


def _first(pair: tuple[float, Word]) -> float:
    return pair[0]


def _left(word: Word) -> float:
    return word.x0


def _parted(words: list[Word], scanned: bool) -> list[list[Word]]:
    """Cut a line where a gap is wider than a space could be, and at marks that separate.

    The boxes of a scan fit tightly: there a space is told by the width of letters, as on a typewriter.
    """
    parts: list[list[Word]] = []
    right = -1.0
    cut = True
    spread = _justified(words)
    for place, word in enumerate(words):
        if len(words) > 1 and (word.text in _SEPARATORS or _is_lone_dash(words, place)):
            cut = True
            continue
        wide = max((_SCANNED_SPACE if scanned else _SPACE) * (word.y1 - word.y0), spread)
        if scanned and place:
            wide = max(wide, _WIDEST_SPACE * min(map(_letter, words[place - 1 : place + 1])))
            if words[place - 1].text[-1] == ",":
                wide *= _AFTER_COMMA
        if cut or (word.x0 - right > wide and not (parts and word.text[0] in ",;")):
            parts.append([])
        parts[-1].append(word)
        right, cut = word.x1, False
    return parts


def _letter(word: Word) -> float:
    return (word.x1 - word.x0) / len(word.text)


def _justified(words: list[Word]) -> float:
    """Return the widest space of a line that is stretched to the margins, 0 for any other line."""
    if len(words) < 8 or sum(word.text[0].isalpha() for word in words) < 0.8 * len(words):
        return 0.0
    gaps = sorted(b.x0 - a.x1 for a, b in pairwise(words))
    usual, widest, height = gaps[len(gaps) // 2], gaps[-1], words[0].y1 - words[0].y0
    return widest if usual > 0.45 * height and widest < min(2.0 * usual, 2.2 * height) else 0.0


def _is_lone_dash(words: list[Word], place: int) -> bool:
    """``Acme Ltd - 1 High Street``: a dash between words, not the sign of a number."""
    if words[place].text != "-" or not 0 < place < len(words) - 1:
        return False
    return words[place + 1].text[0].isalnum() and words[place - 1].text[-1].isalnum()


def _passages(lines: list[list[Run]]) -> list[Passage]:
    """Join full lines that follow each other at the same left edge; every other run stands alone."""
    passages: list[Passage] = []
    paragraph: list[Run] = []
    usual = _usual_gap(lines)

    def close() -> None:
        if paragraph:
            passages.append(Passage(len(passages), paragraph.copy()))
            paragraph.clear()

    for line in lines:
        single = line[0] if len(line) == 1 else None
        if paragraph and not (single and _continues(paragraph[-1], single, usual)):
            close()
        if len(line) > 1 and len(line[-1].words) >= _FULL_LINE and all(map(_is_numbering, line[:-1])):
            for run in line[:-1]:
                passages.append(Passage(len(passages), [run]))
            single = line[-1]
        if single and (paragraph or len(single.words) >= _FULL_LINE):
            paragraph.append(single)
            continue
        for run in line:
            passages.append(Passage(len(passages), [run]))
    close()
    return passages


def _is_numbering(run: Run) -> bool:
    """``4.``, ``(a)`` and ``5.1`` stand before the first line of a paragraph."""
    return len(run.words) == 1 and bool(_NUMBERING.fullmatch(run.words[0].text))


def _usual_gap(lines: list[list[Run]]) -> float:
    """Return the usual gap between full lines, in heights of a line; paragraphs stand further apart."""
    gaps = [
        (b[0].y0 - a[0].y1) / max(a[0].height, 1.0)
        for a, b in pairwise(lines)
        if len(a) == len(b) == 1 and a[0].page == b[0].page and len(a[0].words) >= _FULL_LINE
    ]
    near = [gap for gap in gaps if gap < 1.4]
    return median(near) if near else 0.2


def _continues(last: Run, run: Run, usual: float) -> bool:
    height = max(last.height, 1.0)
    close = -0.5 * height <= run.y0 - last.y1 <= (usual + 0.3) * height
    return (
        run.page == last.page
        and close
        and len(last.words) >= _FULL_LINE
        and abs(run.x0 - last.x0) < 40
        and abs(run.size - last.size) < 1.5
    )

"""Finds where one document ends and the next begins in a file that holds several, such as a scanned pile.

Between every two pages stands a question: do they belong together? A small logistic model answers it from
page numbers, headings, letterheads, feet and numbers that both pages share.
"""

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from countersign.agents.classifier import class_scores
from countersign.agents.lexicons import all_stop_words
from countersign.agents.sheet import Run, Sheet, pieces
from countersign.domain.klass import ClassDef
from countersign.settings.resources import shipped

FILE = "splitter.json"
_SURE = 0.8
"""From here on a seam is believed: a wrong cut hides pages from the reader, a missed one only mixes them."""
_HEAD, _FOOT = 0.16, 0.9
_NUMBERED = re.compile(
    r"(?:page|pg|seite|blatt|pagina|página|pag|sheet|s)\b[\s.:#]*(\d{1,3})(?:\s*(?:of|von|de|di|van|sur|/)\s*(\d{1,3}))?"
    r"|(?<![\d/.,])(\d{1,3})\s*(?:/|of|von)\s*(\d{1,3})(?![\d/.,])",
    re.IGNORECASE,
)
_LONE = re.compile(r"[-–\s]*(\d{1,3})[-–\s]*")
_CODE = re.compile(r"(?=(?:.*\d){3})[\w./\-]{5,}")

NAMES = (
    "restarts", "goes_on", "was_last", "other_count", "unnumbered",
    "heads_alike", "feet_alike", "codes_shared", "no_codes_shared", "words_alike",
    "titled", "title_of_another", "labels", "ends_early", "other_size", "other_print",
)  # fmt: skip
"""Names of the features of a gap between two pages, in order."""


class Gap(NamedTuple):
    """What can be said about the place between two pages."""

    page: int
    """The page after it."""
    features: tuple[float, ...]


class Stretch(NamedTuple):
    """Pages of a file that belong together."""

    first: int
    after: int
    sure: float
    """Probability that it begins and ends where it is said to."""


class _Page:
    """What a page shows of the document that it belongs to."""

    def __init__(self, sheet: Sheet, number: int, classes: Mapping[str, ClassDef]) -> None:
        runs = [run for line in sheet.by_page.get(number, ()) for run in sheet.lines[line]]
        height = sheet.heights[number] or 1.0
        head = [run for run in runs if run.y0 < _HEAD * height]
        foot = [run for run in runs if run.y0 > _FOOT * height]
        self.head, self.foot, self.words = _words(head), _words(foot), _words(runs)
        self.codes = {
            word.text.strip(".,:;()").casefold()
            for run in runs
            for word in run.words
            if _CODE.fullmatch(word.text.strip(".,:;()"))
        }
        self.number, self.of = _numbered([*head, *foot], foot)
        self.size = (sheet.widths[number], height)
        sizes = sorted(run.size for run in runs)
        self.print = sizes[len(sizes) // 2] if sizes else 0.0
        self.last_line = max((run.y1 for run in runs if run.y1 < _FOOT * height), default=0.0) / height
        titles, self.labels = class_scores(sheet, number, classes)
        self.title = max(titles, key=lambda name: titles[name]) if titles else None
        self.title_weight = titles[self.title] if self.title else 0.0


def _words(runs: list[Run]) -> frozenset[str]:
    small = all_stop_words()
    found = {piece for run in runs for word in run.words for piece in pieces(word.text)}
    return frozenset(piece for piece in found if len(piece) > 2 and piece not in small)


def _numbered(runs: list[Run], foot: list[Run]) -> tuple[int | None, int | None]:
    """Return the printed number of a page and of how many it is one."""
    for run in runs:
        match = _NUMBERED.search(run.text)
        if match:
            number = match[1] or match[3]
            of = match[2] or match[4]
            if of is None or 0 < int(number) <= int(of):
                return int(number), int(of) if of else None
    for run in foot:
        lone = _LONE.fullmatch(run.text)
        if lone:
            return int(lone[1]), None
    return None, None


def gaps(sheet: Sheet, classes: Mapping[str, ClassDef]) -> list[Gap]:
    """Describe every place between two pages."""
    if len(sheet.opened.pages) < 2:
        return []
    pages = [_Page(sheet, page.number, classes) for page in sheet.opened.pages]
    found: list[Gap] = []
    before: set[str] = set()
    title: str | None = pages[0].title if pages else None
    for number in range(1, len(pages)):
        last, page = pages[number - 1], pages[number]
        before |= last.codes
        found.append(Gap(number, _features(last, page, before, title)))
        if page.title_weight >= 1.5:
            title = page.title
    return found


def _features(last: _Page, page: _Page, before: set[str], title: str | None) -> tuple[float, ...]:
    numbered = page.number is not None
    follows = numbered and last.number is not None and page.number == last.number + 1
    shared = len(page.codes & before) / len(page.codes) if page.codes else 0.0
    return (
        float(page.number == 1),
        float(follows and page.of == last.of),
        float(last.of is not None and last.number == last.of),
        float(page.of is not None and last.of is not None and page.of != last.of),
        float(not numbered),
        _alike(last.head, page.head),
        _alike(last.foot, page.foot),
        shared,
        float(bool(page.codes and before) and not page.codes & before),
        _alike(last.words, page.words),
        min(page.title_weight, 4.0) / 4,
        float(page.title_weight >= 1.5 and title is not None and page.title != title),
        min(page.labels, 10) / 10,
        float(last.last_line < 0.6),
        float(any(abs(a - b) > 3 for a, b in zip(last.size, page.size, strict=True))),
        min(abs(last.print - page.print), 4.0) / 4,
    )


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of words that two places have in common, 0 where either has none."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


class Splitter(NamedTuple):
    """The trained answer to 'does a new document begin here?'."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, gap: Gap) -> float:
        """Return how likely a new document begins after a gap."""
        score = self.bias + sum(w * f for w, f in zip(self.weights, gap.features, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, score))))


@lru_cache(maxsize=1)
def shipped_splitter() -> Splitter:
    """Return the model that ships with the desk."""
    return read_splitter(shipped("resources", "models", FILE))


def read_splitter(file: Path) -> Splitter:
    """Read a model; raises ValueError for one that was made for other features."""
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if data["features"] != list(NAMES):
        raise ValueError("the splitter was trained on other features; train it again")
    return Splitter(tuple(data["weights"]), data["bias"])


def split(sheet: Sheet, classes: Mapping[str, ClassDef], splitter: Splitter | None = None) -> list[Stretch]:
    """Return the documents that a file holds, in order; most files hold one."""
    model = splitter or shipped_splitter()
    chances = {gap.page: model.probability(gap) for gap in gaps(sheet, classes)}
    starts = [0, *(page for page, chance in chances.items() if chance >= _SURE)]
    found: list[Stretch] = []
    for first, after in zip(starts, [*starts[1:], sheet.pages], strict=True):
        sure = chances.get(first, 1.0) * chances.get(after, 1.0)
        for page in range(first + 1, after):
            sure *= 1.0 - chances[page]
        found.append(Stretch(first, after, sure))
    return found

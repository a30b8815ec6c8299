"""Says whether a value that somebody else named stands on the page, and where.

Whole words count, of the type that the field has; a part of a word, or of a number, is no evidence.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from countersign.agents.candidates import Print, typed
from countersign.agents.sheet import Passage, Sheet
from countersign.domain.dates import fold
from countersign.domain.geometry import Box
from countersign.domain.klass import FieldType
from countersign.domain.reading import Evidence
from countersign.domain.values import same

_SPELT = (FieldType.NAME, FieldType.TEXT, FieldType.ADDRESS)
_BELOW, _APART = 70.0, 250.0  # points between the lines of an address, down and across
_SHORTEST = 2  # letters of a text


class Place(NamedTuple):
    """Where a value stands."""

    printed: str
    evidence: Evidence


class Ground:
    """The pages of a document, to be searched for values."""

    def __init__(self, sheet: Sheet, style: Print) -> None:
        self._sheet, self._style = sheet, style
        self._lines = {run.line for run in sheet.runs}

    def find(self, type: FieldType, value: str) -> list[Place]:
        """Return every place where the value stands, in reading order."""
        found = [] if type in _SPELT else list(self._typed(type, value))
        if not found and type in (*_SPELT, FieldType.IDENTIFIER, FieldType.BIC):
            found = list(self._spelt(value))
        if not found and type is FieldType.ADDRESS:
            found = self._address(value)
        return found

    def _typed(self, type: FieldType, value: str) -> Iterator[Place]:
        for found in typed(self._sheet, frozenset({type}), self._style, self._lines):
            if same(type, found.value, value) or (found.other is not None and found.other == value):
                if type is FieldType.COUNTRY and not self._is_whole(type, found.printed, value):
                    continue  # the letters of a country stand before many a number
                box = self._sheet.box(found.page, found.x0, found.y0, found.x1, found.y1)
                yield Place(found.printed, self._evidence(found.page, box))

    def _is_whole(self, type: FieldType, printed: str, value: str) -> bool:
        try:
            return self._style.value(type, printed.strip(",.;:()")) == value
        except ValueError:
            return False

    def _spelt(self, value: str) -> Iterator[Place]:
        wanted = _letters(value)
        if len(wanted) < _SHORTEST:
            return
        for passage in self._sheet.passages:
            span = _span(passage, wanted)
            if span is None:
                continue
            words = passage.words[span[0] : span[1]]
            around = Box.around(word.box for word in words)
            box = self._sheet.box(passage.page, around.x0, around.y0, around.x1, around.y1)
            yield Place(" ".join(word.text for word in words), self._evidence(passage.page, box))

    def _address(self, value: str) -> list[Place]:
        """Find an address by its lines, which stand close to each other."""
        lines = [line for line in value.split(", ") if len(_letters(line)) >= _SHORTEST]
        if len(lines) < 2:
            return []
        for first in self._spelt(lines[0]):
            found = [first]
            for line in lines[1:]:
                near = [place for place in self._spelt(line) if _is_near(place, first)]
                if not near:
                    break
                found.append(near[0])
            if len(found) == len(lines):
                box = Box.around(place.evidence.box for place in found)
                evidence = self._evidence(first.evidence.page, box)
                return [Place("\n".join(place.printed for place in found), evidence)]
        return []

    def _evidence(self, page: int, box: Box) -> Evidence:
        return Evidence(document=self._sheet.opened.sha256, page=page, box=box)


def _span(passage: Passage, wanted: str) -> tuple[int, int] | None:
    """Return the words of a passage whose letters are those wanted, no more and no less."""
    letters = [_letters(word.text) for word in passage.words]
    for first, begin in enumerate(letters):
        if not begin or not wanted.startswith(begin):
            continue
        joined, after = begin, first + 1
        while len(joined) < len(wanted) and after < len(letters):
            joined += letters[after]
            after += 1
        if joined == wanted:
            return first, after
    return None


def _is_near(place: Place, first: Place) -> bool:
    here, there = place.evidence, first.evidence
    if here.page != there.page:
        return False
    down, across = abs(here.box.y0 - there.box.y0), abs(here.box.x0 - there.box.x0)
    return down <= _BELOW and across <= _APART


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))

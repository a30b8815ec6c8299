"""Finds where values that are known stand on the pages, whatever their notation."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from countersign.agents.sheet import Run, Sheet
from countersign.domain.dates import fold, readings
from countersign.domain.geometry import Box
from countersign.domain.klass import FieldType
from countersign.domain.numerals import as_decimal
from countersign.domain.reading import Evidence
from countersign.domain.values import normalise

Fits = Callable[[str], bool]
Place = tuple[str, Evidence]
"""The words as printed, and where they stand."""

_APART = 250.0  # points between the lines of an address, down and across


def squeezed(folded: str) -> str:
    """Return the letters and digits of a folded text."""
    return re.sub(r"[\W_]+", "", folded)


class Index:
    """Finds where a value stands on the pages, whatever its notation."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.texts = [(run, text, squeezed(text)) for run in sheet.runs for text in (fold(run.text),)]
        self._found: dict[tuple[FieldType, str, str], tuple[Place, ...]] = {}

    def find(self, type: FieldType, value: str, language: str, near: Evidence | None = None) -> Place | None:
        """Return the words and the place, the one nearest to `near` where there are several."""
        found = self.find_all(type, value, language)
        if not found:
            return None
        if near is not None:
            return min(found, key=lambda place: _distance(place[1], near))
        return found[0]

    def find_all(self, type: FieldType, value: str, language: str) -> tuple[Place, ...]:
        """Return every place where the value stands, in reading order."""
        key = (type, value, language)
        if key not in self._found:
            self._found[key] = tuple(self._all(type, value, language))
        return self._found[key]

    def _all(self, type: FieldType, value: str, language: str) -> Iterator[Place]:
        wanted = squeezed(fold(value))
        for run, text, letters in self.texts:
            if type is FieldType.AMOUNT and "%" in text:
                continue
            if type in (FieldType.AMOUNT, FieldType.NUMBER):
                yield from self._numbers(value, language, run, text)
            elif type is FieldType.CURRENCY:
                yield from self._words(
                    run, lambda part: _means(type, part.strip("0123456789.,-"), value, language)
                )
            elif type is FieldType.DATE:
                yield from self._stretches(run, value, type, language)
            elif wanted and wanted in letters:
                yield from self._covering(run, wanted)

    def find_parts(self, address: str, language: str) -> Place | None:
        """Find an address by its lines, which stand close to each other in any order."""
        lines = [line for line in address.split(", ") if len(line) > 2]
        first = self.find(FieldType.TEXT, lines[0], language) if lines else None
        if first is None or len(lines) < 2:
            return None
        found = [first]
        for line in lines[1:]:
            place = self.find(FieldType.TEXT, line, language, near=first[1])
            if place is None or _distance(place[1], first[1]) > _APART:
                return None
            found.append(place)
        box = Box.around(place.box for _, place in found)
        evidence = first[1].model_copy(update={"box": box})
        return ", ".join(text for text, _ in found), evidence

    def _numbers(self, value: str, language: str, run: Run, text: str) -> list[Place]:
        wanted = as_decimal(value)
        if wanted is None or not any(char.isdigit() for char in text):
            return []
        if run.x1 - run.x0 < 200 and len(run.words) > 1:
            whole = _number(run.text, language)
            if whole == wanted:
                return [(run.text, self._evidence(run, 0, len(run.words)))]
        return self._words(run, lambda part: _number(part, language) == wanted)

    def _words(self, run: Run, fits: Fits) -> list[Place]:
        return [
            (word.text, self._evidence(run, place, place + 1))
            for place, word in enumerate(run.words)
            if fits(word.text)
        ]

    def _stretches(self, run: Run, value: str, type: FieldType, language: str) -> list[Place]:
        day, year = value[8:10].lstrip("0"), value[2:4]
        if day not in run.text or year not in run.text:
            return []
        for count in (1, 2, 3, 4, 5):
            for first in range(len(run.words) - count + 1):
                text = " ".join(word.text for word in run.words[first : first + count])
                if _means(type, text, value, language):
                    return [(text, self._evidence(run, first, first + count))]
        return []

    def _covering(self, run: Run, wanted: str) -> list[Place]:
        """Return the fewest words of the run whose letters hold the value."""
        folded = [squeezed(fold(word.text)) for word in run.words]
        for count in range(1, len(folded) + 1):
            for first in range(len(folded) - count + 1):
                if wanted in "".join(folded[first : first + count]):
                    text = " ".join(word.text for word in run.words[first : first + count])
                    return [(text, self._evidence(run, first, first + count))]
        return []

    def _evidence(self, run: Run, first: int, after: int) -> Evidence:
        around = Box.around(word.box for word in run.words[first:after])
        box = self.sheet.box(run.page, around.x0, around.y0, around.x1, around.y1)
        return Evidence(document=self.sheet.opened.sha256, page=run.page, box=box)


def _means(type: FieldType, text: str, value: str, language: str) -> bool:
    """Say whether a print can mean the value, in either order of day and month."""
    if type is FieldType.DATE:
        return value in readings(text, language) or value in readings(text, language, day_first=False)
    try:
        return normalise(type, text, language) == value
    except ValueError:
        return False


def _number(text: str, language: str) -> Decimal | None:
    try:
        return as_decimal(normalise(FieldType.NUMBER, text, language))
    except ValueError:
        return None


def _distance(place: Evidence, near: Evidence) -> float:
    if place.page != near.page:
        return 1e6
    return abs(place.box.x0 - near.box.x0) + abs(place.box.y0 - near.box.y0)

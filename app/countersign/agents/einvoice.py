"""Reads embedded e-invoice data, and holds it against the page that people see."""

import re
from collections.abc import Callable
from decimal import Decimal
from time import perf_counter

from countersign.agents.sheet import Run, Sheet
from countersign.domain.confidence import ppm
from countersign.domain.dates import fold, readings
from countersign.domain.document import EInvoice
from countersign.domain.event import ReadingMade
from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef, FieldDef, FieldType, TableDef
from countersign.domain.numerals import as_decimal
from countersign.domain.reading import Answer, Cell, Evidence, Method, Reading, Row
from countersign.domain.values import normalise

Fits = Callable[[str], bool]

_SEEN = 0.995
_UNSEEN = 0.93
_DIFFERS = 0.30
_BOTH = ("stands in the embedded data and on the page",)
DIFFERS = "the page shows something else"
"""In `why` of a reading whose value the page contradicts."""


def read(
    sheet: Sheet, klass: ClassDef, data: EInvoice, language: str, local: ReadingMade | None
) -> ReadingMade:
    """Take the values of the data over, each with its place on the page.

    `local` is what the local reader saw on the page: where it is sure of another value that stands there and
    the data's own value stands nowhere, the page differs from the data.
    """
    begun = perf_counter()
    index = _Index(sheet)
    seen = {reading.field: reading for reading in local.readings} if local else {}
    made = []
    for field in klass.fields:
        value = data.values.get(field.name)
        if value:
            made.append(_reading(index, field, value, language, seen.get(field.name)))
    rows = _rows(index, klass.tables, data, language)
    return ReadingMade(
        klass=klass.name,
        readings=tuple(made),
        rows=rows,
        milliseconds=round((perf_counter() - begun) * 1000),
    )


def _reading(index: "_Index", field: FieldDef, value: str, language: str, seen: Reading | None) -> Reading:
    if field.type is FieldType.ADDRESS and seen is not None and _begins_alike(value, seen.value):
        return seen.model_copy(update={"confidence": ppm(_SEEN), "method": Method.EINVOICE, "why": _BOTH})
    place = index.find(field.type, value, language, near=seen.evidence if seen else None)
    if place is not None:
        printed, evidence = place
        return Reading(
            field=field.name,
            answer=Answer(value=value, printed=printed),
            confidence=ppm(_SEEN),
            method=Method.EINVOICE,
            evidence=evidence,
            why=_BOTH,
        )
    differs = _contradicts(field, seen)
    return Reading(
        field=field.name,
        answer=Answer(value=value, printed=seen.printed if differs and seen else ""),
        confidence=ppm(_DIFFERS if differs else _UNSEEN),
        method=Method.EINVOICE,
        evidence=seen.evidence if differs and seen else None,
        why=(DIFFERS,) if differs else ("stands in the embedded data, not found on the page",),
    )


def _begins_alike(value: str, seen: str | None) -> bool:
    """Say whether an address on the page is that of the data, which often adds the country's code."""
    one, other = (re.sub(r"[\W_]+", "", fold(text or "")) for text in (value, seen))
    return len(other) > 8 and one.startswith(other) and len(one) - len(other) <= 3


def _contradicts(field: FieldDef, seen: Reading | None) -> bool:
    """Say whether the page differs: a value of a strict type was read there with confidence."""
    strict = field.type in (
        FieldType.AMOUNT,
        FieldType.DATE,
        FieldType.IBAN,
        FieldType.VAT_ID,
        FieldType.IDENTIFIER,
    )
    return strict and seen is not None and seen.value is not None and seen.confidence >= 700_000


def _rows(index: "_Index", tables: tuple[TableDef, ...], data: EInvoice, language: str) -> tuple[Row, ...]:
    if not tables:
        return ()
    table = tables[0]
    rows = []
    for told in data.rows:
        cells = []
        for column in table.columns:
            value = told.get(column.name)
            if value:
                place = index.find(column.type, value, language)
                cells.append(
                    Cell(
                        column=column.name,
                        answer=Answer(value=value, printed=place[0] if place else ""),
                        confidence=ppm(_SEEN if place else _UNSEEN),
                        evidence=place[1] if place else None,
                    )
                )
        if cells:
            rows.append(Row(table=table.name, cells=tuple(cells)))
    return tuple(rows)


class _Index:
    """Finds where a value stands on the pages, whatever its notation."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.texts = [(run, fold(run.text)) for run in sheet.runs]

    def find(
        self, type: FieldType, value: str, language: str, near: Evidence | None = None
    ) -> tuple[str, Evidence] | None:
        """Return the words and the place, the one nearest to `near` where there are several."""
        found = [
            place for run, text in self.texts for place in self._in_run(type, value, language, run, text)
        ]
        if not found:
            return None
        if near is not None:
            found.sort(key=lambda place: _distance(place[1], near))
        return found[0]

    def _in_run(
        self, type: FieldType, value: str, language: str, run: Run, text: str
    ) -> list[tuple[str, Evidence]]:
        if type in (FieldType.AMOUNT, FieldType.NUMBER):
            return self._numbers(value, language, run, text)
        if type is FieldType.CURRENCY:
            return self._words(run, lambda part: _means(type, part.strip("0123456789.,-"), value, language))
        if type is FieldType.DATE:
            return self._stretches(run, value, type, language)
        wanted = re.sub(r"[\W_]+", "", fold(value))
        squeezed = re.sub(r"[\W_]+", "", text)
        if not wanted or wanted not in squeezed:
            return []
        return self._covering(run, wanted)

    def _numbers(self, value: str, language: str, run: Run, text: str) -> list[tuple[str, Evidence]]:
        wanted = as_decimal(value)
        if wanted is None or not any(char.isdigit() for char in text):
            return []
        if run.x1 - run.x0 < 200 and len(run.words) > 1:
            whole = _number(run.text, language)
            if whole == wanted:
                return [(run.text, self._evidence(run, 0, len(run.words)))]
        return self._words(run, lambda part: _number(part, language) == wanted)

    def _words(self, run: Run, fits: Fits) -> list[tuple[str, Evidence]]:
        return [
            (word.text, self._evidence(run, place, place + 1))
            for place, word in enumerate(run.words)
            if fits(word.text)
        ]

    def _stretches(self, run: Run, value: str, type: FieldType, language: str) -> list[tuple[str, Evidence]]:
        day, year = value[8:10].lstrip("0"), value[2:4]
        if day not in run.text or year not in run.text:
            return []
        for count in (1, 2, 3, 4, 5):
            for first in range(len(run.words) - count + 1):
                text = " ".join(word.text for word in run.words[first : first + count])
                if _means(type, text, value, language):
                    return [(text, self._evidence(run, first, first + count))]
        return []

    def _covering(self, run: Run, wanted: str) -> list[tuple[str, Evidence]]:
        """Return the fewest words of the run whose letters hold the value."""
        folded = [re.sub(r"[\W_]+", "", fold(word.text)) for word in run.words]
        for count in range(1, len(folded) + 1):
            for first in range(len(folded) - count + 1):
                if wanted in "".join(folded[first : first + count]):
                    text = " ".join(word.text for word in run.words[first : first + count])
                    return [(text, self._evidence(run, first, first + count))]
        return []

    def _evidence(self, run: Run, first: int, after: int) -> Evidence:
        box = Box.around(word.box for word in run.words[first:after])
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

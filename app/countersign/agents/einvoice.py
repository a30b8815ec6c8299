"""Reads embedded e-invoice data, and holds it against the page that people see."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from time import perf_counter
from typing import NamedTuple

from countersign.agents.sheet import Run, Sheet
from countersign.domain.confidence import ppm
from countersign.domain.dates import fold, readings
from countersign.domain.document import EInvoice, Kind, MediaType
from countersign.domain.event import Classified, ReadingMade
from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef, FieldDef, FieldType, TableDef
from countersign.domain.numerals import as_decimal
from countersign.domain.reading import Answer, Cell, Evidence, Method, Reading, Row
from countersign.domain.values import normalise, same

Fits = Callable[[str], bool]

_SEEN = 0.995
_UNSEEN = 0.93
_DIFFERS = 0.30
_TOLD, _ORDER = 0.99, 0.20
_ARTICLE = {
    Kind.INVOICE: "an invoice",
    Kind.CREDIT_NOTE: "a credit note",
    Kind.CORRECTED_INVOICE: "a corrected invoice",
    Kind.PREPAYMENT_INVOICE: "a prepayment invoice",
}
_APART = 250.0  # points between the lines of an address, down and across
_SURE_OF_OTHER = 970_000
"""Confidence from which another value on the page counts although the data's own stands somewhere as well."""
_BOTH = ("stands in the embedded data and on the page",)
_DRAWN = ("stands in the data of the file, from which the page was drawn",)
_NEGATIVE = ("stands in the embedded data, and on the page with a minus, as credit notes do",)
_STRICT = frozenset(
    {
        FieldType.AMOUNT,
        FieldType.CURRENCY,
        FieldType.DATE,
        FieldType.IBAN,
        FieldType.VAT_ID,
        FieldType.IDENTIFIER,
    }
)
DIFFERS = "the page shows something else"
"""In `why` of a reading whose value the page contradicts."""


def classified(guess: Classified, data: EInvoice, classes: Mapping[str, ClassDef]) -> Classified:
    """Let the data say what kind of document it is: it knows, where the words of the page are a guess.

    An order is none of the documents that are paid: whoever looks decides what it is.
    """
    if data.kind is Kind.ORDER:
        why = (*guess.why, "the embedded data is a purchase order, which asks for no payment")
        return guess.model_copy(update={"confidence": min(guess.confidence, ppm(_ORDER)), "why": why})

    def fit(klass: ClassDef) -> int:
        return sum(klass.field(name) is not None for name in data.values)

    best = max(classes.values(), key=lambda klass: (fit(klass), klass.name == guess.klass), default=None)
    if best is None or not fit(best):
        return guess
    variant = data.kind.value if data.kind.value in best.variants else None
    if best.name == guess.klass:
        variant = variant or guess.variant
    return guess.model_copy(
        update={
            "klass": best.name,
            "variant": variant,
            "confidence": max(guess.confidence, ppm(_TOLD)) if best.name == guess.klass else ppm(_TOLD),
            "why": (*guess.why, f"the structured data is that of {_ARTICLE[data.kind]}"),
        }
    )


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
    told = frozenset(data.values.values())
    is_drawn = sheet.opened.media_type is MediaType.XML
    page = _Page(index, language, told, data.kind is Kind.CREDIT_NOTE, is_drawn, _always_printed(klass))
    made = [
        _reading(page, field, value, seen.get(field.name))
        for field in klass.fields
        if (value := data.values.get(field.name))
    ]
    rows = _rows(index, klass.tables, data, language)
    return ReadingMade(
        klass=klass.name,
        readings=tuple(made),
        rows=rows,
        milliseconds=round((perf_counter() - begun) * 1000),
    )


class _Page(NamedTuple):
    """What the data is held against."""

    runs: "_Index"
    language: str
    told: frozenset[str]
    """All values of the data."""
    is_credit: bool
    """The data is that of a credit note, whose amounts many print with a minus."""
    is_drawn: bool
    """The page was drawn from the data, so that nothing can differ."""
    always: frozenset[str]
    """Fields that every document of the class prints."""


def _reading(page: _Page, field: FieldDef, value: str, seen: Reading | None) -> Reading:
    if field.type is FieldType.ADDRESS and seen is not None and _begins_alike(value, seen.value):
        return seen.model_copy(update={"confidence": ppm(_SEEN), "method": Method.EINVOICE, "why": _BOTH})
    place, why = _place(page, field, value, seen)
    if place is not None and not _is_another(page, field, value, seen):
        printed, evidence = place
        return Reading(
            field=field.name,
            answer=Answer(value=value, printed=printed),
            confidence=ppm(_SEEN),
            method=Method.EINVOICE,
            evidence=evidence,
            why=why,
        )
    differs = place is not None or _contradicts(page, field, seen)
    shown = seen if differs and seen is not None and seen.value is not None else None
    return Reading(
        field=field.name,
        answer=Answer(value=value, printed=shown.printed if shown else ""),
        confidence=ppm(_DIFFERS if differs else _UNSEEN),
        method=Method.EINVOICE,
        evidence=shown.evidence if shown else None,
        why=(DIFFERS,) if differs else ("stands in the embedded data, not found on the page",),
    )


def _place(
    page: _Page, field: FieldDef, value: str, seen: Reading | None
) -> tuple[tuple[str, Evidence] | None, tuple[str, ...]]:
    """Return where a value stands, and in which sense it does."""
    near = seen.evidence if seen else None
    place = page.runs.find(field.type, value, page.language, near=near)
    if place is None and field.type is FieldType.ADDRESS:
        place = page.runs.find_parts(value, page.language)
    if place is None and page.is_credit and field.type is FieldType.AMOUNT:
        opposite = value.removeprefix("-") if value.startswith("-") else f"-{value}"
        return page.runs.find(field.type, opposite, page.language, near=near), _NEGATIVE
    return place, _DRAWN if page.is_drawn else _BOTH


def _always_printed(klass: ClassDef) -> frozenset[str]:
    """Return what no document leaves out: what is required, and amounts, but for the parts of a sum."""
    parts = {name for group in klass.sums for name in group[1:-1]}
    return frozenset(
        field.name
        for field in klass.fields
        if field.required or (field.type is FieldType.AMOUNT and field.name not in parts)
    )


def _is_another(page: _Page, field: FieldDef, value: str, seen: Reading | None) -> bool:
    """Say whether the page surely shows something else there, and the value only stands elsewhere."""
    if page.is_drawn or field.type is not FieldType.AMOUNT or seen is None or seen.value is None:
        return False
    if seen.confidence < _SURE_OF_OTHER or same(field.type, seen.value, value):
        return False
    return not (page.is_credit and same(field.type, seen.value.removeprefix("-"), value.removeprefix("-")))


def _begins_alike(value: str, seen: str | None) -> bool:
    """Say whether an address on the page is that of the data, which often adds the country's code."""
    one, other = (re.sub(r"[\W_]+", "", fold(text or "")) for text in (value, seen))
    return len(other) > 8 and one.startswith(other) and len(one) - len(other) <= 3


def _contradicts(page: _Page, field: FieldDef, seen: Reading | None) -> bool:
    """Say whether the page differs from a value of the data that stands nowhere on it.

    What no invoice leaves out is missed; of the rest, another value was read there with confidence. An amount
    that the data has for another field must have been read very surely: sums are easily mistaken.
    """
    if page.is_drawn or field.type not in _STRICT or not page.runs.texts:
        return False
    if field.name in page.always or (
        field.type is FieldType.IBAN and seen is not None and seen.value is not None
    ):
        return True
    if seen is None or seen.value is None or seen.confidence < 700_000:
        return False
    if field.type is not FieldType.AMOUNT or seen.confidence >= _SURE_OF_OTHER:
        return True
    return not any(same(field.type, seen.value, told) for told in page.told)


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

    def find_parts(self, address: str, language: str) -> tuple[str, Evidence] | None:
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

    def _in_run(
        self, type: FieldType, value: str, language: str, run: Run, text: str
    ) -> list[tuple[str, Evidence]]:
        if type is FieldType.AMOUNT and "%" in text:
            return []
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

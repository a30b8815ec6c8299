"""Reads embedded e-invoice data, and holds it against the page that people see."""

import re
from collections.abc import Mapping
from time import perf_counter
from typing import NamedTuple

from countersign.agents.einvoice_rows import SEEN, UNSEEN, rows_of
from countersign.agents.printed import Index, Place
from countersign.agents.sheet import Sheet
from countersign.domain.confidence import ppm
from countersign.domain.dates import fold
from countersign.domain.document import EInvoice, Kind, MediaType
from countersign.domain.event import Classified, ReadingMade
from countersign.domain.klass import ClassDef, FieldDef, FieldType
from countersign.domain.reading import Answer, Method, Reading
from countersign.domain.values import same

_DIFFERS = 0.30
_TOLD, _ORDER = 0.99, 0.20
_ARTICLE = {
    Kind.INVOICE: "an invoice",
    Kind.CREDIT_NOTE: "a credit note",
    Kind.CORRECTED_INVOICE: "a corrected invoice",
    Kind.PREPAYMENT_INVOICE: "a prepayment invoice",
}
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
    index = Index(sheet)
    seen = {reading.field: reading for reading in local.readings} if local else {}
    told = frozenset(data.values.values())
    is_drawn = sheet.opened.media_type is MediaType.XML
    page = _Page(index, language, told, data.kind is Kind.CREDIT_NOTE, is_drawn, _always_printed(klass))
    made = [
        _reading(page, field, value, seen.get(field.name))
        for field in klass.fields
        if (value := data.values.get(field.name))
    ]
    rows = rows_of(index, klass.tables, data.rows, language)
    return ReadingMade(
        klass=klass.name,
        readings=tuple(made),
        rows=rows,
        milliseconds=round((perf_counter() - begun) * 1000),
    )


class _Page(NamedTuple):
    """What the data is held against."""

    runs: Index
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
        return seen.model_copy(update={"confidence": ppm(SEEN), "method": Method.EINVOICE, "why": _BOTH})
    place, why = _place(page, field, value, seen)
    if place is not None and not _is_another(page, field, value, seen):
        printed, evidence = place
        return Reading(
            field=field.name,
            answer=Answer(value=value, printed=printed),
            confidence=ppm(SEEN),
            method=Method.EINVOICE,
            evidence=evidence,
            why=why,
        )
    differs = place is not None or _contradicts(page, field, seen)
    shown = seen if differs and seen is not None and seen.value is not None else None
    return Reading(
        field=field.name,
        answer=Answer(value=value, printed=shown.printed if shown else ""),
        confidence=ppm(_DIFFERS if differs else UNSEEN),
        method=Method.EINVOICE,
        evidence=shown.evidence if shown else None,
        why=(DIFFERS,) if differs else ("stands in the embedded data, not found on the page",),
    )


def _place(
    page: _Page, field: FieldDef, value: str, seen: Reading | None
) -> tuple[Place | None, tuple[str, ...]]:
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

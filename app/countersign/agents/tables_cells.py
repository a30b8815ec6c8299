"""What a cell of a table says: its words, the value they make for a column, and what speaks for it."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from countersign.agents.candidates import Print
from countersign.agents.past import past_day
from countersign.agents.patterns import AMOUNT
from countersign.domain.dates import MONTHS, fold, readings
from countersign.domain.document import Word
from countersign.domain.klass import FieldDef, FieldType
from countersign.domain.numerals import as_decimal
from countersign.domain.time import now
from countersign.domain.values import normalise

TYPED = frozenset({FieldType.AMOUNT, FieldType.NUMBER, FieldType.DATE})
NUMERIC = frozenset({FieldType.AMOUNT, FieldType.NUMBER})
_FIRST_NUMBER = re.compile(r"(?<![\w.,])[\-−(]?\d[\d.,'’]*\)?")
_NOTHING = frozenset({"none", "n/a", "na", "nil", "null", "-", "--", "–", "—", "n.a.", "k.a.", "./."})
_MOST_BESIDE = 12
"""Signs beside an amount in its cell: a unit, `S` or `H`, `per piece`."""
_NUMBERED = re.compile(r"(?=.*\d)[\w#][\w.\-/:&+]*")
_CURRENCY = re.compile(r"[$€£¥₹]|\b(?:EUR|USD|GBP|CHF|JPY|PLN|SEK|NOK|DKK|CZK|HUF|INR|CAD|AUD)\b")
_LONG_DIGITS = re.compile(r"\d{7,}")
_BEHIND = re.compile(r"(?P<value>.*\S)\s*\((?P<beside>[^()]{1,40})\)")
_DAY_AND_MONTH = re.compile(
    r"(?P<one>\d{1,2})[./-](?P<other>\d{1,2})"
    r"|(?:(?P<day>\d{1,2})[. -]*)?(?P<month>[a-z]{3,9})\.?(?:[ -]*(?P<behind>\d{1,2}))?"
)
_LAST_RESULT = re.compile(r"=\s*(?P<result>[^=]+)$")


class Told(NamedTuple):
    """A value read for a column, the words it was read from, and the page they stand on."""

    value: str
    words: list[Word]
    page: int
    signs: tuple[str, ...] = ()
    """What speaks for or against it, by name; see tables_trust."""

    @property
    def printed(self) -> str:
        """The words with single spaces."""
        return joined(self.words)


class Draft:
    """A row as it is put together: values by index of the column."""

    __slots__ = ("cells", "line", "page", "signs")

    def __init__(self, page: int, line: int, cells: dict[int, Told]) -> None:
        self.page, self.line, self.cells = page, line, cells
        self.signs: set[str] = set()
        """What speaks for or against the row as a whole."""


def joined(words: Sequence[Word]) -> str:
    """Join words with single spaces; a word that ends in a hyphen at the end of its line joins the next."""
    text = ""
    for place, word in enumerate(words):
        text += word.text
        if place + 1 < len(words):
            wraps = len(word.text) > 1 and word.text[-1] == "-" and words[place + 1].y0 > word.y1 - 1
            text += "" if wraps else " "
    return text


def is_nothing(text: str) -> bool:
    """Say whether a cell says that there is nothing: a dash, 'None', 'n/a'."""
    return text.strip().casefold() in _NOTHING


def read_value(column: FieldDef, text: str, style: Print) -> str | None:
    """Return the canonical value of a column from the text of its cell, None when it holds none."""
    if is_nothing(text):
        return None
    try:
        value = _value(column, text, style)
    except ValueError:
        return None
    return value if value is not None and _fits(column, value) else None


def _value(column: FieldDef, text: str, style: Print) -> str | None:
    if column.type is FieldType.NUMBER:
        number = _FIRST_NUMBER.search(text)
        if number is None or _LONG_DIGITS.search(number[0]):
            return None
        return style.value(FieldType.NUMBER, number[0].strip(".,()"))
    if column.type is FieldType.AMOUNT:
        return _amount(text, style)
    if column.type is FieldType.DATE:
        told = _date(text, style)
        return told and past_day(column, told, text, now().date())
    return normalise(column.type, text, style.language, style.day_first)


def _fits(column: FieldDef, value: str) -> bool:
    """Say whether a value is one of those that its column allows; an identifier holds a digit."""
    if column.one_of and not is_one_of(column, value):
        return False
    return column.type is not FieldType.IDENTIFIER or bool(_NUMBERED.fullmatch(value))


def _amount(text: str, style: Print) -> str | None:
    """Read the one amount of a cell, whatever unit or mark stands beside it; of a small sum, its result."""
    result = _LAST_RESULT.search(text)
    text = (result["result"] if result else text).strip()
    found = [match for match in AMOUNT.finditer(text) if not match[0].strip().endswith("%")]
    if len(found) != 1 or (_LONG_DIGITS.search(found[0][0]) and not _CURRENCY.search(text)):
        return None
    rest = text[: found[0].start()] + text[found[0].end() :]
    if any(sign.isdigit() for sign in rest) or len(rest) > _MOST_BESIDE:
        return None
    try:
        return style.value(FieldType.AMOUNT, text)
    except ValueError:
        return style.value(FieldType.AMOUNT, found[0][0].strip())


def _date(text: str, style: Print) -> str | None:
    """Read a date; where day and month may be swapped, the order that the language prints."""
    meant = readings(text, style.language, style.day_first)
    return meant[0] if meant else None


def partial_date(text: str, near: date, day_first: bool) -> str | None:
    """Read a date without a year: ``02/07``, ``24 Jul``: the day that lies nearest to a known date."""
    found = _DAY_AND_MONTH.fullmatch(" ".join(fold(text).split()).strip(" ."))
    if not found:
        return None
    if found["month"] is not None:
        days = [(int(found["day"] or found["behind"] or 0), MONTHS.get(found["month"], 0))]
    else:
        one, other = int(found["one"]), int(found["other"])
        days = [(one, other), (other, one)] if day_first else [(other, one), (one, other)]
    for day, month in days:
        dates = []
        for year in (near.year - 1, near.year, near.year + 1):
            try:
                dates.append(date(year, month, day))
            except ValueError:
                continue
        if dates:
            return min(dates, key=lambda d: abs(d - near)).isoformat()
    return None


def is_one_of(column: FieldDef, value: str) -> bool:
    """Say whether a text is one of the few words that a column holds."""
    return value.casefold().strip(" .") in {word for words in column.one_of.values() for word in words}


def parted(column: FieldDef, text: str) -> tuple[str, str | None]:
    """Take off what stands in brackets behind a date or an identifier: ``L23A9442 (MO)``."""
    if column.type not in (FieldType.DATE, FieldType.IDENTIFIER):
        return text, None
    found = _BEHIND.fullmatch(text)
    return (found["value"], found["beside"]) if found else (text, None)


def multiplies(values: dict[str, Decimal]) -> bool:
    """Say whether two numbers of a row make its amount: quantity times price."""
    amount = values.get("amount")
    factors = [value for name, value in values.items() if name != "amount"]
    if amount is None:
        return False
    return any(
        abs(a * b - amount) <= max(abs(amount) / 200, Decimal("0.01"))
        for place, a in enumerate(factors)
        for b in factors[place + 1 :]
    )


def numbers(columns: Sequence[FieldDef], cells: dict[int, Told]) -> dict[str, Decimal]:
    """Return the numbers of a row by the names of their columns."""
    found = {}
    for index, told in cells.items():
        value = as_decimal(told.value) if columns[index].type in NUMERIC else None
        if value is not None:
            found[columns[index].name] = value
    return found


_FIRM = re.compile(r"\b(?:and|und|et|y|e|en)\b|&|-|\b(?:inc|llc|ltd|plc|group|co|corp|gmbh|sons)\b\.?", re.I)


def names_apart(text: str) -> list[str]:
    """Tell several names apart that are joined by commas: ``Hall, Scott, Brown PLC, Low, Day and Fox``.

    A person is printed family name first, so single words go in pairs; a firm is told by its words.
    """
    found: list[str] = []
    single: list[str] = []
    for part in (part.strip() for part in text.split(",")):
        if not part:
            continue
        if not _FIRM.search(part):
            single.append(part)
            continue
        lead = [single.pop()] if len(single) % 2 and re.search(r"\b(?:and|und|et)\b|&", part) else []
        found.extend(_pairs(single))
        single = []
        found.append(", ".join([*lead, part]))
    return [*found, *_pairs(single)]


def _pairs(single: list[str]) -> list[str]:
    return [", ".join(single[at : at + 2]) for at in range(0, len(single), 2)]

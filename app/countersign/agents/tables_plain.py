"""Reads rows that no header stands above: texts with amounts that add up to a total below them."""

import re
from decimal import Decimal
from typing import NamedTuple

from countersign.agents.candidates import Print
from countersign.agents.lexicons import sums
from countersign.agents.sheet import Run, Sheet, pieces
from countersign.agents.tables_cells import Draft, Told, joined, read_value
from countersign.domain.document import Word
from countersign.domain.klass import FieldType, TableDef

_MOST_LINES = 120
"""Lines looked through above a total."""
_ASIDE = 12
"""Points by which the right edges of amounts may differ."""
_MONEY = re.compile(r"\d[.,]\d{2}(?!\d)")
_WHOLE = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:[.,]\d{3})+|\d{2,6})(?![\d.,])")
"""Amounts of currencies that have no cents, on documents where no number has any."""
_COUNT = re.compile(r"(?P<count>\d{1,4}(?:[.,]\d{1,3})?)\s?(?:[xX×*@]|pcs|Stk\.?|ud\.?)$|^(?P<bare>\d{1,3})$")


class _Item(NamedTuple):
    """A line that could be a row: its words without the amount, and the amount."""

    number: int
    words: list[Word]
    amount: list[Word]
    value: str


class _Plain:
    """The lines of a document as texts with amounts."""

    def __init__(self, sheet: Sheet, table: TableDef, style: Print) -> None:
        self.sheet, self.table, self.style = sheet, table, style
        self.names = {column.name: index for index, column in enumerate(table.columns)}
        self.text = next(
            (i for i, c in enumerate(table.columns) if c.required and c.type is FieldType.TEXT), None
        )
        self.amount = next(
            (i for i, c in enumerate(table.columns) if c.required and c.type is FieldType.AMOUNT), None
        )
        has_cents = any(_MONEY.search(run.text) for run in sheet.runs)
        self.money = _MONEY if has_cents else _WHOLE

    def item(self, line: list[Run]) -> _Item | None:
        """Return the line as one that ends in an amount of the document's kind, None when it does not."""
        if self.amount is None:
            return None
        last = line[-1]
        for first in range(max(len(last.words) - 3, 0), len(last.words)):
            words = last.words[first:]
            text = joined(words)
            if not self.money.search(text) or _letters(text) > 3:
                continue
            value = read_value(self.table.columns[self.amount], text, self.style)
            if value is not None:
                before = [word for run in line[:-1] for word in run.words] + last.words[:first]
                return _Item(line[0].line, before, words, value)
        return None

    def above(self, number: int, total: _Item) -> list[_Item]:
        """Go up from a total until the amounts make it."""
        items: list[_Item] = []
        left = Decimal(total.value)
        page = self.sheet.lines[number][0].page
        for other in range(number - 1, max(number - _MOST_LINES, -1), -1):
            line = self.sheet.lines[other]
            if line[0].page != page or left < 0:
                return []
            item = self.item(line)
            if item is None or _sums_up(item):
                continue
            if abs(item.amount[-1].x1 - total.amount[-1].x1) > _ASIDE + 3 * line[-1].height:
                continue
            items.append(item)
            left -= Decimal(item.value)
            if left == 0:
                return items[::-1]
        return []

    def draft(self, item: _Item) -> Draft | None:
        """Make a row: its count before or behind the text, the text from the line above where it has none."""
        if self.text is None or self.amount is None:
            return None
        page, words = self.sheet.lines[item.number][0].page, item.words
        cells = {self.amount: Told(item.value, item.amount, page, ("adds up",))}
        taken = _count(words)
        if taken and "quantity" in self.names:
            quantity, counted, words = taken
            self._put(cells, "quantity", quantity, counted, page)
        price = next((word for word in (*words[:1], *words[-1:]) if _MONEY.search(word.text)), None)
        if price is not None and "unit_price" in self.names:
            words = [word for word in words if word is not price]
            self._put(cells, "unit_price", price.text, [price], page)
        if _letters(joined(words)) < 2 and item.number > 0:
            above = self.sheet.lines[item.number - 1]
            if above[0].page == page and self.item(above) is None:
                words = [word for run in above for word in run.words]
        value = read_value(self.table.columns[self.text], joined(words), self.style) if words else None
        if value is None:
            return None
        cells[self.text] = Told(value, words, page, ("fits",))
        return Draft(page, item.number, cells)

    def _put(self, cells: dict[int, Told], name: str, text: str, words: list[Word], page: int) -> None:
        index = self.names[name]
        value = read_value(self.table.columns[index], text, self.style)
        if value is not None:
            cells[index] = Told(value, words, page, ("fits",))


def read_plain(sheet: Sheet, table: TableDef, ends: dict[int, Run], style: Print) -> list[Draft]:
    """Read the rows above the first total that they add up to; none where no total proves them."""
    plain = _Plain(sheet, table, style)
    if plain.text is None or plain.amount is None or not table.adds_up_to:
        return []
    for number, line in enumerate(sheet.lines):
        total = plain.item(line)
        if total is None or not (number in ends or _sums_up(total)) or Decimal(total.value) <= 0:
            continue
        items = plain.above(number, total)
        if items:
            return [draft for item in items if (draft := plain.draft(item)) is not None]
    return []


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _sums_up(item: _Item) -> bool:
    parts = [piece for word in item.words[:5] for piece in pieces(word.text)]
    return any(tuple(parts[:count]) in sums() for count in range(1, len(parts) + 1))


def _count(words: list[Word]) -> tuple[str, list[Word], list[Word]] | None:
    """Take a count off: ``3 x Tortilla``, ``3x Tortilla``, ``3 Tortilla``."""
    for length in (2, 1):
        found = _COUNT.fullmatch("".join(word.text for word in words[:length]))
        if found and len(words) > length:
            return found["count"] or found["bare"], words[:length], words[length:]
    return None

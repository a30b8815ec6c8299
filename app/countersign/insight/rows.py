"""Compares the rows of tables with what is known to be true: cells, and records that are right as a whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from countersign.domain.document import Opened, TextSource
from countersign.domain.klass import FieldDef, FieldType, TableDef
from countersign.domain.numerals import as_decimal, number
from countersign.domain.reading import Cell, Row
from countersign.domain.values import normalise, same
from countersign.insight import metrics
from countersign.insight.conventions import Truth
from countersign.insight.places import is_spelled, letters

_NUMBERS = (FieldType.AMOUNT, FieldType.NUMBER)
_KEPT_APART = ("page", "bbox", "table", "other_boxes", "line_id")
_MUST_BE_LIKE = 50.0
"""Points of likeness, of 100, below which a row and a record have nothing to do with each other."""
_PLACES = Decimal("0.0001")


class RowScore(NamedTuple):
    """How the rows of the tables of some documents were read."""

    cells_right: int = 0
    cells_given: int = 0
    cells_there: int = 0
    records_right: int = 0
    records_given: int = 0
    records_there: int = 0
    unread_columns: frozenset[str] = frozenset()
    """What the truth has of a record and no column of the class holds."""
    columns: tuple[tuple[str, int, int, int], ...] = ()
    """Column, right, given, there."""
    said: tuple[tuple[int, bool], ...] = ()
    """Of each cell given in a row that has a record: its confidence, and whether it is right."""
    cells_spelled: int = 0
    """Right cells whose evidence holds just their words."""

    @property
    def f1(self) -> float:
        """Micro-F1 of cells."""
        return metrics.f1(self.cells_right, self.cells_given, self.cells_there)

    @property
    def records_f1(self) -> float:
        """F1 of records every cell of which is right."""
        return metrics.f1(self.records_right, self.records_given, self.records_there)

    def plus(self, other: "RowScore") -> "RowScore":
        """Return both together."""
        counts: dict[str, tuple[int, int, int]] = {}
        for name, right, given, there in (*self.columns, *other.columns):
            before = counts.get(name, (0, 0, 0))
            counts[name] = (before[0] + right, before[1] + given, before[2] + there)
        return RowScore(
            self.cells_right + other.cells_right,
            self.cells_given + other.cells_given,
            self.cells_there + other.cells_there,
            self.records_right + other.records_right,
            self.records_given + other.records_given,
            self.records_there + other.records_there,
            self.unread_columns | other.unread_columns,
            tuple((name, *held) for name, held in counts.items()),
            self.said + other.said,
            self.cells_spelled + other.cells_spelled,
        )


class _Known(NamedTuple):
    """The records of one table of one document."""

    records: list[dict[str, str]]
    nested: frozenset[str]
    """Amounts of a small table within the record, where nothing and zero are the same."""


def _known(truth: Truth, table: TableDef) -> _Known:
    """Return what is known of each row of a table as plain text by column.

    What is nested is named by its path (`bi_paid`), and left out where it is zero; a list is joined by
    semicolons; an empty cell is left out, and so is one that the truth itself says is not on the page.
    """
    records = []
    nested: set[str] = set()
    names = {column.name for column in table.columns}
    for item in truth.get("line_items", ()):
        if item.get("table", table.name) == table.name:
            gone = {name.removesuffix("_on_page") for name, on_page in item.items() if on_page is False}
            cells = {name: text for name, text in _flat(item) if name not in gone}
            if "line_total" in cells and "line_total" not in names:
                cells["amount"] = cells.pop("line_total")
            inner = {f"{k}_{inside}" for k, v in item.items() if isinstance(v, Mapping) for inside in v}
            nested |= inner
            records.append({k: text for k, text in cells.items() if k not in inner or as_decimal(text)})
    return _Known(records, frozenset(nested))


def _flat(item: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in item.items():
        if name in _KEPT_APART or name.endswith(("_on_page", "_printed")):
            continue
        if isinstance(value, Mapping):
            found.extend(_flat(value, f"{before}{name}_"))
        elif isinstance(value, list):
            if value:
                found.append((before + name, "; ".join(map(str, value))))
        elif value is not None and str(value).strip():
            exact = round(value, 4) if isinstance(value, float) else value  # what adding up left behind
            found.append((before + name, str(exact)))
    return found


def score_rows(
    table: TableDef, rows: Sequence[Row], truth: Truth, language: str = "en", opened: Opened | None = None
) -> RowScore:
    """Score one table of one document; rows are matched by what they hold, not by their order.

    Only columns that the truth of this document names at all are held against it, a cell that stands empty
    in one record of several included. A record is right when every such cell is, and none is invented.
    With a document whose words are not OCR's, a cell that is printed nowhere on it is not asked for.
    """
    known = _known(truth, table)
    records = _printed(known.records, table, opened) if opened else known.records
    named = {name for record in records for name in record}
    columns = [column for column in table.columns if column.name in named | known.nested]
    names = {column.name for column in columns}
    read = [_cells(row, names, known.nested) for row in rows if row.table == table.name]
    whole = spelled = 0
    rights: Counter[str] = Counter()
    said: list[tuple[int, bool]] = []
    for cells, record in _matched(columns, read, records, language):
        is_whole = record.keys() == cells.keys()
        for column in columns:
            cell = cells.get(column.name)
            if cell is None:
                continue
            is_right = column.name in record and _agree(
                column, cell.answer.value, record[column.name], language
            )
            rights[column.name] += is_right
            said.append((cell.confidence, is_right))
            is_whole &= is_right
            if is_right and opened:
                spelled += is_spelled(cell.evidence, cell.answer.printed or cell.answer.value, opened)
        whole += is_whole
    givens = Counter(name for cells in read for name in cells)
    theres = Counter(name for record in records for name in record if name in names)
    return RowScore(
        cells_right=rights.total(),
        cells_given=givens.total(),
        cells_there=theres.total(),
        records_right=whole,
        records_given=len(read),
        records_there=len(records),
        unread_columns=frozenset(named - names),
        columns=tuple((c.name, rights[c.name], givens[c.name], theres[c.name]) for c in columns),
        said=tuple(said),
        cells_spelled=spelled,
    )


def judged(
    table: TableDef, rows: Sequence[Row], truth: Truth, language: str = "en", opened: Opened | None = None
) -> list[dict[str, bool]]:
    """Say of every cell of every row whether it is right; a cell of a row that is no record is not."""
    known = _known(truth, table)
    records = _printed(known.records, table, opened) if opened else known.records
    named = {name for record in records for name in record}
    columns = {c.name: c for c in table.columns if c.name in named | known.nested}
    read = [_cells(row, set(columns), known.nested) for row in rows if row.table == table.name]
    pairs = _matched(list(columns.values()), read, records, language)
    by_row = {id(cells): record for cells, record in pairs}
    return [
        {
            name: _agree(columns[name], cell.answer.value, by_row.get(id(cells), {}).get(name, ""), language)
            for name, cell in cells.items()
        }
        for cells in read
    ]


def _cells(row: Row, names: set[str], nested: frozenset[str]) -> dict[str, Cell]:
    held = {cell.column: cell for cell in row.cells if cell.column in names}
    return {name: cell for name, cell in held.items() if name not in nested or as_decimal(cell.answer.value)}


def _printed(records: list[dict[str, str]], table: TableDef, opened: Opened) -> list[dict[str, str]]:
    """Leave out cells of which a word or number stands nowhere on the document; dates are always scored."""
    if any(page.source is not TextSource.TEXT_LAYER for page in opened.pages):
        return records
    words = [word.text for page in opened.pages for word in page.words]
    text = letters(" ".join(words))
    numbers = frozenset(size for word in words for size in _figures(word.strip(",;:")))
    types = {column.name: column.type for column in table.columns}

    def stands(name: str, value: str) -> bool:
        if types.get(name) is FieldType.DATE:
            return True
        if types.get(name) in _NUMBERS:
            return bool(_figures(value) & numbers)
        return all(letters(part) in text for part in value.split())

    return [{name: value for name, value in record.items() if stands(name, value)} for record in records]


@lru_cache(maxsize=20_000)
def _figures(text: str) -> frozenset[Decimal]:
    """Return the sizes that a printed number may have, whatever marks its thousands and decimals."""
    found = set()
    for language in ("en", "de"):
        try:
            held = as_decimal(number(text, language))
        except ValueError:
            continue
        if held is not None:
            found.add(abs(held))
    return frozenset(found)


def _matched(
    columns: Sequence[FieldDef],
    rows: Sequence[Mapping[str, Cell]],
    records: Sequence[Mapping[str, str]],
    language: str,
) -> list[tuple[Mapping[str, Cell], Mapping[str, str]]]:
    """Pair rows with records, the likest first; a row or record without its like stays alone."""
    if not (rows and records):
        return []
    written = [
        " ".join(row[column.name].answer.value for column in columns if column.name in row) for row in rows
    ]
    meant = [
        " ".join(_canonical(column, record.get(column.name, ""), language) for column in columns)
        for record in records
    ]
    likeness = process.cdist(written, meant, scorer=fuzz.ratio)
    # Equal rows stand in the order of the page: what is read first is paired with what stands first.
    order = sorted(
        (-float(likeness[i, j]), abs(i - j), i, j) for i in range(len(rows)) for j in range(len(records))
    )
    used_rows: set[int] = set()
    used_records: set[int] = set()
    pairs = []
    for minus, _, i, j in order:
        if -minus < _MUST_BE_LIKE:
            break
        if i not in used_rows and j not in used_records:
            used_rows.add(i)
            used_records.add(j)
            pairs.append((rows[i], records[j]))
    return pairs


def _canonical(column: FieldDef, text: str, language: str) -> str:
    try:
        return normalise(column.type, text, language, day_first=False if language == "en" else None)
    except ValueError:
        return text


def _agree(column: FieldDef, value: str, true: str, language: str) -> bool:
    if column.type in _NUMBERS:
        one, other = as_decimal(value), as_decimal(true)
        return one is not None and other is not None and abs(one - other) < _PLACES
    if ";" in true and _set(value) == _set(true):
        return True
    return same(column.type, value, _canonical(column, true, language))


def _set(text: str) -> set[str]:
    """Several names in one cell, in any order."""
    return {letters(part) for part in text.split(";")}

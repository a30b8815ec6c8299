"""A stretch of lines below one header, and what a line of the table must hold to begin a row."""

import re
from collections import defaultdict
from datetime import date
from functools import cached_property
from math import inf
from statistics import median_low
from typing import NamedTuple

from countersign.agents.candidates import Print
from countersign.agents.patterns import DATE
from countersign.agents.sheet import Run, Sheet
from countersign.agents.tables_cells import NUMERIC, TYPED, Draft, joined, partial_date, read_value
from countersign.agents.tables_columns import nearest, place_of
from countersign.agents.tables_header import Column, Header
from countersign.domain.dates import readings
from countersign.domain.document import Word
from countersign.domain.klass import FieldType, TableDef

WORDY = frozenset({FieldType.TEXT, FieldType.NAME, FieldType.ADDRESS})
_FULL_YEAR = re.compile(r"\d{4}")
_MOST_OF_A_DAY = 12
"""Signs of a day without its year."""

Cells = dict[int, list[Word]]
"""Words of a line by the place of their column in the header."""


class Line(NamedTuple):
    """A line below a header, and the header that it stands below."""

    number: int
    runs: list[Run]
    header: Header

    @property
    def page(self) -> int:
        """The page it stands on."""
        return self.runs[0].page

    @property
    def bottom(self) -> float:
        """Points from the top of the page."""
        return max(run.y1 for run in self.runs)


class Region:
    """The lines below one header, on as many pages as it heads, and the rows in them."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.first = header.first
        """The line that its first header begins with."""
        self.columns = header.columns
        self.lines: list[Line] = []
        self.rows: list[Draft] = []
        self.runs: set[int] = set()
        self.edges: list[float] = []
        self.gap = inf
        """Least white between two rows that follow each other, points."""

    @property
    def named(self) -> frozenset[int]:
        """The columns of the class that are headed by a label."""
        return frozenset(c.column for c in self.columns if c.column is not None and c.weight > 0)

    def cells(self, line: Line) -> Cells:
        """Put the words of a line into the columns between the edges."""
        cells: Cells = defaultdict(list)
        for run in line.runs:
            places = {place_of(word, self.edges) for word in run.words}
            if len(places) == 1:
                cells[places.pop()].extend(run.words)
                continue
            for word in run.words:
                cells[place_of(word, self.edges)].append(word)
        return cells


class Shape:
    """What a table of the class looks like here: how its values are printed, what begins a row."""

    def __init__(self, sheet: Sheet, table: TableDef, style: Print) -> None:
        self.sheet, self.table, self.style = sheet, table, style
        columns = table.columns
        self.needed = {i for i, c in enumerate(columns) if c.required}
        keys = [i for i in self.needed if columns[i].type is FieldType.IDENTIFIER]
        numeric = [i for i in self.needed if columns[i].type in NUMERIC]
        dates = [i for i in self.needed if columns[i].type is FieldType.DATE]
        self.anchors = keys or numeric or dates
        """Columns of which a line must hold one to begin a row."""
        self._values: dict[tuple[int, str], str | None] = {}
        self.keyed = bool(keys)
        """Each row is a record with a number of its own."""

    def near_cells(self, line: list[Run], columns: list[Column]) -> Cells:
        """Put runs under header cells by the edges of the header alone."""
        cells: Cells = defaultdict(list)
        for run in line:
            under = [c for c in columns if c.x0 < run.x1 and c.x1 > run.x0]
            if len(under) > 1 and len(run.words) > 1:
                for word in run.words:
                    cells[nearest(word.x0, word.x1, columns)].append(word)
            else:
                cells[nearest(run.x0, run.x1, columns)].extend(run.words)
        return cells

    def anchored(self, cells: Cells, columns: list[Column]) -> bool:
        """Say whether a line begins a row: it holds an anchor, and something beside it."""
        present = {
            columns[place].column
            for place, words in cells.items()
            if self.value(columns[place], words) is not None
        }
        anchors = [i for i in self.anchors if any(c.column == i for c in columns)]
        if not anchors:
            anchors = [
                c.column
                for c in columns
                if c.column is not None and self.table.columns[c.column].type in TYPED
            ]
        return any(index in present for index in anchors) and len(cells) > 1 and len(present) > 1

    def value(self, column: Column, words: list[Word]) -> str | None:
        """Return the value of a cell, None where it holds none of its column's type."""
        if column.column is None or not words:
            return None
        key = (column.column, joined(words))
        if key not in self._values:
            self._values[key] = self._read(*key)
        return self._values[key]

    def _read(self, index: int, text: str) -> str | None:
        definition = self.table.columns[index]
        value = read_value(definition, text, self.style)
        if value is None and definition.type is FieldType.DATE and len(text) < _MOST_OF_A_DAY:
            near = self.near
            return partial_date(text, near, self.style.day_first is not False) if near else None
        if value is not None and definition.type is FieldType.DATE and not _FULL_YEAR.search(text):
            return self._in_the_past(value)
        return value

    def _in_the_past(self, value: str) -> str:
        """Read a year of two digits that would lie years after the document as of the century before."""
        year = int(value[:4])
        if self.near is not None and year > self.near.year + 2 and year > 2000:
            return f"{year - 100}{value[4:]}"
        return value

    @cached_property
    def near(self) -> date | None:
        """The latest date that the first page prints in full, by which days without a year are told."""
        found: list[str] = []
        short: list[str] = []
        for number in self.sheet.by_page.get(0, ())[:60]:
            text = " ".join(run.text for run in self.sheet.lines[number])
            for match in DATE.finditer(text):
                told = readings(match[0], self.style.language, self.style.day_first)[:1]
                (found if _FULL_YEAR.search(match[0]) else short).extend(told)
        if not found and not short:
            return None
        return date.fromisoformat(max(found) if found else median_low(short))


def has_digits(run: Run) -> bool:
    """Say whether a run holds a digit."""
    return any(char.isdigit() for word in run.words for char in word.text)

"""Reads tables: a header by its labels, then row by row what stands below each label, across pages."""

import re
from collections import defaultdict
from typing import NamedTuple

from countersign.agents.candidates import Print
from countersign.agents.labels import Hit, Lexicon, column_lexicon, find
from countersign.agents.lexicons import name_words
from countersign.agents.sheet import Run, Sheet, pieces
from countersign.domain.confidence import ppm
from countersign.domain.document import Word
from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef, FieldDef, FieldType, TableDef
from countersign.domain.numerals import as_decimal
from countersign.domain.reading import Answer, Cell, Evidence, Row
from countersign.domain.values import normalise

_TYPED = frozenset({FieldType.AMOUNT, FieldType.NUMBER, FieldType.DATE})
_NEARLY_ALL = 0.8
_FIRST_NUMBER = re.compile(r"[\-−]?\d[\d.,'’]*")


class Column(NamedTuple):
    """A header cell: which column of the class it names (None for none), and its edges in points."""

    column: int | None
    x0: float
    x1: float
    debit: bool


class _Draft:
    """A row as it is put together."""

    __slots__ = ("bottom", "line", "page", "words")

    def __init__(self, page: int, line: int, bottom: float, words: dict[int, list[Word]]) -> None:
        self.page, self.line, self.bottom = page, line, bottom
        self.words = words
        """Words of each header cell, by its place in the header."""


class Found(NamedTuple):
    """The rows of a document and the runs that they and their headers are made of."""

    rows: tuple[Row, ...]
    runs: set[int]


def read_tables(sheet: Sheet, klass: ClassDef, hits: list[Hit], style: Print) -> Found:
    """Read every table of the class."""
    rows: list[Row] = []
    runs: set[int] = set()
    ends = _totals(klass, hits)
    for table in klass.tables:
        lexicon = column_lexicon(klass, table.name, table.columns)
        reader = _TableReader(sheet, table, lexicon, ends, style)
        rows.extend(reader.read())
        runs |= reader.runs
    return Found(tuple(rows), runs)


def _totals(klass: ClassDef, hits: list[Hit]) -> set[int]:
    """Lines that hold a total of the head, where a table ends."""
    fields = klass.fields
    return {
        hit.run.line
        for hit in hits
        if hit.starts_run
        and (hit.ends_run or hit.colon)
        and hit.weight > 0.5
        and any(fields[index].type is FieldType.AMOUNT for index in hit.fields)
    }


class _TableReader:
    def __init__(
        self,
        sheet: Sheet,
        table: TableDef,
        lexicon: Lexicon,
        ends: set[int],
        style: Print,
    ) -> None:
        self.sheet, self.table, self.ends, self.style = sheet, table, ends, style
        self.runs: set[int] = set()
        self.hits: dict[int, list[Hit]] = defaultdict(list)
        passages = [passage for passage in sheet.passages if len(passage.runs) == 1]
        for hit in find(sheet, lexicon, passages):
            self.hits[hit.run.line].append(hit)

    def read(self) -> list[Row]:
        """Go down all lines, header by header."""
        drafts: list[tuple[list[Column], _Draft]] = []
        header: list[Column] = []
        rows: list[_Draft] = []
        page, skip = -1, -1
        for number, line in enumerate(self.sheet.lines):
            if line[0].page != page:
                page = line[0].page
                rows = []
            if number <= skip:
                continue
            found, height = self._header(number)
            if found:
                header, rows, skip = found, [], number + height - 1
                continue
            if not header:
                continue
            if number in self.ends and self._is_total(line, header):
                if rows:
                    header = []
                continue
            draft = self._row(line, header)
            if draft:
                rows.append(draft)
                drafts.append((header, draft))
            elif rows:
                self._continue(rows[-1], line, header)
        made = [self._made(columns, draft) for columns, draft in drafts]
        return self._like_the_others([row for row in made if row is not None])

    def _like_the_others(self, rows: list[Row]) -> list[Row]:
        """Leave out what lacks a date or number that nearly all rows have: a page's foot, a carried sum."""
        needed = [c.name for c in self.table.columns if c.required and c.type in _TYPED]
        held = [
            name for name in needed if sum(bool(row.value(name)) for row in rows) >= _NEARLY_ALL * len(rows)
        ]
        return [row for row in rows if all(row.value(name) for name in held)]

    def _header(self, number: int) -> tuple[list[Column], int]:
        """Return the columns that a line heads, and how many lines the header takes."""
        hits = self._heads(number)
        line = self.sheet.lines[number]
        height = 1
        if hits and number + 1 < len(self.sheet.lines):
            below = self.sheet.lines[number + 1]
            near = below[0].page == line[0].page and below[0].y0 - line[0].y1 < 0.8 * line[0].height
            lower = self._heads(number + 1) if near else []
            if lower and len({i for h in lower for i in h.fields}) <= 2 < len(
                {i for h in hits for i in h.fields}
            ):
                free = [h for h in lower if not any(_overlap(h.run, o.run) for o in hits)]
                if free or not any(_has_digits(run) for run in below):
                    hits, height, line = hits + free, 2, [*line, *below]
        named = {index for hit in hits for index in hit.fields}
        columns = self.table.columns
        typed = any(columns[index].type in _TYPED for index in named)
        wordy = any(columns[index].type not in _TYPED for index in named)
        if len(named) < 2 or not typed or not (wordy or len(named) > 2):
            return [], 1
        self.runs.update(run.index for run in line)
        return self._columns(hits, line), height

    def _heads(self, number: int) -> list[Hit]:
        """Return the labels of columns on a line that could be a header: nearly all of it is labels."""
        line = self.sheet.lines[number]
        if sum(_has_digits(run) for run in line) > 1:
            return []
        hits = [hit for hit in self.hits.get(number, ()) if hit.fields and not hit.colon]
        covered = sum(hit.after - hit.first for hit in hits)
        words = sum(len(run.words) for run in line)
        return hits if covered >= 0.4 * words else []

    def _columns(self, hits: list[Hit], line: list[Run]) -> list[Column]:
        taken: set[int] = set()
        columns: list[Column] = []
        debit = name_words()["debit"]
        typed = [h for h in hits if any(self.table.columns[i].type in _TYPED for i in h.fields)]
        last = max(typed, key=lambda h: h.passage.words[h.after - 1].x1, default=None)
        for run in sorted(line, key=lambda run: run.x0):
            for hit, words in _header_cells(run, hits):
                index = self._pick(hit, taken, hit is not None and hit is last)
                is_debit = any(piece in debit for word in words for piece in pieces(word.text))
                if index is not None and not is_debit:
                    taken.add(index)
                columns.append(Column(index, words[0].x0, words[-1].x1, is_debit))
        return columns

    def _pick(self, hit: Hit | None, taken: set[int], is_last: bool) -> int | None:
        """Return the column that a label names: of several the first free one, the last for the last."""
        if hit is None:
            return None
        free = [
            index for index in hit.fields if index not in taken or self.table.columns[index].name == "amount"
        ]
        if not free:
            return None
        return free[-1] if is_last else free[0]

    def _row(self, line: list[Run], header: list[Column]) -> _Draft | None:
        """Take a line for a row when what the table must have in numbers or dates stands in its place."""
        cells = self._cells(line, header)
        needed = [
            index
            for index, column in enumerate(self.table.columns)
            if column.required and column.type in _TYPED and any(h.column == index for h in header)
        ]
        present = {
            header[place].column
            for place, words in cells.items()
            if header[place].column is not None and self._value(header[place], words) is not None
        }
        amounts = [i for i in needed if self.table.columns[i].type is not FieldType.DATE]
        anchors = amounts or needed
        if not anchors:
            anchors = [
                h.column
                for h in header
                if h.column is not None and self.table.columns[h.column].type in _TYPED
            ]
        if not any(index in present for index in anchors) or len(present) < 2:
            return None
        self.runs.update(run.index for run in line)
        return _Draft(line[0].page, line[0].line, max(run.y1 for run in line), cells)

    def _cells(self, line: list[Run], header: list[Column]) -> dict[int, list[Word]]:
        """Put every run, or every word of a run that spans columns, under the header that it fits best."""
        cells: dict[int, list[Word]] = defaultdict(list)
        for run in line:
            under = [c for c in header if c.x0 < run.x1 and c.x1 > run.x0]
            if len(under) > 1 and len(run.words) > 1:
                for word in run.words:
                    cells[_nearest(word.x0, word.x1, header)].append(word)
            else:
                cells[_nearest(run.x0, run.x1, header)].extend(run.words)
        return cells

    def _continue(self, draft: _Draft, line: list[Run], header: list[Column]) -> None:
        """Add a line of text below a row to the row's text."""
        near = line[0].page == draft.page and line[0].y0 - draft.bottom < 0.9 * line[0].height
        if not near or len(line) > 2:
            return
        for place, words in self._cells(line, header).items():
            index = header[place].column
            if (
                index is not None
                and self.table.columns[index].type is FieldType.TEXT
                and place in draft.words
            ):
                if abs(words[0].x0 - draft.words[place][0].x0) > 30:
                    continue
                draft.words[place].extend(words)
                draft.bottom = max(run.y1 for run in line)
                self.runs.update(run.index for run in line)

    def _is_total(self, line: list[Run], header: list[Column]) -> bool:
        """Tell a total: it has no text of its own beside its label and no more than two numbers."""
        wordy = [run for run in line if not _has_digits(run)]
        return len(wordy) <= 1 or len(line) <= 3

    def _value(self, column: Column, words: list[Word]) -> str | None:
        definition = self.table.columns[column.column] if column.column is not None else None
        if definition is None or not words:
            return None
        return _read(definition, " ".join(w.text for w in words), self.style)

    def _made(self, header: list[Column], draft: _Draft) -> Row | None:
        values: dict[int, tuple[str, list[Word]]] = {}
        for place, words in draft.words.items():
            column = header[place]
            value = self._value(column, words)
            if column.column is None or value is None or column.column in values:
                continue
            if column.debit and not value.startswith("-"):
                value = f"-{value}"
            values[column.column] = (value, words)
        if not any(self.table.columns[index].required for index in values):
            return None
        sure = _multiplies(self.table.columns, {i: v for i, (v, _) in values.items()})
        cells = tuple(
            _cell(self.sheet, self.table.columns[index], draft.page, values[index], sure)
            for index in sorted(values)
        )
        return Row(table=self.table.name, cells=cells)


def _header_cells(run: Run, hits: list[Hit]) -> list[tuple[Hit | None, list[Word]]]:
    """Cut a run of a header into its labels, and whatever words lie between them."""
    here = sorted((h for h in hits if h.run is run), key=lambda h: h.first)
    if len(here) <= 1:
        return [(here[0] if here else None, run.words)]
    cells: list[tuple[Hit | None, list[Word]]] = []
    at = run.start
    for hit in here:
        if hit.first > at:
            cells.append((None, run.words[at - run.start : hit.first - run.start]))
        cells.append((hit, run.words[hit.first - run.start : hit.after - run.start]))
        at = hit.after
    if at < run.start + len(run.words):
        cells.append((None, run.words[at - run.start :]))
    return cells


def _cell(sheet: Sheet, column: FieldDef, page: int, told: tuple[str, list[Word]], sure: bool) -> Cell:
    value, words = told
    box = Box(
        x0=min(w.x0 for w in words), y0=min(w.y0 for w in words),
        x1=max(w.x1 for w in words), y1=max(w.y1 for w in words),
    )  # fmt: skip
    confidence = 0.97 if sure and column.type in _TYPED else 0.9 if column.type in _TYPED else 0.85
    if sheet.is_scan(page):
        confidence *= min(w.confidence for w in words) / 100
    return Cell(
        column=column.name,
        answer=Answer(value=value, printed=" ".join(w.text for w in words)),
        confidence=ppm(confidence),
        evidence=Evidence(document=sheet.opened.sha256, page=page, box=box),
    )


def _read(column: FieldDef, text: str, style: Print) -> str | None:
    try:
        if column.type is FieldType.NUMBER:
            number = _FIRST_NUMBER.search(text)
            return normalise(FieldType.NUMBER, number[0].rstrip(".,"), style.language) if number else None
        return normalise(column.type, text, style.language, style.day_first)
    except ValueError:
        return None


def _multiplies(columns: tuple[FieldDef, ...], values: dict[int, str]) -> bool:
    """Say whether two numbers of a row make its amount: quantity times price."""
    by_name = {columns[index].name: as_decimal(value) for index, value in values.items()}
    amount = by_name.get("amount")
    factors = [v for name, v in by_name.items() if name != "amount" and v is not None]
    if amount is None:
        return False
    return any(abs(a * b - amount) <= abs(amount) / 200 for a in factors for b in factors if a is not b)


def _nearest(x0: float, x1: float, header: list[Column]) -> int:
    """Return the header cell that overlaps most, else the one whose edge or middle is nearest."""

    def distance(column: Column) -> float:
        overlap = min(x1, column.x1) - max(x0, column.x0)
        if overlap > 0:
            return -overlap
        middle = abs((x0 + x1) - (column.x0 + column.x1)) / 2
        return min(abs(x0 - column.x0), abs(x1 - column.x1), middle)

    return min(range(len(header)), key=lambda place: distance(header[place]))


def _overlap(one: Run, other: Run) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1


def _has_digits(run: Run) -> bool:
    return any(char.isdigit() for word in run.words for char in word.text)

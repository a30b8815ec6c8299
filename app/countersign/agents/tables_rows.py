"""Makes rows of the lines below a header: which line begins a row, and which go on with it."""

import re
from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from countersign.agents.lexicons import sums
from countersign.agents.sheet import Run, pieces
from countersign.agents.tables_cells import TYPED, Draft, Told, joined, read_value
from countersign.agents.tables_columns import nearest, place_of
from countersign.agents.tables_header import Column
from countersign.agents.tables_headings import Headings
from countersign.agents.tables_region import WORDY, Cells, Line, Region, Shape
from countersign.domain.document import Word
from countersign.domain.klass import FieldType

_NEARLY_ALL = 0.8
_SHORT = 5
"""Words that a line which sums up has at most beside its numbers."""
_NEAR = 0.9
"""Heights of a line within which the lines of one row follow each other."""
_VALUE = re.compile(r"\d[.,/]\d|\d{6}")
_CENTS = re.compile(r"\d[.,'’]\d{2}(?!\d)")
_CREDIT = re.compile(r"^\(.*\)$|(?<![A-Za-z])CR\b", re.IGNORECASE)
_CODE = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9.\-/_]*")
_BULLETS = frozenset("•·▪◦*‣-–—")


class Rows:
    """Reads the rows of one region."""

    def __init__(self, shape: Shape, region: Region) -> None:
        self.shape, self.region = shape, region
        self.columns = shape.table.columns
        self.bottom = -1.0
        """Where the row that is being read ends as yet, in points."""
        self.level = 0
        """How many further lines of its record the last row has had."""

    def read(self) -> None:
        """Go down the lines: a line begins a row, goes on with the one above, or stands apart."""
        region = self.region
        headings = Headings(self.shape, region)
        above: list[tuple[Line, Cells]] = []
        is_open = False
        for line in region.lines:
            cells = region.cells(line)
            if is_open and self._next_level(line):
                self._take(line)
            elif self.shape.anchored(cells, region.columns):
                draft = self._draft(line, cells)
                self._take_above(draft, above)
                region.rows.append(draft)
                self._take(line)
                above, is_open, self.level = [], True, 0
            elif is_open and line.page == region.rows[-1].page and self._goes_on(line, cells):
                self.bottom = line.bottom
            else:
                is_open = False
                headings.take(line)
                above = [*above[-2:], (line, cells)]
        headings.finish()
        self._like_the_others()

    def _take(self, line: Line) -> None:
        self.region.runs.update(run.index for run in line.runs)
        self.bottom = line.bottom

    def _next_level(self, line: Line) -> bool:
        """Read the next line of a record whose header has several lines; says whether it is one."""
        below = line.header.below
        if self.level >= len(below) or line.page != self.region.rows[-1].page:
            return False
        if line.runs[0].y0 - self.bottom > _NEAR * line.runs[0].height:
            return False
        columns = list(below[self.level])
        self.level += 1
        cells: Cells = {}
        for run in line.runs:
            cells.setdefault(nearest(run.x0, run.x1, columns), []).extend(run.words)
        draft = self.region.rows[-1]
        for place, words in cells.items():
            index, value = columns[place].column, self.shape.value(columns[place], words)
            if index is not None and value is not None:
                draft.cells.setdefault(index, Told(value, words, line.page, ("label whole",)))
        return True

    def _draft(self, line: Line, cells: Cells) -> Draft:
        found: dict[int, Told] = {}
        for place, all_words in cells.items():
            column = self.region.columns[place]
            words = self._without_code(column, line, all_words)
            value = self.shape.value(column, words)
            if column.column is None or value is None or column.column in found:
                continue
            if column.debit and not value.startswith("-"):
                value = f"-{value}"
            sign = "label whole" if column.weight > 0.6 else "label part" if column.weight else "label none"
            found[column.column] = Told(value, words, line.page, (sign,))
        return Draft(line.page, line.number, found)

    def _without_code(self, column: Column, line: Line, words: list[Word]) -> list[Word]:
        """Leave out an article's number that a dash parts from its name: ``GG-01 - Bracket``."""
        if column.column is None or self.columns[column.column].type is not FieldType.TEXT:
            return words
        first = next((run for run in line.runs if run.words[0] is words[0]), None)
        if first is None or len(first.words) > 1 or len(words) < 2 or not _CODE.fullmatch(words[0].text):
            return words
        return words[1:]

    def _take_above(self, draft: Draft, above: list[tuple[Line, Cells]]) -> None:
        """Take the text of a row from the line above its numbers, where it stands alone."""
        texts = [i for i in self.shape.needed if self.columns[i].type in WORDY and i not in draft.cells]
        if not texts or not above:
            return
        line, cells = above[-1]
        below = self.shape.sheet.lines[draft.line][0]
        if line.page != draft.page or below.y0 - line.runs[0].y1 > _NEAR * below.height:
            return
        for place, words in cells.items():
            column = self.region.columns[place]
            value = self.shape.value(column, words) if column.column in texts else None
            if column.column is not None and value is not None:
                draft.cells[column.column] = Told(value, words, draft.page, ("above",))
                self.region.runs.update(run.index for run in line.runs)

    def _goes_on(self, line: Line, cells: Cells) -> bool:
        """Add a line of text below a row to the row's texts; says whether the row may go on below it."""
        first = line.runs[0]
        if first.y0 - self.bottom > min(_NEAR * first.height, self.region.gap + 1) or len(line.runs) > 3:
            return False
        if any(self._ends_text(run) for run in line.runs) or _sums_up(line.runs):
            return False
        draft, taken = self.region.rows[-1], False
        for place, words in cells.items():
            index = self.region.columns[place].column
            if index is None or self.columns[index].type not in WORDY:
                if any(char.isdigit() for word in words for char in word.text):
                    taken |= self._result(draft, self.region.columns[place], words)
            elif index in draft.cells:
                taken |= self._longer(draft, index, place, words)
        if taken:
            self.region.runs.update(run.index for run in line.runs)
        return taken

    def _longer(self, draft: Draft, index: int, place: int, words: list[Word]) -> bool:
        """Add words to a text of a row."""
        told = draft.cells[index]
        first = told.words if "above" in told.signs else self._on_line(draft.line, place) or told.words
        if not _stands_below(words, first):
            return False
        longer = [*told.words, *words]
        value = self.shape.value(self.region.columns[place], longer)
        if value is not None:
            draft.cells[index] = Told(value, longer, told.page, (*told.signs, "several lines"))
        return value is not None

    def _on_line(self, number: int, place: int) -> list[Word]:
        """Return the words of a line in one column."""
        words = [word for run in self.shape.sheet.lines[number] for word in run.words]
        return [word for word in words if place_of(word, self.region.edges) == place]

    def _ends_text(self, run: Run) -> bool:
        """Below a row's text stands something else: a point, `label: number`, a line across the columns."""
        places = [place_of(word, self.region.edges) for word in run.words]
        index = self.region.columns[places[0]].column
        if index is None or self.columns[index].type not in WORDY:
            return False
        point = run.words[0].text[0] in _BULLETS and len(run.words[0].text) == 1
        return point or places[-1] != places[0] or _tells_more(run)

    def _result(self, draft: Draft, column: Column, words: list[Word]) -> bool:
        """Take the result of a small sum in a cell, line by line: ``20.00``, ``- 2.00``, ``= 18.00``."""
        text, index = joined(words), column.column
        if index is None or index not in draft.cells or text[0] not in "-−+=":
            return False
        value = read_value(self.columns[index], text, self.shape.style) if text[0] == "=" else None
        if value is not None:
            draft.cells[index] = Told(value, words, draft.page, draft.cells[index].signs)
        return True

    def _like_the_others(self) -> None:
        """Leave out what lacks what nearly all rows have: a page's foot, a carried sum."""
        needed = self.shape.needed
        rows = self._without_sums()
        whole = any(needed <= row.cells.keys() for row in rows)
        held = {
            index
            for index in needed
            if (whole and self.columns[index].type not in TYPED)
            or sum(index in row.cells for row in rows) >= _NEARLY_ALL * len(rows)
        }
        rows = [row for row in rows if row.cells.keys() & needed and row.cells.keys() >= held]
        self.region.rows = self._with_cents(rows)
        if self.shape.table.leads:
            self._charges()

    def _charges(self) -> None:
        """Read a list of charges: where a few amounts are marked as credits, the many others are debits.

        Credits stand in brackets or bear `CR`, as on the statement of a credit card; an amount with a minus,
        or a column of its own for either, says that signs are printed.
        """
        amount = self.shape.anchors[0] if self.shape.anchors else -1
        if sum(column.column == amount for column in self.region.columns) != 1:
            return
        told = [row.cells[amount] for row in self.region.rows if amount in row.cells]
        credits = [one for one in told if _CREDIT.search(one.printed)]
        if not 0 < len(credits) * 4 <= len(told) or any(sign in t.printed for t in told for sign in "-−–"):
            return
        for row in self.region.rows:
            if amount in row.cells:
                one = row.cells[amount]
                size = one.value.lstrip("-")
                value = size if _CREDIT.search(one.printed) else f"-{size}"
                row.cells[amount] = one._replace(value=value, signs=(*one.signs, "sign told by others"))

    def _with_cents(self, rows: list[Draft]) -> list[Draft]:
        """Leave out rows whose amount has no cents where most have: a bank code, a number of a house."""
        for index in self.shape.anchors:
            if self.columns[index].type is FieldType.AMOUNT:
                bare = [
                    row for row in rows if index in row.cells and not _CENTS.search(row.cells[index].printed)
                ]
                if 0 < len(bare) * 2 <= len(rows):
                    rows = [row for row in rows if row not in bare]
        return rows

    def _without_sums(self) -> list[Draft]:
        """Leave out rows that sum up, and what comes behind them on the page and holds less than a row."""
        rows = self.region.rows
        usual = median([len(row.cells) for row in rows]) if rows else 0
        kept: list[Draft] = []
        summed = -1
        for row in rows:
            if len(row.cells) <= 3 and (
                _sums_up(self.shape.sheet.lines[row.line]) or self._is_sum(row, kept)
            ):
                summed = row.page
            elif row.page != summed or len(row.cells) >= usual:
                kept.append(row)
        return kept

    def _is_sum(self, row: Draft, before: list[Draft]) -> bool:
        """Tell a row that is the sum of all before it."""
        for index in self.shape.anchors:
            if self.columns[index].type is not FieldType.AMOUNT or index not in row.cells or len(before) < 2:
                continue
            amounts = [Decimal(other.cells[index].value) for other in before if index in other.cells]
            if sum(amounts, Decimal(0)) == Decimal(row.cells[index].value) != 0:
                return True
        return False


def _sums_up(line: Sequence[Run]) -> bool:
    """Tell a line that sums others up or carries their sum over: by its first words."""
    words = [word for run in line for word in run.words if not _is_number(word)]
    parts = [piece for word in words[:4] for piece in pieces(word.text)]
    known = any(tuple(parts[:count]) in sums() for count in range(1, len(parts) + 1))
    return known and len(words) <= _SHORT


def _is_number(word: Word) -> bool:
    return sum(map(str.isdigit, word.text)) * 2 > len(word.text)


def _tells_more(run: Run) -> bool:
    """Tell a line such as ``Gross price: 9.90``, which says more about a row and is no text of it."""
    _, colon, behind = run.text.partition(":")
    return bool(colon) and bool(_VALUE.search(behind))


def _stands_below(words: Sequence[Word], above: Sequence[Word]) -> bool:
    """Say whether a line of a cell is flush left with the first, or centred below it."""
    first = [word for word in above if abs(word.y0 - above[0].y0) < 2]
    middle = (words[0].x0 + words[-1].x1) / 2 - (first[0].x0 + first[-1].x1) / 2
    return abs(words[0].x0 - first[0].x0) < 30 or abs(middle) < 12

"""What stands between the rows of a table as `label: value`: for all rows below it, or for the one above."""

from collections import Counter

from countersign.agents.tables_cells import Told
from countersign.agents.tables_region import Line, Region, Shape
from countersign.agents.tables_stream import Reader, Spot, words_of

_A_ROW_EACH = 0.7
"""A label that comes with this share of the rows says something about each row, else about a group."""
_ASIDE = 20.0
"""Points right of the first column from which a line is of another column, and heads nothing."""
_BEFORE = 5
"""Lines above a header that may say something about all its rows."""


class Headings:
    """Gathers what is said about groups of records, such as the policy that claims are listed under."""

    def __init__(self, shape: Shape, region: Region) -> None:
        self.region, self.shape = region, shape
        self.words = words_of(shape.table)
        self.reader = Reader(self.words, shape.style, in_cell=False)
        self.reader.colons = True
        self.headed = {c.column for c in region.columns} | {c.column for b in region.header.below for c in b}
        self.told: list[tuple[int, int, Told]] = []
        """(rows read before it, column, value)"""
        if shape.keyed:
            first = region.first
            for number in range(max(first - _BEFORE, 0), first):
                runs = shape.sheet.lines[number]
                if runs[0].page == shape.sheet.lines[first][0].page:
                    self.take(Line(number, runs, region.header))

    def take(self, line: Line) -> None:
        """Look for labels with values on a line that is no row."""
        if not self.shape.keyed or not any(":" in word.text for run in line.runs for word in run.words):
            return
        if line.runs[0].x0 > self.region.columns[0].x1 + _ASIDE:
            return
        spots = [
            Spot(word, run.page, line.number, place == 0)
            for run in line.runs
            for place, word in enumerate(run.words)
        ]
        for mark, role, which, held in self.reader.entries(spots):
            if mark is None or role != "column" or which in self.headed or not held:
                continue
            told, _ = self.reader.value(which, self.reader.held(which, spots[mark.after - 1], held)[0])
            if told is not None:
                self.told.append((len(self.region.rows), which, told._replace(signs=("heading",))))

    def finish(self) -> None:
        """Give what was said to the rows that it is about."""
        rows = self.region.rows
        counts = Counter(which for _, which, _ in self.told)
        for at, which, told in self.told:
            each = counts[which] >= max(_A_ROW_EACH * len(rows), 2) and at > 0
            first = at - 1 if each else at
            after = at if each else self._next(at, which)
            for row in rows[first:after]:
                row.cells.setdefault(which, told)

    def _next(self, at: int, which: int) -> int:
        """Return the row at which the next heading of the same kind begins another group."""
        later = [place for place, other, _ in self.told if other == which and place > at]
        return min(later, default=len(self.region.rows))

"""Finds the tables that have a header: from line to line, which columns they have and where they end."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from countersign.agents.lexicons import carried
from countersign.agents.sheet import Run, pieces
from countersign.agents.tables_cells import TYPED, joined, read_value
from countersign.agents.tables_columns import bounds
from countersign.agents.tables_header import Column, Header, Headers
from countersign.agents.tables_levels import with_levels
from countersign.agents.tables_region import WORDY, Line, Region, Shape, has_digits
from countersign.agents.tables_rows import Rows
from countersign.domain.document import Word
from countersign.domain.klass import FieldType
from countersign.domain.numerals import as_decimal

_FAR = 8
"""Heights of a line of white that end a table."""


class Grid:
    """Reads the tables of one kind that have a header."""

    def __init__(self, shape: Shape, headers: Headers, ends: dict[int, Run]) -> None:
        self.shape, self.headers, self.ends = shape, headers, ends

    def read(self) -> list[Region]:
        """Return every region with its rows."""
        regions = [region for region in self._regions() if region.lines]
        for region in regions:
            self._infer(region)
            rows = self._first_pass(region)
            self._set_apart(region, rows)
            region.edges = bounds(region.columns, rows)
            Rows(self.shape, region).read()
        return _best([region for region in regions if region.rows], self.shape.needed)

    def _regions(self) -> list[Region]:
        regions: list[Region] = []
        region: Region | None = None
        skip = rows = paused = -1
        for number, line in enumerate(self.shape.sheet.lines):
            if number <= skip:
                continue
            header = self._header(number)
            if header is not None:
                skip, rows, paused = header.after - 1, 0, -1
                if region is None or not _alike(region.header, header):
                    region = Region(header)
                    regions.append(region)
                region.header = header
                region.runs.update(
                    r.index for n in range(header.first, header.after) for r in self.shape.sheet.lines[n]
                )
                continue
            if region is None or line[0].page == paused:
                continue
            if rows and (self._far_below(region, line) or _other_header(line)):
                paused = line[0].page
                continue
            if number in self.ends and rows and self._is_total(line, self.ends[number]):
                region = region if _is_carried(line) else None
                continue
            region.lines.append(Line(number, line, region.header))
            rows += self.shape.anchored(
                self.shape.near_cells(line, region.header.columns), region.header.columns
            )
        return regions

    def _far_below(self, region: Region, line: list[Run]) -> bool:
        """Say whether a line stands so far below a table's last line that it is not of it."""
        last = region.lines[-1].runs if region.lines else line
        tall = line[0].height
        return last[0].page == line[0].page and line[0].y0 - max(run.y1 for run in last) > _FAR * tall

    def _header(self, number: int) -> Header | None:
        """Return the header that begins at a line; of its lines the one with most labels counts."""
        header = self.headers.at(number)
        if header is None:
            return None
        others = [self.headers.at(other) for other in range(number + 1, header.after)]
        found = [header, *(other for other in others if other is not None)]
        best = max(found, key=lambda h: sum(c.weight for c in h.columns))
        return with_levels(self.headers, best)

    def _is_total(self, line: list[Run], label: Run) -> bool:
        """Tell a total: it has no text of its own beside its label, or only its number right of the label."""
        wordy = [run for run in line if not has_digits(run)]
        behind = [run for run in line if run.x0 > label.x0]
        alone = len(behind) == 1 and has_digits(behind[0]) and label is not line[0]
        return len(wordy) <= 1 or len(line) <= 3 or alone

    def _infer(self, region: Region) -> None:
        """Give header cells that no label names to columns, by what stands below them.

        A column that every row must have, or the table's one column of dates.
        """
        dates = [i for i, c in enumerate(self.shape.table.columns) if c.type is FieldType.DATE]
        wanted = sorted(self.shape.needed) + (dates if len(dates) == 1 else [])
        for index in dict.fromkeys(wanted):
            if any(column.column == index for column in region.columns):
                continue
            definition = self.shape.table.columns[index]
            free = [place for place, c in enumerate(region.columns) if c.column is None and not c.debit]
            fits: dict[int, int] = defaultdict(int)
            for line in region.lines[:60]:
                cells = self.shape.near_cells(line.runs, region.columns)
                for place in free:
                    text = joined(cells.get(place, []))
                    value = read_value(definition, text, self.shape.style) if text else None
                    wordy = sum(map(str.isalpha, text)) > 3
                    fits[place] += value is not None and (definition.type in TYPED or wordy)
            best = max(free, key=lambda place: (fits[place], place), default=None)
            enough = 0.5 * sum(fits.values()) if index in self.shape.needed else 0.5 * self._count(region)
            if best is not None and fits[best] and fits[best] >= enough:
                old = region.columns[best]
                region.columns[best] = Column(index, old.x0, old.x1)
        self._factor(region)
        self._wordier(region)

    def _factor(self, region: Region) -> None:
        """Find the quantity, or the price, that no label names, by what it makes of the amounts."""
        names = {column.name: index for index, column in enumerate(self.shape.table.columns)}
        there = {column.column: place for place, column in enumerate(region.columns)}
        lost = [name for name in ("quantity", "unit_price") if name in names and names[name] not in there]
        if len(lost) != 1 or "amount" not in names or names["amount"] not in there:
            return
        other = names["quantity" if lost[0] == "unit_price" else "unit_price"]
        for place, column in enumerate(region.columns):
            if column.column is not None or other not in there:
                continue
            guess = column._replace(column=names[lost[0]], weight=0.0)
            held = told = 0
            for line in region.lines[:60]:
                cells = self.shape.near_cells(line.runs, region.columns)
                values = [
                    as_decimal(self.shape.value(c, cells.get(at, [])))
                    for at, c in ((place, guess), (there[other], region.columns[there[other]]))
                ]
                amount = as_decimal(
                    self.shape.value(
                        region.columns[there[names["amount"]]], cells.get(there[names["amount"]], [])
                    )
                )
                if values[0] is not None and values[1] is not None and amount:
                    told += 1
                    held += abs(values[0] * values[1] - amount) <= abs(amount) / 200
            if held and held >= 0.8 * told:
                region.columns[place] = guess
                return

    def _set_apart(self, region: Region, rows: Sequence[Sequence[Word]]) -> None:
        """Keep apart what stands left of a table whose first column is flush with its header."""
        first = region.columns[0]
        if first.column is None or self.shape.table.columns[first.column].type not in WORDY:
            return
        flush = sum(any(abs(word.x0 - first.x0) < 3 for word in words) for words in rows)
        if flush > len(rows) / 2:
            region.columns.insert(0, Column(None, first.x0 - _FAR, first.x0 - _FAR + 1, soft=True))

    def _count(self, region: Region) -> int:
        """Return how many lines are rows by the edges of the header alone."""
        return len(self._first_pass(region))

    def _wordier(self, region: Region) -> None:
        """Of two cells whose labels name one column of text, the one that holds more words is it."""
        for place, column in enumerate(region.columns):
            index = column.also
            if index is None or self.shape.table.columns[index].type not in WORDY:
                continue
            taken = next((p for p, c in enumerate(region.columns) if c.column == index), None)
            if taken is None:
                continue
            letters = [0, 0]
            for line in region.lines[:60]:
                cells = self.shape.near_cells(line.runs, region.columns)
                for which, at in enumerate((taken, place)):
                    letters[which] += sum(map(str.islower, joined(cells.get(at, []))))
            if letters[1] > letters[0]:
                region.columns[taken] = region.columns[taken]._replace(column=None, also=index)
                region.columns[place] = column._replace(column=index, also=None, weight=1.0)

    def _first_pass(self, region: Region) -> list[list[Word]]:
        """Return the words of the lines that are rows by the edges of the header alone."""
        found = []
        last: Line | None = None
        for line in region.lines:
            if not self.shape.anchored(self.shape.near_cells(line.runs, region.columns), region.columns):
                continue
            found.append([word for run in line.runs for word in run.words])
            if last and last.number + 1 == line.number and last.runs[0].page == line.runs[0].page:
                gap = min(run.y0 for run in line.runs) - max(run.y1 for run in last.runs)
                region.gap = min(region.gap, max(gap, 0.0))
            last = line
        return found


def _is_carried(line: list[Run]) -> bool:
    """Tell a sum that is carried to the next page, or from the one before."""
    parts = [piece for run in line for word in run.words for piece in pieces(word.text)]
    return any(tuple(parts[at : at + len(words)]) == words for words in carried() for at in range(len(parts)))


def _other_header(line: list[Run]) -> bool:
    """Several cells with no number in any of them head another table, or a page's foot."""
    return len(line) > 2 and not any(map(has_digits, line))


def _alike(one: Header, other: Header) -> bool:
    """Two headers with the same columns, of which the second repeats the first."""
    return [c.column for c in one.columns] == [c.column for c in other.columns]


def _best(regions: Sequence[Region], needed: Iterable[int]) -> list[Region]:
    """Keep the regions that are headed as well as the best one: the others sum up, or list something else."""
    must = frozenset(needed)

    def rank(region: Region) -> tuple[int, int]:
        full = [i for i in must if sum(i in row.cells for row in region.rows) * 2 > len(region.rows)]
        return len(full) + len(region.named & must), len(region.named)

    best = max(map(rank, regions), default=(0, 0))
    return [r for r in regions if rank(r)[0] == best[0] and rank(r)[1] >= best[1] - 1]

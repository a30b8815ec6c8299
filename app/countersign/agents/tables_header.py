"""Finds the header of a table: which line, or lines, head its columns, and what each column is."""

from collections.abc import Sequence
from typing import NamedTuple

from countersign.agents.labels import Lexicon, named
from countersign.agents.lexicons import name_words
from countersign.agents.sheet import Run, Sheet, pieces
from countersign.agents.tables_cells import TYPED
from countersign.agents.tables_stream import words_of
from countersign.domain.document import Word
from countersign.domain.klass import FieldType, TableDef
from countersign.domain.values import currency_code

_SIGNS = frozenset(("", "%", "€", "$", "£", "#"))
_MOST_LINES = 3
"""Lines of a header above and below the line that has most of its labels."""


class Column(NamedTuple):
    """A header cell: which column of the class it names (None for none), and its edges in points."""

    column: int | None
    x0: float
    x1: float
    debit: bool = False
    weight: float = 0.0
    """How much of the header cell is a label of the column: 1.0 for all of it, 0 for a guess."""
    also: int | None = None
    """The column that its label names too, where another cell has it already."""
    soft: bool = False
    """It may be no column of its own, but more words of the header cell beside it: 'Quantity Unit'."""

    @property
    def middle(self) -> float:
        """Points from the left."""
        return (self.x0 + self.x1) / 2


class Label(NamedTuple):
    """A label on a line: its run, its first word and the one after its last, and the columns it names."""

    run: Run
    first: int
    after: int
    fields: tuple[int, ...]
    weak: bool
    """A small word, that is no label but where a header is found by others."""

    @property
    def words(self) -> list[Word]:
        """The words of the label."""
        return self.run.words[self.first : self.after]


class Header(NamedTuple):
    """The columns of a table from left to right, and the lines that head it."""

    columns: list[Column]
    first: int
    after: int
    below: tuple[tuple[Column, ...], ...] = ()
    """The columns of the second and further lines of a record, where the header has lines for them."""


class Headers:
    """Looks for headers of one table."""

    def __init__(self, sheet: Sheet, table: TableDef, lexicon: Lexicon) -> None:
        self.sheet, self.table, self.lexicon = sheet, table, lexicon
        self._held: dict[int, list[Label]] = {}

    def labels(self, number: int) -> list[Label]:
        """Return the labels on a line; none on one with numbers in several places, which heads nothing."""
        if number not in self._held:
            line = self.sheet.lines[number]
            found: list[Label] = []
            if sum(map(_has_digits, line)) < 2:
                for run in line:
                    found += _labels(run, self.lexicon, self.sheet.is_scan(run.page))
            self._held[number] = found
        return self._held[number]

    def at(self, number: int) -> Header | None:
        """Return the header whose main line is a line, else None."""
        hits = self._heads(number)
        if len({index for hit in hits for index in hit.fields}) < 2:
            return None
        first, after = self._extent(number)
        runs = [run for line in self.sheet.lines[first:after] for run in line]
        hits = hits + [
            hit
            for other in range(first, after)
            if other != number
            for hit in self._heads(other, strict=False)
        ]
        columns = self._columns(_stacks(self.sheet.lines[number], runs), hits, number)
        return Header(columns, first, after) if self._is_header(columns) else None

    def _is_header(self, columns: list[Column]) -> bool:
        """Tell a header: it names at least two columns, one with dates, numbers or identifiers."""
        told = {c.column for c in columns if c.column is not None}
        typed = sum(self.table.columns[i].type in TYPED for i in told)
        keyed = sum(self.table.columns[i].type is FieldType.IDENTIFIER for i in told)
        wordy = len(told) - typed - keyed
        return len(told) >= 2 and typed + keyed > 0 and (wordy > 0 or len(columns) > 2)

    def _heads(self, number: int, strict: bool = True) -> list[Label]:
        """Return the labels of columns on a line that could be a header: nearly all of it is labels."""
        line = self.sheet.lines[number]
        hits = [hit for hit in self.labels(number) if hit.fields]
        if strict and len({index for hit in hits if not hit.weak for index in hit.fields}) < 2:
            return []
        covered = sum(hit.after - hit.first for hit in hits) + self._measures(line)
        words = sum(len(run.words) for run in line)
        return hits if not strict or covered >= 0.4 * words else []

    def _measures(self, line: list[Run]) -> int:
        """Return how many words of a line are measures of amounts, which no label of a column holds alone."""
        if self.table.nested is None:
            return 0
        words = words_of(self.table)
        return sum(
            mark.after - mark.first
            for run in line
            for mark in named(run.words, words.lexicon)
            if words.role(mark)[0] == "measure"
        )

    def _extent(self, number: int) -> tuple[int, int]:
        """Return the lines of a header around its main line: close together and with no numbers in them."""
        lines = self.sheet.lines
        first, after = number, number + 1
        while (
            first > 0
            and number - first < _MOST_LINES
            and self._belongs(lines[first - 1], lines[first], number)
        ):
            first -= 1
        while (
            after < len(lines)
            and after - number <= _MOST_LINES
            and self._belongs(lines[after], lines[after - 1], number)
        ):
            after += 1
        return first, after

    def _belongs(self, line: list[Run], near: list[Run], number: int) -> bool:
        """Say whether a line is of a header: close to it, with no numbers, and of the same print."""
        upper, lower = (line, near) if line[0].y0 < near[0].y0 else (near, line)
        gap = lower[0].y0 - upper[0].y1
        main = self.sheet.lines[number]
        return (
            line[0].page == near[0].page
            and gap < 0.55 * main[0].height
            and not any(_has_digits(run) or any(w.text.endswith(":") for w in run.words) for run in line)
            and all(len(run.words) <= 4 for run in line)
            and line[0].bold == main[0].bold
            and abs(line[0].size - main[0].size) < 1
        )

    def _columns(self, stacks: list[list[Run]], hits: list[Label], number: int) -> list[Column]:
        """Name every header cell; of several columns that a label may name, the first free one."""
        taken: set[int] = set()
        columns: list[Column] = []
        debit = name_words()["debit"]
        last = self._last(hits)
        for stack in stacks:
            for indexes, words, weight, is_last in self._cells(stack, hits, last):
                if not words:
                    continue
                index = self._pick(indexes, taken, is_last)
                is_debit = any(piece in debit for word in words for piece in pieces(word.text))
                if index is not None and not is_debit:
                    taken.add(index)
                x0, x1 = min(word.x0 for word in words), max(word.x1 for word in words)
                also = indexes[0] if indexes and index is None else None
                soft = not indexes and len(stack) == 1 and len(words) < len(stack[0].words)
                named_by = weight if index is not None else 0.0
                columns.append(Column(index, x0, x1, is_debit, named_by, also, soft))
        return columns

    def _last(self, hits: list[Label]) -> Label | None:
        typed = [h for h in hits if any(self.table.columns[i].type in TYPED for i in h.fields)]
        return max(typed, key=lambda h: h.words[-1].x1, default=None)

    def _cells(
        self, stack: list[Run], hits: list[Label], last: Label | None
    ) -> list[tuple[tuple[int, ...], list[Word], float, bool]]:
        """Cut a stack of runs into cells: by what it says as a whole, else by the labels of its main run."""
        words = [word for run in stack for word in run.words]
        if any(_has_digits(run) for run in stack):
            return [((), words, 0.0, False)]
        here = sorted((hit for hit in hits if hit.run in stack), key=lambda h: (h.run.y0, h.first))
        others = [hit for hit in self.labels(stack[0].line) if hit.run is stack[0] and not hit.fields]
        if len(stack) == 1 and here and others:
            here = sorted([*here, *others], key=lambda h: h.first)
        if len(stack) > 1:
            whole = [n for n in named(words, self.lexicon) if n.fields]
            best = max(whole, key=lambda n: n.after - n.first, default=None)
            if best is not None:
                weight = (best.after - best.first) / len(words)
                return [(best.fields, words, weight, last in here)]
            return [((), words, 0.0, False)]
        run = stack[0]
        own = self._own(run, here, hits)
        own = _apart(own)
        leads = bool(own) and own[0].first > 0 and own[0] is here[0]
        here = own
        if len(here) <= 1 and not leads:
            hit = here[0] if here else None
            weight = (hit.after - hit.first) / len(run.words) if hit else 0.0
            return [(hit.fields if hit else (), run.words, weight, hit is not None and hit is last)]
        cells: list[tuple[tuple[int, ...], list[Word], float, bool]] = []
        at = 0
        for place, hit in enumerate(here):
            if hit.first > at:  # words before the first label may be a column of their own, or of its label
                cells.append(((), run.words[at : hit.first], 0.0, False))
            at = hit.after
            end = here[place + 1].first if place + 1 < len(here) else len(run.words)
            if all(map(_is_unit, run.words[at:end])):
                at = end
            cells.append((hit.fields, run.words[hit.first : at], 1.0, hit is last))
        if at < len(run.words):
            cells.append(((), run.words[at:], 0.0, False))
        return cells

    def _own(self, run: Run, here: list[Label], hits: list[Label]) -> list[Label]:
        """Leave out what another cell says as a whole: 'Incident Details' beside 'Incident #'."""
        if len(run.words) > 3:
            return here
        said = {
            index
            for hit in hits
            if hit.run is not run and hit.after - hit.first == len(hit.run.words)
            for index in hit.fields
            if self.table.columns[index].type is not FieldType.AMOUNT
        }
        return [hit for hit in here if not hit.fields or not said.issuperset(hit.fields)] or here

    def _pick(self, indexes: Sequence[int], taken: set[int], is_last: bool) -> int | None:
        """Return the column that a label names: of several the first free one, the last for the last."""
        free = [i for i in indexes if i not in taken or self.table.columns[i].name == "amount"]
        if not free:
            return None
        return free[-1] if is_last else free[0]


def _stacks(main: list[Run], runs: list[Run]) -> list[list[Run]]:
    """Gather the runs of all lines of a header into cells, one above the other, from left to right."""
    stacks = [[run] for run in sorted(main, key=lambda run: run.x0)]
    for run in sorted((r for r in runs if r not in main), key=lambda r: r.y0):
        over = [stack for stack in stacks if _shared(run, stack) > 0.3]
        if len(over) == 1:
            over[0].append(run)
        elif not over:
            stacks.append([run])
    for run in [stack[0] for stack in stacks[1:] if len(stack) == 1 and all(map(_is_unit, stack[0].words))]:
        left = [s for s in stacks if s[0] is not run and 0 <= run.x0 - max(r.x1 for r in s) < 2 * run.height]
        if left:  # a scan may part a label from its unit: "Amount", "(GBP)"
            stacks.remove([run])
            left[0].append(run)
    for stack in stacks:
        stack.sort(key=lambda run: (round(run.y0 / max(run.height, 1.0)), run.x0))
    return sorted(stacks, key=lambda stack: min(run.x0 for run in stack))


def _shared(run: Run, stack: list[Run]) -> float:
    """Return how much of the narrower of a run and a stack lies over the other."""
    x0, x1 = min(r.x0 for r in stack), max(r.x1 for r in stack)
    overlap = min(run.x1, x1) - max(run.x0, x0)
    return overlap / max(min(run.x1 - run.x0, x1 - x0), 1.0)


def _is_unit(word: Word) -> bool:
    """Say whether a word behind a label is but its unit: ``(PLN)``, ``EUR``, ``%``."""
    plain = word.text.strip("()[]*")
    in_brackets = word.text[0] in "([" and word.text[-1] in ")]"
    return in_brackets or plain in _SIGNS or (len(plain) == 3 and currency_code(plain) is not None)


def _apart(labels: list[Label]) -> list[Label]:
    """Leave out a label that goes on with the one before it: ``Description of item``."""
    kept: list[Label] = []
    for label in labels:
        before = kept[-1] if kept else None
        if before is None or before.fields != label.fields or before.after == label.first:
            kept.append(label)
    return kept


def _labels(run: Run, lexicon: Lexicon, scanned: bool) -> list[Label]:
    """Return the labels in a run that no colon follows."""
    found = []
    for name in named(run.words, lexicon, scanned):
        behind = run.words[name.after].text if name.after < len(run.words) else ""
        if run.words[name.after - 1].text[-1] in ":：" or behind == ":":
            continue
        whole = name.after - name.first == len(run.words)
        found.append(Label(run, name.first, name.after, name.fields, name.weight <= 0.5 and not whole))
    return found


def _has_digits(run: Run) -> bool:
    return any(char.isdigit() for word in run.words for char in word.text)

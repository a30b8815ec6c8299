"""Reads records that are printed as blocks: labels with values, and a small table of amounts in each."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from countersign.agents.candidates import Print
from countersign.agents.sheet import Run, Sheet
from countersign.agents.tables_cells import Draft, Told, is_one_of, read_value
from countersign.agents.tables_stream import Reader, Spot, Words, words_of
from countersign.domain.document import Word
from countersign.domain.klass import TableDef

_CENT = Decimal("0.02")
_NEAR = 3.0
"""Heights of a line within which words beside each other are one heading."""
_SAME_LANE = 20.0
"""Points by which the left edges of the blocks of one lane may differ."""


class Block:
    """A record as it is put together."""

    __slots__ = ("cells", "first", "last", "loose", "pending", "total")

    def __init__(self, first: Spot) -> None:
        self.first = self.last = first
        self.cells: dict[int, Told] = {}
        self.loose: list[list[Spot]] = []
        """What stands in the block without a label, run by run."""
        self.pending: list[tuple[int, str, Spot]] = []
        """What stood in brackets behind a column's value."""
        self.total: dict[int, Told] = {}
        """The sum that the block prints itself, by measure."""

    def put(self, index: int, told: Told | None) -> None:
        """Keep a value; the first one counts."""
        if told is not None:
            self.cells.setdefault(index, told)


def read_blocks(sheet: Sheet, table: TableDef, style: Print, key: int) -> list[Draft]:
    """Read the records of a table that are printed as blocks, each begun by the label of its key column."""
    words = words_of(table)
    reader = Reader(words, style, in_cell=False, scanned=any(map(sheet.is_scan, sheet.by_page)))
    lanes = _lanes(sheet, reader, key)
    if not lanes:
        return []
    assembler = _Assembler(words, reader, key)
    reader.colons = _mostly_colons(sheet, reader)
    for spots in _streams(sheet, lanes):
        assembler.take(spots)
    blocks = _joined(assembler.finish())
    return [_draft(words, block) for block in blocks if len(block.cells) > 2]


def read_cell(words: Words, style: Print, spots: list[Spot]) -> list[Block]:
    """Read the blocks in the cells of one column: a block begins where its first label comes again."""
    reader = Reader(words, style, in_cell=True)
    blocks: list[Block] = []
    amounts = _Amounts(words)
    opener = -2
    for mark, role, which, held in reader.entries(spots):
        if mark is None:
            continue
        label = spots[mark.first]
        if (role == "column" and which in (opener, -2)) or opener == -2:
            opener = which if role == "column" else opener
            blocks.append(Block(label))
            amounts = _Amounts(words)
        if not blocks:
            continue
        block = blocks[-1]
        block.last = held[-1] if held else label
        if role == "column":
            told, _ = reader.value(which, held)
            block.put(which, told)
        else:
            amounts.take(block, role, which, held, style)
    return blocks


def _lanes(sheet: Sheet, reader: Reader, key: int) -> list[float]:
    """Return the left edges of the lanes that blocks stand in, from left to right."""
    edges: list[float] = []
    for line in sheet.lines:
        for run in line:
            spots = _spots(run.page, run.line, run.words[:8])
            marks = reader.marks(spots)
            if marks and marks[0][0].first == 0 and marks[0][1:] == ("column", key):
                mark = marks[0][0]
                rest = spots[mark.after :] or _right_of(line, run.x1)
                if reader.value(key, rest)[0] is not None:
                    edges.append(run.x0)
    lanes: list[list[float]] = []
    for edge in sorted(edges):
        if lanes and edge - lanes[-1][-1] <= _SAME_LANE:
            lanes[-1].append(edge)
        else:
            lanes.append([edge])
    return [lane[0] for lane in lanes if len(lane) >= max(1, len(edges) // 10)] or [e[0] for e in lanes[:1]]


def _right_of(line: Sequence[Run], x1: float) -> list[Spot]:
    """Return the words of the run right of a label."""
    run = next((run for run in line if run.x0 >= x1), None)
    return [Spot(word, run.page, run.line, False) for word in run.words] if run else []


def _mostly_colons(sheet: Sheet, reader: Reader) -> bool:
    """Say whether nearly all labels that open a run end in a colon."""
    counts = Counter(
        run.words[marks[0][0].after - 1].text.endswith(":")
        for line in sheet.lines
        for run in line
        if (marks := reader.marks(_spots(run.page, run.line, run.words[:6]))) and marks[0][1] == "column"
        if marks[0][0].first == 0 and marks[0][0].after < 6
    )
    return counts[True] > 2 * counts[False]


def _spots(page: int, line: int, words: Sequence[Word]) -> list[Spot]:
    return [Spot(word, page, line, place == 0) for place, word in enumerate(words)]


def _streams(sheet: Sheet, lanes: list[float]) -> Iterable[list[Spot]]:
    """Yield the words line by line, in the order in which people read lanes."""
    edges = [0.0, *(edge - _SAME_LANE for edge in lanes[1:]), float("inf")]
    for lines in sheet.by_page.values():
        for left, right in pairwise(edges):
            held: list[Run] = []
            for number in lines:
                runs = [run for run in sheet.lines[number] if left <= run.x0 < right]
                if held and runs and not _level(held, runs):
                    yield _line(held)
                    held = []
                held.extend(runs)
            if held:
                yield _line(held)


def _level(above: list[Run], below: list[Run]) -> bool:
    """Say whether two lines of a crooked scan are one: they stand level and beside each other."""
    top, bottom = max(run.y0 for run in below), min(run.y1 for run in above)
    beside = all(run.x1 <= other.x0 or other.x1 <= run.x0 for run in above for other in below)
    return beside and bottom - top > 0.5 * min(above[-1].height, below[0].height)


def _line(runs: list[Run]) -> list[Spot]:
    number = runs[0].line
    ordered = sorted(runs, key=lambda run: run.x0)
    return [Spot(w, run.page, number, place == 0) for run in ordered for place, w in enumerate(run.words)]


class _Assembler:
    """Puts blocks together, line by line; what a label has on the lines below it is taken with it."""

    def __init__(self, words: Words, reader: Reader, key: int) -> None:
        self.words, self.reader, self.key = words, reader, key
        self.blocks: list[Block] = []
        self.spots: list[Spot] = []
        self.amounts = _Amounts(words)
        self.label: Spot | None = None
        self.index = -1

    def take(self, spots: list[Spot]) -> None:
        """Take the next line."""
        if self.blocks and self.amounts.take_line(self.blocks[-1], self.reader, spots):
            self._close()
            return
        for mark, role, which, held in self.reader.entries(spots):
            if mark is None:
                self._more(held)
                continue
            if role == "column":
                self._close()
                label = spots[mark.after - 1]
                if which == self.key:
                    told, _ = self.reader.value(which, self.reader.held(which, label, held)[0])
                    if told is not None:
                        self.blocks.append(Block(spots[mark.first]))
                        self.amounts = _Amounts(self.words)
                self.label, self.index, self.spots = label, which, held
            elif self.blocks and self.amounts.take(self.blocks[-1], role, which, held, self.reader.style):
                self._close()
            else:
                self._close()
                self._more(held)

    def _more(self, held: list[Spot]) -> None:
        if self.label is not None:
            self.spots.extend(held)
        elif self.blocks:
            self.blocks[-1].loose.extend(_runs(held))

    def _close(self) -> None:
        label, self.label = self.label, None
        if label is None or not self.blocks:
            return
        block = self.blocks[-1]
        value, rest = self.reader.held(self.index, label, self.spots)
        told, beside = self.reader.value(self.index, value)
        if told is not None:
            block.put(self.index, told)
            block.last = value[-1]
            if beside:
                block.pending.append((self.index, beside, value[-1]))
            rest = [*value[len(told.words) :], *rest]
        block.loose.extend(_runs(rest))

    def finish(self) -> list[Block]:
        """Return all blocks."""
        self._close()
        return self.blocks


def _runs(spots: list[Spot]) -> list[list[Spot]]:
    """Part words into runs."""
    runs: list[list[Spot]] = []
    for spot in spots:
        if not runs or spot.opens or spot.line != runs[-1][-1].line:
            runs.append([])
        runs[-1].append(spot)
    return runs


class _Amounts:
    """The nested amounts of one block: by words (`BI: Paid $0.00`) or in a small table with a header."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.kind: int | None = None
        self.is_total = False
        self.header: list[tuple[int, float, float]] = []
        """Measures of a small table with the edges of their labels."""

    def take(self, block: Block, role: str, which: int, held: list[Spot], style: Print) -> bool:
        """Take a label and the words behind it; says whether they are amounts of the block."""
        if role in ("kind", "total"):
            self.kind, self.is_total = (which, False) if role == "kind" else (None, True)
            return True
        if role != "measure" or not held or (self.kind is None and not self.is_total):
            return False
        self._put(block, which, held[0], style)
        return True

    def take_line(self, block: Block, reader: Reader, spots: list[Spot]) -> bool:
        """Take a line of a small table: its header, or a kind with its amounts."""
        if not self.words.kinds:
            return False
        marks = reader.marks(spots)
        heads = [mark for mark, role, _ in marks if role == "measure"]
        amounts = [spot for spot in spots if any(map(str.isdigit, spot.word.text))]
        if len(heads) > 1 and not amounts:
            self.header = [
                (which, spots[mark.first].word.x0, spots[mark.after - 1].word.x1)
                for mark, role, which in marks
                if role == "measure"
            ]
            return True
        opens = marks and marks[0][0].first == 0 and marks[0][1] in ("kind", "total")
        if not (self.header and opens and amounts):
            return False
        _, role, which = marks[0]
        self.kind, self.is_total = (which, False) if role == "kind" else (None, True)
        in_order = len(amounts) == len(self.header)
        for place, spot in enumerate(amounts):
            measure = self.header[place][0] if in_order else self._measure(spot)
            self._put(block, measure, spot, reader.style)
        return True

    def _measure(self, spot: Spot) -> int:
        """Return the measure whose label stands nearest above an amount, by the right edge."""
        return min(
            self.header, key=lambda head: min(abs(head[2] - spot.word.x1), abs(head[1] - spot.word.x0))
        )[0]

    def _put(self, block: Block, measure: int, spot: Spot, style: Print) -> None:
        index = self.words.nested(self.kind if self.kind is not None else 0, measure)
        value = read_value(self.words.columns[index], spot.word.text, style)
        if value is None:
            return
        told = Told(value, [spot.word], spot.page, ("labelled",))
        block.last = spot
        if self.is_total:
            block.total.setdefault(measure, told)
        else:
            block.put(index, told)


def _joined(blocks: list[Block]) -> list[Block]:
    """Join a block that goes on, its head repeated, on the next page: nothing but the head is in both."""
    kept: list[Block] = []
    for block in blocks:
        before = kept[-1] if kept else None
        both = before.cells.keys() & block.cells.keys() if before else set()
        same = before and all(before.cells[index].value == block.cells[index].value for index in both)
        on_head = all(block.cells[index].words[0].y0 <= block.first.word.y1 for index in both)
        moved = before and (before.last.page, before.first.word.x0) != (block.first.page, block.first.word.x0)
        if before and both and same and on_head and moved:
            for index, told in block.cells.items():
                before.put(index, told)
            before.loose.extend(block.loose)
            before.total.update(block.total)
            before.last = block.last
        else:
            kept.append(block)
    return kept


def _draft(words: Words, block: Block) -> Draft:
    """Give what has no label to the columns that it fits, and make a row of a block."""
    columns = words.columns
    for index, column in enumerate(columns):
        if column.one_of and index not in block.cells:
            _fit(words, block, index)
    for index, text, spot in block.pending:
        behind = next((i for i, c in enumerate(columns) if c.beside == columns[index].name), None)
        if behind is not None:
            block.put(behind, Told(text, [spot.word], spot.page, ("beside",)))
    draft = Draft(block.first.page, block.first.line, block.cells)
    if block.total:
        draft.signs.add("adds up" if adds_up(words, block) else "does not add up")
    return draft


def _fit(words: Words, block: Block, index: int) -> None:
    """Find one of the few words of a column among what has no label, and what stands left of it."""
    for place, spots in enumerate(block.loose):
        text = " ".join(spot.word.text for spot in spots).strip(" -–|")
        if len(text) > 1 and is_one_of(words.columns[index], text):
            block.put(index, Told(text, [spot.word for spot in spots], spots[0].page, ("fits",)))
            _neighbour(words, block, index, place)
            return


def _neighbour(words: Words, block: Block, index: int, place: int) -> None:
    """Give what stands left of a value to the column that may stand beside it: ``Liability - Open``."""
    name = words.columns[index].name
    beside = next((i for i, c in enumerate(words.columns) if c.beside == name), None)
    if beside is None:
        return
    here, found = block.loose[place][0], list[Spot]()
    for spots in reversed(block.loose[:place]):
        right = found[0] if found else here
        gap = right.word.x0 - spots[-1].word.x1
        if spots[0].line != here.line or not 0 <= gap < _NEAR * (here.word.y1 - here.word.y0):
            break
        found = [*spots, *found]
    text = " ".join(spot.word.text for spot in found).strip(" -–|")
    if text:
        block.put(beside, Told(text, [spot.word for spot in found], found[0].page, ("beside",)))


def adds_up(words: Words, block: Block) -> bool:
    """Say whether the kinds of a block make the total that it prints, for every measure."""
    for measure, told in block.total.items():
        kinds = [words.nested(kind, measure) for kind in range(len(words.kinds))]
        amounts = [Decimal(block.cells[index].value) for index in kinds if index in block.cells]
        if abs(sum(amounts, Decimal(0)) - Decimal(told.value)) > _CENT:
            return False
    return True

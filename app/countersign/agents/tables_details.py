"""Reads a column of a table whose cells hold labels and values in words, and gives them to the rows."""

from itertools import pairwise

from countersign.agents.candidates import Print
from countersign.agents.sheet import Sheet
from countersign.agents.tables_cells import Draft, Told, joined
from countersign.agents.tables_columns import place_of
from countersign.agents.tables_records import Block, adds_up, read_cell
from countersign.agents.tables_region import WORDY, Region
from countersign.agents.tables_stream import Spot, Words, words_of
from countersign.domain.klass import FieldType, TableDef

_LABELS_A_ROW = 2
"""Labels that a cell must hold to be read as words with labels."""


def add_details(sheet: Sheet, table: TableDef, region: Region, style: Print) -> None:
    """Add to each row what its cell of details says."""
    words, columns = words_of(table), table.columns
    for place, column in enumerate(region.columns):
        if not region.rows or (column.column is not None and columns[column.column].type not in WORDY):
            continue
        spots = _spots(region, place)
        if sum(spot.word.text.endswith(":") for spot in spots) < _LABELS_A_ROW * len(region.rows):
            continue
        blocks = [block for block in read_cell(words, style, spots) if len(block.cells) >= _LABELS_A_ROW]
        for draft, block in _pairs(region.rows, blocks):
            if column.column is not None:
                draft.cells.pop(column.column, None)
            _add(words, draft, block)
            _whole_cells(table, region, draft, block, place)
        _merged(table, region.rows)
        region.runs.update(run.index for line in region.lines for run in line.runs)


def _spots(region: Region, place: int) -> list[Spot]:
    """Return the words of a column, line by line, through all pages."""
    spots: list[Spot] = []
    for line in region.lines:
        for run in line.runs:
            inside = [word for word in run.words if place_of(word, region.edges) == place]
            spots += [Spot(word, run.page, line.number, at == 0) for at, word in enumerate(inside)]
    return spots


def _pairs(rows: list[Draft], blocks: list[Block]) -> list[tuple[Draft, Block]]:
    """Pair rows with blocks: in order where there are as many, else by the lines that they stand on."""
    if len(rows) == len(blocks):
        return list(zip(rows, blocks, strict=True))
    pairs = []
    for row in rows:
        over = [block for block in blocks if block.first.line <= row.line <= block.last.line]
        if len(over) == 1:
            pairs.append((row, over[0]))
    return pairs


def _whole_cells(table: TableDef, region: Region, draft: Draft, block: Block, details: int) -> None:
    """Gather what stands in the other columns beside a row's details: cells of several lines."""
    inside = [line for line in region.lines if block.first.line <= line.number <= block.last.line]
    for place, column in enumerate(region.columns):
        index = column.column
        if index is None or place == details or table.columns[index].type not in WORDY:
            continue
        words = [
            (run.page, word)
            for line in inside
            for run in line.runs
            for word in run.words
            if place_of(word, region.edges) == place
        ]
        if words and (index not in draft.cells or len(words) > len(draft.cells[index].words)):
            held = [word for _, word in words]
            draft.cells[index] = Told(joined(held), held, words[0][0], ("several lines",))


def _merged(table: TableDef, rows: list[Draft]) -> None:
    """Fill an empty cell from the one above, in a column that repeats few values and is else filled."""
    for index, column in enumerate(table.columns):
        held = [row.cells[index].value for row in rows if index in row.cells]
        if column.type is not FieldType.TEXT or len(held) < 0.8 * len(rows) or len(held) == len(rows):
            continue
        if len(set(held)) > max(2, len(held) // 3):
            continue
        for above, row in pairwise(rows):
            if index not in row.cells and index in above.cells:
                told = above.cells[index]
                row.cells[index] = Told(told.value, told.words, told.page, ("merged",))


def _add(words: Words, draft: Draft, block: Block) -> None:
    for index, told in block.cells.items():
        draft.cells.setdefault(index, Told(told.value, told.words, told.page, ("details", *told.signs)))
    if block.total:
        draft.signs.add("adds up" if adds_up(words, block) else "does not add up")

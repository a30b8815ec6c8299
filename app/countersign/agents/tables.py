"""Reads the tables of a document: below a header, in blocks, or in words, across pages."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from countersign.agents.candidates import Print
from countersign.agents.labels import Hit, column_lexicon
from countersign.agents.sheet import Run, Sheet
from countersign.agents.tables_cells import Draft, Told
from countersign.agents.tables_details import add_details
from countersign.agents.tables_grid import Grid
from countersign.agents.tables_header import Headers
from countersign.agents.tables_plain import read_plain
from countersign.agents.tables_records import read_blocks
from countersign.agents.tables_region import Shape
from countersign.agents.tables_trust import Signs, Trust, all_signs, shipped_trust
from countersign.domain.confidence import ppm
from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef, FieldDef, FieldType, TableDef
from countersign.domain.reading import Answer, Cell, Evidence, Row


class Found(NamedTuple):
    """The rows of a document and the runs that they and their headers are made of."""

    rows: tuple[Row, ...]
    runs: set[int]
    signs: tuple[Mapping[int, Signs], ...] = ()
    """What speaks for each cell, row by row, by the column's place."""


def read_tables(
    sheet: Sheet, klass: ClassDef, hits: list[Hit], style: Print, trust: Trust | None = None
) -> Found:
    """Read every table of the class; `trust` says what the signs are worth, by default what ships."""
    trust = trust or shipped_trust()
    signs: list[Mapping[int, Signs]] = []
    rows: list[Row] = []
    runs: set[int] = set()
    ends = _totals(klass, hits)
    for table in (table for table in klass.tables if not table.of_form):
        drafts, used = _drafts(sheet, klass, table, ends, style)
        told = all_signs(sheet, table, drafts, bool(drafts) and sheet.is_scan(drafts[0].page))
        signs.extend(told)
        rows.extend(
            _row(sheet, table, draft, of_row, trust) for draft, of_row in zip(drafts, told, strict=True)
        )
        runs |= used
    return Found(tuple(rows), runs, tuple(signs))


def _drafts(
    sheet: Sheet, klass: ClassDef, table: TableDef, ends: dict[int, Run], style: Print
) -> tuple[list[Draft], set[int]]:
    """Read one table in every way that its documents print it; what reads most holds."""
    lexicon = column_lexicon(klass, table.name, table.columns)
    shape = Shape(sheet, table, style)
    regions = Grid(shape, Headers(sheet, table, lexicon), ends).read()
    drafts: list[Draft] = []
    used: set[int] = set()
    for region in regions:
        add_details(sheet, table, region, style)
        drafts.extend(region.rows)
        used |= region.runs
    key = next(
        (i for i, c in enumerate(table.columns) if c.required and c.type is FieldType.IDENTIFIER), None
    )
    if key is not None:
        blocks = read_blocks(sheet, table, style, key)
        if _cells(blocks) > _cells(drafts):
            return blocks, _runs(sheet, blocks)
    if not drafts:
        drafts = read_plain(sheet, table, ends, style)
        used |= _runs(sheet, drafts)
    return drafts, used


def _cells(drafts: Sequence[Draft]) -> int:
    return sum("heading" not in told.signs for draft in drafts for told in draft.cells.values())


def _runs(sheet: Sheet, drafts: Sequence[Draft]) -> set[int]:
    """Return the runs that hold the words of any cell."""
    words = {(d.page, id(word)) for d in drafts for told in d.cells.values() for word in told.words}
    return {run.index for run in sheet.runs if any((run.page, id(word)) in words for word in run.words)}


def _totals(klass: ClassDef, hits: list[Hit]) -> dict[int, Run]:
    """Lines that hold a total of the head, where a table ends, each with its label."""
    fields = klass.fields
    return {
        hit.run.line: hit.run
        for hit in hits
        if hit.starts_run
        and (hit.ends_run or hit.colon)
        and hit.weight > 0.5
        and any(fields[index].type is FieldType.AMOUNT for index in hit.fields)
    }


def _row(sheet: Sheet, table: TableDef, draft: Draft, signs: Mapping[int, Signs], trust: Trust) -> Row:
    cells = tuple(
        _cell(sheet, table.columns[index], draft.cells[index], trust.confidence(signs[index]))
        for index in sorted(draft.cells)
    )
    return Row(table=table.name, cells=cells)


def _cell(sheet: Sheet, column: FieldDef, told: Told, confidence: float) -> Cell:
    first = told.words[0]
    words = [word for word in told.words if word.y1 >= first.y0 - 1]  # what goes on overleaf stands higher up
    box = Box.around(word.box for word in words)
    return Cell(
        column=column.name,
        answer=Answer(value=told.value, printed=told.printed),
        confidence=ppm(confidence),
        evidence=Evidence(document=sheet.opened.sha256, page=told.page, box=box),
    )

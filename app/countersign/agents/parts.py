"""Reads one document of a file that holds several: its pages alone, its places as in the file."""

from typing import TypeVar

from countersign.domain.document import Opened
from countersign.domain.event import ReadingMade
from countersign.domain.reading import Alternative, Cell, Evidence, Reading, Row

Placed = TypeVar("Placed", Reading, Alternative, Cell)


def cut(opened: Opened, first: int, after: int) -> Opened:
    """Return the pages from `first` to before `after` as a document of its own, which begins with page 0."""
    pages = tuple(
        page.model_copy(update={"number": page.number - first})
        for page in opened.pages
        if first <= page.number < after
    )
    widgets = tuple(
        widget.model_copy(update={"page": widget.page - first})
        for widget in opened.widgets
        if first <= widget.page < after
    )
    return opened.model_copy(update={"pages": pages, "widgets": widgets})


def put_back(made: ReadingMade, first: int) -> ReadingMade:
    """Return a reading of pages from `first` on with its places as pages of the whole file."""
    if first == 0:
        return made
    alternatives = made.alternatives if isinstance(made.alternatives, dict) else {}
    rows = made.rows if isinstance(made.rows, tuple) else ()
    return made.model_copy(
        update={
            "readings": tuple(_moved(reading, first) for reading in made.readings),
            "alternatives": {
                name: tuple(_moved(other, first) for other in others) for name, others in alternatives.items()
            },
            "rows": tuple(_moved_row(row, first) for row in rows),
        }
    )


def _moved_row(row: Row, by: int) -> Row:
    return row.model_copy(update={"cells": tuple(_moved(cell, by) for cell in row.cells)})


def _moved(placed: Placed, by: int) -> Placed:
    if placed.evidence is None:
        return placed
    evidence: Evidence = placed.evidence.model_copy(update={"page": placed.evidence.page + by})
    return placed.model_copy(update={"evidence": evidence})

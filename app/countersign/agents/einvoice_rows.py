"""Finds the printed line of each row of an e-invoice, so that a cell points at its own row and no other's."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence

from countersign.agents.printed import Index, Place
from countersign.domain.confidence import ppm
from countersign.domain.klass import TableDef
from countersign.domain.reading import Answer, Cell, Row

SEEN, UNSEEN = 0.995, 0.93
"""Confidence in a value of the data that stands on the page, and in one that does not."""

_SAME_LINE = 4.0  # points between the middles of words of different sizes on one line


def rows_of(
    index: Index, tables: Sequence[TableDef], data: Sequence[dict[str, str]], language: str
) -> tuple[Row, ...]:
    """Return the rows of the data, each cell with its place on the page where it has one."""
    if not tables:
        return ()
    columns = {column.name: column for column in tables[0].columns}
    told: list[_Row] = [
        {
            name: (row[name], index.find_all(column.type, row[name], language))
            for name, column in columns.items()
            if row.get(name)
        }
        for row in data
    ]
    lines = _Lines(place for row in told for _, places in row.values() for place in places)
    own = _shared_out(told, lines)
    taken = frozenset(line for line in own if line is not None)
    made = (
        Row(table=tables[0].name, cells=tuple(_cells(row, line, lines, taken)))
        for row, line in zip(told, own, strict=True)
    )
    return tuple(row for row in made if row.cells)


_Row = dict[str, tuple[str, tuple[Place, ...]]]
"""A row of the data: by column its value, and all places where that stands."""


class _Lines:
    """The lines on which values stand, numbered from the top of the first page."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._of: dict[tuple[int, float], int] = {}
        begins: tuple[int, float] | None = None
        line = -1
        for page, y in sorted({_middle(place) for place in places}):
            if begins is None or page != begins[0] or y - begins[1] > _SAME_LINE:
                begins = (page, y)
                line += 1
            self._of[page, y] = line

    def of(self, place: Place) -> int:
        """Return the line of a place."""
        return self._of[_middle(place)]


def _shared_out(told: Sequence[_Row], lines: _Lines) -> list[int | None]:
    """Give each row the line that shows most of its values, a later row one further down where it can."""
    own: list[int | None] = []
    taken: set[int] = set()
    last = -1
    for row in told:
        shown = Counter(line for _, places in row.values() for line in set(map(lines.of, places)))
        free = [line for line in shown if line not in taken]
        best = max(free, key=lambda line: (shown[line], line > last, -line), default=None)
        if best is not None:
            taken.add(best)
            last = best
        own.append(best)
    return own


def _cells(row: _Row, line: int | None, lines: _Lines, taken: Container[int]) -> Iterator[Cell]:
    for name, (value, places) in row.items():
        place = None if line is None else _place(places, line, lines, taken)
        yield Cell(
            column=name,
            answer=Answer(value=value, printed=place[0] if place else ""),
            confidence=ppm(SEEN if place else UNSEEN),
            evidence=place[1] if place else None,
        )


def _place(places: Sequence[Place], line: int, lines: _Lines, taken: Container[int]) -> Place | None:
    """Return the place on the row's own line, else the nearest one that is on no other row's line."""
    own = next((place for place in places if lines.of(place) == line), None)
    free = (place for place in places if lines.of(place) not in taken)
    return own or min(free, key=lambda place: abs(lines.of(place) - line), default=None)


def _middle(place: Place) -> tuple[int, float]:
    evidence = place[1]
    return evidence.page, (evidence.box.y0 + evidence.box.y1) / 2

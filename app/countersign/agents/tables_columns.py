"""Where the columns of a table end: by the white between the words of its rows, not by its header alone."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from countersign.agents.tables_header import Column
from countersign.domain.document import Word

_FLUSH = 4.0
"""Points between edges that stand below each other."""
_RIVER = 6.0
"""Points of white that part two columns which the header alone does not part for sure."""


def nearest(x0: float, x1: float, columns: Sequence[Column]) -> int:
    """Return the header cell that overlaps most, else the one whose edge or middle is nearest."""

    def distance(column: Column) -> float:
        overlap = min(x1, column.x1) - max(x0, column.x0)
        if overlap > 0:
            return -overlap
        middle = abs((x0 + x1) - (column.x0 + column.x1)) / 2
        return min(abs(x0 - column.x0), abs(x1 - column.x1), middle)

    return min(range(len(columns)), key=lambda place: distance(columns[place]))


def bounds(columns: Sequence[Column], rows: Sequence[Sequence[Word]]) -> list[float]:
    """Return where each column but the last ends: in the widest white that runs through nearly all rows.

    Without rows the middle between two header cells has to do.
    """
    found = [_bound(one, other, rows) for one, other in pairwise(columns)]
    return list(accumulate(found, max))


def _bound(left: Column, right: Column, rows: Sequence[Sequence[Word]]) -> float:
    low, high = left.middle, max(right.middle, left.x1)
    spans = sorted((w.x0, w.x1) for row in rows for w in row if w.x1 > low and w.x0 < high)
    if not spans:
        return (left.x1 + right.x0) / 2
    # Edges of words, swept from left to right: how many words lie over each stretch between two of them.
    events = sorted([(x0, 1) for x0, _ in spans] + [(x1, -1) for _, x1 in spans])
    best, chosen = (float("inf"), 0.0), (left.x1 + right.x0) / 2
    depth, last, white = 0, low, 0.0
    for edge, step in [*events, (high, 0)]:
        x = min(max(edge, low), high)
        width = x - last
        if width > 0.5:
            few = depth if depth > len(rows) * 0.03 else 0
            rank = (few, -_worth(last, x, left, right))
            if rank < best:
                best, chosen, white = rank, _within(last, x, left, right), width
        depth += step
        last = max(last, x)
    if (left.soft or right.soft) and (
        best[0] > 0 or white < _RIVER or not _on_both(left, right, rows, chosen)
    ):
        return left.x0 - _RIVER if left.soft else right.x1 + 1
    return chosen


def _on_both(left: Column, right: Column, rows: Sequence[Sequence[Word]], x: float) -> bool:
    """Say whether most rows have something below each of two header cells, on either side of a line."""
    both = sum(
        any(left.x0 - _FLUSH < word.x1 and word.x0 < x - 1 for word in words)
        and any(x - 1 <= word.x0 < right.x1 + _FLUSH for word in words)
        for words in rows
    )
    return both * 2 > len(rows)


def _worth(x0: float, x1: float, left: Column, right: Column) -> float:
    """White is worth its width; more so where it also parts the two header cells."""
    parts = min(x1, right.x0) - max(x0, left.x1)
    return (x1 - x0) + 2 * max(parts, 0.0)


def _within(x0: float, x1: float, left: Column, right: Column) -> float:
    """Return the place in a stretch of white where the columns meet.

    What is printed flush with a header cell shows where its column begins or ends; else the middle between
    the header cells has to do.
    """
    if abs(x1 - right.x0) < _FLUSH:
        return x1 - min(1.5, (x1 - x0) / 2)
    if abs(x0 - left.x1) < _FLUSH:
        return x0 + min(1.5, (x1 - x0) / 2)
    return min(max((left.x1 + right.x0) / 2, x0 + 0.1), x1 - 0.1)


def place_of(word: Word, edges: Sequence[float]) -> int:
    """Return the place of the column that the middle of a word lies in."""
    return bisect_right(edges, (word.x0 + word.x1) / 2)

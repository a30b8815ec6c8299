"""Where a candidate comes among all candidates of its type: in reading order, by worth, in its column."""

from collections import Counter, defaultdict

import numpy as np

from countersign.agents.candidates import Candidate
from countersign.agents.sheet import Sheet
from countersign.domain.klass import FieldType
from countersign.domain.numerals import as_decimal

_ALIGNED = 3.0
"""Points by which the edges of a column may differ."""
_NUMBERS = frozenset({FieldType.AMOUNT, FieldType.NUMBER})
_PILED = frozenset({*_NUMBERS, FieldType.DATE, FieldType.IDENTIFIER})


def ranks(candidates: list[Candidate], sheet: Sheet) -> list[list[str]]:
    """Return strings that say where each one comes among all candidates of its type."""
    found: list[list[str]] = [[] for _ in candidates]
    counts = Counter(c.value for c in candidates)
    pages: dict[str, set[int]] = defaultdict(set)
    for c in candidates:
        pages[c.value].add(c.page)
    reading = sorted(
        range(len(candidates)), key=lambda n: (candidates[n].page, candidates[n].y0, candidates[n].x0)
    )
    seen: set[str] = set()
    for place, n in enumerate(reading):
        c, own = candidates[n], found[n]
        own.append(f"order:{min(place, 5)}")
        own.append(f"order:last {min(len(reading) - 1 - place, 4)}")
        own.append(f"times:{min(counts[c.value], 4)}")
        own.append("times:first" if c.value not in seen else "times:again")
        if len(pages[c.value]) > 1 and len(pages[c.value]) == sheet.pages:
            own.append("times:every page")
        seen.add(c.value)
    kind = candidates[0].type
    if kind in _PILED:
        _piles(candidates, found)
    if kind in _NUMBERS:
        worth = [abs(float(as_decimal(c.value) or 0)) if _is_money(c) else None for c in candidates]
        _worth(worth, found, ("largest", "smallest"))
    elif kind is FieldType.DATE:
        days = {day: float(rank) for rank, day in enumerate(sorted({c.value for c in candidates}))}
        _worth([days[c.value] for c in candidates], found, ("latest", "earliest"))
    return found


def _is_money(c: Candidate) -> bool:
    """Leave out bare numbers among amounts: what is an order number is no large sum."""
    return c.type is not FieldType.AMOUNT or c.grade > 0


def _worth(worth: list[float | None], found: list[list[str]], names: tuple[str, str]) -> None:
    ordered = sorted({value for value in worth if value is not None})
    rank = {value: place for place, value in enumerate(ordered)}
    for own, value in zip(found, worth, strict=True):
        if value is None:
            continue
        high, low = len(ordered) - 1 - rank[value], rank[value]
        if high < 3:
            own.append(f"worth:{names[0]} {high}")
        if low < 3:
            own.append(f"worth:{names[1]} {low}")


def _piles(candidates: list[Candidate], found: list[list[str]]) -> None:
    """Count those that stand in one column on a page: many are cells of a table, one heads the page."""
    by_page: dict[int, list[int]] = defaultdict(list)
    for n, c in enumerate(candidates):
        by_page[c.page].append(n)
    for places in by_page.values():
        edges = np.array([(candidates[n].x0, candidates[n].x1) for n in places])
        aligned = (np.abs(edges[:, None] - edges) < _ALIGNED).sum(axis=1).max(axis=1) - 1
        for n, count in zip(places, aligned.tolist(), strict=True):
            found[n].append(f"pile:{count if count < 3 else '3' if count < 6 else 'many'}")

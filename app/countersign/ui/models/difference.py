"""The smallest steps from one list of names to another, for item models that must not lose their place."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Steps:
    """First the removals, in this order, then the insertions, in this order."""

    removals: tuple[tuple[int, int], ...]
    """(first, last) rows, from the bottom up."""
    insertions: tuple[tuple[int, tuple[str, ...]], ...]
    """(row, names), from the top down."""


def difference(old: Sequence[str], new: Sequence[str]) -> Steps | None:
    """Return the steps from `old` to `new`, or None when names they share change their order.

    Names are unique within each list.
    """
    there, wanted = set(old), set(new)
    if [name for name in old if name in wanted] != [name for name in new if name in there]:
        return None
    removals = _runs([at for at, name in enumerate(old) if name not in wanted])
    added = [at for at, name in enumerate(new) if name not in there]
    return Steps(
        removals=tuple(reversed(removals)),
        insertions=tuple((first, tuple(new[first : last + 1])) for first, last in _runs(added)),
    )


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs

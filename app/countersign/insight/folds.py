"""Splits documents into folds of whole layouts or vendors, the same every time."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from enum import StrEnum

from countersign.insight import conventions
from countersign.insight.conventions import Truth

MOST = 4
"""Folds: each costs a training."""


class By(StrEnum):
    """What a fold keeps together."""

    LAYOUT = "layout"
    VENDOR = "vendor"
    HASH = "hash"


_GROUP: dict[By, Callable[[Truth], str]] = {
    By.LAYOUT: conventions.layout,
    By.VENDOR: conventions.vendor,
    By.HASH: lambda truth: str(truth["sha256"]),
}


def split(truths: Sequence[Truth], by: By, most: int = MOST) -> list[int]:
    """Return the fold of each document.

    Groups are dealt out, the largest first, each to the fold that has fewest documents; among equals the
    group's hash decides, so that neither order nor names of files matter.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for place, truth in enumerate(truths):
        groups[_GROUP[by](truth)].append(place)
    count = min(most, len(groups))
    sizes = [0] * count
    folds = [0] * len(truths)
    for _, places in sorted(groups.items(), key=lambda item: (-len(item[1]), _hash(item[0]))):
        fold = sizes.index(min(sizes))
        sizes[fold] += len(places)
        for place in places:
            folds[place] = fold
    return folds


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()

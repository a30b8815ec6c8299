"""Which documents the shipped models were made from, told by the first digits of their hashes."""

import json
from collections.abc import Iterable
from functools import cache

from countersign.settings.resources import shipped

FILE = "learned_from.json"
"""Beside the models: one short list for all of them."""
DIGITS = 12
"""Of a SHA-256 in hexadecimal: enough that two documents of a million hardly ever share them."""


def to_data(hashes: Iterable[str]) -> dict[str, list[str]]:
    """Return what the file says of documents with these SHA-256."""
    return {"documents": sorted({sha256[:DIGITS] for sha256 in hashes})}


def count(hashes: Iterable[str]) -> int | None:
    """Return how many of these documents the shipped models have learned from; None when nothing tells."""
    known = _known()
    return None if known is None else sum(sha256[:DIGITS] in known for sha256 in set(hashes))


@cache
def _known() -> frozenset[str] | None:
    file = shipped("resources", "models", FILE)
    if not file.exists():
        return None
    return frozenset(json.loads(file.read_text(encoding="utf-8"))["documents"])

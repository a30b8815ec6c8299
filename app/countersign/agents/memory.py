"""Memory of layouts: what stood where on documents that a person confirmed, found again on their kin.

Words are kept as hashes with their places; of a confirmed value only the hashed strings of what stood around
it (see context). Nothing of the value itself is kept but a hash, so that a vendor can be forgotten by name.
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countersign.agents.context import SPACES, Marks
from countersign.agents.logits import Floats
from countersign.agents.sheet import Sheet, pieces

_MOST_WORDS = 160
_NEAR = 0.025
"""Share of the page's width or height by which a word may be off after the pages are laid on each other."""
KIN = 5
"""Confirmed documents that are asked for one reading."""
LIKENESS = 0.3
"""From here on two documents may be of one layout."""


class Place(NamedTuple):
    """A place on a page, in points."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class Layout:
    """A first page as hashed words with their places, in shares of its size."""

    def __init__(self, words: Sequence[int], places: Floats) -> None:
        self.words = tuple(words)
        self.places = places
        """One row of x, y a word."""
        self._at = {word: place for place, word in enumerate(self.words)}

    @staticmethod
    def of(sheet: Sheet) -> "Layout":
        """Take the words of the first page that occur once and hold no digit, from the top."""
        seen: dict[str, tuple[float, float] | None] = {}
        page = min(sheet.by_page, default=0)
        width, height = sheet.widths.get(page) or 1.0, sheet.heights.get(page) or 1.0
        for number in sheet.by_page.get(page, ()):
            for run in sheet.lines[number]:
                for word in run.words:
                    for piece in pieces(word.text):
                        if len(piece) > 2 and piece.isalpha():
                            again = piece in seen
                            seen[piece] = None if again else (word.x0 / width, word.y0 / height)
        kept = [(zlib.crc32(piece.encode()), place) for piece, place in seen.items() if place][:_MOST_WORDS]
        return Layout([word for word, _ in kept], np.array([place for _, place in kept]).reshape(-1, 2))

    def likeness(self, other: "Layout") -> float:
        """Return the share of words that stand at the same place once the pages are laid on each other.

        0 when it cannot reach `LIKENESS`, which is seen from the words alone.
        """
        common = self._at.keys() & other._at.keys()
        fewest = min(len(self.words), len(other.words))
        if fewest < 8 or len(common) < max(4.0, LIKENESS * fewest):
            return 0.0
        here = self.places[[self._at[word] for word in common]]
        there = other.places[[other._at[word] for word in common]]
        apart = here - there
        middle = np.sort(apart, axis=0)[len(apart) // 2]
        held = np.asarray((np.abs(apart - middle) < 2 * _NEAR).all(axis=1))
        for _ in range(2):
            if held.sum() < 4:
                return 0.0
            moved = _laid(there, here, held)
            held = np.asarray((np.abs(moved - here) < _NEAR).all(axis=1))
        return float(held.sum()) / fewest


def _laid(there: Floats, here: Floats, held: NDArray[np.bool_]) -> Floats:
    """Shift and stretch one page's places, each axis by itself, so that the held ones fit the other's."""
    x, y = there[held], here[held]
    middle_x, middle_y = x.sum(axis=0) / len(x), y.sum(axis=0) / len(y)
    x, y = x - middle_x, y - middle_y
    slope = np.clip(((x * y).sum(axis=0) + 1e-9) / ((x * x).sum(axis=0) + 1e-9), 0.8, 1.25)
    moved: Floats = (there - middle_x) * slope + middle_y
    return moved


class Spot(NamedTuple):
    """What stood around a confirmed value: hashes of strings, and what they speak of."""

    hashes: tuple[int, ...]
    spaces: tuple[int, ...]
    value: int = 0
    """Hash of the value, by which it can be forgotten."""


class Kept:
    """One confirmed document as the memory keeps it."""

    def __init__(self, document: str, layout: Layout, spots: dict[str, Spot | None]) -> None:
        self.document = document
        self.layout = layout
        self.spots = spots
        """By field; None where a person confirmed that the document has no such value."""

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "document": self.document,
            "words": list(self.layout.words),
            "places": [[round(float(x), 3), round(float(y), 3)] for x, y in self.layout.places],
            "spots": {
                name: spot and [list(spot.hashes), list(spot.spaces), spot.value]
                for name, spot in self.spots.items()
            },
        }

    @staticmethod
    def from_data(data: dict[str, Any]) -> "Kept":
        """Read what `to_data` gave."""
        spots = {
            name: Spot(tuple(spot[0]), tuple(spot[1]), spot[2]) if spot else None
            for name, spot in data["spots"].items()
        }
        return Kept(data["document"], Layout(data["words"], np.array(data["places"]).reshape(-1, 2)), spots)


def value_hash(value: str) -> int:
    """Return the hash under which a value's spot can be forgotten, whatever its capitals and spaces."""
    return zlib.crc32("".join(value.split()).casefold().encode())


class Recalled(NamedTuple):
    """What the kin of a document say about one field."""

    likeness: float
    """Of the nearest kin that knows the field, 0 for none."""
    present: float
    """Share of the kin, by likeness, that have a value."""
    same: Floats
    """One row a candidate, one column a space: how much of what stood there on the kin stands here too."""


def kin(layout: Layout, kept: Iterable[Kept], but: str = "") -> list[tuple[float, Kept]]:
    """Return the likest documents, the likest first; `but` names one that is left out."""
    found = [(layout.likeness(one.layout), one) for one in kept if not but or one.document != but]
    near = [pair for pair in found if pair[0] >= LIKENESS]
    near.sort(key=_likeness, reverse=True)
    return near[:KIN]


def _likeness(pair: tuple[float, Kept]) -> float:
    return pair[0]


def recall(field: str, near: Sequence[tuple[float, Kept]], marks: Marks, count: int) -> Recalled:
    """Say how well each of `count` candidates stands where the kin's confirmed values stood."""
    known = [(likeness, one.spots[field]) for likeness, one in near if field in one.spots]
    same: Floats = np.zeros((count, len(SPACES)))
    if not known:
        return Recalled(0.0, 0.0, same)
    total = sum(likeness for likeness, _ in known)
    present = sum(likeness for likeness, spot in known if spot) / total
    shares: dict[int, float] = {}
    for likeness, spot in known:
        if spot:
            sizes = np.bincount(spot.spaces, minlength=len(SPACES))
            for mark, space in zip(spot.hashes, spot.spaces, strict=True):
                shares[mark] = shares.get(mark, 0.0) + likeness / total / float(sizes[space])
    if shares and count:
        keys = np.array(sorted(shares))
        worth = np.array([shares[key] for key in keys.tolist()])
        at = np.minimum(np.searchsorted(keys, marks.hashes), len(keys) - 1)
        found = keys[at] == marks.hashes
        cell = marks.owner[found] * len(SPACES) + marks.spaces[found]
        sums = np.bincount(cell, weights=worth[at[found]], minlength=count * len(SPACES))
        same = np.asarray(sums, dtype=np.float64).reshape(count, len(SPACES))
    return Recalled(known[0][0], present, same)

"""The parts of a page that have anything on them: a network asked about empty paper computes as long."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from countersign.documents.straighten import Grey

_STEP = 32  # pixels; the network takes multiples
_AROUND = (31, 31)  # pixels, by whose mean paper is told from ink
_CONTRAST = 16  # from that mean, of 255, either way: print may be white
_EMPTY = 48  # rows without ink from which on a page has two parts
_MARGIN = 32  # pixels of paper left around a part, so that the network sees that it is some
_WORTH = 0.9  # share of the page; parts that come to more are not worth cutting out


class Part(NamedTuple):
    """A part of a page: rows from top to bottom, columns from left to right, ends not included."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def pixels(self) -> int:
        """How many it has."""
        return (self.bottom - self.top) * (self.right - self.left)


def parts(page: Grey) -> list[Part]:
    """Return the parts of a page with something on them, from top to bottom, sizes in whole steps."""
    ink = cv2.absdiff(page, cv2.blur(page, _AROUND)) > _CONTRAST
    high, wide = ink.shape
    rows = np.flatnonzero(ink.any(axis=1))
    if not len(rows):
        return []
    found = []
    for inked in np.split(rows, np.flatnonzero(np.diff(rows) > _EMPTY) + 1):
        columns = np.flatnonzero(ink[inked[0] : inked[-1] + 1].any(axis=0))
        found.append(Part(*_whole(inked, high), *_whole(columns, wide)))
    is_worth = sum(part.pixels for part in found) < _WORTH * high * wide
    return found if is_worth else [Part(0, high, 0, wide)]


def _whole(places: NDArray[np.intp], limit: int) -> tuple[int, int]:
    """Return where a part begins and ends that holds these places, a margin, and whole steps."""
    begin, end = max(0, int(places[0]) - _MARGIN), min(limit, int(places[-1]) + 1 + _MARGIN)
    size = -(-(end - begin) // _STEP) * _STEP
    begin = max(0, min(begin - (size - end + begin) // 2, limit - size))
    return begin, begin + size

"""Finds the lines of text on a picture: a network marks the text, rectangles are drawn around the marks."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from countersign.documents import inked, networks
from countersign.documents.straighten import Grey

_LETTERS = 10.0
"""Pixels that letters should be high for the network; it sees them as well as larger ones, in less time."""
_SCALES = (0.3, 2.0)
_MOST_PIXELS = 1_300_000  # that the network is given: the memory of a page child is bounded
_MARKED = 0.3  # from here on a pixel counts as text
_SURE = 0.5  # mean of a mark from which it counts as a line
_GROWTH = 1.6  # the network marks the core of a line only; this share of its width is added around
_LEAST = 3.0  # pixels of a mark's shorter side
_MARGIN = 0.14  # heights of a line that are paper, above its letters and below

Corners = NDArray[np.float32]
"""4 × 2: left top, right top, right bottom, left bottom, in pixels."""


class Line(NamedTuple):
    """A line of text on a picture, or the part of one up to a wide gap."""

    corners: Corners

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the rectangle around it."""
        (x0, y0), (x1, y1) = self.corners.min(axis=0), self.corners.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)

    @property
    def size(self) -> tuple[int, int]:
        """Width along the line and height across it."""
        along = np.linalg.norm(self.corners[1] - self.corners[0])
        across = np.linalg.norm(self.corners[3] - self.corners[0])
        return max(1, round(float(along))), max(1, round(float(across)))

    @property
    def stands(self) -> bool:
        """True when it runs up or down the page."""
        wide, high = self.size
        return high >= 1.5 * wide

    def between(self, begin: float, end: float) -> tuple[float, float, float, float]:
        """Return the rectangle around the letters in a stretch of it, given as shares of its width."""
        left_top, right_top, right_bottom, left_bottom = self.corners
        left, right = _MARGIN * (left_bottom - left_top), _MARGIN * (right_bottom - right_top)
        left_top, right_top, right_bottom, left_bottom = (
            left_top + left,
            right_top + right,
            right_bottom - right,
            left_bottom - left,
        )
        points = np.array(
            [
                left_top + begin * (right_top - left_top),
                left_top + end * (right_top - left_top),
                left_bottom + begin * (right_bottom - left_bottom),
                left_bottom + end * (right_bottom - left_bottom),
            ],
            dtype=np.float32,
        )
        return Line(points).box

    def turned(self, quarters: int) -> "Line":
        """Return it as it is read by who turns the page by quarter turns to the left."""
        return Line(np.roll(self.corners, -quarters, axis=0))

    def halves(self) -> tuple["Line", "Line"]:
        """Return its upper and its lower half, which share a little where they meet."""
        left_top, right_top, right_bottom, left_bottom = self.corners
        left, right = left_bottom - left_top, right_bottom - right_top
        upper = [left_top, right_top, right_top + 0.54 * right, left_top + 0.54 * left]
        lower = [left_top + 0.46 * left, right_top + 0.46 * right, right_bottom, left_bottom]
        return Line(np.array(upper, dtype=np.float32)), Line(np.array(lower, dtype=np.float32))

    def cut(self, grey: Grey) -> Grey:
        """Return its picture, level."""
        wide, high = self.size
        corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
        turn = cv2.getPerspectiveTransform(self.corners, corners)
        level = cv2.warpPerspective(
            grey, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(level, dtype=np.uint8)


def find(grey: Grey) -> list[Line]:
    """Return the lines of a page from top to bottom."""
    high, wide = grey.shape
    scale = _scale(grey)
    size = (_multiple(wide * scale), _multiple(high * scale))
    smaller = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    marks = _marks(np.asarray(smaller, dtype=np.uint8))
    back = np.array([wide / size[0], high / size[1]], dtype=np.float32)
    lines = [Line(corners * back) for corners in _rectangles(marks)]
    return sorted(lines, key=lambda line: (line.box[1], line.box[0]))


def _marks(page: Grey) -> NDArray[np.float32]:
    """Return for each pixel of a page how likely it is text's."""
    marks = np.zeros(page.shape, dtype=np.float32)
    for top, bottom, left, right in inked.parts(page):
        part = page[top:bottom, left:right].astype(np.float32) / 127.5 - 1.0
        rows = np.repeat(part[None, None], 3, axis=1)
        marks[top:bottom, left:right] = networks.finder().run(rows)[0, 0]
    return marks


def _multiple(pixels: float) -> int:
    return max(32, round(pixels / 32) * 32)


def _scale(grey: Grey) -> float:
    least, most = _SCALES
    scale = min(most, max(least, _LETTERS / letters_high(grey)))
    return float(min(scale, (_MOST_PIXELS / grey.size) ** 0.5))


def letters_high(grey: Grey) -> float:
    """Return how high most letters of a picture are, in pixels."""
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    _, _, found, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high, area = (found[1:, column] for column in (2, 3, 4))
    letters = high[(area > 8) & (high > 5) & (high < 120) & (wide < 3 * high) & (wide * 6 > high)]
    return float(np.median(letters)) if len(letters) >= 20 else _LETTERS


def _rectangles(marks: NDArray[np.float32]) -> list[Corners]:
    """Draw a rectangle around every mark that is sure enough, grown to the whole height of its letters."""
    mask = cv2.dilate((marks > _MARKED).astype(np.uint8), np.ones((2, 2), dtype=np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        middle, (one, two), angle = cv2.minAreaRect(outline)
        if min(one, two) < _LEAST or _sureness(marks, np.asarray(outline)) < _SURE:
            continue
        growth = one * two * _GROWTH / (one + two)
        points = cv2.boxPoints((middle, (one + growth, two + growth), angle))
        found.append(_in_order(np.asarray(points, dtype=np.float32)))
    return found


def _sureness(marks: NDArray[np.float32], outline: NDArray[np.int32]) -> float:
    x, y, wide, high = cv2.boundingRect(outline)
    inside = np.zeros((high, wide), dtype=np.uint8)
    cv2.fillPoly(inside, [outline - np.array([x, y], dtype=np.int32)], (1,))
    return float(cv2.mean(marks[y : y + high, x : x + wide], inside)[0])


def _in_order(points: Corners) -> Corners:
    by_x = points[np.argsort(points[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return np.array([left[0], right[0], right[1], left[1]], dtype=np.float32)

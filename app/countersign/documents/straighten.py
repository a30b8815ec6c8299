"""Levels and turns a scanned page before it is read, and knows the way back to the page."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""Pixels, rows first, 0 black to 255 white."""

_SMALL = 700  # pixels of the longer side that are enough to see the lines
_LARGEST_SKEW = 6.0  # degrees
_LEAST_SKEW = 0.25  # degrees; both engines read across less
_LEAST_INK = 12  # pixels of the small picture; a comma has more


@dataclass(frozen=True)
class Straight:
    """A page as it should be read."""

    grey: Grey
    back: NDArray[np.float64]
    """3 × 3: takes a pixel of `grey` to the pixel of the page that it came from."""

    def on_page(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """Return the box on the page around a box of `grey`."""
        corners = self.back @ np.array([[x0, x1, x0, x1], [y0, y0, y1, y1], [1, 1, 1, 1]], dtype=np.float64)
        xs, ys = corners[0], corners[1]
        return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())

    def turned(self, quarters: int) -> "Straight":
        """Return it turned by quarter turns to the left."""
        height, width = self.grey.shape
        turn = {
            0: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            1: [[0, -1, width], [1, 0, 0], [0, 0, 1]],
            2: [[-1, 0, width], [0, -1, height], [0, 0, 1]],
            3: [[0, 1, 0], [-1, 0, height], [0, 0, 1]],
        }[quarters % 4]
        rotated = np.ascontiguousarray(np.rot90(self.grey, quarters % 4))
        return Straight(rotated, self.back @ np.array(turn, dtype=np.float64))


def straighten(page: Grey) -> Straight:
    """Take the skew out; whether the page lies or stands on its head only shows when it is read."""
    straight = Straight(page, np.eye(3))
    angle = _skew(_ink(page))
    return straight if abs(angle) < _LEAST_SKEW else _level(straight, angle)


def is_blank(page: Grey) -> bool:
    """Tell whether there is no mark on the page."""
    return bool((_ink(page) > 20).sum() < _LEAST_INK)


def _ink(page: Grey) -> NDArray[np.float32]:
    scale = min(1.0, _SMALL / max(page.shape))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(small, (31, 31)).astype(np.float32)
    return np.asarray(np.clip(paper - small.astype(np.float32) - 12, 0, None), dtype=np.float32)


def _sharpness(ink: NDArray[np.float32]) -> float:
    """Say how much the sums of neighbouring rows differ: most when text lines lie level."""
    rows = ink.sum(axis=1)
    return float(np.square(np.diff(rows)).sum() / (np.square(rows).sum() + 1.0))


def _skew(ink: NDArray[np.float32]) -> float:
    """Return by how many degrees the lines fall to the right."""
    best = 0.0
    for step, reach in ((1.0, _LARGEST_SKEW), (0.25, 1.0), (0.05, 0.25)):
        tries = [best + n * step for n in range(-round(reach / step), round(reach / step) + 1)]
        best = max(tries, key=lambda angle: (_sharpness(_rotated(ink, angle)), -abs(angle)))
    return best


def _rotated(ink: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return np.asarray(cv2.warpAffine(ink, turn, (width, height)), dtype=np.float32)


def _level(straight: Straight, angle: float) -> Straight:
    height, width = straight.grey.shape
    turn: Any = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    level = cv2.warpAffine(
        straight.grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    back = np.linalg.inv(np.vstack([turn, [0, 0, 1]]))
    return Straight(np.asarray(level, dtype=np.uint8), straight.back @ back)

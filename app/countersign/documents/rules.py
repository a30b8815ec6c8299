"""The straight lines and frames drawn on a PDF page: what tells the cells of a form and its tick boxes."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pymupdf

from countersign.documents.belief import MOST_RULES
from countersign.documents.layer import Grey
from countersign.domain.document import Rule

FEWEST, MOST = 6, 600
"""Paths that a page must have to be looked at: fewer are no form, more are a drawing."""

_TICK = (4.0, 20.0)  # points, sides of a tick box
_SLANT = 0.006  # of its length that a straight line may lean
_FAR = 100_000.0  # points

Box = tuple[float, float, float, float]


def read_rules(page: pymupdf.Page, paths: int, grey: Grey) -> tuple[Rule, ...]:
    """Return the lines and frames of a page as displayed; `paths` is how many shapes are drawn on it."""
    if not FEWEST <= paths <= MOST:
        return ()
    turned = _turn(page)
    found: list[Box] = []
    for drawing in page.get_cdrawings():
        if len(found) >= MOST_RULES:
            break
        found.extend(turned(box) for box in _straight(drawing))
    boxes = dict.fromkeys(_rounded(box) for box in found[:MOST_RULES] if _is_near(box))
    return tuple(Rule(*box, grey.ink(*box) if _is_tick_box(box) else 0) for box in boxes)


def _is_near(box: Box) -> bool:
    """Say whether a box can be seen at all: drawings reach far off the page, or hold no numbers."""
    return all(-_FAR < edge < _FAR for edge in box)


def _rounded(box: Box) -> Box:
    x0, x1 = sorted((round(box[0], 1), round(box[2], 1)))  # a frame may be drawn from right to left
    y0, y1 = sorted((round(box[1], 1), round(box[3], 1)))
    return x0, y0, x1, y1


def _straight(drawing: dict[str, Any]) -> Iterator[Box]:
    """Yield the lines and frames of one path; what is round or slanted is left out, but for its frame."""
    curves: list[tuple[float, float]] = []
    for kind, *points in drawing["items"]:
        if kind == "re":
            x0, y0, x1, y1 = points[0]
            yield _around(((x0, y0), (x1, y1)))
        elif kind == "qu":
            corners = points[0]
            yield _around(corners)
        elif kind == "l":
            (x0, y0), (x1, y1) = points[:2]
            wide, tall = abs(x0 - x1), abs(y0 - y1)
            if min(wide, tall) <= max(0.3, _SLANT * max(wide, tall)):
                yield _around(points[:2])
        else:
            curves.extend(points)
    if curves and _is_tick_box(frame := _around(curves)):  # a round button
        yield frame


def _around(points: Iterable[tuple[float, float]]) -> Box:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _is_tick_box(box: Iterable[float]) -> bool:
    x0, y0, x1, y1 = box
    wide, tall = x1 - x0, y1 - y0
    low, high = _TICK
    return low <= wide <= high and low <= tall <= high and 0.75 <= wide / tall <= 1.34


def _turn(page: pymupdf.Page) -> Callable[[Box], Box]:
    if not page.rotation:
        return lambda box: box

    def turned(box: Box) -> Box:
        rectangle = (pymupdf.Rect(box) * page.rotation_matrix).normalize()
        return rectangle.x0, rectangle.y0, rectangle.x1, rectangle.y1

    return turned

"""The straight lines and frames drawn on a PDF page: what tells the cells of a form and its tick boxes.

So do windows: a form field that was made part of its page shows what was filled in only within its bounds.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import pymupdf

from countersign.documents.belief import MOST_RULES
from countersign.documents.layer import Grey
from countersign.domain.document import Rule

FEWEST, MOST = 6, 600
"""Paths that a page must have to be looked at: fewer are no form, more are a drawing."""

_TICK = (4.0, 20.0)  # points, sides of a tick box
_SPECK = 4.0  # points
_PART_OF_PAGE = 0.4
_SLANT = 0.006  # of its length that a straight line may lean
_FAR = 100_000.0  # points

Box = tuple[float, float, float, float]


class Drawn(NamedTuple):
    """What a page that looks like a form or a table has besides words."""

    rules: tuple[Rule, ...] = ()
    windows: tuple[Rule, ...] = ()


def read_rules(page: pymupdf.Page, paths: int, grey: Grey) -> Drawn:
    """Return the lines, frames and windows of a page as displayed; `paths` is how many shapes it has."""
    if not FEWEST <= paths <= MOST:
        return Drawn()
    turned = _turn(page)
    found: list[Box] = []
    windows: list[Box] = []
    within: list[Box] = []
    for drawing in page.get_cdrawings(extended=True):
        if len(found) >= MOST_RULES:
            break
        if drawing["type"] in ("clip", "group"):  # both count as a level for what they hold
            del within[drawing["level"] :]
            within.append(_shared(drawing.get("scissor") or drawing["rect"], within))
            if drawing["type"] == "clip":
                windows.append(turned(within[-1]))
        else:
            found.extend(turned(box) for box in _straight(drawing))
    boxes = _distinct(found)
    fields = (box for box in _distinct(windows) if _is_field(box, page.rect))
    return Drawn(
        tuple(Rule(*box, grey.ink(*box) if _is_tick_box(box) else 0) for box in boxes),
        tuple(Rule(*box) for box in fields),
    )


def _shared(box: Box, within: list[Box]) -> Box:
    """Return what can be seen through a window in a window; nothing of it may be left."""
    x0, y0, x1, y1 = box
    if within:
        left, top, right, bottom = within[-1]
        x0, y0, x1, y1 = max(x0, left), max(y0, top), min(x1, right), min(y1, bottom)
    return x0, y0, max(x0, x1), max(y0, y1)


def _distinct(boxes: list[Box]) -> Iterable[Box]:
    return dict.fromkeys(_rounded(box) for box in boxes[:MOST_RULES] if _is_near(box))


def _is_field(box: Box, page: pymupdf.Rect) -> bool:
    """Say whether a window may be a field: neither a speck nor the page itself."""
    wide, tall = box[2] - box[0], box[3] - box[1]
    return min(wide, tall) >= _SPECK and wide * tall <= _PART_OF_PAGE * page.width * page.height


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

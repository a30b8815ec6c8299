"""Reads the words of a page from its picture: levelled, turned the right way up, line by line."""

import numpy as np

from countersign.documents import codes, lines, rapid
from countersign.documents.seen import Seen, mean_confidence
from countersign.documents.straighten import Straight, is_blank, straighten
from countersign.domain.document import Aside, Page, TextSource, Word

_LEGIBLE = 85.0  # percent, mean of a page's letters; below it the page may stand on its head


def recognise(number: int, size: tuple[float, float], picture: tuple[int, int, bytes]) -> Page:
    """Return the page with the words read from its picture (width, height, rows of grey), in points."""
    pixels_wide, pixels_high, rows = picture
    grey = np.frombuffer(rows, dtype=np.uint8).reshape(pixels_high, pixels_wide)
    width, height = size
    words: tuple[Word, ...] = ()
    asides: tuple[Aside, ...] = ()
    if not is_blank(grey):
        asides = tuple(Aside("code", text[: codes.MOST], number) for text in codes.read(grey))
        straight, seen = _read(straighten(grey))
        words = tuple(_word(word, straight, width / pixels_wide, height / pixels_high) for word in seen)
    return Page(
        number=number,
        width=round(width, 2),
        height=round(height, 2),
        source=TextSource.OCR,
        words=words,
        asides=asides,
    )


def _read(straight: Straight) -> tuple[Straight, list[Seen]]:
    """Read a page; one that lies, or can hardly be read as it stands, is turned the right way up."""
    found = lines.find(straight.grey)
    seen = [] if rapid.lies(found) else rapid.read(straight.grey, found)
    if mean_confidence(seen) >= _LEGIBLE:
        return straight, seen
    quarters = rapid.quarters(straight.grey, found)
    if quarters:
        straight = straight.turned(quarters)
        found = lines.find(straight.grey)
    return straight, seen if seen and not quarters else rapid.read(straight.grey, found)


def _word(seen: Seen, straight: Straight, points_wide: float, points_high: float) -> Word:
    x0, y0, x1, y1 = straight.on_page(seen.x0, seen.y0, seen.x1, seen.y1)
    return Word(
        text=seen.text,
        x0=round(x0 * points_wide, 2),
        y0=round(y0 * points_high, 2),
        x1=round(x1 * points_wide, 2),
        y1=round(y1 * points_high, 2),
        line=seen.line,
        confidence=max(0, min(100, seen.confidence)),
        size=round(_height(seen) * points_high, 2),
    )


def _height(seen: Seen) -> float:
    """Return how high the letters are; a word may stand upright on the page."""
    high, wide = seen.y1 - seen.y0, seen.x1 - seen.x0
    return min(high, wide) if len(seen.text) > 2 else high

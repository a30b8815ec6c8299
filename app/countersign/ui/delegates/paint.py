"""Small things that several delegates paint the same way: texts, chips, outlines."""

from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from countersign.ui.look.theme import font

CHIP_HEIGHT = 20
CHIP_PADDING = 7
CHIP_GAP = 5
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def text(
    painter: QPainter,
    place: QRectF,
    words: str,
    colour: str,
    made: QFont,
    *,
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """Paint one line, with an ellipsis where it does not fit."""
    painter.setFont(made)
    painter.setPen(tint(colour))
    painter.drawText(place, _one_line(align), fitted(words, made, place.width()))


@cache
def tint(colour: str) -> QColor:
    """Return a colour by its name; copy it before changing it."""
    return QColor(colour)


@cache
def metrics(made: QFont) -> QFontMetricsF:
    """Return the measures of a typeface of the desk."""
    return QFontMetricsF(made)


@lru_cache(maxsize=4096)
def fitted(words: str, made: QFont, width: float) -> str:
    """Return words cut to a width in pixels; a queue says the same words over and over."""
    return metrics(made).elidedText(words, Qt.TextElideMode.ElideRight, width)


@lru_cache(maxsize=4096)
def wide(words: str, made: QFont) -> float:
    """Return the width of words in pixels."""
    return metrics(made).horizontalAdvance(words)


@cache
def _one_line(align: Qt.AlignmentFlag) -> int:
    return int(align.value | Qt.TextFlag.TextSingleLine.value)


def chip_font() -> QFont:
    """Return the type of chips."""
    return font(12, QFont.Weight.Medium)


def chip(painter: QPainter, spot: QPointF, words: str, ink: str, ground: str) -> float:
    """Paint a chip that begins at a spot, around its height; return the chip's width."""
    made = chip_font()
    width = wide(words, made) + 2 * CHIP_PADDING
    place = QRectF(spot.x(), spot.y() - CHIP_HEIGHT / 2, width, CHIP_HEIGHT)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint(ground))
    painter.drawRoundedRect(place, 5, 5)
    painter.setFont(made)
    painter.setPen(tint(ink))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
    return width


def chips(
    painter: QPainter, place: QRectF, all_words: tuple[str, ...], *, ink: str, ground: str, quiet: str
) -> None:
    """Paint as many chips as fit, then how many more there are."""
    left, middle = place.left(), place.center().y()
    made = chip_font()
    for at, words in enumerate(all_words):
        rest = len(all_words) - at - 1
        more = wide(f"+{rest}", made) + CHIP_GAP if rest else 0
        room = place.right() - left - more
        wanted = wide(words, made) + 2 * CHIP_PADDING
        if wanted > room and at > 0:
            counted = QRectF(left, place.top(), place.right() - left, place.height())
            text(painter, counted, f"+{len(all_words) - at}", quiet, made)
            return
        said = fitted(words, made, max(0.0, room - 2 * CHIP_PADDING))
        left += chip(painter, QPointF(left, middle), said, ink, ground) + CHIP_GAP


def outline(painter: QPainter, place: QRectF, colour: str, width: float = 2, radius: float = 6) -> None:
    """Paint the outline that says 'the keys go here'."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place.adjusted(width / 2, width / 2, -width / 2, -width / 2), radius, radius)

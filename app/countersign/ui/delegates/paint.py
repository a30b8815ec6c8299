"""Small things that several delegates paint the same way: texts, chips, outlines."""

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
    painter.setPen(QColor(colour))
    fitted = QFontMetricsF(made).elidedText(words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, align | Qt.TextFlag.TextSingleLine, fitted)


def chip_font() -> QFont:
    """Return the type of chips."""
    return font(12, QFont.Weight.Medium)


def chip(painter: QPainter, spot: QPointF, words: str, ink: str, ground: str) -> float:
    """Paint a chip that begins at a spot, around its height; return the chip's width."""
    made = chip_font()
    width = QFontMetricsF(made).horizontalAdvance(words) + 2 * CHIP_PADDING
    place = QRectF(spot.x(), spot.y() - CHIP_HEIGHT / 2, width, CHIP_HEIGHT)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(place, 5, 5)
    painter.setFont(made)
    painter.setPen(QColor(ink))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
    return width


def chips(
    painter: QPainter, place: QRectF, all_words: tuple[str, ...], *, ink: str, ground: str, quiet: str
) -> None:
    """Paint as many chips as fit, then how many more there are."""
    left, middle = place.left(), place.center().y()
    metrics = QFontMetricsF(chip_font())
    for at, words in enumerate(all_words):
        rest = len(all_words) - at - 1
        more = metrics.horizontalAdvance(f"+{rest}") + CHIP_GAP if rest else 0
        room = place.right() - left - more
        wanted = metrics.horizontalAdvance(words) + 2 * CHIP_PADDING
        if wanted > room and at > 0:
            counted = QRectF(left, place.top(), place.right() - left, place.height())
            text(painter, counted, f"+{len(all_words) - at}", quiet, chip_font())
            return
        fitted = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0.0, room - 2 * CHIP_PADDING))
        left += chip(painter, QPointF(left, middle), fitted, ink, ground) + CHIP_GAP


def outline(painter: QPainter, place: QRectF, colour: str, width: float = 2, radius: float = 6) -> None:
    """Paint the outline that says 'the keys go here'."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place.adjusted(width / 2, width / 2, -width / 2, -width / 2), radius, radius)

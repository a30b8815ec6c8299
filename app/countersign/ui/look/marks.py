"""Marks: what a field's state looks like by shape, so that nobody has to tell colours apart."""

from enum import StrEnum

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF


class Mark(StrEnum):
    """The state of a field, as a shape."""

    BOLT = "bolt"
    HOLLOW = "hollow"
    CHECK = "check"
    PENCIL = "pencil"
    FLAG = "flag"
    DASH = "dash"
    HATCH = "hatch"
    NONE = "none"


def draw_mark(painter: QPainter, mark: Mark, place: QRectF, colour: QColor) -> None:
    """Paint a mark into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place.topLeft())
    painter.scale(place.width() / 16, place.height() / 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if mark in _FILLED:
        painter.setBrush(colour)
        painter.drawPolygon(_FILLED[mark])
    elif mark in _STROKED:
        pen = QPen(colour, 1.9, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(_STROKED[mark])
    painter.restore()


def _polygon(*points: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


def _stroke(*strokes: tuple[tuple[float, float], ...]) -> QPainterPath:
    path = QPainterPath()
    for first, *rest in strokes:
        path.moveTo(*first)
        for point in rest:
            path.lineTo(*point)
    return path


def _ring() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(8, 8), 4.6, 4.6)
    return path


def _pencil() -> QPainterPath:
    path = _stroke(((2.6, 13.4), (3.4, 10.2), (10.8, 2.8), (13.2, 5.2), (5.8, 12.6), (2.6, 13.4)))
    path.addPath(_stroke(((9, 4.6), (11.4, 7))))
    return path


_FILLED = {
    Mark.BOLT: _polygon((9.6, 0.8), (2.8, 9.2), (7.2, 9.2), (6.4, 15.2), (13.2, 6.6), (8.8, 6.6)),
}
_STROKED = {
    Mark.HOLLOW: _ring(),
    Mark.CHECK: _stroke(((2.8, 8.6), (6.4, 12.2), (13.4, 4.2))),
    Mark.PENCIL: _pencil(),
    Mark.FLAG: _stroke(((3.8, 14.6), (3.8, 1.8), (12.8, 3.6), (10.6, 6.2), (12.8, 9), (3.8, 9.4))),
    Mark.DASH: _stroke(((3, 8), (13, 8))),
    Mark.HATCH: _stroke(((2.5, 7.5), (7.5, 2.5)), ((2.5, 13.5), (13.5, 2.5)), ((8.5, 13.5), (13.5, 8.5))),
}


class Glyph(StrEnum):
    """The few signs on buttons."""

    BACK = "back"
    DOWN = "down"
    THEME = "theme"
    SEARCH = "search"
    TRAY = "tray"
    SIGNED = "signed"
    MORE = "more"
    WHY = "why"
    SOUND = "sound"
    """A shield with a check: the record was found good."""
    OPEN = "open"
    """A shield with an exclamation mark: nobody has looked for too long."""
    DAMAGED = "damaged"
    """A shield that is crossed out."""
    HELD = "held"
    """A padlock: nothing of the case may be erased."""
    HALT = "halt"
    """A square in an octagon: agents can be stopped here, or are."""
    STAFF = "staff"
    """Two heads: the agents."""
    ERASED = "erased"
    """A page struck through: what stood on it is gone."""


def draw_glyph(painter: QPainter, glyph: Glyph, place: QRectF, colour: QColor) -> None:
    """Paint a sign into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place.topLeft())
    painter.scale(place.width() / 16, place.height() / 16)
    pen = QPen(colour, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    if glyph is Glyph.THEME:
        painter.drawEllipse(QPointF(8, 8), 5.6, 5.6)
        half = QPainterPath(QPointF(8, 2.4))
        half.arcTo(QRectF(2.4, 2.4, 11.2, 11.2), 90, 180)
        half.closeSubpath()
        painter.fillPath(half, colour)
    elif glyph is Glyph.SEARCH:
        painter.drawEllipse(QPointF(7, 7), 4.4, 4.4)
        painter.drawLine(QLineF(10.4, 10.4, 13.6, 13.6))
    else:
        painter.drawPath(_GLYPHS[glyph])
    painter.restore()


_SHIELD = (
    (8, 1.4),
    (13.4, 3.2),
    (13.4, 7.4),
    (12.2, 10.8),
    (8, 14.6),
    (3.8, 10.8),
    (2.6, 7.4),
    (2.6, 3.2),
    (8, 1.4),
)
_GLYPHS = {
    Glyph.BACK: _stroke(((9.6, 3), (4.6, 8), (9.6, 13))),
    Glyph.DOWN: _stroke(((3.5, 6), (8, 10.5), (12.5, 6))),
    Glyph.TRAY: _stroke(
        ((8, 2), (8, 8.8)),
        ((5.4, 6.4), (8, 9), (10.6, 6.4)),
        ((2, 9.4), (2, 13.4), (14, 13.4), (14, 9.4)),
    ),
    Glyph.SIGNED: _stroke(
        ((2, 10), (5, 4.4), (6.6, 11.6), (9, 7), (10.2, 10), (14, 10)), ((2, 13.6), (14, 13.6))
    ),
    Glyph.MORE: _stroke(((3.2, 8), (3.4, 8)), ((8, 8), (8.2, 8)), ((12.8, 8), (13, 8))),
    Glyph.WHY: _stroke(
        ((3, 1.8), (10, 1.8), (13, 4.8), (13, 14.2), (3, 14.2), (3, 1.8)),
        ((5.6, 6.4), (10.4, 6.4)),
        ((5.6, 9), (10.4, 9)),
        ((5.6, 11.6), (8.4, 11.6)),
    ),
    Glyph.SOUND: _stroke(_SHIELD, ((5.2, 7.8), (7.3, 9.9), (10.9, 5.6))),
    Glyph.OPEN: _stroke(_SHIELD, ((8, 4.6), (8, 8)), ((8, 10.7), (8, 10.8))),
    Glyph.DAMAGED: _stroke(_SHIELD, ((5.8, 5.4), (10.2, 9.8)), ((10.2, 5.4), (5.8, 9.8))),
    Glyph.HELD: _stroke(
        ((3.4, 7), (12.6, 7), (12.6, 14), (3.4, 14), (3.4, 7)),
        ((5.2, 7), (5.2, 4.6), (6.4, 2.6), (9.6, 2.6), (10.8, 4.6), (10.8, 7)),
    ),
    Glyph.HALT: _stroke(
        (
            (5.2, 1.6),
            (10.8, 1.6),
            (14.4, 5.2),
            (14.4, 10.8),
            (10.8, 14.4),
            (5.2, 14.4),
            (1.6, 10.8),
            (1.6, 5.2),
            (5.2, 1.6),
        ),
        ((6, 6), (10, 6), (10, 10), (6, 10), (6, 6)),
    ),
    Glyph.STAFF: _stroke(
        ((2, 13.6), (2, 11.4), (4, 9.6), (8, 9.6), (10, 11.4), (10, 13.6)),
        ((4, 3.6), (8, 3.6), (8, 7), (4, 7), (4, 3.6)),
        ((11, 4), (13, 4), (13, 7), (11.4, 7)),
        ((11.8, 9.6), (14, 11.2), (14, 13.6)),
    ),
    Glyph.ERASED: _stroke(
        ((4, 2), (10, 2), (12.4, 4.4), (12.4, 14), (4, 14), (4, 2)), ((1.8, 12.6), (14.4, 3.6))
    ),
}

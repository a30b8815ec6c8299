"""A learning curve, painted: how well documents are read, by how many cases people approved."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from countersign.ui.delegates import paint
from countersign.ui.look import learning_words as said
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.learning_page import Point

HEIGHT = 150
LEFT, RIGHT, TOP, BOTTOM = 44, 26, 12, 24
"""Pixels around the field of the curve."""
LABEL = 46
"""Pixels that the label of a point takes."""


class Curve(QWidget):
    """Points from left to right by the logarithm of their cases; won rounds are filled, lost ones hollow."""

    def __init__(self, theme: Theme, points: tuple[Point, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._points = theme, points
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(said.CURVE)
        self.setAccessibleDescription("; ".join(point.text for point in points) or said.NO_CURVE)
        self.setToolTip(self.accessibleDescription())
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(360, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint lines at quarters, the curve, its points and what they stand for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._points:
            ink = self._theme.colours.muted
            paint.text(painter, QRectF(0, 0, self.width(), 24), said.NO_CURVE, ink, font(13))
            return
        lowest = self._lowest()
        self._paint_ground(painter, lowest)
        spots = self._spots(lowest)
        accent = QColor(self._theme.colours.accent)
        painter.setPen(QPen(accent, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(QPolygonF(spots))
        painter.setPen(QPen(accent, 2))
        for point, spot in zip(self._points, spots, strict=True):
            painter.setBrush(accent if point.is_admitted else QColor(self._theme.colours.surface))
            painter.drawEllipse(spot, 4, 4)
        self._paint_counts(painter, spots)

    def _lowest(self) -> float:
        """Return the share at the foot: a quarter below the worst, so that a rise can be seen."""
        return max(0.0, math.floor((min(point.share for point in self._points) - 0.05) * 4) / 4)

    def _field(self) -> QRectF:
        return QRectF(LEFT, TOP, max(1, self.width() - LEFT - RIGHT), HEIGHT - TOP - BOTTOM)

    def _spots(self, lowest: float) -> list[QPointF]:
        field = self._field()
        most = math.log1p(max(1, *(point.documents for point in self._points)))
        return [
            QPointF(
                field.left() + field.width() * math.log1p(point.documents) / most,
                field.bottom() - field.height() * (point.share - lowest) / (1.0 - lowest),
            )
            for point in self._points
        ]

    def _paint_ground(self, painter: QPainter, lowest: float) -> None:
        field, colours = self._field(), self._theme.colours
        steps = max(1, round((1.0 - lowest) * 4))
        for step in range(steps + 1):
            share = lowest + (1.0 - lowest) * step / steps
            y = field.bottom() - field.height() * step / steps
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y))
            place = QRectF(0, y - 8, LEFT - 8, 16)
            self._label(painter, place, f"{share * 100:.0f} %", Qt.AlignmentFlag.AlignRight)

    def _paint_counts(self, painter: QPainter, spots: list[QPointF]) -> None:
        free = self.width() + 1.0
        for point, spot in reversed(list(zip(self._points, spots, strict=True))):
            place = QRectF(spot.x() - LABEL / 2, HEIGHT - BOTTOM + 6, LABEL, 16)
            if place.right() <= free:
                self._label(painter, place, f"{point.documents:,}", Qt.AlignmentFlag.AlignHCenter)
                free = place.left()

    def _label(self, painter: QPainter, place: QRectF, text: str, flag: Qt.AlignmentFlag) -> None:
        painter.setFont(font(11, figures=True))
        painter.setPen(QColor(self._theme.colours.muted))
        painter.drawText(place, flag | Qt.AlignmentFlag.AlignVCenter, text)

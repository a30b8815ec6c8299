"""Paints what stands on a page: the boxes of fields with their marks, and the strip of thumbnails."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from countersign.ui.delegates import paint
from countersign.ui.look.colours import LIGHT, Tone
from countersign.ui.look.marks import Mark, draw_mark
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.page_model import PageRole

BADGE = 16
THUMB = QSize(84, 116)
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class PageBox:
    """A field's place on a page."""

    row: int
    """Row of the field in the field model; -1 for a place that is only pointed at."""
    page: int
    place: QRectF
    """In points."""
    mark: Mark
    tone: Tone
    label: str


def outer(place: QRectF) -> QRectF:
    """Return the outline around words."""
    return place.adjusted(-3, -2, 3, 2)


def badge_beside(place: QRectF, others: tuple[QRectF, ...]) -> QRectF:
    """Return a free spot for a box's badge: left of it, else right, else on its upper corner."""
    around = outer(place)
    size = min(BADGE, max(11.0, around.height()))
    top = around.center().y() - size / 2
    left = QRectF(around.left() - size - 1, top, size, size)
    right = QRectF(around.right() + 1, top, size, size)
    for spot in (left, right):
        if not any(spot.intersects(other) for other in others):
            return spot
    return QRectF(around.left() - size / 2, around.top() - size * 0.7, size, size)


def paint_box(painter: QPainter, box: PageBox, place: QRectF, badge: QRectF, *, focused: bool) -> None:
    """Paint a box; pages are white in either theme, so its colours are those of the light one."""
    ink = QColor(LIGHT.accent if focused else LIGHT.ink(box.tone))
    fill = QColor(ink)
    fill.setAlpha(38 if focused else 20)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill)
    style = Qt.PenStyle.DashLine if box.mark is Mark.HOLLOW and not focused else Qt.PenStyle.SolidLine
    painter.setPen(QPen(ink, 2.2 if focused else 1.3, style))
    painter.drawRoundedRect(outer(place), 3, 3)
    if box.mark is Mark.NONE:
        return
    painter.setPen(QPen(QColor(LIGHT.ink(box.tone)), 1))
    painter.setBrush(QColor("#ffffff"))
    painter.drawEllipse(badge)
    inset = badge.width() / 5
    draw_mark(painter, box.mark, badge.adjusted(inset, inset, -inset, -inset), QColor(LIGHT.ink(box.tone)))


class ThumbDelegate(QStyledItemDelegate):
    """A small page with its number."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All thumbnails have one size."""
        return THUMB

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one page."""
        colours = self._theme.colours
        painter.save()
        cell = QRectF(option.rect)
        area = cell.adjusted(12, 8, -12, -22)
        picture: QImage | None = index.data(PageRole.PICTURE)
        sheet = _fitted(picture, area)
        painter.fillRect(sheet, QColor("#ffffff"))
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(sheet, picture)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        edge = colours.accent if current else colours.edge
        paint.outline(painter, sheet.adjusted(-2, -2, 2, 2), edge, 2 if current else 1, 3)
        number = QRectF(cell.left(), cell.bottom() - 20, cell.width(), 16)
        ink = colours.accent if current else colours.muted
        said = str(index.data(Qt.ItemDataRole.DisplayRole))
        paint.text(painter, number, said, ink, font(11, figures=True), align=Qt.AlignmentFlag.AlignCenter)
        if index.data(PageRole.NEEDS):
            dot = QRectF(cell.center().x() + 9, number.center().y() - 5, 10, 10)
            draw_mark(painter, Mark.HOLLOW, dot, QColor(colours.doubt))
        painter.restore()


def _fitted(picture: QImage | None, area: QRectF) -> QRectF:
    ratio = picture.width() / picture.height() if picture is not None and picture.height() else 0.707
    width = min(area.width(), area.height() * ratio)
    height = width / ratio
    return QRectF(area.center().x() - width / 2, area.center().y() - height / 2, width, height)

"""Paints the plain tables of the review screen's tabs."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from countersign.ui.delegates import paint
from countersign.ui.look.theme import Theme, font

HEIGHT = 30
PADDING = 12
Index = QModelIndex | QPersistentModelIndex


class TableDelegate(QStyledItemDelegate):
    """One quiet line a row."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows have one height."""
        return QSize(60, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        colours = self._theme.colours
        cell = QRectF(option.rect)
        painter.save()
        painter.fillRect(cell, QColor(colours.surface))
        painter.fillRect(QRectF(cell.left(), cell.bottom() - 1, cell.width(), 1), QColor(colours.line))
        align: Qt.AlignmentFlag = index.data(Qt.ItemDataRole.TextAlignmentRole)
        right = bool(align & Qt.AlignmentFlag.AlignRight)
        words = str(index.data(Qt.ItemDataRole.DisplayRole))
        place = cell.adjusted(PADDING, 0, -PADDING, 0)
        side = paint.RIGHT if right else paint.LEFT
        paint.text(painter, place, words, colours.text, font(12, figures=True), align=side)
        painter.restore()

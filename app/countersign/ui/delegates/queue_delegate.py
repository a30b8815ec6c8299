"""Paints the rows of the queue from roles alone."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from countersign.domain.case import Status
from countersign.ui.delegates import paint
from countersign.ui.look.colours import Colours, Tone
from countersign.ui.look.marks import Glyph, Mark, draw_glyph, draw_mark
from countersign.ui.look.theme import Theme, font
from countersign.ui.look.words import held_by
from countersign.ui.models.queue_model import Column, QueueRole

HEIGHT = 40
PADDING = 16
MARKS = {
    Status.RECEIVED: Mark.DASH,
    Status.WAITING: Mark.HOLLOW,
    Status.STRAIGHT_THROUGH: Mark.BOLT,
    Status.APPROVED: Mark.CHECK,
    Status.REJECTED: Mark.FLAG,
}
SELECTED = QStyle.StateFlag.State_Selected
MEDIUM = QFont.Weight.Medium
Index = QModelIndex | QPersistentModelIndex


class QueueDelegate(QStyledItemDelegate):
    """One calm line a case."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.hovered_row = -1

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows have one height."""
        return QSize(80, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        colours = self._theme.colours
        cell = QRectF(option.rect)
        selected = bool(option.state & SELECTED)
        ground = colours.accent_soft if selected else colours.surface
        if not selected and index.row() == self.hovered_row:
            ground = colours.hover
        painter.fillRect(cell, paint.tint(ground))
        painter.fillRect(QRectF(cell.left(), cell.bottom() - 1, cell.width(), 1), paint.tint(colours.line))
        if selected and index.column() == Column.KLASS:
            painter.fillRect(
                QRectF(cell.left(), cell.top(), 3, cell.height() - 1), paint.tint(colours.accent)
            )
        inner = cell.adjusted(PADDING, 0, -PADDING, -1)
        self._content(painter, inner, index, colours)

    def _content(self, painter: QPainter, place: QRectF, index: Index, colours: Colours) -> None:
        column = Column(index.column())
        words = str(index.data(Qt.ItemDataRole.DisplayRole))
        match column:
            case Column.STATUS:
                self._status(painter, place, index, words, colours)
            case Column.REASONS:
                chips = index.data(QueueRole.CHIPS)
                settled = Status(index.data(QueueRole.STATUS)).is_settled  # Qt hands a StrEnum back as a str
                tone = Tone.QUIET if settled else Tone.DOUBT
                ink, ground = colours.ink(tone), colours.ground(tone)
                kept = index.data(QueueRole.KEPT)
                if kept is not None:
                    sign = QRectF(place.left(), place.center().y() - 8, 16, 16)
                    draw_glyph(painter, Glyph(kept), sign, paint.tint(colours.person))
                    place = place.adjusted(22, 0, 0, 0)
                paint.chips(painter, place, chips, ink=ink, ground=ground, quiet=colours.muted)
            case Column.COUNTERPARTY:
                paint.text(painter, place, words, colours.text, font(13, MEDIUM))
            case Column.AMOUNT:
                made = font(13, MEDIUM, figures=True)
                paint.text(painter, place, words, colours.text, made, align=paint.RIGHT)
            case Column.NUMBER:
                paint.text(painter, place, words, colours.text, font(13, figures=True))
            case _:
                paint.text(painter, place, words, colours.muted, font(13))

    def _status(self, painter: QPainter, place: QRectF, index: Index, words: str, colours: Colours) -> None:
        tone = Tone(index.data(QueueRole.TONE))
        held = index.data(QueueRole.HELD)
        ink = colours.ink(tone)
        mark = QRectF(place.left(), place.center().y() - 7, 14, 14)
        draw_mark(painter, MARKS[Status(index.data(QueueRole.STATUS))], mark, paint.tint(ink))
        said = held_by(held) if held else words
        paint.text(painter, place.adjusted(22, 0, 0, 0), said, colours.text, font(13))

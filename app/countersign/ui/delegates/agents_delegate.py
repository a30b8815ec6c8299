"""Paints the rows of the agents: how each stands, what it did today, how much of its budget is left."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from countersign.domain.agents_seen import ALERT_AT
from countersign.domain.confidence import MILLION
from countersign.ui.delegates import paint
from countersign.ui.look.colours import Colours, Tone
from countersign.ui.look.marks import Mark, draw_mark
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.agents_model import AgentRole
from countersign.ui.models.agents_page import STATES, Row, Share

HEIGHT = 74
SIDE = 16
SAYS = 148
"""Pixels for how it stands, at most; what it works on is said in full on its page."""
BAR = 4
SELECTED = QStyle.StateFlag.State_Selected
Index = QModelIndex | QPersistentModelIndex


class AgentsDelegate(QStyledItemDelegate):
    """Three calm lines an agent."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows have one height."""
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        row: Row = index.data(AgentRole.ROW)
        colours = self._theme.colours
        cell = QRectF(option.rect)
        painter.save()
        selected = bool(option.state & SELECTED)
        painter.fillRect(cell, paint.tint(colours.accent_soft if selected else colours.surface))
        painter.fillRect(QRectF(cell.left(), cell.bottom() - 1, cell.width(), 1), paint.tint(colours.line))
        if selected:
            painter.fillRect(
                QRectF(cell.left(), cell.top(), 3, cell.height() - 1), paint.tint(colours.accent)
            )
        inner = cell.adjusted(SIDE, 10, -SIDE, -10)
        self._head(painter, inner, row, colours)
        middle = QRectF(inner.left(), inner.top() + 21, inner.width(), 18)
        fits = paint.wide(row.figures, font(12, figures=True)) <= middle.width()
        paint.text(painter, middle, row.figures, colours.muted, font(12 if fits else 11, figures=True))
        self._foot(painter, QRectF(inner.left(), inner.bottom() - 14, inner.width(), 16), row, colours)
        painter.restore()

    def _head(self, painter: QPainter, place: QRectF, row: Row, colours: Colours) -> None:
        _, mark, tone = STATES[row.state]
        made = font(12)
        says = row.says.partition(":")[0]
        wide = min(SAYS, paint.wide(says, made) + 2)
        line = QRectF(place.left(), place.top(), place.width(), 18)
        name = line.adjusted(0, 0, -wide - 26, 0)
        paint.text(painter, name, row.name, colours.text, font(13, QFont.Weight.DemiBold))
        ink = colours.ink(tone)
        sign = QRectF(line.right() - wide - 20, line.top() + 3, 12, 12)
        draw_mark(painter, mark, sign, paint.tint(ink))
        paint.text(painter, QRectF(line.right() - wide, line.top(), wide, 18), says, ink, made)

    def _foot(self, painter: QPainter, place: QRectF, row: Row, colours: Colours) -> None:
        right = place.right()
        if row.signals:
            tone = Tone.POOR if row.is_grave else Tone.DOUBT
            said = str(row.signals)
            wide = paint.wide(said, font(12, QFont.Weight.Medium))
            ink = colours.ink(tone)
            counted = QRectF(right - wide, place.top(), wide + 1, place.height())
            paint.text(painter, counted, said, ink, font(12, QFont.Weight.Medium))
            sign = QRectF(right - wide - 17, place.top() + 2, 12, 12)
            draw_mark(painter, Mark.FLAG, sign, paint.tint(ink))
            right -= wide + 28
        if row.share is not None:
            made = font(11, figures=True)
            wide = paint.wide(row.tightest, made)
            said_at = QRectF(right - wide, place.top(), wide + 1, place.height())
            paint.text(painter, said_at, row.tightest, colours.muted, made)
            bar = QRectF(place.left(), place.center().y() - BAR / 2, right - wide - 12 - place.left(), BAR)
            paint_bar(painter, bar, row.share, colours)


def paint_bar(
    painter: QPainter, place: QRectF, share: Share, colours: Colours, *, marked: bool = True
) -> None:
    """Paint a thin bar, with a mark where people are told of a budget."""
    if place.width() < 2 * BAR:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paint.tint(colours.line))
    painter.drawRoundedRect(place, BAR / 2, BAR / 2)
    used = min(1.0, share.used) * place.width()
    if used > 0:
        painter.setBrush(paint.tint(colours.ink(share.tone)))
        painter.drawRoundedRect(QRectF(place.left(), place.top(), max(used, BAR), BAR), BAR / 2, BAR / 2)
    if marked:
        at = place.left() + place.width() * ALERT_AT / MILLION
        painter.fillRect(QRectF(at - 0.5, place.top() - 2, 1.5, BAR + 4), paint.tint(colours.muted))

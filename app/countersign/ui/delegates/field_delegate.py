"""Paints the fields of a case, and opens the editor of the one that is being changed."""

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from countersign.ui.delegates import paint
from countersign.ui.look import words
from countersign.ui.look.colours import Colours
from countersign.ui.look.marks import draw_mark
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.field_model import FieldRole
from countersign.ui.models.field_state import FieldLine
from countersign.ui.models.pictures import Pictures

GROUP = 34
LINE = 34
SMALL = 20
SNIPPET = 60
OTHER = 28
SIDE = 16
MARK = 16
LABEL = 148
NARROW = 500
"""Pixels below which a line leaves the origin away and shortens the label."""
NARROW_LABEL = 122
CONFIDENCE = 62
ORIGIN = 62
SNIPPET_DPI = 200
WRAPPED = Qt.TextFlag.TextWordWrap
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Place:
    """Where the parts of a field's line lie, in pixels of the view."""

    heading: QRectF
    line: QRectF
    label: QRectF
    value: QRectF
    confidence: QRectF
    origin: QRectF
    error: QRectF
    snippet: QRectF
    others: tuple[QRectF, ...]
    card: QRectF
    """Everything but the heading."""


def measure(line: FieldLine, draft: str | None, cell: QRectF, *, focused: bool) -> Place:
    """Lay a field's parts out; parts that it does not have are empty."""
    heading = QRectF(cell.left(), cell.top(), cell.width(), GROUP if line.group else 0)
    row = QRectF(cell.left(), heading.bottom(), cell.width(), LINE)
    label_left = row.left() + SIDE + MARK + 10
    narrow = cell.width() < NARROW
    origin_width, label_width = (0, NARROW_LABEL) if narrow else (ORIGIN, LABEL)
    origin = QRectF(row.right() - SIDE - origin_width, row.top(), origin_width, LINE)
    confidence = QRectF(origin.left() - CONFIDENCE, row.top(), CONFIDENCE, LINE)
    value_left = label_left + label_width + 8
    value = QRectF(value_left, row.top(), confidence.left() - 10 - value_left, LINE)
    wide = QRectF(value_left, row.bottom(), row.right() - SIDE - value_left, 0)
    error = wide.adjusted(0, -3, 0, 0)
    error.setHeight(_tall(_said(line, draft, focused=focused), error.width()))
    below = max(row.bottom(), error.bottom())
    snippet = QRectF(label_left, below + 4, row.right() - SIDE - label_left, 0)
    others: list[QRectF] = []
    if focused:
        snippet.setHeight(SNIPPET if line.evidence else 0)
        top = snippet.bottom() + 6 if line.evidence else below + 2
        for _ in line.alternatives:
            others.append(QRectF(label_left, top, row.right() - SIDE - label_left, OTHER))
            top += OTHER
        if line.evidence or others:
            below = top + 4
    card = QRectF(cell.left() + 6, row.top(), cell.width() - 12, below - row.top())
    return Place(
        heading=heading,
        line=row,
        label=QRectF(label_left, row.top(), label_width, LINE),
        value=value,
        confidence=confidence,
        origin=origin,
        error=error,
        snippet=snippet,
        others=tuple(others),
        card=card,
    )


def _said(line: FieldLine, draft: str | None, *, focused: bool) -> str:
    """Return what stands below a value: what is wrong with it and, under the keys, why it was read so."""
    if draft is not None:
        return words.DRAFT
    return " ".join(part for part in (line.error, line.why if focused else "") if part)


def _tall(said: str, width: float) -> float:
    """Return the height that a sentence takes, at most three lines of it."""
    if not said:
        return 0
    around = QFontMetricsF(font(12)).boundingRect(QRectF(0, 0, width, 60), WRAPPED, said)
    return min(around.height(), 3 * SMALL) + 6


class FieldDelegate(QStyledItemDelegate):
    """One line a field; the focused one shows where it was read and what else it could be."""

    entered = Signal()
    """Enter in the editor: keep what stands there."""
    stepped = Signal(int)
    """Tab (1) or Shift+Tab (-1) in the editor."""
    escaped = Signal()

    def __init__(self, theme: Theme, pictures: Pictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures = pictures
        self.focused_row = -1
        self.edited_row = -1

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Lines are as high as what they have to say."""
        line: FieldLine | None = index.data(FieldRole.LINE)
        if line is None:
            return QSize(0, LINE)
        place = self._measure(index, line, QRectF(0, 0, max(option.rect.width(), 300), 0))
        return QSize(300, round(place.card.bottom()) + 2)

    def _measure(self, index: Index, line: FieldLine, cell: QRectF) -> Place:
        focused = index.row() == self.focused_row
        return measure(line, index.data(FieldRole.DRAFT), cell, focused=focused)

    def alternative_at(self, index: Index, cell: QRect, x: int, y: int) -> int | None:
        """Return which alternative a point hits, None when none."""
        line: FieldLine = index.data(FieldRole.LINE)
        others = self._measure(index, line, QRectF(cell)).others
        return next((at for at, place in enumerate(others) if place.contains(x, y)), None)

    # -- painting -------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one field."""
        line: FieldLine = index.data(FieldRole.LINE)
        colours = self._theme.colours
        place = self._measure(index, line, QRectF(option.rect))
        painter.save()
        if line.group:
            heading = place.heading.adjusted(SIDE, 10, -SIDE, 0)
            paint.text(painter, heading, line.group, colours.muted, font(12, QFont.Weight.DemiBold))
        focused = index.row() == self.focused_row
        if focused or option.state & QStyle.StateFlag.State_MouseOver:
            self._card(painter, place.card, colours, focused=focused)
        self._line(painter, place, line, index, colours)
        if focused:
            if line.evidence:
                self._snippet(painter, place.snippet, line, colours)
            for at, other in enumerate(place.others):
                self._other(painter, other, at, line, colours)
        painter.restore()

    def _card(self, painter: QPainter, card: QRectF, colours: Colours, *, focused: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.raised if focused else colours.hover))
        painter.drawRoundedRect(card, 7, 7)
        if focused:
            paint.outline(painter, card, colours.accent, 2, 7)

    def _line(self, painter: QPainter, place: Place, line: FieldLine, index: Index, colours: Colours) -> None:
        ink = colours.ink(line.tone)
        mark = QRectF(place.line.left() + SIDE, place.line.center().y() - MARK / 2, MARK, MARK)
        draw_mark(painter, line.mark, mark, QColor(ink))
        paint.text(painter, place.label, line.label, colours.muted, font(13))
        draft: str | None = index.data(FieldRole.DRAFT)
        if index.row() != self.edited_row:
            made = font(13, QFont.Weight.Medium, figures=line.numeric)
            shown, colour = (line.text, colours.text) if draft is None else (draft, colours.accent)
            if draft is None and not line.raw:
                colour = colours.muted
            if draft is not None:
                made = QFont(made)
                made.setItalic(True)
            paint.text(painter, place.value, shown, colour, made)
        figures = font(12, QFont.Weight.Medium, figures=True)
        paint.text(painter, place.confidence, line.confidence, ink, figures, align=paint.RIGHT)
        if place.origin.width() > 0:
            paint.text(painter, place.origin, line.origin, colours.muted, font(12), align=paint.RIGHT)
        said = _said(line, draft, focused=index.row() == self.focused_row)
        colour = colours.accent if draft is not None else ink if line.error else colours.muted
        if said:
            painter.setFont(font(12))
            painter.setPen(QColor(colour))
            painter.drawText(place.error, WRAPPED, said)

    def _snippet(self, painter: QPainter, place: QRectF, line: FieldLine, colours: Colours) -> None:
        """Paint the words on the page, magnified."""
        if line.evidence is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(place, QColor("#ffffff"))
        evidence = line.evidence
        picture = self._pictures.best(evidence.document, evidence.page, SNIPPET_DPI)
        page = self._pictures.words(evidence.document, evidence.page)
        if picture is not None and page is not None and page.width > 0:
            scale = picture.width() / page.width
            box = QRectF(
                evidence.box.x0,
                evidence.box.y0,
                evidence.box.x1 - evidence.box.x0,
                evidence.box.y1 - evidence.box.y0,
            )
            tall = max(box.height() * 2.6, 22.0, box.width() * 1.15 * place.height() / place.width())
            wide = tall * place.width() / place.height()
            left = min(max(box.center().x() - wide / 2, 0.0), max(page.width - wide, 0.0))
            crop = QRectF(left, box.center().y() - tall / 2, wide, tall)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            source = QRectF(crop.left() * scale, crop.top() * scale, wide * scale, tall * scale)
            painter.save()
            painter.setClipRect(place)
            painter.drawImage(place, picture, source)
            zoom = place.width() / wide
            shown = QRectF(
                place.left() + (box.left() - crop.left()) * zoom,
                place.top() + (box.top() - crop.top()) * zoom,
                box.width() * zoom,
                box.height() * zoom,
            )
            tint = QColor(colours.accent)
            tint.setAlpha(30)
            painter.fillRect(shown.adjusted(-3, -2, 3, 2), tint)
            painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawRect(place)

    def _other(self, painter: QPainter, place: QRectF, at: int, line: FieldLine, colours: Colours) -> None:
        value, confidence = line.alternatives[at]
        key = QRectF(place.left(), place.center().y() - 9, 18, 18)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(colours.surface))
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.drawRoundedRect(key, 4, 4)
        centre = Qt.AlignmentFlag.AlignCenter
        paint.text(painter, key, str(at + 1), colours.text, font(11, QFont.Weight.Medium), align=centre)
        figures = font(13, figures=line.numeric)
        paint.text(painter, place.adjusted(28, 0, -64, 0), value, colours.text, figures)
        paint.text(painter, place, confidence, colours.muted, font(12, figures=True), align=paint.RIGHT)

    # -- editing --------------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Open a line to type into."""
        line: FieldLine = index.data(FieldRole.LINE)
        editor = QLineEdit(parent)
        editor.setObjectName("cell")
        editor.setFont(font(13, QFont.Weight.Medium, figures=line.numeric))
        editor.setAccessibleName(line.label)
        editor.setPlaceholderText(words.PICK_A_WORD)
        editor.setProperty("begun", False)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Fill the editor once; what happens on the record meanwhile never touches what is typed."""
        if isinstance(editor, QLineEdit) and not editor.property("begun"):
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole) or ""))
            editor.selectAll()
            editor.setProperty("begun", True)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Write nothing: only an act of the person changes a value."""

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Lay the editor over the value."""
        line: FieldLine = index.data(FieldRole.LINE)
        value = self._measure(index, line, QRectF(option.rect)).value
        editor.setGeometry(value.adjusted(-7, 3, 4, -5).toRect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Turn the editor's keys into what they mean here; losing focus never confirms."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)
        if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            return False
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers() & CTRL:
                self.entered.emit()
            case Qt.Key.Key_Tab:
                self.stepped.emit(1)
            case Qt.Key.Key_Backtab:
                self.stepped.emit(-1)
            case Qt.Key.Key_Escape:
                self.escaped.emit()
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                return True
            case _:
                return False
        return True


CTRL = Qt.KeyboardModifier.ControlModifier

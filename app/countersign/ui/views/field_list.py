"""The list of fields: focus, keys, and the editor of one value; it asks for acts and performs none."""

from PySide6.QtCore import QElapsedTimer, QEvent, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QLineEdit, QListView, QWidget

from countersign.domain.geometry import Box
from countersign.domain.reading import Evidence
from countersign.ui.delegates import paint
from countersign.ui.delegates.field_delegate import FieldDelegate
from countersign.ui.look import words
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.field_model import FieldModel
from countersign.ui.models.field_state import FieldLine
from countersign.ui.models.pictures import Pictures
from countersign.ui.views.page_view import Taken

Index = QModelIndex | QPersistentModelIndex


class FieldList(QListView):
    """Shows a `FieldModel`; leaving a field, by whatever way, keeps a draft and confirms nothing."""

    focused = Signal(int)
    """Row of the field that has the focus now."""
    confirmed = Signal(object, int)
    """(FieldLine, milliseconds that it had the focus)."""
    entered = Signal(object, str, int, object, str)
    """(FieldLine, typed text, milliseconds, Evidence or None, words on the page)."""
    alternative_chosen = Signal(int)
    """An alternative reading was clicked; 0 is the first."""
    left = Signal()
    """Esc with nothing being edited."""
    page_turned = Signal(int)
    touched = Signal()
    """A key, a click, or something typed."""
    panning = Signal(bool)
    typing = Signal(bool)

    def __init__(
        self, theme: Theme, pictures: Pictures, model: FieldModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(words.FIELDS)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setMinimumWidth(440)
        self._theme = theme
        self._fields = model
        self._delegate = FieldDelegate(theme, pictures, self)
        self._delegate.entered.connect(self.enter)
        self._delegate.stepped.connect(self._step)
        self._delegate.escaped.connect(self._drop_edit)
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self._editor: QLineEdit | None = None
        self._evidence: Evidence | None = None
        self._printed = ""
        self._dwell = QElapsedTimer()
        self._dwell.start()
        theme.changed.connect(self.viewport().update)
        pictures.arrived.connect(self._on_picture)
        pictures.words_arrived.connect(self._on_picture)
        model.modelAboutToBeReset.connect(self.close_edit)
        self.selectionModel().currentChanged.connect(self._on_current)

    # -- focus ----------------------------------------------------------------------------------------

    @property
    def row(self) -> int:
        """The focused row, -1 when there is none."""
        return self.currentIndex().row()

    @property
    def line(self) -> FieldLine | None:
        """The focused field."""
        return self._fields.line(self.row)

    @property
    def is_editing(self) -> bool:
        """True while a value is being typed."""
        return self._editor is not None

    def focus_row(self, row: int) -> None:
        """Give a field the focus."""
        if self._fields.line(row) is not None:
            self.setCurrentIndex(self._fields.index(row))
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Open the line that has the focus now and close the one before."""
        self.close_edit()
        self._delegate.focused_row = current.row()
        self._dwell.restart()
        for index in (previous, current):
            if index.isValid():
                self._delegate.sizeHintChanged.emit(index)
        if current.isValid():
            self.scrollTo(current)
            self.focused.emit(current.row())

    def show_fresh(self) -> None:
        """Begin a case: no field has the focus yet."""
        self.close_edit()
        self._delegate.focused_row = -1
        self.setCurrentIndex(QModelIndex())
        self.scrollToTop()

    def step(self, step: int) -> None:
        """Go to the next field (1) or the one before (-1), round the ends."""
        count = len(self._fields.lines)
        if count:
            self.focus_row((self.row + step) % count if self.row >= 0 else 0)

    # -- editing --------------------------------------------------------------------------------------

    def begin_edit(self, text: str | None = None) -> None:
        """Open the editor of the focused field, with a text or with what stands there."""
        index = self.currentIndex()
        if not index.isValid() or not self._fields.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return
        if self._editor is None:
            self._delegate.edited_row = index.row()
            self.edit(index)
            self._editor = self._open_editor()
            if self._editor is None:
                self._delegate.edited_row = -1
                return
            self._evidence, self._printed = None, ""
            self._editor.textEdited.connect(self._on_typed)
            self.typing.emit(True)
        if text is not None:
            self._editor.setText(text)
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def take(self, taken: Taken) -> None:
        """Put words from the page into the focused field; nothing is confirmed by that."""
        opening = self._editor is None
        self.begin_edit()
        if self._editor is None:
            return
        place = Evidence(document=taken.document, page=taken.page, box=taken.box)
        before = self._editor.text()
        if taken.append and before and not opening:
            if self._evidence is not None and self._evidence.page == taken.page:
                around = Box.around((self._evidence.box, taken.box))
                place = Evidence(document=taken.document, page=taken.page, box=around)
            self._editor.setText(f"{before} {taken.text}")
        else:
            self._editor.setText(taken.text)
        self._evidence, self._printed = place, self._editor.text()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def enter(self) -> None:
        """Enter: put in what was typed, or confirm what stands there."""
        line = self.line
        if line is None:
            return
        draft = self._editor.text() if self._editor is not None else self._fields.draft(self.row)
        dwell = self._dwell.elapsed()
        if draft is None or draft.strip() == line.raw:
            self._drop_edit()
            self.confirmed.emit(line, dwell)
            return
        evidence, printed = self._evidence, self._printed
        self._drop_edit()
        self.entered.emit(line, draft.strip(), dwell, evidence, printed)

    def dwell(self) -> int:
        """Return for how many milliseconds the field has had the focus."""
        return self._dwell.elapsed()

    def close_edit(self) -> None:
        """Close the editor and keep what was typed as a draft."""
        if self._editor is None:
            return
        row, text = self._delegate.edited_row, self._editor.text()
        self._end_editor()
        self._fields.keep_draft(row, text)
        self._delegate.sizeHintChanged.emit(self._fields.index(row))

    def _drop_edit(self) -> None:
        """Close the editor and forget what was typed."""
        row = self.row
        self._end_editor()
        self._fields.keep_draft(row, None)
        self._delegate.sizeHintChanged.emit(self._fields.index(row))
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end_editor(self) -> None:
        if self._editor is None:
            return
        editor, self._editor = self._editor, None
        self._delegate.edited_row = -1
        editor.blockSignals(True)
        self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self._evidence, self._printed = None, ""
        self.typing.emit(False)
        self.viewport().update()

    def _open_editor(self) -> QLineEdit | None:
        editors = [child for child in self.viewport().findChildren(QLineEdit) if child.isVisible()]
        return editors[-1] if editors else None

    def _on_typed(self, _: str) -> None:
        """Forget the place: what was typed over no longer stands on the page where the words were taken."""
        self._evidence, self._printed = None, ""
        self.touched.emit()

    def _step(self, step: int) -> None:
        self.close_edit()
        self.step(step)

    # -- events ---------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the list itself; the review screen has the rest."""
        self.touched.emit()
        match event.key():
            case Qt.Key.Key_Tab:
                self.step(1)
            case Qt.Key.Key_Backtab:
                self.step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers() & CTRL:
                self.enter()
            case Qt.Key.Key_F2:
                self.begin_edit(self._fields.draft(self.row))
            case Qt.Key.Key_Escape:
                self._escape()
            case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                self.page_turned.emit(1 if event.key() == Qt.Key.Key_PageDown else -1)
            case Qt.Key.Key_Space:
                self.panning.emit(True)
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self._walk(1 if event.key() == Qt.Key.Key_Down else -1)
            case _:
                event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let drags choose words again when the space bar comes up."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.panning.emit(False)

    def event(self, event: QEvent) -> bool:
        """Keep Tab for the fields; a view would hand it to the next widget."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in TABS:
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Focus a field; on an alternative, take it."""
        self.touched.emit()
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return
        if index.row() == self.row:
            spot = event.position().toPoint()
            at = self._delegate.alternative_at(index, self.visualRect(index), spot.x(), spot.y())
            if at is not None:
                self.alternative_chosen.emit(at)
                return
        self.focus_row(index.row())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edit."""
        if self.indexAt(event.position().toPoint()).row() == self.row:
            self.begin_edit(self._fields.draft(self.row))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of the page when the space bar's release goes elsewhere."""
        self.panning.emit(False)
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the fields, or say that there are none."""
        super().paintEvent(event)
        if not self._fields.lines:
            painter = QPainter(self.viewport())
            whole = QRectF(self.viewport().rect())
            colour = self._theme.colours.muted
            centre = Qt.AlignmentFlag.AlignCenter
            paint.text(painter, whole, words.NO_FIELDS, colour, font(13), align=centre)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines follow the width."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def _walk(self, step: int) -> None:
        row = self.row + step
        if 0 <= row < len(self._fields.lines):
            self.focus_row(row)

    def _escape(self) -> None:
        if self._fields.draft(self.row) is not None:
            self._drop_edit()
        else:
            self.left.emit()

    def _on_picture(self, document: str, page: int) -> None:
        line = self.line
        if line and line.evidence and (line.evidence.document, line.evidence.page) == (document, page):
            self.viewport().update()


TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
CTRL = Qt.KeyboardModifier.ControlModifier

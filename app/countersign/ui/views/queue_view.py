"""The queue: which cases are there, which need a person, and the door for more documents."""

from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from countersign.domain.queue import QueueQuery
from countersign.ui.bridge.desk import Desk
from countersign.ui.delegates.queue_delegate import HEIGHT, QueueDelegate
from countersign.ui.look import words
from countersign.ui.look.marks import Glyph
from countersign.ui.look.theme import Theme
from countersign.ui.models.progress_model import ProgressModel
from countersign.ui.models.queue_model import Column, QueueModel
from countersign.ui.models.standing import StandingModel
from countersign.ui.models.stop_model import StopModel
from countersign.ui.views.parts import Picture
from countersign.ui.views.progress_strip import ProgressStrip
from countersign.ui.views.queue_bar import QueueBar, QueueFilters

WIDTHS = {
    Column.KLASS: 124,
    Column.COUNTERPARTY: 212,
    Column.NUMBER: 148,
    Column.AMOUNT: 144,
    Column.AGE: 76,
    Column.STATUS: 164,
    Column.DOCUMENT: 196,
}
NARROW = 1180
"""Pixels below which the file name, and what others can spare, give their room to the reasons."""
NARROW_WIDTHS = {**WIDTHS, Column.COUNTERPARTY: 186, Column.NUMBER: 128, Column.AMOUNT: 138}


class QueueView(QWidget):
    """The first screen."""

    chosen = Signal(str)
    """Enter or double click: the case to open."""
    dropped = Signal(list)
    """Paths (list of Path) to bring in."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        model: QueueModel,
        progress: ProgressModel,
        *,
        standing: StandingModel,
        stopping: StopModel,
        language: str,
    ) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.model = model
        self._progress = progress
        self.bar = QueueBar(theme, standing, stopping, self)
        self.filters = QueueFilters(theme, desk.catalogue, language, self)
        self.strip = ProgressStrip(progress, self)
        self.table = self._make_table(theme)
        self._empty_title, self._empty_hint = QLabel(), QLabel()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._make_empty(theme))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.bar, self.filters, self.strip):
            column.addWidget(part)
        column.addWidget(self._stack, 1)
        self._pause = QTimer(self, interval=150, singleShot=True)
        self._pause.timeout.connect(self._ask)
        self.filters.changed.connect(self._pause.start)
        self.filters.chosen.connect(self._ask)
        progress.changed.connect(self._on_progress)
        model.loaded.connect(self._show_rows_or_hint)
        model.rowsInserted.connect(self._on_inserted)
        theme.changed.connect(self.table.viewport().update)
        desk.pulse.happened.connect(self.filters.take_up_classes)

    def begin(self) -> None:
        """Ask for the first rows."""
        self._progress.refresh()
        self._ask()

    @property
    def current(self) -> str | None:
        """The case under the cursor."""
        row = self.model.case_at(self.table.currentIndex().row())
        return row.id if row else None

    @property
    def hint(self) -> tuple[str, str] | None:
        """What stands in place of rows, None while there are rows."""
        if self._stack.currentIndex() == 0:
            return None
        return self._empty_title.text(), self._empty_hint.text()

    def select(self, case: str) -> None:
        """Put the cursor on a case, if it is among those loaded."""
        row = self.model.row_of(case)
        if row is not None:
            self.table.setCurrentIndex(self.model.index(row, 0))

    # -- parts ----------------------------------------------------------------------------------------

    def _make_table(self, theme: Theme) -> QTableView:
        table = QTableView()
        table.setAccessibleName(words.QUEUE)
        table.setModel(self.model)
        self._delegate = QueueDelegate(theme, table)
        table.setItemDelegate(self._delegate)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setMouseTracking(True)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(HEIGHT)
        header = table.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.REASONS, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            table.setColumnWidth(column, width)
        table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        table.doubleClicked.connect(self._on_chosen)
        table.installEventFilter(self)
        table.viewport().installEventFilter(self)
        return table

    def _make_empty(self, theme: Theme) -> QWidget:
        empty = QWidget()
        self._empty_title.setObjectName("emptyTitle")
        self._empty_hint.setObjectName("emptyHint")
        column = QVBoxLayout(empty)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(Picture(theme, Glyph.TRAY), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        for label in (self._empty_title, self._empty_hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addStretch(3)
        return empty

    # -- what happens ---------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._pause.stop()
        query: QueueQuery = self.filters.query()
        self.model.ask(query)

    def _show_rows_or_hint(self) -> None:
        if self.model.rowCount():
            self._stack.setCurrentIndex(0)
            if not self.table.selectionModel().hasSelection():
                row = max(0, self.table.currentIndex().row())
                self.table.setCurrentIndex(self.model.index(row, 0))
                self.table.selectRow(row)
            return
        title, hint = self._hint()
        self._empty_title.setText(title)
        self._empty_hint.setText(hint)
        self._stack.setCurrentIndex(1)

    def _hint(self) -> tuple[str, str]:
        query = self.model.query
        if query.text or query.classes:
            return words.NO_MATCH_TITLE, words.NO_MATCH_HINT
        if query.statuses and self._progress.of():
            return words.TODO_EMPTY_TITLE, words.TODO_EMPTY_HINT
        return words.EMPTY_TITLE, words.EMPTY_HINT

    def _on_progress(self) -> None:
        self.filters.show_counts(self._progress)
        if self._stack.currentIndex() == 1:
            self._show_rows_or_hint()

    def _on_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        """Keep what is looked at in its place when cases come in above it."""
        bar = self.table.verticalScrollBar()
        if first < bar.value():
            bar.setValue(bar.value() + last - first + 1)

    def _on_scrolled(self, first: int) -> None:
        self.model.look_at(first + self.table.viewport().height() // HEIGHT)

    def _on_chosen(self, index: QModelIndex) -> None:
        row = self.model.case_at(index.row())
        if row is not None:
            self.chosen.emit(row.id)

    def resizeEvent(self, event: QEvent) -> None:
        """Where room is short, the file name gives way."""
        narrow = self.width() < NARROW
        if narrow is not self.table.isColumnHidden(Column.DOCUMENT):
            self.table.setColumnHidden(Column.DOCUMENT, narrow)
            for column, width in (NARROW_WIDTHS if narrow else WIDTHS).items():
                self.table.setColumnWidth(column, width)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter opens; the row under the mouse is shown."""
        if watched is self.table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & CTRL:
                self._on_chosen(self.table.currentIndex())
                return True
        elif event.type() in (QEvent.Type.MouseMove, QEvent.Type.Leave):
            self._hover(self.table.viewport().mapFromGlobal(self.cursor().pos()), event)
        return super().eventFilter(watched, event)

    def _hover(self, spot: QPoint, event: QEvent) -> None:
        row = -1 if event.type() == QEvent.Type.Leave else self.table.rowAt(spot.y())
        if row != self._delegate.hovered_row:
            self._delegate.hovered_row = row
            self.table.viewport().update()

    # -- drag and drop --------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may come in."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.strip.announce(words.DROP)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went elsewhere."""
        self.strip.announce("")

    def dropEvent(self, event: QDropEvent) -> None:
        """Bring them in."""
        self.strip.announce("")
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)


CTRL = Qt.KeyboardModifier.ControlModifier

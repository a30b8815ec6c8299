"""The tabs below the fields: why the case is here, what the agents did, the signed history, the rows."""

from PySide6.QtCore import QModelIndex, Qt, QUrl, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QTabWidget, QTextBrowser, QWidget

from countersign.ui.delegates.table_delegate import HEIGHT, TableDelegate
from countersign.ui.look import words
from countersign.ui.look.theme import Theme
from countersign.ui.models.rows_model import NO_ROWS
from countersign.ui.models.story import HISTORY_COLUMNS, TRACE_COLUMNS
from countersign.ui.models.table_model import Table, TableModel, TableRole

FIELD_LINK = "field:"
WORDS_WIDTH = 132
"""Points for a column of words, where there are too many columns to share the room."""


class ReviewTabs(QTabWidget):
    """Four tabs, none of which takes the keys away from the fields."""

    field_wanted = Signal(str)
    """A field's name was clicked."""
    place_wanted = Signal(object)
    """An `Evidence` was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.tabBar().setAccessibleName("About this case")
        self.tabBar().setDrawBase(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.why = QTextBrowser()
        self.why.setAccessibleName(words.WHY)
        self.why.setOpenLinks(False)
        self.why.document().setDefaultStyleSheet("p { line-height: 130%; margin-top: 0; margin-bottom: 4px }")
        self.why.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.why.anchorClicked.connect(self._on_link)
        self.trace = TableModel(Table(columns=TRACE_COLUMNS), self)
        self.history = TableModel(Table(columns=HISTORY_COLUMNS), self)
        self.rows = TableModel(NO_ROWS, self)
        self.addTab(self.why, words.WHY)
        self.addTab(self._table(self.trace, words.TRACE, theme, {0: 164, 2: 72}, 1), words.TRACE)
        self.addTab(
            self._table(self.history, words.HISTORY, theme, {0: 124, 1: 132, 3: 124}, 2), words.HISTORY
        )
        self._rows = self._table(self.rows, words.ROWS, theme, {}, 0)
        self._rows.clicked.connect(self._on_cell)
        self.addTab(self._rows, words.ROWS)
        self.rows.modelReset.connect(self._fit_rows)

    def show_why(self, html: str) -> None:
        """Show the dossier, from its beginning when it is another one."""
        self.why.setHtml(html)

    def show_rows(self, table: Table, title: str) -> None:
        """Show line items under the name that the class gives them."""
        self.rows.show(table)
        count = len(table.rows)
        self.setTabText(3, f"{title} {count}" if count else title)

    def _table(
        self, model: TableModel, name: str, theme: Theme, widths: dict[int, int], stretched: int
    ) -> QTableView:
        table = QTableView()
        table.setAccessibleName(name)
        table.setModel(model)
        table.setItemDelegate(TableDelegate(theme, table))
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(HEIGHT)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = table.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
        for column, width in widths.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            table.setColumnWidth(column, width)
        return table

    def _fit_rows(self) -> None:
        """Give the words most of the room and every number the same; what has no room is scrolled to."""
        header = self._rows.horizontalHeader()
        columns = range(self.rows.columnCount())
        numbers = {c: max(92, header.sectionSizeHint(c)) for c in columns if c in self.rows.table.right}
        is_wide = sum(numbers.get(column, WORDS_WIDTH) for column in columns) > self.width()
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_wide else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._rows.setHorizontalScrollBarPolicy(policy)
        for column in columns:
            is_fixed = is_wide or column in numbers
            mode = QHeaderView.ResizeMode.Fixed if is_fixed else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(column, mode)
            if is_fixed:
                self._rows.setColumnWidth(column, numbers.get(column, WORDS_WIDTH))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the line items to the new width."""
        super().resizeEvent(event)
        self._fit_rows()

    def _on_link(self, url: QUrl) -> None:
        link = url.toString()
        if link.startswith(FIELD_LINK):
            self.field_wanted.emit(link.removeprefix(FIELD_LINK))

    def _on_cell(self, index: QModelIndex) -> None:
        evidence = index.data(TableRole.EVIDENCE)
        if evidence is not None:
            self.place_wanted.emit(evidence)

"""The head of the queue: brand and door, tabs with counts, filters."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)

from countersign.domain.queue import Order, QueueQuery
from countersign.settings.catalogue import Catalogue
from countersign.ui.look import words
from countersign.ui.look.marks import Glyph, draw_glyph
from countersign.ui.look.theme import Theme
from countersign.ui.models.progress_model import ProgressModel
from countersign.ui.models.standing import StandingModel
from countersign.ui.models.stop_model import StopModel
from countersign.ui.views.parts import Brand, Choice, GlyphButton, MoreButton
from countersign.ui.views.record_chip import RecordChip
from countersign.ui.views.stop_view import StopButton


class QueueBar(QWidget):
    """Brand on the left, 'Add documents' and the light switch on the right."""

    files_wanted = Signal()
    folder_wanted = Signal()
    theme_toggled = Signal()
    keys_wanted = Signal()

    def __init__(
        self, theme: Theme, standing: StandingModel, stopping: StopModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(56)
        self.chip = RecordChip(theme, standing, parent=self)
        self.stop_button = StopButton(theme, stopping, self)
        self.more_button = MoreButton(theme, self)
        brand = QLabel(words.APP, self)
        brand.setObjectName("brand")
        self.add_button = QPushButton(words.ADD, self)
        self.add_button.setObjectName("primary")
        self.add_button.setAccessibleName(words.ADD)
        menu = QMenu(self.add_button)
        files = menu.addAction(words.ADD_FILES)
        files.triggered.connect(self.files_wanted)
        folder = menu.addAction(words.ADD_FOLDER)
        folder.triggered.connect(self.folder_wanted)
        self.add_button.setMenu(menu)
        light = GlyphButton(theme, Glyph.THEME, words.THEME, self)
        light.clicked.connect(self.theme_toggled)
        keys = QPushButton("?", self)
        keys.setObjectName("quiet")
        keys.setAccessibleName(words.KEYS_TITLE)
        keys.setToolTip(words.KEYS_TITLE)
        keys.clicked.connect(self.keys_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(10)
        row.addWidget(Brand(theme, self))
        row.addWidget(brand)
        row.addStretch(1)
        for button in (self.chip, self.stop_button, self.more_button, keys, light, self.add_button):
            row.addWidget(button)


class QueueFilters(QWidget):
    """Tabs by status with counts, class, search and order."""

    changed = Signal()
    """Something was typed: ask when the person pauses."""
    chosen = Signal()
    """Something was picked: ask now."""

    def __init__(
        self, theme: Theme, catalogue: Catalogue, language: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(50)
        self._theme, self._catalogue, self._language = theme, catalogue, language
        self.tabs = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 16, 0)
        row.setSpacing(4)
        for at, (name, _) in enumerate(words.TABS):
            tab = QPushButton(name, self)
            tab.setObjectName("tab")
            tab.setCheckable(True)
            tab.setAccessibleName(name)
            self.tabs.addButton(tab, at)
            row.addWidget(tab)
        self.tabs.button(0).setChecked(True)
        self.tabs.idToggled.connect(self._on_tab)
        row.addStretch(1)
        self.search = self._make_search()
        self.klass = self._make_classes()
        self.order = self._make_orders()
        row.addWidget(self.search, 3)
        for box in (self.klass, self.order):
            row.addSpacing(4)
            row.addWidget(box)
        theme.changed.connect(self._draw_search)

    def query(self) -> QueueQuery:
        """Return what is asked for."""
        klass: str | None = self.klass.currentData()
        return QueueQuery(
            statuses=words.TABS[self.tabs.checkedId()][1],
            classes=(klass,) if klass else (),
            text=self.search.text().strip(),
            order=Order(self.order.currentData()),
        )

    def choose_tab(self, at: int) -> None:
        """Show another tab."""
        if 0 <= at < len(words.TABS):
            self.tabs.button(at).setChecked(True)

    def show_counts(self, progress: ProgressModel) -> None:
        """Write how many cases each tab holds."""
        for at, (name, statuses) in enumerate(words.TABS):
            count = progress.of(*statuses)
            self.tabs.button(at).setText(f"{name}  {count:,}".replace(",", "\N{THIN SPACE}"))
            self.tabs.button(at).setAccessibleName(f"{name}, {count}")

    def _make_search(self) -> QLineEdit:
        search = QLineEdit(self)
        search.setPlaceholderText(words.SEARCH)
        search.setAccessibleName(words.SEARCH)
        search.setMinimumWidth(150)
        search.setMaximumWidth(340)
        search.textChanged.connect(self.changed)
        search.installEventFilter(self)
        self._glass = QAction(search)
        search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.search = search
        self._draw_search()
        return search

    def _make_classes(self) -> QComboBox:
        box = Choice(self._theme, words.CLASS_FILTER, self)
        box.addItem(words.ALL_CLASSES, None)
        self._add_classes(box)
        box.currentIndexChanged.connect(self.chosen)
        return box

    def take_up_classes(self) -> None:
        """Offer the classes that were added while the desk is open as well."""
        self._add_classes(self.klass)

    def _add_classes(self, box: QComboBox) -> None:
        for name, klass in self._catalogue.classes.items():
            if box.findData(name) < 0:
                box.addItem(klass.label.get(self._language) or klass.label["en"], name)

    def _make_orders(self) -> QComboBox:
        box = Choice(self._theme, words.ORDER, self)
        for order, name in words.ORDERS.items():
            box.addItem(name, order.value)
        box.currentIndexChanged.connect(self.chosen)
        return box

    def _draw_search(self) -> None:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(int(16 * ratio), int(16 * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        draw_glyph(painter, Glyph.SEARCH, QRectF(0, 0, 16, 16), QColor(self._theme.colours.muted))
        painter.end()
        self._glass.setIcon(picture)

    def _on_tab(self, at: int, checked: bool) -> None:
        if checked:
            self.chosen.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc clears the search."""
        escaped = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escaped and event.type() == QEvent.Type.KeyPress and self.search.text():
            self.search.clear()
            return True
        return super().eventFilter(watched, event)

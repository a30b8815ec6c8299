"""Cards of headed rows, and the scrolling page that holds them in one or two columns."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from countersign.ui.models.record_page import Section

LABEL = 128
TWO = 1000
"""Pixels from which cards stand in two columns."""
WIDEST = 1320


class Card(QFrame):
    """A title, a sentence, and rows of label and text."""

    def __init__(self, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(section.title)
        title, about = _label(section.title, "cardTitle"), _label(section.about, "muted")
        about.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        grid.setColumnMinimumWidth(0, LABEL)
        grid.setColumnStretch(1, 1)
        before = ""
        for at, (name, text) in enumerate(section.rows):
            head = _label("" if name == before else name, "rowName")
            before = name
            said = _label(text, "rowText")
            said.setWordWrap(True)
            said.setAccessibleName(f"{name}: {text}" if name else text)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(head, at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(said, at, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 16)
        column.setSpacing(4)
        column.addWidget(title)
        column.addWidget(about)
        column.addSpacing(8)
        column.addLayout(grid)


def _label(text: str, look: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


class CardPage(QScrollArea):
    """Cards below a head that stays in sight; two columns where there is room."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sections: tuple[Section, ...] = ()
        self._columns = 0
        self._inner = QWidget()
        self._inner.setObjectName("page")
        self._middle = QWidget(self._inner)
        self._middle.setMaximumWidth(WIDEST)
        self._grid = QHBoxLayout(self._middle)
        self._grid.setContentsMargins(24, 4, 24, 24)
        self._grid.setSpacing(16)
        around = QHBoxLayout(self._inner)
        around.setContentsMargins(0, 0, 0, 0)
        around.addStretch(1)
        around.addWidget(self._middle, 1000)
        around.addStretch(1)
        self.setWidget(self._inner)

    def show_sections(self, sections: tuple[Section, ...]) -> None:
        """Show these cards; what is the same already is left alone, so that nothing flickers."""
        if sections != self._sections:
            self._sections = sections
            self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Go from one column to two or back."""
        super().resizeEvent(event)
        if self._columns != self._wanted():
            self._fill()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll."""
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_PageDown | Qt.Key.Key_Space:
                bar.setValue(bar.value() + bar.pageStep())
            case Qt.Key.Key_PageUp:
                bar.setValue(bar.value() - bar.pageStep())
            case _:
                super().keyPressEvent(event)

    def _wanted(self) -> int:
        return 2 if self.viewport().width() >= TWO else 1

    def _fill(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        self._columns = self._wanted()
        for column in range(self._columns):
            holder = QWidget()
            rows = QVBoxLayout(holder)
            rows.setContentsMargins(0, 0, 0, 0)
            rows.setSpacing(16)
            for section in self._sections[column :: self._columns]:
                rows.addWidget(Card(section))
            rows.addStretch(1)
            self._grid.addWidget(holder, 1)

"""The parts of an agent's page: tiles of figures, and cards whose lines change in place."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from countersign.ui.delegates import paint
from countersign.ui.delegates.agents_delegate import BAR, paint_bar
from countersign.ui.look import agents_words as said
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.agents_page import Line, Panel, Share
from countersign.ui.views.parts import restyle

LABEL = 118
HOURS = 34
EVERY = 6
"""Hours between two that are named."""


class Tile(QWidget):
    """A figure with its name above it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._value = label("", "muted", self), label("", "figure", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._name)
        column.addWidget(self._value)

    def show_figure(self, name: str, value: str) -> None:
        """Show another figure."""
        self._name.setText(name)
        self._value.setText(value)
        self.setAccessibleName(f"{name}: {value}")


class Bar(QWidget):
    """A thin bar in a line."""

    def __init__(self, theme: Theme, *, marked: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._marked = theme, marked
        self._share: Share | None = None
        self.setFixedHeight(18)
        self.setMinimumWidth(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_share(self, share: Share | None) -> None:
        """Show how full it is."""
        if share != self._share:
            self._share = share
            self.update()
        self.setVisible(share is not None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it in the middle of its height."""
        if self._share is not None:
            place = QRectF(0, (self.height() - BAR) / 2, self.width(), BAR)
            paint_bar(QPainter(self), place, self._share, self._theme.colours, marked=self._marked)


class LineRow(QWidget):
    """A line of a card: its name, a bar where it has one, its text, a way to the case where it has one."""

    opened = Signal(str)

    def __init__(self, theme: Theme, *, marked: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._case: str | None = None
        self._line: Line | None = None
        self._name, self._text = label("", "rowName", self), label("", "toned", self)
        self._name.setFixedWidth(LABEL)
        self._name.setWordWrap(True)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._note = label("", "muted", self)
        self._note.setWordWrap(True)
        self._link = QPushButton(self)
        self._link.setObjectName("link")
        self._link.setFixedWidth(LABEL)
        self._link.clicked.connect(self._open)
        self._bar = Bar(theme, marked=marked, parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        for part in (self._name, self._link):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._bar, 1)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self._text)
        texts.addWidget(self._note)
        row.addLayout(texts, 2)

    def show_line(self, line: Line) -> None:
        """Show another line."""
        if line == self._line:
            return
        self._line, self._case = line, line.case
        self._name.setText(line.name)
        self._name.setVisible(line.case is None)
        self._link.setVisible(line.case is not None)
        self._link.setText(line.name)
        self._link.setAccessibleName(f"{line.name}: {line.text}")
        self._text.setText(line.text)
        self._text.setProperty("tone", line.tone.value)
        restyle(self._text)
        self._note.setText(line.note)
        self._note.setVisible(bool(line.note))
        self._text.setAccessibleName(f"{line.name}: {line.text}" if line.name else line.text)
        self._bar.show_share(line.share)
        self.setToolTip(line.tip)

    def _open(self) -> None:
        if self._case is not None:
            self.opened.emit(self._case)


class Hours(QWidget):
    """Steps by hour of the day, as thin columns."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hours: tuple[int, ...] = ()
        self.setFixedHeight(HOURS + 16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(said.BY_HOUR)
        self.setToolTip(said.BY_HOUR)
        theme.changed.connect(self.update)

    def show_hours(self, hours: tuple[int, ...]) -> None:
        """Show these."""
        self.setVisible(bool(hours))
        if hours != self._hours:
            self._hours = hours
            told = ", ".join(f"{at}:00 {count}" for at, count in enumerate(hours) if count)
            self.setAccessibleDescription(told)
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(240, HOURS + 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a column for each hour, and name every sixth."""
        if not self._hours:
            return
        colours = self._theme.colours
        painter = QPainter(self)
        most, wide = max(1, *self._hours), self.width() / len(self._hours)
        for at, count in enumerate(self._hours):
            high = max(2.0, HOURS * count / most) if count else 1.0
            ink = colours.accent if count else colours.line
            place = QRectF(at * wide + 1, HOURS - high, max(1.0, wide - 2), high)
            painter.fillRect(place, paint.tint(ink))
            if at % EVERY == 0:
                named = QRectF(at * wide + 1, HOURS + 2, EVERY * wide, 14)
                paint.text(painter, named, f"{at}:00", colours.muted, font(11, figures=True))


class PanelCard(QFrame):
    """A card of lines; lines stay and change their words, so that nothing flickers."""

    opened = Signal(str)
    """A case is to be opened."""

    def __init__(self, theme: Theme, *, marked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._theme, self._marked = theme, marked
        self._panel: Panel | None = None
        self._title, self._about = label("", "cardTitle", self), label("", "muted", self)
        self._empty = label("", "muted", self)
        self._about.setWordWrap(True)
        self._empty.setWordWrap(True)
        self._hours = Hours(theme, self)
        self._rows: list[LineRow] = []
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(3)
        column.addWidget(self._title)
        column.addWidget(self._about)
        column.addSpacing(6)
        column.addWidget(self._hours)
        column.addLayout(self._lines)
        column.addWidget(self._empty)

    @property
    def panel(self) -> Panel | None:
        """What is shown."""
        return self._panel

    def show_panel(self, panel: Panel) -> None:
        """Show another panel in place."""
        if panel == self._panel:
            return
        self._panel = panel
        self.setAccessibleName(panel.title)
        self._title.setText(panel.title)
        self._about.setText(panel.about)
        self._about.setVisible(bool(panel.about))
        self._hours.show_hours(panel.hours)
        while len(self._rows) < len(panel.lines):
            row = LineRow(self._theme, marked=self._marked, parent=self)
            row.opened.connect(self.opened)
            self._rows.append(row)
            self._lines.addWidget(row)
        for at, row in enumerate(self._rows):
            if at < len(panel.lines):
                row.show_line(panel.lines[at])
            row.setVisible(at < len(panel.lines))
        self._empty.setText(panel.empty)
        self._empty.setVisible(not panel.lines)


def label(text: str, look: str, parent: QWidget | None = None) -> QLabel:
    """Return a label of plain text in a look of the style sheet."""
    made = QLabel(text, parent)
    made.setObjectName(look)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made

"""The page of one agent: head with its acts, tiles of figures, cards in one or two columns."""

from PySide6.QtCore import QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from countersign.ui.delegates import paint
from countersign.ui.look import agents_words as said
from countersign.ui.look.marks import draw_mark
from countersign.ui.look.theme import Theme
from countersign.ui.models.agents_page import STATES, Face, State
from countersign.ui.views.agents_cards import PanelCard, Tile, label
from countersign.ui.views.parts import restyle

TWO = 760
"""Pixels from which cards stand in two columns."""
TILES = 5
CARDS = 7
BUDGET = 2
"""The card whose bars carry the mark at which people are told."""
LEFT_CARDS = (0, 1, 4, 6)
"""Which cards stand on the left, where there are two columns."""


class StateMark(QWidget):
    """How an agent stands, by shape and colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = State.IDLE
        self.setFixedSize(16, 16)
        theme.changed.connect(self.update)

    def show_state(self, state: State) -> None:
        """Show another state."""
        if state is not self._state:
            self._state = state
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint its mark."""
        _, mark, tone = STATES[self._state]
        ink = paint.tint(self._theme.colours.ink(tone))
        draw_mark(QPainter(self), mark, QRectF(1, 1, 14, 14), ink)


class AgentPage(QWidget):
    """Shows one `Face` after the other, in place."""

    paused = Signal()
    killed = Signal()
    resumed = Signal()
    sheet_wanted = Signal()
    opened = Signal(str)
    """A case is to be opened."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.face: Face | None = None
        self._columns = 0
        self._name, self._purpose = label("", "headline", self), label("", "headlineText", self)
        self._says = label("", "toned", self)
        self._mark = StateMark(theme, self)
        self.pause_button = self._button(said.PAUSE, "P", self.paused)
        self.kill_button = self._button(said.KILL, "K", self.killed)
        self.resume_button = self._button(said.RESUME, "G", self.resumed)
        self.sheet_button = self._button(said.SHEET, "S", self.sheet_wanted)
        self.tiles = [Tile(self) for _ in range(TILES)]
        self.cards = [PanelCard(theme, marked=at == BUDGET) for at in range(CARDS)]
        self._scroller = QScrollArea(self)
        self._sides = (QVBoxLayout(), QVBoxLayout())
        self._lay_out()
        for card in self.cards:
            card.opened.connect(self.opened)

    def show_face(self, face: Face) -> None:
        """Show an agent, or how it stands by now."""
        if face == self.face:
            return
        self.face = face
        self._name.setText(face.name)
        self._purpose.setText(face.purpose)
        self._mark.show_state(face.state)
        self._says.setText(face.says)
        self._says.setProperty("tone", STATES[face.state][2].value)
        restyle(self._says)
        for tile, figure in zip(self.tiles, face.tiles, strict=True):
            tile.show_figure(*figure)
        for card, panel in zip(self.cards, face.panels, strict=True):
            card.show_panel(panel)
        self.pause_button.setVisible(face.can_pause)
        self.kill_button.setVisible(face.can_kill)
        self.resume_button.setVisible(not face.can_pause)
        self.resume_button.setEnabled(face.can_resume)

    def to_top(self) -> None:
        """Show the page from its beginning."""
        self._scroller.verticalScrollBar().setValue(0)

    def turn(self, pages: int) -> None:
        """Scroll by whole pages."""
        bar = self._scroller.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Go from one column to two or back."""
        super().resizeEvent(event)
        wanted = 2 if self.width() >= TWO else 1
        if wanted != self._columns:
            self._columns = wanted
            self._deal()

    def _button(self, name: str, keys: str, pressed: SignalInstance) -> QPushButton:
        button = QPushButton(name, self)
        button.setAccessibleName(name.rstrip("…"))
        button.setToolTip(keys)
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(2)
        stands = QHBoxLayout()
        stands.setSpacing(6)
        stands.addWidget(self._name)
        stands.addSpacing(8)
        stands.addWidget(self._mark)
        stands.addWidget(self._says, 1)
        names.addLayout(stands)
        names.addWidget(self._purpose)
        self._purpose.setWordWrap(True)
        head = QHBoxLayout()
        head.setContentsMargins(20, 14, 20, 8)
        head.setSpacing(8)
        head.addLayout(names, 1)
        for button in (self.sheet_button, self.pause_button, self.kill_button, self.resume_button):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        figures = QHBoxLayout()
        figures.setContentsMargins(20, 0, 20, 10)
        for tile in self.tiles:
            figures.addWidget(tile, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(figures)
        column.addWidget(self._make_scroller(), 1)

    def _make_scroller(self) -> QScrollArea:
        inner = QWidget()
        inner.setObjectName("page")
        self._row = QHBoxLayout(inner)
        self._row.setContentsMargins(20, 4, 20, 20)
        for side in self._sides:
            side.setSpacing(14)
            self._row.addLayout(side, 1)
        self._scroller.setObjectName("page")
        self._scroller.setAccessibleName(said.AGENTS)
        self._scroller.setWidgetResizable(True)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroller.setWidget(inner)
        return self._scroller

    def _deal(self) -> None:
        """Put the cards into the columns that there are."""
        for side in self._sides:
            while side.takeAt(0) is not None:
                pass
        self._row.setSpacing(14 if self._columns == 2 else 0)
        self._row.setStretch(1, 1 if self._columns == 2 else 0)
        for at, card in enumerate(self.cards):
            side = self._sides[0 if self._columns == 1 or at in LEFT_CARDS else 1]
            side.addWidget(card)
        for side in self._sides:
            if side.count():
                side.addStretch(1)

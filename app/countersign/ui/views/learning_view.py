"""The screen of learning: for each class how well it is read since people approved cases of it."""

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from countersign.ui.look import learning_words as said
from countersign.ui.look.marks import Glyph
from countersign.ui.look.theme import Theme
from countersign.ui.models.learning_page import Panel, panels
from countersign.ui.models.learning_session import LearningSession
from countersign.ui.models.stop_model import StopModel
from countersign.ui.views.cards import LABEL, TWO, WIDEST
from countersign.ui.views.curve import Curve
from countersign.ui.views.parts import GlyphButton, Picture, add_key
from countersign.ui.views.stop_view import StopButton

HERE = Qt.ShortcutContext.WidgetWithChildrenShortcut


class ClassCard(QFrame):
    """One class: its line, its curve, its rows, and the way to forget."""

    def __init__(self, theme: Theme, panel: Panel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel = panel
        self.setObjectName("card")
        self.setAccessibleName(panel.title)
        self.forget_button = QPushButton(said.FORGET, self)
        self.forget_button.setAccessibleName(f"{said.FORGET} {panel.title}")
        self.forget_button.setToolTip("F")
        self.forget_button.setEnabled(panel.may_forget)
        headline = _label(panel.headline, "headlineText")
        headline.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(_label(panel.title, "cardTitle"), 1)
        top.addWidget(self.forget_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 16)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(headline)
        column.addSpacing(4)
        if panel.points:
            column.addWidget(_label(said.CURVE, "muted"))
            column.addWidget(Curve(theme, panel.points, self))
        column.addSpacing(4)
        column.addLayout(_grid(panel.rows))


class LearningView(QWidget):
    """Cards of classes, one or two beside each other, or what to do next where there is none."""

    left = Signal()
    """The person goes back to where they were."""
    forget_wanted = Signal(str, str)
    """What was learned about a class (its name, its title) is to be forgotten."""

    stop_wanted = Signal()

    def __init__(self, theme: Theme, session: LearningSession, stopping: StopModel, locale: QLocale) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self.session, self._locale = theme, session, locale
        self.halt_button = StopButton(theme, stopping, self)
        self.halt_button.clicked.connect(self.stop_wanted)
        self._shown: tuple[Panel, ...] | None = None
        self._columns = 0
        self.cards: list[ClassCard] = []
        self.page = QScrollArea(self)
        self._lay_out()
        session.changed.connect(self._tell)
        add_key(self, "Esc", self.left.emit, HERE)
        add_key(self, "F", self._forget, HERE)

    def begin(self) -> None:
        """Load what is shown."""
        self._tell()
        self.session.load()
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Go from one column to two or back."""
        super().resizeEvent(event)
        if self._shown and self._columns != self._wanted(self._shown):
            self._fill(self._shown)

    def hideEvent(self, event: QHideEvent) -> None:
        """Read no more, whichever screen comes next; a window made small still shows it when it is back."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.session.leave()

    # -- parts ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        bar = QWidget(self)
        bar.setObjectName("bar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setFixedHeight(56)
        back = GlyphButton(self._theme, Glyph.BACK, said.GO_BACK, bar)
        back.clicked.connect(self.left)
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(back)
        row.addWidget(_label(said.LEARNING, "title"))
        row.addStretch(1)
        row.addWidget(self.halt_button)
        self.page.setObjectName("page")
        self.page.setAccessibleName(said.LEARNING)
        self.page.setWidgetResizable(True)
        self.page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.page, 1)

    def _tell(self) -> None:
        if self.session.found is None:
            return
        shown = panels(self.session.found, self._locale)
        if shown != self._shown:
            self._fill(shown)

    def _wanted(self, shown: tuple[Panel, ...]) -> int:
        return 2 if self.width() >= TWO and len(shown) > 1 else 1

    def _fill(self, shown: tuple[Panel, ...]) -> None:
        """Show these panels; the page of before goes with all that is on it."""
        self._shown, self._columns = shown, self._wanted(shown)
        inner = QWidget()
        inner.setObjectName("page")
        around = QHBoxLayout(inner)
        around.setContentsMargins(24, 16, 24, 24)
        around.addStretch(1)
        around.addWidget(self._made(shown) if shown else self._empty(), 1000)
        around.addStretch(1)
        self.page.setWidget(inner)

    def _made(self, shown: tuple[Panel, ...]) -> QWidget:
        middle = QWidget()
        middle.setMaximumWidth(WIDEST)
        about = _label(said.ABOUT, "muted")
        about.setWordWrap(True)
        rows = QVBoxLayout(middle)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(14)
        rows.addWidget(about)
        grid = QHBoxLayout()
        grid.setSpacing(16)
        self.cards = [ClassCard(self._theme, panel) for panel in shown]
        for column in range(self._columns):
            holder = QVBoxLayout()
            holder.setSpacing(16)
            for card in self.cards[column :: self._columns]:
                card.forget_button.clicked.connect(
                    lambda _checked, panel=card.panel: self.forget_wanted.emit(panel.klass, panel.title)
                )
                holder.addWidget(card)
            holder.addStretch(1)
            grid.addLayout(holder, 1)
        rows.addLayout(grid, 1)
        return middle

    def _empty(self) -> QWidget:
        self.cards = []
        middle = QWidget()
        middle.setMaximumWidth(520)
        title, hint = _label(said.EMPTY, "headline"), _label(said.EMPTY_HINT, "muted")
        hint.setWordWrap(True)
        for label in (title, hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(middle)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(Picture(self._theme, Glyph.WHY, middle), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(title)
        column.addWidget(hint)
        column.addStretch(2)
        return middle

    def _forget(self) -> None:
        """Forget of the class that has the keys, else of the first."""
        focused = next((card for card in self.cards if card.forget_button.hasFocus()), None)
        card = focused or next((card for card in self.cards if card.panel.may_forget), None)
        if card is not None and card.panel.may_forget:
            self.forget_wanted.emit(card.panel.klass, card.panel.title)


def _grid(rows: tuple[tuple[str, str], ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(7)
    grid.setColumnMinimumWidth(0, LABEL)
    grid.setColumnStretch(1, 1)
    before = ""
    for at, (name, text) in enumerate(rows):
        head, told = _label("" if name == before else name, "rowName"), _label(text, "rowText")
        before = name
        told.setWordWrap(True)
        told.setAccessibleName(f"{name}: {text}")
        grid.addWidget(head, at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(told, at, 1)
    return grid


def _label(text: str, look: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label

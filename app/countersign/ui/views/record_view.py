"""The screen of the record: can it be relied on, who signs it, who else has seen it."""

from PySide6.QtCore import QLocale, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from countersign.domain.time import now
from countersign.ui.look import record_words as said
from countersign.ui.look.marks import Glyph, draw_glyph
from countersign.ui.look.theme import Theme
from countersign.ui.models.record_page import Headline, headline, sections
from countersign.ui.models.record_session import RecordSession
from countersign.ui.models.standing import MARKS, State
from countersign.ui.models.stop_model import StopModel
from countersign.ui.views.cards import WIDEST, CardPage
from countersign.ui.views.parts import GlyphButton, add_key, restyle
from countersign.ui.views.record_chip import RecordChip
from countersign.ui.views.stop_view import StopButton

HERE = Qt.ShortcutContext.WidgetWithChildrenShortcut
PLAIN = Headline(State.UNKNOWN, said.RECORD, said.RECORD_UNKNOWN)


class Shield(QWidget):
    """The state of the record as a large mark."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = State.UNKNOWN
        self.setFixedSize(56, 56)
        theme.changed.connect(self.update)

    def show_state(self, state: State) -> None:
        """Show another state."""
        self._state = state
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it on a soft ground."""
        glyph, tone = MARKS[self._state]
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.ground(tone)))
        painter.drawRoundedRect(QRectF(self.rect()), 16, 16)
        draw_glyph(painter, glyph, QRectF(14, 14, 28, 28), QColor(colours.ink(tone)))


class RecordView(QWidget):
    """One headline with its two acts, and cards below."""

    left = Signal()
    """The person goes back to where they were."""
    export_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, theme: Theme, session: RecordSession, stopping: StopModel, locale: QLocale) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme, self.session, self._locale = theme, session, locale
        self.halt_button = StopButton(theme, stopping, self)
        self.halt_button.clicked.connect(self.stop_wanted)
        self.shield = Shield(theme, self)
        self._title, self._text = QLabel(self), QLabel(self)
        self.verify_button = _button(said.VERIFY, "V", "primary")
        self.stop_button = _button(said.STOP, "", "")
        self.export_button = _button(said.EXPORT, "E", "")
        self.progress = QProgressBar(self)
        self.page = CardPage(said.RECORD, self)
        self._how_far = QLabel(self)
        self._lay_out()
        session.changed.connect(self._tell)
        self.verify_button.clicked.connect(session.verify)
        self.stop_button.clicked.connect(session.stop)
        self.export_button.clicked.connect(self.export_wanted)
        for keys, act in (
            ("V", session.verify),
            ("E", self.export_wanted.emit),
            ("Esc", self.left.emit),
        ):
            add_key(self, keys, act, HERE)

    @property
    def said(self) -> str:
        """The headline and its sentence."""
        return f"{self._title.text()} {self._text.text()}"

    def begin(self) -> None:
        """Load what is shown; the keys go to the first act."""
        self._tell()
        self.session.load()
        self.verify_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- parts ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_bar())
        middle = QWidget(self)
        middle.setMaximumWidth(WIDEST)
        inner = QHBoxLayout(middle)
        inner.setContentsMargins(24, 20, 24, 16)
        inner.setSpacing(16)
        inner.addWidget(self.shield, 0, Qt.AlignmentFlag.AlignTop)
        inner.addLayout(self._make_headline(), 1)
        for button in (self.stop_button, self.verify_button, self.export_button):
            inner.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 1000)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.page, 1)

    def _make_bar(self) -> QWidget:
        bar = QWidget(self)
        bar.setObjectName("bar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setFixedHeight(56)
        back = GlyphButton(self._theme, Glyph.BACK, said.GO_BACK, bar)
        back.clicked.connect(self.left)
        title = QLabel(said.RECORD, bar)
        title.setObjectName("title")
        self.chip = RecordChip(self._theme, self.session.standing, parent=bar)
        self.chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(back)
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(self.chip)
        row.addWidget(self.halt_button)
        return bar

    def _make_headline(self) -> QVBoxLayout:
        self._title.setObjectName("headline")
        self._text.setObjectName("headlineText")
        self._how_far.setObjectName("muted")
        self._how_far.setAccessibleName(said.VERIFYING)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(said.VERIFYING)
        for label in (self._title, self._text):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        lines = QVBoxLayout()
        lines.setSpacing(4)
        lines.addWidget(self._title)
        lines.addWidget(self._text)
        lines.addWidget(self.progress)
        lines.addWidget(self._how_far)
        lines.addStretch(1)
        return lines

    # -- what is shown --------------------------------------------------------------------------------

    def _tell(self) -> None:
        session, standing = self.session, self.session.standing.standing
        running = session.job.is_running
        told = PLAIN if standing is None else headline(standing, now(), self._locale)
        self.shield.show_state(State.UNKNOWN if running else told.state)
        self._title.setText(said.VERIFYING if running else told.title)
        self._text.setText(told.text)
        self._text.setVisible(not running)
        self._title.setProperty("state", State.UNKNOWN if running else told.state)
        restyle(self._title)
        for part in (self.progress, self._how_far, self.stop_button):
            part.setVisible(running)
        self.verify_button.setVisible(not running)
        if running:
            self.progress.setRange(0, max(1, session.total))
            self.progress.setValue(session.done)
            self._how_far.setText(said.how_far(session.done, session.total))
        if session.custody is not None and standing is not None:
            self.page.show_sections(sections(session.custody, standing, self._locale))


def _button(name: str, keys: str, look: str) -> QPushButton:
    button = QPushButton(name)
    button.setObjectName(look)
    button.setAccessibleName(name)
    button.setToolTip(keys)
    button.setMinimumWidth(104)
    return button

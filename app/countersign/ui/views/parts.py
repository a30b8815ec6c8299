"""Small parts that several screens use: sign buttons, a mark, a row of chips, the status line."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QFontMetricsF, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from countersign.ui.delegates import paint
from countersign.ui.look import words
from countersign.ui.look.marks import Glyph, draw_glyph
from countersign.ui.look.theme import Theme

LINGER = 8000
"""Milliseconds that a message stays."""


def restyle(widget: QWidget) -> None:
    """Have the style sheet look at a widget's properties again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def add_key(
    widget: QWidget,
    keys: str,
    act: Callable[[], object],
    context: Qt.ShortcutContext = Qt.ShortcutContext.WindowShortcut,
) -> None:
    """Have keys do something while a widget (or its window) has the focus."""
    action = QAction(widget)
    action.setShortcut(QKeySequence(keys))
    action.setShortcutContext(context)
    action.triggered.connect(lambda _checked: act())
    widget.addAction(action)


class Choice(QComboBox):
    """A combo box with the desk's own arrow."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.view().setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, then the arrow."""
        super().paintEvent(event)
        place = QRectF(self.width() - 22, self.height() / 2 - 6, 12, 12)
        draw_glyph(QPainter(self), Glyph.DOWN, place, QColor(self._theme.colours.muted))


class GlyphButton(QPushButton):
    """A quiet button with a sign; its name is spoken and shown on hover."""

    def __init__(self, theme: Theme, glyph: Glyph, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._glyph = glyph
        self.setObjectName("quiet")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFixedSize(32, 30)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the button, then its sign."""
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRectF(self.width() / 2 - 8, self.height() / 2 - 8, 16, 16)
        draw_glyph(painter, self._glyph, place, QColor(self._theme.colours.text))


class Brand(QWidget):
    """The sign of the desk: a signature over a line."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(26, 26)
        self.setAccessibleName(words.APP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.accent))
        painter.drawRoundedRect(QRectF(0, 0, 26, 26), 7, 7)
        draw_glyph(painter, Glyph.SIGNED, QRectF(5, 5, 16, 16), QColor(self._theme.colours.on_accent))


class Picture(QWidget):
    """A large, quiet sign above an empty list."""

    def __init__(self, theme: Theme, glyph: Glyph, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._glyph = glyph
        self.setFixedSize(72, 72)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it on a soft ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.accent_soft))
        painter.drawRoundedRect(QRectF(self.rect()), 20, 20)
        draw_glyph(painter, self._glyph, QRectF(20, 20, 32, 32), QColor(self._theme.colours.accent))


class ChipRow(QWidget):
    """Reasons as chips, as many as fit."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chips: tuple[str, ...] = ()
        self.setFixedHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_chips(self, chips: tuple[str, ...]) -> None:
        """Show these."""
        self._chips = chips
        said = ", ".join(chips)
        self.setAccessibleName(f"{words.WHY}: {said}" if said else words.WHY)
        self.setToolTip(said)
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for all chips."""
        metrics = QFontMetricsF(paint.chip_font())
        wide = sum(
            metrics.horizontalAdvance(chip) + 2 * paint.CHIP_PADDING + paint.CHIP_GAP for chip in self._chips
        )
        return QSize(int(wide) + 4, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them."""
        colours = self._theme.colours
        painter = QPainter(self)
        paint.chips(
            painter,
            QRectF(self.rect()),
            self._chips,
            ink=colours.doubt,
            ground=colours.doubt_soft,
            quiet=colours.muted,
        )


class StatusLine(QWidget):
    """One calm line at the foot: what was done, what went wrong, who sits here."""

    def __init__(self, person: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("foot")
        self.setFixedHeight(30)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._message = QLabel(self)
        self._message.setObjectName("status")
        self._message.setAccessibleName("Message")
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._staff = QLabel(self)
        self._staff.setObjectName("muted")
        self._staff.setAccessibleName("Agents")
        self._person = QLabel(person, self)
        self._person.setObjectName("muted")
        self._person.setAccessibleName("You are")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(20)
        row.addWidget(self._message, 1)
        row.addWidget(self._staff)
        row.addWidget(self._person)
        self._fade = QTimer(self, interval=LINGER, singleShot=True)
        self._fade.timeout.connect(self.clear)

    @property
    def text(self) -> str:
        """What stands there."""
        return self._message.text()

    def say(self, message: str) -> None:
        """Show a message for a while."""
        self._show(message, "said")
        self._fade.start()

    def complain(self, message: str) -> None:
        """Show what has to be mended, until something else is said."""
        self._show(message, "trouble")
        self._fade.stop()

    def clear(self) -> None:
        """Show nothing."""
        self._show("", "said")

    def show_agents(self, working: bool) -> None:
        """Say whether a worker runs."""
        self._staff.setText(words.agents(working))

    def _show(self, message: str, kind: str) -> None:
        self._message.setText(message)
        self._message.setToolTip(message)
        self._message.setProperty("kind", kind)
        restyle(self._message)

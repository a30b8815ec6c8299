"""Small parts that several screens use: sign buttons, a mark, a row of chips, the status line."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QFontMetricsF, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from countersign.ui.delegates import paint
from countersign.ui.look import words
from countersign.ui.look.marks import Glyph, Mark, draw_glyph, draw_mark
from countersign.ui.look.theme import Theme, font

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


class Tick(QCheckBox):
    """A check box with the desk's own mark."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.setMinimumHeight(26)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide enough for its words."""
        return QSize(round(paint.wide(self.text(), font(13))) + 34, 26)

    def hitButton(self, spot: QPoint) -> bool:
        """Take a click anywhere on it."""
        return self.rect().contains(spot)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, mark and words."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(4.5, self.height() / 2 - 7.5, 15, 15)
        painter.setPen(QColor(colours.accent if self.isChecked() else colours.edge))
        painter.setBrush(QColor(colours.accent if self.isChecked() else colours.raised))
        painter.drawRoundedRect(box, 4, 4)
        if self.isChecked():
            draw_mark(painter, Mark.CHECK, box.adjusted(2, 2, -2, -2), QColor(colours.on_accent))
        ink = colours.text if self.isEnabled() else colours.muted
        paint.text(painter, QRectF(28, 0, self.width() - 28, self.height()), self.text(), ink, font(13))
        if self.hasFocus():
            paint.outline(painter, QRectF(self.rect()), colours.accent, 2, 6)


class MoreButton(GlyphButton):
    """A button with a menu of what is done now and then."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, Glyph.MORE, words.MORE, parent)
        self.choices = QMenu(self)
        self.choices.setAccessibleName(words.MORE)
        self.setMenu(self.choices)

    def offer(self, name: str, keys: str, act: Callable[[], object]) -> QAction:
        """Add a choice; its keys are shown beside it, and belong to whoever made them work."""
        action = self.choices.addAction(f"{name}\t{keys}" if keys else name)
        action.triggered.connect(lambda _checked: act())
        return action

    def open_menu(self) -> None:
        """Open the menu with its first choice under the keys."""
        self.choices.popup(self.mapToGlobal(self.rect().bottomLeft()))
        first = next((action for action in self.choices.actions() if action.isEnabled()), None)
        if first is not None:
            self.choices.setActiveAction(first)


class Badge(QWidget):
    """A sign and a word, for what must not be overlooked."""

    def __init__(self, theme: Theme, glyph: Glyph, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._glyph, self._name = theme, glyph, name
        self.setAccessibleName(name)
        self.setFixedSize(round(paint.wide(name, paint.chip_font())) + 32, 24)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign, then the word, on a quiet ground."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(paint.tint(colours.person_soft))
        painter.drawRoundedRect(QRectF(0, 2, self.width(), 20), 5, 5)
        draw_glyph(painter, self._glyph, QRectF(6, 5, 14, 14), QColor(colours.person))
        place = QRectF(25, 2, self.width() - 25, 20)
        paint.text(painter, place, self._name, colours.person, paint.chip_font())


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

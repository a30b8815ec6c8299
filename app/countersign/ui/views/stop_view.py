"""The stop button that stands on every screen, and the strip that says what is stopped."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from countersign.ui.delegates import paint
from countersign.ui.look import stop_words as said
from countersign.ui.look.marks import Glyph, draw_glyph
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.stop_model import StopModel

HEIGHT = 30
MARK = 14
SIDE = 10
GAP = 7


class StopButton(QPushButton):
    """Quiet while agents work; red, by colour, shape and word, when something is stopped."""

    def __init__(self, theme: Theme, stopping: StopModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._stopping = theme, stopping
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        stopping.changed.connect(self._tell)
        theme.changed.connect(self.update)
        self._tell()

    @property
    def said(self) -> str:
        """The word on the button."""
        return said.STOPPED if self._stopping.is_stopped else said.STOP

    def sizeHint(self) -> QSize:
        """Wide enough for what it says."""
        return QSize(round(paint.wide(self.said, self._font())) + MARK + GAP + 2 * SIDE + 2, HEIGHT)

    def _tell(self) -> None:
        told = " ".join(self._stopping.lines)
        self.setAccessibleName(f"{said.STOP_AGENTS}. {said.STOPPED}: {told}" if told else said.STOP_AGENTS)
        self.setToolTip(f"{said.STOP_TIP} ({said.KEYS})")
        self.setFixedWidth(self.sizeHint().width())
        self.update()

    @staticmethod
    def _font() -> QFont:
        return font(12, QFont.Weight.Medium)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint sign and word."""
        colours = self._theme.colours
        is_stopped = self._stopping.is_stopped
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect())
        ground = colours.poor_soft if is_stopped else colours.surface
        if self.underMouse() or self.isDown():
            ground = colours.hover
        ink = colours.poor if is_stopped else colours.text
        painter.setPen(paint.tint(colours.poor if is_stopped else colours.edge))
        painter.setBrush(paint.tint(ground))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        sign = QRectF(SIDE, (HEIGHT - MARK) / 2, MARK, MARK)
        draw_glyph(painter, Glyph.HALT, sign, paint.tint(ink))
        paint.text(painter, place.adjusted(SIDE + MARK + GAP, 0, 0, 0), self.said, ink, self._font())
        if self.hasFocus():
            paint.outline(painter, place, colours.accent, 2, 7)


class StopStrip(QWidget):
    """A line across every screen while something is stopped; not there when nothing is."""

    resume_wanted = Signal()

    def __init__(self, theme: Theme, stopping: StopModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("halted")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(38)
        self._theme, self._stopping = theme, stopping
        self._label = QLabel(self)
        self._label.setObjectName("halted")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.resume_button = QPushButton(f"{said.RESUME}…", self)
        self.resume_button.setAccessibleName(said.RESUME_TITLE)
        self.resume_button.clicked.connect(self.resume_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(42, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self._label, 1)
        row.addWidget(self.resume_button)
        stopping.changed.connect(self._tell)
        theme.changed.connect(self.update)
        self._tell()

    @property
    def text(self) -> str:
        """What the strip says."""
        return self._label.text()

    def _tell(self) -> None:
        stopping = self._stopping
        self._label.setText(stopping.line)
        told = "\n".join(stopping.lines)
        self._label.setAccessibleName(told or said.STOPPED)
        self._label.setToolTip(told)
        self.resume_button.setEnabled(not stopping.why_not)
        self.resume_button.setToolTip(stopping.why_not or said.RESUME_KEYS)
        self.setVisible(stopping.is_stopped)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign before the words."""
        super().paintEvent(event)
        ink = paint.tint(self._theme.colours.poor)
        draw_glyph(QPainter(self), Glyph.HALT, QRectF(16, self.height() / 2 - 8, 16, 16), ink)

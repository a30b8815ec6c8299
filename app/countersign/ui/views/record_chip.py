"""The chip that says on every screen how the record stands, and leads to the screen of the record."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from countersign.ui.delegates import paint
from countersign.ui.look import record_words as said
from countersign.ui.look.marks import draw_glyph
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.standing import MARKS, StandingModel, State

HEIGHT = 30
MARK = 16
SIDE = 10
GAP = 7
KEYS = "Ctrl+R"


class RecordChip(QPushButton):
    """A quiet button: a shield by its shape, and a few words; loud only when something is wrong."""

    def __init__(
        self, theme: Theme, standing: StandingModel, *, short: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._standing, self._short = theme, standing, short
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        standing.changed.connect(self._tell)
        theme.changed.connect(self.update)
        self._tell()

    @property
    def said(self) -> str:
        """The words on the chip."""
        percent = self._standing.percent
        if percent is not None:
            return said.checking(percent)
        told = self._standing.told
        return told.short if self._short else told.text

    def be_short(self, short: bool) -> None:
        """Say it in fewer words where room is short."""
        if short is not self._short:
            self._short = short
            self._tell()

    def sizeHint(self) -> QSize:
        """Wide enough for what it says."""
        return QSize(round(paint.wide(self.said, self._font())) + MARK + GAP + 2 * SIDE + 2, HEIGHT)

    def _tell(self) -> None:
        told = self._standing.told
        self.setAccessibleName(told.spoken)
        self.setToolTip(f"{told.why}\n{told.text}\n{KEYS}")
        self.updateGeometry()
        self.setFixedWidth(self.sizeHint().width())
        self.update()

    @staticmethod
    def _font() -> QFont:
        return font(12, QFont.Weight.Medium, figures=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint mark and words; the ground is there only while a hand is on it or something is wrong."""
        colours = self._theme.colours
        told = self._standing.told
        glyph, tone = MARKS[told.state]
        ink = colours.ink(tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect())
        ground = colours.ground(tone) if told.state is State.DAMAGED else colours.surface
        if self.underMouse() or self.isDown():
            ground = colours.hover
        painter.setPen(QColor(ink if told.state is State.DAMAGED else colours.line))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        draw_glyph(painter, glyph, QRectF(SIDE, (HEIGHT - MARK) / 2, MARK, MARK), QColor(ink))
        text = colours.muted if told.state in (State.FINE, State.UNKNOWN) else ink
        paint.text(painter, place.adjusted(SIDE + MARK + GAP, 0, 0, 0), self.said, text, self._font())
        if self.hasFocus():
            paint.outline(painter, place, colours.accent, 2, 7)

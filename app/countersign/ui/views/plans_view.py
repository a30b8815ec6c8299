"""How cases of each class are worked on: the steps of its plan as chips, from left to right, read only."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from countersign.domain.agents_seen import ClassPlan, Live
from countersign.ui.delegates import paint
from countersign.ui.look import agents_words as said
from countersign.ui.look import stop_words
from countersign.ui.look.colours import Colours
from countersign.ui.look.theme import Theme, font
from countersign.ui.models.plans_page import Chip, waves
from countersign.ui.views.agents_cards import label

CHIP = 148
HIGH = 50
GAP, ARROW = 8, 22
LINE_GAP = 22
"""Pixels between two lines of one plan: more than between steps that run side by side."""
DIGEST = 12


class PlanRow(QWidget):
    """The chips of one plan; what is side by side stands below each other, what has no room begins anew."""

    def __init__(self, theme: Theme, name: str, columns: tuple[tuple[Chip, ...], ...]) -> None:
        super().__init__()
        self._theme, self._columns = theme, columns
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        told = " → ".join(", ".join(chip.spoken for chip in column) for column in columns)
        self.setAccessibleDescription(told)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As high as the lines need at this width."""
        return QSize(CHIP, self._high(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the height that the width asks for."""
        super().resizeEvent(event)
        self.setFixedHeight(self._high(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint chips and arrows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        top = 0.0
        last = len(self._columns) - 1
        for line, high in self._lines(self.width()):
            left = 0.0
            for at, column in line:
                for below, chip in enumerate(column):
                    place = QRectF(left, top + below * (HIGH + GAP), CHIP, HIGH)
                    _paint_chip(painter, place, chip, colours)
                if at != last:
                    arrow = QRectF(left + CHIP, top, ARROW, HIGH)
                    painter.setFont(font(14))
                    painter.setPen(paint.tint(colours.muted))
                    painter.drawText(arrow, Qt.AlignmentFlag.AlignCenter, "→")
                left += CHIP + ARROW
            top += high + LINE_GAP

    def _lines(self, width: int) -> list[tuple[list[tuple[int, tuple[Chip, ...]]], int]]:
        """Return the columns of each line with their places in the plan, and the line's height."""
        fit = max(1, (width + ARROW) // (CHIP + ARROW))
        numbered = list(enumerate(self._columns))
        lines = [numbered[at : at + fit] for at in range(0, len(numbered), fit)]
        return [(line, max(len(column) for _, column in line) * (HIGH + GAP) - GAP) for line in lines]

    def _high(self, width: int) -> int:
        return sum(high + LINE_GAP for _, high in self._lines(width)) - LINE_GAP + GAP


def _paint_chip(painter: QPainter, place: QRectF, chip: Chip, colours: Colours) -> None:
    """Paint a step: its name, who does it, its layer; a stopped one is framed and says so."""
    inks = {"agent": colours.accent, "person": colours.person}
    ink = inks.get(chip.kind, colours.muted)
    painter.setPen(paint.tint(colours.poor if chip.is_stopped else colours.line))
    grounds = {"agent": colours.raised, "person": colours.person_soft}
    painter.setBrush(paint.tint(grounds.get(chip.kind, colours.hover)))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paint.tint(ink))
    painter.drawRoundedRect(QRectF(place.left() + 6, place.top() + 9, 3, HIGH - 18), 1.5, 1.5)
    inner = place.adjusted(16, 6, -8, -6)
    upper = QRectF(inner.left(), inner.top(), inner.width(), 18)
    lower = QRectF(inner.left(), inner.bottom() - 17, inner.width(), 17)
    made = font(11)
    corner = stop_words.STOPPED.lower() if chip.is_stopped else chip.layer
    wide = paint.wide(corner, made)
    corner_at = QRectF(upper.right() - wide, upper.top(), wide + 1, 18)
    paint.text(painter, corner_at, corner, colours.poor if chip.is_stopped else colours.muted, made)
    name = upper.adjusted(0, 0, -wide - 6, 0)
    paint.text(painter, name, chip.step, colours.text, font(12, QFont.Weight.DemiBold))
    paint.text(painter, lower, chip.by, ink, made)


class PlansPage(QScrollArea):
    """A card for each class, the plan by which every case begins first."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAccessibleName(said.TAB_PLANS)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._theme = theme
        self._shown: object = None
        self.rows: list[PlanRow] = []

    def show_plans(self, plans: tuple[ClassPlan, ...], live: Live | None) -> None:
        """Show these; what is the same already is left alone."""
        told = tuple((one, waves(one.plan, one.klass, live)) for one in plans)
        if told == self._shown:
            return
        self._shown = told
        inner = QWidget()
        inner.setObjectName("page")
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(14)
        about = label(said.PLANS_ABOUT if told else said.PLANS_HINT, "muted", inner)
        about.setWordWrap(True)
        if not told:
            column.addWidget(label(said.PLANS_EMPTY, "emptyTitle", inner))
        column.addWidget(about)
        self.rows = []
        for one, columns in told:
            column.addWidget(self._card(one, columns))
        column.addStretch(1)
        self.setWidget(inner)

    def turn(self, pages: int) -> None:
        """Scroll by whole pages."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep())

    def _card(self, one: ClassPlan, columns: tuple[tuple[Chip, ...], ...]) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        card.setAccessibleName(one.label)
        version = label(said.plan_version(one.plan.name, one.plan.digest[:DIGEST]), "muted")
        version.setToolTip(one.plan.digest)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(label(one.label, "cardTitle"))
        head.addWidget(version)
        head.addStretch(1)
        made = PlanRow(self._theme, one.label, columns)
        self.rows.append(made)
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 10)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(made)
        return card

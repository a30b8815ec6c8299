"""The head of the review screen: which case this is, why it is here, who holds it, and the two ways out."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from countersign.ui.look import care_words, words
from countersign.ui.look.marks import Glyph
from countersign.ui.look.theme import Theme
from countersign.ui.models.review_head import Head
from countersign.ui.models.standing import StandingModel
from countersign.ui.models.stop_model import StopModel
from countersign.ui.views.parts import Badge, ChipRow, GlyphButton, MoreButton, restyle
from countersign.ui.views.record_chip import RecordChip
from countersign.ui.views.stop_view import StopButton

NARROW = 1300
"""Pixels below which the chip says only what matters most."""


class TopBar(QWidget):
    """Two lines: the case, and its reasons."""

    back = Signal()
    approved = Signal()
    rejected = Signal()

    def __init__(
        self, theme: Theme, standing: StandingModel, stopping: StopModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(72)
        self._counterparty = self._label("title", "Counterparty")
        self._counterparty.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._amount = self._label("amount", "Amount")
        self._facts = self._label("muted", "Class, number and age")
        self._holder = self._label("holder", "Who holds the case")
        self._remaining = self._label("muted", "Left and done today")
        self._chips = ChipRow(theme, self)
        self.held = Badge(theme, Glyph.HELD, care_words.HELD_CHIP, self)
        self.erased = Badge(theme, Glyph.ERASED, care_words.ERASED_CHIP, self)
        self.chip = RecordChip(theme, standing, short=True, parent=self)
        self.stop_button = StopButton(theme, stopping, self)
        self.more_button = MoreButton(theme, self)
        self.back_button = GlyphButton(theme, Glyph.BACK, words.BACK, self)
        self.reject_button = self._button(words.REJECT, "")
        self.approve_button = self._button(words.APPROVE, "primary")
        self.back_button.clicked.connect(self.back)
        self.reject_button.clicked.connect(self.rejected)
        self.approve_button.clicked.connect(self.approved)
        self.reject_button.setToolTip("R")
        self.approve_button.setToolTip("Ctrl+Enter")
        for button in (
            self.back_button,
            self.chip,
            self.stop_button,
            self.more_button,
            self.reject_button,
            self.approve_button,
        ):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()

    def show_head(self, head: Head) -> None:
        """Show a case."""
        self._counterparty.setText(head.counterparty)
        self._counterparty.setToolTip(head.counterparty)
        self._amount.setText(head.amount)
        self._facts.setText(" · ".join(part for part in (head.klass, head.number, head.age) if part))
        self._holder.setText(head.holder)
        self._holder.setVisible(bool(head.holder))
        self._holder.setProperty("kind", "mine" if head.can_act else "other")
        restyle(self._holder)
        self._chips.show_chips(head.chips)
        self.held.setVisible(head.is_held)
        self.erased.setVisible(head.is_erased)
        self.reject_button.setEnabled(head.can_act)
        self.approve_button.setEnabled(head.can_approve)

    def show_remaining(self, said: str) -> None:
        """Say what is left."""
        self._remaining.setText(said)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where room is short, the chip says less."""
        super().resizeEvent(event)
        self.chip.be_short(self.width() < NARROW)

    def _label(self, name: str, spoken: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setAccessibleName(spoken)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _button(self, name: str, look: str) -> QPushButton:
        button = QPushButton(name, self)
        button.setObjectName(look)
        button.setAccessibleName(name)
        button.setMinimumWidth(92)
        return button

    def _lay_out(self) -> None:
        upper = QHBoxLayout()
        upper.setSpacing(14)
        upper.addWidget(self._counterparty, 1)
        upper.addWidget(self.chip)
        upper.addWidget(self._amount)
        lower = QHBoxLayout()
        lower.setSpacing(12)
        lower.addWidget(self._facts)
        lower.addWidget(self.held)
        lower.addWidget(self.erased)
        lower.addWidget(self._chips, 1)
        lower.addWidget(self._holder)
        lower.addWidget(self._remaining)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.setContentsMargins(0, 8, 0, 8)
        lines.addLayout(upper)
        lines.addLayout(lower)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(self.back_button)
        row.addLayout(lines, 1)
        row.addSpacing(8)
        row.addWidget(self.stop_button)
        row.addWidget(self.more_button)
        row.addWidget(self.reject_button)
        row.addWidget(self.approve_button)

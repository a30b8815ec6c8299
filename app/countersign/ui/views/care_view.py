"""Holding a case, lifting a hold, and erasing its content for good: one dialog, three wordings."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from countersign.domain.case import CaseFile
from countersign.ui.look import care_words as said
from countersign.ui.look import words
from countersign.ui.look.theme import Theme
from countersign.ui.models import show
from countersign.ui.views.parts import Tick


class Kind(StrEnum):
    """What is to be done."""

    HOLD = "hold"
    LIFT = "lift"
    ERASE = "erase"


@dataclass(frozen=True)
class _Wording:
    title: str
    about: str
    go: str


WORDINGS = {
    Kind.HOLD: _Wording(said.HOLD_TITLE, said.HOLD_ABOUT, said.HOLD_GO),
    Kind.LIFT: _Wording(said.LIFT_TITLE, said.LIFT_ABOUT, said.LIFT_GO),
    Kind.ERASE: _Wording(said.ERASE_TITLE, said.ERASE_ABOUT, said.ERASE_GO),
}


class CareDialog(QDialog):
    """Accepted with `order`."""

    def __init__(
        self, theme: Theme, kind: Kind, case: CaseFile, locale: QLocale, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._kind, self._case, self._locale = kind, case, locale
        wording = WORDINGS[kind]
        self.setWindowTitle(wording.title)
        self.setMinimumWidth(500)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(said.ORDER)
        self.line.setAccessibleName(said.ORDER)
        self.line.setMaxLength(said.LONGEST_ORDER)
        self.list = self._make_list()
        self.sure = Tick(theme, said.SURE, self)
        self.go_button = QPushButton(wording.go, self)
        self.go_button.setObjectName("danger" if kind is Kind.ERASE else "primary")
        self.go_button.setAccessibleName(wording.go)
        self.go_button.setDefault(True)
        self.go_button.clicked.connect(self.accept)
        self._lay_out(wording)
        self.line.textChanged.connect(self._weigh)
        self.sure.toggled.connect(self._weigh)
        self._weigh()
        first = self.list if kind is Kind.LIFT else self.line
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def order(self) -> str:
        """The order that was typed or picked."""
        if self._kind is Kind.LIFT:
            return self._case.holds[self.list.currentRow()].order
        return self.line.text().strip()

    def _weigh(self) -> None:
        """Let it go ahead only when all is said that must be."""
        ready = self._kind is Kind.LIFT or bool(self.line.text().strip())
        self.go_button.setEnabled(ready and (self._kind is not Kind.ERASE or self.sure.isChecked()))

    def _make_list(self) -> QListWidget:
        made = QListWidget(self)
        made.setAccessibleName(said.HOLDS)
        for hold in self._case.holds:
            text = said.hold_row(hold.order, hold.by, show.moment(hold.at, self._locale))
            made.addItem(QListWidgetItem(text))
        made.setCurrentRow(0)
        made.setFixedHeight(30 * min(5, len(self._case.holds)) + 8)
        return made

    def _lay_out(self, wording: _Wording) -> None:
        title, about = QLabel(wording.title, self), QLabel(wording.about, self)
        title.setObjectName("title")
        about.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(10)
        column.addWidget(title)
        column.addWidget(about)
        if self._kind is Kind.ERASE:
            column.addWidget(self._told(said.GONE, said.gone(self._case), "lost"))
            column.addWidget(self._told(said.REMAINS, said.REMAINS_LINES, "kept"))
        column.addWidget(self.line)
        column.addWidget(self.list)
        column.addWidget(self.sure)
        hint = QLabel(said.ORDER_HINT, self)
        hint.setObjectName("muted")
        hint.setWordWrap(True)
        column.addWidget(hint)
        column.addSpacing(2)
        column.addLayout(self._make_buttons())
        self.line.setVisible(self._kind is not Kind.LIFT)
        hint.setVisible(self._kind is not Kind.LIFT)
        self.list.setVisible(self._kind is Kind.LIFT)
        self.sure.setVisible(self._kind is Kind.ERASE)

    def _told(self, title: str, lines: tuple[str, ...], look: str) -> QLabel:
        text = "\n".join((title, *(f"•  {line}" for line in lines)))
        label = QLabel(text, self)
        label.setObjectName(look)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _make_buttons(self) -> QHBoxLayout:
        cancel = QPushButton(words.CANCEL, self)
        cancel.setAccessibleName(words.CANCEL)
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.go_button)
        return buttons

"""Having the desk forget, and naming another class: two small dialogs."""

from PySide6.QtCore import Qt
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

from countersign.ui.look import learning_words as said
from countersign.ui.look import words
from countersign.ui.look.theme import Theme
from countersign.ui.views.parts import Choice

HOW = (
    ("counterparty", said.FORGET_PARTY, said.PARTY_NAME),
    ("case", said.FORGET_CASE, said.CASE_NUMBER),
    ("class", said.FORGET_CLASS, ""),
)
"""How the cases are named, what the choice says, and what is typed for it."""


class ForgetDialog(QDialog):
    """Accepted with `how`, `what` and `reason`."""

    def __init__(
        self, theme: Theme, title: str, case: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(said.FORGET_TITLE)
        self.setMinimumWidth(500)
        self.choice = Choice(theme, said.FORGET_WHAT, self)
        for _, text, _ in HOW:
            self.choice.addItem(text)
        self.what, self.reason_line = QLineEdit(self), QLineEdit(self)
        self.reason_line.setPlaceholderText(said.REASON)
        self.reason_line.setAccessibleName(said.REASON)
        self.reason_line.setMaxLength(said.LONGEST_REASON)
        self.go_button = QPushButton(said.FORGET_GO, self)
        self.go_button.setObjectName("danger")
        self.go_button.setAccessibleName(said.FORGET_GO)
        self.go_button.setDefault(True)
        self.go_button.clicked.connect(self.accept)
        self._lay_out(f"{said.FORGET_TITLE}: {title}")
        self.choice.currentIndexChanged.connect(self._weigh)
        for line in (self.what, self.reason_line):
            line.textChanged.connect(self._weigh)
        if case is not None:
            self.choice.setCurrentIndex([how for how, _, _ in HOW].index("case"))
            self.what.setText(case)
        self._weigh()
        first = self.reason_line if case is not None else self.what
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def how(self) -> str:
        """``case``, ``counterparty`` or ``class``."""
        return HOW[self.choice.currentIndex()][0]

    @property
    def named(self) -> str:
        """The case or counterparty that was typed."""
        return self.what.text().strip()

    @property
    def reason(self) -> str:
        """Why."""
        return self.reason_line.text().strip()

    def _weigh(self) -> None:
        """Let it go ahead only when all is said that must be."""
        _, _, asked = HOW[self.choice.currentIndex()]
        self.what.setVisible(bool(asked))
        self.what.setPlaceholderText(asked)
        self.what.setAccessibleName(asked or said.FORGET_CLASS)
        self.go_button.setEnabled(bool(self.reason) and (bool(self.named) or not asked))

    def _lay_out(self, heading: str) -> None:
        title, about, hint = (QLabel(text, self) for text in (heading, said.FORGET_ABOUT, said.REASON_HINT))
        title.setObjectName("title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        hint.setObjectName("muted")
        for label in (about, hint):
            label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(10)
        for part in (title, about, self.choice, self.what, self.reason_line, hint):
            column.addWidget(part)
        column.addLayout(buttons(self, self.go_button))


class ClassDialog(QDialog):
    """Accepted with `klass`."""

    def __init__(self, classes: tuple[tuple[str, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes = classes
        self.setWindowTitle(said.CLASS_TITLE)
        self.setMinimumWidth(440)
        title, about = QLabel(said.CLASS_TITLE, self), QLabel(said.CLASS_ABOUT, self)
        title.setObjectName("title")
        about.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(said.CLASS_LIST)
        for _, label in classes:
            self.list.addItem(QListWidgetItem(label))
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(30 * min(9, len(classes)) + 8)
        self.list.itemDoubleClicked.connect(self.accept)
        go = QPushButton(said.CLASS_GO, self)
        go.setObjectName("primary")
        go.setAccessibleName(said.CLASS_GO)
        go.setDefault(True)
        go.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(10)
        for part in (title, about, self.list):
            column.addWidget(part)
        column.addLayout(buttons(self, go))
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def klass(self) -> str:
        """The class that was picked."""
        return self._classes[self.list.currentRow()][0]


def buttons(dialog: QDialog, go: QPushButton) -> QHBoxLayout:
    """Return a row with a way out and a way on."""
    cancel = QPushButton(words.CANCEL, dialog)
    cancel.setAccessibleName(words.CANCEL)
    cancel.setAutoDefault(False)
    cancel.clicked.connect(dialog.reject)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(cancel)
    row.addWidget(go)
    return row

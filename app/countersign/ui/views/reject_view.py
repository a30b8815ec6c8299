"""Choosing why a case is rejected: a digit picks the reason, a note is optional."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
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

from countersign.ui.look import words

DIGITS = 9


class RejectDialog(QDialog):
    """Accepted with `code` and `note`."""

    def __init__(self, reasons: tuple[tuple[str, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.REJECT_TITLE)
        self.setMinimumWidth(440)
        self._reasons = reasons[:DIGITS]
        title = QLabel(words.REJECT_TITLE, self)
        title.setObjectName("title")
        hint = QLabel(words.REJECT_HINT, self)
        hint.setObjectName("muted")
        self.list = QListWidget(self)
        self.list.setAccessibleName(words.REJECT_TITLE)
        for at, (_, label) in enumerate(self._reasons):
            self.list.addItem(QListWidgetItem(f"{at + 1}    {label}"))
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(30 * len(self._reasons) + 8)
        self.list.installEventFilter(self)
        self.list.itemDoubleClicked.connect(self.accept)
        self._note = QLineEdit(self)
        self._note.setPlaceholderText(words.NOTE)
        self._note.setAccessibleName(words.NOTE)
        cancel = QPushButton(words.CANCEL, self)
        cancel.setAccessibleName(words.CANCEL)
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        confirm = QPushButton(words.REJECT, self)
        confirm.setObjectName("primary")
        confirm.setAccessibleName(words.REJECT)
        confirm.setDefault(True)
        confirm.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(confirm)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(10)
        for part in (title, hint, self.list, self._note):
            column.addWidget(part)
        column.addSpacing(4)
        column.addLayout(buttons)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def code(self) -> str:
        """The reason that was picked."""
        return self._reasons[self.list.currentRow()][0]

    @property
    def note(self) -> str:
        """What was written beside it."""
        return self._note.text().strip()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let a digit pick its reason and go on to the note."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            at = event.key() - Qt.Key.Key_1
            if 0 <= at < len(self._reasons):
                self.list.setCurrentRow(at)
                self._note.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return super().eventFilter(watched, event)

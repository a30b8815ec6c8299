"""Asking for a password: to unlock, to choose one, to sign in, to sign one act."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from countersign.ui.look import words
from countersign.ui.views.parts import restyle

WIDTH = 460


class PasswordDialog(QDialog):
    """Says what was given and stays open until someone closes it, so that a wrong one can be mended."""

    given = Signal(str)
    """What was typed; where a new one is chosen, both times the same."""

    def __init__(
        self, title: str, why: str, *, again: bool = False, error: str = "", parent: QWidget | None = None
    ) -> None:
        """With `again` a new password is chosen, and typed twice."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        head = QLabel(title, self)
        head.setObjectName("title")
        head.setWordWrap(True)
        about = QLabel(why, self)
        about.setObjectName("muted")
        about.setWordWrap(True)
        self.first = self._line(words.NEW_ONE if again else words.YOUR_OWN)
        self.second = self._line(words.SAME_AGAIN) if again else None
        self.error = QLabel(error, self)
        self.error.setObjectName("status")
        self.error.setWordWrap(True)
        self.error.setAccessibleName(words.WRONG)
        self.error.setProperty("kind", "trouble")
        cancel = QPushButton(words.CANCEL, self)
        cancel.setAccessibleName(words.CANCEL)
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.go_button = QPushButton(words.CONTINUE, self)
        self.go_button.setObjectName("primary")
        self.go_button.setAccessibleName(words.CONTINUE)
        self.go_button.setDefault(True)
        self.go_button.clicked.connect(self._go)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.go_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(9)
        for part in (head, about, self.first, self.second, self.error):
            if part is not None:
                column.addWidget(part)
        column.addSpacing(2)
        column.addLayout(buttons)
        self.error.setVisible(bool(error))
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def complain(self, error: str) -> None:
        """Say what was wrong, and have it typed anew."""
        self.error.setText(error)
        self.error.setVisible(True)
        restyle(self.error)
        self.go_button.setEnabled(True)
        for line in (self.first, self.second):
            if line is not None:
                line.setEnabled(True)
                line.clear()
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self) -> None:
        typed = self.first.text()
        if not typed:
            self.complain(words.TYPE_IT)
        elif self.second is not None and typed != self.second.text():
            self.complain(words.NOT_THE_SAME)
        else:
            self.go_button.setEnabled(False)
            self.first.setEnabled(False)
            self.given.emit(typed)

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setPlaceholderText(name)
        line.setAccessibleName(name)
        return line

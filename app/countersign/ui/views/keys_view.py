"""The sheet of keys that are valid on a screen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from countersign.ui.look import words


class KeysDialog(QDialog):
    """Keys on the left, what they do on the right."""

    def __init__(self, keys: tuple[tuple[str, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.KEYS_TITLE)
        title = QLabel(words.KEYS_TITLE, self)
        title.setObjectName("title")
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(8)
        for at, (key, does) in enumerate(keys):
            name = QLabel(key, self)
            name.setObjectName("brand")
            name.setStyleSheet("font-size: 13px;")
            grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(QLabel(does, self), at, 1)
        close = QPushButton(words.CLOSE, self)
        close.setAccessibleName(words.CLOSE)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(16)
        column.addWidget(title)
        column.addLayout(grid)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

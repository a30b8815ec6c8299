"""The page that explains a case: headed rows, links into the case, and the same as PDF."""

import re
from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths, Qt, QUrl, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from countersign.insight.explained import Explanation
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import explain_words as said
from countersign.ui.look import words
from countersign.ui.look.theme import Theme
from countersign.ui.models.explain_page import FIELD_LINK, PLACE_LINK, explain_page
from countersign.ui.views.parts import add_key

SIZE = (940, 760)
UNFIT = re.compile(r"[^\w.-]+")
"""What a file's name is better without."""


class ExplainDialog(QDialog):
    """Shows the explanation of one case."""

    field_wanted = Signal(str, int)
    """A field (name, index) was clicked."""
    place_wanted = Signal(object)
    """An `Evidence` was clicked."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        explanation: Explanation,
        locale: QLocale,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(said.TITLE)
        self._desk, self._theme, self._locale = desk, theme, locale
        self.explanation = explanation
        self.title = QLabel(explanation.subject, self)
        self.title.setObjectName("title")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.page = QTextBrowser(self)
        self.page.setObjectName("sheet")
        self.page.setAccessibleName(said.TITLE)
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(self._on_link)
        self.save_button = QPushButton(said.SAVE, self)
        self.save_button.setAccessibleName(said.SAVE)
        self.save_button.setToolTip(said.SAVE_KEYS)
        self.save_button.setAutoDefault(False)
        self.save_button.clicked.connect(self.choose_file)
        close = QPushButton(words.CLOSE, self)
        close.setAccessibleName(words.CLOSE)
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        head = QHBoxLayout()
        head.setContentsMargins(18, 14, 14, 10)
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(self.save_button)
        head.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        inner = QVBoxLayout()
        inner.setContentsMargins(14, 0, 14, 14)
        inner.addWidget(self.page)
        column.addLayout(inner, 1)
        add_key(self, said.SAVE_KEYS, self.choose_file)
        theme.changed.connect(self._show)
        self._fit(parent)
        self._show()
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_file(self) -> None:
        """Ask where the PDF goes."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = UNFIT.sub("-", self.explanation.subject).strip("-")[:80] or self.explanation.case
        dialog = QFileDialog(self, said.SAVE, folder, said.PDF_FILES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(f"{name}.pdf")
        dialog.fileSelected.connect(lambda file: self.save(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, file: Path) -> None:
        """Write the PDF off the UI thread."""
        port, case, desk = self._desk.port, self.explanation.case, self._desk
        desk.papers.ask(
            lambda: port.save_explanation(case, file), lambda _: desk.said.emit(said.saved(str(file)))
        )

    def _fit(self, parent: QWidget | None) -> None:
        """Stay inside the window that it stands on."""
        room = parent.window().size() if parent else self.screen().availableSize()
        self.resize(min(SIZE[0], room.width() - 40), min(SIZE[1], room.height() - 60))

    def _show(self) -> None:
        self.page.setHtml(explain_page(self.explanation, self._locale, self._theme.colours))

    def _on_link(self, url: QUrl) -> None:
        link = url.toString()
        if link.startswith(FIELD_LINK):
            name, _, index = link.removeprefix(FIELD_LINK).partition("/")
            self.field_wanted.emit(name, int(index))
        elif link.startswith(PLACE_LINK):
            self.place_wanted.emit(self.explanation.fields[int(link.removeprefix(PLACE_LINK))].place)
        self.accept()

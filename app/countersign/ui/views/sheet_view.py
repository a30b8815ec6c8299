"""The review sheet of an agent: a period, the page, and the same as PDF or text."""

from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths, Qt, QUrl, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from countersign.domain.agents_seen import Period, ReviewSheet
from countersign.domain.time import now
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import agents_words as said
from countersign.ui.look import words
from countersign.ui.look.theme import Theme
from countersign.ui.models.agents_session import AgentsSession
from countersign.ui.models.sheet_page import CASE_LINK, periods, sheet_page
from countersign.ui.views.agents_cards import label
from countersign.ui.views.parts import Choice, add_key

SIZE = (820, 700)


class SheetDialog(QDialog):
    """Shows an agent's review sheet of the chosen period."""

    case_wanted = Signal(str)

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        session: AgentsSession,
        agent: str,
        *,
        locale: QLocale,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(said.SHEET_TITLE)
        self._desk, self._theme, self._session, self._locale = desk, theme, session, locale
        self.agent = agent
        self.sheet: ReviewSheet | None = None
        self._periods = periods(now().date())
        self.choice = Choice(theme, said.PERIOD, self)
        self.choice.addItems(said.PERIODS)
        self.page = QTextBrowser(self)
        self.page.setObjectName("sheet")
        self.page.setAccessibleName(said.SHEET_TITLE)
        self.page.setOpenLinks(False)
        self.page.setPlainText(said.MAKING)
        self.save_button = QPushButton(said.SAVE, self)
        self.save_button.setAccessibleName(said.SAVE)
        self.save_button.setToolTip(said.SAVE_KEYS)
        self.save_button.setAutoDefault(False)
        self.save_button.setEnabled(False)
        self._lay_out()
        self.choice.currentIndexChanged.connect(self._ask)
        self.save_button.clicked.connect(self.choose_file)
        self.page.anchorClicked.connect(self._on_link)
        session.sheet_made.connect(self._take)
        theme.changed.connect(self._show)
        add_key(self, said.SAVE_KEYS, self.choose_file)
        room = parent.size() if parent else self.screen().availableSize()
        self.resize(min(SIZE[0], room.width() - 40), min(SIZE[1], room.height() - 60))
        self.choice.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ask()

    @property
    def period(self) -> Period:
        """What was chosen."""
        return self._periods[self.choice.currentIndex()]

    def choose_file(self) -> None:
        """Ask where the sheet goes."""
        if self.sheet is None:
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self, said.SAVE, folder, said.SAVE_FILES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(f"{self.agent}-{self.sheet.period.last.isoformat()}.pdf")
        dialog.fileSelected.connect(lambda file: self.save(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, file: Path) -> None:
        """Write the sheet off the UI thread."""
        port, agent, desk, period = self._desk.port, self.agent, self._desk, self.period
        desk.figures.ask(
            lambda: port.agents.save_sheet(agent, period, file),
            lambda _: desk.said.emit(said.saved(str(file))),
        )

    def _lay_out(self) -> None:
        close = QPushButton(words.CLOSE, self)
        close.setAccessibleName(words.CLOSE)
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        head = QHBoxLayout()
        head.setContentsMargins(18, 14, 14, 10)
        head.setSpacing(8)
        head.addWidget(label(said.sheet_of(self.agent), "title", self), 1)
        for part in (self.choice, self.save_button, close):
            head.addWidget(part)
        inner = QVBoxLayout()
        inner.setContentsMargins(14, 0, 14, 14)
        inner.addWidget(self.page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(inner, 1)

    def _ask(self) -> None:
        self._session.make_sheet(self.agent, self.period)

    def _take(self, sheet: ReviewSheet) -> None:
        """Show it, unless another was asked for meanwhile."""
        if (sheet.agent, sheet.period) == (self.agent, self.period):
            self.sheet = sheet
            self.save_button.setEnabled(True)
            self._show()

    def _show(self) -> None:
        if self.sheet is not None:
            self.page.setHtml(sheet_page(self.sheet, self._locale, self._theme.colours))

    def _on_link(self, url: QUrl) -> None:
        link = url.toString()
        if link.startswith(CASE_LINK):
            self.case_wanted.emit(link.removeprefix(CASE_LINK))
            self.accept()

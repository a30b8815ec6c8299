"""Taking a part of the record out of the house: choose, look at what goes in, write it, hand it over."""

from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from countersign.domain.time import now
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import record_words as said
from countersign.ui.look import words
from countersign.ui.look.theme import Theme
from countersign.ui.models.export_page import preview_page, result_page
from countersign.ui.models.export_session import ExportSession
from countersign.ui.models.record_page import fingerprint
from countersign.ui.views.export_form import ExportForm

SIZE = (940, 600)
RESULT = 340
"""Pixels that the result takes, which has less to say."""


class ExportDialog(QDialog):
    """Two pages: the choice with its preview, and the result."""

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        session: ExportSession,
        *,
        case: tuple[str, str] | None,
        language: str,
        locale: QLocale,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(said.EXPORT_TITLE)
        self._theme, self._locale = theme, locale
        self.session = session
        session.reset()
        self.form = ExportForm(
            theme, desk.catalogue, case=case, language=language, locale=locale, parent=self
        )
        self.preview = QTextBrowser(self)
        self.preview.setObjectName("sheet")
        self.preview.setAccessibleName(said.EXPORT_PREVIEW)
        self.preview.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.target = QLineEdit(str(_suggested(case)), self)
        self.target.setAccessibleName(said.EXPORT_TARGET)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(said.EXPORTING)
        self._state = QLabel(self)
        self._state.setObjectName("status")
        self._state.setWordWrap(True)
        self.finished_page = QTextBrowser(self)
        self.finished_page.setObjectName("sheet")
        self.finished_page.setAccessibleName(said.EXPORT_DONE)
        self.export_button = _button(said.EXPORT_NOW, "primary")
        self.stop_button = _button(said.STOP, "")
        self.close_button = _button(words.CANCEL, "")
        self.copy_button = _button(said.COPY_FINGERPRINT, "")
        self.folder_button = _button(said.SHOW_FOLDER, "")
        self.done_button = _button(words.CLOSE, "primary")
        self._pages = QStackedWidget(self)
        self._choice = self._make_choice()
        self._pages.addWidget(self._choice)
        self._pages.addWidget(self._make_result())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._connect()
        room = parent.window().size() if parent else self.screen().availableSize()
        self.resize(min(SIZE[0], room.width() - 40), min(SIZE[1], room.height() - 60))
        self.session.load()
        self.form.tell()

    def begin(self) -> None:
        """Write the bundle to the place that is named."""
        name = self.target.text().strip()
        if not name or self.session.job.is_running or self.session.preview is None:
            return
        out = Path(name).expanduser()
        self.session.export(out if out.suffix.lower() == ".zip" else out.with_name(f"{out.name}.zip"))

    def choose_target(self) -> None:
        """Ask where the bundle goes."""
        dialog = QFileDialog(self, said.EXPORT_TARGET, self.target.text(), said.ZIP_FILES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.fileSelected.connect(self.target.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def reject(self) -> None:
        """Close; what is being written is stopped and leaves nothing behind."""
        self.session.stop()
        super().reject()

    # -- parts ----------------------------------------------------------------------------------------

    def _make_choice(self) -> QWidget:
        page = QWidget(self)
        title = QLabel(said.EXPORT_TITLE, page)
        title.setObjectName("title")
        about = QLabel(said.EXPORT_ABOUT, page)
        about.setObjectName("muted")
        about.setWordWrap(True)
        left = QVBoxLayout()
        left.addWidget(self.form)
        left.addStretch(1)
        halves = QHBoxLayout()
        halves.setSpacing(20)
        halves.addLayout(left, 2)
        halves.addWidget(self.preview, 3)
        choose = _button(said.CHOOSE, "")
        choose.clicked.connect(self.choose_target)
        label = QLabel(said.EXPORT_TARGET, page)
        label.setObjectName("rowName")
        label.setBuddy(self.target)
        target = QHBoxLayout()
        target.setSpacing(8)
        for part in (label, self.target, choose):
            target.addWidget(part, 1 if part is self.target else 0)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._state, 1)
        for button in (self.stop_button, self.close_button, self.export_button):
            buttons.addWidget(button)
        column = QVBoxLayout(page)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(10)
        column.addWidget(title)
        column.addWidget(about)
        column.addSpacing(2)
        column.addLayout(halves, 1)
        column.addLayout(target)
        column.addWidget(self.progress)
        column.addLayout(buttons)
        return page

    def _make_result(self) -> QWidget:
        page = QWidget(self)
        title = QLabel(said.EXPORT_DONE, page)
        title.setObjectName("title")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.folder_button)
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        column = QVBoxLayout(page)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(self.finished_page, 1)
        column.addLayout(buttons)
        return page

    def _connect(self) -> None:
        self.form.changed.connect(self.session.choose)
        self.session.changed.connect(self._tell)
        self._theme.changed.connect(self._tell)
        self.export_button.setDefault(True)
        self.export_button.clicked.connect(self.begin)
        self.stop_button.clicked.connect(self.session.stop)
        self.close_button.clicked.connect(self.reject)
        self.done_button.clicked.connect(self.accept)
        self.copy_button.clicked.connect(self._copy)
        self.folder_button.clicked.connect(self._show_folder)

    # -- what is shown --------------------------------------------------------------------------------

    def _tell(self) -> None:
        session, colours = self.session, self._theme.colours
        if session.custody is not None:
            self.form.offer(session.custody)
        if session.bundle is not None:
            if self._pages.currentIndex() == 0:
                self._pages.setCurrentIndex(1)
                self._choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
                self.resize(self.width(), min(self.height(), RESULT))
                self.done_button.setDefault(True)
                self.done_button.setFocus(Qt.FocusReason.OtherFocusReason)
            self.finished_page.setHtml(result_page(session.bundle, self._locale, colours))
            return
        running, ready = session.job.is_running, session.preview is not None
        self.preview.setHtml(preview_page(session.preview, self._locale, colours))
        self.form.setEnabled(not running)
        self.target.setEnabled(not running)
        self.progress.setVisible(running)
        self.stop_button.setVisible(running)
        self.progress.setRange(0, max(1, session.total))
        self.progress.setValue(session.done)
        has_cases = session.preview is not None and session.preview.cases > 0
        self.export_button.setEnabled(ready and has_cases and not running)
        self._state.setText(session.trouble or (said.EXPORTING if running else ""))
        self._state.setProperty("kind", "trouble" if session.trouble else "said")
        self._state.style().unpolish(self._state)
        self._state.style().polish(self._state)

    def _copy(self) -> None:
        if self.session.bundle is not None:
            QGuiApplication.clipboard().setText(fingerprint(self.session.bundle.fingerprint))
            self.copy_button.setText(said.COPIED)

    def _show_folder(self) -> None:
        if self.session.bundle is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.session.bundle.path.parent)))


def _suggested(case: tuple[str, str] | None) -> Path:
    """Name a file in the person's documents after the day, and the case where there is one."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    what = f"case-{case[0][:12]}" if case else "record"
    return Path(folder) / f"countersign-{what}-{now():%Y-%m-%d-%H%M}.zip"


def _button(name: str, look: str) -> QPushButton:
    button = QPushButton(name)
    button.setObjectName(look)
    button.setAccessibleName(name)
    button.setMinimumWidth(92)
    button.setAutoDefault(False)
    return button

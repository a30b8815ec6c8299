"""The window: queue and review in one place, one status line, and the keys that are valid everywhere."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from countersign.domain.case import Status
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import words
from countersign.ui.look.theme import Theme
from countersign.ui.models.pictures import Pictures
from countersign.ui.models.progress_model import ProgressModel
from countersign.ui.models.queue_model import QueueModel
from countersign.ui.models.review_session import ReviewSession
from countersign.ui.views.keys_view import KeysDialog
from countersign.ui.views.parts import StatusLine, add_key
from countersign.ui.views.queue_view import QueueView
from countersign.ui.views.review_view import ReviewView

HOME_SIZE = (1440, 900)
FRAME = 40
"""Pixels that the frame of a window takes above it."""


class DeskWindow(QMainWindow):
    """Holds the screens; what they do is theirs."""

    def __init__(self, desk: Desk, theme: Theme, language: str, locale: QLocale) -> None:
        super().__init__()
        self.setWindowTitle(words.APP)
        self.setMinimumSize(960, 640)
        self.resize(*HOME_SIZE)
        self._desk, self._theme = desk, theme
        self._folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        desk.setParent(self)
        self.pictures = Pictures(desk, self)
        self.progress = ProgressModel(desk, self)
        self.session = ReviewSession(desk, self.pictures, self)
        self.queue = QueueView(desk, theme, QueueModel(desk, language, locale, self), self.progress, language)
        self.review = ReviewView(desk, theme, self.session, self.pictures, language=language, locale=locale)
        self.status = StatusLine(desk.port.person_name, self)
        self.screens = QStackedWidget()
        self.screens.addWidget(self.queue)
        self.screens.addWidget(self.review)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.screens, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)
        self._connect()
        self._make_keys()

    def fit_screen(self) -> None:
        """Fill the screen where it is no larger than what the desk is at home in."""
        room = self.screen().availableGeometry()
        if room.width() <= HOME_SIZE[0] or room.height() <= HOME_SIZE[1] + FRAME:
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def begin(self) -> None:
        """Fill the queue and listen to the record."""
        self._desk.start()
        self.queue.begin()
        self.queue.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self._desk.said.connect(self.status.say)
        self._desk.troubled.connect(self.status.complain)
        self._desk.pulse.agents_at_work.connect(self.status.show_agents)
        self.progress.changed.connect(self._on_progress)
        self.queue.chosen.connect(self.open_case)
        self.queue.dropped.connect(lambda paths: self.bring_in(paths, "drop"))
        self.queue.bar.files_wanted.connect(self.choose_files)
        self.queue.bar.folder_wanted.connect(self.choose_folder)
        self.queue.bar.theme_toggled.connect(self._theme.toggle)
        self.queue.bar.keys_wanted.connect(self.show_keys)
        self.review.left.connect(self.show_queue)
        self.session.opened.connect(lambda case: self._fetch_next(case.id))
        self.session.settled.connect(self._open_next)

    def _make_keys(self) -> None:
        for keys, act in (
            ("Ctrl+O", self.choose_files),
            ("Ctrl+Shift+O", self.choose_folder),
            ("Ctrl+Shift+D", self._theme.toggle),
            ("?", self.show_keys),
            ("Ctrl+F", self._search),
            ("/", self._search),
        ):
            add_key(self, keys, act)
        for at in range(len(words.TABS)):
            add_key(self, f"Ctrl+{at + 1}", partial(self._choose_tab, at))

    # -- screens --------------------------------------------------------------------------------------

    def open_case(self, case: str) -> None:
        """Show a case for review."""
        self.status.clear()
        self.queue.select(case)
        self.screens.setCurrentWidget(self.review)
        self.session.open(case)
        self.review.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_queue(self) -> None:
        """Go back to the queue; the case is let go."""
        self.session.leave()
        self.screens.setCurrentWidget(self.queue)
        self.queue.model.refresh()
        self.queue.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_keys(self) -> None:
        """Show the sheet of keys of this screen."""
        in_queue = self.screens.currentWidget() is self.queue
        sheet = KeysDialog(words.KEYS_QUEUE if in_queue else words.KEYS_REVIEW, self)
        sheet.finished.connect(sheet.deleteLater)
        sheet.open()

    def _open_next(self, settled: str) -> None:
        """Go on with the next case that needs this person."""
        row = self.queue.model.next_to_do(settled, self._desk.port.person.id)
        if row is None:
            self.show_queue()
            self.status.say(words.NO_NEXT)
        else:
            self.open_case(row.id)

    def _fetch_next(self, case: str) -> None:
        row = self.queue.model.next_to_do(case, self._desk.port.person.id)
        if row is not None:
            self.session.fetch_ahead(row.id, row.sha256)

    def _on_progress(self) -> None:
        counts = self.progress.counts
        self.review.top.show_remaining(
            words.remaining(self.progress.of(Status.WAITING), counts.settled_today)
        )

    def _choose_tab(self, at: int) -> None:
        if self.screens.currentWidget() is self.queue:
            self.queue.filters.choose_tab(at)

    def _search(self) -> None:
        if self.screens.currentWidget() is self.queue:
            self.queue.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- documents ------------------------------------------------------------------------------------

    def choose_files(self) -> None:
        """Ask which files to bring in."""
        dialog = QFileDialog(self, words.ADD, self._folder, words.DOCUMENT_FILES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self._ask_paths(dialog)

    def choose_folder(self) -> None:
        """Ask which folder to bring in."""
        dialog = QFileDialog(self, words.ADD, self._folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._ask_paths(dialog)

    def _ask_paths(self, dialog: QFileDialog) -> None:
        dialog.accepted.connect(lambda: self._remember(dialog.directory().absolutePath()))
        dialog.filesSelected.connect(lambda names: self.bring_in([Path(n) for n in names], "file_dialog"))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _remember(self, folder: str) -> None:
        """Begin the next choice where this one was made."""
        self._folder = folder

    def bring_in(self, paths: list[Path], channel: str) -> None:
        """Take files and folders in, off the UI thread."""
        port = self._desk.port
        self.status.say(words.TAKING_IN)
        self._desk.arrivals.ask(lambda: port.bring_in(paths, channel), self.status.say)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the case go, finish what was asked, end the threads."""
        self.session.leave()
        self._desk.close()
        super().closeEvent(event)

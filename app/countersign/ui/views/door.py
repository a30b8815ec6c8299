"""The door for documents: files and folders are chosen, and taken in off the UI thread."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from countersign.ui.bridge.desk import Desk
from countersign.ui.look import words


class Door:
    """Asks which documents to bring in, over one window, and brings them in."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        self._desk, self._window = desk, window
        self._folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)

    def choose_files(self) -> None:
        """Ask which files to bring in."""
        dialog = QFileDialog(self._window, words.ADD, self._folder, words.DOCUMENT_FILES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self._ask_paths(dialog)

    def choose_folder(self) -> None:
        """Ask which folder to bring in."""
        dialog = QFileDialog(self._window, words.ADD, self._folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._ask_paths(dialog)

    def drop(self, paths: list[Path]) -> None:
        """Take in what was dropped on the window."""
        self.bring_in(paths, "drop")

    def bring_in(self, paths: list[Path], channel: str) -> None:
        """Take files and folders in."""
        port = self._desk.port
        self._desk.said.emit(words.TAKING_IN)
        self._desk.arrivals.ask(lambda: port.bring_in(paths, channel), self._desk.said.emit)

    def _ask_paths(self, dialog: QFileDialog) -> None:
        dialog.accepted.connect(lambda: self._remember(dialog.directory().absolutePath()))
        dialog.filesSelected.connect(lambda names: self.bring_in([Path(n) for n in names], "file_dialog"))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _remember(self, folder: str) -> None:
        """Begin the next choice where this one was made."""
        self._folder = folder

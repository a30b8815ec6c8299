"""A thin strip that says how far the agents are, and is not there when they have nothing to do."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from countersign.domain.case import Status
from countersign.ui.look import words
from countersign.ui.models.progress_model import ProgressModel

LINGER = 6000
"""Milliseconds that the last line stays after the agents are done."""


class ProgressStrip(QWidget):
    """12 of 40 decided · 3 need you."""

    def __init__(self, progress: ProgressModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(32)
        self._progress = progress
        self._label = QLabel(self)
        self._label.setObjectName("strip")
        self._label.setAccessibleName("Progress of the agents")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(220)
        self._bar.setAccessibleName("Progress of the agents")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(14)
        row.addWidget(self._bar)
        row.addWidget(self._label, 1)
        self._linger = QTimer(self, interval=LINGER, singleShot=True)
        self._linger.timeout.connect(self.hide)
        self._announced = ""
        progress.changed.connect(self._on_progress)
        self.hide()

    @property
    def text(self) -> str:
        """What the strip says."""
        return self._label.text()

    def announce(self, words_now: str) -> None:
        """Say something for the moment, such as what a drop would do; nothing ends it."""
        self._announced = words_now
        self._bar.setVisible(not words_now)
        self._label.setText(words_now)
        self.setVisible(bool(words_now))
        self._on_progress()

    def _on_progress(self) -> None:
        progress = self._progress
        if self._announced:
            return
        if progress.is_running:
            self._linger.stop()
            waiting = progress.of(Status.RECEIVED)
            if progress.agents_at_work:
                said = words.progress(progress.decided, progress.total, progress.need_person)
            else:
                said = words.stalled(waiting)
            self._show(said, progress.decided, progress.total)
        elif not self.isHidden() and not self._linger.isActive():
            self._show(words.progress(progress.total, progress.total, progress.need_person), 1, 1)
            self._linger.start()

    def _show(self, said: str, done: int, total: int) -> None:
        self._label.setText(said)
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        self.setVisible(True)

"""The record as its screen holds it: loaded, verified off the UI thread, and the result kept."""

from PySide6.QtCore import QObject, Signal

from countersign.domain.standing import Check, Custody
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import record_words as said
from countersign.ui.models.standing import StandingModel


class RecordSession(QObject):
    """Verifies and reads; knows no widget."""

    changed = Signal()
    """Something of what is shown is new."""

    def __init__(self, desk: Desk, standing: StandingModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.standing = standing
        self.custody: Custody | None = None
        self.job = desk.job(self)
        self.done, self.total = 0, 0
        self.job.progressed.connect(self._on_progress)
        self.job.changed.connect(self._on_job)
        self.job.stopped.connect(lambda: desk.said.emit(said.VERIFY_STOPPED))
        standing.changed.connect(self.changed)

    def load(self) -> None:
        """Read who signs and who has seen what."""
        self._desk.records.ask(self._desk.port.record.custody, self._take)

    def verify(self) -> None:
        """Check the whole log."""
        self.done, self.total = 0, 0
        self.job.begin(self._desk.port.record.verify, self._checked, self._desk.troubled.emit)

    def stop(self) -> None:
        """End the verification."""
        self.job.stop()

    def _take(self, custody: Custody) -> None:
        self.custody = custody
        self.changed.emit()

    def _on_progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self.standing.show_percent(100 * done // max(1, total))
        self.changed.emit()

    def _on_job(self) -> None:
        self.standing.show_percent(0 if self.job.is_running else None)
        self.changed.emit()

    def _checked(self, check: Check) -> None:
        if self.standing.standing is not None:
            self.standing.take(self.standing.standing.model_copy(update={"last": check}))
        (self._desk.said if check.ok else self._desk.troubled).emit(
            said.VERIFY_HELD if check.ok else said.RECORD_DAMAGED
        )
        self._desk.pulse.look_again()
        self.load()

"""How the desk stands: counts by status, and how far the agents are with what came in last."""

from PySide6.QtCore import QObject, QTimer, Signal

from countersign.domain.case import Status
from countersign.domain.queue import QueueCounts
from countersign.ui.bridge.desk import Desk

CALM = 300
"""Milliseconds between two counts."""


class ProgressModel(QObject):
    """Counts, asked for again when something happened."""

    changed = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.counts = QueueCounts(by_status={})
        self.agents_at_work = False
        self.decided = 0
        """Of the documents that came in since the agents last had nothing to do."""
        self.total = 0
        self.need_person = 0
        self._before: QueueCounts | None = None
        self._calm = QTimer(self, interval=CALM, singleShot=True)
        self._calm.timeout.connect(self.refresh)
        desk.pulse.happened.connect(self._on_happened)
        desk.pulse.agents_at_work.connect(self._on_agents)

    @property
    def is_running(self) -> bool:
        """True while documents wait for a decision of the agents."""
        return self.of(Status.RECEIVED) > 0

    def of(self, *statuses: Status) -> int:
        """Return how many cases have one of these statuses; without one, all."""
        by_status = self.counts.by_status
        return sum(by_status.get(status, 0) for status in statuses or Status)

    def refresh(self) -> None:
        """Count again."""
        self._desk.records.ask(self._desk.port.counts, self._take)

    def _on_happened(self, cases: tuple[str, ...]) -> None:
        if not self._calm.isActive():
            self._calm.start()

    def _on_agents(self, working: bool) -> None:
        self.agents_at_work = working
        self.changed.emit()

    def _take(self, counts: QueueCounts) -> None:
        was_running = self.is_running
        before = self.counts
        self.counts = counts
        if self.is_running and not was_running:
            self._before = before
        if self._before is not None and (self.is_running or was_running):
            self._measure(self._before)
        self.changed.emit()

    def _measure(self, before: QueueCounts) -> None:
        had = sum(before.by_status.values())
        self.total = max(self.of() - had, self.of(Status.RECEIVED))
        self.decided = self.total - self.of(Status.RECEIVED)
        self.need_person = max(0, self.of(Status.WAITING) - before.by_status.get(Status.WAITING, 0))

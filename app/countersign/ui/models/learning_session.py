"""What the desk has learned as its screen holds it: read and forgotten off the UI thread."""

from PySide6.QtCore import QObject, Signal

from countersign.domain.learning import ClassLearning
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import learning_words as said
from countersign.ui.models.gate import Gate


class LearningSession(QObject):
    """Reads and forgets; knows no widget."""

    changed = Signal()
    """Something of what is shown is new."""

    def __init__(self, desk: Desk, gate: Gate, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._gate = desk, gate
        self._is_shown = False
        self.found: tuple[ClassLearning, ...] | None = None
        desk.pulse.happened.connect(self._on_happened)

    def load(self) -> None:
        """Read what was learned, and again whenever something happens while it is shown."""
        self._is_shown = True
        self._ask()

    def leave(self) -> None:
        """Read no more."""
        self._is_shown = False

    def forget(self, klass: str, how: str, what: str, reason: str) -> None:
        """Have the desk forget: what a ``case``, a ``counterparty`` or the ``class`` taught."""
        learning = self._desk.port.learning

        def act(_password: str | None) -> int:
            if how == "case":
                return learning.forget_case(klass, what, reason)
            if how == "counterparty":
                return learning.forget_counterparty(klass, what, reason)
            return learning.forget_class(klass, reason)

        self._gate.ask(act, self._forgotten, self._desk.troubled.emit)

    def _forgotten(self, count: int) -> None:
        self._desk.said.emit(said.forgotten(count))
        self._ask()

    def _on_happened(self, _cases: tuple[str, ...]) -> None:
        if self._is_shown:
            self._ask()

    def _ask(self) -> None:
        self._desk.records.ask(self._desk.port.learning.show, self._take)

    def _take(self, found: tuple[ClassLearning, ...]) -> None:
        if found != self.found:
            self.found = found
            self.changed.emit()

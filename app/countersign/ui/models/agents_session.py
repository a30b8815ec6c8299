"""The agents as their screen holds them: asked for off the UI thread, while the screen is shown."""

from PySide6.QtCore import QObject, QTimer, Signal

from countersign.domain.agents_seen import AgentDay, AgentFile, ClassPlan, Day, Live, Period, ReviewSheet
from countersign.domain.reason import Reason
from countersign.ui.bridge.desk import Desk
from countersign.ui.models.stop_model import StopModel

CALM = 1000
"""Milliseconds between two looks at the figures of the day."""
MINUTE = 60
"""So many looks after which figures are asked for though nothing happened, and the registry in any case."""


class AgentsSession(QObject):
    """Reads; knows no widget. Who works on what comes with the pulse, the rest is asked for."""

    changed = Signal()
    """Registry, figures or plans are new."""
    moved = Signal()
    """Agents work on something else, or are stopped, or go on."""
    sheet_made = Signal(object)
    """A `ReviewSheet`."""

    def __init__(self, desk: Desk, stopping: StopModel, language: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self.stopping, self._language = desk, stopping, language
        self.files: tuple[AgentFile, ...] | None = None
        self.plans: tuple[ClassPlan, ...] | None = None
        self.day: Day | None = None
        self._by_agent: dict[str, AgentDay] = {}
        self._is_stale = self._is_busy = False
        self._beats = 0
        self._calm = QTimer(self, interval=CALM)
        self._calm.timeout.connect(self._beat)
        desk.pulse.happened.connect(self._on_happened)
        stopping.moved.connect(self.moved)
        stopping.changed.connect(self.moved)

    @property
    def live(self) -> Live | None:
        """Who works on what, and who is stopped."""
        return self.stopping.live

    @property
    def is_shown(self) -> bool:
        """Whether the screen is being looked at."""
        return self._calm.isActive()

    def of(self, agent: str) -> AgentDay:
        """Return what an agent did today."""
        return self._by_agent.get(agent) or AgentDay(agent=agent)

    def klass(self, name: str) -> str:
        """Name a class for people."""
        return self.stopping.label(name)

    def reason(self, code: str) -> str:
        """Name a reason for people."""
        return self._desk.catalogue.say(Reason(code=code), self._language)[0]

    def load(self) -> None:
        """Read everything, and the figures again whenever something happens while they are shown."""
        self._beats = 0
        self._calm.start()
        self._ask_all()

    def leave(self) -> None:
        """Read no more."""
        self._calm.stop()

    def make_sheet(self, agent: str, period: Period) -> None:
        """Have a review sheet made."""
        port = self._desk.port
        self._desk.figures.ask(lambda: port.agents.sheet(agent, period), self._take_sheet)

    def _take_sheet(self, sheet: ReviewSheet) -> None:
        self.sheet_made.emit(sheet)

    def _on_happened(self, _cases: tuple[str, ...]) -> None:
        self._is_stale = True

    def _beat(self) -> None:
        self._beats += 1
        if self._is_busy:
            return
        if self._beats % MINUTE == 0:
            self._ask_all()
        elif self._is_stale:
            self._ask_day()

    def _ask_all(self) -> None:
        port = self._desk.port

        def read() -> tuple[tuple[AgentFile, ...], tuple[ClassPlan, ...], Day]:
            return port.agents.files(), port.agents.plans(), port.agents.today()

        self._is_stale, self._is_busy = False, True
        self._desk.figures.ask(read, self._take_all, self._complain)

    def _ask_day(self) -> None:
        port = self._desk.port

        def read() -> Day:
            return port.agents.today()

        self._is_stale, self._is_busy = False, True
        self._desk.figures.ask(read, self._take_day, self._complain)

    def _take_all(self, found: tuple[tuple[AgentFile, ...], tuple[ClassPlan, ...], Day]) -> None:
        self.files, self.plans, day = found
        self._take_day(day)

    def _take_day(self, day: Day) -> None:
        self._is_busy = False
        self.day = day
        self._by_agent = {one.agent: one for one in day.agents}
        self.changed.emit()

    def _complain(self, trouble: str) -> None:
        self._is_busy = False
        self._desk.troubled.emit(trouble)

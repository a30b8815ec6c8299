"""The screens beside queue and review, each made when it is first wanted, and the way back from them."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from countersign.ui.bridge.desk import Desk
from countersign.ui.look.theme import Theme
from countersign.ui.models.gate import Gate
from countersign.ui.models.standing import StandingModel
from countersign.ui.models.stop_model import StopModel

if TYPE_CHECKING:
    from countersign.ui.views.agents_view import AgentsView
    from countersign.ui.views.learning_view import LearningView
    from countersign.ui.views.record_view import RecordView

Keys = tuple[tuple[str, str], ...]
"""What is on a sheet of keys: the key, and what it does."""


class Asides(QObject):
    """Record, learning and agents; none is loaded before somebody looks at it."""

    left = Signal(QWidget)
    """The person goes back to this screen, where they were."""
    export_wanted = Signal()
    forget_wanted = Signal(object, str, str)
    """What was learned (`LearningSession`) about a class (its name, its title) is to be forgotten."""
    stop_wanted = Signal(object)
    """Agents are to be stopped: a (scope, name, how), or None for all."""
    resume_wanted = Signal(object)
    """Agents are to be let go on: a (scope, name), or None for whichever."""
    case_wanted = Signal(str)

    def __init__(
        self,
        desk: Desk,
        theme: Theme,
        gate: Gate,
        *,
        standing: StandingModel,
        stopping: StopModel,
        language: str,
        locale: QLocale,
        screens: QStackedWidget,
    ) -> None:
        super().__init__(screens)
        self._desk, self._theme, self._gate = desk, theme, gate
        self._standing, self._stopping = standing, stopping
        self._language, self._locale, self._screens = language, locale, screens
        self._before = screens.currentWidget()
        self._record: RecordView | None = None
        self._learning: LearningView | None = None
        self._agents: AgentsView | None = None

    @property
    def record(self) -> "RecordView":
        """The screen of the record."""
        if self._record is None:
            from countersign.ui.models.record_session import RecordSession
            from countersign.ui.views.record_view import RecordView

            session = RecordSession(self._desk, self._standing, self)
            self._record = RecordView(self._theme, session, self._stopping, self._locale)
            self._record.export_wanted.connect(self.export_wanted)
            self._record.stop_wanted.connect(partial(self.stop_wanted.emit, None))
            self._record.left.connect(self._leave)
            self._screens.addWidget(self._record)
        return self._record

    @property
    def learning(self) -> "LearningView":
        """The screen of learning."""
        if self._learning is None:
            from countersign.ui.models.learning_session import LearningSession
            from countersign.ui.views.learning_view import LearningView

            session = LearningSession(self._desk, self._gate, self)
            self._learning = LearningView(self._theme, session, self._stopping, self._locale)
            self._learning.forget_wanted.connect(partial(self.forget_wanted.emit, session))
            self._learning.stop_wanted.connect(partial(self.stop_wanted.emit, None))
            self._learning.left.connect(self._leave)
            self._screens.addWidget(self._learning)
        return self._learning

    @property
    def agents(self) -> "AgentsView":
        """The screen of the agents."""
        if self._agents is None:
            from countersign.ui.models.agents_session import AgentsSession
            from countersign.ui.views.agents_view import AgentsView

            session = AgentsSession(self._desk, self._stopping, self._language, self)
            self._agents = AgentsView(self._desk, self._theme, session, self._locale)
            self._agents.stop_wanted.connect(self.stop_wanted)
            self._agents.resume_wanted.connect(self.resume_wanted)
            self._agents.case_wanted.connect(self.case_wanted)
            self._agents.left.connect(self._leave)
            self._screens.addWidget(self._agents)
        return self._agents

    def show(self, screen: "RecordView | LearningView | AgentsView") -> None:
        """Show one of them; where the person was stays as it is."""
        before = self._screens.currentWidget()
        if before is screen:
            return
        if before not in self._made():
            self._before = before
        self._screens.setCurrentWidget(screen)
        screen.begin()

    def keys(self, sheets: tuple[Keys, Keys, Keys]) -> Keys:
        """Return the sheet of keys of the one that is shown, from those of record, learning and agents."""
        shown = self._screens.currentWidget()
        pairs = zip(self._made(), sheets, strict=True)
        return next((sheet for one, sheet in pairs if one is shown), sheets[0])

    def _made(self) -> tuple[QWidget | None, ...]:
        return self._record, self._learning, self._agents

    def _leave(self) -> None:
        self.left.emit(self._before)

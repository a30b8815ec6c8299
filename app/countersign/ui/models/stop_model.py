"""Who works on what and who is stopped, as every screen holds it; and the acts that stop and let go on."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QLocale, QObject, QTimer, Signal

from countersign.domain.agents_seen import Live
from countersign.domain.event import How, Scope
from countersign.domain.orders import Order, Orders
from countersign.domain.time import now
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import stop_words as said
from countersign.ui.models import show
from countersign.ui.models.gate import Gate

MINUTE = 60_000
KEYED = 9
"""So many agents and so many classes have a key of their own."""


@dataclass(frozen=True)
class Target:
    """Something that can be stopped."""

    scope: Scope
    name: str
    text: str
    keys: str = ""


class StopModel(QObject):
    """The pulse tells it; buttons, strip and dialogs show it."""

    changed = Signal()
    """Other orders stand, or the person's rights are others, or a minute went by while one stands."""
    moved = Signal()
    """Agents work on something else."""

    def __init__(
        self, desk: Desk, gate: Gate, language: str, locale: QLocale, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._gate, self._language, self._locale = desk, gate, language, locale
        self.live: Live | None = None
        self._minute = QTimer(self, interval=MINUTE)
        self._minute.timeout.connect(self.changed)
        desk.pulse.live.connect(self.take)

    # -- what stands ----------------------------------------------------------------------------------

    @property
    def orders(self) -> Orders:
        """The orders that stand, the farthest reaching first."""
        found = self.live.orders.standing if self.live else ()
        return Orders(standing=tuple(sorted(found, key=lambda one: one.scope is not Scope.ALL)))

    @property
    def is_stopped(self) -> bool:
        """Whether anything is stopped."""
        return bool(self.orders.standing)

    @property
    def why_not(self) -> str:
        """Why the person cannot let anything go on; empty when they can."""
        if self.live is None or not self.live.may_resume:
            return said.NOT_YOURS
        return "" if self.resumable else said.BY_FILE

    @property
    def resumable(self) -> tuple[Order, ...]:
        """The orders that a person can take back."""
        return tuple(order for order in self.orders.standing if not order.is_by_file)

    @property
    def line(self) -> str:
        """What the strip says; empty while nothing is stopped."""
        standing = self.orders.standing
        if not standing:
            return ""
        first = standing[0]
        return said.strip(
            self.what(first),
            first.how,
            by=first.by,
            reason=first.reason,
            since=self.since(first.at),
            more=len(standing) - 1,
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is stopped, one line each."""
        return tuple(map(self.row, self.orders.standing))

    def row(self, order: Order) -> str:
        """Say which order it is."""
        return said.order_row(self.what(order), order.by, self.since(order.at), order.reason)

    def what(self, order: Order) -> str:
        """Name what an order stops."""
        return self.label(order.name) if order.scope is Scope.CLASS else said.what(order.scope, order.name)

    def since(self, then: datetime) -> str:
        """Say since when."""
        return f"{show.moment(then, self._locale)[:-3]} ({show.age(now() - then)})"

    # -- what can be stopped --------------------------------------------------------------------------

    def targets(self) -> tuple[Target, ...]:
        """Return all that can be stopped: everything, each agent, each class."""
        agents = enumerate(self._desk.port.stopping.agents, start=1)
        classes = enumerate(self._desk.catalogue.classes, start=1)
        return (
            Target(Scope.ALL, "", said.ALL, "Ctrl+0"),
            *(
                Target(Scope.AGENT, name, said.agent_row(name, _keys("Ctrl", at)), _keys("Ctrl", at))
                for at, name in agents
            ),
            *(
                Target(
                    Scope.CLASS,
                    name,
                    said.class_row(self.label(name), _keys("Alt", at)),
                    _keys("Alt", at),
                )
                for at, name in classes
            ),
        )

    def label(self, klass: str) -> str:
        """Name a class for people."""
        known = self._desk.catalogue.klass(klass)
        return (known.label.get(self._language) or known.label["en"]) if known else klass

    # -- acts -----------------------------------------------------------------------------------------

    def stop(self, scope: Scope, name: str, how: How, reason: str) -> None:
        """Stop agents, and say when it is obeyed."""
        port = self._desk.port.stopping
        self._gate.ask(
            lambda _: port.stop(scope, name, how, reason),
            self._stopped,
            self._desk.troubled.emit,
            lane=self._desk.orders,
        )

    def resume(self, scope: Scope, name: str, reason: str) -> None:
        """Let agents go on."""
        port = self._desk.port.stopping
        self._gate.ask(
            lambda _: port.resume(scope, name, reason),
            lambda _: self._resumed(),
            self._desk.troubled.emit,
            lane=self._desk.orders,
        )

    def look(self) -> None:
        """Ask at once who works on what and who is stopped."""
        self._desk.orders.ask(self._desk.port.stopping.live, self.take)

    def take(self, live: Live) -> None:
        """Say this from now on."""
        before, self.live = self.live, live
        if before is None or (before.orders, before.may_resume) != (live.orders, live.may_resume):
            (self._minute.start if live.orders.standing else self._minute.stop)()
            self.changed.emit()
        self.moved.emit()

    def _stopped(self, order: Order) -> None:
        self.look()
        port = self._desk.port.stopping
        self._desk.orders.ask(lambda: port.obeyed(order), lambda seconds: self._obeyed(order, seconds))

    def _obeyed(self, order: Order, seconds: float | None) -> None:
        if seconds is None:
            self._desk.troubled.emit(said.NO_ANSWER)
        else:
            self._desk.said.emit(said.done(order.what, seconds))

    def _resumed(self) -> None:
        self.look()
        self._desk.said.emit(said.RESUME_DONE)


def _keys(with_key: str, at: int) -> str:
    return f"{with_key}+{at}" if at <= KEYED else ""

"""The orders to stop, as the agents' process sees them: within a moment, by whatever way they are given.

Whoever gives an order puts it on the record and then touches a small file; the agents' process looks at that
file forty times a second, and at the record itself once a second. An administrator who can do no more than
put a file somewhere stops the agents, too: while a file STOP lies in the desk's folder, or where the variable
COUNTERSIGN_STOP_FILE says, what it names is killed. Its first line may be `agent NAME` or `class NAME`; the
rest is the reason. A file that names what there is not stops everything: somebody wants something to stop.
"""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic

from countersign.agents.identities import names
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, How, Scope, WorkResumed, WorkStopped
from countersign.domain.orders import BY_FILE, Order, Orders, orders
from countersign.domain.time import now
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.store import Store
from countersign.workflow.stopping import KINDS, LONGEST_REASON

logger = logging.getLogger(__name__)

SIGNAL = "orders.signal"
"""Touched after an order was recorded."""
FILE = "STOP"
VARIABLE = "COUNTERSIGN_STOP_FILE"
"""Names one more place where an administrator's file may lie, such as a share that reaches every desk."""

LOOK_EVERY = 0.025
LOOK_ANYWAY = 1.0
LONGEST_FILE = 4_000

Named = tuple[Scope, str]


def signal(home: Home) -> None:
    """Let the agents' process look at the record now; it would do so within a second anyway."""
    with suppress(OSError):
        (home.root / SIGNAL).write_bytes(os.urandom(8))


class Orderbook:
    """The orders that stand; asking costs nothing, `watch` keeps them up to date."""

    def __init__(self, home: Home, store: Store) -> None:
        self._home, self._store = home, store
        self._files = [home.root / FILE, *map(Path, filter(None, [os.environ.get(VARIABLE)]))]
        self._orders = Orders()
        self._seen: tuple[object, ...] = ()
        self._asked = 0.0
        self.look()

    def __call__(self) -> Orders:
        """Return the orders that stand."""
        return self._orders

    def look(self) -> bool:
        """Bring the orders up to date; returns whether others stand than before."""
        glance = tuple(_glance(file) for file in (self._home.root / SIGNAL, *self._files))
        if glance == self._seen and monotonic() - self._asked < LOOK_ANYWAY:
            return False
        self._asked = monotonic()
        before = self._orders
        self._orders = self._obey_files(self._recorded())
        self._seen = glance
        return self._orders != before

    def watch(self, stop: threading.Event, changed: Callable[[], None]) -> None:
        """Look until told to stop, and tell of each change; blocks."""
        while not stop.wait(LOOK_EVERY):
            try:
                if self.look():
                    changed()
            except Trouble as error:
                logger.warning("the orders could not be read: %s", error)
            except Exception:
                logger.exception("the orders could not be read")  # whatever it was, who looks must not end

    def _recorded(self) -> Orders:
        return orders(self._store.desk_entries(KINDS))

    def _obey_files(self, recorded: Orders) -> Orders:
        """Put on the record what administrators' files begin and end; they hold even where that fails."""
        wanted = dict(self._known(*told) for told in map(_read, self._files) if told is not None)
        ended = [o for o in recorded.standing if o.is_by_file and (o.scope, o.name) not in wanted]
        begun = {named: why for named, why in wanted.items() if recorded.find(*named) is None}
        if not ended and not begun:
            return recorded
        events: list[WorkStopped | WorkResumed] = [
            *(_stopped(named, why) for named, why in begun.items()),
            *(_resumed(order) for order in ended),
        ]
        system = self._store.system("administrator_file")
        try:
            self._store.append([Draft(event=event, actor=system) for event in events])
        except Trouble as error:
            logger.warning("an administrator's order is obeyed and could not be recorded: %s", error)
            return Orders(
                standing=(*recorded.standing, *(_order(named, why) for named, why in begun.items()))
            )
        return self._recorded()

    def _known(self, named: Named, why: str) -> tuple[Named, str]:
        """Return what a file names, everything where there is no such agent or class."""
        scope, name = named
        if scope is Scope.ALL or self._is_known(scope, name):
            return named, why
        return (Scope.ALL, ""), f"there is no {scope} {name}; {why}"[:LONGEST_REASON]

    def _is_known(self, scope: Scope, name: str) -> bool:
        if scope is Scope.AGENT:
            return name in names()
        try:
            return name in catalogue.load(self._home).classes
        except Trouble:
            return False  # nobody can tell


def _glance(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _read(file: Path) -> tuple[Named, str] | None:
    try:
        with file.open("rb") as content:
            text = content.read(LONGEST_FILE).decode("utf-8-sig", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        return (Scope.ALL, ""), f"a file {file.name} that cannot be read ({error.strerror})"
    first, _, rest = text.strip().partition("\n")
    kind, _, name = first.strip().partition(" ")
    is_named = kind in (Scope.AGENT, Scope.CLASS) and name
    named = (Scope(kind), name.strip()) if is_named else (Scope.ALL, "")
    why = " ".join((rest if is_named else text).split())
    return named, "".join(sign for sign in why if sign.isprintable())[
        :LONGEST_REASON
    ] or f"a file {file.name}"


def _stopped(named: Named, why: str) -> WorkStopped:
    return WorkStopped(scope=named[0], name=named[1], how=How.KILL, reason=why)


def _order(named: Named, why: str) -> Order:
    return Order(
        scope=named[0],
        name=named[1],
        how=How.KILL,
        reason=why,
        by=BY_FILE,
        at=now(),
        record=-1,
        is_by_file=True,
    )


def _resumed(order: Order) -> WorkResumed:
    return WorkResumed(scope=order.scope, name=order.name, reason="the file was taken away")

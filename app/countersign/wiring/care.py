"""The record of a desk, open to be read and cared for: nobody is enrolled, and nothing is appended."""

from collections.abc import Iterator
from contextlib import contextmanager

from countersign.audit.verify import Verdict
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.event import Entry
from countersign.domain.queue import QueueQuery
from countersign.insight.explained import Explanation
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import root as roots
from countersign.store.checking import Progress
from countersign.store.founding import is_founded, visit_store
from countersign.store.migrate import is_current
from countersign.store.store import Store
from countersign.wiring.explain import explain_case
from countersign.wiring.supervise import is_served

MOST_NAMED = 5
"""Cases that a question with several answers names."""


class Records:
    """What stands on the record of a desk."""

    def __init__(self, words: Catalogue, store: Store) -> None:
        """Read a store; `records` opens it."""
        self.catalogue = words
        self._store = store

    def case(self, named: str) -> tuple[Entry, ...]:
        """Return the events of the case with this number, else of the one case that bears this name.

        The name may be that of its file or counterparty, or the number printed on it. Raises Trouble when
        there is no such case, or more than one.
        """
        entries = self._store.entries(named)
        if entries:
            return entries
        is_name = any(sign.isalnum() for sign in named)
        found = self._store.page(QueueQuery(text=named), limit=MOST_NAMED + 1).rows if is_name else ()
        if len(found) == 1:
            return self._store.entries(found[0].id)
        if not found:
            raise Trouble(f"There is no case {named}. `countersign process` prints the number of each case.")
        several = ", ".join(f"{row.id} ({row.document})" for row in found[:MOST_NAMED])
        more = " and more" if len(found) > MOST_NAMED else ""
        raise Trouble(f"Several cases are called {named}: {several}{more}. Name one by its number.")

    def desk(self) -> tuple[Entry, ...]:
        """Return the events that belong to no case: people, agents, policies."""
        return self._store.desk_entries()

    def explain(self, named: str, home: Home) -> Explanation:
        """Tell a case, named as for `case`, proven as far as the witnesses of a home go; raises Trouble."""
        entries = self.case(named)
        return explain_case(home, self._store, self.catalogue, entries[0].case or named)

    def verify(self, progress: Progress, *, since: bytes | None = None, incremental: bool = False) -> Verdict:
        """Check the whole log, or what came after a signed head, or after the last verification."""
        return self._store.verify(progress, since=since, incremental=incremental)

    def checkpoint(self) -> bytes:
        """Return the newest signed head; raises Trouble when there is none."""
        found = self._store.checkpoint()
        if found is None:
            raise Trouble("The record has no signed head yet. Open the desk once, then ask again.")
        return found

    def rebuild(self, progress: Progress) -> int:
        """Make the views again from the log; return how many records were read."""
        return self._store.rebuild(progress)


@contextmanager
def records(home: Home) -> Iterator[Records]:
    """Open the record of a desk; raises Trouble when there is none."""
    words = catalogue.load(home)
    with visit_store(home, words) as store:
        yield Records(words, store)


class Condition(Frozen):
    """How the parts of a desk stand that only this room knows."""

    database: str
    keys: str
    is_served: bool
    """True when a worker runs for it."""


def is_there(home: Home) -> bool:
    """Tell whether a home has a desk; raises Trouble."""
    return is_founded(home)


def condition(home: Home) -> Condition:
    """Look at a desk without touching it; raises Trouble for what would keep it from opening."""
    if not is_founded(home):
        return Condition(database="none yet", keys=f"will be kept {_place(roots.chosen())}", is_served=False)
    current = is_current(home.database)
    return Condition(
        database="up to date" if current else "of an older version; brought up to date at the next start",
        keys=f"kept {_place(roots.kept(home.keys))}",
        is_served=is_served(home),
    )


def _place(assurance: str | None) -> str:
    places = {
        roots.ASSURED_BY_SYSTEM: "in the operating system's key store",
        roots.ASSURED_BY_SEAL: "in a file that a password seals",
        roots.ASSURED_BY_FILE: "in a file that only you may read",
    }
    if assurance is None:
        raise Trouble("The root key is gone. Put the folder of keys back, or run `countersign keys restore`.")
    return places[assurance]

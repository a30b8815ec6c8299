"""Carries this desk's log to a shared database, and checks what lies there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from countersign.domain.base import Frozen
from countersign.settings.home import Home
from countersign.store.database import Database
from countersign.store.founding import visit_store
from countersign.store.shipping import Shipping
from countersign.sync.inspect import Inspection, inspect
from countersign.sync.mirror import Deed, Mirror
from countersign.sync.push import push


class Synced(Frozen):
    """What came of it."""

    sent: int
    records: int
    """How many records of this log lie there now."""
    decided_twice: tuple[Deed, ...]
    """Decisions on documents that another desk decided, too, of both."""


def prepare(url: str) -> None:
    """Make a shared database ready to take logs; raises Trouble."""
    mirror = Mirror(url)
    try:
        mirror.prepare()
    finally:
        mirror.close()


def sync(home: Home, url: str, progress: Callable[[int, int], None]) -> Synced:
    """Bring the shared database up to the end of this desk's log; raises Trouble when the two disagree."""
    with _both(home, url) as (shipping, mirror):
        before = mirror.head(shipping.log).size
        there = push(shipping, mirror, shipping.acknowledged(mirror.name), progress)
        shipping.keep(mirror.name, there.size, there.head)
        return Synced(
            sent=there.size - before, records=there.size, decided_twice=mirror.decided_twice(shipping.log)
        )


def check(home: Home, url: str) -> Inspection:
    """Check this desk's log as it lies in the shared database; raises Trouble when that cannot be read."""
    with _both(home, url) as (shipping, mirror):
        return inspect(mirror, shipping.log, shipping.acknowledged(mirror.name))


@contextmanager
def _both(home: Home, url: str) -> Iterator[tuple[Shipping, Mirror]]:
    with visit_store(home) as store:
        log = store.log
    database, mirror = Database(home.database), Mirror(url)
    try:
        yield Shipping(database, log), mirror
    finally:
        mirror.close()
        database.close()

"""A small desk whose log grows by a number of records, for tests of witnesses and time stamps."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from tests.store.stories import ADA, CARD, READER
from tests.support.witnesses import Served, serving

from countersign.domain.event import Checked, Draft
from countersign.settings.home import Home
from countersign.store.anchors import AnchorStore
from countersign.store.database import Database
from countersign.store.founding import open_store


def grow(home: Home, records: int) -> int:
    """Append records of one case, sign the head, and close; returns the size of the log."""
    with open_store(home, agents=[CARD], person=ADA) as store:
        store.append([_record() for _ in range(records)])
    return size_of(home)


def size_of(home: Home) -> int:
    with opened(home) as store:
        head = store.newest()
    assert head is not None
    return head.size


def copied(home: Home, to: Path) -> Home:
    """Copy a desk with its keys, as a backup or a cloned machine does."""
    shutil.copytree(home.root, to)
    return Home(to)


@contextmanager
def opened(home: Home) -> Iterator[AnchorStore]:
    database = Database(home.database)
    try:
        yield AnchorStore(database)
    finally:
        database.close()


@contextmanager
def watched(home: Home, folder: Path) -> Iterator[Served]:
    """Serve a witness that knows the log of a desk, from a folder of its own."""
    with opened(home) as store:
        log = store.log()
    folder.mkdir()
    with serving(folder, log) as found:
        yield found


def lines(home: Home, size: int) -> bytes:
    """Return the lines of witnesses kept for the head of a size."""
    with closing(sqlite3.connect(home.database)) as connection:
        rows = connection.execute("SELECT line FROM cosignatures WHERE size = ?", (size,)).fetchall()
    return "".join(line for (line,) in rows).encode()


def tokens(home: Home) -> list[tuple[int, str, bytes]]:
    """Return the time stamps kept: size of the head, authority, answer as received."""
    with closing(sqlite3.connect(home.database)) as connection:
        return connection.execute("SELECT size, authority, token FROM stamps ORDER BY size").fetchall()


def _record() -> Draft:
    event = Checked(passed=("sums",), findings=(), facts={"n": 1}, milliseconds=1)
    return Draft(event=event, actor=READER, case=f"case-{uuid4().hex[:8]}")

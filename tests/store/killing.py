"""A process that appends from several threads and is killed in the middle of it; what it must not lose."""

import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pickle import UnpicklingError

from sqlalchemy import create_engine, select
from tests.store.stories import ADA, CARD, invoice, review, story

from countersign.audit import record
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import schema
from countersign.store.founding import open_store, visit_store

THREADS = 4
LATEST = 0.08
"""Seconds after the first acknowledgement within which the kill falls."""


def append_and_tell(home: Home, words: Catalogue, name: str, teller: Connection) -> None:
    """Append without end from several threads; say of each append which records are durable."""
    one_at_a_time = threading.Lock()

    def tell(made: tuple[tuple[int, str], ...]) -> None:
        with one_at_a_time:
            teller.send(made)

    with open_store(home, agents=[CARD], person=ADA, words=words) as store:

        def work(thread: int) -> None:
            for n in count():
                case = f"{name}-{thread}-{n}"
                drafts = story(case, invoice(n))
                for some in (drafts[:3], [*drafts[3:], *review(case)] if n % 2 else drafts[3:]):
                    tell(tuple((entry.seq, entry.digest) for entry in store.append(some)))

        threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


@dataclass
class Outcome:
    """What one kill left behind."""

    acknowledged: int
    lost: int
    """Acknowledged records that are gone or are others."""
    flaw: str | None
    left_unsigned: int
    """Records without a checkpoint over them, right after the kill."""
    still_unsigned: int
    """The same once the desk was opened again."""
    are_views_right: bool


def kill_once(
    processes: ForkServerContext, home: Home, words: Catalogue, name: str, chance: random.Random
) -> Outcome:
    """Let a process append, kill it at a random moment, open the desk again and look."""
    hearer, teller = processes.Pipe(duplex=False)
    process = processes.Process(target=append_and_tell, args=(home, words, name, teller))
    process.start()
    teller.close()
    acknowledged = dict(_hear_until(hearer, chance.random() * LATEST, process.kill))
    process.join(10)
    left = _unsigned(home)
    open_store(home, agents=[CARD], person=ADA, words=words).close()
    with visit_store(home, words) as store:
        verdict = store.verify()
        before = views(home)
        store.rebuild()
        are_views_right = views(home) == before
    stored = _digests(home)
    return Outcome(
        acknowledged=len(acknowledged),
        lost=sum(stored.get(seq) != digest for seq, digest in acknowledged.items()),
        flaw=verdict.flaw,
        left_unsigned=left,
        still_unsigned=verdict.unsigned,
        are_views_right=are_views_right,
    )


def _hear_until(hearer: Connection, delay: float, kill: Callable[[], None]) -> Iterator[tuple[int, str]]:
    """Yield what is acknowledged; kill so many seconds after the first, and hear what was said until then."""
    timer: threading.Timer | None = None
    try:
        while True:
            yield from hearer.recv()
            if timer is None:
                timer = threading.Timer(delay, kill)
                timer.start()
    except (EOFError, OSError, UnpicklingError):
        return  # its last word was cut short: it acknowledged nothing
    finally:
        if timer is not None:
            timer.join()
        hearer.close()


def views(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every view."""
    engine = create_engine(f"sqlite:///{home.database}")
    with engine.connect() as connection:
        found = {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.VIEWS
        }
    engine.dispose()
    return found


def _digests(home: Home) -> dict[int, str]:
    connection = sqlite3.connect(home.database)
    try:
        rows = connection.execute("SELECT seq, bytes FROM records").fetchall()
    finally:
        connection.close()
    return {seq: record.digest(stored) for seq, stored in rows}


def _unsigned(home: Home) -> int:
    connection = sqlite3.connect(home.database)
    try:
        row = connection.execute("SELECT size - checkpoint_size FROM head").fetchone()
    finally:
        connection.close()
    return int(row[0])

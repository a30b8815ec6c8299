"""Verifies the stored log from its first record to its head, and makes the views again from it."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, text

from countersign.audit.flaw import Flaw
from countersign.audit.record import digest
from countersign.audit.stretch import BEGINNING, NEW, Start, Tail
from countersign.audit.verify import LogCheck, Unopened, Verdict
from countersign.domain.errors import Trouble
from countersign.store import head as heads
from countersign.store import schema, tiles, views
from countersign.store.batch import Desk
from countersign.store.checkers import Checkers
from countersign.store.database import Database, advice_for
from countersign.store.decode import Reader
from countersign.store.head import Head
from countersign.store.keystore import KeyStore
from countersign.store.notes import Notes
from countersign.store.starts import Starts, driver
from countersign.store.stretch import WIDTH, Feed, Wrong

Progress = Callable[[int, int], None]
"""Told how many records of how many are done; what it raises ends the call."""
MANY = 20_000
"""Records that are checked by several processes; fewer are checked before those have started."""
STRETCH = 25_000
"""Records that a process checks before it is given more."""
_AT_ONCE = 1000


def verify(
    database: Database,
    keys: KeyStore,
    progress: Progress,
    *,
    since: bytes | None = None,
    incremental: bool = False,
    many: int = MANY,
    stretch: int = STRETCH,
) -> Verdict:
    """Check the log in one snapshot, and note what was found.

    With `since`, a head of this log that its desk signed, the records under it need only have its root;
    `incremental` goes on likewise from where the last verification ended, or was interrupted. When they have
    not, all of the log is checked, so that the record which was changed is named. Raises Trouble when `since`
    is no such head.
    """
    noted = Notes(database)
    with _reading(database) as connection:
        run = _Verification(connection, database, keys, noted, progress, many=many, stretch=stretch)
        start: Start | Wrong = BEGINNING
        if since is not None:
            start = run.starts.since(since, run.tell)
        elif incremental:
            start = run.starts.since_last(run.tell)
        verdict = run.check(BEGINNING if isinstance(start, Wrong) else start)
        if verdict.since and not verdict.ok:
            verdict = run.check(BEGINNING)  # what is wrong may lie in the part that was not looked at
        if isinstance(start, Wrong) and verdict.ok:
            verdict = verdict.model_copy(update={"ok": False, "flaw": start.text})
    return noted.finish(verdict, run.root)


@contextmanager
def _reading(database: Database) -> Iterator[Connection]:
    """Read through the driver, too; its errors mean to people what those of the library above mean."""
    with database.reading() as connection:
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            advice = advice_for(error, database.file)
            if advice is None:
                raise
            raise Trouble(advice) from error


class _Verification:
    """Gives the stored log to the state machine of audit/verify.py, and holds its end against the head."""

    def __init__(
        self,
        connection: Connection,
        database: Database,
        keys: KeyStore,
        noted: Notes,
        progress: Progress,
        *,
        many: int,
        stretch: int,
    ) -> None:
        self._connection = connection
        self._driver = driver(connection)
        self._file = database.file
        self._keys = keys
        self._noted = noted
        self._progress = progress
        self._many = many
        self._stretch = stretch
        self._total = _count(connection)
        self._done = 0
        self._check = LogCheck()
        self.starts = Starts(connection)

    @property
    def root(self) -> bytes:
        """Root of the tree over what was checked."""
        return self._check.frontier.root()

    def tell(self, done: int) -> None:
        """Tell how many records are done, never fewer than before."""
        self._done = max(self._done, done)
        self._progress(self._done, self._total)

    def check(self, start: Start) -> Verdict:
        """Check the log from a start to its end."""
        self._done = 0
        processes = min(os.cpu_count() or 1, 8) if self._total - start.size >= self._many else 1
        wrong = self._go_through(start, processes)
        if wrong is None:
            wrong = self._lost()
            if wrong is not None and processes > 1:
                # The processes see the log a moment later than this one: a case may have been erased between.
                wrong = self._go_through(start, 1) or self._lost()
        return self._verdict(start, wrong)

    def _go_through(self, start: Start, processes: int) -> Wrong | None:
        self._check = LogCheck(start)
        ((self._check.checkpoints,),) = self._driver.execute(_CHECKPOINTS, (start.size,))
        wrong = self._check_together(start, processes) if processes > 1 else self._feed(None)
        return wrong or self._assumed() or self._end()

    def _feed(self, until: int | None) -> Wrong | None:
        return Feed(self._driver, self._keys, self._check).run(until, self.tell)

    def _check_together(self, start: Start, processes: int) -> Wrong | None:
        """Have stretches checked at the same time, and join them; what does not fit is checked here."""
        check, todo = self._check, self._total - start.size
        length = min(self._stretch, -(-todo // (3 * processes)))  # several each, or one ends long before
        tasks = self.starts.tasks(start, self._total, length)
        with Checkers(min(processes, len(tasks)), self._file, self._keys) as checkers:
            answers = checkers.run(tasks, lambda done: self.tell(start.size + done))
            for task, answer in zip(tasks, answers, strict=True):
                if answer is not None and check.fits(answer.stretch):
                    check.join(answer.stretch)
                    wrong = answer.wrong
                else:
                    wrong = self._feed(task.until)
                if wrong is not None:
                    return wrong
                if check.last_checkpoint == check.size:
                    self._noted.mark(check.size, self.root)
        return None

    # -- the end -----------------------------------------------------------------------------------------

    def _assumed(self) -> Wrong | None:
        """Hold cases that go on from before the start against their last record there."""
        begin = self._check.start.size
        for case, believed in self._check.assumed.items():
            row = self._driver.execute(_LAST_OF_CASE, (case, begin)).fetchone()
            if believed != (Tail(row[0], digest(row[1])) if row else NEW):
                return Wrong(begin, f"The case {case} does not go on from its records before {begin}.")
        return None

    def _lost(self) -> Wrong | None:
        try:
            self._check.check_erasures()
        except Unopened as lost:
            return Wrong(lost.seq, f"Record {lost.seq}: {lost}.")
        return None

    def _end(self) -> Wrong | None:
        """Hold what stands after the last record against the head."""
        seq = max(0, self._check.size - 1)
        try:
            self._check_end()
        except (Flaw, Trouble) as error:
            return Wrong(seq, f"Record {seq}: {error}.".replace("..", "."))
        return None

    def _check_end(self) -> None:
        check, found = self._check, heads.load(self._connection)
        if found is None:
            raise Flaw("the head of the log is missing")
        further = self._driver.execute(_FURTHER, (check.size,)).fetchone()
        if further is not None:
            raise Flaw(f"a checkpoint speaks of {further[0]} records, where the log has {check.size}")
        if found.size != check.size:
            raise Flaw(f"the head of the log says {found.size} records, where the log has {check.size}")
        if found.checkpoints > check.checkpoints or found.checkpoint_size > check.last_checkpoint:
            raise Flaw("a checkpoint is missing")
        if self._driver.execute(_FURTHER_TILE, (check.size // WIDTH,)).fetchone():
            raise Flaw("hashes are kept of records that are not there; `countersign rebuild` mends that")
        due = Head(
            log=check.staff.log or "",
            frontier=check.frontier,
            previous=check.previous,
            hlc=check.hlc,
            staff_size=check.staff_size,
            checkpoints=check.checkpoints,
            checkpoint_size=check.last_checkpoint,
            checkpoint_at=check.checkpoint_at,
            epoch=check.staff.epoch[0] if check.staff.epoch else 0,
            epoch_key=check.staff.epoch[1].key_id if check.staff.epoch else "",
            epoch_at=check.epoch_at,
            unsigned_by={key: member.id for key, member in check.unsigned_by.items()},
        )
        if found != due:
            raise Flaw("the head of the log does not fit its records")
        heads.check_seal(found, self._keys.seal_head)

    def _verdict(self, start: Start, wrong: Wrong | None) -> Verdict:
        check = self._check
        return Verdict(
            ok=wrong is None,
            records=check.size if wrong is None else max(0, wrong.seq),
            since=start.size,
            checkpoints=check.checkpoints,
            cases=check.cases,
            openings=check.openings,
            unsigned=check.unsigned,
            epochs=check.staff.epoch[0] if check.staff.epoch else 0,
            erased=len(check.erased),
            warnings=check.warnings,
            flaw_at=wrong.seq if wrong else None,
            flaw=wrong.text if wrong else None,
        )


def rebuild(database: Database, desk: Desk, progress: Progress) -> int:
    """Empty the views and fill them again from the log, in one transaction; returns how many records."""
    done = 0
    with database.writing() as connection:
        total = _count(connection)
        log = connection.execute(select(schema.head.c.log)).scalar() or ""
        reader = Reader(connection, desk.case_keys, log)
        views.empty(connection)
        for rows in _pages(connection):
            batch = views.Views(connection, desk.class_of)
            batch.prepare(row.case_id for row in rows if row.case_id)
            for row in rows:
                entry = reader.entry(row)
                batch.apply(entry.seq, entry.at, entry.case, entry.event, entry.actor)
            batch.write()
            done += len(rows)
            progress(done, total)
        tiles.rebuild(connection, done)
        connection.execute(_REBUILT)
    return done


def is_rebuild_due(database: Database) -> bool:
    """Tell whether a migration has left views that are to be made from records which were there before."""
    with database.reading() as connection:
        return connection.execute(_IS_REBUILD_DUE).first() is not None


def _count(connection: Connection) -> int:
    return int(connection.execute(_COUNT).scalar_one())


def _pages(connection: Connection) -> Iterator[list[Row[*tuple[Any, ...]]]]:
    after = -(2**62)
    while rows := list(connection.execute(_ROWS, {"after": after})):
        yield rows
        after = rows[-1].seq


_IS_REBUILD_DUE = text("SELECT 1 FROM desk_meta WHERE name = 'views'")
_REBUILT = text("DELETE FROM desk_meta WHERE name = 'views'")
_COUNT = select(func.coalesce(func.max(schema.records.c.seq) + 1, 0))
_ROWS = (
    select(schema.records, schema.openings.c.blob)
    .join(schema.openings, schema.openings.c.seq == schema.records.c.seq, isouter=True)
    .where(schema.records.c.seq > bindparam("after"))
    .order_by(schema.records.c.seq)
    .limit(_AT_ONCE)
)
_CHECKPOINTS = "SELECT count(*) FROM checkpoints WHERE size <= ? AND size > 0"
_FURTHER = "SELECT size FROM checkpoints WHERE size > ? ORDER BY size LIMIT 1"
_FURTHER_TILE = "SELECT n FROM tiles WHERE n >= ? OR n < 0 LIMIT 1"
_LAST_OF_CASE = "SELECT case_n, bytes FROM records WHERE case_id = ? AND seq < ? ORDER BY case_n DESC LIMIT 1"

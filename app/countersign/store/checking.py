"""Verifies the stored log from its first record to its head, and makes the views again from it."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from countersign.audit import commitment, record
from countersign.audit.commitment import Opening
from countersign.audit.flaw import Flaw
from countersign.audit.verify import LogCheck, Signed, Verdict
from countersign.domain.errors import Trouble
from countersign.store import head as heads
from countersign.store import schema, views
from countersign.store.batch import Desk
from countersign.store.database import Database
from countersign.store.decode import CaseKeys, Reader
from countersign.store.head import Head
from countersign.store.keystore import KeyStore

Progress = Callable[[int, int], None]
"""Told how many records of how many are done."""
_AT_ONCE = 1000


def verify(database: Database, keys: KeyStore, progress: Progress) -> Verdict:
    """Check the whole log in one snapshot."""
    threads = os.cpu_count() or 1
    with database.reading() as connection, ThreadPoolExecutor(threads) as pool:
        return _Verification(connection, keys, pool, threads).run(progress)


class _Verification:
    """Feeds the stored log to the state machine of audit/verify.py."""

    def __init__(
        self, connection: Connection, keys: KeyStore, pool: ThreadPoolExecutor, threads: int
    ) -> None:
        self._connection = connection
        self._keys = CaseKeys(keys)
        self._pool = pool
        self._threads = threads
        self._check = LogCheck()
        self._notes = iter(connection.execute(_NOTES))
        self._note = next(self._notes, None)

    def run(self, progress: Progress) -> Verdict:
        total = _count(self._connection)
        seq = 0
        try:
            for rows in _pages(self._connection):
                unchecked: list[Signed] = []
                try:
                    for row in rows:
                        seq = row.seq
                        unchecked.append(self._take(row))
                finally:
                    self._check_signatures(unchecked)
                progress(self._check.size, total)
            seq = max(0, self._check.size - 1)
            self._check_end()
        except _WrongSignature as error:
            return self._verdict(error.seq, f"Record {error.seq}: its signature is wrong.")
        except (Flaw, Trouble) as error:
            return self._verdict(seq, f"Record {seq}: {error}.".replace("..", "."))
        return self._verdict(None, None)

    def _take(self, row: Row[*tuple[Any, ...]]) -> Signed:
        openings = self._openings(row) if row.blob is not None else ()
        found, signed = self._check.take(row.seq, row.bytes, openings)
        link = found.link
        place = (link.case, link.n) if link else (None, None)
        if (row.case_id, row.case_n) != place or row.effect != found.effect:
            raise Flaw("it is filed under another case or effect than it names")
        if self._note is not None and self._note.size < self._check.size:
            raise Flaw(f"the checkpoint over {self._note.size} records is out of place")
        if self._note is not None and self._note.size == self._check.size:
            self._check.checkpoint(self._note.note, self._note.size)
            self._note = next(self._notes, None)
        return signed

    def _openings(self, row: Row[*tuple[Any, ...]]) -> tuple[Opening, ...]:
        key = self._keys.get(self._connection, row.case_id)
        if key is None:
            raise Flaw("the key of its sealed content is missing, and no erasure is on record")
        log = self._check.staff.log or record.read(row.bytes).place.log
        return commitment.decrypt(row.blob, key, log, row.seq)

    def _check_signatures(self, unchecked: list[Signed]) -> None:
        """Share the signatures of a page out; checking one lets other threads run meanwhile."""
        shares = [unchecked[start :: self._threads] for start in range(self._threads)]
        wrong = [seq for seq in self._pool.map(_first_wrong, shares) if seq is not None]
        if wrong:
            raise _WrongSignature(min(wrong))

    def _check_end(self) -> None:
        """Hold what stands after the last record against the head."""
        check, found = self._check, heads.load(self._connection)
        if found is None:
            raise Flaw("the head of the log is missing")
        if self._note is not None:
            raise Flaw(f"a checkpoint speaks of {self._note.size} records, where the log has {check.size}")
        if found.size != check.size:
            raise Flaw(f"the head of the log says {found.size} records, where the log has {check.size}")
        if found.checkpoints > check.checkpoints or found.checkpoint_size > check.last_checkpoint:
            raise Flaw("a checkpoint is missing")
        due = Head(
            log=check.staff.log or "",
            frontier=check.frontier,
            previous=check.previous,
            hlc=check.hlc,
            staff_size=check.staff_size,
            checkpoints=check.checkpoints,
            checkpoint_size=check.last_checkpoint,
            checkpoint_at=check.checkpoint_at,
        )
        if found != due:
            raise Flaw("the head of the log does not fit its records")

    def _verdict(self, flaw_at: int | None, flaw: str | None) -> Verdict:
        check = self._check
        return Verdict(
            ok=flaw is None,
            records=check.size if flaw_at is None else min(flaw_at, check.size),
            checkpoints=check.checkpoints,
            cases=check.cases,
            openings=check.openings,
            flaw_at=flaw_at,
            flaw=flaw,
        )


def _first_wrong(share: list[Signed]) -> int | None:
    return next((signed.seq for signed in share if not signed.holds()), None)


class _WrongSignature(Exception):
    """The first signature of a page that does not hold."""

    def __init__(self, seq: int) -> None:
        self.seq = seq


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
                batch.apply(entry.seq, entry.at, entry.case, entry.event)
            batch.write()
            done += len(rows)
            progress(done, total)
    return done


def _count(connection: Connection) -> int:
    return int(connection.execute(_COUNT).scalar_one())


def _pages(connection: Connection) -> Iterator[list[Row[*tuple[Any, ...]]]]:
    after = -(2**62)
    while rows := list(connection.execute(_RECORDS, {"after": after})):
        yield rows
        after = rows[-1].seq


_COUNT = select(func.coalesce(func.max(schema.records.c.seq) + 1, 0))
_NOTES = select(schema.checkpoints).order_by(schema.checkpoints.c.size)
_RECORDS = (
    select(schema.records, schema.openings.c.blob)
    .join(schema.openings, schema.openings.c.seq == schema.records.c.seq, isouter=True)
    .where(schema.records.c.seq > bindparam("after"))
    .order_by(schema.records.c.seq)
    .limit(_AT_ONCE)
)

"""Where the check of a part of the log begins: where a head stands that its desk signed."""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import zip_longest

import orjson
from sqlalchemy import Connection

from countersign.audit import note, record
from countersign.audit.flaw import Flaw
from countersign.audit.merkle import Frontier
from countersign.audit.note import SignedNote
from countersign.audit.staff import ENROLMENTS, EPOCH
from countersign.audit.stretch import BEGINNING, Start
from countersign.audit.verify import LogCheck
from countersign.domain.errors import Trouble
from countersign.store import notes
from countersign.store.checkers import Task
from countersign.store.proofs import Proofs
from countersign.store.stretch import Wrong

_AT_ONCE = 1000
_MANAGING = ENROLMENTS | {EPOCH}


class Starts:
    """Finds starts in one snapshot of the log."""

    def __init__(self, connection: Connection) -> None:
        """Look through a connection that is reading."""
        self._connection = connection
        self._driver = driver(connection)
        self._staff = [(seq, stored) for seq, stored in self._driver.execute(_DESK) if _manages(stored)]

    def tasks(self, begin: Start, total: int, length: int) -> list[Task]:
        """Divide the records from a start to the end into stretches that each begin under a checkpoint.

        Their starts are what the log says of itself: whoever joins them holds each against the one before.
        """
        proofs = Proofs(self._connection)
        found = [begin]
        while (target := found[-1].size + length) < total:
            ((size,),) = self._driver.execute(_CHECKPOINT_BEFORE, (found[-1].size, target))
            try:
                found.append(self._start(size or target, proofs.peaks(size or target)))
            except (Flaw, Trouble, ValueError, KeyError, TypeError):
                break  # damaged: what is left is checked in one piece, which names the record
        ends = [start.size for start in found[1:]]
        return [Task(start, until) for start, until in zip_longest(found, ends)]

    def since(self, untrusted: bytes, tell: Callable[[int], None]) -> Start | Wrong:
        """Return where a head stands whose root the records under it have; Wrong when they have another.

        Raises Trouble when it is no head of this log that its desk signed.
        """
        try:
            found = self._signed(untrusted)
            size, root = found.checkpoint.size, found.checkpoint.root
            frontier = self.hashed(Frontier(), size, tell)
            if frontier.size < size:
                return Wrong(
                    frontier.size,
                    f"The log has {frontier.size} records, and the head that was given speaks of {size}: "
                    "the last ones are gone, or this is an older copy of the log.",
                )
            if frontier.root() != root:
                return Wrong(0, f"The first {size} records are not those under the head that was given.")
            return self._start(size, frontier.peaks) if size else BEGINNING
        except (Flaw, ValueError, KeyError, TypeError) as error:
            raise Trouble(f"The log cannot be checked from that head: {error}.") from error

    def since_last(self, tell: Callable[[int], None]) -> Start | Wrong:
        """Return where the last verification ended, under the newest checkpoint that it saw."""
        noted = notes.last_good(self._connection)
        if noted is None:
            return BEGINNING
        stored = self._driver.execute(_NOTE_BEFORE, (noted[0],)).fetchone()
        try:
            start = self.since(stored[0], tell) if stored else BEGINNING
        except Trouble:
            return BEGINNING  # the checkpoint was changed: a check of everything tells
        if isinstance(start, Start):
            further = self.hashed(Frontier(start.size, start.peaks), noted[0], tell)
            if (further.size, further.root()) != noted:
                return Wrong(0, f"The first {noted[0]} records are not those that were verified before.")
        return start

    def hashed(self, frontier: Frontier, until: int, tell: Callable[[int], None]) -> Frontier:
        """Add the records up to a number to a tree, without a look at what they say."""
        cursor = self._driver.execute(_BYTES, (frontier.size, until))
        while rows := cursor.fetchmany(_AT_ONCE):
            for seq, stored in rows:
                if seq != frontier.size or not isinstance(stored, bytes):
                    return frontier
                frontier.append(stored)
            tell(frontier.size)
        return frontier

    def _signed(self, untrusted: bytes) -> SignedNote:
        """Return a head that the desk signed with the key it had then."""
        opened = note.open_note(untrusted)
        desk = LogCheck(Start(0, (), "", "", self._staff_before(opened.checkpoint.size))).staff
        return note.read(untrusted, note.origin(desk.log or ""), desk.desk)

    def _start(self, size: int, peaks: Sequence[bytes]) -> Start:
        (stored,) = self._driver.execute(_ONE, (size - 1,)).fetchone()
        hlc = orjson.loads(stored)["hlc"]
        start = Start(size, tuple(peaks), record.digest(stored), hlc, self._staff_before(size))
        LogCheck(start)
        return start

    def _staff_before(self, size: int) -> tuple[tuple[int, bytes], ...]:
        return tuple(one for one in self._staff if one[0] < size)


def driver(connection: Connection) -> sqlite3.Connection:
    """Return what lies under a connection: it sees the same state of the log, and answers sooner."""
    found = connection.connection.driver_connection
    if not isinstance(found, sqlite3.Connection):
        raise AssertionError("the database is not reached through sqlite3")
    return found


def _manages(stored: object) -> bool:
    try:
        return isinstance(stored, bytes) and orjson.loads(stored)["body"]["kind"] in _MANAGING
    except (ValueError, KeyError, TypeError):
        return False


_DESK = "SELECT seq, bytes FROM records WHERE case_id IS NULL ORDER BY seq"
_ONE = "SELECT bytes FROM records WHERE seq = ?"
_BYTES = "SELECT seq, bytes FROM records WHERE seq >= ? AND seq < ? ORDER BY seq"
_CHECKPOINT_BEFORE = "SELECT max(size) FROM checkpoints WHERE size > ? AND size <= ?"
_NOTE_BEFORE = "SELECT note FROM checkpoints WHERE size <= ? ORDER BY size DESC LIMIT 1"

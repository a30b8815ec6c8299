"""Appends to the log from any thread: one thread writes, and takes whatever waits into one transaction."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

from sqlalchemy.exc import DatabaseError

from countersign.domain import time
from countersign.domain.actor import Actor, ActorKind
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, Entry, LoggingFailed
from countersign.store import head as heads
from countersign.store.batch import LONGEST_UNSIGNED_MS, Batch, Desk
from countersign.store.database import Database
from countersign.store.high_water import HighWater

MOST_DRAFTS = 256
"""How many drafts one transaction takes at most, but for a single request that has more."""


_LONGEST_CAUSE = 200
_CLOSED = "The record is closed: nothing was recorded. Start the desk again."


class Request:
    """What one caller wants appended, and where the answer goes."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = tuple(drafts)
        self.entries: tuple[Entry, ...] = ()
        self.error: Exception | None = None
        self.answer: Future[tuple[Entry, ...]] = Future()

    def settle(self) -> None:
        """Give the caller the answer."""
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self.entries)


class Writer:
    """The thread that appends."""

    def __init__(self, database: Database, desk: Desk, *, signs_what_waits: bool = False) -> None:
        """Append to a desk's log, and first sign what a process that died left unsigned, if told to."""
        self._database = database
        self._desk = desk
        self._high_water = HighWater(database.file)
        self._waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._is_open = True
        self._has_unsigned = signs_what_waits
        self._failure: LoggingFailed | None = None
        """What could not be recorded since the last append that could."""
        self._thread = threading.Thread(target=self._run, name="record-writer", daemon=True)
        self._thread.start()

    def append(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Append and wait until it is durable."""
        if not drafts:
            return ()
        request = Request(drafts)
        with self._gate:
            if not self._is_open:
                raise Trouble(_CLOSED)
            self._waiting.put(request)
        return request.answer.result()

    def close(self) -> None:
        """Write what waits, sign the head, end the thread."""
        with self._gate:
            if self._is_open:
                self._is_open = False
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._write_until_closed()
        finally:
            self._turn_away()

    def _turn_away(self) -> None:
        """Leave no caller waiting for a thread that is gone, whatever ended it."""
        with self._gate:
            self._is_open = False
        while not self._waiting.empty():
            request = self._waiting.get_nowait()
            if request is not None:
                request.error = Trouble(_CLOSED)
                request.settle()

    def _write_until_closed(self) -> None:
        while True:
            try:
                first = self._waiting.get(timeout=LONGEST_UNSIGNED_MS / 1000 if self._has_unsigned else None)
            except queue.Empty:
                self._sign_head()
                continue
            if first is None:
                break
            is_last = self._serve(first)
            if is_last:
                break
        if self._failure is not None:
            self._own_up()
        if self._has_unsigned:
            self._sign_head()

    def _serve(self, first: Request) -> bool:
        """Append what waits together; True when it was the last that will come."""
        requests, count, is_last = [first], len(first.drafts), False
        while count < MOST_DRAFTS:
            try:
                request = self._waiting.get_nowait()
            except queue.Empty:
                break
            if request is None:
                is_last = True
                break
            requests.append(request)
            count += len(request.drafts)
        try:
            self._commit(requests)
        except Exception as error:  # whatever it is, it belongs to the callers: the act did not happen
            self._desk.forget_staff()
            self._remember(error, sum(len(request.drafts) for request in requests if not request.error))
            for request in requests:
                request.error = request.error or error
        for request in requests:
            request.settle()
        return is_last

    def _commit(self, requests: list[Request]) -> None:
        with self._database.writing() as connection:
            batch: Batch | None = None
            while batch is None:
                good = [request for request in requests if request.error is None]
                found = heads.load(connection)
                if not good and (requests or found is None):
                    return
                batch = Batch(connection, self._desk, found)
                batch.prepare([draft for request in good for draft in request.drafts])
                if self._failure is not None and found is not None:
                    batch.take((self._confession(batch.head.log, self._failure),))
                if not self._take(batch, good):
                    self._desk.forget_staff()
                    batch = None  # begin again without the one that is wrong: the others lose nothing
            batch.write()
        self._keep(batch)
        self._failure = None
        self._has_unsigned = batch.head.unsigned > 0

    def _keep(self, batch: Batch) -> None:
        """Remember what is durable now, in memory and beside the database."""
        batch.kept()
        if not batch.head.unsigned:
            with suppress(Trouble):  # the record is safe; only its end is watched less closely
                self._high_water.note(batch.head.size)

    @staticmethod
    def _take(batch: Batch, requests: list[Request]) -> bool:
        for request in requests:
            try:
                request.entries = batch.take(request.drafts)
            except DatabaseError:
                raise  # it belongs to them all: the record cannot be read or written
            except Exception as error:  # it belongs to this caller alone
                request.error = error
                return False
        return True

    # -- what could not be recorded --------------------------------------------------------------------

    def _remember(self, error: Exception, refused: int) -> None:
        """Note that records were refused, to say so on the record as soon as it can be written again."""
        before = self._failure
        self._failure = LoggingFailed(
            since=before.since if before else time.now(),
            refused=refused + (before.refused if before else 0),
            why=_cause(error),
        )

    @staticmethod
    def _confession(log: str, failure: LoggingFailed) -> Draft:
        actor = Actor(kind=ActorKind.SYSTEM, id=log, role="log", authenticated="device_key")
        return Draft(event=failure, actor=actor)

    def _own_up(self) -> None:
        """Record at the end that records were refused, where nobody has appended since."""
        with suppress(Exception):  # it still cannot be written: whoever was refused has been told
            self._commit([])

    def _sign_head(self) -> None:
        """Sign records that have waited for a checkpoint; another process may have done so."""
        self._has_unsigned = False
        batch: Batch | None = None
        try:
            with self._database.writing() as connection:
                found = heads.load(connection)
                if found is not None and found.unsigned:
                    batch = Batch(connection, self._desk, found)
                    batch.sign()
                    batch.write()
            if batch is not None:
                self._keep(batch)
        except Trouble:
            return  # the records are safe; the next append meets the same trouble and tells its caller


def _cause(error: Exception) -> str:
    """Say what went wrong in words that name no file and no person."""
    behind = error.__cause__
    if isinstance(behind, DatabaseError):
        return str(behind.orig)[:_LONGEST_CAUSE]
    return (
        type(error).__name__
        if not isinstance(error, Trouble)
        else "the head of the log does not hold together"
    )

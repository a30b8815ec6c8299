"""Appends to the log from any thread: one thread writes, and takes whatever waits into one transaction."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, Entry
from countersign.store import head as heads
from countersign.store.batch import LONGEST_UNSIGNED_MS, Batch, Desk
from countersign.store.database import Database

MOST_DRAFTS = 256
"""How many drafts one transaction takes at most, but for a single request that has more."""


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

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk
        self._waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._is_open = True
        self._has_unsigned = False
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
                if not good:
                    return
                batch = Batch(connection, self._desk, heads.load(connection))
                batch.prepare([draft for request in good for draft in request.drafts])
                if not self._take(batch, good):
                    self._desk.forget_staff()
                    batch = None  # begin again without the one that is wrong: the others lose nothing
            batch.write()
        batch.kept()
        self._has_unsigned = batch.head.unsigned > 0

    @staticmethod
    def _take(batch: Batch, requests: list[Request]) -> bool:
        for request in requests:
            try:
                request.entries = batch.take(request.drafts)
            except Exception as error:  # it belongs to this caller alone
                request.error = error
                return False
        return True

    def _sign_head(self) -> None:
        """Sign records that have waited for a checkpoint; another process may have done so."""
        self._has_unsigned = False
        try:
            with self._database.writing() as connection:
                found = heads.load(connection)
                if found is not None and found.unsigned:
                    batch = Batch(connection, self._desk, found)
                    batch.checkpoint()
                    heads.save(connection, batch.head, new=False)
        except Trouble:
            return  # the records are safe; the next append meets the same trouble and tells its caller

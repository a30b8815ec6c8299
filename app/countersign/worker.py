"""The agent process: takes undecided cases and runs them, as many at once as there are places.

One worker serves a home (`worker.lock`). What a kill cut off comes back twice: the durable engine takes its
runs up at the step that was not done, and the record names every case that is not decided. Either alone would
be enough, and both together decide nothing twice, because a run has one name in the engine and each effect
one name on the record.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from logging.handlers import RotatingFileHandler
from time import monotonic

from filelock import FileLock, Timeout

from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.wiring.room import AgentsRoom
from countersign.wiring.supervise import CUT_OFF, SUPERVISED, receive_root
from countersign.workflow.engine import PutOff

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.04
"""Seconds between glances at the record's file while there is nothing to do."""

LOOK_ANYWAY = 1.0
"""Seconds after which the record is asked even though its file seems unchanged."""

SETTLING = 0.5
"""Seconds after a change of the file in which the record is asked at every look: what is written can be read
only once it has reached the disk, and that no longer shows on the file.
"""

SPARE_THREADS = 6
"""Threads beside those that cases are worked on in, so that taking notes never waits for a document."""

REST = 3.0
"""Seconds that a case rests whose run could not be recorded, as on a full disk."""

MOST_TROUBLES = 5
"""Runs in a row that could not be recorded, after which the worker ends and says why."""

TO_ANCHOR = 3.0
"""Seconds for witnesses to see the last records when the worker ends."""

TO_FINISH = 10.0
"""Seconds for what is under way when the worker is told to end; the rest goes on at the next start."""


def run_worker(home: Home, until_idle: bool = False) -> None:
    """Run the agents of a home until told to stop; `until_idle` ends when every case is decided.

    Ends on SIGTERM, SIGINT and, where another process started it, when that closes our standard input or
    dies. Raises Trouble when another worker serves the home.
    """
    home.prepare()
    lock = FileLock(home.root / "worker.lock")
    try:
        lock.acquire(timeout=0.5)
    except Timeout as error:
        raise Trouble(
            f"Agents are at work on {home.root} already. Let them, or end that worker first."
        ) from error
    try:
        with _logs(home):
            asyncio.run(_serve(partial(AgentsRoom, home, receive_root()), until_idle))
    finally:
        lock.release()


async def _serve(open_room: Callable[[], AgentsRoom], until_idle: bool) -> None:
    stop = asyncio.Event()
    no_more_files, no_more_orders, no_more_records = (threading.Event() for _ in range(3))
    with _told_to_end(asyncio.get_running_loop(), stop):
        room = await asyncio.to_thread(open_room)
        threads = ThreadPoolExecutor(room.engine.places + SPARE_THREADS, thread_name_prefix="run")
        asyncio.get_running_loop().set_default_executor(threads)  # which ends with the loop
        anchor = threading.Thread(target=room.anchor, args=(no_more_records,), name="anchor", daemon=True)
        learn = threading.Thread(target=room.learn, args=(no_more_files,), name="learn", daemon=True)
        shift = Shift(room, stop, until_idle)
        loop = asyncio.get_running_loop()
        obey = threading.Thread(
            target=room.obey,
            args=(no_more_orders, lambda: loop.call_soon_threadsafe(shift.ordered)),
            name="orders",
            daemon=True,
        )
        tend = threading.Thread(
            target=room.tend,
            args=(no_more_orders, lambda: loop.call_soon_threadsafe(stop.set)),
            name="stalls",
            daemon=True,
        )
        try:
            obey.start()
            room.engine.launch()
            tend.start()
            if not until_idle:
                watch = threading.Thread(target=room.watch, args=(no_more_files,), name="inbox", daemon=True)
                watch.start()
            anchor.start()
            learn.start()
            await shift.work()
            is_done = await room.engine.finish(TO_FINISH)
        finally:
            no_more_files.set()
        if is_done and not room.hangs():
            no_more_orders.set()
            await asyncio.to_thread(obey.join)
            await asyncio.to_thread(learn.join, TO_FINISH)  # it stops at its next look
            await room.close()
            no_more_records.set()
            anchor.join(TO_ANCHOR)  # here: with the engine, the loop's own threads have ended
            if shift.trouble is not None:
                raise shift.trouble
            return
    # Steps are still running in threads that nothing can end. What they do not get to record, the next
    # worker does: end as a kill would.
    status = CUT_OFF if room.hangs() else 0
    room.pages.close()
    logging.shutdown()
    if shift.trouble is not None:
        os.write(sys.stderr.fileno(), f"countersign: {shift.trouble}\n".encode())
    os._exit(status if shift.trouble is None else 1)


class Shift:
    """The loop that gives undecided cases to the engine while it has places, those first that go first.

    It holds no list of what waits: whenever a place is free it asks the record for as many cases as there are
    places, so that twenty thousand waiting ones cost no memory, and one that a person moves forward is next.
    """

    def __init__(self, room: AgentsRoom, stop: asyncio.Event, until_idle: bool) -> None:
        self._room = room
        self._store = room.store
        self._log_file = room.home.database.with_name(room.home.database.name + "-wal")
        self._engine = room.engine
        self._new_classes = room.new_classes
        self._stop = stop
        self._until_idle = until_idle
        self._wake = asyncio.Event()
        self._resting: dict[str, float] = {}
        self._troubles = 0
        self._must_look = True
        self.trouble: Trouble | None = None
        """Why the shift ended although nobody told it to: the record cannot be written."""

    def ordered(self) -> None:
        """Hear that other orders to stop stand than before: other cases may be begun."""
        self._must_look = True
        self._wake.set()

    async def work(self) -> None:
        """Work until told to stop, or until nothing can be recorded any longer."""
        seen = head = -1
        glanced, changed, asked = None, 0.0, 0.0
        while not self._stop.is_set() and self.trouble is None:
            self._wake.clear()
            glance, moment = self._glance(), monotonic()
            if glance != glanced:
                glanced, changed = glance, moment
            self._end_rests(moment)
            self._new_classes.look()
            is_starved = bool(self._engine.free) and not self._must_look
            if is_starved and (moment - changed < SETTLING or moment - asked > LOOK_ANYWAY):
                asked = moment
                head = self._store.head()
            if self._engine.free and (self._must_look or head != seen):
                seen = head
                await self._look()
            if self._until_idle and await self._is_idle():
                return
            if not (self._must_look and self._engine.free):
                await self._pause()

    async def _is_idle(self) -> bool:
        if self._resting or self._engine.under_way:
            return False
        return not await asyncio.to_thread(self._store.undecided, 1, self._room.held())

    def _glance(self) -> tuple[int, int] | None:
        """Return what tells, at next to no cost, that some process has written to the record."""
        try:
            status = self._log_file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _end_rests(self, moment: float) -> None:
        for case in [case for case, until in self._resting.items() if until <= moment]:
            del self._resting[case]
            self._must_look = True

    async def _look(self) -> None:
        """Begin the cases that go first, as many as there are places."""
        self._must_look = False
        busy = self._engine.under_way | self._resting.keys()
        found = await asyncio.to_thread(
            self._store.undecided, len(busy) + self._engine.free, self._room.held()
        )
        fresh = [case for case in found if case not in busy][: self._engine.free]
        for case in fresh:
            self._engine.begin(case, self._ended)
        self._must_look |= bool(fresh)  # there may be more

    def _ended(self, case: str, error: BaseException | None) -> None:
        if isinstance(error, PutOff):
            self._resting[case] = monotonic() + REST  # so that others get its place meanwhile
        elif error is not None:
            logger.error("the run of %s could not be finished: %s", case, error, exc_info=error)
            self._resting[case] = monotonic() + REST
        self._troubles = self._troubles + 1 if isinstance(error, Trouble) else 0
        if isinstance(error, Trouble) and self._troubles >= MOST_TROUBLES:
            self.trouble = error
        self._wake.set()

    async def _pause(self) -> None:
        waker = asyncio.get_running_loop().call_later(LOOK_EVERY, self._wake.set)
        await self._wake.wait()
        waker.cancel()


@contextmanager
def _told_to_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` on SIGTERM and SIGINT, and where a process that supervises us closes our standard input."""

    def tell(*_: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    def read_to_the_end() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        with suppress(RuntimeError):  # the loop has ended by itself
            tell()

    if os.environ.get(SUPERVISED):
        threading.Thread(target=read_to_the_end, name="parent", daemon=True).start()
    is_main = threading.current_thread() is threading.main_thread()
    signals = (signal.SIGTERM, signal.SIGINT) if is_main else ()
    before = {number: signal.signal(number, tell) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _logs(home: Home) -> Iterator[None]:
    """Write what goes wrong to the home's logs; on a full disk they are cut short, and the work tells why."""
    handler = RotatingFileHandler(
        home.logs / "worker.log", maxBytes=2_000_000, backupCount=3, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    told, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        yield
    finally:
        logging.raiseExceptions = told
        logging.getLogger().removeHandler(handler)
        with suppress(OSError):
            handler.close()

"""Notices when the device's clock is set: against the time that passed, and against the record."""

import threading
import time
from collections.abc import Callable

Reading = Callable[[], float]
"""Seconds, from whenever a clock begins to count."""
_STEADY = getattr(time, "CLOCK_BOOTTIME", None)
"""The clock that goes on while the machine sleeps, where there is one to ask."""
TOLERANCE_MS = 5000
"""What a clock may be off without having been set: time servers correct by less."""


def _wall() -> float:
    return time.time()


def _steady() -> float:
    return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


class Clock:
    """The device's clock as one process has seen it."""

    def __init__(self, now: Reading = _wall, steady: Reading = _steady) -> None:
        """Compare two clocks, in seconds: the one that people set, and one that nobody can."""
        self._now = now
        self._steady = steady
        self._offset = now() - steady()
        self._has_looked = False
        self._before: tuple[float, bool] | None = None
        """What was known before a jump that is not on the record yet."""
        self._epoch: tuple[str, float] | None = None
        self._lock = threading.Lock()

    def jump(self, last_ms: int) -> int:
        """Return by how many milliseconds the clock was set since the last look, 0 when it was not.

        At the first look, a clock that stands before the newest record (`last_ms`) was set back.
        """
        with self._lock:
            self._before = self._before or (self._offset, self._has_looked)
            offset = self._now() - self._steady()
            moved = round((offset - self._offset) * 1000)
            if not self._has_looked:
                self._has_looked = True
                moved = min(moved, round(self._now() * 1000) - last_ms)
            if abs(moved) <= TOLERANCE_MS:
                return 0
            self._offset = offset
            return moved

    def recorded(self) -> None:
        """Take note that what `jump` returned is on the record."""
        with self._lock:
            self._before = None

    def take_back(self) -> None:
        """See a jump again: the record of it was not kept."""
        with self._lock:
            if self._before is not None:
                self._offset, self._has_looked = self._before
                self._before = None

    def known_for(self, epoch: str) -> int | None:
        """Return for how long this process has known an epoch, in milliseconds that nobody can set.

        None at the first look of all.
        """
        with self._lock:
            is_first, now = self._epoch is None, self._steady()
            if self._epoch is None or self._epoch[0] != epoch:
                self._epoch = (epoch, now)
            return None if is_first else round((now - self._epoch[1]) * 1000)

"""A long call that tells how far it is and can be stopped; its signals land on the UI thread."""

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from countersign.domain.errors import Trouble
from countersign.ui.bridge.lane import Lane

Answer = TypeVar("Answer")
Progress = Callable[[int, int], None]
Call = Callable[[Progress], Answer]

OFTEN = 0.05
"""Seconds between two words on how far it is; more would only keep the window busy."""


class StoppedError(Exception):
    """The person stopped the call; it travels from the call's own progress through its code."""


class Job(QObject):
    """One call at a time on a lane; asking for another while one runs does nothing."""

    progressed = Signal(int, int)
    """So many of so many are done."""
    changed = Signal()
    """It began or ended."""
    stopped = Signal()
    """It ended because a person stopped it."""

    def __init__(self, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._is_running = False
        self._is_stopped = False

    @property
    def is_running(self) -> bool:
        """True from `begin` until the answer has landed."""
        return self._is_running

    def begin(
        self, call: Call[Answer], then: Callable[[Answer], None], otherwise: Callable[[str], None]
    ) -> None:
        """Run a call that tells its progress; hand its answer to `then`, or its trouble to `otherwise`."""
        if self._is_running:
            return
        self._is_running, self._is_stopped = True, False
        said_at = 0.0

        def tell(done: int, total: int) -> None:
            nonlocal said_at
            if self._is_stopped:
                raise StoppedError
            if monotonic() - said_at >= OFTEN or done >= total:
                said_at = monotonic()
                self.progressed.emit(done, total)

        def run() -> Callable[[], None]:
            try:
                answer = call(tell)
            except StoppedError:
                return self.stopped.emit
            except Trouble:
                raise
            except Exception as bug:
                return _raiser(bug)
            return lambda: then(answer)

        def done(deliver: Callable[[], None]) -> None:
            self._end()
            deliver()

        def failed(trouble: str) -> None:
            self._end()
            otherwise(trouble)

        self._lane.ask(run, done, failed)
        self.changed.emit()

    def stop(self) -> None:
        """Have the call end at its next word on how far it is."""
        self._is_stopped = True

    def _end(self) -> None:
        self._is_running = False
        self.changed.emit()


def _raiser(bug: Exception) -> Callable[[], None]:
    """Return what raises a bug on the UI thread, for the crash report."""

    def deliver() -> None:
        raise bug

    return deliver

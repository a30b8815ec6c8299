"""A lane: calls that may block run off the UI thread, and their results land on it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from countersign.domain.errors import Trouble

Answer = TypeVar("Answer")
Deliver = Callable[[], None]


class Lane(QObject):
    """A pool of threads; with one thread, calls run in the order in which they were asked."""

    trouble = Signal(str)
    """A call that nobody else answers for met trouble: one sentence for the person."""
    _landed = Signal(object)

    def __init__(self, name: str, threads: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._open = True
        self._landed.connect(self._land)

    def ask(
        self,
        call: Callable[[], Answer],
        then: Callable[[Answer], None],
        otherwise: Callable[[str], None] | None = None,
    ) -> Future[None]:
        """Run a call; on the UI thread, hand its answer to `then`, or its trouble to `otherwise`.

        What is no Trouble is a bug, and is raised on the UI thread for the crash report.
        """
        if not self._open:
            return _never()

        def run() -> None:
            try:
                answer = call()
            except Trouble as trouble:
                message = str(trouble)
                self._landed.emit(lambda: (otherwise or self.trouble.emit)(message))
            except Exception as bug:
                self._landed.emit(_raiser(bug))
            else:
                self._landed.emit(lambda: then(answer))

        return self._threads.submit(run)

    def _land(self, deliver: Deliver) -> None:
        if self._open:
            deliver()

    def close(self, *, finish: bool) -> None:
        """End the threads; with `finish`, after what was asked is done, though nobody hears the answers."""
        self._open = False
        self._threads.shutdown(wait=True, cancel_futures=not finish)


def _never() -> Future[None]:
    """Return the future of what is asked while the desk closes: it is not done."""
    future: Future[None] = Future()
    future.cancel()
    return future


def _raiser(bug: Exception) -> Deliver:
    def deliver() -> None:
        raise bug

    return deliver

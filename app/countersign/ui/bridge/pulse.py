"""The one object that turns what happened on the record into Qt signals."""

import threading
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from countersign.domain.agents_seen import Live
from countersign.domain.errors import Trouble
from countersign.domain.standing import Standing
from countersign.ui.bridge.port import DeskPort

BEAT = 0.2
"""Seconds between two looks at the head of the log."""
STAFF = 5
"""Every so many beats: are the agents at work?"""
LIVE = 2
"""Every so many beats: who works on what, and who is stopped?"""
STANDING = 5
"""At most every so many beats, while records come in: how does the record stand?"""
STANDING_STILL = 50
"""Every so many beats while none come in, for what is noted beside the log: a check, a witness's word."""


class Pulse(QObject):
    """Looks at the head of the log from a thread of its own and says what changed."""

    happened = Signal(tuple)
    """Cases (tuple of str) that new records concern."""
    agents_at_work = Signal(bool)
    """Emitted when a worker starts or ends, and once at the beginning."""
    live = Signal(object)
    """Who works on what and who is stopped (`Live`), when that changed, and once at the beginning."""
    standing = Signal(object)
    """How the record stands (`Standing`), when that changed, and once at the beginning."""
    trouble = Signal(str)
    """The record cannot be looked at, in one sentence; said once until it can again."""

    def __init__(self, port: DeskPort, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port = port
        self._stop = threading.Event()
        self._asked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def look_again(self) -> None:
        """Ask with the next beat how the record stands, though nothing was recorded."""
        self._asked.set()

    def close(self) -> None:
        """Stop looking; returns when the thread has ended."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        head: int | None = None
        working: bool | None = None
        live: Live | None = None
        standing = _Known()
        ailing = False
        beat = 0
        while not self._stop.is_set():
            try:
                head = self._look(head)
                if beat % STAFF == 0:
                    working = self._staff(working)
                if beat % LIVE == 0:
                    live = self._watch(live)
                if beat and (self._asked.is_set() or standing.is_old(head, beat)):
                    self._stand(standing, head, beat)
                ailing = False
            except Trouble as trouble:
                if not ailing:
                    self.trouble.emit(str(trouble))
                ailing = True
            beat += 1
            self._stop.wait(BEAT)

    def _look(self, before: int | None) -> int:
        head = self._port.head()
        if before is not None and head != before:
            self.happened.emit(self._port.changed_cases(before))
        return head

    def _stand(self, known: "_Known", head: int, beat: int) -> None:
        self._asked.clear()
        found = self._port.record.standing()
        if found != known.standing:
            self.standing.emit(found)
        known.standing, known.head, known.beat = found, head, beat

    def _staff(self, before: bool | None) -> bool:
        working = self._port.agents_at_work()
        if working is not before:
            self.agents_at_work.emit(working)
        return working

    def _watch(self, before: Live | None) -> Live:
        live = self._port.stopping.live()
        if live != before:
            self.live.emit(live)
        return live


@dataclass
class _Known:
    """What was last said of the record, and when."""

    standing: Standing | None = None
    head: int = -1
    beat: int = -STANDING_STILL

    def is_old(self, head: int, beat: int) -> bool:
        """Tell whether to ask again."""
        return beat - self.beat >= (STANDING_STILL if head == self.head else STANDING)

"""What the agents' process says of itself, in a small file beside the record: who works on what, just now."""

import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.time import now
from countersign.settings.home import Home
from countersign.store.files import write_whole
from countersign.wiring.supervise import is_served
from countersign.workflow.gate import UnderWay

FILE = "working.json"
NOTE_EVERY = 0.1


class Working(Frozen):
    """Who works on what."""

    pid: int
    at: datetime
    steps: tuple[UnderWay, ...]
    obeys: int
    """The record of the latest order to stop that it has seen, -1 where none stands."""


def seen(home: Home) -> Working | None:
    """Return what the agents of a home said last; None when none are at work."""
    try:
        said = Working.model_validate_json((home.root / FILE).read_bytes())
    except (OSError, ValidationError):
        return None  # it is a note, made anew within a moment
    return said if is_served(home) else None


class Notice:
    """The file, kept up to date: written when something has changed, ten times a second at most."""

    def __init__(
        self, home: Home, steps: Callable[[], tuple[UnderWay, ...]], obeys: Callable[[], int]
    ) -> None:
        self._file: Path = home.root / FILE
        self._steps, self._obeys = steps, obeys
        self._last: tuple[tuple[UnderWay, ...], int] | None = None
        self._lock = threading.Lock()

    def keep(self, stop: threading.Event) -> None:
        """Write until told to stop; blocks."""
        while not stop.wait(NOTE_EVERY):
            self.write()
        self._file.unlink(missing_ok=True)

    def write(self) -> None:
        """Write what has changed."""
        with self._lock:
            obeys = self._obeys()  # first: a step that begins after this one obeys, one before it is seen
            said = (self._steps(), obeys)
            if said == self._last:
                return
            working = Working(pid=os.getpid(), at=now(), steps=said[0], obeys=obeys)
            try:
                write_whole(self._file, working.model_dump_json().encode(), lasting=False)
            except Trouble:
                return  # a full disk; the work itself will say so
            self._last = said

"""Watches a folder: what is dropped there is taken in as soon as it is complete, then moved aside."""

import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import watchfiles

from countersign.domain.errors import Trouble
from countersign.domain.time import now
from countersign.intake.kinds import is_passing
from countersign.intake.report import Item
from countersign.intake.take import Intake

TAKEN = "taken"
"""The folder, inside the watched one, where files lie once they are on the record; one a day."""

_STEP = 15  # ms that the watcher waits for more of the same change
_QUIET = 0.02  # s without a change: a file that looks complete is complete
_QUIET_UNSURE = 1.5  # s without a change, where the end of the file says that more should come
_AGAIN_AFTER = 5.0  # s after a Trouble, such as a full disk
_TAIL = 2048
_ENDS = {".png": b"IEND", ".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9", ".pdf": b"%%EOF"}

Sign = tuple[int, int]
"""Size and time of change of a file."""


class _Growing:
    """A file that has been seen, and since when it has not changed."""

    def __init__(self, sign: Sign, due: float) -> None:
        self.sign = sign
        self.due = due


class Watch:
    """Takes what appears in a folder, until told to stop; files that lie there at the start as well.

    A file is taken when it has not changed for a moment and its end looks like one; recorded first and then
    moved to ``taken/<date>``, so that a crash between the two takes it again and nothing is lost or doubled.
    What is no document stays where it is and is reported once.
    """

    def __init__(
        self,
        folder: Path,
        intake: Intake,
        *,
        on_item: Callable[[Item], None],
        on_trouble: Callable[[str], None],
        channel: str = "watched_folder",
    ) -> None:
        self._folder = folder
        self._intake = intake
        self._on_item = on_item
        self._on_trouble = on_trouble
        self._channel = channel
        self._growing: dict[Path, _Growing] = {}
        self._done: dict[Path, Sign] = {}
        self._changed: queue.SimpleQueue[Path | None] = queue.SimpleQueue()

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set; blocks. Raises Trouble when the folder cannot be watched."""
        if not self._folder.is_dir():
            raise Trouble(f"There is no folder {self._folder} to watch. Make it, or name another.")
        watcher = threading.Thread(
            target=self._report_changes, args=(stop,), name="watched-folder", daemon=True
        )
        watcher.start()
        for file in self._files():
            self._notice(file)
        while not stop.is_set():
            self._wait()
            self._take_complete()
        watcher.join()

    def _report_changes(self, stop: threading.Event) -> None:
        for changes in watchfiles.watch(
            self._folder,
            stop_event=stop,
            step=_STEP,
            debounce=200,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            for change, path in changes:
                if change is not watchfiles.Change.deleted:
                    self._changed.put(Path(path))
        self._changed.put(None)

    def _wait(self) -> None:
        """Wait for a change, or until a file that grows has been quiet for long enough."""
        due = min((file.due for file in self._growing.values()), default=None)
        try:
            path = self._changed.get(timeout=None if due is None else max(0.0, due - monotonic()))
            while path is not None:
                self._notice(path)
                path = self._changed.get_nowait()
        except queue.Empty:
            return

    def _notice(self, path: Path) -> None:
        if path.is_dir():
            for file in self._files(path):
                self._notice(file)
            return
        sign = _sign(path)
        if sign is None or is_passing(path.name) or self._is_taken(path) or self._done.get(path) == sign:
            return
        quiet = _QUIET if _looks_complete(path) else _QUIET_UNSURE
        self._growing[path] = _Growing(sign, monotonic() + quiet)

    def _take_complete(self) -> None:
        moment = monotonic()
        for path, growing in [(p, g) for p, g in self._growing.items() if g.due <= moment]:
            del self._growing[path]
            sign = _sign(path)
            if sign == growing.sign:
                self._take(path, sign)
            elif sign is not None:
                self._notice(path)

    def _take(self, path: Path, sign: Sign) -> None:
        try:
            report = self._intake.take_found(path, self._channel)
            if report.cases:
                self._move(path)
            else:
                self._done[path] = sign
        except (Trouble, OSError) as trouble:
            self._on_trouble(str(trouble))
            self._growing[path] = _Growing(sign, monotonic() + _AGAIN_AFTER)
            return
        for item in report.items:
            self._on_item(item)

    def _move(self, path: Path) -> None:
        target = self._folder / TAKEN / f"{now():%Y-%m-%d}" / path.relative_to(self._folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, _free(target))

    def _files(self, folder: Path | None = None) -> Iterator[Path]:
        return (path for path in sorted((folder or self._folder).rglob("*")) if not path.is_dir())

    def _is_taken(self, path: Path) -> bool:
        return path.relative_to(self._folder).parts[0] == TAKEN


def _sign(path: Path) -> Sign | None:
    try:
        stat = path.stat()
    except OSError:
        return None  # it has gone again
    return stat.st_size, stat.st_mtime_ns


def _looks_complete(path: Path) -> bool:
    """Tell whether a file ends as its kind does; a kind without an end mark is unsure."""
    mark = _ENDS.get(path.suffix.lower())
    if mark is None:
        return False
    try:
        with path.open("rb") as content:
            content.seek(max(0, path.stat().st_size - _TAIL))
            return mark in content.read()
    except OSError:
        return False  # it is locked by its writer, or gone


def _free(target: Path) -> Path:
    """Return a name that no other file has."""
    name, number = target, 1
    while name.exists():
        number += 1
        name = target.with_stem(f"{target.stem} ({number})")
    return name

"""What is to be taken out of the house: chosen, previewed as it is chosen, then written off the UI thread."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from countersign.domain.standing import Custody
from countersign.insight.bundle.scope import Bundle, Preview, Scope, Withhold
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import record_words as said

PAUSE = 250
"""Milliseconds after the last change until a preview is asked for."""


class Period(StrEnum):
    """When the cases came in."""

    ANY = "any"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    CHOSEN = "chosen"

    def days(self, today: date) -> tuple[date | None, date | None]:
        """Return the first and the last day, as seen on a day; None where there is no bound."""
        month = today.replace(day=1)
        match self:
            case Period.THIS_MONTH:
                return month, today
            case Period.LAST_MONTH:
                last = month - timedelta(days=1)
                return last.replace(day=1), last
            case Period.THIS_YEAR:
                return today.replace(month=1, day=1), today
            case Period.LAST_YEAR:
                return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
            case _:
                return None, None


@dataclass(frozen=True)
class Wish:
    """What goes in and what stays."""

    scope: Scope = field(default_factory=Scope)
    withhold: Withhold = field(default_factory=Withhold)


class ExportSession(QObject):
    """Previews a wish and fulfils it; knows no widget."""

    changed = Signal()
    """Preview, progress or result is new."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.job = desk.job(self)
        self.wish = Wish()
        self.preview: Preview | None = None
        self.trouble: str | None = None
        self.bundle: Bundle | None = None
        self.custody: Custody | None = None
        self.done, self.total = 0, 0
        self._turn = 0
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self._ask)
        self.job.progressed.connect(self._on_progress)
        self.job.changed.connect(self.changed)
        self.job.stopped.connect(lambda: desk.said.emit(said.EXPORT_STOPPED))

    def reset(self) -> None:
        """Forget what was chosen and written before; the session outlives its dialogs, as its calls may."""
        self.wish = Wish()
        self.preview, self.trouble, self.bundle = None, None, None
        self._turn += 1

    def load(self) -> None:
        """Read which agents, people and policies there are to choose from."""
        self._desk.records.ask(self._desk.port.record.custody, self._take_custody)

    def choose(self, wish: Wish) -> None:
        """Take another choice; the preview follows."""
        if wish != self.wish or self.preview is None:
            self.wish = wish
            self.preview, self.trouble = None, None
            self._turn += 1
            self._pause.start()
            self.changed.emit()

    def export(self, out: Path) -> None:
        """Write the bundle."""
        wish, record = self.wish, self._desk.port.record
        self.done, self.total, self.trouble = 0, 0, None
        self.job.begin(
            lambda progress: record.export(wish.scope, wish.withhold, out, progress),
            self._exported,
            self._fail,
        )

    def stop(self) -> None:
        """End the export; nothing of it stays."""
        self.job.stop()

    def _ask(self) -> None:
        turn, wish, record = self._turn, self.wish, self._desk.port.record

        def take(preview: Preview) -> None:
            if turn == self._turn:
                self.preview = preview
                self.changed.emit()

        def fail(trouble: str) -> None:
            if turn == self._turn:
                self._fail(trouble)

        self._desk.papers.ask(lambda: record.preview(wish.scope, wish.withhold), take, fail)

    def _take_custody(self, custody: Custody) -> None:
        self.custody = custody
        self.changed.emit()

    def _on_progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self.changed.emit()

    def _exported(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._desk.said.emit(said.exported(str(bundle.path)))
        self.changed.emit()

    def _fail(self, trouble: str) -> None:
        self.trouble = trouble
        self.changed.emit()

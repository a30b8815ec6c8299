"""How the record stands, as the chip says it: one of three states, told by a mark and by words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from PySide6.QtCore import QDate, QLocale, QObject, QTimer, Signal

from countersign.domain.standing import Check, Standing
from countersign.domain.time import now
from countersign.ui.bridge.desk import Desk
from countersign.ui.look import record_words as said
from countersign.ui.look.colours import Tone
from countersign.ui.look.marks import Glyph
from countersign.ui.models import show

CHECK_LASTS = timedelta(days=7)
"""After this a verification is too old to be calm about."""
UNSEEN_LASTS = timedelta(days=1)
"""A record that no witness has seen for longer is too old to be calm about."""
MINUTE = 60_000


class State(StrEnum):
    """How calm a person can be about the record."""

    UNKNOWN = "unknown"
    FINE = "fine"
    OPEN = "open"
    """Not checked, not checked for long, or not seen by a witness for long."""
    DAMAGED = "damaged"


MARKS = {
    State.UNKNOWN: (Glyph.OPEN, Tone.QUIET),
    State.FINE: (Glyph.SOUND, Tone.SURE),
    State.OPEN: (Glyph.OPEN, Tone.DOUBT),
    State.DAMAGED: (Glyph.DAMAGED, Tone.POOR),
}


@dataclass(frozen=True)
class Told:
    """What the chip says, at two lengths."""

    state: State
    text: str
    short: str
    why: str
    """One sentence: what the state means."""

    @property
    def spoken(self) -> str:
        """The whole for a screen reader."""
        return f"{said.RECORD}: {self.why} {self.text}"


NOTHING = Told(State.UNKNOWN, said.RECORD, said.RECORD, said.RECORD_UNKNOWN)


def tell(standing: Standing, moment: datetime, locale: QLocale) -> Told:
    """Put into words how the record stands at a moment."""
    count = show.number(str(standing.records), locale)
    last, seen = standing.last, _seen(standing, locale)
    if standing.alarm is not None or (last is not None and not last.ok):
        return Told(
            State.DAMAGED,
            said.chip(count, said.CHIP_ALARM if standing.alarm else said.CHIP_DAMAGED, seen),
            said.CHIP_ALARM if standing.alarm else said.CHIP_DAMAGED,
            said.RECORD_ALARM if standing.alarm else said.RECORD_DAMAGED,
        )
    checked = said.NOT_CHECKED if last is None else said.checked(_clock(last, moment, locale))
    state, why = _state(standing, moment)
    return Told(state, said.chip(count, checked, seen), f"{checked} · {seen}", why)


def _state(standing: Standing, moment: datetime) -> tuple[State, str]:
    last, since = standing.last, standing.unseen_since
    if last is None:
        return State.OPEN, said.RECORD_NOT_CHECKED
    if moment - last.at > CHECK_LASTS:
        return State.OPEN, said.RECORD_CHECKED_LONG_AGO
    if since is not None and moment - since > UNSEEN_LASTS:
        return State.OPEN, said.RECORD_UNSEEN if standing.has_witness else said.RECORD_NO_WITNESS
    return State.FINE, said.RECORD_FINE


def _seen(standing: Standing, locale: QLocale) -> str:
    if not standing.has_witness and standing.records:
        return said.CHIP_NO_WITNESS
    return said.unseen(show.number(str(standing.unseen), locale))


def _clock(check: Check, moment: datetime, locale: QLocale) -> str:
    """Write the time of day for today, else the day."""
    here = check.at.astimezone()
    if here.date() == moment.astimezone().date():
        return f"{here:%H:%M}"
    return locale.toString(QDate(here.year, here.month, here.day), "d MMM")


class StandingModel(QObject):
    """Keeps what the chips say; the pulse feeds it."""

    changed = Signal()

    def __init__(self, desk: Desk, locale: QLocale, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._locale = locale
        self.standing: Standing | None = None
        self.told = NOTHING
        self.percent: int | None = None
        """How far a verification is that runs now, None while none does."""
        self._minute = QTimer(self, interval=MINUTE)
        self._minute.timeout.connect(self._tell)
        self._minute.start()
        desk.pulse.standing.connect(self.take)

    def take(self, standing: Standing) -> None:
        """Say this from now on."""
        self.standing = standing
        self._tell()

    def show_percent(self, percent: int | None) -> None:
        """Say how far a verification is; with None, that none runs."""
        if percent != self.percent:
            self.percent = percent
            self.changed.emit()

    def _tell(self) -> None:
        if self.standing is not None:
            told = tell(self.standing, now(), self._locale)
            if told != self.told:
                self.told = told
                self.changed.emit()

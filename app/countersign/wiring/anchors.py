"""Keeps the unwitnessed window small: shows new heads to those whom the desk has configured.

The worker does so in a thread of its own. A witness that fails is asked again after growing pauses, and work
goes on meanwhile; what each said last is kept in a file beside the record, for `doctor` and the screens.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from pydantic import ValidationError

from countersign.audit import cosign, timestamp
from countersign.audit.cosign import COSIGNATURE, Known
from countersign.audit.flaw import Flaw
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.time import iso, now
from countersign.settings import anchors as settings
from countersign.settings.anchors import Anchors, StampsFrom, WitnessAt
from countersign.settings.home import Home
from countersign.store.anchors import AnchorStore
from countersign.store.database import Database
from countersign.store.files import write_whole
from countersign.store.founding import is_begun, visit_store
from countersign.store.migrate import is_current
from countersign.sync.anchor import Outcome, Told, ask_authority, ask_witness

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 600.0
"""Seconds after which one that keeps failing is asked again at the latest."""

FIRST_PAUSE = 0.5
SHORTEST_ROUND, LONGEST_ROUND = 1.0, 10.0
"""Seconds between looks for new heads and at the configuration."""

SIGN_OF_LIFE = 600.0
"""Seconds after which a witness is shown the newest head although it has seen it, and when the work begins:
so it is found out within that time that an older copy of the log was put back.
"""

NOTED = "anchors.json"
_BAD = (Outcome.FAILED, Outcome.ALARM)


class Status(Frozen):
    """How far the outside has seen the log."""

    log: str
    """The log's name and key, as a witness is told them."""
    records: int
    unseen: int
    """The unwitnessed window: records that no witness has cosigned."""
    unseen_since: str | None
    witnesses: tuple[Told, ...]
    stamps: tuple[Told, ...]

    @property
    def alarms(self) -> tuple[str, ...]:
        """What witnesses raised the alarm about."""
        return tuple(told.why for told in self.witnesses if told.outcome is Outcome.ALARM)


@dataclass(frozen=True, slots=True)
class Target:
    """A witness or an authority, and how to show it the newest head."""

    who: str
    is_witness: bool
    every: float
    """Seconds between questions while it answers."""
    ask: Callable[[AnchorStore, bool], Told]
    """Told whether a person asks: then a witness is shown even a head that it has seen, and an authority
    stamps however short ago it did.
    """


# -- configuration ---------------------------------------------------------------------------------------


def known_witnesses(home: Home) -> tuple[Known, ...]:
    """Return the witnesses that a desk has configured; raises Trouble."""
    return tuple(_known(one) for one in settings.load(home).witnesses)


def add_witness(home: Home, url: str, vkey: str) -> Known:
    """Have a witness cosign the heads of a desk from now on; raises Trouble."""
    witness = _witness_at(url, vkey)
    known, before = _known(witness), settings.load(home)
    if any(_known(one).name == known.name for one in before.witnesses):
        raise Trouble(f"A witness {known.name} is there already. Change it in {home.root / settings.FILE}.")
    _write(home, before.model_copy(update={"witnesses": (*before.witnesses, witness)}))
    return known


def add_stamps(home: Home, name: str, url: str, certificate: Path) -> None:
    """Have an authority stamp the heads of a desk from now on; the certificate is copied. Raises Trouble."""
    before = settings.load(home)
    if any(one.name == name for one in before.stamps):
        raise Trouble(f"An authority {name} is there already. Change it in {home.root / settings.FILE}.")
    try:
        pem = certificate.read_bytes()
        timestamp.read_certificates(pem)
        added = StampsFrom(name=name, url=url, certificate=pem.decode("ascii", "replace"))
    except OSError as error:
        raise Trouble(f"{certificate} cannot be read ({error.strerror}). Name another file.") from error
    except Flaw as error:
        raise Trouble(
            f"{certificate}: {error}. Ask the authority for its certificate with its root."
        ) from error
    except ValidationError as error:
        raise Trouble(_plainly(error)) from error
    _write(home, before.model_copy(update={"stamps": (*before.stamps, added)}))


def _witness_at(url: str, vkey: str) -> WitnessAt:
    try:
        return WitnessAt(url=url, key=vkey.strip())
    except ValidationError as error:
        raise Trouble(_plainly(error)) from error


def _plainly(error: ValidationError) -> str:
    return (
        "; ".join(f"{one['msg'].removeprefix('Value error, ')}" for one in error.errors()).capitalize() + "."
    )


def _known(witness: WitnessAt) -> Known:
    try:
        return cosign.read_vkey(witness.key, COSIGNATURE)
    except Flaw as error:
        raise Trouble(
            f"The key of the witness at {witness.url} cannot be used: {error}. "
            "Copy the line that `countersign witness key` prints there."
        ) from error


def _write(home: Home, anchors: Anchors) -> None:
    home.prepare()
    write_whole(home.root / settings.FILE, settings.write(anchors))


def _targets(home: Home) -> list[Target]:
    """Return whom to show new heads; raises Trouble."""
    anchors = settings.load(home)
    return [
        *(_witness(one, anchors.every.total_seconds()) for one in anchors.witnesses),
        *(_authority(one, home) for one in anchors.stamps),
    ]


def _witness(one: WitnessAt, every: float) -> Target:
    known = _known(one)

    def ask(store: AnchorStore, is_asked: bool) -> Told:
        return ask_witness(store, one.url, known, even_if_seen=is_asked)

    return Target(known.name, True, every, ask)


def _authority(one: StampsFrom, home: Home) -> Target:
    def ask(store: AnchorStore, is_asked: bool) -> Told:
        seen, at = store.stamped(one.name)
        if at is not None and now() - at < one.every and not is_asked:
            return Told(who=one.name, is_witness=False, outcome=Outcome.NOTHING_NEW, records=seen, at=at)
        return ask_authority(store, one.name, one.url, settings.certificate(home, one))

    return Target(one.name, False, one.every.total_seconds(), ask)


# -- once, and how it stands -----------------------------------------------------------------------------


def anchor(home: Home) -> tuple[Told, ...]:
    """Show the newest head to everybody configured, now; raises Trouble where nobody is, or no desk."""
    targets = _targets(home)
    if not targets:
        raise Trouble(
            "Nobody outside sees this log yet. `countersign anchor add-witness URL KEY` adds a witness, "
            "`countersign anchor add-stamps` an authority that stamps the time."
        )
    with _store(home) as store:
        told = tuple(_asked(target, store, is_asked=True) for target in targets)
    _note(home, told)
    return told


def status(home: Home) -> Status:
    """Return how far the outside has seen the log, without asking anybody; raises Trouble."""
    anchors, noted = settings.load(home), _noted(home)
    known = [_known(one) for one in anchors.witnesses]
    with _store(home) as store:
        window = store.window(known)
        witnesses = tuple(_told(noted, one.name, True, *store.cosigned(one)) for one in known)
        stamps = tuple(_told(noted, one.name, False, *store.stamped(one.name)) for one in anchors.stamps)
        log = store.log().text
    since = iso(window.since) if window.since else None
    return Status(
        log=log,
        records=window.size,
        unseen=window.records,
        unseen_since=since,
        witnesses=witnesses,
        stamps=stamps,
    )


def alarms(home: Home) -> tuple[str, ...]:
    """Return what witnesses raised the alarm about when they were asked last; opens and asks nothing."""
    return tuple(told.why for told in _noted(home).values() if told.outcome is Outcome.ALARM)


def _told(noted: dict[str, Told], who: str, is_witness: bool, records: int, at: datetime | None) -> Told:
    """Join what is certain, how much was signed and when, with what was said last."""
    last = noted.get(who)
    return Told(
        who=who,
        is_witness=is_witness,
        outcome=last.outcome if last else Outcome.NOTHING_NEW,
        records=records,
        at=at,
        why=last.why if last else "",
    )


def _asked(target: Target, store: AnchorStore, *, is_asked: bool) -> Told:
    try:
        return target.ask(store, is_asked)
    except Trouble as error:
        return Told(who=target.who, is_witness=target.is_witness, outcome=Outcome.FAILED, why=str(error))


@contextmanager
def _store(home: Home) -> Iterator[AnchorStore]:
    """Open the record of a desk for this alone: no key is needed, so no password is asked for."""
    if not is_begun(home) or not is_current(home.database):
        visit_store(home).close()  # brings it up to date, or says that there is no desk
    database = Database(home.database)
    try:
        yield AnchorStore(database)
    finally:
        database.close()


# -- what each said last, kept beside the record ---------------------------------------------------------


def _noted(home: Home) -> dict[str, Told]:
    try:
        lines = json.loads((home.root / NOTED).read_text(encoding="utf-8"))
        return {told.who: told for told in map(Told.model_validate, lines)}
    except (OSError, ValueError, TypeError):
        return {}  # it is a note, made anew at the next answer


def _note(home: Home, answers: Iterable[Told]) -> None:
    noted = {**_noted(home), **{told.who: told for told in answers}}
    content = json.dumps([told.model_dump(mode="json") for told in noted.values()], indent=1)
    with suppress(Trouble):
        write_whole(home.root / NOTED, content.encode(), lasting=False)


# -- all the time ----------------------------------------------------------------------------------------


def keep_anchored(home: Home, stop: threading.Event) -> None:
    """Show new heads to everybody configured until told to stop, and the last one then; blocks."""
    keeper = Keeper(home)
    pause = FIRST_PAUSE
    while not stop.wait(pause):
        pause = keeper.round(stop)
    keeper.show_last()


class Keeper:
    """Decides who is asked when: at their pace while they answer, ever more rarely while they fail."""

    def __init__(self, home: Home, clock: Callable[[], float] = monotonic) -> None:
        self._home = home
        self._clock = clock
        self._due: dict[str, float] = {}
        self._pause: dict[str, float] = {}
        self._sign_of_life: dict[str, float] = {}
        self._last: dict[str, Told] = {}
        self._trouble = ""

    def round(self, stop: threading.Event) -> float:
        """Ask everybody whose time has come; returns the seconds until the next look."""
        try:
            targets = _targets(self._home)
            due = [one for one in targets if self._due.get(one.who, 0.0) <= self._clock()]
            if due:
                with _store(self._home) as store:
                    self._ask(due, store, stop)
            self._complain("")
            return max(SHORTEST_ROUND, min((one.every for one in targets), default=LONGEST_ROUND))
        except Trouble as error:
            self._complain(str(error))
            return LONGEST_ROUND

    def show_last(self) -> None:
        """Show the last head to the witnesses that answer, so that no record waits for the next start."""
        try:
            well = [one for one in _targets(self._home) if one.is_witness and not self._is_bad(one.who)]
            if not well:
                return
            with _store(self._home) as store:
                for target in well:
                    self._tell(_asked(target, store, is_asked=False))
        except Trouble as error:
            self._complain(str(error))

    def _is_bad(self, who: str) -> bool:
        return who in self._last and self._last[who].outcome in _BAD

    def _ask(self, due: Iterable[Target], store: AnchorStore, stop: threading.Event) -> None:
        for target in due:
            if stop.is_set():
                return
            told = _asked(target, store, is_asked=target.is_witness and self._must_answer(target.who))
            before = self._pause.get(target.who, target.every / 2)
            pause = (
                min(2 * before, max(LONGEST_PAUSE, target.every)) if told.outcome in _BAD else target.every
            )
            self._pause[target.who], self._due[target.who] = pause, self._clock() + pause
            self._tell(told)

    def _must_answer(self, who: str) -> bool:
        """Tell whether one is asked even where nothing is new; an alarm stands until it is taken back."""
        now, last = self._clock(), self._last.get(who)
        is_due = now >= self._sign_of_life.get(who, 0.0)
        if is_due:
            self._sign_of_life[who] = now + SIGN_OF_LIFE
        return is_due or (last is not None and last.outcome is Outcome.ALARM)

    def _tell(self, told: Told) -> None:
        last = self._last.get(told.who)
        if last is None or (last.outcome, last.why) != (told.outcome, told.why):
            if told.why:
                logger.log(logging.ERROR if told.outcome is Outcome.ALARM else logging.WARNING, told.why)
            _note(self._home, (told,))
        self._last[told.who] = told

    def _complain(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            logger.warning("no head is shown to witnesses: %s", trouble)
        self._trouble = trouble

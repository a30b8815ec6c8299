"""The record as the desk's window asks for it: how it stands, who keeps it, checked, taken elsewhere."""

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from countersign.audit.keys import fingerprint, from_text
from countersign.domain.errors import Trouble
from countersign.domain.event import DeskFounded, Entry, Exported, PolicyActivated
from countersign.domain.roster import Enrolled, roster
from countersign.domain.standing import Check, Custody, Rules, Signer, Standing, Witness
from countersign.domain.time import now
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.database import Database
from countersign.store.store import Store

if TYPE_CHECKING:
    from countersign.audit.cosign import Known
    from countersign.insight.bundle.scope import Bundle, Preview, Scope, Withhold
    from countersign.store.anchors import AnchorStore
    from countersign.wiring.export import Exports

Progress = Callable[[int, int], None]
SHOWN_CHECKS = 20
"""Past verifications that the screen may ask for."""


class DeskRecord:
    """A RecordPort as ui/bridge/port.py asks for. Safe from any thread."""

    def __init__(self, home: Home, store: Store, words: Catalogue) -> None:
        """Look after the record of an open desk."""
        self._home = home
        self._store = store
        self._words = words
        self._outside = _Outside(home)

    def standing(self) -> Standing:
        """Return what is always on the screen: a few look-ups, whatever the length of the log."""
        window = self._outside.anchors.window(self._outside.witnesses())
        checks = self._store.last_verifications(1)
        return Standing(
            records=window.size,
            unseen=window.records,
            unseen_since=window.since,
            has_witness=window.witnessed > 0,
            last=checks[0] if checks else None,
            alarm=self._outside.alarm(),
        )

    def custody(self) -> Custody:
        """Return who signs, how keys are kept, who has seen the log, and when it was checked."""
        entries = self._store.desk_entries()
        found = roster(entries)
        desk = found.desk
        if desk is None:
            raise Trouble("The record does not say whose it is. Run `countersign verify`.")
        return Custody(
            log=self._store.log,
            founded_at=next(entry.at for entry in entries if isinstance(entry.event, DeskFounded)),
            records=self._store.head(),
            cases=sum(self._store.counts().by_status.values()),
            fingerprint=fingerprint(from_text(desk.public_key, 32, "the desk's key")),
            kept=desk.assurance,
            epoch=found.epoch.n if found.epoch else 0,
            epoch_since=found.epoch.since if found.epoch else None,
            people=tuple(_person(id, person) for id, person in found.people.items()),
            agents=tuple(_agent(id, agent) for id, agent in found.agents.items()),
            policies=tuple(_policies(entries)),
            exports=sum(isinstance(entry.event, Exported) for entry in entries),
            witnesses=self._outside.seen(),
            stamps=self._outside.anchors.stamps(),
            checks=self._store.last_verifications(SHOWN_CHECKS),
        )

    def verify(self, progress: Progress) -> Check:
        """Check the whole log and note the result."""
        verdict = self._store.verify(progress)
        return Check(
            at=now(),
            records=verdict.records,
            ok=verdict.ok,
            flaw=verdict.flaw,
            is_full=not verdict.since,
        )

    def preview(self, scope: "Scope", withhold: "Withhold") -> "Preview":
        """Say what a bundle would hold; raises Trouble when the scope names what is not there."""
        return self._exports().preview(scope, withhold)

    def export(self, scope: "Scope", withhold: "Withhold", out: Path, progress: Progress) -> "Bundle":
        """Write a bundle and record that it was taken out; raises Trouble, and nothing is left behind."""
        return self._exports().export(scope, withhold, out, progress)

    def _exports(self) -> "Exports":
        from countersign.wiring.export import Exports

        return Exports(self._home, self._store, self._words)

    def close(self) -> None:
        """Let the files go."""
        self._outside.close()


class _Outside:
    """What is kept beside the log: words of witnesses, stamps.

    Whom the desk has configured as a witness is read again when that changes.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._read: tuple[int, tuple[Known, ...]] = (-1, ())
        self._noted: tuple[int, str | None] = (-1, None)

    @property
    def anchors(self) -> "AnchorStore":
        """The store of what they said."""
        from countersign.store.anchors import AnchorStore  # not before the window is there

        return AnchorStore(self._opened())

    def _opened(self) -> Database:
        """Open the database when it is first asked for."""
        with self._lock:
            if self._database is None:
                self._database = Database(self._home.database)
            return self._database

    def witnesses(self) -> "tuple[Known, ...]":
        """Return whom the desk has configured; raises Trouble."""
        from countersign.settings import anchors as settings
        from countersign.wiring import anchors

        stamp = _stamp(self._home.root / settings.FILE)
        if stamp != self._read[0]:
            self._read = (stamp, anchors.known_witnesses(self._home) if stamp else ())
        return self._read[1]

    def seen(self) -> tuple[Witness, ...]:
        """Return how far each witness has seen the log."""
        return self.anchors.witnesses(self.witnesses())

    def alarm(self) -> str | None:
        """Return what a witness raised the alarm about."""
        from countersign.wiring import anchors

        stamp = _stamp(self._home.root / anchors.NOTED)
        if stamp != self._noted[0]:
            alarms = anchors.status(self._home).alarms if stamp else ()
            self._noted = (stamp, alarms[0] if alarms else None)
        return self._noted[1]

    def close(self) -> None:
        """Let the database go."""
        with self._lock:
            if self._database is not None:
                self._database.close()


def _stamp(file: Path) -> int:
    """Return what changes with a file; 0 while it is not there."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _person(id: str, person: Enrolled) -> Signer:
    return Signer(
        id=id,
        name=person.name,
        does=", ".join(role.replace("_", " ") for role in person.roles),
        kept=person.assurance,
        is_revoked=person.revoked is not None,
    )


def _agent(id: str, agent: Enrolled) -> Signer:
    does = agent.card.purpose if agent.card else ""
    return Signer(id=id, name=agent.name, does=does, kept="", is_revoked=agent.revoked is not None)


def _policies(entries: Iterable[Entry]) -> Iterator[Rules]:
    """Yield each version once, the one that was activated last first."""
    known: dict[str, Rules] = {}
    for entry in entries:
        if isinstance(entry.event, PolicyActivated):
            known.pop(entry.event.digest, None)
            known[entry.event.digest] = Rules(name=entry.event.policy, digest=entry.event.digest, at=entry.at)
    yield from reversed(known.values())

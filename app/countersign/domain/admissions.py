"""Which versions of agents were let in, and on what, unfolded from the events of the desk."""

from collections.abc import Iterable
from datetime import datetime

from countersign.domain.base import Frozen
from countersign.domain.event import Entry, VersionAdmitted


class Admitted(Frozen):
    """A version that was let in."""

    event: VersionAdmitted
    at: datetime
    record: int


class Admissions(Frozen):
    """All versions that were let in, in order."""

    held: tuple[Admitted, ...] = ()

    def of(self, agent: str, digest: str) -> Admitted | None:
        """Return how a version came in, by its id and its content hash; None where it did not."""
        found = (a for a in self.held if (a.event.agent, a.event.digest) == (agent, digest))
        return next(found, None)

    def last(self, name: str) -> Admitted | None:
        """Return the version of an agent that was let in last."""
        found = (a for a in reversed(self.held) if a.event.agent.partition("@")[0] == name)
        return next(found, None)


def admissions(entries: Iterable[Entry]) -> Admissions:
    """Unfold the events of the desk, in order."""
    found = [
        Admitted(event=entry.event, at=entry.at, record=entry.seq)
        for entry in entries
        if isinstance(entry.event, VersionAdmitted)
    ]
    return Admissions(held=tuple(found))

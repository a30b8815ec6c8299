"""What is to go into a bundle, what stays in the house, and what both are called."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from countersign.domain.base import Frozen

if TYPE_CHECKING:
    from countersign.store.selection import Wanted


class Scope(Frozen):
    """Which cases: all that is given must hold of a case; nothing given means every case."""

    case: tuple[str, ...] = ()
    since: date | None = None
    """The case came in on that day or later (UTC)."""
    until: date | None = None
    """The case came in on that day or earlier (UTC)."""
    klass: str | None = None
    agent: str | None = None
    """An agent, ``reader.local``, or one version of it, ``reader.local@3``."""
    person: str | None = None
    """A person by id."""
    policy: str | None = None
    """Digest of a policy, or its beginning."""

    @property
    def wanted(self) -> "Wanted":
        """The same as the store asks for it."""
        from countersign.store.selection import Wanted  # the screens name a scope without a database

        return Wanted(
            cases=self.case,
            since=_midnight(self.since) if self.since else None,
            until=_midnight(self.until) + timedelta(days=1) if self.until else None,
            klass=self.klass,
            agent=self.agent,
            person=self.person,
            policy=self.policy,
        )

    @property
    def terms(self) -> dict[str, str]:
        """What the record says of how the cases were chosen."""
        given = {
            "case": _named(self.case),
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "class": self.klass or "",
            "agent": self.agent or "",
            "person": self.person or "",
            "policy": self.policy or "",
        }
        return {name: value for name, value in given.items() if value}

    @property
    def sentence(self) -> str:
        """The same for people."""
        terms = self.terms
        if not terms:
            return "every case of the desk"
        return "cases with " + ", ".join(f"{_SAID[name]} {value}" for name, value in terms.items())


_SAID = {
    "case": "number",
    "since": "a date of receipt from",
    "until": "a date of receipt up to",
    "class": "class",
    "agent": "a step by agent",
    "person": "an act of person",
    "policy": "a decision by policy",
}
_MOST_NAMED = 100
"""Cases that the record of the export names one by one."""


def _named(cases: tuple[str, ...]) -> str:
    if len(cases) <= _MOST_NAMED:
        return ", ".join(cases)
    return ", ".join(cases[:_MOST_NAMED]) + f" and {len(cases) - _MOST_NAMED} more"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class Withhold(Frozen):
    """What stays in the house; a bundle without it verifies all the same."""

    documents: bool = False
    values: bool = False
    """All sealed content: values, names of files, particulars of reasons."""

    @property
    def terms(self) -> tuple[str, ...]:
        """What the record says of it."""
        return tuple(name for name in ("documents", "values") if getattr(self, name))


class Part(Frozen):
    """Something that goes into the bundle, or stays out of it."""

    name: str
    count: int
    why: str


class Preview(Frozen):
    """What a bundle would hold, before anything is recorded or written."""

    cases: int
    records: int
    documents: int
    bytes_estimate: int
    first: datetime | None = None
    """When the first record of the cases was made."""
    last: datetime | None = None
    goes_in: tuple[Part, ...] = ()
    withheld: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()
    """Each a sentence."""


class Bundle(Frozen):
    """A bundle that was written."""

    path: Path
    bytes: int
    cases: int
    records: int
    fingerprint: str
    """SHA-256 of the desk's public key, hex: what the receiver compares with what they hear from you."""

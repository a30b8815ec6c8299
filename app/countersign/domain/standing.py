"""How the record stands: how long it is, when it was last checked, who else has seen it, who signs it."""

from datetime import datetime

from countersign.domain.base import Frozen


class Check(Frozen):
    """A verification of the log on this machine: a note to the people here, not evidence for others."""

    at: datetime
    records: int
    """How many records were good."""
    ok: bool
    flaw: str | None = None
    """The first thing that is wrong, as a sentence that names the record."""
    is_full: bool = True
    """False when it went on from where the check before ended."""


class Standing(Frozen):
    """What is on the screen all the time; cheap to ask for."""

    records: int
    unseen: int
    """Records that no witness has cosigned: the unwitnessed window."""
    unseen_since: datetime | None = None
    """When the oldest of them was written, where that is known."""
    has_witness: bool = False
    """True once a witness has ever cosigned this log."""
    last: Check | None = None
    alarm: str | None = None
    """What a witness raised the alarm about, as a sentence that says what to do."""


class Signer(Frozen):
    """Someone whose signature the record takes."""

    id: str
    name: str
    does: str
    """Roles of a person, purpose of an agent."""
    kept: str
    """How well the private key is kept, as the record names it."""
    is_revoked: bool = False


class Witness(Frozen):
    """An outside party that cosigned heads of this log."""

    name: str
    at: datetime | None
    """When it last did; None when it never answered."""
    records: int
    """How much of the log it has seen."""


class Stamp(Frozen):
    """A time stamp of a head of this log."""

    authority: str
    at: datetime
    records: int


class Rules(Frozen):
    """A policy that was active at some time."""

    name: str
    digest: str
    at: datetime


class Custody(Frozen):
    """All that the screen of the record tells."""

    log: str
    founded_at: datetime
    records: int
    cases: int
    fingerprint: str
    """Of the desk's own key: what an auditor compares."""
    kept: str
    """How well that key is kept, as the record names it."""
    epoch: int = 0
    epoch_since: datetime | None = None
    people: tuple[Signer, ...] = ()
    agents: tuple[Signer, ...] = ()
    policies: tuple[Rules, ...] = ()
    """Every version that ever decided, the newest first."""
    exports: int = 0
    witnesses: tuple[Witness, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    checks: tuple[Check, ...] = ()
    """The last verifications, the latest first."""

"""What happens at the desk itself, to no case: people, agents, keys, policies, what was learned."""

from typing import Literal

from countersign.domain.actor import ActorKind, AgentCard, Role
from countersign.domain.base import Frozen
from countersign.domain.confidence import Ppm
from countersign.domain.signature import Signature
from countersign.domain.time import Moment


class DeskFounded(Frozen):
    """The first event of a log: this workstation, its key, and how well the key is kept."""

    kind: Literal["desk_founded"] = "desk_founded"
    log: str
    public_key: str
    assurance: str


class PersonEnrolled(Frozen):
    """A person may act at this desk, in these roles, under this key."""

    kind: Literal["person_enrolled"] = "person_enrolled"
    person: str
    name: str
    roles: tuple[Role, ...]
    public_key: str
    assurance: str


class AgentEnrolled(Frozen):
    """An agent may run at this desk under this identity and key."""

    kind: Literal["agent_enrolled"] = "agent_enrolled"
    card: AgentCard
    public_key: str


class PolicyActivated(Frozen):
    """A policy decides from here on; its text is kept under its digest."""

    kind: Literal["policy_activated"] = "policy_activated"
    policy: str
    digest: str
    text: str


class EpochBegun(Frozen):
    """A fresh key signs the heads of the log from here on; the private key before it is destroyed."""

    kind: Literal["epoch_begun"] = "epoch_begun"
    n: int
    """1-based."""
    public_key: str
    certificate: str | None
    """Signature of the epoch's key before over this place in the log; None for the first and a recovered."""
    why: Literal["first", "due", "recovered"]
    """``recovered``: the key before was lost, so only the desk's own key vouches for this one."""


class DeskRekeyed(Frozen):
    """The desk signs with another key of its own from here on."""

    kind: Literal["desk_rekeyed"] = "desk_rekeyed"
    public_key: str
    assurance: str
    why: str


class KeyRevoked(Frozen):
    """A key of a person or an agent signs nothing from here on; who held it needs to be enrolled anew."""

    kind: Literal["key_revoked"] = "key_revoked"
    holder_kind: ActorKind
    holder: str
    key: str
    why: str


class SignedIn(Frozen):
    """A person proved, with the password of their key, that it is they who sit here."""

    kind: Literal["signed_in"] = "signed_in"
    person: str


class SignInFailed(Frozen):
    """Someone tried to be a person and could not."""

    kind: Literal["sign_in_failed"] = "sign_in_failed"
    person: str


class ClockJumped(Frozen):
    """The device's clock was set, by so much, while the desk ran or since the record before."""

    kind: Literal["clock_jumped"] = "clock_jumped"
    milliseconds: int
    """Forward when positive."""


class LoggingFailed(Frozen):
    """The record could not be written for a time; what was refused did not happen."""

    kind: Literal["logging_failed"] = "logging_failed"
    since: Moment
    refused: int
    why: str


class KeysRestored(Frozen):
    """The desk's keys were put back from a recovery file."""

    kind: Literal["keys_restored"] = "keys_restored"
    assurance: str


class Exported(Frozen):
    """Someone took a part of the record out of the house."""

    kind: Literal["exported"] = "exported"
    scope: dict[str, str]
    """How the cases were chosen: ``case``, ``since``, ``class``, ``agent``, ``person``, ``policy``."""
    cases: int
    withheld: tuple[str, ...] = ()
    """What stays in the house: ``documents``, ``values`` …"""
    certificate: str
    """SHA-256 of the certificate (DER) that signs the bundle."""
    signature: Signature


class LessonsLearned(Frozen):
    """The lessons of a class were fitted anew to confirmed documents, and tried on those held back."""

    kind: Literal["lessons_learned"] = "lessons_learned"
    klass: str
    documents: int
    """How many confirmed documents they were fitted to, the latest of the class."""
    until: int
    """Approvals among the first so many records count; what came later is remembered, not fitted."""
    why: Literal["grown", "shrunk", "changed", "asked"]
    """``grown``: enough new documents; ``shrunk``: some were erased or forgotten; ``changed``: the class or
    the reader is another; ``asked``: a person asked for it."""
    held_back: int
    """Documents on which old and new were compared, each unseen by either."""
    f1_before: Ppm
    """How well the documents held back were read by what was in force."""
    f1_after: Ppm
    """How well they were read by what was fitted to the others."""
    is_admitted: bool
    """Whether the reader uses them from here on: they won."""
    digest: str | None = None
    """SHA-256 of the lessons admitted."""


class LessonForgotten(Frozen):
    """A person had the desk forget what some cases had taught it; the cases themselves stay."""

    kind: Literal["lesson_forgotten"] = "lesson_forgotten"
    klass: str
    cases: tuple[str, ...]
    chosen_by: Literal["case", "counterparty", "class"]
    """How the cases were named; whose they are is not said, because it could not be erased."""
    reason: str
    """It stays on the record for good, so it names no one."""
    signature: Signature

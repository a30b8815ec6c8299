"""Everything that can happen, as one closed union; what is not here cannot be recorded.

Events hold no floats and no value about a person in the clear: such content is sealed (domain/sealed.py).
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.base import Frozen
from countersign.domain.confidence import Ppm
from countersign.domain.document import MediaType
from countersign.domain.reading import Reading, SealedAlternatives, SealedAnswer, SealedRows
from countersign.domain.reason import Reason
from countersign.domain.sealed import Personal
from countersign.domain.time import Moment


class Mode(StrEnum):
    """How far the agents go by themselves (control.md, 'Modes')."""

    HUMAN_IN_THE_LOOP = "human_in_the_loop"
    HUMAN_ON_THE_LOOP = "human_on_the_loop"
    AUTONOMOUS = "autonomous"
    SHADOW = "shadow"


class Route(StrEnum):
    """What policy says about a case."""

    STRAIGHT_THROUGH = "straight_through"
    ESCALATE = "escalate"
    REFUSE = "refuse"


class Act(StrEnum):
    """What a person did with a field."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    ADDED = "added"
    NOT_PRESENT = "not_present"
    ILLEGIBLE = "illegible"
    REOPENED = "reopened"
    """The compensating act: the field is as the agents left it."""


class Signature(Frozen):
    """What 21 CFR 11.50 wants of a signature: printed name, time and meaning."""

    name: str
    at: Moment
    meaning: str


# -- the desk and its staff -----------------------------------------------------------------------------


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


# -- a case -----------------------------------------------------------------------------------------------


class DocumentReceived(Frozen):
    """A document came in, kept as received; it opens its case."""

    kind: Literal["document_received"] = "document_received"
    sha256: str
    length: int
    media_type: MediaType
    channel: str
    """``command_line``, ``drop``, ``watched_folder``, ``mail`` …"""
    name: Personal
    within: str | None = None
    """SHA-256 of the mail it came attached to."""


class DocumentReceivedAgain(Frozen):
    """The same bytes came in once more; they are the same document."""

    kind: Literal["document_received_again"] = "document_received_again"
    sha256: str
    channel: str
    name: Personal


class MailTakenApart(Frozen):
    """What became of each part of a mail."""

    kind: Literal["mail_taken_apart"] = "mail_taken_apart"
    sha256: str
    subject: Personal
    sender: Personal
    taken: tuple[str, ...]
    """SHA-256 of each attachment that became a case of its own."""
    set_aside: tuple[Personal, ...]
    """Each part that did not, and why."""


class DocumentOpened(Frozen):
    """The document could be opened; this is what it is made of."""

    kind: Literal["document_opened"] = "document_opened"
    sha256: str
    pages: int
    text_pages: int
    ocr_pages: int
    hidden_words: int = 0
    notes: tuple[str, ...] = ()
    milliseconds: int


class DocumentRefused(Frozen):
    """The document cannot be read, for a clear reason."""

    kind: Literal["document_refused"] = "document_refused"
    sha256: str
    reason: Reason


class Part(Frozen):
    """Pages of a file that make one document: from `first` to before `after`."""

    first: int
    after: int
    klass: str
    confidence: Ppm
    """That it is one document, no more and no less, and of this class."""


class Classified(Frozen):
    """An agent says what kind of case this is."""

    kind: Literal["classified"] = "classified"
    klass: str
    variant: str | None = None
    language: str
    confidence: Ppm
    why: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    """The documents that the file holds, where it holds several."""
    part: int | None = None
    """Which of them is read."""
    milliseconds: int


class LessonsUsed(Frozen):
    """Which lessons of the desk an agent read with."""

    documents: int
    """Confirmed documents that they come from."""
    digest: str
    """SHA-256 of the lessons in force and of the list of cases remembered since."""


class ReadingMade(Frozen):
    """An agent says what stands on the document."""

    kind: Literal["reading_made"] = "reading_made"
    klass: str
    readings: tuple[Reading, ...]
    alternatives: SealedAlternatives = {}
    rows: SealedRows = ()
    milliseconds: int
    lessons: LessonsUsed | None = None
    """The lessons that it was read with; None where the desk has none of the class."""


class Checked(Frozen):
    """An agent compared the readings with each other or with the desk's own history."""

    kind: Literal["checked"] = "checked"
    passed: tuple[str, ...]
    """Checks that held, by code."""
    findings: tuple[Reason, ...]
    facts: dict[str, bool | int | str] = {}
    """What policy conditions may ask for: ``vendor.known``, ``duplicate.score_ppm`` …"""
    milliseconds: int


class AgentFailed(Frozen):
    """An agent could not do its step; the case goes to a person."""

    kind: Literal["agent_failed"] = "agent_failed"
    step: str
    reason: Reason


class Rule(Frozen):
    """A rule that had a say in a decision."""

    rule: str
    said: str


class Decided(Frozen):
    """Policy says who finishes the case, and by which rule."""

    kind: Literal["decided"] = "decided"
    policy: str
    digest: str
    mode: Mode
    route: Route
    reasons: tuple[Reason, ...]
    rules: tuple[Rule, ...]
    thresholds: dict[str, Ppm]
    """The threshold that each field was held against."""


class Claimed(Frozen):
    """A person holds the case until a time."""

    kind: Literal["claimed"] = "claimed"
    person: str
    until: Moment


class Released(Frozen):
    """The person let the case go."""

    kind: Literal["released"] = "released"
    person: str


class FieldReviewed(Frozen):
    """A person looked at one field: what was shown, what it was, what it is now."""

    kind: Literal["field_reviewed"] = "field_reviewed"
    field: str
    index: int = 0
    act: Act
    before: SealedAnswer | None
    after: SealedAnswer | None
    reading: Reading | None = None
    """The field as it stands after the act; None when the act was `reopened`."""
    dwell_ms: int = 0


class ClassCorrected(Frozen):
    """A person says that the case is of another class; the agents read it anew as such."""

    kind: Literal["class_corrected"] = "class_corrected"
    klass: str
    before: str | None = None


class CaseApproved(Frozen):
    """A person countersigned the case."""

    kind: Literal["case_approved"] = "case_approved"
    signature: Signature
    overrides: tuple[str, ...] = ()
    """Reason codes that stood open and were overruled."""


class CaseRejected(Frozen):
    """A person refused the case, with a reason."""

    kind: Literal["case_rejected"] = "case_rejected"
    signature: Signature
    reason: Reason


class HoldPlaced(Frozen):
    """Nothing of the case may be erased until the hold is lifted."""

    kind: Literal["hold_placed"] = "hold_placed"
    order: str
    """The matter or order that asks for it; it outlives the content, so it names no one."""
    signature: Signature


class HoldLifted(Frozen):
    """The hold of that order no longer stands."""

    kind: Literal["hold_lifted"] = "hold_lifted"
    order: str
    signature: Signature


class Erased(Frozen):
    """The key of the case's personal content is destroyed, and its documents are deleted."""

    kind: Literal["erased"] = "erased"
    order: str
    """By whose order: ``retention``, or the reference of a request; it names no one."""
    policy: str | None = None
    """Digest of the policy whose retention ran out."""
    openings: int
    """How many sealed contents can no longer be read."""
    documents: tuple[str, ...]
    """SHA-256 of each document deleted; one that another case still needs is not among them."""
    signature: Signature | None = None
    """Of the person who ordered it; None when the system did, under the policy."""


class Unknown(Frozen):
    """An event of a newer version: kept, verified and shown, without effect."""

    model_config = ConfigDict(frozen=True, extra="allow")
    kind: str


Event = Annotated[
    DeskFounded
    | PersonEnrolled
    | AgentEnrolled
    | PolicyActivated
    | EpochBegun
    | DeskRekeyed
    | KeyRevoked
    | SignedIn
    | SignInFailed
    | ClockJumped
    | LoggingFailed
    | KeysRestored
    | Exported
    | LessonsLearned
    | LessonForgotten
    | DocumentReceived
    | DocumentReceivedAgain
    | MailTakenApart
    | DocumentOpened
    | DocumentRefused
    | Classified
    | ReadingMade
    | Checked
    | AgentFailed
    | Decided
    | Claimed
    | Released
    | FieldReviewed
    | ClassCorrected
    | CaseApproved
    | CaseRejected
    | HoldPlaced
    | HoldLifted
    | Erased,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
KINDS: frozenset[str] = frozenset(
    event.model_fields["kind"].default for event in get_args(get_args(Event)[0])
)


def parse(body: dict[str, Any], context: dict[str, Any] | None = None) -> Event | Unknown:
    """Turn the body of a record into its event; a kind of a newer version becomes `Unknown`.

    Raises ValueError when a known kind has members it must not have.
    """
    if body.get("kind") not in KINDS:
        return Unknown.model_validate(body)
    try:
        return EVENT.validate_python(body, context=context)
    except ValidationError as error:
        raise ValueError(f"an event of kind {body['kind']!r} is not well formed: {error}") from error


class Draft(Frozen):
    """An event about to be recorded."""

    event: Event
    actor: Actor
    case: str | None = None
    effect: str | None = None
    """Names this effect once and for all (``run/step``): appending it again appends nothing."""


class Entry(Frozen):
    """An event as recorded."""

    seq: int
    at: datetime
    actor: Actor
    case: str | None
    event: Event | Unknown
    digest: str
    """SHA-256 of the record's bytes, hex."""
    fresh: bool = True
    """False when the effect had been recorded before and nothing was appended."""

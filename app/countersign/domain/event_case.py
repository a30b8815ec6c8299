"""What happens to a case, from its document's arrival to the day it is erased."""

from enum import StrEnum
from typing import Literal

from countersign.domain.base import Frozen
from countersign.domain.confidence import Ppm
from countersign.domain.document import MediaType
from countersign.domain.reading import Reading, SealedAlternatives, SealedAnswer, SealedRows
from countersign.domain.reason import Reason
from countersign.domain.sealed import Personal
from countersign.domain.signature import Signature
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

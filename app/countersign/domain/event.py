"""Everything that can happen, as one closed union; what is not here cannot be recorded.

Events hold no floats and no value about a person in the clear: such content is sealed (domain/sealed.py).
They are told in three files, after what they happen to; whoever needs one takes it from here.
"""

from datetime import datetime
from typing import Annotated, Any, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from countersign.domain.actor import Actor
from countersign.domain.base import Frozen
from countersign.domain.event_case import (
    Act,
    AgentFailed,
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    ClassCorrected,
    Classified,
    Decided,
    DocumentOpened,
    DocumentReceived,
    DocumentReceivedAgain,
    DocumentRefused,
    Erased,
    FieldReviewed,
    HoldLifted,
    HoldPlaced,
    LessonsUsed,
    MailTakenApart,
    Mode,
    Part,
    ReadingMade,
    Released,
    Route,
    Rule,
)
from countersign.domain.event_control import (
    Admission,
    BudgetReached,
    Figure,
    How,
    PlanActivated,
    PlanChosen,
    PlanProposed,
    Prioritised,
    Scope,
    Settled,
    SpendReserved,
    StepsTaken,
    VersionAdmitted,
    WorkResumed,
    WorkStopped,
)
from countersign.domain.event_desk import (
    AgentEnrolled,
    ClockJumped,
    DeskFounded,
    DeskRekeyed,
    EpochBegun,
    Exported,
    KeyRevoked,
    KeysRestored,
    LessonForgotten,
    LessonsLearned,
    LoggingFailed,
    PersonEnrolled,
    PolicyActivated,
    SignedIn,
    SignInFailed,
)
from countersign.domain.signature import Signature

__all__ = [
    "EVENT",
    "KINDS",
    "Act",
    "Admission",
    "AgentEnrolled",
    "AgentFailed",
    "BudgetReached",
    "CaseApproved",
    "CaseRejected",
    "Checked",
    "Claimed",
    "ClassCorrected",
    "Classified",
    "ClockJumped",
    "Decided",
    "DeskFounded",
    "DeskRekeyed",
    "DocumentOpened",
    "DocumentReceived",
    "DocumentReceivedAgain",
    "DocumentRefused",
    "Draft",
    "Entry",
    "EpochBegun",
    "Erased",
    "Event",
    "Exported",
    "FieldReviewed",
    "Figure",
    "HoldLifted",
    "HoldPlaced",
    "How",
    "KeyRevoked",
    "KeysRestored",
    "LessonForgotten",
    "LessonsLearned",
    "LessonsUsed",
    "LoggingFailed",
    "MailTakenApart",
    "Mode",
    "Part",
    "PersonEnrolled",
    "PlanActivated",
    "PlanChosen",
    "PlanProposed",
    "PolicyActivated",
    "Prioritised",
    "ReadingMade",
    "Released",
    "Route",
    "Rule",
    "Scope",
    "Settled",
    "SignInFailed",
    "Signature",
    "SignedIn",
    "SpendReserved",
    "StepsTaken",
    "Unknown",
    "VersionAdmitted",
    "WorkResumed",
    "WorkStopped",
    "parse",
]


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
    | Erased
    | WorkStopped
    | WorkResumed
    | PlanProposed
    | PlanActivated
    | VersionAdmitted
    | BudgetReached
    | PlanChosen
    | StepsTaken
    | SpendReserved
    | Prioritised,
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

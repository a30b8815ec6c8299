"""From events to the rows that screens read: what each event changes in the view of its case.

The rules are those of domain/case.py `unfold`, told for rows instead of objects; a property test holds the
two together.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import singledispatch
from typing import Any, TypedDict

from countersign.domain.case import Status
from countersign.domain.event import (
    Act,
    CaseApproved,
    CaseRejected,
    Claimed,
    ClassCorrected,
    Classified,
    Decided,
    DocumentOpened,
    DocumentReceived,
    DocumentRefused,
    Erased,
    FieldReviewed,
    HoldLifted,
    HoldPlaced,
    Prioritised,
    ReadingMade,
    Released,
    Route,
)
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Reading
from countersign.domain.sealed import ERASED

NO_AMOUNT = -(2**62)
"""Sorts after every amount when the largest comes first."""
NO_PARTY = "\U0010ffff"
"""Sorts after every name."""

Place = tuple[str, int]
ClassOf = Callable[[str | None], ClassDef | None]


class FieldRow(TypedDict):
    """A row of `fields`, without its key."""

    value: str | None
    confidence: int
    method: str
    act: str | None
    agent_value: str | None
    agent_confidence: int | None
    agent_method: str | None


@dataclass(slots=True)
class CaseView:
    """The rows of one case, as they stand between two events."""

    row: dict[str, Any]
    """The row of `cases`."""
    fields: dict[Place, FieldRow] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    stored: dict[str, Any] = field(default_factory=dict)
    """The row as the database has it; empty for a case that it has not."""
    stored_fields: dict[Place, FieldRow] = field(default_factory=dict)
    stored_reasons: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What a search finds the case by; nothing once it is erased."""
        return _searched(self.row)

    @property
    def stored_text(self) -> str | None:
        """The same as the database has it, None for a new case."""
        if not self.stored:
            return None
        return _searched(self.stored)


SEARCHED = ("party", "number", "document")


def _searched(row: dict[str, Any]) -> str:
    if row["erased_at"] is not None:
        return ""
    return " ".join(str(row[name]) for name in SEARCHED if row[name])


def begin(seq: int, at: datetime, case: str, event: DocumentReceived) -> CaseView:
    """Open the view of a case."""
    moment = milliseconds(at)
    return CaseView(
        row={
            "no": seq,
            "id": case,
            "status": Status.RECEIVED.value,
            "klass": None,
            "variant": None,
            "language": "en",
            "party": None,
            "party_key": NO_PARTY,
            "number": None,
            "number_key": None,
            "amount": None,
            "amount_key": NO_AMOUNT,
            "currency": None,
            "date": None,
            "route": None,
            "reasons": "[]",
            "document": event.name,
            "sha256": event.sha256,
            "pages": 0,
            "received_at": moment,
            "updated_at": moment,
            "settled_at": None,
            "claimed_by": None,
            "claimed_until": None,
            "holds": 0,
            "erased_at": None,
            "priority": 0,
            "claimed_at": None,
        }
    )


@singledispatch
def apply(event: object, view: CaseView) -> None:
    """Change the view of a case as its event says; most events change nothing but its time."""


@apply.register
def _(event: DocumentOpened, view: CaseView) -> None:
    view.row["pages"] = event.pages


@apply.register
def _(event: DocumentRefused, view: CaseView) -> None:
    if view.row["route"] is None:  # a decision's reasons outweigh a refusal's
        _give_reasons(view, [event.reason.code])


@apply.register
def _(event: Classified, view: CaseView) -> None:
    view.row.update(klass=event.klass, variant=event.variant, language=event.language)


@apply.register
def _(event: Decided, view: CaseView) -> None:
    if view.row["status"] in (Status.APPROVED.value, Status.REJECTED.value):
        return  # a person has the last word
    straight = event.route is Route.STRAIGHT_THROUGH
    view.row["route"] = event.route.value
    view.row["status"] = Status.STRAIGHT_THROUGH.value if straight else Status.WAITING.value
    _give_reasons(view, [reason.code for reason in event.reasons])


@apply.register
def _(event: Claimed, view: CaseView) -> None:
    view.row.update(claimed_by=event.person, claimed_until=milliseconds(event.until))


@apply.register
def _(event: Released, view: CaseView) -> None:
    view.row.update(claimed_by=None, claimed_until=None, claimed_at=None)


@apply.register
def _(event: ClassCorrected, view: CaseView) -> None:
    if Status(view.row["status"]).is_settled:
        return
    view.row.update(status=Status.RECEIVED.value, klass=event.klass, variant=None, route=None)
    view.fields.clear()
    _give_reasons(view, [])


@apply.register
def _(event: CaseApproved, view: CaseView) -> None:
    view.row.update(status=Status.APPROVED.value, claimed_by=None, claimed_until=None, claimed_at=None)


@apply.register
def _(event: CaseRejected, view: CaseView) -> None:
    view.row.update(status=Status.REJECTED.value, claimed_by=None, claimed_until=None, claimed_at=None)


@apply.register
def _(event: ReadingMade, view: CaseView) -> None:
    for reading in event.readings:
        place = (reading.field, reading.index)
        before = view.fields.get(place)
        if before is None or before["act"] is None:
            view.fields[place] = _by_agent(reading)


@apply.register
def _(event: FieldReviewed, view: CaseView) -> None:
    place = (event.field, event.index)
    before = view.fields.pop(place, None)
    if event.act is Act.REOPENED or event.reading is None:
        if before and before["agent_method"] is not None and before["agent_confidence"] is not None:
            view.fields[place] = {
                **before,
                "value": before["agent_value"],
                "confidence": before["agent_confidence"],
                "method": before["agent_method"],
                "act": None,
            }
        return
    view.fields[place] = {
        "value": event.reading.value,
        "confidence": event.reading.confidence,
        "method": event.reading.method.value,
        "act": event.act.value,
        "agent_value": before["agent_value"] if before else None,
        "agent_confidence": before["agent_confidence"] if before else None,
        "agent_method": before["agent_method"] if before else None,
    }


@apply.register
def _(event: Prioritised, view: CaseView) -> None:
    view.row["priority"] = event.priority


@apply.register
def _(event: HoldPlaced, view: CaseView) -> None:
    view.row["holds"] += 1


@apply.register
def _(event: HoldLifted, view: CaseView) -> None:
    view.row["holds"] = max(0, view.row["holds"] - 1)


@apply.register
def _(event: Erased, view: CaseView) -> None:
    """Take every personal value out of the rows; the headline follows by itself."""
    view.row["document"] = ERASED
    for place, row in view.fields.items():
        hidden = ERASED if row["value"] is not None else None
        agents = ERASED if row["agent_value"] is not None else None
        view.fields[place] = {**row, "value": hidden, "agent_value": agents}


NEEDS_FIELDS = (ReadingMade, FieldReviewed, Classified, ClassCorrected, Erased)
"""Events that cannot be applied before the case's fields are at hand."""


def settle(event: object, view: CaseView, at: datetime) -> None:
    """Bring the times of a case up to date."""
    view.row["updated_at"] = milliseconds(at)
    if isinstance(event, Erased):
        view.row["erased_at"] = view.row["updated_at"]
    if not Status(view.row["status"]).is_settled:
        view.row["settled_at"] = None
    elif view.row["settled_at"] is None:
        view.row["settled_at"] = view.row["updated_at"]


def put_headline(view: CaseView, class_of: ClassOf) -> None:
    """Fill the columns that stand for the case in a queue, by the headline of its class."""
    klass = class_of(view.row["klass"])
    headline = klass.headline if klass and view.row["erased_at"] is None else None
    party = _value(view, headline.counterparty) if headline else None
    number = _value(view, headline.number) if headline else None
    amount = _value(view, headline.amount) if headline else None
    view.row.update(
        party=party,
        party_key=party_key(party),
        number=number,
        number_key=number_key(number),
        amount=amount,
        amount_key=amount_key(amount),
        currency=_value(view, headline.currency) if headline else None,
        date=_value(view, headline.date) if headline else None,
    )


def _value(view: CaseView, name: str | None) -> str | None:
    found = view.fields.get((name, 0)) if name else None
    return found["value"] if found else None


def _by_agent(reading: Reading) -> FieldRow:
    return {
        "value": reading.value,
        "confidence": reading.confidence,
        "method": reading.method.value,
        "act": None,
        "agent_value": reading.value,
        "agent_confidence": reading.confidence,
        "agent_method": reading.method.value,
    }


def _give_reasons(view: CaseView, codes: Iterable[str]) -> None:
    view.reasons = tuple(dict.fromkeys(codes))
    view.row["reasons"] = json.dumps(view.reasons)


# -- what the same thing is known by, however it is printed ----------------------------------------------


def party_key(name: str | None) -> str:
    """Return what two spellings of a name have in common: small letters and digits, single spaces."""
    folded = unicodedata.normalize("NFKC", name).casefold() if name else ""
    return " ".join(re.findall(r"\w+", folded)) or NO_PARTY


def number_key(number: str | None) -> str | None:
    """Return what two spellings of a number have in common: small letters and digits."""
    folded = unicodedata.normalize("NFKC", number).casefold() if number else ""
    return "".join(re.findall(r"[^\W_]+", folded)) or None


def amount_key(amount: str | None) -> int:
    """Return an amount in ten-thousandths, cut to 62 bits; NO_AMOUNT for what is none."""
    try:
        value = Decimal(amount) if amount else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        return NO_AMOUNT
    if value.adjusted() > 13:  # in ten-thousandths it would not surely fit
        return 2**62 if value > 0 else NO_AMOUNT + 1
    return int(value.scaleb(4).to_integral_value())


def milliseconds(moment: datetime) -> int:
    """Return a moment as views keep it: milliseconds since 1970, UTC."""
    return round(moment.timestamp() * 1000)


def moment_of(kept: int) -> datetime:
    """Return the moment that views keep as milliseconds since 1970."""
    return datetime.fromtimestamp(kept / 1000, UTC)

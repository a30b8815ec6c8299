"""What the head of the review screen says of a case."""

from dataclasses import dataclass

from PySide6.QtCore import QLocale

from countersign.domain.case import CaseFile, Status
from countersign.domain.time import now
from countersign.settings.catalogue import Catalogue
from countersign.ui.look import words
from countersign.ui.models import show
from countersign.ui.models.field_state import amount


@dataclass(frozen=True)
class Head:
    """The head as texts."""

    klass: str
    counterparty: str
    number: str
    amount: str
    age: str
    chips: tuple[str, ...]
    holder: str
    can_act: bool
    can_approve: bool
    is_held: bool = False
    is_erased: bool = False


def head(case: CaseFile, catalogue: Catalogue, language: str, locale: QLocale, person: str) -> Head:
    """Gather the head of a case, as this person sees it."""
    klass = catalogue.klass(case.klass)
    mine = case.claimed_by == person and case.status is Status.WAITING
    name = words.NOT_CLASSIFIED if klass is None else klass.label.get(language) or klass.label["en"]
    document = case.documents[0].name if case.documents else ""
    counterparty = case.value(klass.headline.counterparty) if klass else None
    chips = tuple(dict.fromkeys(catalogue.say(reason, language)[0] for reason in case.reasons))
    return Head(
        klass=name,
        counterparty=counterparty or document,
        number=(case.value(klass.headline.number) or "") if klass and case.erasure is None else "",
        amount=amount(case, klass, locale),
        age=show.age(now() - case.received_at),
        chips=chips,
        holder=_holder(case, person, mine=mine),
        can_act=mine,
        can_approve=mine and klass is not None,
        is_held=bool(case.holds),
        is_erased=case.erasure is not None,
    )


def _holder(case: CaseFile, person: str, *, mine: bool) -> str:
    if case.status.is_settled:
        return words.settled_as(case.status)
    if case.claimed_by not in (None, person):
        return words.held_by(str(case.claimed_by))
    if mine and case.claimed_until:
        return words.held_by_you(f"{case.claimed_until.astimezone():%H:%M}")
    return words.STATUS[case.status] if case.status is Status.RECEIVED else ""

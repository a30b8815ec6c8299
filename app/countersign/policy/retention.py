"""How long a case is kept: spans of a policy as points in time, and what they must keep to."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from countersign.policy.language import Retention, Span, Terms
from countersign.settings.source import Path as Place
from countersign.settings.source import Source

LEAST_EVENTS = 184
"""Days that any six months in a row have at most: what Articles 19 and 26(6) of the EU AI Act ask for."""

_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}


def length(span: Span) -> timedelta:
    """Return how long a span is at least: a year counts 365 days."""
    return int(span[:-1]) * _UNITS[span[-1]]


def after(moment: datetime, span: Span) -> datetime:
    """Return the moment a span later; years are those of the calendar, from 29 February on to 1 March.

    What lies beyond the calendar's end is its end.
    """
    try:
        if span[-1] != "y":
            return moment + length(span)
        year = moment.year + int(span[:-1])
        if (moment.month, moment.day) == (2, 29) and not _is_leap(year):
            return moment.replace(year=year, month=3, day=1)
        return moment.replace(year=year)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=moment.tzinfo)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def of_class(terms: Terms, klass: str | None) -> Retention:
    """Return what holds for a class: its own spans, and those of the desk for the rest."""
    own = terms.classes[klass].retention if klass in terms.classes else None
    return terms.retention.overridden(own) if own else terms.retention


def check(source: Source, terms: Terms) -> None:
    """Raise Trouble, with the place, for spans that the law or plain sense forbids."""
    for klass, here in _places(terms):
        kept = of_class(terms, klass)
        if length(kept.events) < timedelta(days=LEAST_EVENTS):
            why = (
                f"retention.events is {kept.events}, and the record of what agents did is kept for at least "
                f"six months ({LEAST_EVENTS}d): EU AI Act, Articles 19 and 26(6)"
            )
            raise source.fault((*here, "events"), why)
        if length(kept.documents) < length(kept.events):
            why = (
                f"retention.documents is {kept.documents}, shorter than events ({kept.events}): a case and "
                "its documents are erased together, so that no record speaks of evidence that is gone"
            )
            raise source.fault((*here, "documents"), why)


def _places(terms: Terms) -> Iterator[tuple[str | None, Place]]:
    yield None, ("retention",)
    for name, klass in terms.classes.items():
        if klass.retention is not None:
            yield name, ("classes", name, "retention")

"""The steps of a case that agents do: classify, read, check. Pure: a document and words in, answers out."""

from datetime import date
from functools import lru_cache
from typing import Protocol

from countersign.agents import arithmetic, classifier, duplicates, einvoice, identities, local, widgets
from countersign.agents.sheet import Sheet
from countersign.domain.actor import AgentCard
from countersign.domain.case import CaseFile
from countersign.domain.document import Opened
from countersign.domain.event import Checked, Classified, ReadingMade
from countersign.domain.klass import ClassDef
from countersign.domain.time import now
from countersign.settings.catalogue import Catalogue

_WIDGET_IS_ENOUGH = 850_000
"""Confidence from which a form field is taken as read, and the page is not asked."""


class History(Protocol):
    """What the desk's own history says about a document."""

    @property
    def vendor_cases(self) -> int:
        """Settled cases of the same counterparty."""

    @property
    def same_number(self) -> tuple[str, ...]:
        """Other cases with the same counterparty and number."""

    @property
    def same_amount(self) -> tuple[str, ...]:
        """Other cases with the same counterparty, amount and date."""


def cards() -> tuple[AgentCard, ...]:
    """Return the cards of all agents."""
    return identities.cards()


def classify(opened: Opened, catalogue: Catalogue) -> tuple[AgentCard, Classified]:
    """Say what kind of case a document is."""
    return identities.card(identities.CLASSIFIER), classifier.classify(_sheet(opened), catalogue.classes)


def read(opened: Opened, klass: ClassDef, classified: Classified) -> list[tuple[AgentCard, ReadingMade]]:
    """Read the fields of the class, the cheapest able agent first; each later one only what is still open."""
    sheet = _sheet(opened)
    language = classified.language
    made: list[tuple[AgentCard, ReadingMade]] = []
    settled: set[str] = set()
    unsure: dict[str, int] = {}
    if opened.einvoice is not None:
        seen = local.read(sheet, klass, language)
        answer = einvoice.read(sheet, klass, opened.einvoice, language, seen)
        made.append((identities.card(identities.EINVOICE), answer))
        settled.update(reading.field for reading in answer.readings)
    if opened.widgets:
        answer = widgets.read(opened, klass, language)
        answer = _without(answer, settled)
        made.append((identities.card(identities.WIDGETS), answer))
        for reading in answer.readings:
            if reading.confidence >= _WIDGET_IS_ENOUGH:
                settled.add(reading.field)
            else:
                unsure[reading.field] = reading.confidence
    answer = local.read(sheet, klass, language, frozenset(settled))
    weaker = {r.field for r in answer.readings if r.value is None or r.confidence <= unsure.get(r.field, -1)}
    answer = _without(answer, weaker & unsure.keys())
    if any(earlier.rows for _, earlier in made):
        answer = answer.model_copy(update={"rows": ()})
    made.append((identities.card(identities.LOCAL), answer))
    return made


def check(
    case: CaseFile, klass: ClassDef, opened: Opened, known: History, today: date | None = None
) -> list[tuple[AgentCard, Checked]]:
    """Compare the readings of a case with each other and with the desk's history."""
    readings = [state.reading for state in case.fields]
    day = today or now().date()
    return [
        (identities.card(identities.ARITHMETIC), arithmetic.check(klass, readings, case.rows, opened, day)),
        (
            identities.card(identities.DUPLICATES),
            duplicates.check(klass, known.vendor_cases, known.same_number, known.same_amount),
        ),
    ]


def _without(made: ReadingMade, fields: set[str]) -> ReadingMade:
    if not fields:
        return made
    return made.model_copy(update={"readings": tuple(r for r in made.readings if r.field not in fields)})


class _Holder:
    """Carries a document past the cache, which must not hash all its words."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened

    def __hash__(self) -> int:
        return hash(self.opened.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder) and other.opened is self.opened


def _sheet(opened: Opened) -> Sheet:
    """Lay a document out; the last few are kept, because its steps follow each other."""
    return _kept(_Holder(opened))


@lru_cache(maxsize=4)
def _kept(holder: _Holder) -> Sheet:
    return Sheet(holder.opened)

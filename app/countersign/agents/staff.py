"""The steps of a case that agents do: classify, read, check. Pure: a document and words in, answers out."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Protocol

from countersign.agents import (
    arithmetic,
    classifier,
    duplicates,
    einvoice,
    identities,
    local,
    splitter,
    widgets,
)
from countersign.agents.lessons import Lessons
from countersign.agents.model import Model
from countersign.agents.parts import cut, put_back
from countersign.agents.sheet import Sheet
from countersign.agents.splitter import Stretch
from countersign.domain.actor import AgentCard
from countersign.domain.case import CaseFile
from countersign.domain.confidence import ppm
from countersign.domain.document import Kind, MediaType, Opened
from countersign.domain.event import Checked, Classified, Part, ReadingMade
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Row
from countersign.domain.reason import Reason
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


Familiar = Callable[[Sheet], Mapping[str, float]]
"""Says how much a document is like those of each class that people approved."""


def _unfamiliar(_sheet: Sheet) -> Mapping[str, float]:
    return {}


def classify(
    opened: Opened, catalogue: Catalogue, familiar: Familiar = _unfamiliar
) -> tuple[AgentCard, Classified]:
    """Say what kind of case a document is; of several in one file, which there are and which is read."""
    sheet = _sheet(opened)
    card = identities.card(identities.CLASSIFIER)
    stretches = splitter.split(sheet, catalogue.classes)
    if len(stretches) < 2 or opened.media_type is MediaType.XML:
        guess = classifier.classify(sheet, catalogue.classes, familiar(sheet))
        if opened.einvoice is None:
            return card, guess
        return card, einvoice.classified(guess, opened.einvoice, catalogue.classes)
    return card, _of_several(opened, stretches, catalogue, familiar)


def _of_several(
    opened: Opened, stretches: list[Stretch], catalogue: Catalogue, familiar: Familiar
) -> Classified:
    """Classify each document of a file; the most of what is known for sure is read, a person splits it."""
    answers: list[tuple[Part, Classified]] = []
    for first, after, sure in stretches:
        alone = cut(opened, first, after)
        answer = classifier.classify(_sheet(alone), catalogue.classes, familiar(_sheet(alone)))
        confidence = ppm(sure * answer.confidence / 1_000_000)
        answers.append((Part(first=first, after=after, klass=answer.klass, confidence=confidence), answer))
    best = max(range(len(answers)), key=lambda n: _weight(*answers[n]))
    chosen = answers[best][1]
    return chosen.model_copy(
        update={
            "parts": tuple(part for part, _ in answers),
            "part": best,
            "why": (*chosen.why, f"the file holds {len(answers)} documents"),
            "milliseconds": sum(answer.milliseconds for _, answer in answers),
        }
    )


def read(
    opened: Opened,
    klass: ClassDef,
    classified: Classified,
    lessons: tuple[Lessons, ...] = (),
    model: Model | None = None,
) -> list[tuple[AgentCard, ReadingMade]]:
    """Read the fields of the class, the cheapest able agent first; each later one only what is still open."""
    if classified.part is not None:
        part = classified.parts[classified.part]
        alone = cut(opened, part.first, part.after)
        return [
            (card, put_back(answer, part.first))
            for card, answer in _read(alone, klass, classified, lessons, model)
        ]
    return _read(opened, klass, classified, lessons, model)


def _read(
    opened: Opened,
    klass: ClassDef,
    classified: Classified,
    lessons: tuple[Lessons, ...],
    model: Model | None,
) -> list[tuple[AgentCard, ReadingMade]]:
    sheet = _sheet(opened)
    language = classified.language
    made: list[tuple[AgentCard, ReadingMade]] = []
    settled: set[str] = set()
    unsure: dict[str, int] = {}
    seen = local.read(sheet, klass, language, model=model, lessons=lessons)
    if opened.einvoice is not None and opened.einvoice.kind is not Kind.ORDER:
        answer = einvoice.read(sheet, klass, opened.einvoice, language, seen)
        made.append((identities.card(identities.EINVOICE), answer))
        settled.update(reading.field for reading in answer.readings)
    filled = widgets.read(opened, klass, language)
    if filled is not None:
        answer = _without(filled, settled)
        made.append((identities.card(identities.WIDGETS), answer))
        for reading in answer.readings:
            if reading.confidence >= _WIDGET_IS_ENOUGH:
                settled.add(reading.field)
            else:
                unsure[reading.field] = reading.confidence
    answer = _still_open(seen, settled)
    if filled is not None:
        answer = widgets.filled_only(answer, filled, klass)
    weaker = {r.field for r in answer.readings if r.value is None or r.confidence <= unsure.get(r.field, -1)}
    answer = _without(answer, weaker & unsure.keys())
    told = {row.table for _, earlier in made for row in _rows(earlier)}
    rows = tuple(row for row in _rows(answer) if row.table not in told)
    made.append((identities.card(identities.LOCAL), answer.model_copy(update={"rows": rows})))
    return made


def check(
    case: CaseFile, klass: ClassDef, opened: Opened, known: History, today: date | None = None
) -> list[tuple[AgentCard, Checked]]:
    """Compare the readings of a case with each other and with the desk's history."""
    readings = [state.reading for state in case.fields]
    day = today or now().date()
    return [
        *_several(case),
        (identities.card(identities.ARITHMETIC), arithmetic.check(klass, readings, case.rows, opened, day)),
        (
            identities.card(identities.DUPLICATES),
            duplicates.check(klass, known.vendor_cases, known.same_number, known.same_amount),
        ),
    ]


def _several(case: CaseFile) -> Iterator[tuple[AgentCard, Checked]]:
    """Say that a file holds several documents: only one of them was read."""
    if len(case.parts) > 1:
        detail = "; ".join(f"{_pages(part)} {part.klass.replace('_', ' ')}" for part in case.parts)
        reason = Reason(code="several_documents", detail=detail)
        yield (
            identities.card(identities.CLASSIFIER),
            Checked(passed=(), findings=(reason,), milliseconds=0),
        )


def _weight(part: Part, answer: Classified) -> int:
    return (part.after - part.first) * answer.confidence


def _pages(part: Part) -> str:
    one = part.after - part.first == 1
    return f"page {part.first + 1}" if one else f"pages {part.first + 1}–{part.after}"


def _rows(made: ReadingMade) -> tuple[Row, ...]:
    return () if isinstance(made.rows, str) else made.rows


def _still_open(made: ReadingMade, settled: set[str]) -> ReadingMade:
    """Leave out the fields that an agent before has settled."""
    if not settled or isinstance(made.alternatives, str):
        return _without(made, settled)
    alternatives = {name: held for name, held in made.alternatives.items() if name not in settled}
    return _without(made, settled).model_copy(update={"alternatives": alternatives})


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

"""The steps of a case that agents do: classify, read, check. Pure: a document and words in, answers out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol

from countersign.agents import (
    arithmetic,
    classifier,
    duplicates,
    einvoice,
    identities,
    instructions,
    splitter,
)
from countersign.agents.lessons import Lessons
from countersign.agents.model import Model
from countersign.agents.parts import cut
from countersign.agents.reader import Reader
from countersign.agents.sheet import Sheet
from countersign.agents.sheets import sheet_of
from countersign.agents.splitter import Stretch
from countersign.domain.actor import AgentCard
from countersign.domain.case import CaseFile
from countersign.domain.confidence import ppm
from countersign.domain.document import MediaType, Opened
from countersign.domain.event import Checked, Classified, Part, ReadingMade
from countersign.domain.klass import ClassDef
from countersign.domain.reason import Reason
from countersign.domain.time import now
from countersign.settings.catalogue import Catalogue


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


def unfamiliar(_sheet: Sheet) -> Mapping[str, float]:
    """Say that it is like none."""
    return {}


def classify(
    opened: Opened, catalogue: Catalogue, familiar: Familiar = unfamiliar
) -> tuple[AgentCard, Classified]:
    """Say what kind of case a document is; of several in one file, which there are and which is read."""
    opened = instructions.withheld(opened)
    sheet = sheet_of(opened)
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
        answer = classifier.classify(sheet_of(alone), catalogue.classes, familiar(sheet_of(alone)))
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
    reader = Reader(opened, klass, classified, lessons=lessons, model=model)
    answers = (
        (identities.EINVOICE, reader.data()),
        (identities.WIDGETS, reader.form()),
        (identities.LOCAL, reader.page()),
    )
    return [(identities.card(name), made) for name, made in answers if made is not None]


def check(
    case: CaseFile, klass: ClassDef, opened: Opened, known: History, today: date | None = None
) -> list[tuple[AgentCard, Checked]]:
    """Compare the readings of a case with each other and with the desk's history."""
    readings = [state.reading for state in case.fields]
    day = today or now().date()
    several = several_parts(case.parts)
    return [
        *([] if several is None else [(identities.card(identities.CLASSIFIER), several)]),
        (identities.card(identities.ARITHMETIC), arithmetic.check(klass, readings, case.rows, opened, day)),
        (identities.card(identities.INSTRUCTIONS), instructions.check(opened, names_of(case))),
        (
            identities.card(identities.DUPLICATES),
            duplicates.check(klass, known.vendor_cases, known.same_number, known.same_amount),
        ),
    ]


def names_of(case: CaseFile) -> tuple[str, ...]:
    """Return the names under which the files of a case came in."""
    return tuple(document.name for document in case.documents)


def several_parts(parts: Sequence[Part]) -> Checked | None:
    """Say that a file holds several documents: only one of them is read."""
    if len(parts) < 2:
        return None
    detail = "; ".join(f"{_pages(part)} {part.klass.replace('_', ' ')}" for part in parts)
    reason = Reason(code="several_documents", detail=detail)
    return Checked(passed=(), findings=(reason,), milliseconds=0)


def _weight(part: Part, answer: Classified) -> int:
    return (part.after - part.first) * answer.confidence


def _pages(part: Part) -> str:
    one = part.after - part.first == 1
    return f"page {part.first + 1}" if one else f"pages {part.first + 1}–{part.after}"

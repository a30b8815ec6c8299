"""What was learned about each class as panels: a line, a curve, and rows of plain words."""

from dataclasses import dataclass

from PySide6.QtCore import QLocale

from countersign.domain.learning import ClassLearning, Round
from countersign.ui.look import learning_words as said
from countersign.ui.models import show

MILLION = 1_000_000


@dataclass(frozen=True)
class Point:
    """A point of the learning curve."""

    documents: int
    share: float
    """0 to 1."""
    text: str
    is_admitted: bool


@dataclass(frozen=True)
class Panel:
    """What is shown of one class."""

    klass: str
    title: str
    headline: str
    points: tuple[Point, ...]
    rows: tuple[tuple[str, str], ...]
    may_forget: bool


def panels(found: tuple[ClassLearning, ...], locale: QLocale) -> tuple[Panel, ...]:
    """Return a panel for each class that anything was learned about, the most taught first."""
    some = [one for one in found if one.approved or one.rounds or one.forgotten]
    some.sort(key=lambda one: -one.approved)
    return tuple(_panel(one, locale) for one in some)


def _panel(one: ClassLearning, locale: QLocale) -> Panel:
    tried = _standing(one)
    first = _share(tried[0].f1_before, locale) if tried else None
    now = _share(tried[-1].f1, locale) if tried else None
    return Panel(
        klass=one.klass,
        title=one.label,
        headline=said.headline(first, now, tried[-1].documents if tried else one.approved)
        if one.approved
        else said.ALL_FORGOTTEN,
        points=_points(tried, locale),
        rows=tuple(_rows(one, locale)),
        may_forget=one.approved > 0,
    )


def _standing(one: ClassLearning) -> tuple[Round, ...]:
    """Return the rounds that still hold: none of more cases than teach now, or than a later round had."""
    fewest, kept = one.approved, []
    for round in reversed(one.rounds):
        if round.held_back and round.documents <= fewest:
            kept.append(round)
            fewest = round.documents - 1
    return tuple(reversed(kept))


def _points(tried: tuple[Round, ...], locale: QLocale) -> tuple[Point, ...]:
    points = [
        Point(
            round.documents,
            round.f1 / MILLION,
            said.point(round.documents, _share(round.f1, locale)),
            round.is_admitted,
        )
        for round in tried
    ]
    if tried:
        text = said.point(0, _share(tried[0].f1_before, locale))
        points.insert(0, Point(0, tried[0].f1_before / MILLION, text, False))
    return tuple(points)


def _rows(one: ClassLearning, locale: QLocale) -> list[tuple[str, str]]:
    documents = one.in_force.documents if one.in_force else None
    last = one.rounds[-1] if one.rounds else None
    rows = [
        (said.ROW_APPROVED, show.number(str(one.approved), locale)),
        (said.ROW_IN_USE, said.in_use(documents, one.approved - (documents or 0), one.approved)),
        (said.ROW_LAST, _tried(last, locale) if last else said.NOT_YET),
        (said.ROW_NEXT, said.next_at(one.next_at, one.approved)),
    ]
    for gone in one.forgotten[::-1][: said.SHOWN_FORGOTTEN]:
        when = show.moment(gone.at, locale)
        rows.append((said.ROW_FORGOTTEN, said.forgotten_row(len(gone.cases), gone.by, when, gone.reason)))
    return rows


def _tried(last: Round, locale: QLocale) -> str:
    before, after = _share(last.f1_before, locale), _share(last.f1_after, locale)
    return said.tried(show.moment(last.at, locale), before, after, is_admitted=last.is_admitted)


def _share(ppm: int, locale: QLocale) -> str:
    return show.share(ppm, locale)

"""Tries lessons on documents that they have not seen: what probabilities are worth, whether new ones win."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from countersign.agents import learning, local
from countersign.agents.fitting import minimise
from countersign.agents.lessons import AS_SAID, Lessons, Tables
from countersign.agents.logits import Floats, sigmoid
from countersign.agents.model import Model
from countersign.agents.training import Lesson
from countersign.domain.klass import ClassDef, FieldDef
from countersign.domain.reading import Reading

_FOLDS = 4
_FRESH = 3
"""Documents that the current lessons have not learned from, so that both can be tried fairly."""
_READ = 30
"""Documents read for one point of a curve."""
_LEAST_COUNT = 600
"""Answers from which a class has tables of its own; with fewer, what the shipped model says is worth more."""
_HELD = (4.0, 1.0)
"""How strongly slope and shift of what probabilities are worth are held to what was said."""
_GRID = (0.001, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)


class Figures(NamedTuple):
    """What became of the fields of which the truth is known."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    invented: int = 0
    silent: int = 0

    @property
    def f1(self) -> float:
        """Micro-F1 of values."""
        given = self.right + self.wrong + self.invented
        there = self.right + self.wrong + self.missed
        return 2 * self.right / (given + there) if given + there else 1.0

    def plus(self, other: "Figures") -> "Figures":
        """Return the sum."""
        return Figures(*(a + b for a, b in zip(self, other, strict=True)))


class Verdict(NamedTuple):
    """Whether new lessons read better than those at work, and by how much."""

    admitted: bool
    before: Figures
    after: Figures
    documents: int
    """Held-back documents that both were tried on."""

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if not self.documents:
            return "Too few new documents were confirmed to try new lessons."
        figures = f"{self.before.f1:.0%} of the values before, {self.after.f1:.0%} after"
        tried = f"tried on {self.documents} held-back documents"
        return f"The new lessons {'are' if self.admitted else 'are not'} taken over: {figures}, {tried}."


class Point(NamedTuple):
    """How well documents are read after so many were confirmed."""

    documents: int
    f1: float
    low: float
    high: float


def taught(
    lessons: Sequence[Lesson],
    klass: ClassDef,
    model: Model | None = None,
    seed: int = 7,
    start: Lessons | None = None,
) -> Lessons:
    """Learn from confirmed documents, and count on held-back ones what probabilities are worth."""
    learned = learning.learn(lessons, klass, model, seed, start)
    tables = _tables(_held_back(lessons, klass, model, seed, start), klass)
    return learned.replaced(tables=tables)


def trial(
    lessons: Sequence[Lesson],
    klass: ClassDef,
    model: Model | None = None,
    current: Lessons | None = None,
    seed: int = 7,
) -> Verdict:
    """Read documents that the current lessons have not learned from with both, each time unseen by either."""
    old = frozenset(current.sources) if current else frozenset()
    fresh = [lesson for lesson in lessons if lesson.document not in old]
    if len(fresh) < _FRESH:
        return Verdict(False, Figures(), Figures(), 0)
    known = [lesson for lesson in lessons if lesson.document in old]
    before = after = Figures()
    for held, rest in _folds(fresh, seed):
        new = learning.learn([*known, *rest], klass, model, seed, current)
        gone = {lesson.document for lesson in held}
        after = after.plus(_read(held, new.forget(gone), model))
        unaware = current.forget(gone) if current else None
        for lesson in rest:
            unaware = learning.remember(lesson, model, unaware)
        before = before.plus(_read(held, unaware, model))
    return Verdict(after.f1 > before.f1, before, after, len(fresh))


def curve(
    lessons: Sequence[Lesson],
    klass: ClassDef,
    model: Model | None = None,
    *,
    sizes: Iterable[int] = (0, 1, 2, 5, 10, 20, 50, 100),
    seed: int = 7,
    turns: int = 3,
) -> list[Point]:
    """Say how well further documents are read after so many confirmed ones, by trying it several times."""
    rng = np.random.default_rng(seed)
    points: list[Point] = []
    for size in sizes:
        if size > len(lessons) - _FRESH:
            break
        found = []
        for _ in range(turns):
            order = rng.permutation(len(lessons)).tolist()
            known = [lessons[n] for n in order[:size]]
            others = [lessons[n] for n in order[size : size + _READ]]
            found.append(
                _read(others, learning.learn(known, klass, model, seed) if known else None, model).f1
            )
        points.append(Point(size, sum(found) / len(found), min(found), max(found)))
    return points


def _folds(lessons: Sequence[Lesson], seed: int) -> Iterable[tuple[list[Lesson], list[Lesson]]]:
    """Part documents into those held back and the rest, each held back once."""
    order = np.random.default_rng(seed).permutation(len(lessons)).tolist()
    count = min(_FOLDS, len(lessons))
    for fold in range(count):
        held = set(order[fold::count])
        yield (
            [lesson for n, lesson in enumerate(lessons) if n in held],
            [lesson for n, lesson in enumerate(lessons) if n not in held],
        )


def _read(held: Sequence[Lesson], lessons: Lessons | None, model: Model | None) -> Figures:
    figures = Figures()
    for lesson in held:
        made = local.read_prepared(lesson.prepared, model=model, lessons=(lessons,) if lessons else ())
        by_field: Mapping[str, list[Reading]] = _by_field(made.readings)
        for field in lesson.klass.fields:
            figures = figures.plus(_judged(lesson, field, by_field.get(field.name, [])))
    return figures


def _by_field(readings: Iterable[Reading]) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        found[reading.field].append(reading)
    return found


def _judged(lesson: Lesson, field: FieldDef, readings: Sequence[Reading]) -> Figures:
    """Count one field; of several values that are right each counts, a wrong one counts too."""
    values = [reading.value for reading in readings if reading.value is not None]
    is_right = lesson.right.get(field.name)
    if is_right is None:
        if field.name not in lesson.absent:
            return Figures()
        return Figures(invented=len(values)) if values else Figures(silent=1)
    right = sum(is_right(value) for value in values)
    return Figures(right=right, wrong=len(values) - right, missed=int(not values))


def _held_back(
    lessons: Sequence[Lesson], klass: ClassDef, model: Model | None, seed: int, start: Lessons | None
) -> list[tuple[Lesson, Reading]]:
    """Read each document with lessons that have not seen it, with probabilities as they were said."""
    found: list[tuple[Lesson, Reading]] = []
    if sum(len(lesson.right) + len(lesson.absent) for lesson in lessons) < _LEAST_COUNT:
        return found
    for held, rest in _folds(lessons, seed):
        gone = [lesson.document for lesson in held]
        unaware = start.forget(gone) if start else None
        learned = learning.learn(rest, klass, model, seed, unaware)
        plain = learned.replaced(tables={"": AS_SAID})
        for lesson in held:
            made = local.read_prepared(lesson.prepared, model=model, lessons=(plain,))
            found.extend((lesson, reading) for reading in made.readings)
    return found


def _tables(read: Sequence[tuple[Lesson, Reading]], klass: ClassDef) -> dict[str, Tables]:
    """Fit what probabilities are worth: by field where enough is known, else over the class."""
    values: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    absents: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for lesson, reading in read:
        is_right = lesson.right.get(reading.field)
        if is_right is None and reading.field not in lesson.absent:
            continue
        said = reading.confidence / 1_000_000
        for name in (reading.field, ""):
            if reading.value is None:
                absents[name].append((said, is_right is None))
            else:
                values[name].append((said, is_right is not None and is_right(reading.value)))
    found = {"": Tables(worth(values[""]), worth(absents[""]))}
    for field in klass.fields:
        if len(values[field.name]) >= _LEAST_COUNT:
            own = worth(absents[field.name]) or found[""].absent
            found[field.name] = Tables(worth(values[field.name]), own)
    return {name: tables for name, tables in found.items() if tables.value or tables.absent}


def worth(pairs: Sequence[tuple[float, bool]]) -> list[list[float]]:
    """Fit what probabilities were worth: a slope and a shift of their log odds (Platt 1999), as a table.

    Two numbers, held to 1 and 0, so that few answers do not tell much and order is not lost.
    """
    if len(pairs) < _LEAST_COUNT:
        return []
    said = _log_odds(np.array([probability for probability, _ in pairs]))
    right = np.array([float(ok) for _, ok in pairs])
    held, start = np.array(_HELD), np.array([1.0, 0.0])

    def loss(weights: Floats) -> tuple[float, Floats]:
        p = np.clip(sigmoid(weights[0] * said + weights[1]), 1e-9, 1 - 1e-9)
        value = -float(np.sum(right * np.log(p) + (1 - right) * np.log(1 - p)))
        apart = weights - start
        slope = np.array([(p - right) @ said, (p - right).sum()]) + held * apart
        return value + 0.5 * float(held @ (apart * apart)), slope

    slope, shift = minimise(loss, start).tolist()
    told = sigmoid(max(slope, 0.1) * _log_odds(np.array(_GRID)) + shift).tolist()
    return [[x, round(y, 5)] for x, y in zip(_GRID, told, strict=True)]


def _log_odds(probabilities: Floats) -> Floats:
    clipped = np.clip(probabilities, 0.001, 0.999)
    odds: Floats = np.log(clipped / (1 - clipped))
    return odds

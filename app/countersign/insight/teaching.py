"""Teaches the local reader from documents with known values, and measures it on layouts unseen before."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from countersign.agents import local, training
from countersign.agents.classifier import classify
from countersign.agents.features import scorer_name
from countersign.agents.local import Prepared
from countersign.agents.model import Model
from countersign.agents.sheet import Sheet
from countersign.agents.training import Lesson
from countersign.domain.klass import ClassDef, FieldDef
from countersign.insight.scoring import FieldScore, Outcome, is_right, score, true_values
from countersign.insight.told import Told
from countersign.settings.catalogue import Catalogue

_REAL_COUNTS = 5.0
"""A document from the world weighs as much as so many of those that we drew."""


class Taught(NamedTuple):
    """A model as data, and how well it read documents of layouts that were kept from it."""

    model: dict[str, Any]
    scores: list[tuple[Told, list[FieldScore]]]


def teach(told: Iterable[Told], catalogue: Catalogue, *, folds: int = 3, seed: int = 7) -> Taught:
    """Train without each fold in turn, calibrate on what those models said of it, then train on all."""
    pairs = [(one, lesson) for one in told if (lesson := _lesson(one, catalogue)) is not None]
    by_group = training.examples([lesson for _, lesson in pairs])
    scores: list[tuple[Told, list[FieldScore]]] = []
    for fold in range(folds):
        model = Model(training.train(by_group, seed, _held_out(fold, folds)))
        for one, lesson in pairs:
            if fold_of(lesson.fold, folds) == fold:
                sheet, language = lesson.prepared.sheet, lesson.prepared.style.language
                made = local.read(sheet, lesson.klass, language, model=model)
                scores.append((one, score(lesson.klass, made.readings, one.truth, one.is_complete)))
    data = training.train(by_group, seed)
    _calibrate(data, scores, catalogue)
    return Taught(data, scores)


def fold_of(name: str, folds: int) -> int:
    """Return the fold of a layout, the same every time."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % folds


def _held_out(fold: int, folds: int) -> Callable[[str], bool]:
    return lambda name: fold_of(name, folds) == fold


def _calibrate(
    data: dict[str, Any], scores: Sequence[tuple[Told, list[FieldScore]]], catalogue: Catalogue
) -> None:
    values: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    absents: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for _, field_scores in scores:
        for one in field_scores:
            klass = catalogue.klass(one.klass)
            field = klass.field(one.field) if klass else None
            if field is None:
                continue
            said = one.confidence / 1_000_000
            if one.outcome in (Outcome.RIGHT, Outcome.WRONG, Outcome.INVENTED):
                values[scorer_name(field)].append((said, one.outcome is Outcome.RIGHT))
            elif one.confidence:
                absents[scorer_name(field)].append((said, one.outcome is Outcome.SILENT))
    for name, group in data["groups"].items():
        group["value_table"] = training.table(values[name])
        group["absent_table"] = training.table(absents[name])


def _lesson(one: Told, catalogue: Catalogue) -> Lesson | None:
    klass = catalogue.klass(one.truth["class"])
    if klass is None or not any(page.words for page in one.opened.pages):
        return None
    sheet = Sheet(one.opened)
    language = classify(sheet, catalogue.classes).language
    entries: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for entry in one.truth["fields"]:
        entries[entry["name"]].append(entry)
    right: dict[str, Callable[[str], bool]] = {}
    for field in klass.fields:
        held = entries.get(field.name, [])
        if held and not any(entry.get("suspect") for entry in held):
            values = [value for entry in held for value in true_values(field, entry, language)]
            right[field.name] = _judge(field, values)
    absent = {field.name for field in klass.fields if field.name not in entries} if one.is_complete else set()
    return Lesson(
        prepared=Prepared(sheet, klass, language),
        klass=klass,
        right=right,
        absent=frozenset(absent),
        fold=f"{one.name}/{_layout(one, klass)}",
        weight=1.0 if one.is_complete else _REAL_COUNTS,
    )


def _judge(field: FieldDef, values: list[str]) -> Callable[[str], bool]:
    return lambda value: is_right(field, value, values)


def _layout(one: Told, klass: ClassDef) -> str:
    """Name the layout's family; a document whose layout has no name is a family of its own."""
    named = one.truth.get("layout") or one.truth.get("template")
    if named is None:
        return str(one.truth["doc"])
    return str(named).split("-")[0] if one.is_complete else str(named)

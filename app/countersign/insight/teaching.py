"""Teaches the local reader from documents with known values, and measures it on layouts unseen before."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from countersign.agents import learning, local, training, worth
from countersign.agents.classifier import classify
from countersign.agents.lessons import Lessons
from countersign.agents.model import Model
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.agents.training import Lesson
from countersign.agents.worth import Judgement
from countersign.domain.klass import ClassDef, FieldDef
from countersign.insight import imagined
from countersign.insight.conventions import Truth, is_ours, is_scored, layout, unprinted_fields
from countersign.insight.scoring import FieldScore, is_right, score, true_values
from countersign.insight.told import Told
from countersign.settings.catalogue import Catalogue

_REAL_COUNTS = 5.0
"""A document from the world weighs as much as so many of those that we drew."""
_REAL_COUNTS_IN_CLASS = 2.0
"""The same where a class is learned: there the drawn ones hold layouts that the others lack."""
_ENOUGH = 12
"""Documents of a class from which what they have in common is learned."""
IMAGINED = 60
"""Pages that are imagined of each class, beside the documents."""


class Taught(NamedTuple):
    """A model as data, and how well it read documents of layouts that were kept from it."""

    model: dict[str, Any]
    scores: list[tuple[Told, list[FieldScore]]]


Judge = Callable[[str], bool]
"""Says whether a canonical value is right."""


class Pair(NamedTuple):
    """A document with its lesson."""

    told: Told
    lesson: Lesson
    labels: dict[str, Judge]
    """By field that has a label, also one that teaches nothing: what is counted, confidence must know."""


def teach(
    told: Iterable[Told], catalogue: Catalogue, *, folds: int = 3, seed: int = 7, pages: int = IMAGINED
) -> Taught:
    """Train without each fold in turn, weigh what those models said of it, then train on all.

    `pages` pages are imagined of each class and always learned from; nothing is measured on them.
    """
    pairs = [
        Pair(one, lesson, _labels(lesson.klass, one.truth, lesson.prepared.style.language))
        for one in told
        if (lesson := lesson_of(one, catalogue)) is not None
    ]
    by_group = training.examples([pair.lesson for pair in pairs])
    for name, more in training.examples(imagined.lessons(catalogue, pages, seed)).items():
        by_group.setdefault(name, []).extend(more)
    models = [Model(training.train(by_group, seed, _held_out(fold, folds))) for fold in range(folds)]
    held = [
        pair.lesson._replace(reader=models[fold_of(pair.lesson.fold, folds)]) for pair in pairs
    ]  # lessons build on what a model says of documents that it has not seen
    lessons = [_common(held, _held_out(fold, folds)) for fold in range(folds)]
    data = training.train(by_group, seed)
    data["lessons"] = {name: one.to_data() for name, one in _common(held).items()}
    for model, learned in zip(models, lessons, strict=True):
        model.lessons = learned
    judged = [
        (fold, one)
        for pair in pairs
        for fold in (fold_of(pair.lesson.fold, folds),)
        for one in _judgements(pair, models[fold])
    ]
    data["worth"] = _worth([one for _, one in judged])
    for held_out, model in enumerate(models):  # nothing is measured by what it was fitted to
        model.weigh(_worth([one for fold, one in judged if fold != held_out]))
    scores = []
    for one, lesson, _ in pairs:
        made = local.read_prepared(lesson.prepared, model=models[fold_of(lesson.fold, folds)])
        scores.append((one, score(lesson.klass, made.readings, one.truth)))
    data["sets"] = sorted({pair.told.name for pair in pairs})
    return Taught(data, scores)


def _common(
    held: Sequence[Lesson], without: Callable[[str], bool] = lambda fold: False
) -> dict[str, Lessons]:
    """Learn what the documents of each class have in common; those whose fold is `without` are left out."""
    by_class: dict[str, list[Lesson]] = defaultdict(list)
    for one in held:
        if not without(one.fold):
            weight = min(one.weight, _REAL_COUNTS_IN_CLASS)
            by_class[one.klass.name].append(one._replace(weight=weight))
    return {
        name: learning.common(lessons, lessons[0].klass)
        for name, lessons in sorted(by_class.items())
        if len(lessons) >= _ENOUGH
    }


def fold_of(name: str, folds: int) -> int:
    """Return the fold of a layout, the same every time; imagined pages are in none."""
    return -1 if name == imagined.FOLD else int(hashlib.sha256(name.encode()).hexdigest(), 16) % folds


def _held_out(fold: int, folds: int) -> Callable[[str], bool]:
    return lambda name: fold_of(name, folds) == fold


def _worth(judged: Sequence[tuple[bool, Judgement]]) -> dict[str, Any]:
    """Fit what answers have been worth, values and 'not present' apart."""
    kinds = {"value": False, "absent": True}
    by_kind = {kind: [one for absent, one in judged if absent is wanted] for kind, wanted in kinds.items()}
    return {kind: worth.fit(found) if found else worth.untaught() for kind, found in by_kind.items()}


def _judgements(pair: Pair, model: Model) -> list[tuple[bool, Judgement]]:
    """Return what a model that had not seen a document said of it, and whether that was right."""
    told, lesson, labels = pair
    found: list[tuple[bool, Judgement]] = []
    for given in local.answers(lesson.prepared, model):
        name = given.field.name
        judge = labels.get(name)
        if judge is None and (given.is_lent or name not in lesson.absent):
            continue  # it may be right: who leaves it out says that no own amount is printed
        is_absent = given.option is None
        is_right = (
            judge is None
            if given.option is None
            else judge is not None and judge(given.option.candidate.value)
        )
        weight = 1.0 if is_ours(told.truth) else _REAL_COUNTS
        kind = local.kind_of(lesson.prepared, given.field)
        found.append((is_absent, Judgement(kind, given.signals, is_right, weight)))
    return found


def lesson_of(one: Told, catalogue: Catalogue) -> Lesson | None:
    """Make a lesson of a document; None when its class is unknown or it has no words."""
    klass = catalogue.klass(one.truth["class"])
    if klass is None or not any(page.words for page in one.opened.pages):
        return None
    sheet = Sheet(one.opened)
    said = classify(sheet, catalogue.classes)
    found = catalogue.klass(said.klass) if said.klass else None
    if found is not None and found.kin == klass.name:
        klass = found  # a loss run that its set calls a claim is read as what it is
    language = said.language
    entries = _entries(one.truth)
    shared = {field.name for field in klass.fields if _is_shared(field, entries)}
    labels = _labels(klass, one.truth, language)
    right = {name: judge for name, judge in labels.items() if name not in shared}
    return Lesson(
        prepared=Prepared(sheet, klass, language),
        klass=klass,
        right=right,
        absent=unprinted_fields(klass, one.truth) - right.keys(),
        fold=f"{one.name}/{layout(one.truth)}",
        weight=1.0 if is_ours(one.truth) else _REAL_COUNTS,
        document=one.opened.sha256,
    )


def _labels(klass: ClassDef, truth: Truth, language: str) -> dict[str, Judge]:
    """Return what judges the values of each field that the truth names."""
    found: dict[str, Judge] = {}
    entries = _entries(truth)
    for field in klass.fields:
        held = entries.get(field.name, ())
        if held and all(is_scored(entry, truth) for entry in held):
            values = [value for entry in held for value in true_values(field, entry, language)]
            found[field.name] = _judge(field, values)
    return found


def _entries(truth: Truth) -> dict[str, list[Truth]]:
    entries: dict[str, list[Truth]] = defaultdict(list)
    for entry in truth["fields"]:
        entries[entry["name"]].append(entry)
    return dict(entries)


def _is_shared(field: FieldDef, entries: Mapping[str, list[Truth]]) -> bool:
    """Say whether an optional field is only another one's print under its name: a total as the amount due."""
    held = entries.get(field.name, [])
    if not held or field.required or field.many:
        return False
    if held[0].get("bbox") is None or held[0].get("occurrences") != 1:
        return False
    place = (held[0].get("page"), held[0]["bbox"])
    return any(
        (other.get("page"), other.get("bbox")) == place
        for name, others in entries.items()
        if name != field.name
        for other in others
    )


def _judge(field: FieldDef, values: list[str]) -> Judge:
    return lambda value: is_right(field, value, values)

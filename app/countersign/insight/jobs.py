"""Who reads which document: what ships, a model that has not seen it, or what was learned from others."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from countersign.agents import classifier, learning, staff
from countersign.agents.lessons import Lessons
from countersign.agents.memory import Place
from countersign.agents.model import Model
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.agents.training import Lesson
from countersign.domain.event import Classified
from countersign.domain.klass import ClassDef
from countersign.insight import conventions, folds, teaching, training_run
from countersign.insight.folds import By
from countersign.insight.scoring import true_values
from countersign.insight.told import Told, Way
from countersign.settings.catalogue import Catalogue
from countersign.settings.resources import shipped

NO_CLASS = "other"
"""The word of a truth for a document of none of the classes: it is classified, and not read."""

Watch = Callable[[str, int, int], None]
"""Told what is being done, how many of how many."""


class Wish(NamedTuple):
    """What shall be measured, and how."""

    way: Way = Way()
    by: By | None = None
    """Read each fold with a model that was trained without it."""
    learn_from: int = 0
    """Confirm so many documents first, then read the others."""
    seeds: int = 3
    """Draws of the documents to learn from."""
    next_of_kin: bool = False
    """Confirm one document of each layout, then read another one of it."""
    limit: int | None = None
    """At most so many documents of a set."""
    samples: int = 0
    """Drawn documents that a model is trained on besides, with `by`."""
    seed: int = 7
    children: int = 2


class Job(NamedTuple):
    """One document to read, and what the reader knows."""

    told: Told
    model: Model | None = None
    lessons: tuple[Lessons, ...] = ()
    is_seen: bool | None = None


@lru_cache(maxsize=64)
def ships_knowing(name: str) -> bool | None:
    """Say whether a shipped model was trained on a set; None where no model tells its sets."""
    files = sorted(shipped("resources", "models").glob("*.json"))
    told = [json.loads(file.read_text(encoding="utf-8")).get("sets") for file in files]
    known = [set(sets) for sets in told if sets is not None]
    return any(name in sets for sets in known) if known else None


def as_shipped(told: list[Told]) -> Iterator[Job]:
    """Read with what ships, as it ships; a layout is seen where the model was trained on its set."""
    for one in told:
        seen = one.truth.get("layout_seen_in_dev", one.truth.get("template_seen_in_dev"))
        yield Job(one, is_seen=None if ships_knowing(one.name) is False else seen)


def in_folds(
    sets: Sequence[list[Told]], wish: Wish, desk: Catalogue, watch: Watch
) -> Iterator[tuple[int, Job]]:
    """Read each fold of every set with a model trained on the others, of all sets together.

    Yields the number of the set with each document. Classes that only ship as examples are not trained on.
    """
    drawn = _drawn(wish, desk, watch)
    dealt = [folds.split([one.truth for one in told], wish.by or By.HASH) for told in sets]
    count = max((fold for held in dealt for fold in held), default=-1) + 1
    for fold in range(count):
        watch("training without a fold", fold, count)
        pairs = [
            pair for told, held in zip(sets, dealt, strict=True) for pair in zip(told, held, strict=True)
        ]
        others = [one for one, place in pairs if place != fold and conventions.is_free(one.truth)]
        model = _taught([*others, *drawn], desk, wish.seed)
        layouts = {(one.name, conventions.layout(one.truth)) for one in others}
        for number, (told, held) in enumerate(zip(sets, dealt, strict=True)):
            for one, place in zip(told, held, strict=True):
                if place == fold:
                    yield (
                        number,
                        Job(one, model, is_seen=(one.name, conventions.layout(one.truth)) in layouts),
                    )


def _drawn(wish: Wish, desk: Catalogue, watch: Watch) -> Sequence[Told]:
    if not wish.samples:
        return ()
    watch("drawing samples", 0, wish.samples)
    wanted = training_run.Wanted((), wish.samples, keep=wish.way.keep)
    return training_run.opened(wanted, desk, lambda _: None)


def _taught(told: list[Told], catalogue: Catalogue, seed: int) -> Model:
    """Train as `countersign train` does: the one place where the measuring stick asks for a new model."""
    return Model(teaching.teach(told, catalogue, seed=seed).model)


def learned(told: list[Told], wish: Wish, catalogue: Catalogue, watch: Watch) -> Iterator[Job]:
    """Confirm some documents as a reviewer would and read the others, once a seed and fold."""
    known: dict[str, Lesson] = {}
    places = range(len(told))
    dealt = folds.split([one.truth for one in told], wish.by) if wish.by else [0] * len(told)
    for seed in range(wish.seeds):
        for fold in range(max(dealt) + 1):
            free = [place for place in places if wish.by is None or dealt[place] != fold]
            lots = {place: _lot(told[place], seed) for place in free}
            chosen = sorted(sorted(free, key=lots.__getitem__)[: wish.learn_from])
            watch("learning", seed, wish.seeds)
            lessons = _lessons([told[place] for place in chosen], known, catalogue, wish.seed)
            layouts = {conventions.layout(told[place].truth) for place in chosen}
            for place in places:
                if place not in chosen and (wish.by is None or dealt[place] == fold):
                    one = told[place]
                    yield Job(one, None, lessons, conventions.layout(one.truth) in layouts)


def _lot(one: Told, seed: int) -> str:
    """Draw by lot: the same documents for the same seed, whatever stands beside them in the set."""
    return hashlib.sha256(f"{seed} {one.truth['sha256']}".encode()).hexdigest()


def next_of_kin(told: list[Told], wish: Wish, catalogue: Catalogue) -> Iterator[tuple[Job, Job]]:
    """Pair the reading of a document before and after another of its layout was confirmed, once a seed."""
    layouts: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        layouts[conventions.layout(one.truth)].append(one)
    for seed in range(wish.seeds):
        for _, kin in sorted(layouts.items()):
            if len(kin) > 1:
                first, second = sorted(kin, key=lambda one: _lot(one, seed))[:2]
                lesson = _confirmed(first, catalogue)
                if lesson is not None:
                    yield Job(second), Job(second, lessons=(learning.remember(lesson),), is_seen=True)


def kindred(klass: ClassDef, catalogue: Catalogue) -> dict[str, ClassDef]:
    """Return a class and those that are one of it, by name."""
    return {one.name: one for one in catalogue.classes.values() if klass.name in (one.name, one.kin)}


def class_read(told: Told, classified: Classified, catalogue: Catalogue) -> tuple[ClassDef | None, bool]:
    """Return the class as which a document is read, and whether the agents found its class.

    A truth may name a wider class than the desk knows (a benefit claim is a claim): then the agents' choice
    among its kin is what is read.
    """
    name = told.truth["class"]
    klass = catalogue.klass(name)
    if klass is None:
        return None, classified.klass == name
    kin = kindred(klass, catalogue)
    if classified.klass in kin:
        return kin[classified.klass], True
    is_right = name in (classified.klass, classified.variant)
    if len(kin) == 1:
        return klass, is_right
    return kin[classifier.classify(Sheet(told.opened), kin).klass], is_right


def _lessons(
    confirmed: list[Told], known: dict[str, Lesson], catalogue: Catalogue, seed: int
) -> tuple[Lessons, ...]:
    """Learn from documents as if a reviewer had confirmed them, class by class."""
    by_class: dict[str, list[Lesson]] = {}
    for one in confirmed:
        held = known.get(one.truth["sha256"]) or _confirmed(one, catalogue)
        if held is not None:
            known[one.truth["sha256"]] = held
            by_class.setdefault(held.klass.name, []).append(held)
    return tuple(
        learning.learn(held, catalogue.classes[name], None, seed) for name, held in sorted(by_class.items())
    )


def _confirmed(one: Told, catalogue: Catalogue) -> Lesson | None:
    """Confirm what the truth knows of a document: values, where they stand, and what is not there."""
    _, classified = staff.classify(one.opened, catalogue)
    klass, _ = class_read(one, classified, catalogue)
    if klass is None:
        return None
    language = one.truth.get("language", classified.language)
    values: dict[str, list[str]] = {}
    places: dict[str, tuple[Place, ...]] = {}
    for field in klass.fields:
        entries = [e for e in one.truth["fields"] if e["name"] == field.name]
        if entries and all(conventions.is_scored(entry, one.truth) for entry in entries):
            values[field.name] = [v for entry in entries for v in true_values(field, entry, language)]
            places[field.name] = tuple(
                Place(e["page"], *e["bbox"]) for e in entries if e.get("bbox") and e.get("page") is not None
            )
    return learning.confirmed(
        Prepared(Sheet(one.opened), klass, classified.language),
        values,
        absent=conventions.absent_fields(klass, one.truth),
        document=one.truth["sha256"],
        places=places,
        fold=conventions.layout(one.truth),
    )

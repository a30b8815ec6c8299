"""Learns lessons about a class from confirmed documents: what they weigh, and what they remember."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from countersign.agents.candidates import Candidate
from countersign.agents.context import SPACES, VALUE, Marks
from countersign.agents.fitting import Example, Integers, Penalties, Problem, Weights
from countersign.agents.lessons import Learned, Lessons, prior, strength, votes
from countersign.agents.local import base_scores
from countersign.agents.logits import Floats
from countersign.agents.memory import Kept, Place, Spot, kin, recall, value_hash
from countersign.agents.model import Model, shipped_model
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.agents.training import Lesson
from countersign.domain.klass import ClassDef, FieldDef
from countersign.domain.values import same

_HARDEST, _SAMPLED = 40, 30
"""Wrong candidates kept an example: those that score highest, and some of the others."""
_SEEN = 2
"""Documents in which a string must occur to be weighed."""
_OF_A_DESK = Penalties(trust=20.0, sparse=1.0)
"""The shipped reader has not seen a desk's documents: it is right as often on a layout that is new to the
desk, however well the words of the known layouts explain themselves."""
_LEAST = 0.02
"""Weights smaller than this are not kept."""
_KEPT_A_LAYOUT = 6
"""Documents of one layout that the memory keeps; older ones make room."""
_ONE_LAYOUT = 0.6
_MOST_KEPT = 1500
_FAINT = 0.2
_MOST_COUNTED = 6
"""Values of one field that are told apart when they are counted."""


class Seen(NamedTuple):
    """One field of one document: its candidates, what the base model says, and which are right."""

    candidates: list[Candidate]
    rows: Floats
    base: Floats
    absent: float
    marks: Marks
    right: Floats
    confirmed: int | None
    """The candidate that stands where the person confirmed the value."""


def confirmed(
    prepared: Prepared,
    values: Mapping[str, Sequence[str]],
    *,
    absent: Iterable[str] = (),
    document: str = "",
    places: Mapping[str, tuple[Place, ...]] | None = None,
    fold: str = "",
) -> Lesson:
    """Make a lesson of what a person confirmed: canonical values by field, and the fields that are absent."""
    right = {
        field.name: _judge(field, tuple(values[field.name]))
        for field in prepared.klass.fields
        if values.get(field.name)
    }
    return Lesson(
        prepared=prepared,
        klass=prepared.klass,
        right=right,
        absent=frozenset(absent),
        fold=fold or document,
        document=document,
        places=places or {},
    )


def _judge(field: FieldDef, values: tuple[str, ...]) -> Callable[[str], bool]:
    return lambda value: any(same(field.type, value, true) for true in values)


def remember(lesson: Lesson, model: Model | None = None, start: Lessons | None = None) -> Lessons:
    """Add one confirmed document to the memory of layouts, at once and without fitting anything."""
    known = start or Lessons(lesson.klass.name)
    one = _kept(lesson, _all_seen(lesson, model or shipped_model()))
    kept = _making_room([*(old for old in known.kept if old.document != one.document), one])
    return known.replaced(kept)


def learn(
    lessons: Sequence[Lesson],
    klass: ClassDef,
    model: Model | None = None,
    seed: int = 7,
    start: Lessons | None = None,
) -> Lessons:
    """Fit lessons to confirmed documents of a class; the memory of `start` is kept."""
    scorers = model or shipped_model()
    seen = [_all_seen(lesson, scorers) for lesson in lessons]
    kept = [_kept(lesson, found) for lesson, found in zip(lessons, seen, strict=True)]
    names = {one.document for one in kept}
    older = [one for one in (start.kept if start else ()) if one.document not in names]
    remembered = _making_room([*older, *kept])
    near = [kin(one.layout, remembered, but=one.document) for one in kept]
    rng = np.random.default_rng(seed)
    learned: dict[str, Learned] = {}
    for field in klass.fields:
        examples = [
            _examples(field, found[field.name], likest, lesson.weight, rng)
            for lesson, found, likest in zip(lessons, seen, near, strict=True)
            if field.name in found
        ]
        if examples:
            usual = _usual(field, [found[field.name] for found in seen if field.name in found])
            learned[field.name] = _fitted(examples, _seen_again(examples), _OF_A_DESK)._replace(usual=usual)
    return Lessons(klass.name, [lesson.document for lesson in lessons], learned, remembered)


def common(lessons: Sequence[Lesson], klass: ClassDef, seed: int = 7) -> Lessons:
    """Fit lessons that may ship: without any memory, from strings that several documents and layouts share.

    Each lesson names the model that has not seen it.
    """
    rng = np.random.default_rng(seed)
    seen = [_all_seen(lesson, lesson.reader or shipped_model()) for lesson in lessons]
    learned: dict[str, Learned] = {}
    for field in klass.fields:
        name = field.name
        held = [(found[name], one) for found, one in zip(seen, lessons, strict=True) if name in found]
        examples = [_examples(field, found, (), one.weight, rng)[:1] for found, one in held]
        if examples:
            strings = _shared([each[0] for each in examples], [one.fold for _, one in held])
            usual = _usual(field, [found for found, _ in held])
            learned[field.name] = _fitted(examples, strings, Penalties())._replace(usual=usual)
    return Lessons(klass.name, (), learned)


def _shared(examples: Sequence[Example], folds: Sequence[str]) -> Integers:
    """Return strings of three or more documents and two or more layouts: they name nobody."""
    documents: Counter[int] = Counter()
    layouts: dict[int, set[str]] = {}
    for example, fold in zip(examples, folds, strict=True):
        for string in np.unique(example.hashes).tolist():
            documents[string] += 1
            layouts.setdefault(string, set()).add(fold)
    kept = sorted(s for s, count in documents.items() if count > 2 and len(layouts[s]) > 1)
    return np.array(kept, dtype=np.int64)


def _all_seen(lesson: Lesson, model: Model) -> dict[str, Seen]:
    """Take the fields of which something is known and that have any candidate."""
    found: dict[str, Seen] = {}
    for field in lesson.klass.fields:
        is_right = lesson.right.get(field.name)
        if is_right is None and field.name not in lesson.absent:
            continue
        candidates, rows, base, absent = base_scores(lesson.prepared, field, lesson.reader or model)
        if not candidates:
            continue
        right = np.array([float(is_right is not None and is_right(c.value)) for c in candidates])
        if is_right is not None and not right.any():
            continue
        places = lesson.places.get(field.name, ())
        place = (
            _confirmed_place(lesson.prepared.sheet, candidates, base, right, places)
            if is_right is not None
            else None
        )
        marks = lesson.prepared.context.of(candidates)
        found[field.name] = Seen(candidates, rows, base, absent, marks, right, place)
    return found


def _confirmed_place(
    sheet: Sheet, candidates: list[Candidate], base: Floats, right: Floats, places: Sequence[Place]
) -> int:
    """Return the right candidate on a confirmed place; where none is known, the one the base model likes."""
    return max(
        np.flatnonzero(right).tolist(),
        key=lambda n: (any(_touch(sheet, candidates[n], place) for place in places), base[n]),
    )


def _touch(sheet: Sheet, c: Candidate, place: Place) -> bool:
    own = sheet.box(c.page, c.x0, c.y0, c.x1, c.y1)
    beside = own.x0 >= place.x1 or place.x0 >= own.x1 or own.y0 >= place.y1 or place.y0 >= own.y1
    return c.page == place.page and not beside


def _kept(lesson: Lesson, found: Mapping[str, Seen]) -> Kept:
    spots: dict[str, Spot | None] = dict.fromkeys(lesson.absent)
    for name, seen in found.items():
        if seen.confirmed is not None:
            own = seen.marks.owner == seen.confirmed
            spots[name] = Spot(
                tuple(seen.marks.hashes[own].tolist()),
                tuple(seen.marks.spaces[own].tolist()),
                value_hash(seen.candidates[seen.confirmed].value),
            )
    return Kept(lesson.document, lesson.prepared.layout, spots)


def _making_room(kept: Sequence[Kept]) -> list[Kept]:
    """Keep the newest few of each layout."""
    found: list[Kept] = []
    for one in reversed(kept[-_MOST_KEPT:]):
        alike = 0
        for newer in found:
            alike += newer.layout.likeness(one.layout) >= _ONE_LAYOUT
            if alike >= _KEPT_A_LAYOUT:
                break
        else:
            found.append(one)
    return found[::-1]


def _examples(
    field: FieldDef,
    seen: Seen,
    near: Sequence[tuple[float, Kept]],
    weight: float,
    rng: np.random.Generator,
) -> list[Example]:
    """Learn from a document with kin twice: as one of a known layout, and as one of an unknown layout."""
    recalled = recall(field.name, near, seen.marks, len(seen.candidates))
    around = seen.marks.spaces != VALUE
    example = Example(
        seen.base,
        seen.absent,
        seen.marks.hashes[around],
        seen.marks.owner[around],
        seen.rows,
        recalled.same * strength(recalled),
        votes(recalled),
        seen.right,
        field.many,
        weight,
    )
    example = _hardest(example, rng)
    if not recalled.likeness:
        return [example]
    alone = example._replace(same=example.same * 0, kin=example.kin * 0, weight=weight / 2)
    return [example._replace(weight=weight / 2), alone]


def _hardest(example: Example, rng: np.random.Generator) -> Example:
    """Keep the right candidates, the wrong ones that score highest and some of the others."""
    if example.many or len(example.base) <= _HARDEST + _SAMPLED:
        return example
    order = np.argsort(-(example.base + 3 * example.same.sum(axis=1) + 1e6 * example.right))
    first = _HARDEST + int(example.right.sum())
    kept = np.sort(np.concatenate([order[:first], rng.permutation(order[first:])[:_SAMPLED]]))
    place = np.full(len(example.base), -1)
    place[kept] = np.arange(len(kept))
    owner = place[example.owner]
    held = owner >= 0
    return example._replace(
        base=example.base[kept],
        hashes=example.hashes[held],
        owner=owner[held],
        rows=example.rows[kept],
        same=example.same[kept],
        right=example.right[kept],
    )


def _usual(field: FieldDef, seen: Sequence[Seen]) -> tuple[float, ...]:
    """Count how many different values documents have; no count is held to be impossible."""
    counts: Counter[int] = Counter()
    most = _MOST_COUNTED if field.many else 1
    for one in seen:
        different: list[str] = []
        for place in np.flatnonzero(one.right):
            value = one.candidates[place].value
            if not any(same(field.type, value, other) for other in different):
                different.append(value)
        counts[min(len(different), most)] += 1
    total = sum(counts.values()) + 0.5 * (most + 1)
    return tuple((counts[number] + 0.5) / total for number in range(most + 1))


def _seen_again(by_document: Sequence[Sequence[Example]]) -> Integers:
    counts: Counter[int] = Counter()
    for examples in by_document:
        counts.update(np.unique(examples[0].hashes).tolist())
    return np.array(sorted(h for h, n in counts.items() if n >= _SEEN), dtype=np.int64)


def _fitted(by_document: Sequence[Sequence[Example]], known: Integers, penalties: Penalties) -> Learned:
    start: Weights = prior()._replace(sparse=np.zeros(len(known)))
    every = [example for examples in by_document for example in examples]
    weights = Problem(every, known, start, penalties).solved()
    large = np.abs(weights.sparse) >= _LEAST
    return Learned(known[large], weights._replace(sparse=weights.sparse[large]))


def memory_worth(
    classes: Iterable[Sequence[Lesson]], model: Model | None = None, seed: int = 7
) -> dict[str, Any]:
    """Fit what the memory of layouts is worth whatever the class, as data for resources/models.

    Each document is read as if one or two documents of its layout had been confirmed, and no other. The base
    model is heard with a fraction of its scores: what it knows of the classes that it was trained on it does
    not know of those that a desk adds, and memory is there for them.
    """
    rng = np.random.default_rng(seed)
    pool: list[Example] = []
    for lessons in classes:
        seen = [_all_seen(lesson, model or shipped_model()) for lesson in lessons]
        kept = [_kept(lesson, found) for lesson, found in zip(lessons, seen, strict=True)]
        for lesson, found, own in zip(lessons, seen, kept, strict=True):
            near = kin(own.layout, kept, but=own.document)
            few = [near[n] for n in sorted(rng.permutation(len(near))[: rng.integers(1, 3)].tolist())]
            told = [field for field in lesson.klass.fields if few and field.name in found and not field.many]
            pool.extend(_examples(field, found[field.name], few, 1.0, rng)[0] for field in told)
    nothing: Integers = np.empty(0, dtype=np.int64)
    faint = [e._replace(base=e.base * _FAINT, base_absent=e.base_absent * _FAINT) for e in pool]
    held = Penalties(trust=1e6, same=1.0, dense=1e6)
    weights = Problem(faint, nothing, Weights.none(), held).solved(200) if faint else Weights.none()
    return {
        "version": 1,
        "trust": round(weights.trust, 3),
        "absent": round(weights.absent, 3),
        "kin": [round(float(value), 3) for value in weights.kin],
        "same": {space: round(float(value), 3) for space, value in zip(SPACES, weights.same, strict=True)},
    }

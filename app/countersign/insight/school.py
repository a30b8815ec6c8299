"""Turns what people confirmed into lessons of a class: prepared, remembered, fitted and tried."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from countersign.agents import learning, trials
from countersign.agents.lessons import Lessons
from countersign.agents.memory import Place
from countersign.agents.parts import cut
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.agents.training import Lesson
from countersign.domain.base import Frozen
from countersign.domain.confidence import ppm
from countersign.domain.document import Opened
from countersign.domain.klass import ClassDef
from countersign.domain.taught import Taught, TaughtField
from countersign.domain.values import same

FORMAT = 1
MOST = 120
"""Approved cases of a class that are learned from, the latest: fitting takes about 4 MB a document while it
lasts, in a process of its own.
"""

STEPS = (3, 6, 10, 20, 50, 100)
"""Counts of approved cases at which lessons are fitted anew; from the last on, whenever a tenth has come.

Fewer new cases than the first could not tell which lessons are better; they are remembered all the same.
"""

Why = Literal["grown", "shrunk", "changed", "asked"]
Opener = Callable[[Taught], Opened | None]


class Fitted(Frozen):
    """What came of fitting lessons to approved cases of a class."""

    documents: int
    """How many could be learned from: a document may be gone."""
    held_back: int
    """On how many it was tried; 0 when there were too few to try it."""
    f1_before: int
    """Parts per million, on documents held back."""
    f1_after: int
    is_admitted: bool
    content: str | None
    """The file of the lessons (see `written`); None where they were not admitted."""


NOTHING = Fitted(documents=0, held_back=0, f1_before=0, f1_after=0, is_admitted=False, content=None)
"""What comes of no document."""


def next_step(count: int) -> int:
    """Return at how many approved cases lessons are fitted again that were fitted at so many."""
    return next((step for step in STEPS if step > count), count + max(1, count // 10))


def lesson_of(taught: Taught, opened: Opened, klass: ClassDef) -> Lesson | None:
    """Prepare what a person confirmed of a document; None when there is nothing to read on it."""
    first, after = taught.pages or (0, len(opened.pages))
    if taught.pages is not None:
        opened = cut(opened, first, after)
    if not any(page.words for page in opened.pages):
        return None
    prepared = Prepared(Sheet(opened), klass, taught.language)
    values: dict[str, list[str]] = defaultdict(list)
    places: dict[str, list[Place]] = defaultdict(list)
    absent: set[str] = set()
    for field in taught.fields:
        if field.value is None:
            absent.add(field.field)
            continue
        values[field.field].append(field.value)
        place = _place(field, prepared, first)
        if place is not None:
            places[field.field].append(place)
    return learning.confirmed(
        prepared,
        values,
        absent=sorted(absent - values.keys()),
        document=taught.document,
        places={name: tuple(found) for name, found in places.items()},
    )


def _place(field: TaughtField, prepared: Prepared, first: int) -> Place | None:
    """Return where a value stands: as the person showed it, else the one place on the pages that says it."""
    if field.evidence is not None:
        box = field.evidence.box
        return Place(field.evidence.page - first, box.x0, box.y0, box.x1, box.y1)
    slot = prepared.klass.field(field.field)
    if slot is None or field.value is None:
        return None
    candidates, _ = prepared.candidates(slot)
    found = {
        Place(one.page, one.x0, one.y0, one.x1, one.y1)
        for one in candidates
        if same(slot.type, one.value, field.value)
    }
    return found.pop() if len(found) == 1 else None


def lessons_of(taught: Iterable[Taught], klass: ClassDef, opener: Opener) -> list[tuple[str, Lesson]]:
    """Prepare some approved cases, by case; those whose document is gone are left out."""
    found: list[tuple[str, Lesson]] = []
    for one in taught:
        opened = opener(one)
        lesson = lesson_of(one, opened, klass) if opened is not None else None
        if lesson is not None:
            found.append((one.case, lesson))
    return found


def remember(taught: Taught, klass: ClassDef, opener: Opener, start: Lessons | None) -> Lessons | None:
    """Add one approved case to what is remembered, without fitting anything."""
    for _, lesson in lessons_of([taught], klass, opener):
        return learning.remember(lesson, start=start)
    return start


def fit(taught: Sequence[Taught], klass: ClassDef, opener: Opener, current: Lessons | None) -> Fitted:
    """Fit lessons to approved cases, and try them against what is in force on documents held back."""
    prepared = lessons_of(taught, klass, opener)
    lessons = [lesson for _, lesson in prepared]
    if not lessons:
        return NOTHING
    verdict = trials.trial(lessons, klass, current=current)
    content = None
    if verdict.admitted:
        content = written(klass, [case for case, _ in prepared], trials.taught(lessons, klass))
    return Fitted(
        documents=len(lessons),
        held_back=verdict.documents,
        f1_before=ppm(verdict.before.f1),
        f1_after=ppm(verdict.after.f1),
        is_admitted=verdict.admitted,
        content=content,
    )


def refit(taught: Sequence[Taught], klass: ClassDef, opener: Opener) -> str:
    """Fit lessons that were admitted before once more, because their file is gone; returns its content."""
    prepared = lessons_of(taught, klass, opener)
    fitted = trials.taught([lesson for _, lesson in prepared], klass)
    return written(klass, [case for case, _ in prepared], fitted)


# -- the file of admitted lessons ----------------------------------------------------------------------------


def written(klass: ClassDef, cases: Sequence[str], lessons: Lessons) -> str:
    """Return the file of lessons, whose SHA-256 the record names."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "class": klass.name,
        "definition": digest(klass.model_dump_json()),
        "cases": list(cases),
        "lessons": lessons.to_data(),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(content: str, klass: ClassDef) -> tuple[Lessons, frozenset[str]]:
    """Return lessons and the cases that they come from; raises ValueError when they do not fit the class."""
    told = json.loads(content)
    if told.get("format") != FORMAT or told.get("definition") != digest(klass.model_dump_json()):
        raise ValueError("these lessons are of another version, or of the class as it was")
    return Lessons.from_data(told["lessons"]), frozenset(told["cases"])


def digest(text: str) -> str:
    """Return the SHA-256 of a text, hex."""
    return hashlib.sha256(text.encode()).hexdigest()

"""Teaches how far the cells of tables can be trusted: from documents whose rows are known."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from countersign.agents import training
from countersign.agents.candidates import Print
from countersign.agents.classifier import classify
from countersign.agents.labels import find, lexicon
from countersign.agents.sheet import Sheet
from countersign.agents.tables import read_tables
from countersign.agents.tables_trust import Signs, Trust, learn
from countersign.domain.klass import ClassDef
from countersign.insight import metrics
from countersign.insight.conventions import layout
from countersign.insight.rows import judged
from countersign.insight.told import Told
from countersign.settings.catalogue import Catalogue

_MOST_OF_ONE = 40.0
"""Cells of one document that count in full: a hundred pages of one look tell no more than ten."""
_ROUNDS = 5


class TableLesson(NamedTuple):
    """The cells of one document, and the family of layouts that it is of."""

    family: str
    cells: list[tuple[Signs, bool]]


class TaughtTables(NamedTuple):
    """What the signs are worth, and how well that held on layouts kept from learning."""

    trust: Trust
    cells: int
    right: float
    calibration_error: float
    auroc: float


def table_lessons(told: Iterable[Told], catalogue: Catalogue) -> list[TableLesson]:
    """Read the tables of documents and judge every cell."""
    lessons = []
    for one in told:
        if one.truth.get("line_items") and any(page.words for page in one.opened.pages):
            cells = _judged(one, catalogue)
            if cells:
                lessons.append(TableLesson(f"{one.name}/{layout(one.truth)}", cells))
    return lessons


def _judged(one: Told, catalogue: Catalogue) -> list[tuple[Signs, bool]]:
    sheet = Sheet(one.opened)
    classified = classify(sheet, catalogue.classes)
    klass = _class(one, classified.klass, catalogue)
    if klass is None:
        return []
    style = Print(sheet, classified.language)
    found = read_tables(sheet, klass, find(sheet, lexicon(klass)), style)
    cells: list[tuple[Signs, bool]] = []
    for table in klass.tables:
        signs = [s for row, s in zip(found.rows, found.signs, strict=True) if row.table == table.name]
        rows = [row for row in found.rows if row.table == table.name]
        names = {column.name: index for index, column in enumerate(table.columns)}
        truths = judged(table, rows, one.truth, classified.language, one.opened)
        for of_row, right in zip(signs, truths, strict=True):
            cells.extend((of_row[names[name]], held) for name, held in right.items())
    return cells


def _class(one: Told, found: str, catalogue: Catalogue) -> ClassDef | None:
    """Return the class that the document is read as: what the truth says, or what was found of its kin."""
    told = catalogue.klass(one.truth["class"])
    klass = catalogue.klass(found)
    return klass if klass and told and klass.kin == told.name else told


def teach_tables(lessons: Sequence[TableLesson], *, seed: int = 7) -> TaughtTables:
    """Learn from all lessons; the table of worth and the figures come from families kept from learning."""
    rng = np.random.default_rng(seed)
    families = sorted({lesson.family for lesson in lessons})
    fold = {
        family: int(number) % _ROUNDS
        for number, family in zip(rng.permutation(len(families)), families, strict=True)
    }
    raw: list[tuple[float, bool, int]] = []
    for held in range(_ROUNDS):
        trust = learn(_weighted(lesson for lesson in lessons if fold[lesson.family] != held))
        for lesson in lessons:
            if fold[lesson.family] == held:
                raw += [(trust.confidence(signs), right, held) for signs, right in _some(lesson)]
    table = training.table([(said, right) for said, right, _ in raw])
    final = learn(_weighted(lessons))
    final.table = table
    said: list[tuple[float, bool]] = []
    for held in range(_ROUNDS):
        other = Trust({"": 0.0}, training.table([(s, r) for s, r, f in raw if f != held]))
        said += [(other.worth(s), r) for s, r, f in raw if f == held]
    right = sum(was_right for _, was_right in said) / max(len(said), 1)
    answers = metrics.Answers.of(said)
    error, auroc = metrics.calibration_error(answers), metrics.auroc(answers)
    return TaughtTables(final, len(said), right, error, auroc or 0.5)


def _some(lesson: TableLesson) -> list[tuple[Signs, bool]]:
    """Return the cells of a document, evenly thinned out where there are very many."""
    step = max(1, round(len(lesson.cells) / (4 * _MOST_OF_ONE)))
    return lesson.cells[::step]


def _weighted(lessons: Iterable[TableLesson]) -> list[tuple[Signs, bool, float]]:
    """Count alike cells of a document together; those of a long one count less."""
    counted: dict[tuple[Signs, bool], float] = defaultdict(float)
    for lesson in lessons:
        weight = min(1.0, _MOST_OF_ONE / len(lesson.cells))
        for signs, right in lesson.cells:
            counted[signs, right] += weight
    ordered = sorted(counted.items(), key=lambda pair: (sorted(pair[0][0]), pair[0][1]))
    return [(signs, right, weight) for (signs, right), weight in ordered]

"""The local reader: every field of any class, from the words of the page, with evidence and a probability."""

from collections import defaultdict
from time import perf_counter

import numpy as np

from countersign.agents.candidates import Candidate, Print, after_labels, typed
from countersign.agents.choice import Option, Slot, assign, row_sums, slot, weigh
from countersign.agents.features import GROUPS, NAMES, Featured, scorer_name
from countersign.agents.labels import find, lexicon
from countersign.agents.model import Floats, Group, Model, calibrated, shipped_model, sigmoid, softmax
from countersign.agents.names import untyped
from countersign.agents.sheet import Sheet
from countersign.agents.surroundings import Surroundings
from countersign.agents.tables import Found, read_tables
from countersign.domain.confidence import ppm
from countersign.domain.document import Opened
from countersign.domain.event import ReadingMade
from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef, FieldDef, FieldType
from countersign.domain.reading import Alternative, Answer, Evidence, Method, Reading
from countersign.domain.values import same

_SHOWN = 4
"""Alternatives a field."""
_WORTH_SHOWING = 0.02
_OWN_BEST = NAMES.index("own_best")


class Prepared:
    """A document made ready for scoring: candidates by group with their features, and the tables."""

    def __init__(self, sheet: Sheet, klass: ClassDef, language: str) -> None:
        self.sheet, self.klass = sheet, klass
        self.style = Print(sheet, language)
        labels = lexicon(klass)
        hits = find(sheet, labels)
        self.tables: Found = read_tables(sheet, klass, hits, self.style)
        around = Surroundings(sheet, klass.fields, hits, self.tables.runs)
        labelled = {hit.run.line + below for hit in hits if hit.fields for below in (0, 1, 2)}
        types = frozenset(field.type for field in klass.fields)
        by_group: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in typed(sheet, types, self.style, labelled):
            by_group[_group(candidate.type)].append(candidate)
        identifiers = {i for i, field in enumerate(klass.fields) if field.type is FieldType.IDENTIFIER}
        by_group[_group(FieldType.IDENTIFIER)].extend(after_labels(hits, identifiers))
        for candidate in untyped(sheet, klass.fields, hits):
            by_group[_group(candidate.type)].append(candidate)
        self.featured = {group: Featured(group, found, around) for group, found in by_group.items()}

    def candidates(self, field: FieldDef) -> tuple[list[Candidate], Floats]:
        """Return the candidates for a field and their features, one row each."""
        featured = self.featured.get(_group(field.type))
        if featured is None:
            return [], np.empty((0, 0))
        index = self.klass.fields.index(field)
        rows = featured.rows(self.klass, index)
        if all(candidate.type is field.type for candidate in featured.candidates):
            return featured.candidates, np.array(rows)
        kept = [place for place, c in enumerate(featured.candidates) if c.type is field.type]
        return [featured.candidates[place] for place in kept], np.array([rows[place] for place in kept])


def _group(type: FieldType) -> str:
    return GROUPS[type]


def read(
    sheet: Sheet,
    klass: ClassDef,
    language: str,
    settled: frozenset[str] = frozenset(),
    model: Model | None = None,
) -> ReadingMade:
    """Read every field that is not settled yet, and every table."""
    begun = perf_counter()
    scorers = (model or shipped_model()).groups
    prepared = Prepared(sheet, klass, language)
    readings: list[Reading] = []
    alternatives: dict[str, tuple[Alternative, ...]] = {}
    slots: dict[str, Slot] = {}
    for field in klass.fields:
        scorer = scorers[scorer_name(field)]
        candidates, rows = prepared.candidates(field)
        if field.many:
            if field.name not in settled:
                readings.extend(_several(sheet, field, candidates, rows, scorer))
            continue
        scores = scorer.scores(rows) if candidates else np.empty(0)
        labelled = rows[:, _OWN_BEST] if candidates else np.empty(0)
        probabilities, absent = softmax(scores, scorer.not_present(field.required))
        slots[field.name] = slot(field, candidates, probabilities, labelled, absent)
    amounts: dict[str, list[str]] = defaultdict(list)
    for row in prepared.tables.rows:
        amounts[row.table].append(row.value("amount") or "")
    weigh(klass, slots, row_sums(klass, amounts))
    for name, option in assign(slots).items():
        if name in settled:
            continue
        held = slots[name]
        readings.append(_reading(sheet, held, option, scorers[scorer_name(held.field)]))
        others = _alternatives(sheet, held, option)
        if others:
            alternatives[name] = others
    milliseconds = round((perf_counter() - begun) * 1000)
    return ReadingMade(
        klass=klass.name,
        readings=tuple(readings),
        alternatives=alternatives,
        rows=prepared.tables.rows,
        milliseconds=milliseconds,
    )


def read_document(opened: Opened, klass: ClassDef, language: str, model: Model | None = None) -> ReadingMade:
    """Lay a document out and read it."""
    return read(Sheet(opened), klass, language, model=model)


def _reading(sheet: Sheet, held: Slot, option: Option | None, scorer: Group) -> Reading:
    if option is None:
        return Reading(
            field=held.field.name,
            answer=None,
            confidence=ppm(calibrated(scorer.absent_table, held.absent)),
            method=_method(sheet, None),
            why=("nothing on the page looks like it",)
            if held.absent > 0.8
            else ("nothing is likely enough",),
        )
    candidate = option.candidate
    confidence = calibrated(scorer.value_table, option.probability)
    why = list(option.why)
    if candidate.other is not None:
        confidence = min(confidence, 0.6)
        why.append("day and month may be swapped")
    if sheet.is_scan(candidate.page):
        words = candidate.passage.words[candidate.first : candidate.after]
        worst = min(word.confidence for word in words) / 100
        confidence *= 0.4 + 0.6 * worst
        why.append("read from a picture")
    if option.probability < 0.75 and len(held.options) > 1:
        why.append("other places on the page are nearly as likely")
    return Reading(
        field=held.field.name,
        answer=Answer(value=candidate.value, printed=candidate.printed),
        confidence=ppm(confidence),
        method=_method(sheet, candidate),
        evidence=_evidence(sheet, candidate),
        why=tuple(why),
    )


def _several(
    sheet: Sheet, field: FieldDef, candidates: list[Candidate], rows: Floats, scorer: Group
) -> list[Reading]:
    """Read a field that may have several values: every candidate that is likelier right than wrong."""
    probabilities = sigmoid(scorer.scores(rows)) if candidates else np.empty(0)
    taken: list[Candidate] = []
    readings: list[Reading] = []
    for place in np.argsort(-probabilities):
        candidate, probability = candidates[place], float(probabilities[place])
        if probability < 0.5 or len(taken) >= 12:
            break
        if any(_is_part(field.type, candidate, other) for other in taken):
            continue
        taken.append(candidate)
        readings.append(
            Reading(
                field=field.name,
                index=len(taken) - 1,
                answer=Answer(value=candidate.value, printed=candidate.printed),
                confidence=ppm(calibrated(scorer.value_table, probability)),
                method=_method(sheet, candidate),
                evidence=_evidence(sheet, candidate),
            )
        )
    if readings:
        return readings
    absent = 1.0 - (float(probabilities.max()) if probabilities.size else 0.0)
    confidence = ppm(calibrated(scorer.absent_table, absent))
    return [Reading(field=field.name, answer=None, confidence=confidence, method=_method(sheet, None))]


def _is_part(type: FieldType, one: Candidate, other: Candidate) -> bool:
    """Two candidates of which one holds the other's words name one thing."""
    if same(type, one.value, other.value):
        return True
    if one.passage is other.passage and one.first < other.after and other.first < one.after:
        return True
    a, b = one.value.casefold(), other.value.casefold()
    return a in b or b in a


def _alternatives(sheet: Sheet, held: Slot, chosen: Option | None) -> tuple[Alternative, ...]:
    others = [o for o in held.options if o is not chosen and o.probability >= _WORTH_SHOWING][:_SHOWN]
    found = [
        Alternative(
            answer=Answer(value=option.candidate.value, printed=option.candidate.printed),
            confidence=ppm(option.probability),
            evidence=_evidence(sheet, option.candidate),
        )
        for option in others
    ]
    if chosen is not None and chosen.candidate.other is not None:
        swapped = Answer(value=chosen.candidate.other, printed=chosen.candidate.printed)
        evidence = _evidence(sheet, chosen.candidate)
        found.insert(0, Alternative(answer=swapped, confidence=ppm(0.3), evidence=evidence))
    return tuple(found)


def _evidence(sheet: Sheet, candidate: Candidate) -> Evidence:
    box = Box(x0=candidate.x0, y0=candidate.y0, x1=candidate.x1, y1=candidate.y1)
    return Evidence(document=sheet.opened.sha256, page=candidate.page, box=box)


def _method(sheet: Sheet, candidate: Candidate | None) -> Method:
    return Method.OCR if sheet.is_scan(candidate.page if candidate else 0) else Method.TEXT

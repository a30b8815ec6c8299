"""The local reader: every field of any class, from the words of the page, with evidence and a probability."""

import math
from collections import defaultdict
from time import perf_counter
from typing import NamedTuple

import numpy as np

from countersign.agents import shown
from countersign.agents.candidates import Candidate
from countersign.agents.choice import Judged, Option, Slot, assign, lenders, row_sums, slot, weigh
from countersign.agents.features import ABSENCE, scorer_name
from countersign.agents.lessons import Lessons
from countersign.agents.logits import Floats, doubt, sigmoid
from countersign.agents.model import Model, calibrated, shipped_model
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.agents.worth import Kind, Signals, crowd, lead, odds
from countersign.domain.confidence import ppm
from countersign.domain.document import Opened
from countersign.domain.event import ReadingMade
from countersign.domain.klass import ClassDef, FieldDef, FieldType
from countersign.domain.reading import Alternative, Answer, Evidence, Method, Reading
from countersign.domain.values import same

_SHOWN = 4
"""Alternatives a field."""
_WORTH_SHOWING = 0.02
_WORTH_GIVING = 0.6
"""How sure the reader must be of a value where the field may well be absent: inventing one is the worst."""
_ABSENT_OF_DOUBTFUL = 0.11
"""Where such a doubtful value is wrong, how often the field is absent indeed."""
_SUREST_LENT = 0.95
"""What was paid before may be told where no label shows it."""
_LENT = "no other amount is named for it, so it is the total"
_OPEN_PRINT = {
    True: "day and month may be swapped",
    False: "nothing tells whether its mark groups thousands or parts decimals",
}
"""Why a value that can be read in two ways is doubtful, by whether it is a date."""


def read(
    sheet: Sheet,
    klass: ClassDef,
    language: str,
    *,
    model: Model | None = None,
    lessons: tuple[Lessons, ...] = (),
) -> ReadingMade:
    """Read every field and every table; `lessons` move the model's scores."""
    begun = perf_counter()
    made = read_prepared(Prepared(sheet, klass, language), model=model, lessons=lessons)
    return made.model_copy(update={"milliseconds": round((perf_counter() - begun) * 1000)})


def read_prepared(
    prepared: Prepared,
    *,
    model: Model | None = None,
    lessons: tuple[Lessons, ...] = (),
) -> ReadingMade:
    """Read a document that is made ready already, as often as learning asks."""
    found = answers(prepared, model or shipped_model(), lessons)
    readings: list[Reading] = []
    alternatives: dict[str, tuple[Alternative, ...]] = {}
    for one in found:
        reading = _reading(prepared, one, model or shipped_model(), lessons)
        readings.append(reading)
        others = _alternatives(prepared.sheet, one, is_given=reading.answer is not None)
        if others:
            alternatives[one.field.name] = others
    return ReadingMade(
        klass=prepared.klass.name,
        readings=tuple(readings),
        alternatives=alternatives,
        rows=prepared.tables.rows,
        milliseconds=0,
    )


class Given(NamedTuple):
    """The answer for a field: a value at its place, or that there is none, and what speaks for it."""

    field: FieldDef
    option: Option | None
    probability: float
    """Of the reader itself, before it is weighed what its answers have been worth."""
    others: list[Option]
    signals: Signals
    turn: int = 0
    """Which of several values of the field it is."""
    shown: Candidate | None = None
    """Where a person is led to: the first of the places that are nearly as likely."""
    is_lent: bool = False
    """It is the value of another field, as the document names none for this one."""


def answers(prepared: Prepared, model: Model, lessons: tuple[Lessons, ...] = ()) -> list[Given]:
    """Choose an answer for every field; fields that may have several values come first."""
    klass = prepared.klass
    found: list[Given] = []
    slots: dict[str, Slot] = {}
    judged: dict[str, Judged] = {}
    for field in klass.fields:
        one = _judged(prepared, field, model, lessons)
        if field.many:
            found.extend(_several(prepared, field, one))
            continue
        judged[field.name] = one
        slots[field.name] = slot(field, one)
    amounts: dict[str, list[str]] = defaultdict(list)
    for row in prepared.tables.rows:
        amounts[row.table].append(row.value("amount") or "")
    weigh(klass, slots, row_sums(klass, amounts))
    chosen = assign(slots)
    lent = lenders(klass, slots, chosen)
    taken = {name: shown.spot(option.candidate) for name, option in chosen.items() if option}
    for name, option in chosen.items():
        if name in lent:
            continue
        held = slots[name]
        probability = option.probability if option else held.absent
        signals = _signals(prepared, held, option, judged[name])
        others = [other for other in held.options if other is not option]
        of_others = {spot for other, spot in taken.items() if other != name}
        given = Given(held.field, option, probability, others, signals)
        if option:
            place = shown.first(held.field, option.candidate, judged[name], of_others)
            given = given._replace(shown=place)
        found.append(given)
    return _with_lent(_in_company(found), [(slots[name].field, lender) for name, lender in lent.items()])


def _with_lent(found: list[Given], lent: list[tuple[FieldDef, str]]) -> list[Given]:
    """Give fields for which nothing is named the value of another one, where that stands."""
    by_name = {one.field.name: one for one in found}
    return found + [by_name[lender]._replace(field=field, others=[], is_lent=True) for field, lender in lent]


def _in_company(found: list[Given]) -> list[Given]:
    """Tell each answer how sure the reader is of the other fields of the document."""
    total, others = sum(one.signals.logit for one in found), max(1, len(found) - 1)
    rest = ((total - one.signals.logit) / others for one in found)
    return [
        one._replace(signals=one.signals._replace(rest=of_others))
        for one, of_others in zip(found, rest, strict=True)
    ]


def kind_of(prepared: Prepared, field: FieldDef) -> Kind:
    """Return of what an answer for a field is one."""
    return Kind(scorer_name(field), f"{prepared.klass.name}.{field.name}")


def _signals(prepared: Prepared, held: Slot, option: Option | None, judged: Judged) -> Signals:
    """Gather what speaks for an answer."""
    rivals = [other.probability for other in held.options if other is not option]
    required, taught = float(held.field.required), float(any(judged.why))
    if option is None:
        said = prepared.absence(held.field, judged.candidates, judged.rows)
        return Signals(
            1.0,
            odds(held.absent),
            lead(held.absent, max(rivals, default=0.0)),
            required=required,
            scan=float(prepared.sheet.is_scan(0)),
            label_elsewhere=float(said[ABSENCE.index("label_weight")]),
            label_empty=float(said[ABSENCE.index("label_empty")]),
            taught=taught,
            crowd=crowd(rivals),
        )
    found = of_value(prepared.sheet, option, max([*rivals, held.absent]), required, taught)
    return found._replace(crowd=crowd(rivals))


def of_value(sheet: Sheet, option: Option, rival: float, required: float, taught: float) -> Signals:
    """Gather what speaks for a value at its place."""
    candidate = option.candidate
    words = candidate.passage.words[candidate.first : candidate.after]
    worst = min((word.confidence for word in words), default=100) / 100
    is_scan = sheet.is_scan(candidate.page)
    return Signals(
        1.0,
        odds(option.probability),
        lead(option.probability, rival),
        labelled=option.label,
        places=math.log(option.places),
        supported=float(option.is_supported),
        grade=candidate.grade,
        open_print=float(candidate.other is not None),
        scan=float(is_scan),
        poor_print=(1.0 - worst) * is_scan,
        required=required,
        taught=taught,
        later_page=float(candidate.page > 0),
    )


def base_scores(
    prepared: Prepared, field: FieldDef, model: Model
) -> tuple[list[Candidate], Floats, Floats, float]:
    """Return the candidates for a field, their features and scores, and the score of 'not present'.

    What ships about the class is part of it; what a desk learned is not.
    """
    judged = _judged(prepared, field, model, ())
    return judged.candidates, judged.rows, judged.scores, judged.absent


def _judged(prepared: Prepared, field: FieldDef, model: Model, lessons: tuple[Lessons, ...]) -> Judged:
    """Score the candidates for a field; lessons of its class are heard after the shipped model.

    Where weights were learned for the field, a memory without any only speaks as far as they doubt; the
    root lets it speak half when they are three quarters sure.
    """
    scorer = model.groups[scorer_name(field)]
    candidates, rows = prepared.candidates(field)
    scores = scorer.scores(rows) if candidates else np.empty(0)
    absent = scorer.not_present(prepared.absence(field, candidates, rows))
    why: list[str | None] = [None] * len(candidates)
    bars: tuple[float, ...] = (0.5,)
    is_taught = False
    for lesson in model.heard(prepared.klass.name, lessons):
        advice = lesson.weigh(field, candidates, prepared)
        if advice is not None:
            if is_taught and not lesson.is_fitted(field.name) and not field.many:
                advice = advice.softened(math.sqrt(doubt(scores, absent)))
            scores, absent = advice.on(scores, absent)
            is_taught = is_taught or lesson.is_fitted(field.name)
            why = [new or old for new, old in zip(advice.why, why, strict=True)]
            bars = lesson.bars(field.name) or bars
    return Judged(candidates, rows, scores, absent, why, bars)


def read_document(
    opened: Opened,
    klass: ClassDef,
    language: str,
    *,
    model: Model | None = None,
    lessons: tuple[Lessons, ...] = (),
) -> ReadingMade:
    """Lay a document out and read it."""
    return read(Sheet(opened), klass, language, model=model, lessons=lessons)


def _reading(prepared: Prepared, given: Given, model: Model, lessons: tuple[Lessons, ...]) -> Reading:
    sheet, option = prepared.sheet, given.option
    kind = kind_of(prepared, given.field)
    confidence = model.worth_of(kind, given.signals, is_absent=option is None)
    table = _learned_table(lessons, given)
    if table:
        confidence = calibrated(table, given.probability * (1.0 - 0.6 * given.signals.poor_print))
    if option is None:
        return Reading(
            field=given.field.name,
            answer=None,
            confidence=ppm(confidence),
            method=_method(sheet, None),
            why=_absent_why(given),
        )
    candidate = option.candidate
    always = given.field.required or any(one.is_always_there(given.field.name) for one in lessons)
    may_be_absent = not (always or given.field.many)
    if may_be_absent and confidence < _WORTH_GIVING and candidate.other is None:
        return _held_back(sheet, given, confidence)
    why = [_LENT, *option.why] if given.is_lent else list(option.why)
    if candidate.other is not None:
        confidence = min(confidence, 0.6)
        why.append(_OPEN_PRINT[candidate.type is FieldType.DATE])
    if given.is_lent:
        confidence = min(confidence, _SUREST_LENT)
    if given.signals.scan:
        why.append("read from a picture")
    if given.signals.poor_print > 0.3:
        why.append("the print is hard to make out")
    if option.probability < 0.75 and given.others:
        why.append("other places on the page are nearly as likely")
    if given.signals.places > 1:
        why.append("it is printed in several places")
    place = given.shown or candidate
    return Reading(
        field=given.field.name,
        index=given.turn,
        answer=Answer(value=candidate.value, printed=place.printed),
        confidence=ppm(confidence),
        method=_method(sheet, place),
        evidence=_evidence(sheet, place),
        why=tuple(why),
    )


def _held_back(sheet: Sheet, given: Given, confidence: float) -> Reading:
    """Say 'not present' rather than a value that is hardly likelier right than wrong; it is shown beside."""
    return Reading(
        field=given.field.name,
        answer=None,
        confidence=ppm((1.0 - confidence) * _ABSENT_OF_DOUBTFUL),
        method=_method(sheet, None),
        why=("a value was found, but it is too doubtful to be given",),
    )


def _learned_table(lessons: tuple[Lessons, ...], given: Given) -> list[list[float]]:
    """Return what probabilities were worth on documents that the desk confirmed."""
    tables = (lesson.table(given.field.name, absent=given.option is None) for lesson in reversed(lessons))
    return next(filter(None, tables), [])


def _absent_why(given: Given) -> tuple[str, ...]:
    if given.signals.label_empty > 0.5:
        return ("its label stands there without a value",)
    if given.probability > 0.8:
        return ("nothing on the page looks like it",)
    return ("nothing is likely enough",)


def _several(prepared: Prepared, field: FieldDef, judged: Judged) -> list[Given]:
    """Choose the values of a field that may have several: candidates that are likely enough.

    Likely enough is likelier right than wrong, unless lessons know how many values documents have.
    """
    probabilities = sigmoid(judged.scores)
    taken: list[Candidate] = []
    found: list[Given] = []
    taught = float(any(judged.why))
    by_value = _by_value(judged, probabilities)
    for place in np.argsort(-probabilities):
        candidate, probability = judged.candidates[place], float(probabilities[place])
        if probability < judged.bars[min(len(taken), len(judged.bars) - 1)] or len(taken) >= 12:
            break
        if any(_is_part(field.type, candidate, other) for other in taken):
            continue
        taken.append(candidate)
        option = Option(candidate, probability, float(judged.labelled[place]))
        option.why.extend(filter(None, (judged.why[place],)))
        signals = of_value(prepared.sheet, option, 1.0 - probability, float(field.required), taught)
        others = crowd(p for value, p in by_value.items() if value != candidate.value)
        signals = signals._replace(crowd=others)
        at = shown.first(field, candidate, judged)
        found.append(Given(field, option, probability, [], signals, len(taken) - 1, at))
    if found:
        return found
    absent = 1.0 - float(probabilities.max(initial=0.0))
    signals = Signals(1.0, odds(absent), lead(absent, 1.0 - absent), required=float(field.required))
    signals = signals._replace(crowd=crowd(by_value.values()))
    return [Given(field, None, absent, [], signals)]


def _by_value(judged: Judged, probabilities: Floats) -> dict[str, float]:
    found: dict[str, float] = {}
    for candidate, probability in zip(judged.candidates, probabilities.tolist(), strict=True):
        found[candidate.value] = max(probability, found.get(candidate.value, 0.0))
    return found


def _is_part(type: FieldType, one: Candidate, other: Candidate) -> bool:
    """Two candidates of which one holds the other's words name one thing."""
    if same(type, one.value, other.value):
        return True
    if one.passage is other.passage and one.first < other.after and other.first < one.after:
        return True
    a, b = one.value.casefold(), other.value.casefold()
    return a in b or b in a


def _alternatives(sheet: Sheet, given: Given, *, is_given: bool) -> tuple[Alternative, ...]:
    """Return what else the field may be; a value that was too doubtful to be given comes first."""
    chosen = given.option
    held_back = [chosen] if chosen is not None and not is_given else []
    others = [*held_back, *(o for o in given.others if o.probability >= _WORTH_SHOWING)][:_SHOWN]
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
    box = sheet.box(candidate.page, candidate.x0, candidate.y0, candidate.x1, candidate.y1)
    return Evidence(document=sheet.opened.sha256, page=candidate.page, box=box)


def _method(sheet: Sheet, candidate: Candidate | None) -> Method:
    return Method.OCR if sheet.is_scan(candidate.page if candidate else 0) else Method.TEXT

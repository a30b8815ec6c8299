"""Compares readings with what is known to be true of a document: the measuring stick, one field at a time."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from countersign.domain.dates import readings as readings_of_date
from countersign.domain.document import Opened
from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef, FieldDef, FieldType
from countersign.domain.reading import Answer, Method, Reading
from countersign.domain.values import normalise, same
from countersign.insight import metrics
from countersign.insight.conventions import Truth, absent_fields, is_scored
from countersign.insight.places import is_spelled, part_of

_ONE_MEANING = frozenset({FieldType.DATE, FieldType.AMOUNT, FieldType.NUMBER})
"""Types whose print may be read in two ways: where the truth settles it, the print no longer counts."""
_WORDS = frozenset({FieldType.NAME, FieldType.TEXT, FieldType.ADDRESS})
_COUNTRY_OF_LAW = re.compile(r"^(?:the )?(?:laws? of )?(?:the )?(?:state|commonwealth|province) of (?:the )?")


class Outcome(StrEnum):
    """What became of a field."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"
    """A value is there, the agents say there is none."""
    INVENTED = "invented"
    """The agents give a value where there is none."""
    SILENT = "silent"
    """There is none and the agents say so."""


class FieldScore(NamedTuple):
    """How one field of one document was read."""

    klass: str
    field: str
    outcome: Outcome
    confidence: int
    exact: bool = False
    """The value is letter for letter the one in the truth."""
    overlap: float | None = None
    """Best intersection over union of the evidence with a listed box; None where no box is listed."""
    overlap_part: float | None = None
    """The same, a listed box that holds more words than the value cut to the value's own."""
    inside: bool = False
    """The middle of the evidence lies in a listed box."""
    is_spelled: bool = False
    """The words in the evidence's box are those of the value, wherever on the document that is."""
    is_surplus: bool = False
    """Wrong, of a field with several values: what is there instead counts as missed."""
    said: str | None = None
    expected: str | None = None

    @property
    def is_right(self) -> bool:
        """The answer is right, be it a value or 'not present'."""
        return self.outcome in (Outcome.RIGHT, Outcome.SILENT)


def true_values(field: FieldDef, told: Truth, language: str = "en") -> list[str]:
    """Return every spelling that counts as right for one field of a truth line, in canonical form."""
    settled = told.get("normalised") or told.get("xml_value")
    given = [settled, *told.get("accept", ())]
    if not (settled and field.type in _ONE_MEANING):
        given += [told.get("value"), told.get("xml_value")]
    values: list[str] = []
    for text in given:
        if not text:
            continue
        for form in (str(text), *_parts(field.type, str(text))):
            values.extend(_canonical(field.type, form, language))
    if field.type is FieldType.AMOUNT and _is_negative(str(told.get("value"))):
        values += [f"-{value}" for value in values if not value.startswith("-")]
    return list(dict.fromkeys(values))


def _canonical(type: FieldType, text: str, language: str) -> tuple[str, ...]:
    """Return the canonical form; both, where a date may mean two days and nothing settles it."""
    try:
        return (normalise(type, text, language),)
    except ValueError:
        return readings_of_date(text, language) if type is FieldType.DATE else ()


def _is_negative(printed: str) -> bool:
    """Say whether a page prints an amount below zero, which the file of a credit note may have positive."""
    return printed.strip().startswith(("-", "−", "("))


def _parts(type: FieldType, text: str) -> tuple[str, ...]:
    """Read a line break in an address as a comma as well."""
    return (text.replace("\n", ", "),) if type is FieldType.ADDRESS else ()


def is_right(field: FieldDef, value: str, values: Iterable[str]) -> bool:
    """Say whether a canonical value means one of the true ones.

    Words are compared without case, accents, spaces and punctuation, "&" as "and", and a jurisdiction as
    the name of its state: "State of New York" is "New York".
    """
    if field.type not in _WORDS:
        return any(same(field.type, value, true) for true in values)
    plain = _plain(field, value)
    return any(same(field.type, plain, _plain(field, true)) for true in values)


def _plain(field: FieldDef, text: str) -> str:
    joined = text.replace("&", " and ")
    return _COUNTRY_OF_LAW.sub("", joined.casefold()) if field.name == "jurisdiction" else joined


def score(
    klass: ClassDef,
    readings: Sequence[Reading],
    truth: Truth,
    complete: bool = False,
    opened: Opened | None = None,
) -> list[FieldScore]:
    """Score all fields of one document; with its words, the places of the evidence are read again.

    `complete` says that a field which the truth does not name is known to be absent; else `conventions`
    tell which fields are. Other fields that the truth does not name are left out, and so is a field with
    a label that must not be scored.
    """
    told: dict[str, list[Truth]] = defaultdict(list)
    for entry in truth["fields"]:
        told[entry["name"]].append(entry)
    by_field: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        by_field[reading.field].append(reading)
    language = truth.get("language", "en")
    absent = absent_fields(klass, truth)
    scores: list[FieldScore] = []
    for field in klass.fields:
        entries = [e for e in told.get(field.name, ()) if is_scored(e, truth)]
        if len(entries) < len(told.get(field.name, ())):
            continue
        if entries or complete or field.name in absent:
            found = _score_field(klass, field, by_field[field.name], entries, language)
            scores.extend(_with_words(found, field, by_field[field.name], opened) if opened else found)
    return scores


def _with_words(
    scores: list[FieldScore], field: FieldDef, readings: Sequence[Reading], opened: Opened
) -> list[FieldScore]:
    """Say of each right value whether the words in the evidence's box are its own."""
    places = {reading.value: reading for reading in readings if reading.value is not None}
    return [
        one._replace(is_spelled=_holds_its_words(places[one.said], opened))
        if one.outcome is Outcome.RIGHT and one.said in places
        else one
        for one in scores
    ]


def _holds_its_words(reading: Reading, opened: Opened) -> bool:
    return is_spelled(reading.evidence, reading.printed or reading.value or "", opened)


def _score_field(
    klass: ClassDef, field: FieldDef, readings: Sequence[Reading], entries: Sequence[Truth], language: str
) -> list[FieldScore]:
    said = [reading for reading in readings if reading.value is not None]
    silent = next((reading.confidence for reading in readings if reading.value is None), 0)
    left = _different(field, [(entry, true_values(field, entry, language)) for entry in entries])
    found: list[list[str]] = []
    scores: list[FieldScore] = []
    for reading in said:
        value = reading.value or ""
        match = next((pair for pair in left if is_right(field, value, pair[1])), None)
        if match:
            left.remove(match)
            found.append(match[1])
            scores.append(_right(klass, field, reading, match[0]))
        elif not any(is_right(field, value, values) for values in found):  # a set holds a value once
            if reading.method is Method.EINVOICE and not entries:
                continue  # it stands in the file's data, of which the truth of a page says nothing
            expected = next((pair[1][0] for pair in left if pair[1]), None)
            outcome = Outcome.WRONG if entries else Outcome.INVENTED
            scores.append(
                FieldScore(
                    klass.name,
                    field.name,
                    outcome,
                    reading.confidence,
                    is_surplus=field.many and outcome is Outcome.WRONG,
                    said=value,
                    expected=expected,
                )
            )
    if not said and not entries:
        scores.append(FieldScore(klass.name, field.name, Outcome.SILENT, silent))
    wrong = sum(1 for s in scores if s.outcome is Outcome.WRONG)
    for _, values in left[wrong:] if not field.many else left:
        expected = values[0] if values else None
        scores.append(FieldScore(klass.name, field.name, Outcome.MISSED, silent, expected=expected))
    return scores


def _different(field: FieldDef, told: list[tuple[Truth, list[str]]]) -> list[tuple[Truth, list[str]]]:
    """Leave out labels that mean the same as one before."""
    kept: list[tuple[Truth, list[str]]] = []
    for entry, values in told:
        if not any(is_right(field, value, before) for value in values for _, before in kept):
            kept.append((entry, values))
    return kept


def _right(klass: ClassDef, field: FieldDef, reading: Reading, entry: Truth) -> FieldScore:
    value = reading.value or ""
    spelled = (entry.get(key) for key in ("normalised", "value", "xml_value"))
    exact = any(_is_exact(field, value, str(text)) for text in (*spelled, *entry.get("accept", ())) if text)
    place = _place(reading, entry)
    return FieldScore(
        klass.name,
        field.name,
        Outcome.RIGHT,
        reading.confidence,
        exact,
        *place,
        said=value,
        expected=value,
    )


def _is_exact(field: FieldDef, value: str, label: str) -> bool:
    """Compare character by character; a label in capitals does not tell case, nor an address its lines."""
    if field.type is FieldType.ADDRESS:
        value, label = (" ".join(text.replace(",", " ").split()) for text in (value, label))
    return value == label or (label.isupper() and value.upper() == label)


def _place(reading: Reading, entry: Truth) -> tuple[float | None, float | None, bool]:
    """Return the best overlap of the evidence with a listed box, and with the value's part of one.

    Then whether its middle lies in one. Without a listed box nothing can be said.
    """
    if entry.get("bbox") is None:
        return None, None, False
    if reading.evidence is None:
        return 0.0, 0.0, False
    places = [(entry["page"], *entry["bbox"]), *map(tuple, entry.get("other_boxes") or ())]
    page, here = reading.evidence.page, reading.evidence.box
    boxes = [Box(x0=p[1], y0=p[2], x1=p[3], y1=p[4]) for p in places if p[0] == page]
    x, y = (here.x0 + here.x1) / 2, (here.y0 + here.y1) / 2
    inside = any(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for box in boxes)
    printed = reading.answer.printed if isinstance(reading.answer, Answer) else ""
    best = part = max(map(here.overlap, boxes), default=0.0)
    if entry["page"] == page:
        part = here.overlap(part_of(boxes[0], entry.get("printed") or "", printed))
    return best, part, inside


class Tally(NamedTuple):
    """Counts over many field scores."""

    right: int
    wrong: int
    missed: int
    invented: int
    silent: int
    evidence_hits: int
    evidence_known: int
    exact: int = 0
    """Right ones that are letter for letter the truth's."""
    inside: int = 0
    """Right ones whose evidence has its middle in a listed box."""
    spelled: int = 0
    """Right ones whose evidence holds exactly the words of the value."""
    surplus: int = 0
    """Wrong ones of fields with several values, where what is there instead counts as missed."""
    part_hits: int = 0
    """Right ones whose evidence lies on the value's own part of a listed box, or on the whole of one."""

    @property
    def f1(self) -> float:
        """Micro-F1 of values."""
        return metrics.f1(self.right, self.given, self.there)

    @property
    def f1_exact(self) -> float:
        """Micro-F1 of values that are letter for letter the truth's."""
        return metrics.f1(self.exact, self.given, self.there)

    @property
    def given(self) -> int:
        """Values that the agents gave."""
        return self.right + self.wrong + self.invented

    @property
    def there(self) -> int:
        """Values that are on the documents."""
        return self.right + self.wrong + self.missed - self.surplus

    @property
    def invented_share(self) -> float:
        """Share of absent fields for which a value was given."""
        return self.invented / (self.invented + self.silent) if self.invented + self.silent else 0.0

    @property
    def evidence_share(self) -> float:
        """Share of right values whose evidence lies on a listed box (overlap above one half)."""
        return self.evidence_hits / self.evidence_known if self.evidence_known else 1.0


def tally(scores: Iterable[FieldScore]) -> Tally:
    """Count field scores."""
    held = list(scores)
    count = {outcome: sum(1 for s in held if s.outcome is outcome) for outcome in Outcome}
    known = [s.overlap for s in held if s.overlap is not None]
    return Tally(
        count[Outcome.RIGHT],
        count[Outcome.WRONG],
        count[Outcome.MISSED],
        count[Outcome.INVENTED],
        count[Outcome.SILENT],
        sum(1 for overlap in known if overlap > 0.5),
        len(known),
        sum(1 for s in held if s.outcome is Outcome.RIGHT and s.exact),
        sum(1 for s in held if s.overlap is not None and s.inside),
        sum(1 for s in held if s.outcome is Outcome.RIGHT and s.is_spelled),
        sum(1 for s in held if s.is_surplus),
        sum(1 for s in held if max(s.overlap or 0.0, s.overlap_part or 0.0) > 0.5),
    )


def by_field(scores: Iterable[FieldScore]) -> dict[tuple[str, str], Tally]:
    """Count per class and field."""
    groups: dict[tuple[str, str], list[FieldScore]] = defaultdict(list)
    for one in scores:
        groups[one.klass, one.field].append(one)
    return {key: tally(group) for key, group in groups.items()}


def answers(scores: Iterable[FieldScore], *, values_only: bool = False) -> metrics.Answers:
    """Return what the agents said and whether it was right, 'not present' included unless `values_only`."""
    quiet = (Outcome.MISSED, Outcome.SILENT)
    held = [s for s in scores if s.outcome not in quiet or (s.confidence and not values_only)]
    return metrics.Answers.of([(s.confidence / 1_000_000, s.is_right) for s in held])


def calibration_error(scores: Iterable[FieldScore]) -> float:
    """Return the expected calibration error of all answers, 'not present' included."""
    return metrics.calibration_error(answers(scores))

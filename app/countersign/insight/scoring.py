"""Compares readings with what is known to be true of a document: the measuring stick, one field at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from countersign.domain.geometry import Box
from countersign.domain.klass import ClassDef, FieldDef, FieldType, TableDef
from countersign.domain.numerals import as_decimal
from countersign.domain.reading import Reading, Row
from countersign.domain.values import normalise, same

Truth = Mapping[str, Any]
"""A line of a truth.jsonl."""


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
    said: str | None = None
    expected: str | None = None


def true_values(field: FieldDef, told: Truth, language: str = "en") -> list[str]:
    """Return every spelling that counts as right for one field of a truth line, in canonical form."""
    given = [told.get("normalised"), told.get("value"), told.get("xml_value"), *told.get("accept", ())]
    values: list[str] = []
    for text in given:
        if not text:
            continue
        for form in (str(text), *_parts(field.type, str(text))):
            try:
                values.append(normalise(field.type, form, language))
            except ValueError:
                continue
    return list(dict.fromkeys(values))


def _parts(type: FieldType, text: str) -> tuple[str, ...]:
    """Read a line break in an address as a comma as well."""
    return (text.replace("\n", ", "),) if type is FieldType.ADDRESS else ()


def is_right(field: FieldDef, value: str, values: Iterable[str]) -> bool:
    """Say whether a canonical value means one of the true ones."""
    return any(same(field.type, value, true) for true in values)


def score(
    klass: ClassDef, readings: Sequence[Reading], truth: Truth, complete: bool = True
) -> list[FieldScore]:
    """Score all fields of one document.

    `complete` says that a field which the truth does not name is known to be absent; otherwise such fields
    are left out, as are labels marked `suspect` or not found on the page.
    """
    told: dict[str, list[Truth]] = defaultdict(list)
    for entry in truth["fields"]:
        told[entry["name"]].append(entry)
    by_field: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        by_field[reading.field].append(reading)
    language = truth.get("language", "en")
    scores: list[FieldScore] = []
    for field in klass.fields:
        entries = [e for e in told.get(field.name, ()) if not e.get("suspect")]
        if len(entries) < len(told.get(field.name, ())) or not (entries or complete):
            continue
        unseen = any(e.get("verified_in_text_layer") is False and e.get("page") is None for e in entries)
        if unseen and not field.many:
            continue
        scores.extend(_score_field(klass, field, by_field[field.name], entries, language))
    return scores


def _score_field(
    klass: ClassDef, field: FieldDef, readings: Sequence[Reading], entries: Sequence[Truth], language: str
) -> list[FieldScore]:
    said = [reading for reading in readings if reading.value is not None]
    silent = next((reading.confidence for reading in readings if reading.value is None), 0)
    left = [(entry, true_values(field, entry, language)) for entry in entries]
    scores: list[FieldScore] = []
    for reading in said:
        value = reading.value or ""
        match = next((pair for pair in left if is_right(field, value, pair[1])), None)
        if match:
            left.remove(match)
            exact = value == (match[0].get("normalised") or match[0].get("value"))
            overlap = _overlap(reading, match[0])
            scores.append(
                FieldScore(
                    klass.name, field.name, Outcome.RIGHT, reading.confidence, exact, overlap, value, value
                )
            )
        else:
            expected = next((pair[1][0] for pair in left if pair[1]), None)
            outcome = Outcome.WRONG if entries else Outcome.INVENTED
            scores.append(
                FieldScore(klass.name, field.name, outcome, reading.confidence, said=value, expected=expected)
            )
    if not said and not entries:
        scores.append(FieldScore(klass.name, field.name, Outcome.SILENT, silent))
    wrong = sum(1 for s in scores if s.outcome is Outcome.WRONG)
    for _, values in left[wrong:] if not field.many else left:
        expected = values[0] if values else None
        scores.append(FieldScore(klass.name, field.name, Outcome.MISSED, silent, expected=expected))
    return scores


def _overlap(reading: Reading, entry: Truth) -> float | None:
    if entry.get("bbox") is None:
        return None
    if reading.evidence is None:
        return 0.0
    places = [(entry["page"], *entry["bbox"]), *map(tuple, entry.get("other_boxes", ()))]
    page = reading.evidence.page
    boxes = [Box(x0=p[1], y0=p[2], x1=p[3], y1=p[4]) for p in places if p[0] == page]
    return max((reading.evidence.box.overlap(box) for box in boxes), default=0.0)


class Tally(NamedTuple):
    """Counts over many field scores."""

    right: int
    wrong: int
    missed: int
    invented: int
    silent: int
    evidence_hits: int
    evidence_known: int

    @property
    def f1(self) -> float:
        """Micro-F1 of values."""
        given = self.right + self.wrong + self.invented
        there = self.right + self.wrong + self.missed
        return 2 * self.right / (given + there) if given + there else 1.0

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
    )


def by_field(scores: Iterable[FieldScore]) -> dict[tuple[str, str], Tally]:
    """Count per class and field."""
    groups: dict[tuple[str, str], list[FieldScore]] = defaultdict(list)
    for one in scores:
        groups[one.klass, one.field].append(one)
    return {key: tally(group) for key, group in groups.items()}


def calibration_error(scores: Iterable[FieldScore], bins: int = 10) -> float:
    """Return the expected calibration error of all answers, 'not present' included (equal-width bins)."""
    held = [s for s in scores if s.outcome is not Outcome.MISSED or s.confidence]
    if not held:
        return 0.0
    groups: dict[int, list[FieldScore]] = defaultdict(list)
    for one in held:
        groups[min(one.confidence * bins // 1_000_000, bins - 1)].append(one)
    error = 0.0
    for group in groups.values():
        sure = sum(s.confidence for s in group) / len(group) / 1_000_000
        right = sum(s.outcome in (Outcome.RIGHT, Outcome.SILENT) for s in group) / len(group)
        error += len(group) / len(held) * abs(sure - right)
    return error


def score_rows(table: TableDef, rows: Sequence[Row], truth: Truth, language: str = "en") -> Tally:
    """Score the cells of one table, row by row in order of best agreement; no evidence is counted."""
    expected = [r for r in truth["line_items"] if r.get("table", table.name) == table.name]
    read = [row for row in rows if row.table == table.name]
    right = given = there = 0
    used: set[int] = set()
    for told in expected:
        there += sum(1 for column in table.columns if told.get(column.name))
        best, place = max(
            ((_agreement(table, row, told, language), -i) for i, row in enumerate(read) if i not in used),
            default=(0, 1),
        )
        if best > 0:
            used.add(-place)
            right += best
    given = sum(len(row.cells) for row in read)
    wrong = min(given, there) - right
    return Tally(right, max(wrong, 0), max(there - given, 0), max(given - there, 0), 0, 0, 0)


def _agreement(table: TableDef, row: Row, told: Truth, language: str) -> int:
    count = 0
    for column in table.columns:
        value, true = row.value(column.name), told.get(column.name)
        if value is None or not true:
            continue
        if column.type in (FieldType.AMOUNT, FieldType.NUMBER):
            count += as_decimal(value) == as_decimal(str(true))
        else:
            try:
                count += same(column.type, value, normalise(column.type, str(true), language))
            except ValueError:
                continue
    return count

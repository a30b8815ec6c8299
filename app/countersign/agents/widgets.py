"""Reads forms: every filled field as a row, and which field of the class each one is, by what it asks for."""

from time import perf_counter

from countersign.agents.form_places import Place, joined, of_pages, of_widgets, stems
from countersign.agents.forms import TICKED
from countersign.agents.lexicons import all_stop_words
from countersign.agents.past import past_day
from countersign.domain.confidence import ppm
from countersign.domain.document import Opened, TextSource
from countersign.domain.event import ReadingMade
from countersign.domain.klass import ClassDef, FieldDef, FieldType, Side, TableDef
from countersign.domain.reading import Answer, Cell, Evidence, Method, Reading, Row
from countersign.domain.time import now
from countersign.domain.values import normalise

_ENOUGH = 0.55
"""Likeness from which a place is taken for a field of the class."""
_NEAR, _WIDE, _HEADING = 1.0, 0.85, 0.75
_SILENT = all_stop_words() | set(
    stems("enter digit digits characters available only applicable include field required")
)
_EMPTY = frozenset({"", "off", "false", "no", "none", "n/a"})
_SURE_OF_FIELD, _SURE_OF_PAGE = 0.995, 0.95
"""Probability that a row holds what was filled in: from a form field, from the page."""
_SURE_OF_NONE = 0.8
_FORM = 5
"""Filled places from which a document is a form."""


def read(opened: Opened, klass: ClassDef, language: str) -> ReadingMade | None:
    """Read what was filled in; None when there is no form, or a class that has no place for one."""
    begun = perf_counter()
    table = next((table for table in klass.tables if table.of_form), None)
    if opened.widgets:
        places, method = of_widgets(opened), Method.WIDGET
    elif table is not None and any(page.source is TextSource.TEXT_LAYER for page in opened.pages):
        places, method = of_pages(opened), Method.TEXT
    else:
        return None
    readings = _readings(opened, klass, places, language, method)
    return ReadingMade(
        klass=klass.name,
        readings=readings,
        rows=tuple(_row(opened, table, place, method) for place in places) if table else (),
        milliseconds=round((perf_counter() - begun) * 1000),
    )


def filled_only(made: ReadingMade, form: ReadingMade, klass: ClassDef) -> ReadingMade:
    """Take back what another reader saw in the print of a form: only what was filled in is an answer.

    What the form prints about who issues it stays.
    """
    rows = () if isinstance(form.rows, str) else form.rows
    cells = [cell for row in rows for cell in row.cells if cell.column == "value"]
    if len(rows) < _FORM:
        return made
    issuers = {field.name for field in klass.fields if field.side is Side.ISSUER}
    kept = tuple(
        reading
        if reading.field in issuers or reading.value is None
        else _in_its_field(reading, cells) or _absent(reading)
        for reading in made.readings
    )
    return made.model_copy(update={"readings": kept})


def _in_its_field(reading: Reading, cells: list[Cell]) -> Reading | None:
    """Return a reading that stands where something was filled in; one of all that is there has its field."""
    held = next((cell for cell in cells if _is_on(reading.evidence, cell.evidence)), None)
    if held is None:
        return None
    printed = reading.answer.printed if isinstance(reading.answer, Answer) else ""
    is_all = _signs(printed) == _signs(held.answer.value)
    return reading.model_copy(update={"evidence": held.evidence}) if is_all else reading


def _is_on(here: Evidence | None, place: Evidence | None) -> bool:
    if here is None or place is None or here.page != place.page:
        return False
    x, y = (here.box.x0 + here.box.x1) / 2, (here.box.y0 + here.box.y1) / 2
    return place.box.x0 <= x <= place.box.x1 and place.box.y0 <= y <= place.box.y1


def _signs(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _absent(reading: Reading) -> Reading:
    why = ("nothing is filled in for it",)
    return reading.model_copy(
        update={"answer": None, "confidence": ppm(_SURE_OF_NONE), "evidence": None, "why": why}
    )


def _row(opened: Opened, table: TableDef, place: Place, method: Method) -> Row:
    sure = ppm(_SURE_OF_FIELD if method is Method.WIDGET else _SURE_OF_PAGE)
    evidence = Evidence(document=opened.sha256, page=place.page, box=place.box)
    value = Cell(
        column="value",
        answer=Answer(value=place.value, printed=place.value),
        confidence=sure,
        evidence=evidence,
    )
    if not place.label:
        return Row(table=table.name, cells=(value,))
    label = Cell(column="label", answer=Answer(value=place.label), confidence=sure, evidence=evidence)
    return Row(table=table.name, cells=(label, value))


def _readings(
    opened: Opened, klass: ClassDef, places: list[Place], language: str, method: Method
) -> tuple[Reading, ...]:
    """Give each field of the class the place that is likest to it and holds a value of its type."""
    pairs: list[tuple[float, int, int, str]] = []
    held = [*joined(places), *places]
    for index, field in enumerate(klass.fields):
        cues = {cue for text in _texts(field) if (cue := stems(text))}
        for number, place in enumerate(held):
            if place.is_tick or place.value == TICKED or place.value.lower() in _EMPTY:
                continue
            likeness = max((_likeness(cue, place) for cue in cues), default=0.0)
            if likeness >= _ENOUGH and (value := _value(field, place, language)) is not None:
                pairs.append((likeness, index, number, value))
    pairs.sort(key=lambda p: (-round(p[0], 2), p[2], p[1]))
    return tuple(_chosen(opened, klass, held, pairs, method))


def _texts(field: FieldDef) -> list[str]:
    return [field.name.replace("_", " "), *(cue for cues in field.cues.values() for cue in cues)]


def _chosen(
    opened: Opened,
    klass: ClassDef,
    places: list[Place],
    pairs: list[tuple[float, int, int, str]],
    method: Method,
) -> list[Reading]:
    counts: dict[int, int] = {}
    taken: list[Place] = []
    readings: list[Reading] = []
    for likeness, index, number, value in pairs:
        field, place = klass.fields[index], places[number]
        if (index in counts and not field.many) or any(_are_one(place, other) for other in taken):
            continue
        taken.append(place)
        counts[index] = counts.get(index, 0) + 1
        sure = 0.78 + 0.21 * min(1.0, (likeness - _ENOUGH) / (1 - _ENOUGH))
        readings.append(
            Reading(
                field=field.name,
                index=counts[index] - 1,
                answer=Answer(value=value, printed=place.value),
                confidence=ppm(sure if method is Method.WIDGET else 0.95 * sure),
                method=method,
                evidence=Evidence(document=opened.sha256, page=place.page, box=place.box),
                why=("filled into a form field with this label",),
            )
        )
    return readings


def _are_one(one: Place, other: Place) -> bool:
    """Say whether a place is another, or one of the boxes that a number was joined from."""
    if one is other:
        return True
    if one.shape is None and other.shape is None:
        return False
    x, y = (one.box.x0 + one.box.x1) / 2, (one.box.y0 + one.box.y1) / 2
    a, b = (other.box.x0 + other.box.x1) / 2, (other.box.y0 + other.box.y1) / 2
    inside = other.box.x0 <= x <= other.box.x1 and other.box.y0 <= y <= other.box.y1
    around = one.box.x0 <= a <= one.box.x1 and one.box.y0 <= b <= one.box.y1
    return one.page == other.page and (inside or around)


def _likeness(cue: tuple[str, ...], place: Place) -> float:
    """Say from 0 to 1 how well a cue names a place: all its words must be found, near ones count most.

    A long cue says more than a short one; words that stand near the place and are not of the cue say that
    something else is asked for.
    """
    total = 0.0
    for word in cue:
        if word in place.near:
            total += _NEAR
        elif word in place.wide:
            total += _WIDE
        elif word in place.heading:
            total += _HEADING
        else:
            return 0.0
    found = total / len(cue)
    telling = {word for word in place.near if len(word) > 2 and word not in _SILENT}
    covered = len(telling & set(cue)) / len(telling) if telling else 0.5
    return (
        found * (0.62 + 0.08 * min(3, len(cue) - 1))
        + 0.2 * covered
        - (0.0 if set(cue) & place.near else 0.25)
    )


def _value(field: FieldDef, place: Place, language: str) -> str | None:
    if place.shape is not None and place.shape is not field.type:
        return None
    if field.type is FieldType.TEXT and not place.value:
        return None
    try:
        value = normalise(field.type, place.value, language, day_first=None if language != "en" else False)
        return past_day(field, value, place.value, now().date())
    except ValueError:
        return None

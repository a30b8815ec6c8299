"""Reads filled form fields: which field of the class each one is, by its label and its name."""

import re
from time import perf_counter

from rapidfuzz import fuzz

from countersign.agents.labels import Lexicon, lexicon
from countersign.agents.lexicons import phrase
from countersign.domain.confidence import ppm
from countersign.domain.document import Opened, Widget
from countersign.domain.event import ReadingMade
from countersign.domain.klass import ClassDef, FieldDef, FieldType
from countersign.domain.reading import Answer, Evidence, Method, Reading
from countersign.domain.values import normalise

_ENOUGH = 70.0
"""Points of likeness, of 100, from which a form field is taken for a field of the class."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_EMPTY = frozenset({"", "off", "false", "no", "none", "n/a"})


def read(opened: Opened, klass: ClassDef, language: str) -> ReadingMade:
    """Give each field of the class the form field that is likest to it and holds a value of its type."""
    begun = perf_counter()
    labels = lexicon(klass)
    pairs: list[tuple[float, int, int, str]] = []
    for place, widget in enumerate(opened.widgets):
        if widget.value.strip().lower() in _EMPTY:
            continue
        texts = _texts(widget)
        for index, field in enumerate(klass.fields):
            value = _value(field, widget.value, language)
            if value is not None:
                likeness = _likeness(labels, index, texts)
                if likeness >= _ENOUGH:
                    pairs.append((likeness, -index, place, value))
    readings = _chosen(opened, klass, sorted(pairs, reverse=True))
    return ReadingMade(
        klass=klass.name, readings=readings, milliseconds=round((perf_counter() - begun) * 1000)
    )


def _chosen(opened: Opened, klass: ClassDef, pairs: list[tuple[float, int, int, str]]) -> tuple[Reading, ...]:
    used_fields: set[int] = set()
    used_widgets: set[int] = set()
    counts: dict[int, int] = {}
    readings: list[Reading] = []
    for likeness, minus_index, place, value in pairs:
        index = -minus_index
        field = klass.fields[index]
        if place in used_widgets or (index in used_fields and not field.many):
            continue
        used_fields.add(index)
        used_widgets.add(place)
        widget = opened.widgets[place]
        readings.append(
            Reading(
                field=field.name,
                index=counts.get(index, 0),
                answer=Answer(value=value, printed=widget.value),
                confidence=ppm(0.55 + 0.44 * (likeness - _ENOUGH) / (100 - _ENOUGH)),
                method=Method.WIDGET,
                evidence=Evidence(document=opened.sha256, page=widget.page, box=widget.box),
                why=("filled into a form field with this label",),
            )
        )
        counts[index] = counts.get(index, 0) + 1
    return tuple(readings)


def _texts(widget: Widget) -> list[tuple[str, ...]]:
    """Return the label and the last part of the name, in pieces; long labels end in what they ask for."""
    name = _CAMEL.sub(" ", widget.name.rpartition(".")[2].split("[")[0]).replace("_", " ")
    sentences = [part for part in re.split(r"[.?!;]\s+|\d+[A-Z]?\.\s", widget.label) if part.strip()]
    return [parts for parts in (phrase(name), *map(phrase, sentences[-3:])) if parts]


def _likeness(labels: Lexicon, index: int, texts: list[tuple[str, ...]]) -> float:
    """Best likeness of a cue of the field to a text of the widget, less when another label fits better."""
    own = other = 0.0
    for entries in labels.phrases.values():
        for parts, fields, weight in entries:
            if weight <= 0.5:
                continue
            likeness = max(_alike(parts, text) for text in texts) if texts else 0.0
            if index in fields:
                own = max(own, likeness)
            else:
                other = max(other, likeness)
    return own if own >= other else own - 25.0


def _alike(parts: tuple[str, ...], text: tuple[str, ...]) -> float:
    """100 for the same words; a cue inside a longer text counts by the share of the text that it covers."""
    if parts == text:
        return 100.0
    count = len(parts)
    for at in range(len(text) - count + 1):
        if text[at : at + count] == parts:
            return 68.0 + 30.0 * count / len(text)
    if abs(count - len(text)) > 1:
        return 0.0
    return 0.95 * fuzz.ratio(" ".join(parts), " ".join(text)) if len("".join(parts)) > 4 else 0.0


def _value(field: FieldDef, text: str, language: str) -> str | None:
    if field.type is FieldType.TEXT and len(text) < 2:
        return None
    try:
        return normalise(field.type, text, language, day_first=None if language != "en" else False)
    except ValueError:
        return None

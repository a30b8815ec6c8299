"""The filled places of a form, be they fields still or printed by now: each with what it asks for."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from countersign.agents import forms
from countersign.agents.form_labels import Label, Labels
from countersign.agents.lexicons import phrase
from countersign.domain.document import Opened, Widget
from countersign.domain.geometry import Box
from countersign.domain.klass import FieldType

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])")
_SENTENCE = re.compile(r"(?<=[^\W_]{2})[.?!;:]\s+|(?<=\W)[.?!;:]\s+|\s-\s|\d+[A-Z]?\.\s")
_DIGITS = re.compile(r"\d{1,5}|\d{7}")
_APART = 30.0  # points between the boxes of one number
_SHAPES = {
    (3, 2, 4): FieldType.IDENTIFIER,
    (3, 3, 4): FieldType.PHONE,
    (3, 7): FieldType.PHONE,
    (2, 2, 4): FieldType.DATE,
    (4, 2, 2): FieldType.DATE,
}
"""What numbers are that forms split over boxes, by their digits a box."""
_INSTRUCTION = re.compile(
    r"\W*(?:this is a required|enter \d|\d+ characters|if applicable|line \d|\d of \d)", re.I
)
_INITIALS = re.compile(r"\b([A-Z])\. ?([A-Z])\.(?=\s)")
_LISTED = re.compile(r"\b(first|middle|last)\b", re.I)


class Place(NamedTuple):
    """A filled place."""

    page: int
    box: Box
    value: str
    label: str
    """What a person would call it."""
    near: frozenset[str]
    """Word stems that stand closest to it: its name, its tooltip, the words beside it."""
    wide: frozenset[str]
    """Word stems of its cell, its column and the rest of its tooltip."""
    heading: frozenset[str]
    """Word stems of the section."""
    is_tick: bool = False
    shape: FieldType | None = None
    """What the way tells in which it is split over boxes."""


def stems(text: str) -> tuple[str, ...]:
    """Return the folded words of a text without the sign of their plural: ``Veteran's names`` gives three."""
    return tuple(w[:-1] if len(w) > 4 and w.endswith("s") else w for w in phrase(text) if w != "s")


def of_widgets(opened: Opened) -> list[Place]:
    """Return the form fields that hold something, in the order of the file."""
    labels = Labels(opened, ((w.page, w.box) for w in opened.widgets), frozenset())
    return [
        _of_widget(widget, labels) for widget in opened.widgets if widget.value.strip() not in ("", "Off")
    ]


def of_pages(opened: Opened) -> list[Place]:
    """Return what was filled into the pages of a form that is no form any more."""
    found = forms.entries(opened)
    printed = Labels(opened, (), frozenset(id(word) for entry in found for word in entry.words))
    labels = [printed.at(entry.page, entry.box, entry.is_tick) for entry in found]
    for row in _rows(found):
        for number, near in zip(row, _in_row([labels[number] for number in row]), strict=True):
            labels[number] = labels[number]._replace(near=near)
    return [_of_entry(entry, label) for entry, label in zip(found, labels, strict=True)]


def _rows(found: list[forms.Entry]) -> list[list[int]]:
    """Gather the entries that stand on one height of a page close to each other, from left to right."""
    heights: list[list[int]] = []
    texts = [number for number, entry in enumerate(found) if not entry.is_tick]
    for number in sorted(texts, key=lambda n: (found[n].page, found[n].box.y0)):
        first = found[heights[-1][0]] if heights else None
        if (
            first is not None
            and first.page == found[number].page
            and found[number].box.y0 - first.box.y0 <= 4
        ):
            heights[-1].append(number)
        else:
            heights.append([number])
    rows: list[list[int]] = []
    for height in heights:
        height.sort(key=lambda n: found[n].box.x0)
        rows.append([height[0]])
        for before, number in pairwise(height):
            if found[number].box.x0 - found[before].box.x1 <= _APART:
                rows[-1].append(number)
            else:
                rows.append([number])
    return rows


def _in_row(labels: list[Label]) -> list[str]:
    """Name the places of a row that share a question: parts of a name as asked, others as the one left."""
    asked = list(dict.fromkeys(word.lower() for word in _LISTED.findall(labels[0].question)))
    is_one = all(label.question == labels[0].question and not label.near for label in labels)
    if is_one and len(asked) == len(labels) > 1:
        return [f"{part} name" for part in asked]
    near = [label.near for label in labels]
    for number in range(1, len(near)):
        shared = labels[number].question[-30:] == labels[number - 1].question[-30:]
        near[number] = near[number] or (near[number - 1] if shared else "")
    return near


def _of_widget(widget: Widget, labels: Labels) -> Place:
    box = widget.box
    is_tick = box.x1 - box.x0 < 20 and box.y1 - box.y0 < 20 and len(widget.value) <= 4
    printed = labels.at(widget.page, box, is_tick)
    told = [
        p
        for p in _SENTENCE.split(_INITIALS.sub(r"\1\2", widget.label))
        if p.strip(" .*") and not _INSTRUCTION.match(p)
    ]
    name = _CAMEL.sub(" ", widget.name.rpartition(".")[2].split("[")[0]).replace("_", " ")
    if not any(len(part) > 2 and part.isalpha() for part in name.split()):
        name = ""
    is_list = len(set(_LISTED.findall(printed.question))) > 1
    beside = printed.near or ("" if told or is_list else printed.question)
    near = f"{name} {told[-1] if told else ''} {beside}"
    return Place(
        page=widget.page,
        box=box,
        value=" ".join(widget.value.split()),
        label=_named(widget, printed, name),
        near=frozenset(stems(near)),
        wide=frozenset(stems(" ".join(told[-4:-1]) + " " + printed.question)),
        heading=frozenset(stems(" ".join(told[:-4]) + " " + printed.heading)),
        is_tick=is_tick,
    )


def _named(widget: Widget, printed: Label, name: str) -> str:
    """Name a form field: by its tooltip, by the words on the page, by its inner name."""
    tip = " ".join(widget.label.split())
    return tip[-160:] if any(c == " " for c in tip) else printed.text or tip or name.strip() or widget.name


def _of_entry(entry: forms.Entry, label: Label) -> Place:
    return Place(
        page=entry.page,
        box=entry.field,
        value=entry.value,
        label=label.text,
        near=frozenset(stems(label.near or label.question)),
        wide=frozenset(stems(label.question)),
        heading=frozenset(stems(label.heading)),
        is_tick=entry.is_tick,
    )


def joined(places: Iterable[Place]) -> list[Place]:
    """Put numbers together that a form splits over boxes side by side, such as day, month and year."""
    rows: dict[tuple[int, int], list[Place]] = {}
    for place in sorted(places, key=lambda p: (p.page, p.box.y0)):
        if _DIGITS.fullmatch(place.value) and not place.is_tick:
            middle = (place.box.y0 + place.box.y1) / 2
            key = next(
                (k for k in rows if k[0] == place.page and abs(k[1] - middle) <= 4),
                (place.page, round(middle)),
            )
            rows.setdefault(key, []).append(place)
    return [
        whole
        for row in rows.values()
        for chain in _chains(sorted(row, key=lambda p: p.box.x0))
        if (whole := _whole(chain)) is not None
    ]


def _chains(row: list[Place]) -> list[list[Place]]:
    chains = [[row[0]]]
    for before, place in pairwise(row):
        if place.box.x0 - before.box.x1 <= _APART:
            chains[-1].append(place)
        else:
            chains.append([place])
    return chains


def _whole(chain: list[Place]) -> Place | None:
    shape = _SHAPES.get(tuple(len(place.value) for place in chain))
    if shape is None:
        return None
    first = chain[0]
    mark = {FieldType.DATE: "/", FieldType.PHONE: "-"}.get(shape, " ")
    common = frozenset.intersection(*(place.near for place in chain))
    return first._replace(
        box=Box.around(place.box for place in chain),
        value=mark.join(place.value for place in chain),
        near=common if any(len(word) > 3 for word in common) else frozenset.union(*(p.wide for p in chain)),
        wide=frozenset.union(*(place.wide for place in chain)),
        shape=shape,
    )

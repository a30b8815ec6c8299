"""What is true of a document, in the format that `sample_docs/README.md` describes."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from maker.pdf import Canvas, Place, part

Box = tuple[float, float, float, float]


REASONS = {
    "sum": "totals_disagree",
    "iban": "identifier_invalid",
    "number": "field_missing",
    "dates": "dates_out_of_order",
    "duplicate": "possible_duplicate",
    "xml": "xml_differs_from_page",
}
"""What a document was made to have, and the reason that a desk should give for it."""
LIMITS = {"invoice": 2000.0, "claim": 500.0}
"""What the policy that ships approves by itself, in units of whatever currency."""
BY_PEOPLE = ("kyb", "contract")
"""Classes that the policy that ships leaves to people."""


def expectation(klass: str, amount: float = 0.0, defect: str = "") -> dict[str, Any]:
    """Return where a document that is read without error should end, and why."""
    reasons = [REASONS[defect]] if defect else []
    if amount > LIMITS.get(klass, float("inf")):
        reasons.append("over_limit")
    if klass in BY_PEOPLE:
        reasons.append("mode_requires_person")
    return {"expect": "escalate" if reasons else "straight_through", "expect_reasons": reasons}


class Made(NamedTuple):
    """A document as made: its file and what is true of it."""

    name: str
    data: bytes
    truth: dict[str, Any]


def fields(canvas: Canvas) -> list[dict[str, Any]]:
    """Return a field for each value drawn, with every place where it stands."""
    heads: dict[tuple[str, str], list[Place]] = {}
    for place in canvas.places:
        if place.value.row < 0:
            heads.setdefault((place.value.name, place.value.normalised), []).append(place)
    return [_field(places, canvas) for places in heads.values()]


def _field(places: Sequence[Place], canvas: Canvas) -> dict[str, Any]:
    first = places[0]
    others = [(place.page, *place.box) for place in places[1:]]
    if len(first.value.printed) > 3:
        others += _elsewhere(first.value.printed, [(p.page, p.box) for p in places], canvas)
    field: dict[str, Any] = {
        "name": first.value.name,
        "value": first.value.printed,
        "normalised": first.value.normalised,
        "page": first.page,
        "bbox": list(first.box),
        "printed": first.value.printed,
        "occurrences": 1 + len(others),
    }
    if others:
        field["other_boxes"] = [list(other) for other in others]
    return field


def _elsewhere(
    printed: str, known: Sequence[tuple[int, Box]], canvas: Canvas
) -> list[tuple[int, float, float, float, float]]:
    found = []
    for run in canvas.runs:
        start = run.text.find(printed)
        if start < 0:
            continue
        end = start + len(printed)
        if run.text[start - 1 : start].isalnum() or run.text[end : end + 1].isalnum():
            continue
        box = part(run, start, end)
        if not any(page == run.page and _meet(box, other) for page, other in known):
            found.append((run.page, *box))
    return found


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def rows(canvas: Canvas) -> list[dict[str, Any]]:
    """Return a line item for each row of a table, each cell with its place."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for place in canvas.places:
        value = place.value
        if value.row < 0:
            continue
        row = found.setdefault(
            (value.table, value.row), {"table": value.table, "page": place.page, "cells": {}}
        )
        if value.name in row["cells"]:
            continue
        row[value.name] = value.normalised
        row["cells"][value.name] = {"printed": value.printed, "page": place.page, "bbox": list(place.box)}
    for row in found.values():
        boxes = [cell["bbox"] for cell in row["cells"].values() if cell["page"] == row["page"]]
        row["bbox"] = [
            f(column) for f, column in zip((min, min, max, max), zip(*boxes, strict=True), strict=True)
        ]
    return list(found.values())


def describe(canvas: Canvas, klass: str, language: str, layout: str, **more: Any) -> dict[str, Any]:
    """Return the truth of a drawn document, its name and hash still to come."""
    return {
        "class": klass,
        "language": language,
        "layout": layout,
        "source": "made by sample_docs/make.py",
        "licence": "CC0-1.0",
        "pages": len(canvas.pages),
        **more,
        "fields": fields(canvas),
        "line_items": rows(canvas),
    }


def sign(name: str, data: bytes, truth: dict[str, Any]) -> Made:
    """Put name, size and hash to the truth of a file."""
    head = {"doc": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    return Made(name, data, {**head, **truth})

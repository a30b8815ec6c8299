"""Looks over a line of a truth.jsonl before anything is measured with it: says what is wrong, in a phrase."""

import math
from collections.abc import Iterator
from typing import Any

_KINDS = {"doc": str | None, "class": str | None, "sha256": str, "fields": list}
"""What every line says; a line without a document or class (a mail, a broken file) is not measured."""
_MAY_HOLD = {"form_fields": list, "line_items": list, "scan": dict, "language": str}
"""What a line may say besides; null counts as nothing."""
_BOX = "four numbers: left, top, right, bottom"


def flaw(truth: Any) -> str | None:
    """Return what is wrong with a line, as the end of a sentence that names it; None when it can be used."""
    if not isinstance(truth, dict):
        return "is no JSON object. Write one a document."
    lacking = [
        f"{name!r}" for name, kind in _KINDS.items() if name not in truth or not isinstance(truth[name], kind)
    ]
    if lacking:
        return f"does not say {', '.join(lacking)} as it must. Mend the line."
    wrong = next(_wrong(truth), None)
    return None if wrong is None else f"{wrong}. Mend the line."


def _wrong(truth: dict[str, Any]) -> Iterator[str]:
    for name, kind in _MAY_HOLD.items():
        if truth.get(name) is not None and not isinstance(truth[name], kind):
            yield f"has {name!r} in another form than it must have"
    if not all(isinstance(entry, dict) and {"name", "value"} <= entry.keys() for entry in truth["fields"]):
        yield "has a field without 'name' or 'value'"
    for entry in truth["fields"]:
        yield from (f"has a field {entry['name']!r} {said}" for said in _badly_placed(entry))
    for entry in truth.get("form_fields") or ():
        if not isinstance(entry, dict) or not {"type", "value", "page", "bbox"} <= entry.keys():
            yield "has a form field without 'type', 'value', 'page' or 'bbox'"
        else:
            yield from (f"has a form field {said}" for said in _badly_placed(entry))
    if not all(isinstance(item, dict) for item in truth.get("line_items") or ()):
        yield "has a line item that is no object"
    scan = truth.get("scan") or {}
    if scan.get("unit") == "pixels" and not (_are_numbers([scan.get("dpi")], 1) and scan["dpi"] > 0):
        yield "has a 'scan' in pixels without its 'dpi'"
    size = truth.get("image_size")
    if size and not (_are_numbers(size, 2) and min(size) > 0):
        yield "has an 'image_size' that is not two numbers: width, height"


def _badly_placed(entry: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the boxes of a field."""
    box = entry.get("bbox")
    if box is not None and not _is_box(box):
        yield f"whose 'bbox' is not {_BOX}"
    if box is not None and not _is_page(entry.get("page")):
        yield "with a 'bbox', but without its 'page', counted from 0"
    others = entry.get("other_boxes")
    if others is not None and not (isinstance(others, list) and all(map(_is_other, others))):
        yield f"whose 'other_boxes' are not lists of a page and {_BOX}"


def _is_other(place: Any) -> bool:
    return isinstance(place, list) and len(place) == 5 and _is_page(place[0]) and _is_box(place[1:])


def _is_box(box: Any) -> bool:
    return _are_numbers(box, 4) and box[0] <= box[2] and box[1] <= box[3]


def _is_page(page: Any) -> bool:
    return isinstance(page, int) and not isinstance(page, bool) and page >= 0


def _are_numbers(held: Any, count: int) -> bool:
    """Say whether something is a list of so many numbers."""
    if not isinstance(held, list) or len(held) != count:
        return False
    return all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in held)

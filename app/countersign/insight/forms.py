"""Compares what was read from filled forms with the fields that were filled in, place by place."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from countersign.domain.dates import fold
from countersign.domain.geometry import Box
from countersign.domain.reading import Evidence, Row
from countersign.insight import metrics
from countersign.insight.conventions import Truth

_OFF = frozenset({"", "0", "off", "no", "false", "none"})
_TICKS = ("CheckBox", "RadioButton")


class FormScore(NamedTuple):
    """How the filled fields of some forms were read."""

    exact: int = 0
    right: int = 0
    """The same letters and digits, whatever stands between them."""
    given: int = 0
    there: int = 0

    @property
    def f1(self) -> float:
        """F1 of values that mean the same and stand in the right place."""
        return metrics.f1(self.right, self.given, self.there)

    @property
    def f1_exact(self) -> float:
        """F1 of values that are the same in every character and stand in the right place."""
        return metrics.f1(self.exact, self.given, self.there)

    def plus(self, other: "FormScore") -> "FormScore":
        """Return both together."""
        return FormScore(*(a + b for a, b in zip(self, other, strict=True)))


def score_form(rows: Sequence[Row], truth: Truth) -> FormScore | None:
    """Score the rows that hold a cell `value` against the filled fields; None where the truth names none.

    A field counts as read where a row has its value and the evidence lies on its box (overlap above one
    half, or the middle of the evidence inside). An empty box to tick is no field that was filled in; of one
    that is ticked, any answer but 'off' or 'no' is right.
    """
    if "form_fields" not in truth:
        return None
    filled = [entry for entry in truth["form_fields"] if _is_filled(entry)]
    cells = [cell for row in rows for cell in row.cells if cell.column == "value"]
    given = [(cell.answer.value, cell.evidence) for cell in cells]
    used: set[int] = set()
    exact = right = 0
    for entry in filled:
        held = [n for n, (_, place) in enumerate(given) if n not in used and _is_at(place, entry)]
        best = max(held, key=lambda n: _agreement(entry, given[n][0]), default=None)
        agreement = _agreement(entry, given[best][0]) if best is not None else 0
        if best is not None and agreement:
            used.add(best)
            right += 1
            exact += agreement == 2
    said = [n for n, (value, _) in enumerate(given) if n in used or value.strip().casefold() not in _OFF]
    return FormScore(exact, right, len(said), len(filled))


def _is_filled(entry: dict[str, Any]) -> bool:
    """Say whether a person would see something there; of radio buttons `0` is the name of one."""
    empty = _OFF if entry["type"] == "CheckBox" else {"", "off"} if entry["type"] in _TICKS else {""}
    return str(entry["value"]).strip().casefold() not in empty


def _agreement(entry: dict[str, Any], value: str) -> int:
    """2 for the same characters, 1 for the same letters and digits, 0 for another value."""
    if entry["type"] in _TICKS:
        return 2
    true = str(entry["value"])
    if " ".join(value.split()) == " ".join(true.split()):
        return 2
    return int(_letters(value) == _letters(true) != "")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _is_at(place: Evidence | None, entry: dict[str, Any]) -> bool:
    if place is None or place.page != entry["page"]:
        return False
    x0, y0, x1, y1 = entry["bbox"]
    here = place.box
    x, y = (here.x0 + here.x1) / 2, (here.y0 + here.y1) / 2
    return (x0 <= x <= x1 and y0 <= y <= y1) or here.overlap(Box(x0=x0, y0=y0, x1=x1, y1=y1)) > 0.5

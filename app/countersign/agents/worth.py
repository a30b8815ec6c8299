"""What an answer is worth: the probability that it is right, from all that speaks for and against it."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from countersign.agents.logistic import fit_logistic
from countersign.agents.logits import Floats

SIGNALS: tuple[str, ...] = (
    "one", "logit", "lead", "labelled", "places", "supported", "grade", "open_print", "scan", "poor_print",
    "required", "label_elsewhere", "label_empty", "taught", "crowd", "later_page", "rest",
)  # fmt: skip
"""What an answer is judged by: the reader's own probability and its lead over the next; whether a label of
the field stands by it, how often its value is printed, whether sums hold; the picture; what lessons said;
how many other values are likely; whether it stands behind the first page, how sure the other fields are."""
OF_ANY_CLASS = SIGNALS[:-2]
"""Those that mean the same on every class; pages and other fields do not."""
_ODDS = 9.0
_LIKELY = 0.02
_MOST = 0.9995
"""Nothing is ever certain."""
_SHRINK, _SHRINK_OFFSET, _SHRINK_SLOPE, _SHRINK_FIELD = 0.5, 4.0, 20.0, 8.0
"""How strongly weights are held to nothing: those of all answers, of a scorer's, of a field's."""


class Signals(NamedTuple):
    """What speaks for one answer; `SIGNALS` has the same names in the same order."""

    one: float
    logit: float
    lead: float
    labelled: float = 0.0
    places: float = 0.0
    supported: float = 0.0
    grade: float = 0.0
    open_print: float = 0.0
    scan: float = 0.0
    poor_print: float = 0.0
    required: float = 0.0
    label_elsewhere: float = 0.0
    label_empty: float = 0.0
    taught: float = 0.0
    crowd: float = 0.0
    later_page: float = 0.0
    rest: float = 0.0


class Kind(NamedTuple):
    """Of what an answer is one: the scorer that gave it, and the field of its class."""

    scorer: str
    field: str


def odds(probability: float) -> float:
    """Return the logarithm of the odds, within bounds."""
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return max(-_ODDS, min(_ODDS, math.log(bounded / (1 - bounded))))


def lead(probability: float, rival: float) -> float:
    """Return how far an answer is ahead of its strongest rival, as a logarithm within bounds."""
    return max(-4.0, min(4.0, math.log((probability + 1e-4) / (rival + 1e-4)))) / 4


def crowd(probabilities: Iterable[float]) -> float:
    """Return how many other values are likely at all, as a logarithm."""
    return math.log1p(sum(probability > _LIKELY for probability in probabilities))


class Worth:
    """What answers have been worth: one logistic model for known fields, and one for those of other classes.

    The first would mislead where its fields are unknown: what it says of them was counted upon.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self._of_any = _Logistic(data)
        self._of_known = _Logistic(data["known"]) if "known" in data else None

    def of(self, kind: Kind, signals: Signals) -> float:
        """Return the probability that an answer is right."""
        known = self._of_known
        model = known if known is not None and kind.field in known.fields else self._of_any
        return model.of(kind, signals)


class _Logistic:
    """A logistic model of answers, with an offset and slope for each scorer and an offset for each field."""

    def __init__(self, data: dict[str, Any]) -> None:
        told = dict(zip(data["signals"], data["weights"], strict=True))
        self._weights: Floats = np.array([told.get(name, 0.0) for name in SIGNALS])
        self._groups: dict[str, list[float]] = data["groups"]
        self.fields: dict[str, float] = data.get("fields", {})

    def of(self, kind: Kind, signals: Signals) -> float:
        offset, slope = self._groups.get(kind.scorer, (0.0, 0.0))
        offset += self.fields.get(kind.field, 0.0)
        score = float(np.dot(self._weights, signals)) + offset + slope * signals.logit
        return min(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score)))), _MOST)


class Judgement(NamedTuple):
    """An answer given to a document that its reader had not seen, and what became of it."""

    kind: Kind
    signals: Signals
    is_right: bool
    weight: float


def fit(judged: Sequence[Judgement]) -> dict[str, Any]:
    """Fit a `Worth`; weights are held small, those of one scorer or field smaller still."""
    fields = sorted({one.kind.field for one in judged})
    return {**_fitted(judged, OF_ANY_CLASS, []), "known": _fitted(judged, SIGNALS, fields)}


def _fitted(judged: Sequence[Judgement], signals: Sequence[str], fields: Sequence[str]) -> dict[str, Any]:
    count, scorers = len(signals), sorted({one.kind.scorer for one in judged})
    of_scorer = {name: count + 2 * number for number, name in enumerate(scorers)}
    first = count + 2 * len(scorers)
    of_field = {name: first + number for number, name in enumerate(fields)}
    rows = np.zeros((len(judged), first + len(fields)))
    for row, one in zip(rows, judged, strict=True):
        row[:count] = one.signals[:count]
        at = of_scorer[one.kind.scorer]
        row[at : at + 2] = 1.0, one.signals.logit
        if one.kind.field in of_field:
            row[of_field[one.kind.field]] = 1.0
    shrink = np.full(rows.shape[1], _SHRINK_FIELD)
    shrink[:count] = _SHRINK
    shrink[:2] = 1e-3
    shrink[count:first] = [_SHRINK_OFFSET, _SHRINK_SLOPE] * len(scorers)
    start = np.zeros(rows.shape[1])
    start[1] = 1.0
    right = np.array([float(one.is_right) for one in judged])
    weight = np.array([one.weight for one in judged])
    found = np.round(fit_logistic(rows, right, weight, shrink, start), 4)
    return {
        "signals": list(signals),
        "weights": found[:count].tolist(),
        "groups": {name: found[at : at + 2].tolist() for name, at in of_scorer.items()},
        "fields": {name: float(found[at]) for name, at in of_field.items()},
    }


def untaught() -> dict[str, Any]:
    """Return a `Worth` that takes the reader's probability for what it is."""
    weights = [0.0] * len(SIGNALS)
    weights[1] = 1.0
    return {"signals": list(SIGNALS), "weights": weights, "groups": {}, "fields": {}}

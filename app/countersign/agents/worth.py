"""What an answer is worth: the probability that it is right, from all that speaks for and against it."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from countersign.agents.logits import Floats

SIGNALS: tuple[str, ...] = (
    "one", "logit", "lead", "labelled", "places", "supported", "grade", "open_print", "scan", "poor_print",
    "required", "label_elsewhere", "label_empty", "taught",
)  # fmt: skip
"""What an answer is judged by: the reader's own probability and its lead over the next; whether a label of
the field stands by it, how often its value is printed, whether sums hold; the picture; what lessons said."""
_ODDS = 9.0
_MOST = 0.9995
"""Nothing is ever certain."""
_PARTS = (1.0, 0.5, 0.2, 0.05, 0.01)
"""How far to go along a step: the whole of it may lead too far."""
_SHRINK, _SHRINK_GROUP = 0.5, 4.0


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


def odds(probability: float) -> float:
    """Return the logarithm of the odds, within bounds."""
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return max(-_ODDS, min(_ODDS, math.log(bounded / (1 - bounded))))


def lead(probability: float, rival: float) -> float:
    """Return how far an answer is ahead of its strongest rival, as a logarithm within bounds."""
    return max(-4.0, min(4.0, math.log((probability + 1e-4) / (rival + 1e-4)))) / 4


class Worth:
    """A logistic model of answers of one kind, with an own offset and slope for each scorer."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._weights: Floats = np.array(data["weights"], dtype=np.float64)
        self._groups: dict[str, list[float]] = data["groups"]

    def of(self, group: str, signals: Signals) -> float:
        """Return the probability that an answer is right."""
        offset, slope = self._groups.get(group, (0.0, 0.0))
        score = float(np.dot(self._weights, signals)) + offset + slope * signals.logit
        return min(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score)))), _MOST)


class Judgement(NamedTuple):
    """An answer given to a document that its reader had not seen, and what became of it."""

    group: str
    signals: Signals
    is_right: bool
    weight: float


def fit(judged: Sequence[Judgement], rounds: int = 25) -> dict[str, Any]:
    """Fit a `Worth` by Newton's method; weights are held small, those of one group smaller still."""
    groups = sorted({one.group for one in judged})
    place = {group: len(SIGNALS) + 2 * number for number, group in enumerate(groups)}
    rows = np.zeros((len(judged), len(SIGNALS) + 2 * len(groups)))
    for row, one in zip(rows, judged, strict=True):
        row[: len(SIGNALS)] = one.signals
        row[place[one.group] : place[one.group] + 2] = 1.0, one.signals.logit
    right = np.array([float(one.is_right) for one in judged])
    weight = np.array([one.weight for one in judged])
    shrink = np.full(rows.shape[1], _SHRINK_GROUP)
    shrink[: len(SIGNALS)] = _SHRINK
    shrink[:2] = 1e-3
    start = np.zeros(rows.shape[1])
    start[1] = 1.0

    def loss(weights: Floats) -> float:
        said = np.clip(_sigmoid(rows @ weights), 1e-9, 1 - 1e-9)
        told = np.log(np.where(right > 0, said, 1 - said))
        return float(-(weight * told).sum() + 0.5 * (shrink * (weights - start) ** 2).sum())

    found, least = start, loss(start)
    for _ in range(rounds):
        said = _sigmoid(rows @ found)
        slope = rows.T @ (weight * (said - right)) + shrink * (found - start)
        curve = (rows * (weight * said * (1 - said))[:, None]).T @ rows + np.diag(shrink)
        step = np.linalg.solve(curve, slope)
        tried = [(loss(found - part * step), part) for part in _PARTS]
        new, part = min(tried)
        if new >= least - 1e-7:
            break
        found, least = found - part * step, new
    rounded = np.round(found, 4)
    return {
        "signals": list(SIGNALS),
        "weights": rounded[: len(SIGNALS)].tolist(),
        "groups": {group: rounded[at : at + 2].tolist() for group, at in place.items()},
    }


def _sigmoid(scores: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))
    return result


def untaught() -> dict[str, Any]:
    """Return a `Worth` that takes the reader's probability for what it is."""
    weights = [0.0] * len(SIGNALS)
    weights[1] = 1.0
    return {"signals": list(SIGNALS), "weights": weights, "groups": {}}

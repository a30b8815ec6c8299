"""The trained scorers: small networks in a JSON file, and what their scores have been worth."""

import json
import math
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countersign.agents.features import NAMES
from countersign.settings.resources import shipped

Floats = NDArray[np.floating[Any]]
FILE = "reader_local.json"
_MOST = 0.9995
"""Nothing is ever certain."""


class Group:
    """One scorer: a hidden layer of tanh units, the score of 'not present', and its calibration."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.hidden: Floats = np.array(data["hidden"], dtype=np.float64)
        self.hidden_bias: Floats = np.array(data["hidden_bias"], dtype=np.float64)
        self.out: Floats = np.array(data["out"], dtype=np.float64)
        self.direct: Floats = np.array(data["direct"], dtype=np.float64)
        self.absent: float = data["absent"]
        self.absent_required: float = data["absent_required"]
        self.value_table: list[list[float]] = data.get("value_table", [])
        self.absent_table: list[list[float]] = data.get("absent_table", [])

    def scores(self, rows: Floats) -> Floats:
        """Return one score a row of features; higher is likelier."""
        hidden = np.tanh(rows @ self.hidden + self.hidden_bias)
        result: Floats = hidden @ self.out + rows @ self.direct
        return result

    def not_present(self, required: bool) -> float:
        """Return the score of 'not present'."""
        return self.absent + (self.absent_required if required else 0.0)


class Model:
    """All scorers by group."""

    def __init__(self, data: dict[str, Any]) -> None:
        if data["features"] != list(NAMES):
            raise ValueError("the model was trained on other features; train it again")
        self.groups = {name: Group(group) for name, group in data["groups"].items()}


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """Return the model that ships with the desk."""
    file = shipped("resources", "models", FILE)
    return Model(json.loads(file.read_text(encoding="utf-8")))


def calibrated(table: list[list[float]], probability: float) -> float:
    """Return what a probability has been worth on documents that the model had not seen.

    `table` holds [raw, observed] pairs in rising order; between them it is a straight line.
    """
    return min(_worth(table, probability), _MOST)


def _worth(table: list[list[float]], probability: float) -> float:
    if not table:
        return probability
    if probability <= table[0][0]:
        return table[0][1] * probability / max(table[0][0], 1e-9)
    for (x0, y0), (x1, y1) in pairwise(table):
        if probability <= x1:
            return y0 + (y1 - y0) * (probability - x0) / max(x1 - x0, 1e-9)
    return table[-1][1]


def softmax(scores: Floats, absent: float) -> tuple[Floats, float]:
    """Turn scores into the probability of each candidate and of none."""
    top = max(float(scores.max()), absent) if scores.size else absent
    weights: Floats = np.exp(scores - top)
    none = math.exp(absent - top)
    total = float(weights.sum()) + none
    return weights / total, none / total


def sigmoid(scores: Floats) -> Floats:
    """Turn scores into independent probabilities."""
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(scores, -40, 40)))
    return result

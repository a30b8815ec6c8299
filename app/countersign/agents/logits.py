"""Scores turned into probabilities."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


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

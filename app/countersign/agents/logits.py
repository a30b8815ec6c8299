"""Scores turned into probabilities."""

import math
from collections.abc import Sequence
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


def doubt(scores: Floats, absent: float) -> float:
    """Return how likely the likeliest answer is to be wrong."""
    probabilities, none = softmax(scores, absent)
    return 1.0 - max(float(probabilities.max(initial=0.0)), none)


def along(table: Sequence[Sequence[float]], probability: float) -> float:
    """Return what a probability is worth by a table of [said, worth] in rising order, straight between them.

    Below the first it falls to 0; without a table it is taken for what it says.
    """
    if not table:
        return probability
    said, worth = zip((0.0, 0.0), *table, strict=True)
    return float(np.interp(probability, said, worth))


def sigmoid(scores: Floats) -> Floats:
    """Turn scores into independent probabilities."""
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(scores, -40, 40)))
    return result

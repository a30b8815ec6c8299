"""Logistic models, fitted by Newton's method."""

import numpy as np

from countersign.agents.logits import Floats, sigmoid

_PARTS = (1.0, 0.5, 0.2, 0.05, 0.01)
"""How far to go along a step: the whole of it may lead too far."""
_ENOUGH = 1e-9
_ROUNDS = 60


def fit_logistic(rows: Floats, right: Floats, weight: Floats, held: Floats, start: Floats) -> Floats:
    """Return the weights, one a column of `rows`, that make what was right likeliest.

    `right` is 1 or 0 and `weight` a count for each row; `held` says how strongly each weight is held to its
    `start`.
    """

    def loss(weights: Floats) -> float:
        said = np.clip(sigmoid(rows @ weights), 1e-9, 1 - 1e-9)
        told = np.log(np.where(right > 0, said, 1 - said))
        return float(-(weight * told).sum() + 0.5 * (held * (weights - start) ** 2).sum())

    found, least = start, loss(start)
    for _ in range(_ROUNDS):
        said = sigmoid(rows @ found)
        slope = rows.T @ (weight * (said - right)) + held * (found - start)
        curve = (rows * (weight * said * (1 - said))[:, None]).T @ rows + np.diag(held)
        step = np.linalg.solve(curve, slope)
        new, part = min((loss(found - part * step), part) for part in _PARTS)
        if new >= least - _ENOUGH * max(1.0, least):
            break
        found, least = found - part * step, new
    return found

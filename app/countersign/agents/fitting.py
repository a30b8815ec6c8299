"""Fits log-linear weights over sparse features: candidates compete with each other and with 'not present'."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from countersign.agents.context import SPACES
from countersign.agents.features import NAMES
from countersign.agents.logits import Floats, sigmoid

Loss = Callable[[Floats], tuple[float, Floats]]
"""Takes the weights, returns the loss and its gradient."""
Integers = NDArray[np.int64]
_MEMORY = 8
"""Steps that the minimiser remembers."""


def minimise(loss: Loss, start: Floats, rounds: int = 60, tolerance: float = 1e-5) -> Floats:
    """Minimise a smooth loss by L-BFGS (Nocedal 1980, two-loop recursion, backtracking line search)."""
    weights = start.copy()
    value, gradient = loss(weights)
    moves: list[tuple[Floats, Floats, float]] = []
    for _ in range(rounds):
        direction = _direction(gradient, moves)
        slope = float(direction @ gradient)
        if slope > -1e-12:
            break
        step = 1.0 if moves else 1.0 / max(1.0, float(np.abs(gradient).sum()) ** 0.5)
        for _ in range(20):
            moved = weights + step * direction
            new_value, new_gradient = loss(moved)
            if new_value <= value + 1e-4 * step * slope:
                break
            step *= 0.5
        else:
            break
        change, turn = moved - weights, new_gradient - gradient
        bend = float(change @ turn)
        if bend > 1e-10:
            moves = [*moves[1 - _MEMORY :], (change, turn, 1.0 / bend)]
        gain = value - new_value
        weights, value, gradient = moved, new_value, new_gradient
        if gain < tolerance * max(abs(value), 1.0):
            break
    return weights


def _direction(gradient: Floats, moves: list[tuple[Floats, Floats, float]]) -> Floats:
    direction = -gradient
    shares: list[float] = []
    for change, turn, inverse in reversed(moves):
        share = inverse * float(change @ direction)
        direction = direction - share * turn
        shares.append(share)
    if moves:
        change, turn, _ = moves[-1]
        direction = direction * (float(change @ turn) / float(turn @ turn))
    for (change, turn, inverse), share in zip(moves, reversed(shares), strict=True):
        direction = direction + change * (share - inverse * float(turn @ direction))
    return direction


class Example(NamedTuple):
    """The candidates for one field of one document, as they compete."""

    base: Floats
    """What the base model says, one a candidate."""
    base_absent: float
    hashes: Integers
    """Of the strings of all candidates."""
    owner: Integers
    """Which candidate a string belongs to."""
    rows: Floats
    """The features of the base model, one row a candidate."""
    same: Floats
    """What the memory of layouts says, one row a candidate, one column a space."""
    kin: Floats
    """What the memory says for and against 'not present'."""
    right: Floats
    many: bool
    weight: float = 1.0


class Weights(NamedTuple):
    """What one field's lessons are made of."""

    trust: float
    absent: float
    kin: Floats
    same: Floats
    dense: Floats
    """One a feature of the base model: what it means for this field beyond what it means for its type."""
    sparse: Floats
    """One a known hash."""

    def flat(self) -> Floats:
        """Return all of them in one row."""
        return np.concatenate([[self.trust, self.absent], self.kin, self.same, self.dense, self.sparse])

    @staticmethod
    def of(flat: Floats) -> "Weights":
        """Read what `flat` gave."""
        kin, same, dense, sparse = np.split(flat[2:], np.cumsum([KIN_VOTES, len(SPACES), len(NAMES)]))
        return Weights(float(flat[0]), float(flat[1]), kin, same, dense, sparse)

    @staticmethod
    def none(strings: int = 0) -> "Weights":
        """Return weights that leave the base model as it is."""
        return Weights(
            1.0, 0.0, np.zeros(KIN_VOTES), np.zeros(len(SPACES)), np.zeros(len(NAMES)), np.zeros(strings)
        )


KIN_VOTES = 2
"""What the kin say of 'not present': that there is a value, that there is none."""


class Penalties(NamedTuple):
    """How strongly each part is held to where it starts."""

    trust: float = 2.0
    absent: float = 0.1
    kin: float = 0.3
    same: float = 1.0
    dense: float = 1.0
    sparse: float = 2.0


class Problem:
    """Examples of one field in flat arrays: the loss of weights, and its gradient."""

    def __init__(
        self, held: Sequence[Example], known: Integers, start: Weights, penalties: Penalties
    ) -> None:
        counts = np.array([len(e.base) for e in held])
        self.starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        self.owner = np.repeat(np.arange(len(held)), counts)
        self.base = np.concatenate([e.base for e in held])
        self.base_absent = np.array([e.base_absent for e in held])
        self.same = np.concatenate([e.same for e in held])
        self.dense = np.concatenate([e.rows for e in held])
        self.kin = np.array([e.kin for e in held])
        self.right = np.concatenate([e.right for e in held])
        self.absent = np.array([float(not e.right.any()) for e in held])
        self.many = held[0].many
        self.weight = np.array([e.weight for e in held])
        hashes = np.concatenate([e.hashes for e in held])
        rows = np.concatenate([e.owner + first for e, first in zip(held, self.starts, strict=True)])
        at, kept = places_of(hashes, known)
        self.rows, self.columns = rows[kept], at[kept]
        self.start = start.flat()
        self.penalty = np.concatenate(
            [
                [penalties.trust, penalties.absent],
                np.full(KIN_VOTES, penalties.kin),
                np.full(len(SPACES), penalties.same),
                np.full(len(NAMES), penalties.dense),
                np.full(len(known), penalties.sparse),
            ]
        )

    def solved(self, rounds: int = 60) -> Weights:
        """Return the weights that fit best."""
        return Weights.of(minimise(self.loss, self.start, rounds))

    def loss(self, flat: Floats) -> tuple[float, Floats]:
        """Return the negative log probability of the right answers with its penalty, and the gradient."""
        weights = Weights.of(flat)
        scores, absent = self.scores(weights)
        value, slope, absent_slope = (self._alone if self.many else self._competing)(scores, absent)
        gradient = np.concatenate(
            [
                [slope @ self.base + absent_slope @ self.base_absent, absent_slope.sum()],
                absent_slope @ self.kin,
                slope @ self.same,
                slope @ self.dense,
                np.bincount(self.columns, weights=slope[self.rows], minlength=len(weights.sparse)),
            ]
        )
        apart = flat - self.start
        held: Floats = self.penalty * apart
        return value + 0.5 * float(held @ apart), gradient + held

    def scores(self, weights: Weights) -> tuple[Floats, Floats]:
        """Return the score of each candidate and of 'not present' in each document."""
        sparse = np.bincount(self.rows, weights=weights.sparse[self.columns], minlength=len(self.base))
        scores = weights.trust * self.base + sparse + self.same @ weights.same + self.dense @ weights.dense
        absent = weights.trust * self.base_absent + weights.absent + self.kin @ weights.kin
        return scores, absent

    def _competing(self, scores: Floats, absent: Floats) -> tuple[float, Floats, Floats]:
        top = np.maximum(np.maximum.reduceat(scores, self.starts), absent)
        power = np.exp(scores - top[self.owner])
        none = np.exp(absent - top)
        total = np.add.reduceat(power, self.starts) + none
        p, p_none = power / total[self.owner], none / total
        right = np.add.reduceat(p * self.right, self.starts) + p_none * self.absent
        right = np.maximum(right, 1e-12)
        slope = (p - p * self.right / right[self.owner]) * self.weight[self.owner]
        absent_slope = (p_none - p_none * self.absent / right) * self.weight
        return -float(self.weight @ np.log(right)), slope, absent_slope

    def _alone(self, scores: Floats, absent: Floats) -> tuple[float, Floats, Floats]:
        """Judge each candidate by itself, for fields with several values."""
        p = sigmoid(scores)
        weight = self.weight[self.owner]
        likely = np.where(self.right > 0, p, 1 - p)
        value = -float(weight @ np.log(np.maximum(likely, 1e-12)))
        return value, (p - self.right) * weight, np.zeros(len(absent))


def places_of(hashes: Integers, known: Integers) -> tuple[Integers, NDArray[np.bool_]]:
    """Return where each hash stands among the known ones (sorted), and which are known at all."""
    if not len(known):
        return np.zeros(len(hashes), dtype=np.int64), np.zeros(len(hashes), dtype=bool)
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return at, known[at] == hashes

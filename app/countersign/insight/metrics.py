"""Figures about answers: how often right, and whether the confidence said beforehand holds. Pure functions.

An answer is a probability that was said (0 to 1) and whether it was right. Ties are never broken by order:
where a cut falls among equally sure answers, each of them counts in part.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BINS = 10
"""Of equal width, for the calibration error and the reliability diagram."""

_ROUNDS = 200
"""Simulated sets of perfectly calibrated answers for the noise floor."""


class Answers(NamedTuple):
    """What was said and what was so, one entry an answer."""

    said: Floats
    right: Floats
    """1.0 for right, 0.0 for wrong."""

    @classmethod
    def of(cls, pairs: Sequence[tuple[float, bool]]) -> "Answers":
        """Take pairs of a probability and whether the answer was right."""
        said = np.array([probability for probability, _ in pairs], dtype=np.float64)
        return cls(said, np.array([float(right) for _, right in pairs], dtype=np.float64))


class Bin(NamedTuple):
    """The answers of like confidence."""

    answers: int
    said: float
    """Their mean confidence."""
    right: float
    """The share of them that was right."""


def f1(right: float, given: float, there: float) -> float:
    """Return the harmonic mean of right/given and right/there; 1 where nothing is given nor there."""
    return 2 * right / (given + there) if given + there else 1.0


def bins(answers: Answers, count: int = BINS) -> list[Bin]:
    """Sort answers into bins of equal width by what was said; empty bins are left out."""
    places = _places(answers.said, count)
    found = []
    for place in range(count):
        inside = places == place
        size = int(inside.sum())
        if size:
            found.append(Bin(size, float(answers.said[inside].mean()), float(answers.right[inside].mean())))
    return found


def calibration_error(answers: Answers, count: int = BINS) -> float:
    """Return the expected calibration error: the gap between said and right, averaged over the answers."""
    if not answers.said.size:
        return 0.0
    return float(_errors(answers.said, answers.right[None, :], count)[0])


def noise_floor(answers: Answers, count: int = BINS, seed: int = 1) -> float:
    """Return the calibration error that perfectly calibrated answers of these confidences would show.

    Chance alone leaves a gap in every bin: the mean over simulated answers, each right with exactly the
    probability that was said.
    """
    if not answers.said.size:
        return 0.0
    chance = np.random.default_rng(seed).random((_ROUNDS, answers.said.size))
    return float(_errors(answers.said, (chance < answers.said).astype(np.float64), count).mean())


def _errors(said: Floats, right: Floats, count: int) -> Floats:
    """Return one calibration error a row of `right`."""
    places = _places(said, count)
    gaps = right - said
    sums = np.stack([np.abs(gaps[:, places == place].sum(axis=1)) for place in range(count)])
    return np.asarray(sums.sum(axis=0) / said.size)


def _places(said: Floats, count: int) -> npt.NDArray[np.int64]:
    return np.minimum((said * count).astype(np.int64), count - 1)


def auroc(answers: Answers) -> float | None:
    """Return how often a right answer was surer than a wrong one, ties counted half; None without both."""
    right, wrong = answers.said[answers.right > 0], answers.said[answers.right == 0]
    if not (right.size and wrong.size):
        return None
    below = np.searchsorted(np.sort(wrong), right, side="left")
    not_above = np.searchsorted(np.sort(wrong), right, side="right")
    return float((below + not_above).sum() / (2 * right.size * wrong.size))


def accuracy_at(answers: Answers, coverage: float) -> float | None:
    """Return the share of right ones among the surest `coverage` (0 to 1) of the answers."""
    wanted = coverage * answers.said.size
    if wanted <= 0:
        return None
    right = taken = 0.0
    for size, good in _steps(answers):
        part = min(1.0, (wanted - taken) / size)
        right += part * good
        taken += part * size
        if part < 1.0:
            break
    return right / taken


def coverage_at(answers: Answers, accuracy: float) -> float:
    """Return the largest share of answers that a threshold can let through at this accuracy."""
    right = taken = best = 0.0
    for size, good in _steps(answers):
        right += good
        taken += size
        if right >= accuracy * taken - 1e-9:
            best = taken
    return best / answers.said.size if answers.said.size else 0.0


def _steps(answers: Answers) -> list[tuple[float, float]]:
    """Return (answers, right ones) for each confidence said, the surest first."""
    levels, places = np.unique(-answers.said, return_inverse=True)
    sizes = np.bincount(places, minlength=levels.size)
    goods = np.bincount(places, weights=answers.right, minlength=levels.size)
    return list(zip(map(float, sizes), map(float, goods), strict=True))

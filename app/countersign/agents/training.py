"""Trains the scorers of the local reader on documents with known values, reproducibly, with numpy alone.

For each field the candidates compete with each other and with 'not present' (a softmax over them all, trained
for the total probability of the right ones); fields that may have several values judge each candidate alone.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from countersign.agents.features import GROUPS, NAMES, scorer_name
from countersign.agents.local import Prepared
from countersign.agents.model import Floats
from countersign.domain.klass import ClassDef, FieldDef

HIDDEN = 14
_SCOUTING, _ROUNDS = 60, 200
_HARDEST, _SAMPLED = 14, 14
"""Wrong candidates kept an example after scouting: those that score highest, and some of the others."""
_PLACES = tuple(NAMES.index(name) for name in ("top", "x0", "x1", "size", "bold", "run_words", "foot"))
_BLINDED = 0.35
"""Share of examples that are shown without places and sizes, so that an unknown layout is no riddle."""
_DECAY = 1e-3


_PRIOR = {
    "own_inline": 2.0, "own_left": 2.0, "own_above": 1.5, "own_after": 0.5, "own_best": 1.5, "margin": 1.0,
    "other_inline": -1.5, "other_left": -1.5, "other_above": -1.0, "colon": 0.5, "weight": 0.5, "order": -1.0,
    "block_same": 2.0, "block_other": -2.0, "in_table": -1.0, "grade": 1.0, "unlabelled": -0.5,
    "unlabelled_option": -2.0,
}  # fmt: skip
"""What a person would say of the features beforehand; training starts from here and decays back to it."""


class Lesson(NamedTuple):
    """A document with what is true of it."""

    prepared: Prepared
    klass: ClassDef
    right: dict[str, Callable[[str], bool]]
    """By field that is present: says whether a canonical value is right."""
    absent: frozenset[str]
    """Fields known to be absent."""
    fold: str
    """Documents of one layout share it, so that none is judged by a model that has seen its like."""
    weight: float = 1.0


class Example(NamedTuple):
    """The candidates for one field of one document."""

    rows: Floats
    right: Floats
    many: bool
    required: bool
    fold: str
    weight: float


def examples(lessons: Sequence[Lesson]) -> dict[str, list[Example]]:
    """Turn documents into examples by group; a value without any candidate teaches nothing."""
    found: dict[str, list[Example]] = defaultdict(list)
    for lesson in lessons:
        for field in lesson.klass.fields:
            example = _example(lesson, field)
            if example is not None:
                found[scorer_name(field)].append(example)
    return dict(found)


def _example(lesson: Lesson, field: FieldDef) -> Example | None:
    is_right = lesson.right.get(field.name)
    if is_right is None and field.name not in lesson.absent:
        return None
    candidates, rows = lesson.prepared.candidates(field)
    if not candidates:
        return None
    right = np.array([float(is_right is not None and is_right(c.value)) for c in candidates])
    if is_right is not None and not right.any():
        return None
    return Example(
        rows.astype(np.float32),
        right.astype(np.float32),
        field.many,
        field.required,
        lesson.fold,
        lesson.weight,
    )


def train(
    by_group: dict[str, list[Example]], seed: int, without: Callable[[str], bool] = lambda fold: False
) -> dict[str, Any]:
    """Train every group and return the model as data; examples whose fold is `without` are left out."""
    groups = {}
    for name, held in sorted(by_group.items()):
        kept = [example for example in held if not without(example.fold)]
        groups[name] = _train_group(kept, np.random.default_rng(seed))
    everything = {f"{group}{kind}" for group in GROUPS.values() for kind in ("", "_many")}
    for name in everything - groups.keys():
        groups[name] = _train_group([], np.random.default_rng(seed))
    return {"features": list(NAMES), "groups": groups}


def _blinded(example: Example, rng: np.random.Generator) -> Example:
    if rng.random() >= _BLINDED:
        return example
    rows = example.rows.copy()
    rows[:, _PLACES] = 0.0
    return example._replace(rows=rows)


def _hardest(example: Example, weights: dict[str, Floats], rng: np.random.Generator) -> Example:
    """Keep the right candidates, the wrong ones that score highest and some of the others."""
    if example.many:
        return example
    scores = np.tanh(example.rows @ weights["hidden"] + weights["hidden_bias"]) @ weights["out"]
    scores = scores + example.rows @ weights["direct"] + 1e6 * example.right
    order = np.argsort(-scores)
    first = _HARDEST + int(example.right.sum())
    kept = np.sort(np.concatenate([order[:first], rng.permutation(order[first:])[:_SAMPLED]]))
    return example._replace(rows=example.rows[kept], right=example.right[kept])


class _Batch:
    """All examples of a group in one array, with the stretch of rows of each."""

    def __init__(self, held: list[Example]) -> None:
        self.rows = np.concatenate([e.rows for e in held])
        self.right = np.concatenate([e.right for e in held])
        counts = np.array([len(e.right) for e in held])
        self.starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self.owner = np.repeat(np.arange(len(held)), counts)
        self.many = np.array([e.many for e in held])
        self.required = np.array([float(e.required) for e in held])
        self.absent = np.array([float(not e.right.any()) for e in held])
        weight = np.array([e.weight for e in held])
        self.weight = weight / weight.sum()


def _train_group(held: list[Example], rng: np.random.Generator) -> dict[str, Any]:
    width = len(NAMES)
    weights: dict[str, Floats] = {
        "hidden": rng.normal(0, 0.25, (width, HIDDEN)),
        "hidden_bias": np.zeros(HIDDEN),
        "out": rng.normal(0, 0.25, HIDDEN),
        "direct": _prior(),
        "absent": np.zeros(1),
        "absent_required": np.zeros(1),
    }
    for name, value in weights.items():
        weights[name] = value.astype(np.float32)
    if held:
        scouted = _Batch(
            [held[place] for place in sorted(rng.permutation(len(held))[: max(60, len(held) // 3)])]
        )
        _adam(weights, lambda: _gradients(weights, scouted), _SCOUTING)
        hard = _Batch([_blinded(_hardest(example, weights, rng), rng) for example in held])
        _adam(weights, lambda: _gradients(weights, hard), _ROUNDS)
    return {
        "hidden": np.round(weights["hidden"], 4).tolist(),
        "hidden_bias": np.round(weights["hidden_bias"], 4).tolist(),
        "out": np.round(weights["out"], 4).tolist(),
        "direct": np.round(weights["direct"], 4).tolist(),
        "absent": round(float(weights["absent"][0]), 4),
        "absent_required": round(float(weights["absent_required"][0]), 4),
    }


def _prior() -> Floats:
    return np.array([_PRIOR.get(name, 0.0) for name in NAMES], dtype=np.float32)


def _adam(weights: dict[str, Floats], gradients: Callable[[], dict[str, Floats]], rounds: int) -> None:
    first = {name: np.zeros_like(w) for name, w in weights.items()}
    second = {name: np.zeros_like(w) for name, w in weights.items()}
    for step in range(1, rounds + 1):
        rate = 0.03 * min(1.0, 2.0 * (1.0 - step / (rounds + 1)))
        for name, gradient in gradients().items():
            first[name] = 0.9 * first[name] + 0.1 * gradient
            second[name] = 0.995 * second[name] + 0.005 * gradient**2
            mean = first[name] / (1 - 0.9**step)
            spread = second[name] / (1 - 0.995**step)
            weights[name] -= rate * mean / (np.sqrt(spread) + 1e-8)


def _gradients(weights: dict[str, Floats], batch: _Batch) -> dict[str, Floats]:
    """Gradients of the mean negative log probability of the right answers, with weight decay."""
    hidden = np.tanh(batch.rows @ weights["hidden"] + weights["hidden_bias"])
    scores = hidden @ weights["out"] + batch.rows @ weights["direct"]
    absent_scores = weights["absent"][0] + weights["absent_required"][0] * batch.required
    slope, absent_slope = _slopes(scores, absent_scores, batch)
    slope = (slope * batch.weight[batch.owner]).astype(np.float32)
    absent_slope = absent_slope * batch.weight
    inner = np.outer(slope, weights["out"]) * (1 - hidden**2)
    found = {
        "hidden": batch.rows.T @ inner,
        "hidden_bias": inner.sum(axis=0),
        "out": hidden.T @ slope,
        "direct": batch.rows.T @ slope,
        "absent": np.array([absent_slope.sum()]),
        "absent_required": np.array([(absent_slope * batch.required).sum()]),
    }
    found["direct"] = found["direct"] - _DECAY * _prior()
    return {name: gradient + _DECAY * weights[name] for name, gradient in found.items()}


def _slopes(scores: Floats, absent_scores: Floats, batch: _Batch) -> tuple[Floats, Floats]:
    """Return the derivative of the loss by each score and by each 'not present' score."""
    top = np.maximum(np.maximum.reduceat(scores, batch.starts), absent_scores)
    power = np.exp(scores - top[batch.owner])
    absent = np.exp(absent_scores - top)
    total = np.add.reduceat(power, batch.starts) + absent
    p, p_absent = power / total[batch.owner], absent / total
    right = np.add.reduceat(p * batch.right, batch.starts) + p_absent * batch.absent
    share = np.where(right > 1e-12, 1.0 / np.maximum(right, 1e-12), 0.0)
    slope = p - p * batch.right * share[batch.owner]
    absent_slope = p_absent - p_absent * batch.absent * share
    alone = batch.many[batch.owner]
    single = 1.0 / (1.0 + np.exp(-np.clip(scores, -40, 40)))
    slope = np.where(alone, single - batch.right, slope)
    absent_slope = np.where(batch.many, 0.0, absent_slope)
    return slope, absent_slope


def _probability(pair: tuple[float, bool]) -> float:
    return pair[0]


def table(pairs: Sequence[tuple[float, bool]], points: int = 14) -> list[list[float]]:
    """Fit what probabilities have been worth: bins of equal count, smoothed, made to rise (PAV)."""
    if len(pairs) < 30:
        return []
    ordered = sorted(pairs, key=_probability)
    size = max(15, len(ordered) // points)
    blocks: list[list[float]] = []
    at = 0
    while at < len(ordered):
        end = min(at + size, len(ordered))
        while end < len(ordered) and ordered[end][0] == ordered[end - 1][0]:
            end += 1  # what was said with one probability is counted together
        part, at = ordered[at:end], end
        mean = sum(p for p, _ in part) / len(part)
        worth = (sum(ok for _, ok in part) + 2 * mean) / (len(part) + 2)
        blocks.append([mean, worth, float(len(part))])
        while len(blocks) > 1 and blocks[-2][1] > blocks[-1][1]:
            (x0, y0, n0), (x1, y1, n1) = blocks[-2], blocks[-1]
            n = n0 + n1
            blocks[-2:] = [[(x0 * n0 + x1 * n1) / n, (y0 * n0 + y1 * n1) / n, n]]
    return [[round(x, 5), round(y, 5)] for x, y, _ in blocks]

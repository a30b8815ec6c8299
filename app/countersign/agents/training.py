"""Trains the scorers of the local reader on documents with known values, reproducibly, with numpy alone.

For each field the candidates compete with each other and with 'not present' (a softmax over them all, trained
for the total probability of the right ones); fields that may have several values judge each candidate alone.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from countersign.agents.features import ABSENCE, GROUPS, NAMES, scorer_name
from countersign.agents.logits import Floats
from countersign.agents.memory import Place
from countersign.agents.model import Model
from countersign.agents.prepared import Prepared
from countersign.domain.klass import ClassDef, FieldDef

HIDDEN = 12
NETS = 3
"""Nets a scorer, from different starts; their mean is one wide net."""
_SCOUTING, _ROUNDS = 4, 12
"""Passes over the examples: to find what is hard to tell from the right ones, and to learn from that."""
_BATCH = 128
_FEWEST = 200
"""Steps, however few the examples."""
_RATE = 0.012
_HARDEST, _SAMPLED, _RIGHT = 14, 14, 6
"""Candidates kept an example: the wrong ones that score highest, some of the others, and right ones."""
_PLACES = [NAMES.index(name) for name in ("top", "x0", "x1", "size", "bold", "run_words", "foot")]
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
    document: str = ""
    """SHA-256 of the document, by which what it taught can be forgotten."""
    places: Mapping[str, tuple[Place, ...]] = MappingProxyType({})
    """By field: where a person confirmed the value, where that is known."""
    reader: Model | None = None
    """A model that has not seen the document: on one that has, lessons would trust the model too much."""


class Example(NamedTuple):
    """The candidates for one field of one document."""

    rows: Floats
    right: Floats
    absence: Floats
    """What speaks for the field having no value."""
    many: bool
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
        lesson.prepared.absence(field, candidates, rows).astype(np.float32),
        field.many,
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
    for name in sorted(everything - groups.keys()):
        groups[name] = _train_group([], np.random.default_rng(seed))
    return {"features": [*NAMES, *ABSENCE], "groups": groups}


Weights = dict[str, Floats]


class Batch(NamedTuple):
    """Examples side by side, filled up to the same number of candidates: example, candidate, feature."""

    rows: Floats
    right: Floats
    counts: Floats
    """How many candidates of the document each row stands for; 0 where there is none."""
    absence: Floats
    absent: Floats
    many: Floats
    weight: Floats

    def part(self, places: Any) -> "Batch":
        """Return some of the examples."""
        return Batch(*(held[places] for held in self))


def gathered(held: Sequence[Example], scorer: Weights, rng: np.random.Generator) -> Batch:
    """Lay examples side by side with their hardest candidates."""
    kept = [_hardest(example, scorer, rng) for example in held]
    widest = max(len(places) for places, _ in kept)
    rows = np.zeros((len(held), widest, len(NAMES)), dtype=np.float32)
    right, counts = np.zeros((2, len(held), widest), dtype=np.float32)
    for number, (example, (places, stands_for)) in enumerate(zip(held, kept, strict=True)):
        rows[number, : len(places)] = example.rows[places]
        right[number, : len(places)] = example.right[places]
        counts[number, : len(places)] = stands_for
    weight = np.array([e.weight for e in held], dtype=np.float32)
    return Batch(
        rows,
        right,
        counts,
        np.stack([e.absence for e in held]),
        np.array([float(not e.right.any()) for e in held], dtype=np.float32),
        np.array([float(e.many) for e in held], dtype=np.float32),
        weight / weight.mean(),
    )


def _hardest(example: Example, weights: Weights, rng: np.random.Generator) -> tuple[Any, Floats]:
    """Keep right candidates, the wrong ones that score highest and some of the others."""
    hidden = np.tanh(example.rows @ weights["hidden"] + weights["hidden_bias"])
    scores = _scores(weights, example.rows, hidden).mean(axis=1)
    order = np.argsort(-scores, kind="stable")
    is_right = example.right[order] > 0
    right = order[is_right] if example.many else order[is_right][:_RIGHT]
    wrong = order[~is_right]
    hard, others = wrong[:_HARDEST], wrong[_HARDEST:]
    some = rng.permutation(others)[:_SAMPLED]
    each = len(others) / len(some) if example.many and len(some) else 1.0
    counts = np.ones(len(right) + len(hard) + len(some), dtype=np.float32)
    counts[len(right) + len(hard) :] = each
    return np.concatenate([right, hard, some]), counts


def _train_group(held: list[Example], rng: np.random.Generator) -> dict[str, Any]:
    nets = _start(rng, NETS)
    if held:
        scout = _start(rng, 1)
        _descend(scout, gathered(held, scout, rng), _SCOUTING, rng)
        _descend(nets, gathered(held, scout, rng), _ROUNDS, rng)
    mean: Weights = {
        "hidden": nets["hidden"],
        "hidden_bias": nets["hidden_bias"],
        "out": nets["out"].reshape(-1) / NETS,
        "direct": nets["direct"].mean(axis=1),
        "absent": nets["absent"].mean(axis=1),
    }
    return {name: np.round(value.astype(np.float64), 4).tolist() for name, value in mean.items()}


def _start(rng: np.random.Generator, nets: int) -> Weights:
    """Return the weights of several nets side by side."""
    weights: Weights = {
        "hidden": rng.normal(0, 0.25, (len(NAMES), nets * HIDDEN)),
        "hidden_bias": np.zeros(nets * HIDDEN),
        "out": rng.normal(0, 0.25, (nets, HIDDEN)),
        "direct": np.repeat(_prior()[:, None], nets, axis=1),
        "absent": np.zeros((len(ABSENCE), nets)),
    }
    return {name: value.astype(np.float32) for name, value in weights.items()}


def _scores(weights: Weights, rows: Floats, hidden: Floats) -> Floats:
    """Return one score a row and net."""
    nets, width = weights["out"].shape
    parts = hidden.reshape(-1, nets, width)
    result: Floats = (parts * weights["out"]).sum(axis=2) + rows @ weights["direct"]
    return result


def _prior() -> Floats:
    return np.array([_PRIOR.get(name, 0.0) for name in NAMES], dtype=np.float32)


def _descend(weights: Weights, batch: Batch, passes: int, rng: np.random.Generator) -> None:
    """Adam over shuffled parts of the examples; the rate falls to nothing at the end."""
    first = {name: np.zeros_like(w) for name, w in weights.items()}
    second = {name: np.zeros_like(w) for name, w in weights.items()}
    count = len(batch.weight)
    parts = max(2, count // _BATCH)
    passes = max(passes, _FEWEST // parts)
    step, last = 0, passes * parts
    for _ in range(passes):
        for places in np.array_split(rng.permutation(count), parts):
            if not len(places):
                continue
            step += 1
            part = batch.part(places)
            blinded = rng.random(len(places)) < _BLINDED
            part.rows[:, :, _PLACES] *= ~blinded[:, None, None]
            rate = _RATE * min(1.0, 2.0 * (1.0 - step / (last + 1)))
            for name, gradient in gradients(weights, part).items():
                first[name] = 0.9 * first[name] + 0.1 * gradient
                second[name] = 0.99 * second[name] + 0.01 * gradient**2
                mean = first[name] / (1 - 0.9**step)
                spread = second[name] / (1 - 0.99**step)
                weights[name] -= (rate * mean / (np.sqrt(spread) + 1e-8)).astype(np.float32)


def gradients(weights: Weights, batch: Batch) -> Weights:
    """Gradients of each net's mean negative log probability of the right answers, with weight decay."""
    count, widest, width = batch.rows.shape
    nets, units = weights["out"].shape
    rows = batch.rows.reshape(-1, width)
    hidden = np.tanh(rows @ weights["hidden"] + weights["hidden_bias"])
    scores = _scores(weights, rows, hidden).reshape(count, widest, nets)
    slope, absent_slope = slopes(scores, batch.absence @ weights["absent"], batch)
    share = (batch.weight / count).astype(np.float32)
    slope = (slope * share[:, None, None]).astype(np.float32).reshape(-1, nets)
    inner = (slope[:, :, None] * weights["out"]).reshape(-1, nets * units) * (1 - hidden**2)
    found = {
        "hidden": rows.T @ inner,
        "hidden_bias": inner.sum(axis=0),
        "out": np.einsum("rnu,rn->nu", hidden.reshape(-1, nets, units), slope),
        "direct": rows.T @ slope - _DECAY * _prior()[:, None],
        "absent": batch.absence.T @ (absent_slope * share[:, None]).astype(np.float32),
    }
    return {name: gradient + _DECAY * weights[name] for name, gradient in found.items()}


def slopes(scores: Floats, absent_scores: Floats, batch: Batch) -> tuple[Floats, Floats]:
    """Return the derivative of the loss by each score and by each 'not present' score."""
    there, is_right = batch.counts[:, :, None] > 0, batch.right[:, :, None]
    is_absent, many = batch.absent[:, None], batch.many[:, None] > 0
    shown = np.where(there, scores, np.float32(-1e9))
    top = np.maximum(shown.max(axis=1), absent_scores)
    power = np.exp(shown - top[:, None])
    absent = np.exp(absent_scores - top)
    total = power.sum(axis=1) + absent
    p, p_absent = power / total[:, None], absent / total
    right = (p * is_right).sum(axis=1) + p_absent * is_absent
    share = np.where(right > 1e-12, 1.0 / np.maximum(right, 1e-12), 0.0)
    slope = p - p * is_right * share[:, None]
    absent_slope = p_absent - p_absent * is_absent * share
    if many.any():
        alone = (1.0 / (1.0 + np.exp(-np.clip(scores, -40, 40))) - is_right) * batch.counts[:, :, None]
        slope = np.where(many[:, :, None], alone, slope)
        absent_slope = np.where(many, 0.0, absent_slope)
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

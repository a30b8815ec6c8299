"""Teaches the splitter: documents are laid behind one another at random, and it learns to find the seams."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from countersign.agents.logistic import fit_logistic
from countersign.agents.logits import Floats
from countersign.agents.sheet import Sheet
from countersign.agents.splitter import NAMES, gaps
from countersign.domain.document import Opened
from countersign.domain.klass import ClassDef
from countersign.insight.told import Told

Thing = TypeVar("Thing")
_PILES = 800
_SIZES = (1, 1, 1, 2, 2, 3, 4, 5)
_ONE_SET = 0.35
"""Share of piles that are made of one set: kin are the hardest to tell apart."""
_BLINDED = 0.6
"""Share of piles without sizes of paper and print: a scanner makes all pages alike."""
_RARE = -1.0
"""Piles are rarer on a desk than in training: what the answer starts from is moved by so much."""
_MOST_PAGES = 12
_DECAY = 1.0


class Pile(NamedTuple):
    """Documents laid behind one another, and the pages on which each begins."""

    opened: Opened
    starts: tuple[int, ...]


def teach_splitter(
    told: Sequence[Told], classes: Mapping[str, ClassDef], *, seed: int = 7, count: int = _PILES
) -> dict[str, Any]:
    """Train on piles of the documents and return the model as data; the same every time."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[float, ...]] = []
    answers: list[float] = []
    for pile in piles(told, count, rng):
        is_blind = rng.random() < _BLINDED
        for gap in gaps(Sheet(pile.opened), classes):
            rows.append((*gap.features[:-2], 0.0, 0.0) if is_blind else gap.features)
            answers.append(float(gap.page in pile.starts))
    weights, bias = _fitted(np.array(rows), np.array(answers))
    return {
        "features": list(NAMES),
        "weights": [round(float(weight), 4) for weight in weights],
        "bias": round(bias + _RARE, 4),
    }


def piles(told: Sequence[Told], count: int, rng: np.random.Generator) -> list[Pile]:
    """Lay documents of the sets behind one another; the short ones, so that no pile is endless."""
    by_set: dict[str, list[Opened]] = {}
    for one in told:
        if len(one.opened.pages) <= _MOST_PAGES and any(page.words for page in one.opened.pages):
            by_set.setdefault(one.name, []).append(one.opened)
    names = sorted(by_set)
    made = []
    for _ in range(count if names else 0):
        size = _any(_SIZES, rng)
        own = _any(names, rng) if rng.random() < _ONE_SET else None
        made.append(pile_up([_any(by_set[own or _any(names, rng)], rng) for _ in range(size)]))
    return made


def _any(things: Sequence[Thing], rng: np.random.Generator) -> Thing:
    return things[int(rng.integers(len(things)))]


def pile_up(documents: Sequence[Opened]) -> Pile:
    """Lay documents behind one another as pages of one file."""
    pages = [page for document in documents for page in document.pages]
    starts, at = [], 0
    for document in documents:
        starts.append(at)
        at += len(document.pages)
    numbered = tuple(page.model_copy(update={"number": number}) for number, page in enumerate(pages))
    whole = documents[0].model_copy(update={"pages": numbered, "widgets": (), "einvoice": None})
    return Pile(whole, tuple(starts))


def _fitted(rows: Floats, answers: Floats) -> tuple[Floats, float]:
    """Return the weights of what is told of a gap, and what the answer starts from."""
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    decay = np.full(rows.shape[1], _DECAY)
    decay[-1] = 1e-6
    weights = fit_logistic(rows, answers, np.ones(len(rows)), decay, np.zeros(rows.shape[1]))
    return weights[:-1], float(weights[-1])

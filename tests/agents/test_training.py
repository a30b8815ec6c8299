from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.agents import training
from countersign.agents.features import NAMES
from countersign.agents.model import Group, calibrated, softmax
from countersign.agents.training import Example


def example(rng: np.random.Generator, present: bool, many: bool = False) -> Example:
    """Five candidates; the right one has the label beside it."""
    rows = rng.normal(0, 0.3, (5, len(NAMES))).astype(np.float32)
    right = np.zeros(5, dtype=np.float32)
    rows[:, NAMES.index("own_left")] = 0.0
    if present:
        right[2] = 1.0
        rows[2, NAMES.index("own_left")] = 1.0
    return Example(rows, right, many, True, f"fold-{rng.integers(9)}", 1.0)


@pytest.fixture(scope="module")
def lessons() -> list[Example]:
    rng = np.random.default_rng(3)
    return [example(rng, present=number % 3 > 0) for number in range(90)]


def test_a_trained_scorer_finds_the_labelled_value_and_says_when_there_is_none(
    lessons: list[Example],
) -> None:
    group = Group(training.train({"date": lessons}, seed=7)["groups"]["date"])
    rng = np.random.default_rng(11)
    for _ in range(20):
        there, absent = example(rng, present=True), example(rng, present=False)
        found, none = softmax(group.scores(there.rows), group.not_present(required=True))
        assert int(found.argmax()) == 2
        assert found[2] > none
        found, none = softmax(group.scores(absent.rows), group.not_present(required=True))
        assert none > found.max()


def test_training_twice_with_one_seed_gives_one_model(lessons: list[Example]) -> None:
    assert training.train({"date": lessons}, seed=7) == training.train({"date": lessons}, seed=7)


def test_what_is_held_out_teaches_nothing(lessons: list[Example]) -> None:
    kept = [one for one in lessons if one.fold != "fold-1"]
    without = training.train({"date": lessons}, seed=7, without=lambda fold: fold == "fold-1")
    assert without == training.train({"date": kept}, seed=7)


@pytest.mark.parametrize("many", [False, True])
def test_gradients_are_those_of_the_loss(many: bool) -> None:
    rng = np.random.default_rng(5)
    batch = training._Batch([example(rng, present=number != 1, many=many) for number in range(3)])
    scores = rng.normal(0, 1, 15)
    absent = rng.normal(0, 1, 3)
    slope, absent_slope = training._slopes(scores, absent, batch)
    step = 1e-5
    for place in range(15):
        moved = scores.copy()
        moved[place] += step
        expected = (_loss(moved, absent, batch) - _loss(scores, absent, batch)) / step
        assert slope[place] == pytest.approx(expected, abs=1e-3)
    if not many:
        for place in range(3):
            moved = absent.copy()
            moved[place] += step
            expected = (_loss(scores, moved, batch) - _loss(scores, absent, batch)) / step
            assert absent_slope[place] == pytest.approx(expected, abs=1e-3)


def _loss(scores: np.ndarray, absent: np.ndarray, batch: training._Batch) -> float:
    total = 0.0
    for number, begin in enumerate(batch.starts):
        part, right = scores[begin : begin + 5], batch.right[begin : begin + 5]
        if batch.many[number]:
            p = 1 / (1 + np.exp(-part))
            total -= float(np.sum(right * np.log(p) + (1 - right) * np.log(1 - p)))
        else:
            weights = np.exp(part)
            none = np.exp(absent[number])
            good = float((weights * right).sum()) + none * batch.absent[number]
            total -= float(np.log(good / (weights.sum() + none)))
    return total


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=30, max_size=300))
def test_a_calibration_table_rises_and_stays_within_bounds(pairs: list[tuple[float, bool]]) -> None:
    table = training.table(pairs)
    assert all(a[0] <= b[0] + 1e-9 and a[1] <= b[1] + 1e-9 for a, b in pairwise(table))
    worth = [calibrated(table, p / 20) for p in range(21)]
    assert worth == sorted(worth)
    assert all(0.0 <= value < 1.0 for value in worth)


def test_a_boastful_scorer_is_cut_down_to_what_it_is_worth() -> None:
    pairs = [(0.95, number % 2 == 0) for number in range(200)]
    assert calibrated(training.table(pairs), 0.95) == pytest.approx(0.5, abs=0.02)

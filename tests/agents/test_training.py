from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.agents import training
from countersign.agents.features import ABSENCE, NAMES
from countersign.agents.logits import softmax
from countersign.agents.model import Group, calibrated
from countersign.agents.training import Example


def speaking(**said: float) -> np.ndarray:
    """What speaks for 'not present'."""
    return np.array(
        [{"one": 1.0, "required": 1.0, **said}.get(name, 0.0) for name in ABSENCE], dtype=np.float32
    )


LABELLED, ABSENT = speaking(best=1.0, label_weight=1.0), speaking()


def example(rng: np.random.Generator, present: bool, many: bool = False) -> Example:
    """Five candidates; the right one has the label beside it."""
    rows = rng.normal(0, 0.3, (5, len(NAMES))).astype(np.float32)
    right = np.zeros(5, dtype=np.float32)
    rows[:, NAMES.index("own_left")] = 0.0
    if present:
        right[2] = 1.0
        rows[2, NAMES.index("own_left")] = 1.0
    return Example(rows, right, ABSENT if not present else LABELLED, many, f"fold-{rng.integers(9)}", 1.0)


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
        found, none = softmax(group.scores(there.rows), group.not_present(there.absence))
        assert int(found.argmax()) == 2
        assert found[2] > none
        found, none = softmax(group.scores(absent.rows), group.not_present(absent.absence))
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
    examples = [example(rng, present=number != 1, many=many) for number in range(3)]
    batch = training.gathered(examples, training._start(rng, 1), rng)
    scores = rng.normal(0, 1, (3, 5, 1))
    absent = rng.normal(0, 1, (3, 1))
    slope, absent_slope = training.slopes(scores, absent, batch)
    step = 1e-5
    for place in np.ndindex(3, 5, 1):
        moved = scores.copy()
        moved[place] += step
        expected = (_loss(moved, absent, batch) - _loss(scores, absent, batch)) / step
        assert slope[place] == pytest.approx(expected, abs=1e-3)
    if not many:
        for place in np.ndindex(3, 1):
            moved = absent.copy()
            moved[place] += step
            expected = (_loss(scores, moved, batch) - _loss(scores, absent, batch)) / step
            assert absent_slope[place] == pytest.approx(expected, abs=1e-3)


def _loss(scores: np.ndarray, absent: np.ndarray, batch: training.Batch) -> float:
    total = 0.0
    for number, right in enumerate(batch.right):
        part = scores[number, :, 0]
        if batch.many[number]:
            p = 1 / (1 + np.exp(-part))
            total -= float(np.sum(right * np.log(p) + (1 - right) * np.log(1 - p)))
        else:
            weights = np.exp(part)
            none = np.exp(absent[number, 0])
            good = float((weights * right).sum()) + none * batch.absent[number]
            total -= float(np.log(good / (weights.sum() + none)))
    return total


def test_hard_wrong_candidates_are_kept_and_the_rest_is_counted_for_by_some() -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(0, 0.3, (100, len(NAMES))).astype(np.float32)
    right = np.zeros(100, dtype=np.float32)
    right[7] = 1.0
    batch = training.gathered([Example(rows, right, ABSENT, True, "f", 1.0)], training._start(rng, 1), rng)
    assert batch.right.sum() == 1
    assert batch.counts.sum() == pytest.approx(100)
    assert batch.rows.shape[1] < 40


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


def test_groups_that_nothing_taught_stand_in_an_order_that_no_run_changes() -> None:
    groups = list(training.train({}, seed=3)["groups"])
    assert len(groups) > 10
    assert groups == sorted(groups)

import numpy as np
import pytest

from countersign.agents.logistic import fit_logistic
from countersign.agents.logits import Floats, along, sigmoid

CHANCE = np.random.default_rng(11)


def drawn(count: int) -> tuple[Floats, Floats]:
    """Rows of which the first column is 1, and answers that follow the weights 0.5, -1 and 2."""
    rows = np.hstack([np.ones((count, 1)), CHANCE.normal(0, 1, (count, 2))])
    return rows, (CHANCE.random(count) < sigmoid(rows @ np.array([0.5, -1.0, 2.0]))).astype(float)


def test_the_weights_that_made_the_answers_are_found() -> None:
    rows, right = drawn(8000)
    found = fit_logistic(rows, right, np.ones(8000), np.full(3, 1e-3), np.zeros(3))
    assert found == pytest.approx([0.5, -1.0, 2.0], abs=0.12)


def test_at_the_end_no_weight_would_gain_by_moving() -> None:
    rows, right = drawn(300)
    weight, held, start = CHANCE.random(300), np.full(3, 2.0), np.array([0.0, 1.0, 0.0])
    found = fit_logistic(rows, right, weight, held, start)
    slope = rows.T @ (weight * (sigmoid(rows @ found) - right)) + held * (found - start)
    assert np.abs(slope).max() < 1e-3


def test_a_weight_that_is_held_strongly_stays_where_it_started() -> None:
    rows, right = drawn(500)
    found = fit_logistic(rows, right, np.ones(500), np.array([1e-3, 1e9, 1e-3]), np.array([0.0, 3.0, 0.0]))
    assert found[1] == pytest.approx(3.0, abs=1e-4)


def test_answers_that_a_line_parts_wholly_do_not_run_away() -> None:
    rows = np.array([[1.0, -1.0], [1.0, 1.0]] * 50)
    found = fit_logistic(rows, (rows[:, 1] > 0).astype(float), np.ones(100), np.full(2, 1.0), np.zeros(2))
    assert 0 < found[1] < 10


def test_between_two_points_of_a_table_worth_goes_straight_and_below_the_first_to_nothing() -> None:
    table = [[0.4, 0.2], [0.8, 0.6]]
    assert [along(table, said) for said in (0.0, 0.2, 0.4, 0.6, 0.9)] == pytest.approx(
        [0, 0.1, 0.2, 0.4, 0.6]
    )
    assert along([], 0.3) == 0.3

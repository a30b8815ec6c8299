import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.insight import metrics
from countersign.insight.metrics import Answers

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)
BOTH_KINDS = PAIRS.filter(lambda pairs: len({right for _, right in pairs}) == 2)


def answers(*pairs: tuple[float, bool]) -> Answers:
    return Answers.of(pairs)


# -- examples reckoned by hand ---------------------------------------------------------------------------


def test_f1_of_three_right_of_four_given_and_five_there_is_two_thirds() -> None:
    assert metrics.f1(3, 4, 5) == 2 * 3 / 9


def test_nothing_given_where_nothing_is_there_is_perfect() -> None:
    assert metrics.f1(0, 0, 0) == 1.0


def test_calibration_error_weighs_the_gap_of_each_bin_by_its_answers() -> None:
    # 0.9, 0.9, 0.95 with two right: gap |2.75 - 2| = 0.75; 0.25 wrong: gap 0.25; together 1.0 over 4 answers
    said = answers((0.9, True), (0.9, True), (0.95, False), (0.25, False))
    assert metrics.calibration_error(said) == pytest.approx(0.25)


def test_a_bin_gives_its_mean_confidence_and_its_share_of_right_answers() -> None:
    found = metrics.bins(answers((0.91, True), (0.99, False), (0.05, False)))
    assert [(one.answers, round(one.said, 2), one.right) for one in found] == [(1, 0.05, 0.0), (2, 0.95, 0.5)]


def test_auroc_counts_the_pairs_in_which_the_right_answer_was_surer_and_ties_half() -> None:
    # right 0.9 and 0.5 against wrong 0.5 and 0.1: of four pairs three won and one tied
    said = answers((0.9, True), (0.5, True), (0.5, False), (0.1, False))
    assert metrics.auroc(said) == 3.5 / 4


def test_auroc_needs_right_and_wrong_answers() -> None:
    assert metrics.auroc(answers((0.9, True), (0.4, True))) is None


def test_accuracy_at_half_coverage_looks_at_the_surer_half() -> None:
    said = answers((0.9, True), (0.8, True), (0.7, False), (0.6, False))
    assert metrics.accuracy_at(said, 0.5) == 1.0
    assert metrics.accuracy_at(said, 0.75) == pytest.approx(2 / 3)


def test_equally_sure_answers_at_the_cut_count_in_part() -> None:
    assert metrics.accuracy_at(answers((0.5, True), (0.5, False)), 0.5) == 0.5


def test_coverage_is_the_largest_share_that_a_threshold_lets_through() -> None:
    said = answers((0.9, True), (0.8, False), (0.7, True), (0.6, True), (0.5, False))
    assert metrics.coverage_at(said, 0.75) == 4 / 5
    assert metrics.coverage_at(said, 1.0) == 1 / 5


def test_a_threshold_cannot_tell_equally_sure_answers_apart() -> None:
    assert metrics.coverage_at(answers((0.9, True), (0.9, False)), 0.99) == 0.0


# -- rules that hold for any answers ---------------------------------------------------------------------


@given(PAIRS)
def test_calibration_error_lies_between_none_and_all(pairs: list[tuple[float, bool]]) -> None:
    assert 0.0 <= metrics.calibration_error(Answers.of(pairs)) <= 1.0


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_answers_that_say_what_is_so_have_no_calibration_error_and_no_noise(right: list[bool]) -> None:
    said = Answers.of([(float(is_right), is_right) for is_right in right])
    assert metrics.calibration_error(said) == 0.0
    assert metrics.noise_floor(said) == 0.0


@given(PAIRS)
def test_the_order_of_the_answers_changes_no_figure(pairs: list[tuple[float, bool]]) -> None:
    one, other = Answers.of(pairs), Answers.of(pairs[::-1])
    for figure in (
        metrics.calibration_error,
        metrics.auroc,
        lambda said: metrics.accuracy_at(said, 0.8),
        lambda said: metrics.coverage_at(said, 0.99),
    ):
        assert figure(one) == pytest.approx(figure(other))


@given(BOTH_KINDS)
def test_swapping_right_and_wrong_turns_auroc_over(pairs: list[tuple[float, bool]]) -> None:
    swapped = [(said, not right) for said, right in pairs]
    here, there = metrics.auroc(Answers.of(pairs)), metrics.auroc(Answers.of(swapped))
    assert here is not None and there is not None
    assert here == pytest.approx(1 - there)


@given(PAIRS)
def test_full_coverage_is_the_share_of_right_answers(pairs: list[tuple[float, bool]]) -> None:
    share = sum(right for _, right in pairs) / len(pairs)
    assert metrics.accuracy_at(Answers.of(pairs), 1.0) == pytest.approx(share)


@given(PAIRS, st.floats(0.01, 1), st.floats(0.01, 1))
def test_more_accuracy_never_leaves_more_coverage(
    pairs: list[tuple[float, bool]], one: float, other: float
) -> None:
    said = Answers.of(pairs)
    low, high = sorted((one, other))
    assert metrics.coverage_at(said, high) <= metrics.coverage_at(said, low)


@given(PAIRS)
def test_bins_hold_every_answer_once(pairs: list[tuple[float, bool]]) -> None:
    assert sum(one.answers for one in metrics.bins(Answers.of(pairs))) == len(pairs)


def test_the_noise_floor_is_the_same_every_time_and_falls_with_the_number_of_answers() -> None:
    few = Answers.of([(0.7, True)] * 20)
    many = Answers.of([(0.7, True)] * 2000)
    assert metrics.noise_floor(few) == metrics.noise_floor(few)
    assert metrics.noise_floor(many) < metrics.noise_floor(few) / 5

"""Figures of an agent: shares with their samples, times within an eighth, shifts where enough is known."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.work import Work, slot
from countersign.insight.figures import FEW, Figures, has_risen, measured, quantile, spread, stability

DAY = date(2026, 1, 5)


def work(
    times: list[int], *, day: int = 0, documents: int | None = None, failed: int = 0, money: int = 0
) -> Work:
    slots = Counter(map(slot, times))
    return Work(
        day=DAY + timedelta(days=day),
        agent="reader.local",
        klass="invoice",
        documents=len(times) if documents is None else documents,
        steps=len(times),
        failed=failed,
        milliseconds=sum(times),
        tokens=0,
        money=money,
        times=tuple(sorted(slots.items())),
    )


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=60), st.sampled_from([0.5, 0.95, 1.0]))
def test_a_time_of_many_is_right_within_an_eighth_of_it(times: list[int], share: float) -> None:
    ordered = sorted(times)
    exact = ordered[max(0, -(-len(times) * round(share * 100) // 100) - 1)]
    found = quantile([work(times[:20]), work(times[20:], day=1)], share)
    assert found is not None
    assert abs(found - exact) <= exact / 8 + 1


def test_no_step_has_no_time() -> None:
    assert quantile([], 0.5) is None


def test_every_measure_is_a_share_of_its_own_sample() -> None:
    sums = Counter(
        {
            "kept": 90,
            "corrected": 6,
            "missed": 3,
            "invented": 1,
            "route:straight_through": 30,
            "route:escalate": 10,
            "escalated": 8,
            "judged": 8,
            "upheld": 6,
            "needless": 2,
        }
    )
    found = measured(Figures((work([10] * 40, failed=1, money=8_000),), sums))
    assert found["kept"] == (900_000, 100)
    assert found["straight_through"] == (750_000, 40)
    assert found["escalated"] == (200_000, 40)
    assert found["upheld"] == (750_000, 8)
    assert found["failed"] == (25_000, 40)
    assert found["took"] == (10, 40)
    assert found["cost"] == (200, 40)


def test_what_was_not_measured_has_no_figure() -> None:
    assert set(measured(Figures((), Counter())).values()) == {(None, 0)}


def test_more_failures_than_steps_are_never_more_than_all() -> None:
    figures = Figures((work([5], failed=3),), Counter())
    assert measured(figures)["failed"] == (1_000_000, 3)


bins = st.dictionaries(st.sampled_from("0123456789"), st.integers(0, 5000)).map(Counter)


@given(bins, bins)
def test_a_shift_is_never_negative_and_the_same_both_ways(now: Counter[str], before: Counter[str]) -> None:
    index = stability(now, before)
    if min(now.total(), before.total()) < FEW:
        assert index is None
        return
    assert index is not None
    assert index >= 0
    assert stability(before, now) == pytest.approx(index)


def test_the_same_distribution_has_not_shifted_whatever_its_size() -> None:
    assert stability(Counter({"8": 300, "9": 700}), Counter({"8": 3000, "9": 7000})) == pytest.approx(
        0, abs=1e-3
    )


def test_a_shift_is_the_sum_of_its_definition() -> None:
    # (0.5 - 0.1) ln(0.5 / 0.1) + (0.5 - 0.9) ln(0.5 / 0.9), with half an answer more in each of two bins
    index = stability(Counter({"8": 5000, "9": 5000}), Counter({"8": 1000, "9": 9000}))
    assert index == pytest.approx(0.8789, abs=2e-3)


def test_a_share_has_risen_only_beyond_chance() -> None:
    assert has_risen((20, 200), (8, 200)) is True
    assert has_risen((10, 200), (8, 200)) is False
    assert has_risen((8, 200), (20, 200)) is False
    assert has_risen((5, 50), (0, 1000)) is None
    assert has_risen((0, 200), (0, 200)) is False


def test_what_a_document_costs_varies_from_day_to_day() -> None:
    found = spread([work([1], documents=10, money=100), work([1], day=1, documents=10, money=300)], "money")
    assert found is not None
    assert (found.mean, round(found.deviation, 3), found.days) == (20.0, 14.142, 2)
    assert spread([work([1], money=100)], "money") is None

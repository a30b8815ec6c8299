"""When lessons are fitted, and which are in force, follows from approvals and rounds in their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.document import MediaType
from countersign.domain.event import LessonsLearned
from countersign.domain.taught import Taught
from countersign.insight.course import Course
from countersign.insight.school import MOST, Why, next_step


def taught(n: int) -> Taught:
    return Taught(
        case=f"c{n}",
        record=n,
        klass="invoice",
        language="en",
        document="ab" * 32,
        media_type=MediaType.PDF,
        fields=(),
    )


def course(count: int) -> Course:
    made = Course("invoice")
    for n in range(count):
        made.take(taught(n))
    return made


def held(
    until: int, documents: int, *, won: bool, why: Why = "grown", digest: str = "cd" * 32
) -> LessonsLearned:
    return LessonsLearned(
        klass="invoice",
        documents=documents,
        until=until,
        why=why,
        held_back=3,
        f1_before=1,
        f1_after=2,
        is_admitted=won,
        digest=digest if won else None,
    )


@given(st.integers(0, 5000))
def test_the_next_step_lies_ahead_and_never_further_than_a_tenth_once_there_are_many(count: int) -> None:
    step = next_step(count)
    assert step > count
    assert count < 100 or step <= count + count // 10


@pytest.mark.parametrize(("count", "due"), [(0, None), (2, None), (3, "grown"), (4, "grown")])
def test_lessons_are_fitted_once_enough_cases_teach(count: int, due: Why | None) -> None:
    assert course(count).due(has_lessons=False, reader_since=0) == due


def test_a_round_that_lost_leaves_what_was_in_force() -> None:
    made = course(12)
    made.learned(100, held(5, 5, won=True, digest="aa" * 32))
    made.learned(101, held(12, 12, won=False))
    assert made.in_force is not None
    assert made.in_force.digest == "aa" * 32
    assert made.due(has_lessons=True, reader_since=0) is None


def test_lessons_whose_cases_are_gone_are_made_anew_and_end_when_they_lose() -> None:
    made = course(6)
    made.learned(100, held(6, 6, won=True))
    assert made.drop(["c2"])
    assert made.due(has_lessons=False, reader_since=0) == "shrunk"
    made.learned(101, held(101, 5, won=False, why="shrunk"))
    assert made.in_force is None


def test_another_reader_has_the_lessons_tried_anew() -> None:
    made = course(6)
    made.learned(100, held(6, 6, won=True))
    assert made.due(has_lessons=True, reader_since=50) is None
    assert made.due(has_lessons=True, reader_since=150) == "changed"


def test_only_the_latest_cases_teach() -> None:
    made = course(MOST + 7)
    assert len(made.taught) == MOST
    assert "c6" not in made.taught
    assert f"c{MOST + 6}" in made.taught

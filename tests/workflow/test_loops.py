"""An agent that goes round in circles is stopped within its limit, and one that gets on is not."""

from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.event import Checked
from countersign.workflow.loops import MOST_ROUNDS, Watch


def said(word: str) -> Checked:
    return Checked(passed=(word,), findings=(), milliseconds=7)


def rounds(words: list[str]) -> int | None:
    """Return after how many rounds the watch stopped an agent that says these words, None if it did not."""
    watch = Watch()
    for n, word in enumerate(words, 1):
        watch.saw([said(word)])
        if watch.loop():
            return n
    return None


@given(st.lists(st.text(max_size=3), unique=True, max_size=MOST_ROUNDS - 1))
def test_an_agent_that_always_says_something_new_is_left_alone(words: list[str]) -> None:
    assert rounds(words) is None


@given(st.lists(st.sampled_from("abc"), min_size=MOST_ROUNDS, max_size=40))
def test_no_agent_takes_more_rounds_than_it_may(words: list[str]) -> None:
    stopped = rounds(words)
    assert stopped is not None
    assert stopped <= MOST_ROUNDS


@given(st.lists(st.text(max_size=3), unique=True, max_size=6), st.text(min_size=4, max_size=5))
def test_the_same_answer_again_and_again_is_seen_in_four_rounds(before: list[str], word: str) -> None:
    assert rounds([*before, word, word, word, word]) in range(len(before) + 1, len(before) + 5)


def test_two_answers_in_turn_are_seen_in_four_rounds() -> None:
    assert rounds(["a", "b", "a", "b"]) == 4


def test_how_long_a_round_took_makes_it_no_news() -> None:
    watch = Watch()
    for milliseconds in range(4):
        watch.saw([Checked(passed=("same",), findings=(), milliseconds=milliseconds)])
    assert watch.loop() == "nothing new in 3 rounds"

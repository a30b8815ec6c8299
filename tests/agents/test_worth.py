import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.agents.worth import SIGNALS, Judgement, Signals, Worth, fit, lead, odds, untaught

CHANCE = np.random.default_rng(3)


def judged(count: int, boast: float, group: str = "date", scan: float = 0.0) -> list[Judgement]:
    """Answers that are right less often than their reader says: the odds are overstated."""
    found = []
    for _ in range(count):
        truth = CHANCE.normal(1.0, 1.5)
        is_right = bool(CHANCE.random() < 1 / (1 + np.exp(-truth)))
        found.append(Judgement(group, Signals(1.0, truth * boast, 0.0, scan=scan), is_right, 1.0))
    return found


def test_signals_are_named_in_their_order() -> None:
    assert Signals._fields == SIGNALS


def test_untaught_takes_the_reader_at_its_word() -> None:
    assert Worth(untaught()).of("date", Signals(1.0, odds(0.8), 0.0)) == pytest.approx(0.8, abs=1e-3)


def test_a_boastful_reader_is_brought_down_to_what_its_answers_were_worth() -> None:
    worth = Worth(fit(judged(4000, boast=3.0)))
    assert worth.of("date", Signals(1.0, 3.0, 0.0)) == pytest.approx(1 / (1 + np.exp(-1.0)), abs=0.04)


def test_answers_from_pictures_that_were_worse_are_worth_less() -> None:
    bad = [one._replace(is_right=CHANCE.random() < 0.5) for one in judged(2000, 1.0, scan=1.0)]
    worth = Worth(fit([*judged(2000, 1.0), *bad]))
    clear, scanned = (worth.of("date", Signals(1.0, 2.0, 0.0, scan=scan)) for scan in (0.0, 1.0))
    assert scanned < clear - 0.1


def test_fitting_twice_gives_the_same() -> None:
    held = judged(300, 2.0)
    assert fit(held) == fit(held)


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans(), st.sampled_from(("date", "name"))),
        min_size=1,
        max_size=40,
    )
)
def test_whatever_was_learned_an_answer_is_never_certain(
    answers: list[tuple[float, float, bool, str]],
) -> None:
    held = [Judgement(g, Signals(1.0, odds(p), lead(p, r)), ok, 1.0) for p, r, ok, g in answers]
    worth = Worth(fit(held))
    for one in held:
        assert 0.0 <= worth.of(one.group, one.signals) < 1.0

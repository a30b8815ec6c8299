import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.agents.worth import (
    SIGNALS,
    Judgement,
    Kind,
    Signals,
    Worth,
    crowd,
    fit,
    lead,
    odds,
    untaught,
)

CHANCE = np.random.default_rng(3)
ISSUED = Kind("date", "invoice.issue_date")
DUE = Kind("date", "invoice.due_date")


def judged(count: int, boast: float, kind: Kind = ISSUED, scan: float = 0.0) -> list[Judgement]:
    """Answers that are right less often than their reader says: the odds are overstated."""
    found = []
    for _ in range(count):
        truth = CHANCE.normal(1.0, 1.5)
        is_right = bool(CHANCE.random() < 1 / (1 + np.exp(-truth)))
        found.append(Judgement(kind, Signals(1.0, truth * boast, 0.0, scan=scan), is_right, 1.0))
    return found


def test_signals_are_named_in_their_order() -> None:
    assert Signals._fields == SIGNALS


def test_untaught_takes_the_reader_at_its_word() -> None:
    assert Worth(untaught()).of(ISSUED, Signals(1.0, odds(0.8), 0.0)) == pytest.approx(0.8, abs=1e-3)


def test_a_boastful_reader_is_brought_down_to_what_its_answers_were_worth() -> None:
    worth = Worth(fit(judged(4000, boast=3.0)))
    assert worth.of(ISSUED, Signals(1.0, 3.0, 0.0)) == pytest.approx(1 / (1 + np.exp(-1.0)), abs=0.04)


def test_answers_from_pictures_that_were_worse_are_worth_less() -> None:
    bad = [one._replace(is_right=CHANCE.random() < 0.5) for one in judged(2000, 1.0, scan=1.0)]
    worth = Worth(fit([*judged(2000, 1.0), *bad]))
    clear, scanned = (worth.of(ISSUED, Signals(1.0, 2.0, 0.0, scan=scan)) for scan in (0.0, 1.0))
    assert scanned < clear - 0.1


def test_a_field_that_is_read_worse_than_others_of_its_type_is_worth_less() -> None:
    bad = [one._replace(is_right=CHANCE.random() < 0.4) for one in judged(2000, 1.0, DUE)]
    worth = Worth(fit([*judged(2000, 1.0), *bad]))
    issued, due, unknown = (
        worth.of(kind, Signals(1.0, 2.0, 0.0)) for kind in (ISSUED, DUE, Kind("date", "order.ordered_on"))
    )
    assert due < unknown < issued


def test_how_sure_other_fields_are_is_not_counted_on_a_class_that_nothing_taught() -> None:
    good = [one._replace(signals=one.signals._replace(rest=4.0), is_right=True) for one in judged(500, 1.0)]
    worth = Worth(fit([*judged(500, 1.0), *good]))
    alone, among_sure = Signals(1.0, 1.0, 0.0), Signals(1.0, 1.0, 0.0, rest=4.0)
    unknown = Kind("date", "order.ordered_on")
    assert worth.of(ISSUED, among_sure) > worth.of(ISSUED, alone) + 0.05
    assert worth.of(unknown, among_sure) == worth.of(unknown, alone)


def test_what_a_model_of_fewer_signals_learned_still_counts() -> None:
    old = {"signals": ["one", "logit", "scan"], "weights": [0.5, 1.0, -1.0], "groups": {"date": [0.25, 0.0]}}
    said = Worth(old).of(ISSUED, Signals(1.0, 1.0, 0.0, scan=1.0, crowd=3.0))
    assert said == pytest.approx(1 / (1 + np.exp(-0.75)))


def test_a_crowd_counts_only_those_that_are_likely_at_all() -> None:
    assert crowd([0.3, 0.01, 0.001]) == pytest.approx(np.log(2))
    assert crowd([]) == 0.0


def test_fitting_twice_gives_the_same() -> None:
    held = judged(300, 2.0)
    assert fit(held) == fit(held)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.floats(0, 1),
            st.booleans(),
            st.sampled_from((ISSUED, DUE, Kind("name", "invoice.vendor_name"))),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_whatever_was_learned_an_answer_is_never_certain(
    answers: list[tuple[float, float, bool, Kind]],
) -> None:
    held = [Judgement(g, Signals(1.0, odds(p), lead(p, r)), ok, 1.0) for p, r, ok, g in answers]
    worth = Worth(fit(held))
    for one in held:
        assert 0.0 <= worth.of(one.kind, one.signals) < 1.0

"""A signal says what is wrong, against what, and stays silent where too little is known."""

from collections import Counter

import pytest
from tests.insight.test_figures import DAY, work
from tests.support.words import START

from countersign.domain.agents_seen import Metric, Sign, Signal, Unit
from countersign.domain.work import Alert
from countersign.insight.figures import Figures
from countersign.insight.signals import Weeks, drifted, inputs_drifted, signals, valued

QUIET = Figures((), Counter())


def figures(**sums: int) -> Figures:
    return Figures((), Counter({name.replace("__", ":"): n for name, n in sums.items()}))


def found(
    today: Figures = QUIET,
    now: Figures = QUIET,
    before: Figures = QUIET,
    alerts: tuple[Alert, ...] = (),
    metrics: tuple[Metric, ...] = (),
) -> tuple[Signal, ...]:
    return signals(today, Weeks(now, before), alerts, metrics, START)


def alert(share: int) -> Alert:
    return Alert(
        day=DAY, agent="reader.llm", what="tokens_per_day", share=share, limit=1000, at=START, record=7
    )


def test_nothing_known_is_no_signal() -> None:
    assert found() == ()


def test_a_spent_budget_is_grave_and_told_once() -> None:
    (one,) = found(alerts=(alert(800_000), alert(1_000_000)))
    assert (one.sign, one.is_grave) == (Sign.BUDGET, True)
    assert one.said == "All of the budget for tokens a day is spent."


def test_steps_that_fail_often_are_told_with_their_share() -> None:
    (one,) = found(today=Figures((work([1] * 100, failed=5),), Counter()))
    assert (one.sign, one.is_grave) == (Sign.FAILURES, False)
    assert "5 of 100 steps failed today (5.0 %)" in one.said
    assert found(today=Figures((work([1] * 1000, failed=5),), Counter())) == ()


@pytest.mark.parametrize(("code", "sign"), [("loop", Sign.LOOP), ("stalled", Sign.STALLED)])
def test_an_agent_that_was_stopped_is_told(code: str, sign: Sign) -> None:
    (one,) = found(today=figures(**{f"failed__{code}": 1}))
    assert (one.sign, one.is_grave) == (sign, True)
    assert one.said.startswith("Stopped once today because ")


def test_confidence_that_has_shifted_is_told_and_a_few_answers_are_not() -> None:
    shifted = found(now=figures(sure__2=500, sure__9=500), before=figures(sure__9=4000))
    assert [one.sign for one in shifted] == [Sign.CONFIDENCE_DRIFT]
    assert found(now=figures(sure__2=50), before=figures(sure__9=4000)) == ()
    assert drifted(Weeks(figures(sure__2=50), figures(sure__9=4000))).startswith("Too few to tell")


def test_more_corrections_than_before_are_told_with_both_shares() -> None:
    (one,) = found(now=figures(kept=160, corrected=40), before=figures(kept=950, missed=50))
    assert one.sign is Sign.CORRECTIONS
    assert one.said == "People change 20.0 % of what it read, after 5.0 % in the weeks before."


def metric(value: int, sample: int) -> Metric:
    return Metric(
        name="kept",
        said="Values left as they were.",
        unit=Unit.SHARE,
        target=950_000,
        value=value,
        sample=sample,
    )


def test_a_missed_aim_is_a_signal_once_enough_cases_tell_of_it() -> None:
    (one,) = found(metrics=(metric(900_000, 30),))
    assert one.said == "Values left as they were: 90.0 %, which should be at least 95.0 %."
    assert found(metrics=(metric(900_000, 29),)) == found(metrics=(metric(960_000, 30),)) == ()


def test_the_gravest_signal_comes_first() -> None:
    told = found(today=figures(failed__loop=1), metrics=(metric(900_000, 30),))
    assert [one.is_grave for one in told] == [True, False]


def test_other_kinds_of_cases_are_told_with_the_class_that_grew() -> None:
    one = inputs_drifted(Counter(claim=600, invoice=400), Counter(claim=100, invoice=900), START)
    assert one is not None
    assert "claim is 60.0 % of them, after 10.0 % before" in one.said
    assert inputs_drifted(Counter(claim=60), Counter(claim=100, invoice=900), START) is None


def test_a_figure_is_written_with_its_unit() -> None:
    assert [valued(unit, 1_500_000) for unit in Unit] == ["100 %", "25 min 0 s", "1.50", "1,500,000"]

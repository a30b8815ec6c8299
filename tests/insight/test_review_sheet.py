"""A review sheet tells throughput, quality, people's time, cost, failures and acts, in finished words."""

from collections import Counter
from datetime import date

import pytest
from tests.insight.cases import CATALOGUE, SYSTEM, record
from tests.insight.test_figures import DAY, work
from tests.support.words import START

from countersign.domain.agents_seen import Bucket, Metric, Period, ReviewSheet, Spend, Unit
from countersign.domain.event import How, PlanActivated, Scope, WorkStopped
from countersign.domain.figures import Told
from countersign.insight.figures import Figures
from countersign.insight.review_paper import html
from countersign.insight.review_sheet import Review, days_before, lines, review_sheet
from countersign.insight.tell import Teller

PERIOD = Period(first=DAY, last=date(2026, 1, 11))
SUMS = Counter(
    {
        "kept": 90,
        "corrected": 8,
        "invented": 2,
        "route:straight_through": 30,
        "route:escalate": 10,
        "escalated": 8,
        "reason:below_threshold": 8,
        "judged": 8,
        "upheld": 6,
        "needless": 2,
        "dwell": 80_000,
    }
)
NOW = Figures((work([10] * 30, money=6_000), work([10] * 10, day=2, failed=1, money=8_000)), SUMS)
BEFORE = Figures((work([10] * 20, money=4_000),), Counter())
KEPT = Metric(
    name="kept", said="Values left as they were.", unit=Unit.SHARE, target=950_000, value=900_000, sample=100
)
ORDER = WorkStopped(scope=Scope.AGENT, name="reader.local", how=How.KILL, reason="wrong ibans")


def review(**other: object) -> Review:
    made = Review(
        agent="reader.local",
        period=PERIOD,
        now=NOW,
        before=BEFORE,
        desk=Counter({"by:agent": 60, "by:person": 10, "by:system": 30}),
        metrics=(KEPT,),
        spend=(Spend(bucket=Bucket.TOOLING, milliseconds=400, money=14_000),),
        told=(Told(day=DAY, what="corrected", case="c-7"), Told(day=DAY, what="failed:loop", case="c-8")),
        acts=tuple(record((SYSTEM, ORDER), case=None)),
        teller=Teller(CATALOGUE),
        made_at=START,
    )
    return made._replace(**other)


def texts(sheet: ReviewSheet) -> str:
    return "\n".join(lines(sheet))


@pytest.mark.parametrize(
    "said",
    [
        "It worked on 40 documents, after 20 in the 7 days before.",
        "It misses 1 aim: values left as they were 90.0 %, which should be at least 95.0 %.",
        "Documents: 40 (20 before)",
        "Steps that failed: 1",
        "Time of a step: half within 10 ms, 19 of 20 within 10 ms",
        "Documents by day: 05 Jan 30, 07 Jan 10",
        "What became of its cases: straight through 30 (75.0 %), escalate 10 (25.0 %)",
        "Invoice: 40 documents",
        "People have passed on 100 answers of it",
        "! Kept: 90.0 % (of 100), which should be at least 95.0 %.",
        "Corrected by a person: 8",
        "Read, and not on the document: 2",
        "Too few to tell whether its confidence has shifted",
        "Cases it brought to a person: 8",
        "Doubtful field: 8",
        "6 needed it, 2 did not, of 8 settled",
        "With its answers before their eyes: 1 min 20 s",
        "For each of its documents: 2.0 s",
        "60.0 % by agents, 10.0 % by people, 30.0 % by the system",
        "Tooling: 400 ms, 0.014 EUR",
        "Money a document: 0.0005 on an average day, give or take",
        "2026-01-05: Corrected by a person [c-7]",
        "2026-01-05: Failed: Agent went in circles [c-8]",
        "Stopped the agent reader.local: wrong ibans; by an administrator's file (record 1, desk, workflow)",
    ],
)
def test_a_sheet_tells_its_figures_in_finished_words(said: str) -> None:
    assert said in texts(review_sheet(review()))


def test_the_days_of_a_period_are_told_one_by_one() -> None:
    assert review_sheet(review()).parts[0].days == (30, 0, 10, 0, 0, 0, 0)


def test_the_period_before_is_as_long_and_ends_the_day_before() -> None:
    assert days_before(PERIOD) == Period(first=date(2025, 12, 29), last=date(2026, 1, 4))


def test_an_agent_that_did_nothing_is_told_as_such() -> None:
    nothing = Figures((), Counter())
    sheet = review_sheet(
        review(now=nothing, before=nothing, desk=Counter(), metrics=(), spend=(), told=(), acts=())
    )
    assert sheet.summary == "It took no step in this period, so there is nothing to judge."
    text = texts(sheet)
    for said in ("nothing is known of its quality", "Nothing failed", "No order, plan, policy or version"):
        assert said in text


def test_a_measure_without_cases_is_said_not_to_be_measured() -> None:
    unknown = KEPT.model_copy(update={"value": None, "sample": 0})
    sheet = review_sheet(review(metrics=(unknown,)))
    assert "Not measured yet: values left as they were." in sheet.summary
    assert not any(row.is_missed for part in sheet.parts for row in part.rows)


def test_an_agent_that_bothers_people_needlessly_is_said_to_be_too_careful() -> None:
    sums = SUMS + Counter(judged=20, needless=18, upheld=2)
    met = KEPT.model_copy(update={"value": 990_000})
    sheet = review_sheet(review(now=NOW._replace(sums=sums), metrics=(met,)))
    assert "see whether it may be bolder" in sheet.summary


def test_plans_that_came_with_the_program_are_one_act() -> None:
    plans = [(SYSTEM, PlanActivated(plan=name, digest="ab" * 32, text="t")) for name in ("claim", "invoice")]
    (row,) = review_sheet(review(acts=tuple(record(*plans, case=None)))).parts[-1].rows
    assert row.text.startswith(
        "Made the plans claim, invoice active: they ship with the program (records 1–2"
    )


def test_the_page_bears_every_line_and_escapes_what_it_holds() -> None:
    told = review(acts=tuple(record((SYSTEM, ORDER.model_copy(update={"reason": "<b>x</b>"})), case=None)))
    page = html(review_sheet(told))
    assert "c-7" in page
    assert "<b>x</b>" not in page
    assert page.count("<h2>") == len(review_sheet(told).parts)

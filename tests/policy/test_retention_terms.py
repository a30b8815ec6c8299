"""What a policy may say about how long things are kept, and when a span is over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.errors import Trouble
from countersign.policy import retention
from countersign.policy.load import load, parse
from countersign.settings import catalogue
from countersign.settings.resources import shipped

KNOWN = catalogue.load()
POLICY = """\
policy: trial
owner: role:team_lead
classes:
  invoice: {mode: autonomous, retention: {events: 8y, documents: 11y}}
  kyb: {mode: autonomous, retention: {traces: 30d}}
  claim: {mode: autonomous}
retention: {events: 6y, documents: 10y, traces: 400d}
"""
spans = st.builds(lambda n, unit: f"{n}{unit}", st.integers(1, 99_999), st.sampled_from("mhdwy"))
moments = st.datetimes(timezones=st.just(UTC))


def test_a_class_overrides_the_desk_span_by_span() -> None:
    terms = parse(POLICY.encode(), "trial.yaml", KNOWN).terms
    kept = {name: retention.of_class(terms, name) for name in ("invoice", "kyb", "claim", None)}
    assert [(k.events, k.documents, k.traces) for k in kept.values()] == [
        ("8y", "11y", "400d"),
        ("6y", "10y", "30d"),
        ("6y", "10y", "400d"),
        ("6y", "10y", "400d"),
    ]


def test_a_class_that_the_policy_does_not_name_is_kept_as_the_desk_says() -> None:
    terms = parse(POLICY.encode(), "trial.yaml", KNOWN).terms
    assert retention.of_class(terms, "contract") == terms.retention


@pytest.mark.parametrize(
    ("right", "wrong", "place", "why"),
    [
        ("{events: 6y", "{events: 26w", "line 7, column 21", "at least six months (184d)"),
        ("{events: 6y", "{events: 183d", "line 7, column 21", "EU AI Act, Articles 19 and 26(6)"),
        ("{events: 8y", "{events: 4h", "line 4, column 51", "at least six months"),
        ("documents: 10y", "documents: 5y", "line 7, column 36", "shorter than events (6y)"),
        ("documents: 11y", "documents: 7y", "line 4, column 66", "shorter than events (8y)"),
        (", documents: 11y}", "}", None, None),
        ("8y, documents: 11y}", "12y}", "line 4, column 42", "is 10y, shorter than events (12y)"),
        ("{traces: 30d}", "{trace: 30d}", "line 5, column 39", "no such name"),
        ("{traces: 30d}", "{traces: 30}", "line 5, column 47", "valid string"),
    ],
)
def test_spans_that_the_law_forbids_are_refused_with_line_column_and_reason(
    right: str, wrong: str, place: str | None, why: str | None
) -> None:
    assert POLICY.count(right) == 1
    text = POLICY.replace(right, wrong).encode()
    if place is None:
        assert parse(text, "own.yaml", KNOWN)
        return
    with pytest.raises(Trouble) as caught:
        parse(text, "own.yaml", KNOWN)
    said = str(caught.value)
    assert said.startswith(f"own.yaml, {place}: ")
    assert why and why in said
    assert said.endswith("The active policy stays.")


def test_exactly_six_months_are_enough() -> None:
    text = POLICY.replace("{events: 6y", "{events: 184d").encode()
    assert parse(text, "own.yaml", KNOWN)


def test_the_shipped_policy_keeps_to_its_own_rules() -> None:
    assert load(shipped("resources", "policies", "desk.yaml"), KNOWN).terms.retention.events == "10y"


@pytest.mark.parametrize(
    ("settled", "span", "over"),
    [
        ("2026-01-31", "10y", "2036-01-31"),
        ("2024-02-29", "1y", "2025-03-01"),
        ("2024-02-29", "4y", "2028-02-29"),
        ("2026-12-31", "1d", "2027-01-01"),
        ("2026-01-01", "2w", "2026-01-15"),
    ],
)
def test_years_are_those_of_the_calendar(settled: str, span: str, over: str) -> None:
    begin = datetime.fromisoformat(settled).replace(tzinfo=UTC)
    assert f"{retention.after(begin, span):%Y-%m-%d}" == over


@given(moments, spans)
def test_a_span_is_over_no_earlier_than_its_least_length(moment: datetime, span: str) -> None:
    over = retention.after(moment, span)
    assert over > moment or over.year == 9999
    try:
        least = moment + retention.length(span)
    except OverflowError:
        return
    assert over >= least


@given(moments, st.integers(0, 5_000_000), spans)
def test_what_was_settled_first_is_over_first(moment: datetime, seconds: int, span: str) -> None:
    try:
        later = moment + timedelta(seconds=seconds)
    except OverflowError:
        return
    assert retention.after(moment, span) <= retention.after(later, span)

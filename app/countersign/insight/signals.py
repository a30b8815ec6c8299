"""What of an agent a person should look at: budgets, failures, circles, drift, corrections, missed aims."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from countersign.domain.agents_seen import Metric, Sign, Signal, Unit
from countersign.domain.confidence import MILLION, percent
from countersign.domain.work import Alert
from countersign.insight.figures import GRAVE, NOTICED, Figures, has_risen, stability
from countersign.insight.tell_control import amount, budget, seconds

WEEK, BEFORE = 7, 28
"""Days that are looked at, and the days before them that they are compared with."""
FEW_STEPS, MANY_FAILED, MOST_FAILED = 3, 0.02, 0.1
FEW_CASES = 30
"""Cases below which a missed aim is no signal."""


class Weeks(NamedTuple):
    """An agent's last days, and those before."""

    now: Figures
    before: Figures


def signals(
    today: Figures, weeks: Weeks, alerts: Iterable[Alert], metrics: Iterable[Metric], at: datetime
) -> tuple[Signal, ...]:
    """Return what stands out, the gravest first."""
    found = [
        *_budgets(alerts),
        *_failures(today, at),
        *_stopped(today, at),
        *_drift(weeks, at),
        *_corrections(weeks, at),
        *_missed(metrics, at),
    ]
    return tuple(sorted(found, key=lambda signal: not signal.is_grave))


def _budgets(alerts: Iterable[Alert]) -> Iterator[Signal]:
    latest = {alert.what: alert for alert in alerts}  # the later alert of a budget is the higher one
    for alert in latest.values():
        is_all = alert.share >= MILLION
        share = "All" if is_all else f"At least {percent(alert.share)}"
        said = f"{share} of the budget for {budget(alert.what)} is spent."
        yield Signal(sign=Sign.BUDGET, said=said, at=alert.at, is_grave=is_all)


def _failures(today: Figures, at: datetime) -> Iterator[Signal]:
    failed, steps = today.failures, today.steps
    if failed >= FEW_STEPS and failed > MANY_FAILED * steps:
        said = (
            f"{failed:,} of {steps:,} steps failed today ({percent(failed * MILLION // max(steps, failed))})."
        )
        yield Signal(sign=Sign.FAILURES, said=said, at=at, is_grave=failed > MOST_FAILED * steps)


def _stopped(today: Figures, at: datetime) -> Iterator[Signal]:
    for code, sign, why in (
        ("loop", Sign.LOOP, "it went in circles"),
        ("stalled", Sign.STALLED, "it took far too long"),
    ):
        n = today.sums[f"failed:{code}"]
        if n:
            times = "once" if n == 1 else f"{n:,} times"
            yield Signal(sign=sign, said=f"Stopped {times} today because {why}.", at=at, is_grave=True)


def _drift(weeks: Weeks, at: datetime) -> Iterator[Signal]:
    index = stability(weeks.now.of("sure:"), weeks.before.of("sure:"))
    if index is not None and index >= NOTICED:
        yield Signal(sign=Sign.CONFIDENCE_DRIFT, said=drifted(weeks), at=at, is_grave=index >= GRAVE)


def drifted(weeks: Weeks) -> str:
    """Say how far confidence has shifted, or that there is too little to tell."""
    now, before = weeks.now.of("sure:"), weeks.before.of("sure:")
    index = stability(now, before)
    counts = f"{now.total():,} answers against {before.total():,} before"
    if index is None:
        return f"Too few to tell whether its confidence has shifted: {counts}."
    how = "has shifted much" if index >= GRAVE else "has shifted" if index >= NOTICED else "is as it was"
    return f"Its confidence {how}: stability index {index:.2f}, {counts}."


def inputs_drifted(now: Counter[str], before: Counter[str], at: datetime) -> Signal | None:
    """Say that other kinds of cases come in than before, None where they do not, or are too few."""
    index = stability(now, before)
    if index is None or index < NOTICED:
        return None
    grown = max(now, key=lambda name: now[name] / now.total() - before[name] / before.total())
    said = (
        f"Other kinds of cases come in: stability index {index:.2f}; {grown or 'unclassified'} is "
        f"{percent(now[grown] * MILLION // now.total())} of them, after "
        f"{percent(before[grown] * MILLION // before.total())} before."
    )
    return Signal(sign=Sign.INPUTS_DRIFT, said=said, at=at, is_grave=index >= GRAVE)


def _corrections(weeks: Weeks, at: datetime) -> Iterator[Signal]:
    now = (weeks.now.changed, weeks.now.looked_at)
    before = (weeks.before.changed, weeks.before.looked_at)
    if has_risen(now, before):
        shares = (percent(part * MILLION // whole) for part, whole in (now, before))
        said = "People change {} of what it read, after {} in the weeks before.".format(*shares)
        yield Signal(sign=Sign.CORRECTIONS, said=said, at=at)


def _missed(metrics: Iterable[Metric], at: datetime) -> Iterator[Signal]:
    for metric in metrics:
        if metric.is_met is False and metric.sample >= FEW_CASES and metric.value is not None:
            said = f"{metric.said.rstrip('.')}: {valued(metric.unit, metric.value)}, {aim(metric)}."
            yield Signal(sign=Sign.METRIC, said=said, at=at)


def aim(metric: Metric) -> str:
    """Say what a metric should be."""
    if metric.target is None:
        return "no aim is set"
    bound = "at least" if metric.more_is_better else "at most"
    return f"which should be {bound} {valued(metric.unit, metric.target)}"


def valued(unit: Unit, value: int) -> str:
    """Write a figure with its unit."""
    match unit:
        case Unit.SHARE:
            return percent(value)
        case Unit.MILLISECONDS:
            return seconds(value)
        case Unit.MONEY:
            return amount(value)
        case Unit.COUNT:
            return f"{value:,}"

"""An agent's review sheet: what its owner goes through with it at the end of a period, in finished words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from countersign.domain.agents_seen import Bucket, Metric, Period, ReviewSheet, SheetPart, SheetRow, Spend
from countersign.domain.confidence import MILLION, percent
from countersign.domain.event import Entry, PlanActivated
from countersign.domain.figures import Told
from countersign.domain.reason import Reason
from countersign.domain.work import Work
from countersign.insight.figures import CHANGES, Figures, Spread, quantile, spread
from countersign.insight.page import numbers
from countersign.insight.signals import Weeks, aim, drifted, valued
from countersign.insight.tell import Teller, author, counted, tell
from countersign.insight.tell_control import amount, seconds, spaced, spend

PEOPLE_FOUND = {
    "corrected": "Corrected by a person",
    "missed": "Not read, and put there by a person",
    "invented": "Read, and not on the document",
    "illegible": "Read, and declared illegible",
}
NOTABLE = {
    **PEOPLE_FOUND,
    "needless": "Brought to a person, who approved it unchanged",
}
BY = {"agent": "by agents", "person": "by people", "system": "by the system"}


class Review(NamedTuple):
    """All that a sheet is made from."""

    agent: str
    period: Period
    now: Figures
    before: Figures
    """The same number of days just before."""
    desk: Counter[str]
    """What is counted of the desk as a whole in the period."""
    metrics: tuple[Metric, ...]
    """North star first, then the guardrails; with their figures."""
    spend: tuple[Spend, ...]
    told: tuple[Told, ...]
    """Cases to look at, the latest first."""
    acts: tuple[Entry, ...]
    """Events of the desk in the period that concern the agent."""
    teller: Teller
    made_at: datetime


def review_sheet(review: Review) -> ReviewSheet:
    """Put the sheet together."""
    parts = (
        _throughput(review),
        _quality(review),
        _escalations(review),
        _people(review),
        _costs(review),
        _notable(review),
        _actions(review),
    )
    return ReviewSheet(
        agent=review.agent,
        period=review.period,
        made_at=review.made_at,
        summary=_summary(review),
        parts=parts,
    )


def days_before(period: Period) -> Period:
    """Return the period of the same length just before."""
    days = (period.last - period.first).days + 1
    return Period(first=period.first - timedelta(days=days), last=period.first - timedelta(days=1))


def _summary(review: Review) -> str:
    now, before = review.now, review.before
    if not now.steps:
        return "It took no step in this period, so there is nothing to judge."
    than = f", after {before.documents:,} in the {_length(review.period)} before" if before.documents else ""
    told = [f"It worked on {counted(now.documents, 'document', 'documents')}{than}."]
    missed = [metric for metric in review.metrics if metric.is_met is False]
    unknown = [metric for metric in review.metrics if metric.value is None and metric.target is not None]
    if missed:
        worst = missed[0]
        value = valued(worst.unit, worst.value or 0)
        told.append(
            f"It misses {counted(len(missed), 'aim', 'aims')}: {_lower(worst.said)} {value}, {aim(worst)}."
        )
    elif review.metrics and not unknown:
        told.append("It meets its aim and its guardrails.")
    if unknown:
        told.append(f"Not measured yet: {_lower(unknown[0].said)}.")
    told.append(_advice(review, missed))
    return " ".join(told)


def _advice(review: Review, missed: Sequence[Metric]) -> str:
    """Say what to do next."""
    needless, judged = review.now.sums["needless"], review.now.sums["judged"]
    if missed:
        return "Go through the notable cases below with its owner, and decide whether its threshold moves."
    if judged >= 20 and needless * 2 > judged:
        share = percent(needless * MILLION // judged)
        return f"People approved {share} of what it brought them unchanged: see whether it may be bolder."
    return "Nothing asks for a change."


def _lower(said: str) -> str:
    return said[:1].lower() + said[1:].rstrip(".")


def _length(period: Period) -> str:
    return counted((period.last - period.first).days + 1, "day", "days")


# -- how much and how fast --------------------------------------------------------------------------------


def _throughput(review: Review) -> SheetPart:
    now, before = review.now, review.before
    rows = [
        SheetRow(name="Documents", text=f"{now.documents:,}{_was(before.documents)}"),
        SheetRow(name="Steps", text=f"{now.steps:,}{_was(before.steps)}"),
        SheetRow(name="Steps that failed", text=f"{now.failures:,}{_was(before.failures)}"),
        SheetRow(name="Time of a step", text=_times(now)),
        *_course(review),
        *_outcomes(review),
        *_classes(review),
    ]
    return SheetPart(title="Throughput", rows=tuple(rows), days=_days(review))


def _was(before: int) -> str:
    return f" ({before:,} before)" if before else ""


def _times(figures: Figures) -> str:
    middle, slow = (quantile(figures.works, share) for share in (0.5, 0.95))
    if middle is None or slow is None:
        return "no step to time"
    return f"half within {seconds(middle)}, 19 of 20 within {seconds(slow)}"


def _outcomes(review: Review) -> Iterator[SheetRow]:
    decided = review.now.decided
    if decided:
        told = ", ".join(
            f"{spaced(route)} {n:,} ({percent(n * MILLION // decided)})"
            for route, n in review.now.outcomes.most_common()
        )
        yield SheetRow(name="What became of its cases", text=told)


def _classes(review: Review) -> Iterator[SheetRow]:
    by_class: dict[str | None, list[Work]] = {}
    for work in review.now.works:
        by_class.setdefault(work.klass, []).append(work)
    for klass, works in sorted(by_class.items(), key=lambda item: -sum(w.documents for w in item[1])):
        figures = Figures(tuple(works), Counter())
        name = review.teller.klass(klass) if klass else "Not classified"
        told = f"{counted(figures.documents, 'document', 'documents')}, {_times(figures)}"
        yield SheetRow(name=name, text=told)


def _course(review: Review) -> Iterator[SheetRow]:
    """Tell the days on which it worked; a screen draws them instead."""
    days = {review.period.first + timedelta(days=n): count for n, count in enumerate(_days(review)) if count}
    if len(days) > 1:
        told = ", ".join(f"{day:%d %b} {n:,}" for day, n in days.items())
        yield SheetRow(name="Documents by day", text=told)


def _days(review: Review) -> tuple[int, ...]:
    by_day: Counter[date] = Counter()
    for work in review.now.works:
        by_day[work.day] += work.documents
    first = review.period.first
    length = (review.period.last - first).days + 1
    return tuple(by_day[first + timedelta(days=n)] for n in range(length))


# -- how well ---------------------------------------------------------------------------------------------


def _quality(review: Review) -> SheetPart:
    now = review.now
    rows = [_metric(metric) for metric in review.metrics]
    rows += [
        SheetRow(name=PEOPLE_FOUND[name], text=f"{now.sums[name]:,}") for name in CHANGES if now.sums[name]
    ]
    rows.append(SheetRow(name="Confidence", text=drifted(Weeks(now, review.before))))
    about = (
        f"People have passed on {counted(now.looked_at, 'answer', 'answers')} of it in cases they approved."
        if now.looked_at
        else "Nobody has looked at an answer of it in this period, so nothing is known of its quality."
    )
    return SheetPart(title="Quality", about=about, rows=tuple(rows))


def _metric(metric: Metric) -> SheetRow:
    if metric.value is None:
        return SheetRow(name=spaced(metric.name).capitalize(), text=f"{metric.said} Not measured yet.")
    value = valued(metric.unit, metric.value)
    told = f"{value} (of {metric.sample:,}), {aim(metric)}. {metric.said}"
    return SheetRow(name=spaced(metric.name).capitalize(), text=told, is_missed=metric.is_met is False)


def _escalations(review: Review) -> SheetPart:
    sums = review.now.sums
    rows = [SheetRow(name="Cases it brought to a person", text=f"{sums['escalated']:,}")]
    for code, n in review.now.of("reason:").most_common():
        rows.append(SheetRow(name=review.teller.chip(Reason(code=code)), text=f"{n:,}"))
    judged = sums["judged"]
    if judged:
        told = f"{sums['upheld']:,} needed it, {sums['needless']:,} did not, of {judged:,} settled"
        rows.append(SheetRow(name="What people found", text=told))
    about = (
        "A case needed a person who then changed or refused something; it did not where they approved all."
    )
    return SheetPart(title="Escalations", about=about, rows=tuple(rows))


# -- people's time, cost ----------------------------------------------------------------------------------


def _people(review: Review) -> SheetPart:
    now, desk = review.now, review.desk
    dwell = now.sums["dwell"]
    rows = [SheetRow(name="With its answers before their eyes", text=seconds(dwell))]
    if now.documents:
        rows.append(SheetRow(name="For each of its documents", text=seconds(dwell // now.documents)))
    steps = {who: desk[f"by:{who}"] for who in BY}
    whole = sum(steps.values())
    if whole:
        told = ", ".join(f"{percent(n * MILLION // whole)} {BY[who]}" for who, n in steps.items())
        rows.append(SheetRow(name="Steps of the whole desk", text=told))
    return SheetPart(title="People's time", rows=tuple(rows))


def _costs(review: Review) -> SheetPart:
    rows = [SheetRow(name=_BUCKETS[one.bucket], text=_spent(one)) for one in review.spend]
    for of, name in (
        ("money", "Money a document"),
        ("tokens", "Tokens a document"),
        ("milliseconds", "Time a document"),
    ):
        now, before = spread(review.now.works, of), spread(review.before.works, of)
        if now is not None and now.mean:
            rows.append(SheetRow(name=name, text=_varied(now, before, of)))
    return SheetPart(title="Cost and its variance", rows=tuple(rows) or (_NO_COST,))


_BUCKETS = {Bucket.MODELS: "Models", Bucket.TOOLING: "Tooling", Bucket.PEOPLE: "People"}
_NO_COST = SheetRow(name="Spent", text="nothing")


def _spent(one: Spend) -> str:
    paid = f", {spend(one.tokens, one.money, one.currency)}" if one.tokens or one.money else ""
    return f"{seconds(one.milliseconds)}{paid}"


def _varied(now: Spread, before: Spread | None, of: str) -> str:
    def told(value: float) -> str:
        rounded = round(value)
        return (
            seconds(rounded) if of == "milliseconds" else amount(rounded) if of == "money" else f"{rounded:,}"
        )

    was = f"; {told(before.mean)} before" if before is not None and before.mean else ""
    return (
        f"{told(now.mean)} on an average day, give or take {told(now.deviation)} "
        f"({round(100 * now.deviation / now.mean)} %) over {counted(now.days, 'day', 'days')}{was}"
    )


# -- what to look at, what was done -----------------------------------------------------------------------


def _notable(review: Review) -> SheetPart:
    rows = tuple(_case(told, review.teller) for told in review.told)
    about = "" if rows else "Nothing failed, and nobody changed anything."
    return SheetPart(title="Notable failures", about=about, rows=rows)


def _case(told: Told, teller: Teller) -> SheetRow:
    kind, _, code = told.what.partition(":")
    said = (
        f"Failed: {teller.chip(Reason(code=code))}" if kind == "failed" else NOTABLE.get(kind, spaced(kind))
    )
    return SheetRow(name=f"{told.day:%Y-%m-%d}", text=said, case=told.case)


def _actions(review: Review) -> SheetPart:
    rows = tuple(
        SheetRow(name=f"{some[0].at:%Y-%m-%d %H:%M}", text=_acts(some, review.teller))
        for some in (tuple(group) for _, group in groupby(review.acts, key=_alike))
    )
    about = "" if rows else "No order, plan, policy or version changed for it."
    return SheetPart(title="Actions", about=about, rows=rows)


def _alike(entry: Entry) -> tuple[datetime, str] | int:
    """Give plans that ship with the program and came together one key, and everything else its own."""
    event = entry.event
    if isinstance(event, PlanActivated) and event.signature is None:
        return entry.at.replace(second=0, microsecond=0), event.kind
    return entry.seq


def _acts(some: Sequence[Entry], teller: Teller) -> str:
    first = some[0]
    if len(some) == 1:
        return f"{tell(first.event, teller)} (record {first.seq}, {author(first.actor)})"
    plans = ", ".join(e.event.plan for e in some if isinstance(e.event, PlanActivated))
    told = "Made the plans {} active: they ship with the program (records {}, {})"
    return told.format(plans, numbers([entry.seq for entry in some]), author(first.actor))


def lines(sheet: ReviewSheet) -> Iterable[str]:
    """Write a sheet as lines of text."""
    yield f"Review of {sheet.agent}, {sheet.period.first} to {sheet.period.last}"
    yield ""
    yield sheet.summary
    for part in sheet.parts:
        yield ""
        yield part.title
        if part.about:
            yield f"  {part.about}"
        for row in part.rows:
            mark = "! " if row.is_missed else "  "
            case = f" [{row.case}]" if row.case else ""
            yield f"{mark}{row.name}: {row.text}{case}"

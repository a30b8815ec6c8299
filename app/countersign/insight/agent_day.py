"""The day of an agent, from daily counts: what the screen 'Agents' shows."""

from collections.abc import Collection, Iterable

from countersign.domain.agents_seen import AgentDay, Bucket, BudgetUse, Count, Signal, Spend
from countersign.insight.figures import Figures, quantile

HOURS = 24


def agent_day(
    agent: str,
    figures: Figures,
    *,
    budgets: Iterable[BudgetUse] = (),
    signals: Iterable[Signal] = (),
    models: Collection[str] = (),
    currency: str = "EUR",
) -> AgentDay:
    """Tell an agent's day; `models` are the agents that ask language models."""
    outcomes = figures.outcomes
    undecided = max(0, figures.documents - outcomes.total())
    reasons = figures.of("reason:")
    return AgentDay(
        agent=agent,
        steps=figures.steps,
        documents=figures.documents,
        escalations=figures.sums["escalated"],
        failures=figures.failures,
        median=quantile(figures.works, 0.5),
        budgets=tuple(budgets),
        spend=spend_of(agent, figures, models, currency),
        outcomes=tuple(
            Count(code=code, count=n) for code, n in (*outcomes.items(), ("undecided", undecided)) if n
        ),
        reasons=tuple(Count(code=code, count=n) for code, n in reasons.most_common()),
        by_hour=_by_hour(figures),
        signals=tuple(signals),
    )


def spend_of(agent: str, figures: Figures, models: Collection[str], currency: str) -> tuple[Spend, ...]:
    """Book an agent's spend where it belongs; people's time is that with its readings before their eyes."""
    bucket = Bucket.MODELS if agent in models else Bucket.TOOLING
    cost = figures.cost
    booked = (
        Spend(
            bucket=bucket,
            milliseconds=cost.milliseconds,
            tokens=cost.tokens,
            money=cost.money,
            currency=currency,
        ),
        Spend(bucket=Bucket.PEOPLE, milliseconds=figures.sums["dwell"], currency=currency),
    )
    return tuple(spend for spend in booked if spend.milliseconds or spend.tokens or spend.money)


def _by_hour(figures: Figures) -> tuple[int, ...]:
    hours = figures.of("hour:")
    return tuple(hours[f"{hour:02d}"] for hour in range(HOURS)) if hours else ()

"""The figures of the agents over a store: their day, what they are measured by, their review sheets."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from countersign.agents.identities import CLASSIFIER, LLM, LLM_LARGE
from countersign.domain.actor import AgentCard, Measure
from countersign.domain.agents_seen import (
    AgentDay,
    BudgetUse,
    Day,
    Metric,
    Period,
    ReviewSheet,
    Signal,
    Unit,
)
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    AgentEnrolled,
    Entry,
    Event,
    KeyRevoked,
    PlanActivated,
    PlanProposed,
    PolicyActivated,
    Scope,
    Unknown,
    WorkResumed,
    WorkStopped,
)
from countersign.domain.time import now
from countersign.domain.work import Work
from countersign.insight import paper, review_paper
from countersign.insight.agent_day import agent_day, spend_of
from countersign.insight.figures import Figures, measured
from countersign.insight.review_sheet import Review, days_before, lines, review_sheet
from countersign.insight.signals import BEFORE, WEEK, Weeks, inputs_drifted, signals
from countersign.insight.tell import Teller
from countersign.settings.catalogue import Catalogue
from countersign.store.figures import DESK
from countersign.store.files import write_whole
from countersign.store.store import Store

MODELS = frozenset({LLM, LLM_LARGE})
"""Agents whose spend is that of language models."""
MOST_TOLD = 20
"""Cases on a review sheet."""
SIGNALS_EVERY = timedelta(minutes=1)
ACTS = (
    "work_stopped",
    "work_resumed",
    "plan_proposed",
    "plan_activated",
    "policy_activated",
    "agent_enrolled",
    "key_revoked",
    "budget_reached",
    "version_admitted",
)
"""Events of the desk that are told on a review sheet."""

Uses = Callable[[str], Iterable[BudgetUse]]


class Reckoning:
    """Reckons the figures of one desk's agents; cheap where it is asked often."""

    def __init__(
        self,
        store: Store,
        words: Catalogue,
        *,
        cards: Callable[[], Collection[AgentCard]],
        uses: Uses = lambda agent: (),
        currency: str = "EUR",
    ) -> None:
        """`cards` gives the agents as enrolled, `uses` how much of today's budgets an agent has used."""
        self._store, self._words = store, words
        self._cards, self._uses, self._currency = cards, uses, currency
        self._signals: tuple[datetime, dict[str, tuple[Signal, ...]]] | None = None

    def today(self) -> Day:
        """Return what each agent did today (UTC)."""
        at = now()
        day = at.astimezone(UTC).date()
        figures = self._figures(day, day)
        told = self._signals_of(at, figures)
        agents = tuple(
            self._day(agent, figures.get(agent, _NOTHING), told.get(agent, ()))
            for agent in sorted((figures.keys() | told.keys()) - {DESK})
        )
        return Day(day=day, agents=agents)

    def _day(self, agent: str, figures: Figures, told: tuple[Signal, ...]) -> AgentDay:
        return agent_day(
            agent,
            figures,
            budgets=self._uses(agent),
            signals=told,
            models=MODELS,
            currency=self._currency,
        )

    def metrics(self, card: AgentCard, first: date, last: date) -> tuple[Metric, ...]:
        """Return an agent's north star, then its guardrails, with their figures of these days."""
        figures = self._figures(first, last, card.name).get(card.name, _NOTHING)
        return tuple(_metrics(card, figures, first))

    def sheet(self, agent: str, period: Period) -> ReviewSheet:
        """Return an agent's review sheet; raises Trouble where there is no such agent."""
        card = self._card(agent)
        before = days_before(period)
        figures = self._figures(period.first, period.last, agent)
        of_agent = figures.get(agent, _NOTHING)
        return review_sheet(
            Review(
                agent=agent,
                period=period,
                now=of_agent,
                before=self._figures(before.first, before.last, agent).get(agent, _NOTHING),
                desk=figures.get(DESK, _NOTHING).sums,
                metrics=tuple(_metrics(card, of_agent, period.first)) if card else (),
                spend=spend_of(agent, of_agent, MODELS, self._currency),
                told=self._store.told(agent, period.first, period.last, MOST_TOLD),
                acts=tuple(self._acts(agent, period)),
                teller=Teller(self._words),
                made_at=now(),
            )
        )

    def save_sheet(self, sheet: ReviewSheet, file: Path) -> None:
        """Write a sheet as a PDF, or as text where the name ends in ``.txt``; raises Trouble."""
        if not file.parent.is_dir():
            raise Trouble(f"There is no folder {file.parent}. Make it, or choose another.")
        if file.suffix == ".txt":
            write_whole(file, ("\n".join(lines(sheet)) + "\n").encode())
            return
        page = review_paper.html(sheet)
        title = review_paper.title_of(sheet)
        write_whole(file, paper.pdf_apart(page, title, review_paper.STYLE, may_shrink=True))

    # -- from the store ------------------------------------------------------------------------------------

    def _figures(self, first: date, last: date, agent: str | None = None) -> dict[str, Figures]:
        """Return the figures of every agent and of the desk, or with the steps of one agent alone."""
        sums = self._store.sums(first, last)
        works: dict[str, list[Work]] = {}
        for work in self._store.work(first, last, agent):
            works.setdefault(work.agent, []).append(work)
        return {
            name: Figures(tuple(works.get(name, ())), sums.get(name, Counter()))
            for name in sums.keys() | works.keys()
        }

    def _signals_of(self, at: datetime, today: dict[str, Figures]) -> dict[str, tuple[Signal, ...]]:
        if self._signals is None or at - self._signals[0] > SIGNALS_EVERY:
            self._signals = (at, dict(self._reckon(at, today)))
        return self._signals[1]

    def _reckon(self, at: datetime, today: dict[str, Figures]) -> Iterator[tuple[str, tuple[Signal, ...]]]:
        day = at.astimezone(UTC).date()
        week = Period(first=day - timedelta(days=WEEK - 1), last=day)
        older = Period(first=week.first - timedelta(days=BEFORE), last=week.first - timedelta(days=1))
        recent, before = self._figures(week.first, week.last), self._store.sums(older.first, older.last)
        mix, mix_before = (self._store.mix(period.first, period.last) for period in (week, older))
        drifted = inputs_drifted(mix, mix_before, at)
        alerts = self._store.alerts(day, day)
        for card in self._cards():
            name = card.name
            weeks = Weeks(recent.get(name, _NOTHING), Figures((), before.get(name, Counter())))
            told = signals(
                today.get(name, _NOTHING),
                weeks,
                [alert for alert in alerts if alert.agent == name],
                _metrics(card, weeks.now, week.first),
                at,
            )
            yield name, (*told, drifted) if name == CLASSIFIER and drifted else told

    def _card(self, agent: str) -> AgentCard | None:
        return next((card for card in self._cards() if card.name == agent), None)

    def _acts(self, agent: str, period: Period) -> Iterator[Entry]:
        for entry in self._store.desk_entries(ACTS):
            if period.first <= entry.at.astimezone(UTC).date() <= period.last and _concerns(
                entry.event, agent
            ):
                yield entry


_NOTHING = Figures((), Counter())


def _concerns(event: Event | Unknown, agent: str) -> bool:
    """Tell whether an event of the desk has to do with an agent; a policy has to do with all of them."""
    match event:
        case WorkStopped() | WorkResumed():
            named = event.name if event.scope is Scope.AGENT else agent
        case PlanProposed() | PlanActivated():
            named = agent if re.search(rf"agent:{re.escape(agent)}(?![.\w])", event.text) else ""
        case AgentEnrolled():
            named = event.card.name
        case KeyRevoked():
            named = event.holder.partition("@")[0]
        case PolicyActivated():
            named = agent
        case _:
            named = getattr(event, "agent", "").partition("@")[0]
    return named == agent


def _metrics(card: AgentCard, figures: Figures, since: date) -> Iterator[Metric]:
    found = measured(figures)
    for measure in (card.north_star, *card.guardrails):
        if measure is not None:
            value, sample = found.get(measure.name, (None, 0))
            yield _metric(measure, value, sample, since)


def _metric(measure: Measure, value: int | None, sample: int, since: date) -> Metric:
    return Metric(
        name=measure.name,
        said=measure.said,
        unit=Unit(measure.unit),
        target=measure.target,
        more_is_better=measure.more_is_better,
        value=value,
        sample=sample,
        since=since if value is not None else None,
    )

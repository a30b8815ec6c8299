"""The agents of a desk as people see them: who each one is, its versions, and its figures."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, timedelta
from pathlib import Path

from countersign.agents.identities import cards, names
from countersign.audit.keys import from_text, key_id
from countersign.domain.actor import EVERY_CLASS, AgentCard, Measure
from countersign.domain.admissions import Admissions, admissions
from countersign.domain.agents_seen import (
    AgentDay,
    AgentFile,
    AgentVersion,
    AtWork,
    BudgetUse,
    ClassPlan,
    Day,
    Evaluated,
    Governed,
    Live,
    Metric,
    Period,
    ReviewSheet,
    Unit,
)
from countersign.domain.errors import Trouble
from countersign.domain.orders import orders
from countersign.domain.roster import Roster, roster
from countersign.domain.time import now
from countersign.domain.versions import Version, versions
from countersign.domain.work import Spending
from countersign.settings import catalogue, registry
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.settings.registry import Registered
from countersign.store.founding import is_begun, no_desk, open_store
from countersign.store.store import Store
from countersign.wiring.enrolment import Roll, cards_of
from countersign.wiring.figures import Reckoning
from countersign.wiring.plans import plans_of
from countersign.wiring.rules import Rulebook, policy_of
from countersign.wiring.working import seen
from countersign.workflow.budgets import uses
from countersign.workflow.stopping import KINDS as ORDERS

WEEK = timedelta(days=6)
"""Figures of an agent are those of today and the six days before."""
NOT_CONFIGURED = "name a language model in models.yaml: `countersign models`"

_KINDS = ("person_enrolled", "agent_enrolled", "key_revoked", "version_admitted")


class DeskAgents:
    """The agents of a desk (an AgentsPort as ui/bridge/port.py asks for); safe from any thread."""

    def __init__(self, home: Home, store: Store, words: Catalogue) -> None:
        """Tell of the agents of a home whose store is open; raises Trouble where a file of it is bad."""
        self._home, self._store, self._words = home, store, words
        self._cards = {card.name: card for card in cards_of(home)}
        self._registry = registry.load(home)
        self._policy = Rulebook(policy_of(home, words), store, words)
        self._plans = plans_of(store)
        self._roll = Roll(store, self._cards.values(), self._policy)
        self._figures = Reckoning(store, words, cards=self._cards.values, uses=self.uses)

    def files(self) -> tuple[AgentFile, ...]:
        """Return every agent of the program in the order in which they work, with their figures now."""
        entries = self._store.desk_entries(_KINDS)
        seats, let_in, held = roster(entries), admissions(entries), versions(entries)
        return tuple(self._file(name, seats, let_in, held.get(name, ())) for name in in_order())

    def today(self) -> Day:
        """Return what each agent did today, and how much of its budgets it has used."""
        day = self._figures.today()
        told = {one.agent for one in day.agents}
        rest = [name for name in in_order() if name not in told and tuple(self.uses(name))]
        if not rest:
            return day
        more = tuple(AgentDay(agent=name, budgets=tuple(self.uses(name))) for name in rest)
        return day.model_copy(update={"agents": (*day.agents, *more)})

    def live(self) -> Live:
        """Return who works on what and who is stopped."""
        said = seen(self._home)
        return Live(
            is_served=said is not None,
            steps=tuple(AtWork(**step.model_dump()) for step in (said.steps if said else ())),
            orders=orders(self._store.desk_entries(ORDERS)),
            may_resume=False,  # who looks on does not act
        )

    def plans(self) -> tuple[ClassPlan, ...]:
        """Return the plans that new cases follow: the one by which they begin, then one for each class."""
        begins = ClassPlan(klass=None, label="Every case begins", plan=self._plans.arrival())
        rest = (
            ClassPlan(klass=name, label=klass.label["en"], plan=self._plans.of(name))
            for name, klass in self._words.classes.items()
        )
        return (begins, *rest)

    def sheet(self, agent: str, period: Period) -> ReviewSheet:
        """Return an agent's review sheet; raises Trouble."""
        return self._figures.sheet(known(agent), period)

    def save_sheet(self, agent: str, period: Period, file: Path) -> None:
        """Write the same as a PDF, or as text where the name ends in ``.txt``; raises Trouble."""
        self._figures.save_sheet(self.sheet(agent, period), file)

    def uses(self, agent: str) -> Iterable[BudgetUse]:
        """Return how much of today's budgets an agent has used."""
        said = self._policy().terms.agents.get(agent)
        if said is None:
            return ()
        spent = self._store.spent(now().astimezone(UTC).date())
        return uses(said.budget, spent.get(agent, Spending()))

    # -- who they are ----------------------------------------------------------------------------------------

    def _file(self, name: str, seats: Roster, let_in: Admissions, held: tuple[Version, ...]) -> AgentFile:
        card, entry, policy = self._cards.get(name), self._registry[name], self._policy()
        metrics = self._metrics(card, entry)
        return AgentFile(
            name=name,
            purpose=card.purpose if card else _PURPOSES[name],
            tier=entry.tier,
            owner=_printed(entry.owner, seats),
            steward=_printed(entry.steward, seats),
            tools=entry.tools,
            classes=() if entry.classes == EVERY_CLASS else entry.classes,
            policies=(Governed(policy=policy.name, digest=policy.digest),),
            north_star=metrics[0],
            guardrails=metrics[1:],
            versions=tuple(_version(one, let_in) for one in held),
            to_configure=NOT_CONFIGURED if card is None else self._roll.why_not(name),
        )

    def _metrics(self, card: AgentCard | None, entry: Registered) -> tuple[Metric, ...]:
        if card is None:
            return tuple(_unmeasured(measure) for measure in (entry.north_star, *entry.guardrails))
        today = now().astimezone(UTC).date()
        return self._figures.metrics(card, today - WEEK, today)


_PURPOSES = {
    "reader.llm": "Reads what is still open with a small language model.",
    "reader.llm_large": "Reads what is still open then with a large language model.",
}


def in_order() -> tuple[str, ...]:
    """Return the agents of the program in the order in which they work."""
    checks = [card.name for card in cards() if card.name.partition(".")[0] in ("checker", "matcher")]
    return (*(name for name in names() if name not in checks), *checks)


def known(agent: str) -> str:
    """Return the name of an agent; raises Trouble where there is none such."""
    if agent not in names():
        raise Trouble(f"There is no agent {agent!r}. There are: {', '.join(in_order())}.")
    return agent


def period_of(since: date | None) -> Period:
    """Return the days from one to today, of a week where none is named; raises Trouble."""
    today = now().astimezone(UTC).date()
    first = since or today - WEEK
    if first > today:
        raise Trouble(f"{first} has not come yet. Name a day that has been.")
    return Period(first=first, last=today)


@contextmanager
def agents(home: Home) -> Iterator[DeskAgents]:
    """Open a desk to look at its agents; raises Trouble when there is no desk."""
    if not is_begun(home):
        raise no_desk(home)
    words = catalogue.load(home)
    with open_store(home, words=words) as store:
        yield DeskAgents(home, store, words)


def _version(version: Version, let_in: Admissions) -> AgentVersion:
    card = version.card
    came_in = let_in.of(card.id, card.code_digest)
    return AgentVersion(
        version=card.version,
        digest=card.code_digest,
        key=key_id(from_text(version.public_key, 32, "an enrolled key")),
        model=card.model,
        enrolled_at=version.at,
        record=version.record,
        until=version.until,
        evaluations=tuple(
            Evaluated(
                klass=figure.klass,
                documents=figure.documents or 0,
                value=figure.f1,
                before=figure.before,
                at=came_in.at,
                is_admitted=True,
            )
            for figure in came_in.event.figures
        )
        if came_in
        else (),
    )


def _printed(responsible: str, seats: Roster) -> str:
    kind, _, name = responsible.partition(":")
    if kind == "role":
        return name.replace("_", " ")
    seat = seats.people.get(name)
    return seat.name if seat else name


def _unmeasured(measure: Measure) -> Metric:
    return Metric(
        name=measure.name,
        said=measure.said,
        unit=Unit(measure.unit),
        target=measure.target,
        more_is_better=measure.more_is_better,
    )

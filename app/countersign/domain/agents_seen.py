"""The agents as people see them: who each one is, what it does just now, what it did, and what that cost."""

from datetime import date, datetime
from enum import StrEnum

from countersign.domain.base import Frozen
from countersign.domain.confidence import MILLION, Ppm
from countersign.domain.orders import Orders
from countersign.domain.plan import Plan

ALERT_AT: Ppm = 800_000
"""Share of a budget from which on people are told."""


# -- just now ---------------------------------------------------------------------------------------------


class AtWork(Frozen):
    """A step that an agent is taking now."""

    agent: str
    case: str
    klass: str | None
    """None while nobody has said what kind of case it is."""
    step: str
    since: datetime


class Live(Frozen):
    """Who works on what, and who is stopped: cheap enough to be asked for four times a second."""

    is_served: bool
    """Whether a process for agents runs at all."""
    steps: tuple[AtWork, ...]
    orders: Orders
    may_resume: bool
    """Whether the person who sits here may let agents go on."""


# -- what they did ----------------------------------------------------------------------------------------


class What(StrEnum):
    """What a budget bounds."""

    MONEY = "money_per_day"
    TOKENS = "tokens_per_day"
    SECONDS = "seconds_per_day"
    DOCUMENTS = "documents_per_day"
    CASE_STEPS = "steps_per_case"
    CASE_TOKENS = "tokens_per_case"
    CASE_SECONDS = "seconds_per_document"


class BudgetUse(Frozen):
    """How much of a budget is used; of a budget per case, how much the costliest case of the day used."""

    what: What
    used: int
    limit: int
    """More than 0. Money in millionths of `currency`, seconds in milliseconds, the rest counted."""
    currency: str = "EUR"

    @property
    def share(self) -> int:
        """Return the share used in parts per million; more than a million where it was overrun."""
        return self.used * MILLION // self.limit

    @property
    def is_used_up(self) -> bool:
        """Whether nothing is left of a day's budget; a budget per case ends with its case."""
        return self.what.value.endswith("_per_day") and self.used >= self.limit


class Bucket(StrEnum):
    """Where spend is booked."""

    MODELS = "models"
    TOOLING = "tooling"
    PEOPLE = "people"


class Spend(Frozen):
    """What was spent in a bucket."""

    bucket: Bucket
    milliseconds: int = 0
    """Of machines in models and tooling; of people in theirs."""
    tokens: int = 0
    money: int = 0
    """In millionths of `currency`."""
    currency: str = "EUR"


class Count(Frozen):
    """How many of something that has a code: a reason, a route, a class."""

    code: str
    count: int


class Sign(StrEnum):
    """What a signal tells of."""

    BUDGET = "budget"
    FAILURES = "failures"
    LOOP = "loop"
    STALLED = "stalled"
    INPUTS_DRIFT = "inputs_drift"
    CONFIDENCE_DRIFT = "confidence_drift"
    CORRECTIONS = "corrections"
    """People change more of what it read than they used to."""
    METRIC = "metric"
    """The north star or a guardrail is missed."""


class Signal(Frozen):
    """Something about an agent that a person should look at."""

    sign: Sign
    said: str
    """One sentence with its figures, and what it is compared with."""
    at: datetime
    is_grave: bool = False
    """Whether work suffers already."""


class AgentDay(Frozen):
    """What an agent did on a day, told from views of the record; never by unfolding cases."""

    agent: str
    steps: int = 0
    documents: int = 0
    """Cases in which it took at least one step."""
    escalations: int = 0
    """Cases that came to a person for a reason which this agent gave or left open."""
    failures: int = 0
    median: int | None = None
    """Milliseconds of a step; None where it took none."""
    budgets: tuple[BudgetUse, ...] = ()
    spend: tuple[Spend, ...] = ()
    outcomes: tuple[Count, ...] = ()
    """Of its cases, by route: ``straight_through``, ``escalate`` …; and ``undecided``."""
    reasons: tuple[Count, ...] = ()
    """Of those escalations, by reason code, the most frequent first."""
    by_hour: tuple[int, ...] = ()
    """Steps in each hour of the day in UTC, 24 numbers; none where it took none."""
    signals: tuple[Signal, ...] = ()
    """The gravest first."""

    @property
    def is_over_budget(self) -> bool:
        """Whether a budget of the day is used up, so that it begins no further step."""
        return any(budget.is_used_up for budget in self.budgets)


class Day(Frozen):
    """The day of all agents."""

    day: date
    """In UTC."""
    agents: tuple[AgentDay, ...]
    """Those that took a step or have a budget; the rest did nothing."""


# -- who they are -----------------------------------------------------------------------------------------


class Unit(StrEnum):
    """What a figure counts."""

    SHARE = "share"
    """Parts per million."""
    MILLISECONDS = "milliseconds"
    MONEY = "money"
    """Millionths of the currency of the agent's budget."""
    COUNT = "count"


class Metric(Frozen):
    """What an agent is measured by: its north star, or a guardrail that must not give way for it."""

    name: str
    said: str
    """What it means, in one sentence."""
    unit: Unit
    target: int | None = None
    more_is_better: bool = True
    value: int | None = None
    """Its figure now; None where nothing was measured yet."""
    sample: int = 0
    """Of how many cases."""
    since: date | None = None
    """The first day that counts."""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is no target or no figure."""
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.more_is_better else self.value <= self.target


class Evaluated(Frozen):
    """How a version did on frozen cases of a class."""

    klass: str
    documents: int
    value: Ppm
    """F1 over the fields, or accuracy where the class itself is the answer."""
    before: Ppm | None = None
    """The version in force at that time on the same cases."""
    at: datetime | None = None
    is_admitted: bool = True
    """Whether it was let in on it."""


class AgentVersion(Frozen):
    """An identity under which an agent worked or works."""

    version: str
    digest: str
    """SHA-256 over code, model and prompt, hex."""
    key: str
    """Identifier of its signing key."""
    model: str | None = None
    enrolled_at: datetime
    record: int
    """Of its enrolment."""
    until: datetime | None = None
    """When another took over or its key was revoked; None while it works."""
    evaluations: tuple[Evaluated, ...] = ()


class Governed(Frozen):
    """A policy version under which an agent works."""

    policy: str
    digest: str


class AgentFile(Frozen):
    """An agent as the registry knows it."""

    name: str
    purpose: str
    """One sentence for people."""
    tier: int
    owner: str
    """Printed name or role: answers for the outcome."""
    steward: str
    """Printed name or role: answers for access and change."""
    tools: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    """That it may touch; none means all."""
    policies: tuple[Governed, ...] = ()
    north_star: Metric | None = None
    guardrails: tuple[Metric, ...] = ()
    versions: tuple[AgentVersion, ...] = ()
    """The newest first; none while it is not configured."""
    to_configure: str | None = None
    """What an administrator does so that it can work; None when it can."""

    @property
    def in_force(self) -> AgentVersion | None:
        """The version that works now."""
        return next((version for version in self.versions if version.until is None), None)


class ClassPlan(Frozen):
    """The plan that new cases of a class follow."""

    klass: str | None
    """None: the plan by which every case begins."""
    label: str
    plan: Plan


# -- the review sheet -------------------------------------------------------------------------------------


class Period(Frozen):
    """From a day to a day, both counted, in UTC."""

    first: date
    last: date


class SheetRow(Frozen):
    """A line of a review sheet."""

    name: str
    text: str
    case: str | None = None
    """A case to look at."""
    is_missed: bool = False
    """Whether a target is missed here."""


class SheetPart(Frozen):
    """A part of a review sheet: throughput, quality, people's time, cost, notable failures, actions."""

    title: str
    about: str = ""
    rows: tuple[SheetRow, ...]
    days: tuple[int, ...] = ()
    """One number for each day of the period, where a course is told."""


class ReviewSheet(Frozen):
    """What an owner goes through with an agent at the end of a period, ready to be shown and printed."""

    agent: str
    period: Period
    made_at: datetime
    summary: str
    """Two or three sentences: how it did, against what, what to do."""
    parts: tuple[SheetPart, ...]

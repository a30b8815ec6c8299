"""What steers the agents and what they were seen to do: plans, orders to stop, budgets, priorities, steps."""

from enum import StrEnum
from typing import Literal

from countersign.domain.base import Frozen
from countersign.domain.confidence import Ppm
from countersign.domain.plan import StepTaken
from countersign.domain.signature import Signature


class Scope(StrEnum):
    """How far an order reaches."""

    ALL = "all"
    AGENT = "agent"
    CLASS = "class"


class How(StrEnum):
    """How an order stops work."""

    PAUSE = "pause"
    """Steps under way end, no further one begins."""
    KILL = "kill"
    """Steps under way are cut off, too, and go back to their queue."""


class WorkStopped(Frozen):
    """From here on the agents in its reach begin no step, until the order is taken back."""

    kind: Literal["work_stopped"] = "work_stopped"
    scope: Scope
    name: str = ""
    """The agent's or the class's; empty for all."""
    how: How
    reason: str
    signature: Signature | None = None
    """None where an administrator's file gave the order."""


class WorkResumed(Frozen):
    """The order to stop no longer stands."""

    kind: Literal["work_resumed"] = "work_resumed"
    scope: Scope
    name: str = ""
    reason: str
    signature: Signature | None = None


class PlanProposed(Frozen):
    """A person proposes another plan; nothing follows it until a second person adopts it."""

    kind: Literal["plan_proposed"] = "plan_proposed"
    plan: str
    digest: str
    text: str
    reason: str
    signature: Signature


class PlanActivated(Frozen):
    """Cases that begin from here on follow this plan; those under way finish on theirs."""

    kind: Literal["plan_activated"] = "plan_activated"
    plan: str
    digest: str
    text: str
    proposed_by: str | None = None
    """Printed name of who proposed it; None for a plan that ships with the program."""
    signature: Signature | None = None
    """Of the second person, who adopted it."""


class Figure(Frozen):
    """How well a version of an agent did on cases kept for this, beside the version before."""

    cases: str
    """The set of documents."""
    klass: str
    documents: int | None = None
    """In the whole set."""
    f1: Ppm
    before: Ppm | None = None
    """The same of the version that it takes over from, as the record has it."""

    @property
    def is_worse(self) -> bool:
        """Whether the version before did better."""
        return self.before is not None and self.f1 < self.before


class Admission(StrEnum):
    """On what a version of an agent was let in."""

    RELEASE = "release"
    """It ships with a release of the program, tested as a whole; its figures are those of its card."""
    CONFIGURED = "configured"
    """An administrator named its language model in the desk's configuration; nothing was measured here."""
    PERSON = "person"
    """A person let it in, on the figures that the event names."""


class VersionAdmitted(Frozen):
    """From here on a version of an agent may work; until then it takes no step."""

    kind: Literal["version_admitted"] = "version_admitted"
    agent: str
    """``reader.local@4ec82679``."""
    digest: str
    """Its content hash."""
    before: str | None = None
    """The version that worked until then."""
    how: Admission
    figures: tuple[Figure, ...] = ()
    reason: str
    signature: Signature | None = None
    """Of the person who let it in, None otherwise."""


class BudgetReached(Frozen):
    """An agent has spent a telling share of what it may."""

    kind: Literal["budget_reached"] = "budget_reached"
    agent: str
    what: str
    """``money_per_day``, ``tokens_per_day``, ``documents_per_day`` …"""
    share: Ppm
    """At least so much of it: 800,000 at the alert, 1,000,000 when nothing is left."""
    limit: int
    day: str
    """YYYY-MM-DD, in UTC."""


class PlanChosen(Frozen):
    """The plan by which the case is worked on in this run, now that its class is known."""

    kind: Literal["plan_chosen"] = "plan_chosen"
    run: int
    plan: str
    digest: str


class Settled(Frozen):
    """A reservation that is over: what the step did spend, with its trace, stands in its place."""

    agent: str
    day: str
    """YYYY-MM-DD, in UTC."""
    tokens: int
    money: int


class StepsTaken(Frozen):
    """The steps that were taken since the last such event of the case: who did what, at which cost."""

    kind: Literal["steps_taken"] = "steps_taken"
    run: int
    steps: tuple[StepTaken, ...]
    settled: tuple[Settled, ...] = ()


class SpendReserved(Frozen):
    """An agent is about to spend at most this on the case; what it did spend follows with its step.

    Where nothing follows, because the work was cut off, all of it counts as spent.
    """

    kind: Literal["spend_reserved"] = "spend_reserved"
    agent: str
    step: str
    day: str
    """On whose budget it is: YYYY-MM-DD, in UTC."""
    tokens: int
    money: int
    """In millionths of the currency in which the agent's budget is kept."""


class Prioritised(Frozen):
    """A person moves a case forward or back; higher goes first, 0 is where every case begins."""

    kind: Literal["prioritised"] = "prioritised"
    priority: int
    reason: str

"""The policy language as frozen types: what a file may say, whatever the desk's classes are."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from countersign.domain.actor import Role
from countersign.domain.base import Frozen
from countersign.domain.event import Mode
from countersign.policy.budget import Budget

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A probability or a part of a whole, 0 to 1."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
"""A condition in CEL; it is compiled against a class when the file is loaded."""


def _span(text: str) -> str:
    if re.fullmatch(r"[1-9][0-9]{0,4}[mhdwy]", text):
        return text
    raise ValueError("write a length of time as 30m, 4h, 2d, 6w or 10y")


Span = Annotated[str, AfterValidator(_span)]
"""A length of time in minutes, hours, days, weeks or years."""


def _responsible(text: str) -> str:
    kind, _, name = text.partition(":")
    if kind == "role" and name in set(Role):
        return text
    if kind == "person" and name:
        return text
    raise ValueError("write role: with a role of the desk, or person: with a name")


Responsible = Annotated[str, AfterValidator(_responsible)]
"""``role:team_lead`` or ``person:…``."""


class FieldTerms(Frozen):
    """What a class wants of its fields."""

    required: tuple[str, ...] | None = None
    """None takes what the class itself requires."""
    thresholds: dict[str, Share] = {}
    """By field, and ``default`` for all others."""
    not_present_counts: bool = False
    """Whether 'not present' of an optional field is held against its threshold, too."""


class HumanRule(Frozen):
    """A condition under which a person must look, and the reason that is then given."""

    rule: Condition
    reason: Name


class Approval(Frozen):
    """Who must sign when a condition holds."""

    condition: Condition = Field(alias="if")
    people: Annotated[int, Field(ge=1, le=9)] = 1
    role: Role = Role.APPROVER
    reauthenticate: bool = False
    """Whether who signs must give the password of their key at that moment."""


class Sampling(Frozen):
    """How many resolved cases are drawn for a second look. Checked for form; nothing acts on it yet."""

    rate: Share
    at_least_per_week: Annotated[int, Field(ge=0)] = 0
    blind: bool = True


class Sla(Frozen):
    """By when a case that waits for a person should be done. Checked for form; nothing acts on it yet."""

    target: Span
    at_risk: Span
    then: Responsible


class Retention(Frozen):
    """How long things are kept, counted from the day a case is settled; policy/retention.py acts on it."""

    events: Span = "10y"
    """The record's sealed content: what was read, who sent it. The events themselves always stay."""
    documents: Span = "10y"
    """The documents as received; the case is erased when both spans are over."""
    traces: Span = "400d"
    """What the agents saw of a document: its words and their places."""

    def overridden(self, own: "ClassRetention") -> "Retention":
        """Return these spans with those in their place that a class names itself."""
        return self.model_copy(update=own.model_dump(exclude_none=True))


class ClassRetention(Frozen):
    """What a class keeps for another time than the desk."""

    events: Span | None = None
    documents: Span | None = None
    traces: Span | None = None


class ClassTerms(Frozen):
    """The rules for one class."""

    mode: Mode
    outcome: Name = "recorded"
    quality_bar: Share = 0.99
    sure_of_class: Share = 0.8
    """The confidence from which the class itself needs no person."""
    fields: FieldTerms = FieldTerms()
    auto_approve_if: Condition | None = None
    require_human_if: tuple[HumanRule, ...] = ()
    approvals: tuple[Approval, ...] = ()
    reserve_for_people: Share = 0.0
    sampling: Sampling | None = None
    sla: Sla | None = None
    retention: ClassRetention | None = None


class AgentTerms(Frozen):
    """What an agent may do under this policy."""

    tier: Annotated[int, Field(ge=0, le=4)]
    budget: Budget = Budget()
    at_once: Annotated[int, Field(gt=0)] | None = None
    """The most cases that it works on at the same time."""
    tools: tuple[str, ...] = ()
    when: Annotated[str, StringConstraints(pattern=r"^unresolved_after\([a-z][a-z0-9_.]*\)$")] | None = None
    """For a language model: the agent whose step must be done before it is asked for what is still open."""
    redact_pii: bool = False
    """For a language model: whether personal data is taken out of the text before it leaves the desk."""
    approvals: Literal["per_class"] | None = None


class Terms(Frozen):
    """A whole policy file."""

    policy: Name
    owner: Responsible
    classes: dict[Name, ClassTerms]
    agents: dict[str, AgentTerms] = {}
    admission: Literal["release", "person"] = "release"
    """Who lets a changed agent in: the release of the program that brings it, or a person of the desk."""
    retention: Retention = Retention()

    @property
    def currency(self) -> str | None:
        """The one currency of all budgets; None where none bounds money."""
        return next((c for a in self.agents.values() if (c := a.budget.currency) is not None), None)

"""Who did something: a person, an agent or the system itself."""

from enum import StrEnum
from typing import Literal

from countersign.domain.base import Frozen


class ActorKind(StrEnum):
    """People decide, agents execute, systems record."""

    PERSON = "person"
    AGENT = "agent"
    SYSTEM = "system"


class Role(StrEnum):
    """What a person may do (control.md, 'Roles')."""

    PROCESSOR = "processor"
    APPROVER = "approver"
    TEAM_LEAD = "team_lead"
    AGENT_OWNER = "agent_owner"
    MODEL_STEWARD = "model_steward"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Actor(Frozen):
    """The author of an event, as the record names it."""

    kind: ActorKind
    id: str
    role: str
    """A person's role, an agent's name with its version, or the part of the system."""
    authenticated: str
    """How we know: ``os_account``, ``device_key`` …"""


class Measure(Frozen):
    """What an agent is measured by: its north star, or a guardrail that must not give way for it."""

    name: str
    """``kept``, ``failed``, ``took`` …"""
    said: str
    """What it means, in one sentence."""
    unit: Literal["share", "milliseconds", "money", "count"]
    """Shares in parts per million, money in millionths."""
    target: int
    more_is_better: bool


EVERY_CLASS = ("*",)


class AgentCard(Frozen):
    """An agent as enrolled: nothing runs under an identity that is not."""

    name: str
    version: str
    """The first digits of its content hash, so that what behaves otherwise is called otherwise."""
    tier: int = 1
    purpose: str
    """One sentence for people."""
    code_digest: str
    """The content hash: SHA-256 over what decides its behaviour: code, words, model, prompt."""
    model: str | None = None
    """The model that it works with: a file that ships, or the name of a language model; None for rules."""
    model_digest: str | None = None
    """SHA-256 of the model, None where it lies elsewhere."""
    owner: str | None = None
    """``role:…`` or ``person:…``, who answers for the outcome."""
    steward: str | None = None
    """The same, who answers for access and change."""
    tools: tuple[str, ...] = ()
    classes: tuple[str, ...] = EVERY_CLASS
    """Classes that it may touch."""
    north_star: Measure | None = None
    guardrails: tuple[Measure, ...] = ()

    @property
    def id(self) -> str:
        """``reader.local@4ec82679``: a new version is a new identity."""
        return f"{self.name}@{self.version}"

    def may_touch(self, klass: str | None) -> bool:
        """Whether it may work on a class; what nobody has classified yet has none."""
        return klass is None or self.classes == EVERY_CLASS or klass in self.classes

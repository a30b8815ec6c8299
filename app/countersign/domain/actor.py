"""Who did something: a person, an agent or the system itself."""

from enum import StrEnum

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


class AgentCard(Frozen):
    """An agent as enrolled: nothing runs under an identity that is not."""

    name: str
    version: str
    tier: int = 1
    purpose: str
    """One sentence for people."""
    code_digest: str
    """SHA-256 over what decides its behaviour: code, model, prompt."""

    @property
    def id(self) -> str:
        """``reader.local@3``: a new version is a new identity."""
        return f"{self.name}@{self.version}"

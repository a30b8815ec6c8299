"""Who is enrolled at a desk and under which keys, unfolded from the events that belong to no case."""

from collections.abc import Iterable
from datetime import datetime

from countersign.domain.actor import ActorKind, AgentCard, Role
from countersign.domain.base import Frozen
from countersign.domain.event import (
    AgentEnrolled,
    DeskFounded,
    DeskRekeyed,
    Entry,
    EpochBegun,
    KeyRevoked,
    PersonEnrolled,
    SignedIn,
    SignInFailed,
)


class Enrolled(Frozen):
    """The desk, a person or an agent, under the key that is theirs at present."""

    kind: ActorKind
    id: str
    name: str
    public_key: str
    """Base64."""
    since: datetime
    """When the key was enrolled."""
    assurance: str = ""
    """How well the private half is kept; empty for agents, whose keys are kept as the desk's is."""
    roles: tuple[Role, ...] = ()
    card: AgentCard | None = None
    revoked: str | None = None
    """Why the key was revoked, None while it may sign."""
    signed_in_at: datetime | None = None
    """When the person last gave their password."""
    failures: int = 0
    """Wrong passwords since then."""


class Epoch(Frozen):
    """The key under which the heads of the log are signed at present."""

    n: int
    public_key: str
    since: datetime


class Roster(Frozen):
    """Everyone at the desk."""

    desk: Enrolled | None = None
    epoch: Epoch | None = None
    people: dict[str, Enrolled] = {}
    agents: dict[str, Enrolled] = {}

    def person(self, id: str) -> Enrolled | None:
        """Return a person who may sign at present."""
        found = self.people.get(id)
        return found if found is not None and found.revoked is None else None

    def latest(self) -> dict[str, Enrolled]:
        """Return each agent by its name alone, as the version enrolled last."""
        return {agent.name: agent for agent in self.agents.values()}

    def versions(self, name: str) -> tuple[Enrolled, ...]:
        """Return the versions of an agent, the one enrolled last first."""
        return tuple(agent for agent in reversed(self.agents.values()) if agent.name == name)


def roster(entries: Iterable[Entry]) -> Roster:
    """Unfold the events of the desk, in order."""
    desk: Enrolled | None = None
    epoch: Epoch | None = None
    people: dict[str, Enrolled] = {}
    agents: dict[str, Enrolled] = {}
    for entry in entries:
        match entry.event:
            case DeskFounded() | DeskRekeyed() as event:
                id = event.log if isinstance(event, DeskFounded) else desk.id if desk else ""
                desk = Enrolled(
                    kind=ActorKind.SYSTEM,
                    id=id,
                    name="this desk",
                    public_key=event.public_key,
                    since=entry.at,
                    assurance=event.assurance,
                )
            case EpochBegun() as event:
                epoch = Epoch(n=event.n, public_key=event.public_key, since=entry.at)
            case PersonEnrolled() as event:
                people[event.person] = _person(event, entry.at)
            case AgentEnrolled() as event:
                agents.pop(event.card.id, None)  # so that they stand in the order of their enrolment
                agents[event.card.id] = _agent(event, entry.at)
            case KeyRevoked() as event:
                held = people if event.holder_kind is ActorKind.PERSON else agents
                _update(held, event.holder, revoked=event.why)
            case SignedIn() as event:
                _update(people, event.person, signed_in_at=entry.at, failures=0)
            case SignInFailed() as event if event.person in people:
                _update(people, event.person, failures=people[event.person].failures + 1)
            case _:
                pass
    return Roster(desk=desk, epoch=epoch, people=people, agents=agents)


def _person(event: PersonEnrolled, at: datetime) -> Enrolled:
    return Enrolled(
        kind=ActorKind.PERSON,
        id=event.person,
        name=event.name,
        public_key=event.public_key,
        since=at,
        assurance=event.assurance,
        roles=event.roles,
    )


def _agent(event: AgentEnrolled, at: datetime) -> Enrolled:
    return Enrolled(
        kind=ActorKind.AGENT,
        id=event.card.id,
        name=event.card.name,
        public_key=event.public_key,
        since=at,
        card=event.card,
    )


def _update(held: dict[str, Enrolled], id: str, **changes: object) -> None:
    if id in held:
        held[id] = held[id].model_copy(update=changes)

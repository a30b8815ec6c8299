"""Who may sign what: the keys that the log itself enrolled, and the acts that are left to people.

The same rules hold a record back when it is about to be written and refuse it when it is verified.
"""

from dataclasses import dataclass
from typing import Any

from countersign.audit.flaw import Flaw
from countersign.audit.keys import Verifier, from_text
from countersign.domain.actor import Actor, ActorKind, Role

FOUNDING = "desk_founded"
PERSON_ACTS = frozenset({"claimed", "field_reviewed", "case_approved", "case_rejected"})
"""Only an enrolled person may do these."""
ENROLMENTS = frozenset({FOUNDING, "person_enrolled", "agent_enrolled"})
_KEPT_FROM_AGENTS = PERSON_ACTS | ENROLMENTS | {"policy_activated", "released"}
_MAY_ENROL = frozenset({Role.ADMINISTRATOR.value, Role.AGENT_OWNER.value, Role.TEAM_LEAD.value})


@dataclass(frozen=True, slots=True)
class Member:
    """Someone whose key the log knows."""

    kind: ActorKind
    id: str
    key: Verifier
    roles: frozenset[str] = frozenset()


class Staff:
    """Everyone enrolled so far."""

    def __init__(self) -> None:
        self.log: str | None = None
        self._by_key: dict[str, Member] = {}
        self._current: dict[tuple[ActorKind, str], Member] = {}

    @property
    def desk(self) -> Verifier:
        """The desk's own key; raises Flaw before the desk is founded."""
        if self.log is None:
            raise Flaw("the log does not begin with the founding of its desk")
        return self._current[ActorKind.SYSTEM, self.log].key

    def member(self, actor: Actor) -> Member | None:
        """Return who signs as this actor at present; every part of the system signs as the desk."""
        who = self.log if actor.kind is ActorKind.SYSTEM else actor.id
        return self._current.get((actor.kind, who)) if who else None

    def admit(self, actor: Actor, key: str, kind: str) -> Verifier:
        """Return the key to check a record with; raises Flaw when this actor may not sign such an event."""
        if self.log is None:
            raise Flaw("the log does not begin with the founding of its desk")
        if kind == FOUNDING:
            raise Flaw("it founds the desk a second time")
        member = self._by_key.get(key)
        if member is None:
            raise Flaw(f"nobody was enrolled with its key {key}")
        if member is not self.member(actor):
            raise Flaw(f"its key is not the one of the {actor.kind.value} {actor.id}")
        if actor.kind is ActorKind.PERSON and actor.role not in member.roles:
            raise Flaw(f"{actor.id} signs as {actor.role or 'nobody'}, a role that was not given")
        _check_act(actor, kind)
        return member.key

    def enrol(self, body: dict[str, Any]) -> None:
        """Take in an enrolment; other events change nothing. Raises Flaw for a key that is unfit."""
        kind = body["kind"]
        if kind not in ENROLMENTS:
            return
        try:
            public, member = body["public_key"], _member_of(body)
        except (KeyError, TypeError) as error:
            raise Flaw(f"its enrolment is not well formed ({error})") from error
        if not isinstance(public, str) or not isinstance(member[1], str):
            raise Flaw("its enrolment is not well formed")
        key = Verifier(from_text(public, 32, "its public key"))
        if key.key_id in self._by_key:
            raise Flaw(f"the key {key.key_id} was enrolled before")
        enrolled = Member(*member, key=key, roles=_roles(body))
        if kind == FOUNDING:
            self.log = enrolled.id
        self._by_key[key.key_id] = enrolled
        self._current[enrolled.kind, enrolled.id] = enrolled


def _check_act(actor: Actor, kind: str) -> None:
    if kind in PERSON_ACTS and actor.kind is not ActorKind.PERSON:
        raise Flaw(f"a person must do what it says ({kind}), and {actor.id} is none")
    if kind in _KEPT_FROM_AGENTS and actor.kind is ActorKind.AGENT:
        raise Flaw(f"no agent may do what it says ({kind}), and {actor.id} is one")
    if kind in ENROLMENTS and actor.kind is ActorKind.PERSON and actor.role not in _MAY_ENROL:
        raise Flaw(f"a {actor.role} may not enrol anyone")


def _member_of(body: dict[str, Any]) -> tuple[ActorKind, str]:
    match body["kind"]:
        case "desk_founded":
            return ActorKind.SYSTEM, body["log"]
        case "person_enrolled":
            return ActorKind.PERSON, body["person"]
        case _:
            return ActorKind.AGENT, f"{body['card']['name']}@{body['card']['version']}"


def _roles(body: dict[str, Any]) -> frozenset[str]:
    roles = body.get("roles", [])
    if not (isinstance(roles, list) and all(isinstance(role, str) for role in roles)):
        raise Flaw("its roles are not a list of texts")
    return frozenset(roles)

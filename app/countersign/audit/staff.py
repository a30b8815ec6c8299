"""Who may sign what: the keys that the log itself enrolled, and the acts that are left to people.

The same rules hold a record back when it is about to be written and refuse it when it is verified.
"""

from dataclasses import dataclass
from typing import Any

from countersign.audit import note
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Verifier, from_text
from countersign.audit.record import Place
from countersign.domain.actor import Actor, ActorKind, Role
from countersign.domain.event import KINDS

FOUNDING = "desk_founded"
REKEYING = "desk_rekeyed"
REVOCATION = "key_revoked"
EPOCH = "epoch_begun"
PERSON_ACTS = frozenset(
    {
        "claimed",
        "field_reviewed",
        "case_approved",
        "case_rejected",
        "hold_placed",
        "hold_lifted",
        "lesson_forgotten",
        "class_corrected",
        "plan_proposed",
        "prioritised",
    }
)
"""Only an enrolled person may do these."""
ENROLMENTS = frozenset({FOUNDING, REKEYING, REVOCATION, "person_enrolled", "agent_enrolled"})
"""What changes who may sign."""
AGENT_ACTS = frozenset({"classified", "reading_made", "checked", "agent_failed"})
"""All that an agent may put on the record, of what this version knows."""

_ADMINISTRATION = frozenset({Role.ADMINISTRATOR.value})
_LEADING = frozenset({Role.ADMINISTRATOR.value, Role.TEAM_LEAD.value})
_ENROLLING = _LEADING | {Role.AGENT_OWNER.value}
_OVERSIGHT = _LEADING | {Role.AUDITOR.value}
_TEACHING = _ENROLLING | {Role.MODEL_STEWARD.value}
_NO_PERSON: frozenset[str] = frozenset()
_DECIDING = frozenset({Role.PROCESSOR.value, Role.APPROVER.value, Role.TEAM_LEAD.value})
_ROLES = {
    "person_enrolled": _ADMINISTRATION,
    "agent_enrolled": _ENROLLING,
    REKEYING: _ADMINISTRATION,
    REVOCATION: _ADMINISTRATION,
    EPOCH: _NO_PERSON,
    "clock_jumped": _NO_PERSON,
    "logging_failed": _NO_PERSON,
    "keys_restored": _NO_PERSON,
    "sign_in_failed": _NO_PERSON,
    "decided": _NO_PERSON,
    "policy_activated": _LEADING,
    "exported": _OVERSIGHT,
    "lessons_learned": _NO_PERSON,
    "lesson_forgotten": _TEACHING,
    "work_resumed": _ENROLLING,
    "plan_proposed": _TEACHING,
    "plan_activated": _ENROLLING,
    "version_admitted": _TEACHING,
    "plan_chosen": _NO_PERSON,
    "steps_taken": _NO_PERSON,
    "spend_reserved": _NO_PERSON,
    "budget_reached": _NO_PERSON,
    "prioritised": _DECIDING,
    "hold_placed": _OVERSIGHT,
    "hold_lifted": _OVERSIGHT,
    "erased": _ADMINISTRATION,
    "claimed": _DECIDING,
    "field_reviewed": _DECIDING,
    "class_corrected": _DECIDING,
    "case_approved": _DECIDING,
    "case_rejected": _DECIDING,
}
"""The roles in which a person may do what is not open to every role; in none, what the system says."""

_BY_ONESELF = frozenset({"claimed", "released", "signed_in"})
"""What a person does for themselves alone."""


@dataclass(frozen=True, slots=True)
class Member:
    """Someone whose key the log knows."""

    kind: ActorKind
    id: str
    key: Verifier
    roles: frozenset[str] = frozenset()
    name: str = ""
    """A person's printed name."""


class Staff:
    """Everyone enrolled so far, and the key of the present epoch."""

    def __init__(self) -> None:
        self.log: str | None = None
        self.epoch: tuple[int, Verifier] | None = None
        """Number and key of the present epoch; None in a log that has none yet."""
        self.recovered = 0
        """How many epochs began without the key before them."""
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

    def holder(self, key: str) -> Member:
        """Return whose key this is or was; raises Flaw for a key that nobody was enrolled with."""
        member = self._by_key.get(key)
        if member is None:
            raise Flaw(f"nobody was enrolled with its key {key}")
        return member

    def was_enrolled(self, key: str) -> bool:
        """Tell whether somebody is or was enrolled with a key."""
        return key in self._by_key

    def admit(self, actor: Actor, key: str, kind: str) -> Verifier:
        """Return the key to check a record with; raises Flaw when this actor may not sign such an event."""
        if self.log is None:
            raise Flaw("the log does not begin with the founding of its desk")
        if kind == FOUNDING:
            raise Flaw("it founds the desk a second time")
        member = self.holder(key)
        if member is not self.member(actor):
            raise Flaw(f"its key is not the one of the {actor.kind.value} {actor.id}")
        if actor.kind is ActorKind.PERSON and actor.role not in member.roles:
            raise Flaw(f"{actor.id} signs as {actor.role or 'nobody'}, a role that was not given")
        _check_act(actor, kind)
        return member.key

    def check_words(self, actor: Actor, body: dict[str, Any]) -> None:
        """Check that a record names as the one who acts and signs whoever signs it; raises Flaw."""
        if body["kind"] not in KINDS:
            return
        member, signature = self.member(actor), body.get("signature")
        is_person = actor.kind is ActorKind.PERSON
        if isinstance(signature, dict) and not (
            is_person and member and signature.get("name") == member.name
        ):
            raise Flaw(f"its signature bears another name than that of {actor.id}")
        _check_second_person(actor, body, member.name if member else "")
        if is_person and body["kind"] in _BY_ONESELF and body.get("person") != actor.id:
            raise Flaw(f"it names another person than {actor.id}, who signs it")

    def enrol(self, body: dict[str, Any]) -> None:
        """Take in who is enrolled or revoked; other events change nothing. Raises Flaw for an unfit key."""
        kind = body["kind"]
        if kind not in ENROLMENTS:
            return
        try:
            if kind == REVOCATION:
                self._revoke(body)
            else:
                self._add(body)
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, Flaw):
                raise
            raise Flaw(f"its enrolment is not well formed ({error})") from error

    def _add(self, body: dict[str, Any]) -> None:
        public, (kind, who) = body["public_key"], self._member_of(body)
        if not isinstance(public, str) or not isinstance(who, str):
            raise Flaw("its enrolment is not well formed")
        if not note.is_name(who) and kind is not ActorKind.PERSON:
            raise Flaw(f"{who!r} cannot name a signer")
        key = Verifier(from_text(public, 32, "its public key"))
        if key.key_id in self._by_key:
            raise Flaw(f"the key {key.key_id} was enrolled before")
        name = body["name"] if kind is ActorKind.PERSON else ""
        enrolled = Member(kind, who, key=key, roles=_roles(body), name=name)
        if body["kind"] == FOUNDING:
            self.log = enrolled.id
        self._by_key[key.key_id] = enrolled
        self._current[enrolled.kind, enrolled.id] = enrolled

    def _revoke(self, body: dict[str, Any]) -> None:
        kind, who = ActorKind(body["holder_kind"]), body["holder"]
        current = self._current.get((kind, who))
        if kind is ActorKind.SYSTEM or current is None or current.key.key_id != body["key"]:
            raise Flaw(f"it revokes a key that is not the present one of the {kind.value} {who}")
        del self._current[kind, who]

    def _member_of(self, body: dict[str, Any]) -> tuple[ActorKind, Any]:
        match body["kind"]:
            case "desk_founded":
                return ActorKind.SYSTEM, body["log"]
            case "desk_rekeyed":
                return ActorKind.SYSTEM, self.log
            case "person_enrolled":
                return ActorKind.PERSON, body["person"]
            case _:
                return ActorKind.AGENT, f"{body['card']['name']}@{body['card']['version']}"

    def begin_epoch(self, body: dict[str, Any], place: Place) -> None:
        """Take in the beginning of an epoch at its place in the log; raises Flaw when it is not certified."""
        try:
            n, public, certificate, why = (body[name] for name in ("n", "public_key", "certificate", "why"))
        except KeyError as error:
            raise Flaw(f"its epoch is not well formed ({error})") from error
        before = self.epoch[0] if self.epoch else 0
        if type(n) is not int or n != before + 1 or not isinstance(public, str):
            raise Flaw(f"it begins epoch {n}, where {before + 1} was due")
        key = Verifier(from_text(public, 32, "its public key"))
        if key.key_id in self._by_key or (self.epoch and self.epoch[1].key_id == key.key_id):
            raise Flaw("the key of its epoch is in use already")
        if self.epoch is not None and why != "recovered":
            raw = from_text(certificate, 64, "its certificate") if isinstance(certificate, str) else b""
            if not self.epoch[1].is_signed(raw, epoch_text(place, n, public)):
                raise Flaw("its epoch is not certified by the key of the epoch before")
        self.recovered += why == "recovered"
        self.epoch = (n, key)


def epoch_text(place: Place, n: int, public_key: str) -> bytes:
    """Return what the key of an epoch signs to certify the next, at that place in the log."""
    return f"countersign/epoch/v1\n{place.log}\n{n}\n{place.seq}\n{place.previous}\n{public_key}".encode()


def _check_act(actor: Actor, kind: str) -> None:
    if kind in PERSON_ACTS and actor.kind is not ActorKind.PERSON:
        raise Flaw(f"a person must do what it says ({kind}), and {actor.id} is none")
    if actor.kind is ActorKind.AGENT and kind in KINDS and kind not in AGENT_ACTS:
        raise Flaw(f"no agent may do what it says ({kind}), and {actor.id} is one")
    if actor.kind is ActorKind.PERSON and kind in _ROLES and actor.role not in _ROLES[kind]:
        raise Flaw(f"a {actor.role} may not do what it says ({kind})")


def _check_second_person(actor: Actor, body: dict[str, Any], name: str) -> None:
    """Check that a plan was proposed by one person and adopted by another, and who let a version in."""
    is_person = actor.kind is ActorKind.PERSON
    if body["kind"] == "plan_activated":
        proposer = body.get("proposed_by")
        if is_person and proposer in (None, name):
            raise Flaw(f"{actor.id} makes a plan active that no other person proposed")
        if not is_person and proposer is not None:
            raise Flaw("it makes a plan active that a person proposed and no second person adopted")
    if body["kind"] == "version_admitted" and is_person != (body.get("how") == "person"):
        raise Flaw(f"it says that a version was admitted by {body.get('how')}, and {actor.id} signs it")


def _roles(body: dict[str, Any]) -> frozenset[str]:
    roles = body.get("roles", [])
    if not (isinstance(roles, list) and all(isinstance(role, str) for role in roles)):
        raise Flaw("its roles are not a list of texts")
    return frozenset(roles)

"""A record: one event as it is signed, hashed, stored and shipped, always as the same bytes.

Its members stand in the order of RFC 8785, so `signature` comes last, and what is signed is the record with
that member cut off. A person signs each of their records, and what belongs to no case is signed, too. What
agents and the system do in a case is signed by their lines on the next checkpoint (audit/note.py): one
signature for many records.
"""

import hashlib
import re
from operator import itemgetter
from typing import Any, NamedTuple

from countersign.audit.canonical import canonical, parse_canonical
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Signer, from_text, to_text
from countersign.domain.actor import Actor, ActorKind

FORMAT = 1
LARGEST = 65_535
"""Bytes of the largest record."""
NONE_BEFORE = "0" * 64
"""Stands for the previous record where there is none."""

PLACE = ("log", "seq", "previous", "at", "clock", "hlc")
"""The members that say where a record stands."""

_SIGNATURE_LENGTH = len(',"signature":""') + 88
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_KEY = re.compile(r"[0-9a-f]{32}\Z")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", re.ASCII)
_HLC = re.compile(r"\d{13}-\d{4}\Z", re.ASCII)
_NEEDED = frozenset({"actor", "app", "at", "body", "clock", "format", "hlc", "log", "previous", "seq"})
_ALLOWED = _NEEDED | {"case", "effect", "signature"}
_ACTOR = ("authenticated", "id", "key", "kind", "role")
_APP = ("build", "version")
_LINK = ("id", "n", "previous")
"""Members in the order in which a canonical record has them."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\n\d{13}-\d{4}\n[0-9a-f]{64}\Z", re.ASCII)
_TEXTS = ("log", "clock", "effect", "signature")
_KINDS = frozenset(ActorKind)
_MOST_REMEMBERED = 1000


class Link(NamedTuple):
    """A record's place among the records of its case."""

    case: str
    n: int
    """0-based."""
    previous: str
    """SHA-256 of the case's record before, hex."""


class Place(NamedTuple):
    """A record's place in its log."""

    log: str
    seq: int
    previous: str
    at: str
    clock: str
    hlc: str
    """Hybrid logical clock: milliseconds and a counter; grows with every record."""


class App(NamedTuple):
    """What program wrote the record."""

    version: str
    build: str


class Record(NamedTuple):
    """A record as read back."""

    actor: Actor
    key: str
    app: App
    place: Place
    link: Link | None
    body: dict[str, Any]
    effect: str | None
    signature: bytes | None
    """None when a checkpoint signs for the actor."""


_place_of = itemgetter(*PLACE)
_actors: dict[tuple[str, ...], tuple[Actor, str]] = {}
_apps: dict[tuple[str, ...], App] = {}
"""Few actors and programs write all records, so what was checked once is remembered."""


def signs_itself(kind: ActorKind, case: object) -> bool:
    """Tell whether a record of such an actor, of a case or of none (None), must bear a signature."""
    return case is None or kind is ActorKind.PERSON


def milliseconds_of(hlc: str) -> int:
    """Return the milliseconds of a hybrid clock's reading, 0 where there is none."""
    return int(hlc.partition("-")[0] or 0)


def digest(record: bytes) -> str:
    """Return the SHA-256 of a record's bytes, hex: what the next record names as the one before."""
    return hashlib.sha256(record).hexdigest()


def write(
    place: Place,
    actor: Actor,
    app: App,
    body: dict[str, Any],
    *,
    link: Link | None = None,
    effect: str | None = None,
    signer: Signer,
) -> bytes:
    """Build a record, signed where it must be; raises Flaw when it is larger than 65,535 bytes or unfit."""
    members: dict[str, Any] = {
        "actor": {
            "authenticated": actor.authenticated,
            "id": actor.id,
            "key": signer.key_id,
            "kind": actor.kind.value,
            "role": actor.role,
        },
        "app": {"build": app.build, "version": app.version},
        "at": place.at,
        "body": body,
        "clock": place.clock,
        "format": FORMAT,
        "hlc": place.hlc,
        "log": place.log,
        "previous": place.previous,
        "seq": place.seq,
    }
    if link is not None:
        members["case"] = {"id": link.case, "n": link.n, "previous": link.previous}
    if effect is not None:
        members["effect"] = effect
    unsigned = canonical(members)
    signs = signs_itself(actor.kind, link)
    size = len(unsigned) + (_SIGNATURE_LENGTH if signs else 0)
    if size > LARGEST:
        raise Flaw(f"it has {size:,} bytes, where a record may have {LARGEST:,}")
    if not signs:
        return unsigned
    signature = to_text(signer.sign(unsigned))
    return b'%b,"signature":"%b"}' % (unsigned[:-1], signature.encode("ascii"))


def signed_part(record: bytes) -> bytes:
    """Return the bytes that the signature of a well-formed record covers, where it has one."""
    return record[: -_SIGNATURE_LENGTH - 1] + b"}"


def read(untrusted: bytes) -> Record:
    """Read a record, checking its form but neither its signature nor its place; raises Flaw."""
    if len(untrusted) > LARGEST:
        raise Flaw(f"it has {len(untrusted):,} bytes, where a record may have {LARGEST:,}")
    members = parse_canonical(untrusted)
    _check_members(members)
    actor, key = _actor(members["actor"])
    signature = members.get("signature")
    if signature is None and signs_itself(actor.kind, members.get("case")):
        raise Flaw("it is not signed")
    return Record(
        actor=actor,
        key=key,
        app=_app(members["app"]),
        place=Place._make(_place_of(members)),
        link=_link(members["case"]) if "case" in members else None,
        body=members["body"],
        effect=members.get("effect"),
        signature=None if signature is None else from_text(signature, 64, "its signature"),
    )


def _check_members(members: dict[str, Any]) -> None:
    version = members.get("format")
    if version != FORMAT or type(version) is not int:
        raise Flaw(f"its format is {version!r}, a later version than this may have written it")
    names = members.keys()
    if not _NEEDED <= names <= _ALLOWED:
        odd = sorted((_NEEDED - names) | (names - _ALLOWED))
        raise Flaw(f"its members are not those of a record: {', '.join(odd)}")
    for name in _TEXTS:
        value = members.get(name, "absent")
        if type(value) is not str or not value:
            raise Flaw(f"its member {name} is not a text")
    at, hlc, previous = members["at"], members["hlc"], members["previous"]
    if not _MOMENT.match(f"{at}\n{hlc}\n{previous}"):  # three at once; then which of them it is
        for name, form in (("at", _AT), ("hlc", _HLC), ("previous", _HEX)):
            _check_text(members[name], form, name)
    _check_count(members["seq"], "seq")
    body = members["body"]
    if not (isinstance(body, dict) and isinstance(body.get("kind"), str)):
        raise Flaw("its body is not an event")


def _actor(untrusted: Any) -> tuple[Actor, str]:
    """Return the actor and the name of its key."""
    given = _texts(untrusted, _ACTOR, "actor")
    known = _actors.get(given)
    if known is None:
        authenticated, id, key, kind, role = given
        if kind not in _KINDS:
            raise Flaw(f"its actor is of no known kind: {kind!r}")
        _check_text(key, _KEY, "actor.key")
        actor = Actor.model_construct(kind=ActorKind(kind), id=id, role=role, authenticated=authenticated)
        if len(_actors) >= _MOST_REMEMBERED:
            _actors.clear()
        known = _actors[given] = (actor, key)
    return known


def _app(untrusted: Any) -> App:
    given = _texts(untrusted, _APP, "app")
    known = _apps.get(given)
    if known is None:
        if len(_apps) >= _MOST_REMEMBERED:
            _apps.clear()
        known = _apps[given] = App(build=given[0], version=given[1])
    return known


def _link(untrusted: Any) -> Link:
    if not (isinstance(untrusted, dict) and tuple(untrusted) == _LINK):
        raise Flaw("its member case is not id, n and previous")
    id, n, previous = untrusted.values()
    if type(id) is not str or not id:
        raise Flaw("its case has no name")
    _check_count(n, "case.n")
    if type(previous) is not str or not _HEX.match(previous):
        _check_text(previous, _HEX, "case.previous")
    return Link(id, n, previous)


def _texts(untrusted: Any, names: tuple[str, ...], what: str) -> tuple[str, ...]:
    """Return the members of an object that are all texts, in the order of their names."""
    if not (isinstance(untrusted, dict) and tuple(untrusted) == names):
        raise Flaw(f"its member {what} is not {', '.join(names)}")
    given = tuple(untrusted.values())
    for value in given:
        if type(value) is not str:
            raise Flaw(f"its member {what} holds something that is not a text")
    return given


def _check_text(untrusted: Any, form: re.Pattern[str], what: str) -> None:
    if not (isinstance(untrusted, str) and form.match(untrusted)):
        raise Flaw(f"its member {what} is not in the right form")


def _check_count(untrusted: Any, what: str) -> None:
    if type(untrusted) is not int or untrusted < 0:
        raise Flaw(f"its member {what} is not a count")

"""A record: one event as it is signed, hashed, stored and shipped, always as the same bytes.

Its members stand in the order of RFC 8785, so `signature` comes last, and what is signed is the record with
that member cut off.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from countersign.audit.canonical import canonical, parse_canonical
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Signer, from_text, to_text
from countersign.domain.actor import Actor, ActorKind

FORMAT = 1
LARGEST = 65_535
"""Bytes of the largest record."""
NONE_BEFORE = "0" * 64
"""Stands for the previous record where there is none."""

_SIGNATURE_LENGTH = len(',"signature":""') + 88
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_KEY = re.compile(r"[0-9a-f]{32}\Z")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", re.ASCII)
_HLC = re.compile(r"\d{13}-\d{4}\Z", re.ASCII)
_NEEDED = frozenset(
    {"actor", "app", "at", "body", "clock", "format", "hlc", "log", "previous", "seq", "signature"}
)
_ALLOWED = _NEEDED | {"case", "effect"}
_ACTOR = frozenset({"authenticated", "id", "key", "kind", "role"})
_APP = frozenset({"build", "version"})
_KINDS = frozenset(ActorKind)


@dataclass(frozen=True, slots=True)
class Link:
    """A record's place among the records of its case."""

    case: str
    n: int
    """0-based."""
    previous: str
    """SHA-256 of the case's record before, hex."""


@dataclass(frozen=True, slots=True)
class Place:
    """A record's place in its log."""

    log: str
    seq: int
    previous: str
    at: str
    clock: str
    hlc: str
    """Hybrid logical clock: milliseconds and a counter; grows with every record."""


@dataclass(frozen=True, slots=True)
class App:
    """What program wrote the record."""

    version: str
    build: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read back."""

    actor: Actor
    key: str
    app: App
    place: Place
    link: Link | None
    body: dict[str, Any]
    effect: str | None
    signature: bytes


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
    """Build and sign a record; raises Flaw when it is larger than 65,535 bytes or holds what it may not."""
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
    if len(unsigned) + _SIGNATURE_LENGTH > LARGEST:
        size = len(unsigned) + _SIGNATURE_LENGTH
        raise Flaw(f"it has {size:,} bytes, where a record may have {LARGEST:,}")
    signature = to_text(signer.sign(unsigned))
    return b'%b,"signature":"%b"}' % (unsigned[:-1], signature.encode("ascii"))


def signed_part(record: bytes) -> bytes:
    """Return the bytes that the signature of a well-formed record covers."""
    return record[: -_SIGNATURE_LENGTH - 1] + b"}"


def read(untrusted: bytes) -> Record:
    """Read a record, checking its form but neither its signature nor its place; raises Flaw."""
    if len(untrusted) > LARGEST:
        raise Flaw(f"it has {len(untrusted):,} bytes, where a record may have {LARGEST:,}")
    members = parse_canonical(untrusted)
    _check_members(members)
    actor = members["actor"]
    return Record(
        actor=Actor.model_construct(
            kind=ActorKind(actor["kind"]),
            id=actor["id"],
            role=actor["role"],
            authenticated=actor["authenticated"],
        ),
        key=actor["key"],
        app=App(**members["app"]),
        place=Place(**{name: members[name] for name in ("log", "seq", "previous", "at", "clock", "hlc")}),
        link=_link(members["case"]) if "case" in members else None,
        body=members["body"],
        effect=members.get("effect"),
        signature=from_text(members["signature"], 64, "its signature"),
    )


def _check_members(members: dict[str, Any]) -> None:
    version = members.get("format")
    if version != FORMAT or type(version) is not int:
        raise Flaw(f"its format is {version!r}, a later version than this may have written it")
    names = members.keys()
    if not _NEEDED <= names <= _ALLOWED:
        odd = sorted((_NEEDED - names) | (names - _ALLOWED))
        raise Flaw(f"its members are not those of a record: {', '.join(odd)}")
    for name in ("log", "clock", "effect", "signature"):
        if name in members and not (isinstance(members[name], str) and members[name]):
            raise Flaw(f"its member {name} is not a text")
    for name, form in (("at", _AT), ("hlc", _HLC), ("previous", _HEX)):
        _check_text(members[name], form, name)
    _check_count(members["seq"], "seq")
    _check_texts(members["actor"], _ACTOR, "actor")
    if members["actor"]["kind"] not in _KINDS:
        raise Flaw(f"its actor is of no known kind: {members['actor']['kind']!r}")
    _check_text(members["actor"]["key"], _KEY, "actor.key")
    _check_texts(members["app"], _APP, "app")
    body = members["body"]
    if not (isinstance(body, dict) and isinstance(body.get("kind"), str)):
        raise Flaw("its body is not an event")


def _link(untrusted: Any) -> Link:
    if not (isinstance(untrusted, dict) and untrusted.keys() == {"id", "n", "previous"}):
        raise Flaw("its member case is not id, n and previous")
    if not (isinstance(untrusted["id"], str) and untrusted["id"]):
        raise Flaw("its case has no name")
    _check_count(untrusted["n"], "case.n")
    _check_text(untrusted["previous"], _HEX, "case.previous")
    return Link(case=untrusted["id"], n=untrusted["n"], previous=untrusted["previous"])


def _check_texts(untrusted: Any, names: frozenset[str], what: str) -> None:
    if not (isinstance(untrusted, dict) and untrusted.keys() == names):
        raise Flaw(f"its member {what} is not {', '.join(sorted(names))}")
    if not all(isinstance(value, str) for value in untrusted.values()):
        raise Flaw(f"its member {what} holds something that is not a text")


def _check_text(untrusted: Any, form: re.Pattern[str], what: str) -> None:
    if not (isinstance(untrusted, str) and form.match(untrusted)):
        raise Flaw(f"its member {what} is not in the right form")


def _check_count(untrusted: Any, what: str) -> None:
    if type(untrusted) is not int or untrusted < 0:
        raise Flaw(f"its member {what} is not a count")

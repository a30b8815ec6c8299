"""What the desk itself put on the record and a stranger needs: people, agents, keys and policies."""

import hashlib
import re
from typing import NamedTuple

from countersign.audit import cosign, note
from countersign.audit.cosign import Known
from countersign.audit.flaw import Flaw
from countersign.audit.keys import fingerprint, from_text, key_id, to_text
from countersign.domain.event import (
    AgentEnrolled,
    ClockJumped,
    DeskFounded,
    DeskRekeyed,
    Entry,
    EpochBegun,
    KeyRevoked,
    KeysRestored,
    LessonsLearned,
    LoggingFailed,
    PersonEnrolled,
    PolicyActivated,
)
from countersign.domain.time import iso
from countersign.insight.bundle import tables
from countersign.insight.bundle.bag import Bag, pretty
from countersign.insight.bundle.books import Books
from countersign.insight.bundle.log_part import Span
from countersign.settings.resources import shipped
from countersign.store.decode import entry_of
from countersign.store.snapshot import Snapshot

_TRUST = (
    DeskFounded,
    DeskRekeyed,
    KeyRevoked,
    PersonEnrolled,
    AgentEnrolled,
    EpochBegun,
    ClockJumped,
    LoggingFailed,
    KeysRestored,
    LessonsLearned,
)
"""Kinds of the desk's records that go out with every bundle: they say whom to believe, and how far."""


class DeskPart(NamedTuple):
    """The desk's own records that go out."""

    entries: tuple[Entry, ...]
    public_key: bytes
    """The desk's key at the end."""
    assurance: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the desk's key, hex."""
        return fingerprint(self.public_key)


def read_desk(snapshot: Snapshot, size: int, exported: int) -> DeskPart:
    """Choose the desk's records for the chosen cases and add them to what goes out."""
    policies = set(snapshot.deciding_policies())
    entries: list[Entry] = []
    public, assurance = b"", ""
    for row in snapshot.desk(size):
        entry = entry_of(row.seq, row.bytes, row.openings)
        event = entry.event
        is_ground = isinstance(event, PolicyActivated) and event.digest in policies
        if isinstance(event, _TRUST) or is_ground or entry.seq == exported:
            entries.append(entry)
        if isinstance(event, DeskFounded | DeskRekeyed):
            public, assurance = from_text(event.public_key, 32, "its public key"), event.assurance
    snapshot.disclose(entry.seq for entry in entries)
    return DeskPart(tuple(entries), public, assurance)


def write_desk(bag: Bag, books: Books, desk: DeskPart) -> None:
    """Write who was enrolled and which policies decided, with their texts and cards."""
    for entry in desk.entries:
        match entry.event:
            case PersonEnrolled() as event:
                roles = " ".join(role.value for role in event.roles)
                key = _key_id(event.public_key)
                row = (entry.seq, iso(entry.at), event.person, event.name, roles, key, event.assurance)
                books.write(tables.PEOPLE, *row)
            case AgentEnrolled() as event:
                _agent(bag, books, entry, event)
            case PolicyActivated() as event:
                file = _policy(bag, event)
                books.write(tables.POLICIES, entry.seq, iso(entry.at), event.policy, event.digest, file)
            case _:
                pass
    for card in sorted(shipped("resources", "models").glob("*.md")):
        bag.add(f"models/{card.name}", card.read_bytes())


def _agent(bag: Bag, books: Books, entry: Entry, event: AgentEnrolled) -> None:
    card, key = event.card, _key_id(event.public_key)
    path = f"models/{re.sub(r'[^A-Za-z0-9.@_-]', '_', card.id).lstrip('.@_-')}-{key[:8]}.json"
    bag.add(path, pretty({**card.model_dump(mode="json"), "id": card.id, "public_key": event.public_key}))
    books.write(
        tables.AGENTS,
        entry.seq,
        iso(entry.at),
        card.id,
        card.tier,
        card.purpose,
        card.code_digest,
        key,
        f"data/{path}",
    )


def _policy(bag: Bag, event: PolicyActivated) -> str:
    """Write the text of a policy; a text that is not what its digest names stays in its record alone."""
    text = event.text.encode()
    if hashlib.sha256(text).hexdigest() != event.digest:
        return ""
    path = f"policies/{event.digest}.yaml"
    if not bag.has(path):
        bag.add(path, text)
    return f"data/{path}"


def write_keys(bag: Bag, span: Span, desk: DeskPart, certificate: str, witnesses: tuple[Known, ...]) -> None:
    """Write keys.json, with the witnesses whose lines the newest head bears."""
    told = {
        "log": span.log,
        "desk_key": to_text(desk.public_key),
        "fingerprint": desk.fingerprint,
        "witnesses": [{"name": one.name, "key": to_text(one.key.public)} for one in witnesses],
        "certificate_sha256": certificate,
    }
    bag.add(f"{span.place}/keys.json", pretty(told))


def seen_by(head: bytes, known: tuple[Known, ...]) -> tuple[Known, ...]:
    """Return those of the witnesses that a desk knows whose lines a head bears, and bears soundly."""
    return tuple(witness for witness in known if _has_seen(head, witness))


def _has_seen(head: bytes, witness: Known) -> bool:
    try:
        cosign.check(note.open_note(head), witness.name, witness.key)
    except Flaw:
        return False
    return True


def _key_id(public_key: str) -> str:
    return key_id(from_text(public_key, 32, "its public key"))

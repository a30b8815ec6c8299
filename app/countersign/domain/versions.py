"""The versions of each agent as a desk enrolled them, and until when each one worked."""

from collections.abc import Iterable
from datetime import datetime

from countersign.domain.actor import ActorKind, AgentCard
from countersign.domain.base import Frozen
from countersign.domain.event import AgentEnrolled, Entry, KeyRevoked

SUPERSEDED = "another version took over"


class Version(Frozen):
    """An agent under one card and one key."""

    card: AgentCard
    public_key: str
    """Base64."""
    at: datetime
    record: int
    until: datetime | None = None
    ended: str | None = None
    """Why it ended: another version took over, it got a fresh key, or its key was revoked."""


def versions(entries: Iterable[Entry]) -> dict[str, tuple[Version, ...]]:
    """Unfold the events of the desk, in order; returns the versions by name, the newest first."""
    found: dict[str, list[Version]] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, AgentEnrolled):
            held = found.setdefault(event.card.name, [])
            if held and held[0].until is None:
                same = held[0].card.id == event.card.id
                held[0] = _ended(held[0], entry.at, "it was enrolled anew" if same else SUPERSEDED)
            held.insert(
                0, Version(card=event.card, public_key=event.public_key, at=entry.at, record=entry.seq)
            )
        elif isinstance(event, KeyRevoked) and event.holder_kind is ActorKind.AGENT:
            held = found.get(event.holder.partition("@")[0], [])
            for n, version in enumerate(held):
                if version.until is None and version.card.id == event.holder:
                    held[n] = _ended(version, entry.at, f"its key was revoked: {event.why}")
    return {name: tuple(held) for name, held in found.items()}


def _ended(version: Version, at: datetime, why: str) -> Version:
    return version.model_copy(update={"until": at, "ended": why})

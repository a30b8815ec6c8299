"""What kept a case from its agents: the orders to stop that stood while it waited for them."""

from collections.abc import Collection
from datetime import datetime

from countersign.domain.event import Entry, Scope, WorkResumed, WorkStopped
from countersign.insight.context import Context
from countersign.insight.tell import tell
from countersign.insight.traced import HeldUp


def held_up(
    context: Context, since: datetime, until: datetime | None, agents: Collection[str]
) -> tuple[HeldUp, ...]:
    """Return the orders against a case or one of its agents that stood between two moments.

    `until` is None while nobody has decided: then what stands still holds it up.
    """
    standing: dict[tuple[Scope, str], Entry] = {}
    found: list[HeldUp] = []
    for entry in context.desk:
        event = entry.event
        if isinstance(event, WorkStopped) and _concerns(event, context, agents):
            standing.setdefault((event.scope, event.name), entry)
        elif isinstance(event, WorkResumed):
            begun = standing.pop((event.scope, event.name), None)
            if begun is not None:
                found += _overlap(begun, entry.at, since, until, context)
    for begun in standing.values():
        found += _overlap(begun, None, since, until, context)
    return tuple(sorted(found, key=lambda one: (one.since, one.record)))


def _concerns(event: WorkStopped, context: Context, agents: Collection[str]) -> bool:
    match event.scope:
        case Scope.ALL:
            return True
        case Scope.AGENT:
            return event.name in agents
        case Scope.CLASS:
            return event.name == context.case.klass


def _overlap(
    begun: Entry, ended: datetime | None, since: datetime, until: datetime | None, context: Context
) -> list[HeldUp]:
    first = max(begun.at, since)
    last = min((moment for moment in (ended, until) if moment is not None), default=None)
    if last is not None and last <= first:
        return []
    told = tell(begun.event, context.teller)
    return [HeldUp(what=told, since=first, until=last, record=begun.seq)]

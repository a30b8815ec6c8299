"""The tabs that tell a case: what each agent did, and every event of its record."""

from PySide6.QtCore import QLocale

from countersign.domain.actor import ActorKind
from countersign.domain.event import Entry
from countersign.insight.tell import Teller, author, tell
from countersign.ui.models import show
from countersign.ui.models.table_model import Table

TRACE_COLUMNS = ("Agent", "What it did", "Took")
HISTORY_COLUMNS = ("When", "Who", "What", "Record")


def trace_table(entries: tuple[Entry, ...], teller: Teller) -> Table:
    """Return the agents' steps in order."""
    rows = tuple(
        (author(entry.actor), tell(entry.event, teller), _took(entry.event))
        for entry in entries
        if entry.actor.kind is ActorKind.AGENT
    )
    return Table(columns=TRACE_COLUMNS, rows=rows, right=frozenset({2}))


def history_table(entries: tuple[Entry, ...], teller: Teller, locale: QLocale) -> Table:
    """Return every event of the case, the latest first, with the beginning of its record's digest."""
    rows = tuple(
        (
            show.moment(entry.at, locale),
            author(entry.actor),
            tell(entry.event, teller),
            f"#{entry.seq} {entry.digest[:8]}",
        )
        for entry in reversed(entries)
    )
    return Table(columns=HISTORY_COLUMNS, rows=rows)


def _took(event: object) -> str:
    milliseconds = getattr(event, "milliseconds", None)
    if milliseconds is None:
        return ""
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"

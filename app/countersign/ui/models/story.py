"""The tabs that tell a case: which steps were taken, also those that said nothing, and every event."""

from PySide6.QtCore import QLocale

from countersign.domain.event import Entry
from countersign.insight.tell import Teller, author, tell
from countersign.insight.tell_control import seconds, spaced
from countersign.insight.trace import trace
from countersign.insight.trace_page import what, who
from countersign.ui.models import show
from countersign.ui.models.table_model import Table

TRACE_COLUMNS = ("Who", "What came of it", "Took")
HISTORY_COLUMNS = ("When", "Who", "What", "Record")


def trace_table(entries: tuple[Entry, ...], teller: Teller) -> Table:
    """Return the steps in order, agents without their version; raises Trouble where there is no case."""
    told = trace(entries, (), teller.catalogue, language=teller.language)
    rows = tuple(
        (
            who(step).partition("@")[0],
            f"{spaced(step.step).capitalize()}: {what(step)}",
            seconds(step.cost.milliseconds),
        )
        for run in told.runs
        for step in run.steps
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

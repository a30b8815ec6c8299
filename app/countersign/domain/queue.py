"""The queue as people see it: one row a case, asked for in pages, by key."""

from datetime import datetime
from enum import StrEnum

from countersign.domain.base import Frozen
from countersign.domain.case import Status
from countersign.domain.event import Route


class CaseRow(Frozen):
    """What a queue shows of a case."""

    id: str
    status: Status
    klass: str | None
    counterparty: str | None
    number: str | None
    amount: str | None
    """Decimal with a point, in `currency`."""
    currency: str | None
    route: Route | None
    reasons: tuple[str, ...]
    """Reason codes, the weightiest first."""
    document: str
    """Name of the file as received."""
    sha256: str
    pages: int
    received_at: datetime
    updated_at: datetime
    claimed_by: str | None = None
    is_held: bool = False
    """An order keeps it from being erased."""
    is_erased: bool = False
    """Its content is gone; what remains is that it was."""


class Order(StrEnum):
    """What a queue can be sorted by."""

    OLDEST = "oldest"
    NEWEST = "newest"
    AMOUNT = "amount"
    COUNTERPARTY = "counterparty"


class QueueQuery(Frozen):
    """Which cases, in which order; an empty member does not narrow."""

    statuses: tuple[Status, ...] = ()
    classes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    text: str = ""
    """Found in counterparty, number or file name."""
    order: Order = Order.OLDEST


class QueuePage(Frozen):
    """A page of a queue and the key to ask for the next one."""

    rows: tuple[CaseRow, ...]
    next_key: str | None
    """None when this was the last page."""


class QueueCounts(Frozen):
    """How many cases stand where, and what has been done today."""

    by_status: dict[Status, int]
    settled_today: int = 0

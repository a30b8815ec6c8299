"""What the workflow needs of the rooms around it; store, documents and intake fit these shapes."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

from countersign.domain.actor import Actor
from countersign.domain.base import Frozen
from countersign.domain.case import CaseFile
from countersign.domain.document import Document, MediaType, Opened, Page, PageImage, Refusal
from countersign.domain.event import Draft, Entry, Event, Settled
from countersign.domain.orders import NOTHING_HELD, Reach
from countersign.domain.plan import Cost, Dropped
from countersign.domain.queue import QueueCounts, QueuePage, QueueQuery


class Ledger(Protocol):
    """The record of this workstation."""

    def append(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Record events, durably, in one transaction, with their views; safe from any thread.

        A draft whose effect is on the record already comes back as the entry that it made, not fresh.
        Raises Trouble when the record cannot be written: then the act did not happen.
        """

    def entries(self, case: str) -> tuple[Entry, ...]:
        """Return the events of a case, in order."""

    def desk_entries(self) -> tuple[Entry, ...]:
        """Return the events that belong to no case: people, agents, policies; in order."""

    def head(self) -> int:
        """Return the number of records, cheaply; it grows with every append of any process."""

    def changed_cases(self, since: int) -> tuple[str, ...]:
        """Return the cases that records after the first `since` concern, each once."""


class Doorkeeper(Protocol):
    """Knows whether it is really they who act under a person's name."""

    def has_password(self, person: str) -> bool:
        """Return whether a password seals the person's key."""

    def prove(self, person: str, password: str) -> None:
        """Check the person's password now; raises Trouble when it is wrong, and that is on the record."""


class Known(Frozen):
    """What the desk's own history says about a document just read."""

    vendor_cases: int
    """Settled cases of the same counterparty."""
    same_number: tuple[str, ...]
    """Other cases with the same class, counterparty and number."""
    same_amount: tuple[str, ...]
    """Other cases with the same class, counterparty, amount and date."""


class Cases(Protocol):
    """The views of the record that work is taken from."""

    def undecided(self, limit: int, held: Reach = NOTHING_HELD) -> tuple[str, ...]:
        """Return cases not yet decided that no order holds up, the urgent first, then the oldest."""

    def page(self, query: QueueQuery, key: str | None = None, limit: int = 200) -> QueuePage:
        """Return a page of the queue, from the key that the page before gave."""

    def counts(self) -> QueueCounts:
        """Return how many cases stand where."""

    def known(self, case: str, klass: str, values: dict[str, str]) -> Known:
        """Look the desk's history up for a document's counterparty, number, amount and date."""


class Library(Protocol):
    """Documents as received, named by content, and what was made from them."""

    def keep(self, content: bytes, media_type: MediaType, name: str) -> Document:
        """Keep bytes as received; the same bytes twice are one document."""

    def path(self, sha256: str) -> Path:
        """Return where the bytes lie, to be read only; raises Trouble when they are gone."""

    def opened(self, sha256: str) -> Opened | None:
        """Return what was kept of an opened document."""

    def keep_opened(self, opened: Opened) -> None:
        """Keep an opened document, so that nobody has to open it again."""


class Pages(Protocol):
    """The page children: they alone touch document bytes. Every call blocks and is safe from any thread."""

    def open(self, document: Path, sha256: str, media_type: MediaType) -> Opened | Refusal:
        """Open a document: pages, words of the text layer, widgets, e-invoice; no OCR."""

    def recognise(self, document: Path, media_type: MediaType, page: int) -> Page | Refusal:
        """Read the words of one page from its picture (OCR)."""

    def render(self, document: Path, media_type: MediaType, page: int, dpi: int) -> PageImage | Refusal:
        """Draw one page."""

    def close(self) -> None:
        """End the children."""


Said = tuple[Actor, Event]
"""What someone said, and who."""


class Told(NamedTuple):
    """What an agent says of a case, and what it tells of its work."""

    said: tuple[Said, ...]
    looked_at: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    tokens: int = 0
    money: int = 0
    """In millionths of the currency in which its budget is kept."""
    again: bool = False
    """Whether it wants to be asked once more, as an agent that works in rounds does."""


class Allowance(NamedTuple):
    """The most that an agent may spend on the step it is about to take; None where nothing bounds it."""

    seconds: float | None = None
    tokens: int | None = None
    money: int | None = None


class Bench(Protocol):
    """Where the agents work on one case."""

    def idle(self, agent: str, case: CaseFile) -> str | None:
        """Say why an agent has nothing to do at its step; None where it has, or may have."""

    def do(self, agent: str, case: CaseFile, known: Callable[[], Known], allowance: Allowance) -> Told:
        """Have an agent do its step on the case as it stands; may be called for several side by side."""


class Staff(Protocol):
    """The agents. They compute, touch no record, and are safe from any thread."""

    def bench(self, opened: Opened, before: Sequence[Entry]) -> Bench:
        """Lay a document out for the agents; `before` is the record of its case so far."""


class Permit(Protocol):
    """Leave to take one step."""

    @property
    def allowance(self) -> Allowance:
        """The most that the step may spend."""

    @property
    def rounds(self) -> int | None:
        """How many rounds the step may take, this one included; None where nothing bounds them."""

    @property
    def seconds(self) -> float:
        """Seconds after which the step is taken to hang."""

    @property
    def settled(self) -> Settled | None:
        """The reservation on the record that is over, once what was spent is known."""

    def spent(self, cost: Cost, *, was_idle: bool = False) -> None:
        """Book what the step did spend; one that had nothing to do counts as none.

        Without this, all that it might have spent is booked.
        """


class Gate(Protocol):
    """What every step of an agent passes before it begins: orders to stop, places, budgets."""

    def step(self, agent: str, case: CaseFile, step: str) -> AbstractContextManager[Permit]:
        """Let an agent take a step; waits a moment for one of its seats.

        Raises NoSeat where none is free for too long, Held where an order stands against it, NotAllowed where
        the agent may not work, OverBudget where it could overrun (workflow/gate.py, workflow/seats.py).
        """

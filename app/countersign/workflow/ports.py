"""What the workflow needs of the rooms around it; store, documents and intake fit these shapes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from countersign.domain.actor import Actor
from countersign.domain.base import Frozen
from countersign.domain.case import CaseFile
from countersign.domain.document import Document, MediaType, Opened, Page, PageImage, Refusal
from countersign.domain.event import Checked, Classified, Draft, Entry, ReadingMade
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

    def undecided(self, limit: int) -> tuple[str, ...]:
        """Return cases received and not yet decided, the oldest first."""

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


class Staff(Protocol):
    """The agents, each answer with its author. Calls compute, touch no record, are safe from any thread."""

    def classify(self, opened: Opened) -> tuple[Actor, Classified]:
        """Say what kind of case a document is."""

    def read(self, opened: Opened, classified: Classified) -> Sequence[tuple[Actor, ReadingMade]]:
        """Read the fields of the class; a later answer replaces what an earlier one said of a field."""

    def check(self, case: CaseFile, opened: Opened, known: Known) -> Sequence[tuple[Actor, Checked]]:
        """Compare the readings with each other and with the desk's history."""

"""What the screens need of the house; wiring provides it, tests provide a small one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from countersign.domain.actor import Actor
from countersign.domain.case import CaseFile
from countersign.domain.document import Page, PageImage
from countersign.domain.event import Entry
from countersign.domain.queue import QueueCounts, QueuePage, QueueQuery
from countersign.settings.catalogue import Catalogue
from countersign.workflow.acts import Acts


class DeskPort(Protocol):
    """Everything a screen may ask for. Every call may block: never call it on the UI thread."""

    catalogue: Catalogue
    person: Actor
    """Who sits at this desk."""
    person_name: str
    acts: Acts
    """What a person may do with a case; each act is a signed event."""

    def head(self) -> int:
        """Return the number of records; it grows when anything happened anywhere."""

    def changed_cases(self, since: int) -> tuple[str, ...]:
        """Return the cases that records after the first `since` concern."""

    def page(self, query: QueueQuery, key: str | None = None, limit: int = 200) -> QueuePage:
        """Return a page of the queue."""

    def counts(self) -> QueueCounts:
        """Return how many cases stand where."""

    def case(self, case: str) -> CaseFile:
        """Return a case as it stands; raises Trouble when there is none."""

    def history(self, case: str) -> tuple[Entry, ...]:
        """Return the events of a case."""

    def words(self, sha256: str, page: int) -> Page | None:
        """Return the words of a page as the agents saw them, None while it is not opened."""

    def image(self, sha256: str, page: int, dpi: int) -> PageImage | None:
        """Draw a page in a page child; None when the document cannot be drawn."""

    def bring_in(self, paths: Sequence[Path], channel: str) -> str:
        """Take files and folders in; return one sentence for the status line. Raises Trouble."""

    def agents_at_work(self) -> bool:
        """Return whether a worker is running for this desk."""

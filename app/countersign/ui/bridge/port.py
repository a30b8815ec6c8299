"""What the screens need of the house; wiring provides it, tests provide a small one."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from countersign.domain.actor import Actor, Role
from countersign.domain.agents_seen import AgentFile, ClassPlan, Day, Live, Period, ReviewSheet
from countersign.domain.case import CaseFile
from countersign.domain.document import Page, PageImage
from countersign.domain.event import Entry, Erased, How
from countersign.domain.event import Scope as Reach
from countersign.domain.learning import ClassLearning
from countersign.domain.orders import Order
from countersign.domain.queue import QueueCounts, QueuePage, QueueQuery
from countersign.domain.standing import Check, Custody, Standing
from countersign.settings.catalogue import Catalogue
from countersign.workflow.desk_acts import Acts

if TYPE_CHECKING:
    from countersign.insight.bundle.scope import Bundle, Preview, Scope, Withhold
    from countersign.insight.explained import Explanation

Progress = Callable[[int, int], None]
"""Told how many of how many are done; what it raises ends the call."""


class RecordPort(Protocol):
    """The record itself: how it stands, checked, and taken out of the house."""

    def standing(self) -> Standing:
        """Return what is always on the screen; cheap enough to be asked for every second."""

    def custody(self) -> Custody:
        """Return who signs, how keys are kept, who has seen the log, and when it was checked."""

    def verify(self, progress: Progress) -> Check:
        """Check the whole log and note the result."""

    def preview(self, scope: "Scope", withhold: "Withhold") -> "Preview":
        """Say what a bundle would hold; raises Trouble when the scope names what is not there."""

    def export(self, scope: "Scope", withhold: "Withhold", out: Path, progress: Progress) -> "Bundle":
        """Write a bundle and record that it was taken out; raises Trouble, and nothing is left behind."""


class CarePort(Protocol):
    """What a person may do with a case's future; each raises Trouble when it may not be."""

    def hold(self, case: str, order: str) -> CaseFile:
        """Keep a case from being erased until the hold is lifted."""

    def lift(self, case: str, order: str) -> CaseFile:
        """Lift the hold of an order."""

    def check_erasable(self, case: str, order: str) -> CaseFile:
        """Return the case as it stands; raises Trouble for all that keeps it from being erased."""

    def erase(self, case: str, order: str) -> Erased:
        """Destroy the key of a settled case's content and delete its documents, for good."""


class LearningPort(Protocol):
    """What the desk has learned, and what a person may have it forget; each raises Trouble."""

    def show(self) -> tuple[ClassLearning, ...]:
        """Tell how the learning of each class stands."""

    def forget_case(self, klass: str, case: str, reason: str) -> int:
        """Forget what one case taught; returns 1."""

    def forget_counterparty(self, klass: str, name: str, reason: str) -> int:
        """Forget what the cases of one counterparty taught; returns how many they were."""

    def forget_class(self, klass: str, reason: str) -> int:
        """Forget all that was learned about a class; returns of how many cases."""


class StopPort(Protocol):
    """Stopping agents and letting them go on; cheap, and never in the way of anything else."""

    agents: tuple[str, ...]
    """Names of all agents of the program."""

    def live(self) -> Live:
        """Return who works on what and who is stopped; cheap enough for four times a second."""

    def stop(self, scope: Reach, name: str, how: How, reason: str) -> Order:
        """Stop all agents, one agent or one class; raises Trouble."""

    def obeyed(self, order: Order) -> float | None:
        """Wait until no step runs against an order; returns the seconds, None when it took too long."""

    def resume(self, scope: Reach, name: str, reason: str) -> None:
        """Let the agents in this reach go on; raises Trouble."""


class AgentsPort(Protocol):
    """The agents: who they are and what they did. Told from views of the record, never from all its cases."""

    def files(self) -> tuple[AgentFile, ...]:
        """Return every agent of the program in the order in which they work, with their figures now."""

    def today(self) -> Day:
        """Return what each agent did today; cheap enough for once a second with a million cases."""

    def plans(self) -> tuple[ClassPlan, ...]:
        """Return the plans that new cases follow: the one by which they begin, then one for each class."""

    def sheet(self, agent: str, period: Period) -> ReviewSheet:
        """Return an agent's review sheet; raises Trouble."""

    def save_sheet(self, agent: str, period: Period, file: Path) -> None:
        """Write the same as a PDF, or as text where the name ends in ``.txt``; raises Trouble."""


class DeskPort(Protocol):
    """Everything a screen may ask for. Every call may block: never call it on the UI thread."""

    catalogue: Catalogue
    person: Actor
    """Who sits at this desk."""
    person_name: str
    acts: Acts
    """What a person may do with a case; each act is a signed event."""

    @property
    def record(self) -> RecordPort:
        """The record itself."""

    @property
    def care(self) -> CarePort:
        """What the person may do with a case's future."""

    @property
    def learning(self) -> LearningPort:
        """What the desk has learned."""

    @property
    def stopping(self) -> StopPort:
        """The stop button."""

    @property
    def agents(self) -> AgentsPort:
        """The agents: who they are and what they did; the first time takes a moment, so ask on a lane."""

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

    def roles(self) -> frozenset[Role]:
        """Return what the person who sits here may do, by the record."""

    def explain(self, case: str) -> "Explanation":
        """Return the accountability answer of a case; raises Trouble when there is none."""

    def save_explanation(self, case: str, file: Path) -> None:
        """Write the same as a PDF; raises Trouble when it cannot be written there."""

    def words(self, sha256: str, page: int) -> Page | None:
        """Return the words of a page as the agents saw them, None while it is not opened."""

    def image(self, sha256: str, page: int, dpi: int) -> PageImage | None:
        """Draw a page in a page child; None when the document cannot be drawn."""

    def bring_in(self, paths: Sequence[Path], channel: str) -> str:
        """Take files and folders in; return one sentence for the status line. Raises Trouble."""

    def must_sign_in(self) -> bool:
        """Return whether a password seals the person's key that they have not given yet."""

    def sign_in(self, password: str) -> None:
        """Open the person's key until the desk is closed; raises Trouble when the password is wrong."""

    def agents_at_work(self) -> bool:
        """Return whether a worker is running for this desk."""

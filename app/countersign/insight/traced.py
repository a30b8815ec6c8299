"""The trace of a case as types: its runs, their steps, and what each step looked at, found and cost."""

from datetime import datetime

from countersign.domain.base import Frozen
from countersign.domain.case import Status
from countersign.domain.confidence import Ppm
from countersign.domain.plan import Cost, Layer, StepEnd
from countersign.domain.reading import Evidence, Method


class Place(Frozen):
    """Where on a page something stands, and the words there."""

    evidence: Evidence
    words: str | None = None
    """As printed; None where there are none, or they are not to be told."""


class Tried(Frozen):
    """Another answer that an agent held possible and did not give, or something that it dropped."""

    what: str
    """The label of a field, or what it was in plain words."""
    why: str = ""
    """Why it was dropped; empty for an answer that was merely less likely."""
    value: str | None = None
    confidence: Ppm | None = None
    place: Place | None = None


class Found(Frozen):
    """A value that an agent read."""

    field: str
    index: int
    label: str
    value: str | None
    """None says 'not present', or that values are not to be told."""
    is_there: bool
    """Whether the agent says that the field is on the document."""
    confidence: Ppm
    method: Method
    place: Place | None = None
    why: tuple[str, ...] = ()


class Reserved(Frozen):
    """What was set aside before a question was put to a model."""

    at: datetime
    tokens: int
    money: int
    record: int


class StepTrace(Frozen):
    """One step as it was taken."""

    step: str
    layer: Layer
    by: str
    """As the plan has it: ``agent:reader.local``, ``person:processor``, ``system:policy``."""
    identity: str | None = None
    """The agent's name with its version, where it said something that the record holds."""
    model: str | None = None
    """The language model that it asks, where it asks one."""
    end: StepEnd
    began: datetime
    """As exactly as the record tells: a batch of steps is dated from the moment it was recorded."""
    cost: Cost
    rounds: int = 1
    looked_at: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    """What it did, one sentence for each event that it made."""
    found: tuple[Found, ...] = ()
    rows: int = 0
    """Rows of tables that it read."""
    tried: tuple[Tried, ...] = ()
    reasons: tuple[str, ...] = ()
    """What speaks for a person from this step on, in words."""
    codes: tuple[str, ...] = ()
    """The same as reason codes."""
    reserved: tuple[Reserved, ...] = ()
    records: tuple[int, ...] = ()

    @property
    def agent(self) -> str | None:
        """The agent's name, None where a person or the system did the step."""
        kind, _, name = self.by.partition(":")
        return name if kind == "agent" else None


class PlanFollowed(Frozen):
    """The plan by which a run went, and whose plan it is."""

    name: str
    digest: str
    adopted: str
    """In words: that it ships with the program, or who proposed and who adopted it."""


class HeldUp(Frozen):
    """An order to stop that stood while the case waited for its agents."""

    what: str
    """In words: what was stopped, how, by whom, and why."""
    since: datetime
    """When the order began to hold this case up."""
    until: datetime | None
    """None while it still does."""
    record: int


class RunTrace(Frozen):
    """One run of a case: from its document, or a corrected class, to the policy's decision."""

    run: int
    plan: PlanFollowed | None = None
    """None where the class was never known, or the record is of a version that had no plans."""
    began: datetime
    ended: datetime | None = None
    """None while the policy has not decided."""
    steps: tuple[StepTrace, ...]
    lessons: tuple[str, ...] = ()
    """With which lessons it was read, in words."""
    held_up: tuple[HeldUp, ...] = ()
    route: str | None = None
    """What policy decided."""

    @property
    def cost(self) -> Cost:
        """What all steps spent."""
        return sum((step.cost for step in self.steps), start=Cost())


class Trace(Frozen):
    """The agents' steps of a case, in order."""

    case: str
    log: str
    """The record that tells of it."""
    klass: str | None
    status: Status
    received_at: datetime
    runs: tuple[RunTrace, ...]
    is_open: bool
    """Whether values are told; else they are left out."""

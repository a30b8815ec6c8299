"""A workflow definition as data: steps, who does each, which layer it belongs to, what waits for what."""

from enum import StrEnum

from countersign.domain.base import Frozen


class Layer(StrEnum):
    """People decide, agents execute, systems record."""

    DECIDE = "decide"
    EXECUTE = "execute"
    RECORD = "record"


class Step(Frozen):
    """One step of a plan."""

    step: str
    layer: Layer
    by: str
    """``agent:reader.local``, ``person:processor`` or ``system:policy``."""
    after: tuple[str, ...] = ()
    """Steps that must have ended before; those that wait for the same run side by side."""

    @property
    def agent(self) -> str | None:
        """The agent that does it, None where a person or the system does."""
        kind, _, name = self.by.partition(":")
        return name if kind == "agent" else None

    @property
    def is_for_person(self) -> bool:
        """Whether a person does it."""
        return self.by.startswith("person:")


class Plan(Frozen):
    """A workflow definition, named by the digest of its text."""

    name: str
    digest: str
    """SHA-256 of the file's bytes, hex."""
    text: str
    classes: tuple[str, ...]
    """The classes that it is for; none for the plan by which every case begins."""
    steps: tuple[Step, ...]

    def ready(self, ended: frozenset[str]) -> tuple[Step, ...]:
        """Return the steps that may be taken now, given which have ended, in the order of the file."""
        return tuple(s for s in self.steps if s.step not in ended and ended.issuperset(s.after))

    def agents(self) -> tuple[str, ...]:
        """Return the agents that have a step, each once."""
        return tuple(dict.fromkeys(step.agent for step in self.steps if step.agent is not None))


class StepEnd(StrEnum):
    """How a step ended."""

    DONE = "done"
    NOTHING = "nothing"
    """The agent had nothing to do: no form, no data, nothing still open."""
    FAILED = "failed"
    FOR_PERSON = "for_person"
    """The plan gives it to a person; the case is escalated."""


class Cost(Frozen):
    """What a step spent."""

    milliseconds: int = 0
    tokens: int = 0
    money: int = 0
    """In millionths of the currency in which the agent's budget is kept."""

    def __add__(self, other: "Cost") -> "Cost":
        """Return both together."""
        return Cost(
            milliseconds=self.milliseconds + other.milliseconds,
            tokens=self.tokens + other.tokens,
            money=self.money + other.money,
        )


class Dropped(Frozen):
    """Something that an agent tried and did not keep, and why; no value of the document stands here."""

    what: str
    why: str


class StepTaken(Frozen):
    """A step as it was taken: the agents' trace, in data."""

    step: str
    layer: Layer
    by: str
    end: StepEnd
    began: int
    """Milliseconds after the run began."""
    cost: Cost
    rounds: int = 1
    """How often the agent asked to be asked again, and once more; 0 where it could not begin."""
    looked_at: tuple[str, ...] = ()
    """What it worked on, in plain words: ``2 pages``, ``3 fields still open`` …"""
    dropped: tuple[Dropped, ...] = ()

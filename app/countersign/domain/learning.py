"""How the desk's learning of a class stands, as people are shown it."""

from datetime import datetime

from countersign.domain.base import Frozen
from countersign.domain.confidence import Ppm


class Round(Frozen):
    """One time that lessons were fitted and tried."""

    at: datetime
    record: int
    documents: int
    held_back: int
    f1_before: Ppm
    f1_after: Ppm
    is_admitted: bool
    why: str
    digest: str | None = None

    @property
    def f1(self) -> int:
        """How well documents held back are read from then on."""
        return self.f1_after if self.is_admitted else self.f1_before


class Forgotten(Frozen):
    """That a person had the desk forget what some cases had taught it."""

    at: datetime
    record: int
    by: str
    """Printed name."""
    cases: tuple[str, ...]
    chosen_by: str
    reason: str


class ClassLearning(Frozen):
    """What the desk has learned about one class."""

    klass: str
    label: str
    approved: int
    """Cases that a person approved, neither erased nor forgotten."""
    rounds: tuple[Round, ...]
    forgotten: tuple[Forgotten, ...]
    next_at: int
    """Approved cases at which lessons are fitted again."""
    in_force: Round | None = None
    """Whose lessons the reader uses beside the memory of what was approved since."""

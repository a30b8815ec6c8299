"""What a benchmark says: a figure with its unit, its budget and the peer it stands beside."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One measured figure; `better` says which side of the budget is the good one."""

    name: str
    value: float
    unit: str
    budget: float | None = None
    peer: str | None = None
    """What a person would use instead, and its figure, in words."""
    better: Literal["less", "more"] = "less"

    @property
    def is_ok(self) -> bool:
        """Say whether the figure keeps its budget; without a budget it does."""
        if self.budget is None:
            return True
        return self.value <= self.budget if self.better == "less" else self.value >= self.budget

"""Places on a page, in PDF points, origin at the top left of the page as displayed."""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import AfterValidator, PlainSerializer

from countersign.domain.base import Frozen

Points = Annotated[
    float,
    AfterValidator(lambda value: round(value, 2)),
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
]
"""A length in PDF points, to the hundredth; written as a string because records hold no floats."""


class Box(Frozen):
    """A rectangle on a page."""

    x0: Points
    y0: Points
    x1: Points
    y1: Points

    @classmethod
    def around(cls, boxes: Iterable["Box"]) -> Self:
        """Return the smallest box that holds all of them; raises ValueError when there is none."""
        held = tuple(boxes)
        return cls(
            x0=min(b.x0 for b in held),
            y0=min(b.y0 for b in held),
            x1=max(b.x1 for b in held),
            y1=max(b.y1 for b in held),
        )

    @property
    def area(self) -> float:
        """Square points."""
        return max(0.0, self.x1 - self.x0) * max(0.0, self.y1 - self.y0)

    def overlap(self, other: "Box") -> float:
        """Return intersection over union, 0 to 1."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)

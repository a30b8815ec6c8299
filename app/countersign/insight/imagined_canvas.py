"""A page that takes words at places, on which documents are imagined."""

from typing import NamedTuple

from countersign.domain.document import Word
from countersign.domain.klass import FieldDef
from countersign.insight.chance import Chance

Told = list[tuple[FieldDef, str]]
"""Fields with their values as they are printed."""


class Pair(NamedTuple):
    """A label with its value, as they are printed."""

    label: str
    value: str


class Canvas:
    """A page that takes words at places."""

    def __init__(self, rng: Chance) -> None:
        self.rng = rng
        self.size = rng.choice((8.0, 9.0, 9.5, 10.0, 11.0))
        self.left = rng.choice((36.0, 45.0, 56.0, 68.0))
        self.right = 595.0 - self.left
        self.y = rng.choice((40.0, 55.0, 70.0))
        self.colon = rng.choice((":", ":", "", " :"))
        self.bold_labels = rng.random() < 0.3
        self.lead = rng.choice((1.3, 1.45, 1.7))
        self.words: list[Word] = []
        self.line = 0

    def width(self, text: str, size: float | None = None) -> float:
        """Points."""
        return 0.5 * (size or self.size) * len(text)

    def put(self, x: float, text: str, *, size: float | None = None, bold: bool = False) -> float:
        """Write at the height reached, and return where it ends."""
        points = size or self.size
        self.line += 1
        for part in text.split():
            end = x + self.width(part, points)
            self.words.append(
                Word(part, x, self.y, end, self.y + points * 1.15, self.line, size=points, bold=bold)
            )
            x = end + 0.27 * points
        return x

    def put_right(self, x: float, text: str, *, bold: bool = False) -> None:
        """Write so that it ends at `x`."""
        self.put(x - self.width(text), text, bold=bold)

    def down(self, lines: float = 1.0) -> None:
        """Go down."""
        self.y += lines * self.size * self.lead

    def label(self, text: str, colon: bool = True) -> str:
        """Return a label as this page writes them."""
        shown = text[:1].upper() + text[1:]
        return f"{shown}{self.colon}" if colon else shown

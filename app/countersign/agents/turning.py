"""Pages whose text runs up or down: laid upright for reading, and places turned back for the screen."""

from itertools import pairwise
from typing import NamedTuple

from countersign.domain.document import Page, Word
from countersign.domain.geometry import Box

_TOLD_BY = 4
"""Letters from which a word's box tells which way it runs."""
_SIDEWAYS = 0.7
"""Share of such words that must stand taller than wide."""


class Turn(NamedTuple):
    """Which way the text of a page runs, and the size of the page in points."""

    upward: bool
    width: float
    height: float

    def upright(self, page: Page) -> Page:
        """Return the page turned so that its lines run from left to right."""
        words = tuple(self._turned(word) for word in page.words)
        return page.model_copy(update={"words": words, "width": self.height, "height": self.width})

    def _turned(self, word: Word) -> Word:
        if self.upward:
            x0, y0, x1, y1 = self.height - word.y1, word.x0, self.height - word.y0, word.x1
        else:
            x0, y0, x1, y1 = word.y0, self.width - word.x1, word.y1, self.width - word.x0
        return word._replace(x0=x0, y0=y0, x1=x1, y1=y1)

    def back(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Return where a place of the upright page stands on the page as displayed."""
        if self.upward:
            return Box(x0=y0, y0=self.height - x1, x1=y1, y1=self.height - x0)
        return Box(x0=self.width - y1, y0=x0, x1=self.width - y0, y1=x1)


def turn_of(page: Page) -> Turn | None:
    """Say which way the text of a page runs when it does not run from left to right."""
    long = [word for word in page.words if len(word.text) >= _TOLD_BY]
    tall = sum(word.y1 - word.y0 > word.x1 - word.x0 for word in long)
    if len(long) < 5 or tall < _SIDEWAYS * len(long):
        return None
    steps = sum((b.y0 < a.y0) - (b.y0 > a.y0) for a, b in pairwise(page.words) if abs(a.x0 - b.x0) < 2)
    return Turn(steps > 0, page.width, page.height)

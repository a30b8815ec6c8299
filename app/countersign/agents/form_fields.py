"""How far the field of an entry reaches: what was filled in tells what is meant, and a window shows it."""

import re
from collections.abc import Iterable

from countersign.domain.document import Page, Rule, Word
from countersign.domain.geometry import Box

DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}(?:[/.\-]\d{2,4})?")
"""A date in digits, or the beginning of one."""

_LONG_NUMBER = re.compile(r"\d[\d-]{5,}")
_INDENT = 12.0  # points; an entry that stands further in is not flush left
_LONG = 12.0  # times its entry that a field is at most


def meant(words: tuple[Word, ...], begin: float, end: float) -> tuple[float, float]:
    """Narrow the space of an entry that is flush left: what is filled in tells how much is meant for it."""
    x0, x1 = min(w.x0 for w in words), max(w.x1 for w in words)
    if x0 - begin >= _INDENT:
        return begin, end
    wide = x1 - x0
    text = " ".join(word.text for word in words)
    if DATE.fullmatch(text) or _LONG_NUMBER.fullmatch(text):
        end = min(end, x1 + 0.3 * wide + 4)
    elif end - begin > _LONG * wide:
        end = x1 + wide
    return max(begin, x0 - 2), end


def window(words: Iterable[Word], page: Page, printed: Iterable[Word]) -> Box | None:
    """Return the field that an entry can be seen through; what the form prints stands in none."""
    words, printed = tuple(words), tuple(printed)
    found = (
        window
        for window in page.windows
        if all(_begins_in(window, word) for word in words)
        and not any(_begins_in(window, word) for word in printed)
    )
    least = min(found, key=lambda w: (w.x1 - w.x0) * (w.y1 - w.y0), default=None)
    return least and Box(x0=least.x0, y0=least.y0, x1=least.x1, y1=least.y1)


def _begins_in(window: Rule, word: Word) -> bool:
    """Say whether a word begins in a window; its end may be cut off there."""
    middle = (word.y0 + word.y1) / 2
    return window.x0 - 1 <= word.x0 + 1 <= window.x1 and window.y0 <= middle <= window.y1

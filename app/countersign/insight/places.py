"""Where an answer says that it stands, held against the words of the page."""

import re

from countersign.domain.dates import fold
from countersign.domain.document import Opened
from countersign.domain.reading import Evidence


def is_spelled(place: Evidence | None, meant: str, opened: Opened) -> bool:
    """Say whether the words whose middles lie in a box are, letter for letter, just the ones meant."""
    if place is None or not 0 <= place.page < len(opened.pages):
        return False
    box = place.box
    inside = [
        word.text
        for word in opened.pages[place.page].words
        if box.x0 <= (word.x0 + word.x1) / 2 <= box.x1 and box.y0 <= (word.y0 + word.y1) / 2 <= box.y1
    ]
    return letters("".join(inside)) == letters(meant) != ""


def letters(text: str) -> str:
    """Return letters and digits alone, without case and accents."""
    return re.sub(r"[\W_]+", "", fold(text))

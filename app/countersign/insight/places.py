"""Where an answer says that it stands, held against the words of the page."""

import re

from countersign.domain.dates import fold
from countersign.domain.document import Opened
from countersign.domain.geometry import Box
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


def part_of(box: Box, printed: str, meant: str) -> Box:
    """Return where the words meant are in a box of which it is known what is printed in it.

    Sets that list whole lines say more than where a value is: a line is cut by its characters, taken to be
    equally wide. A box that holds other words, or these alone, stays as it is.
    """
    places = [place for place, sign in enumerate(printed) if letters(sign)]
    whole, part = letters(printed), letters(meant)
    begin = whole.find(part)
    if begin < 0 or not part or part == whole or len(whole) != len(places):
        return box
    first, last = places[begin], places[begin + len(part) - 1] + 1
    wide = (box.x1 - box.x0) / len(printed)
    return Box(x0=box.x0 + first * wide, y0=box.y0, x1=box.x0 + last * wide, y1=box.y1)


def letters(text: str) -> str:
    """Return letters and digits alone, without case and accents."""
    return re.sub(r"[\W_]+", "", fold(text))

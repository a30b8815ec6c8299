"""What the amounts of a receipt say of each other: rounding to coins, what was given and what came back."""

from countersign.agents.candidates import Candidate
from countersign.agents.lexicons import name_words
from countersign.agents.sheet import Sheet, pieces
from countersign.domain.klass import FieldType
from countersign.domain.numerals import as_decimal

SPACES = ("till",)
"""What the strings speak of."""
_MOST = 80
"""Amounts of a page that are compared; a till slip has fewer."""
_COIN = 5
"""Cents; where there are no smaller coins, sums are rounded to it."""
_ROWS = ("given", "returned", "rounding")
"""Kinds of rows, named as their words are in the lexicon."""


def strings(candidates: list[Candidate], sheet: Sheet) -> list[list[str]]:
    """Return for each amount what others on the document make of it; nothing for other types."""
    found: list[list[str]] = [[] for _ in candidates]
    if not candidates or candidates[0].type is not FieldType.AMOUNT:
        return found
    cents = [round(abs(float(as_decimal(c.value) or 0)) * 100) for c in candidates]
    known = set(cents) - {0}
    if len(known) > _MOST:
        return found
    rows = [_row(c, sheet) for c in candidates]
    given, returned = (
        {worth for worth, row in zip(cents, rows, strict=True) if kind in row} for kind in _ROWS[:2]
    )
    settled = {one - other for one in given for other in returned} - {0}
    told = {worth: _told(worth, known) for worth in known}
    for own, worth, row in zip(found, cents, rows, strict=True):
        own.extend(told.get(worth, ()))
        own.extend(f"till:{kind}" for kind in row)
        if worth in settled:
            own.append("till:settled")
        elif settled:
            own.append("till:not settled")
    return found


def _row(candidate: Candidate, sheet: Sheet) -> list[str]:
    """Say what the words before an amount on its line tell of it."""
    before = list(candidate.passage.words[candidate.run.start : candidate.first])
    before += [w for run in sheet.lines[candidate.run.line] if run.x1 <= candidate.x0 for w in run.words]
    parts = {piece for word in before for piece in pieces(word.text)}
    return [kind for kind in _ROWS if parts & name_words()[kind]]


def _told(worth: int, known: set[int]) -> list[str]:
    found = []
    near = {other for other in known if 0 < abs(other - worth) < _COIN and abs(other - worth) in known}
    if worth % _COIN == 0 and any(other % _COIN for other in near):
        found.append("till:rounded")
    if worth % _COIN and any(other % _COIN == 0 for other in near):
        found.append("till:unrounded")
    if any(given > worth and given - worth in known and given - worth != worth for given in known):
        found.append("till:part of a sum")
    if any(worth > part and worth - part in known and worth - part != part for part in known):
        found.append("till:sum")
    return found or ["till:alone"]

"""Candidates for addresses: lines that end in a postal code with a town, and the same in running text."""

from collections.abc import Iterator

from countersign.agents.asides import is_aside, is_filed
from countersign.agents.candidates import Candidate
from countersign.agents.patterns import TOWN
from countersign.agents.sheet import Passage, Run, Sheet
from countersign.agents.stretches import made
from countersign.domain.klass import FieldType

_IN_TOWNS = frozenset(
    ["am", "an", "der", "im", "in", "ob", "bei", "de", "del", "la", "sur", "sous", "en", "upon"]
)

_CENTRED = 12
"""Points, twice: how far apart the middles of lines may be that stand centred on each other."""


def is_town(text: str) -> bool:
    """Say whether a line holds a postal code with a town."""
    return any(map(str.isdigit, text)) and bool(TOWN.search(text))


def standing_addresses(sheet: Sheet) -> Iterator[Candidate]:
    """Lines that end in a postal code with a town, with the one or two lines above, or beside each other."""
    pages = {0, sheet.pages - 1}
    for line in sheet.lines:
        for place, run in enumerate(line):
            if (
                run.page not in pages
                or len(run.words) > 14
                or len(run.passage.runs) > 1
                or not is_town(run.text)
                or is_filed(run.text)
            ):
                continue
            first, after = run.start, run.start + len(run.words)
            yield from made(FieldType.ADDRESS, run.passage, first, after)
            for index in range(1, len(run.words) - 2):
                if run.words[index - 1].text.endswith(","):
                    yield from made(FieldType.ADDRESS, run.passage, first + index, after)
            for count in (1, 2):
                if place >= count:
                    beside = line[place - count]
                    yield from made(
                        FieldType.ADDRESS,
                        beside.passage,
                        beside.start,
                        beside.start + len(beside.words),
                        tuple(line[place - count + 1 : place + 1]),
                    )
            yield from _stacked(sheet, run)


def _stacked(sheet: Sheet, town: Run) -> Iterator[Candidate]:
    above: list[Run] = []
    last = town
    while len(above) < 3:
        upper = _next_above(sheet, last)
        if upper is None or is_aside(upper.text):
            break
        above.insert(0, upper)
        last = upper
    below = next_below(sheet, town, reach=0.9)
    country = (below,) if below and _may_be_country(below, town) else ()
    for count in range(1, len(above) + 1):
        top = above[-count]
        more = (*above[len(above) - count + 1 :], town)
        first, after = top.start, top.start + len(top.words)
        yield from made(FieldType.ADDRESS, top.passage, first, after, more)
        if country:
            yield from made(FieldType.ADDRESS, top.passage, first, after, (*more, *country))


def _may_be_country(below: Run, town: Run) -> bool:
    """Say whether a line below a town may name its state or country: a few words at its edge or middle."""
    centred = abs((below.x0 + below.x1) - (town.x0 + town.x1)) < _CENTRED
    placed = abs(below.x0 - town.x0) < 4 or centred
    return (
        placed
        and len(below.words) <= 3
        and not any(map(str.isdigit, below.text))
        and not is_aside(below.text)
    )


def _next_above(sheet: Sheet, run: Run) -> Run | None:
    for number in range(run.line - 1, max(run.line - 4, -1), -1):
        for other in sheet.lines[number]:
            if other.page != run.page or run.y0 - other.y1 > 0.9 * run.height:
                return None
            centred = abs((other.x0 + other.x1) - (run.x0 + run.x1)) < _CENTRED
            if abs(other.x0 - run.x0) < 4 or abs(other.x1 - run.x1) < 4 or centred:
                return other if len(other.passage.runs) == 1 else None
    return None


def address_in_prose(passage: Passage, first: int) -> Iterator[Candidate]:
    """Return what stands between a label and the next town with a postal code, if that is near."""
    if first >= len(passage.words):
        return
    town = TOWN.search(passage.text, passage.starts[first])
    if town:
        after = passage.span(*town.span())[1]
        if after - first <= 14:
            yield from made(FieldType.ADDRESS, passage, first, after)
            for end in _longer_town(passage, after):
                yield from made(FieldType.ADDRESS, passage, first, end)


def _longer_town(passage: Passage, after: int) -> Iterator[int]:
    """``Lindenau am See`` and ``Puerto Almendro`` are towns of several words."""
    words = passage.words
    for end in range(after, min(after + 3, len(words))):
        if not words[end - 1].text[-1].isalnum():
            return
        text = words[end].text
        if text[:1].isupper():
            yield end + 1
        elif text not in _IN_TOWNS:
            return


def next_below(sheet: Sheet, run: Run, reach: float = 2.6) -> Run | None:
    """Return the nearest run below that overlaps, within a few line heights."""
    for number in range(run.line + 1, min(run.line + 5, len(sheet.lines))):
        for other in sheet.lines[number]:
            if other.page != run.page or other.y0 - run.y1 > reach * run.height:
                return None
            if other.x0 < run.x1 and other.x1 > run.x0 - 2:
                return other
    return None

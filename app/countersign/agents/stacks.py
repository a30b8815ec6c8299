"""Lines that stand on each other at the head of a receipt: the shop's name, and its address below."""

from collections.abc import Iterator

from countersign.agents.asides import is_aside, is_heading, is_reach
from countersign.agents.candidates import Candidate
from countersign.agents.patterns import DATE
from countersign.agents.sheet import Run, Sheet, pieces
from countersign.agents.stretches import is_form, made
from countersign.domain.klass import FieldType

SPACES = ("stack",)
"""What the strings speak of."""
_HEAD = 12
"""Lines from the top among which the head is looked for."""
_SINGLE = 0.5
"""Share of the upper lines that hold one run: then the page is one column, such as a slip."""
_MOST_LINES = 6
_APART = 1.6
"""Heights of a line between two that belong together."""


def head(sheet: Sheet) -> list[Run]:
    """Return the lines at the top of a page of one column, one run each; none where there are columns."""
    upper = [sheet.lines[number] for number in sheet.by_page.get(0, ())[:_HEAD]]
    single = [line[0] for line in upper if len(line) == 1]
    return single if len(single) >= _SINGLE * len(upper) else []


def names(sheet: Sheet) -> Iterator[Candidate]:
    """Return the lines at the head as names: whole, without a number behind, and with the line below."""
    lines = head(sheet)
    for place, run in enumerate(lines[:8]):
        if is_heading(run.text):
            continue
        words = run.words
        first, after = run.start, run.start + len(words)
        yield from made(FieldType.NAME, run.passage, first, after)
        cut = next((n for n, word in enumerate(words) if n and _is_number(word.text)), len(words))
        if cut < len(words):
            yield from made(FieldType.NAME, run.passage, first, first + cut)
        forms = [n for n, word in enumerate(words) if n and is_form(word.text)]
        if forms and forms[-1] + 1 not in (cut, len(words)):
            yield from made(FieldType.NAME, run.passage, first, first + forms[-1] + 1)
        if place + 1 < len(lines) and not forms and _closes(run, lines[place + 1], is_first=place == 0):
            yield from made(FieldType.NAME, run.passage, first, after, (lines[place + 1],))


def addresses(sheet: Sheet) -> Iterator[Candidate]:
    """Return stretches of one to six lines at the head as addresses, the lines below the first."""
    lines = head(sheet)
    for place, run in enumerate(lines[1:], start=1):
        if is_aside(run.text):
            continue
        stack = [run]
        for lower in lines[place + 1 : place + _MOST_LINES]:
            if is_aside(lower.text) or not _continues(stack[-1], lower):
                break
            stack.append(lower)
        for count in range(1, len(stack) + 1):
            text = " ".join(one.text for one in stack[:count])
            if count > 1 or any(char.isdigit() for char in text) or len(run.words) > 3:
                after = run.start + len(run.words)
                yield from made(FieldType.ADDRESS, run.passage, run.start, after, tuple(stack[1:count]))


def _closes(upper: Run, lower: Run, *, is_first: bool) -> bool:
    """Say whether a line closes the name above it: ``SDN BHD``, or what follows the very first line."""
    if len(lower.words) > 3 or not _continues(upper, lower) or is_heading(lower.text):
        return False
    even = lower.height < 1.35 * upper.height and upper.height < 1.35 * lower.height
    return even and (is_first or is_form(lower.words[-1].text))


def _is_number(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return digits >= 3 or (text.startswith("(") and digits > 0)


def _continues(upper: Run, lower: Run) -> bool:
    return lower.page == upper.page and -upper.height < lower.y0 - upper.y1 < _APART * upper.height


class Stacks:
    """What stands above and below a candidate of the head, in short strings."""

    def __init__(self, sheet: Sheet) -> None:
        self._lines = head(sheet)
        self._places = {run.index: place for place, run in enumerate(self._lines)}
        self._kinds = [_kind(run.text) for run in self._lines]

    def of(self, candidate: Candidate) -> list[str]:
        """Return the strings of a name or an address; none where it does not stand at the head."""
        last = candidate.more[-1] if candidate.more else candidate.run
        first_place, last_place = self._places.get(candidate.run.index), self._places.get(last.index)
        if first_place is None or last_place is None:
            return []
        found = [f"stack:line {min(first_place, 9)}"]
        above = self._lines[first_place - 1] if first_place else None
        below = self._lines[last_place + 1] if last_place + 1 < len(self._lines) else None
        found += self._neighbour("above", above, candidate.run)
        found += self._neighbour("below", below, last)
        opening = pieces(candidate.passage.words[candidate.first].text)
        found += [f"stack:opens {'0' if part.isdigit() else part}" for part in opening[:1]]
        closing = pieces(last.words[-1].text)
        found += [f"stack:closes {'0' if part.isdigit() else part}" for part in closing[-1:]]
        found.append(f"stack:ends {last.text[-1] if not last.text[-1].isalnum() else 'letter'}")
        found.append(f"stack:called {any(kind == 'reach' for kind in self._kinds[:first_place])}")
        found.append(f"stack:name {self._part_of_name(first_place, candidate)}")
        inner = [candidate.run, *candidate.more]
        plain = sum(not any(char.isdigit() for char in run.text) for run in inner)
        found.append(f"stack:lines {len(inner)}")
        found.append(f"stack:plain {plain}")
        sizes = [run.height for run in inner]
        found.append(f"stack:even {max(sizes) < 1.35 * min(sizes)}")
        return found

    def _part_of_name(self, place: int, candidate: Candidate) -> str:
        """Say whether a name leaves the line above or below it that may be a part of it."""
        first, lines = candidate.run, self._lines
        if candidate.more:
            return "of lines"
        if place and _closes(lines[place - 1], first, is_first=place == 1):
            return "without its head" if is_form(first.words[-1].text) else "below another"
        if place + 1 < len(lines) and _closes(first, lines[place + 1], is_first=place == 0):
            return "without its end"
        return "whole"

    def _neighbour(self, side: str, run: Run | None, own: Run) -> list[str]:
        if run is None:
            return [f"stack:{side} nothing"]
        kind = self._kinds[self._places[run.index]]
        gap = max(own.y0, run.y0) - min(own.y1, run.y1)
        parts = [piece for word in run.words[:2] for piece in pieces(word.text)]
        found = [f"stack:{side} {kind}", f"stack:{side} {'far' if gap > 0.9 * own.height else 'near'}"]
        found += [f"stack:{side} opens {'0' if part.isdigit() else part}" for part in parts[:1]]
        found.append(f"stack:{side} {'larger' if run.height > 1.25 * own.height else 'same'}")
        if run.words[-1].text.endswith(","):
            found.append(f"stack:{side} goes on")
        return found


def _kind(text: str) -> str:
    if DATE.search(text):
        return "date"
    if is_heading(text):
        return "heading"
    if is_reach(text):
        return "reach"
    if any(is_form(word) for word in text.split()):
        return "form"
    digits = sum(map(str.isdigit, text))
    if digits * 2 > len(text.replace(" ", "")):
        return "number"
    return "words with digits" if digits else "words"

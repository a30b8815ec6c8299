"""The engine that comes along: it finds the lines of a page and reads them one by one."""

from typing import NamedTuple

import numpy as np

from countersign.documents import letters, lines
from countersign.documents.letters import Letter, Told
from countersign.documents.lines import Line
from countersign.documents.seen import Seen
from countersign.documents.straighten import Grey

_READ = 0.5  # mean sureness below which a mark was no text
_POOR = 0.8  # below it a tall line may be two
_DOUBTFUL = 0.75  # of one letter: the line gets another look
_SLIM = 0.85  # how wide it is then
_ACCENTS = 0.004  # share of letters: a page with fewer is in a language without
_TALL = 1.55  # usual heights from which a line may be two
_SAMPLE = 4  # lines by which a page is told to stand on its head
_GAP = 1.2  # heights of a line between two pieces of it

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""


class _Reading(NamedTuple):
    line: Line
    picture: Grey
    told: Told

    @property
    def letters(self) -> list[Letter]:
        return self.told.letters

    @property
    def sureness(self) -> float:
        return letters.sureness(self.letters)


def read(grey: Grey, found: list[Line] | None = None) -> list[Seen]:
    """Read the words of a picture, boxes in its pixels; `found` are its lines where they are known."""
    found = lines.find(grey) if found is None else found
    usual = float(np.median([line.size[1] for line in found if not line.stands] or [0]))
    readings = [
        reading for line in found for reading in _best(grey, line, usual) if reading.sureness >= _READ
    ]
    readings = _without_dust(readings)
    order = _lines([reading.line.box for reading in readings])
    seen = [word for number, reading in zip(order, readings, strict=True) for word in _words(number, reading)]
    return sorted(seen, key=lambda word: (word.line, word.x0))


def lies(found: list[Line]) -> bool:
    """Say whether most of a page's text runs up or down."""
    standing = sum(max(line.size) for line in found if line.stands)
    return standing > 0.5 * sum(max(line.size) for line in found)


def quarters(grey: Grey, found: list[Line]) -> int:
    """Return by how many quarter turns to the left a page becomes upright."""
    lying = lies(found)
    longest = sorted((line for line in found if line.stands == lying), key=lambda line: -max(line.size))[
        :_SAMPLE
    ]
    ways = (1, 3) if lying else (0, 2)
    sure = {}
    for way in ways:
        sure[way] = sum(_read(grey, line.turned(way)).sureness for line in longest) / max(1, len(longest))
    return max(sure, key=lambda way: sure[way])


def _read(grey: Grey, line: Line) -> _Reading:
    picture = line.cut(grey)
    return _Reading(line, picture, letters.read(picture))


def _without_dust(readings: list[_Reading]) -> list[_Reading]:
    """Take lines for plain that seem to have accents on a page without: what looks like one is dust."""
    told = [letter for reading in readings for letter in reading.letters if letter.text.isalpha()]
    sure = sum(letters.is_accented(letter.text) and letter.sure > _DOUBTFUL for letter in told)
    if sure > max(1.0, _ACCENTS * len(told)):
        return readings
    return [reading._replace(told=Told(reading.told.plain, reading.told.plain)) for reading in readings]


def _best(grey: Grey, line: Line, usual: float) -> list[_Reading]:
    """Read a line; one that stands is turned, and one that is too tall and hardly legible may be two."""
    if line.stands:
        ways = [line.turned(1), line.turned(3)]
        if line.size[1] < 2 * usual:
            ways.append(line)  # a single letter is higher than it is wide
        return [max((_read(grey, way) for way in ways), key=lambda reading: reading.sureness)]
    reading = _read(grey, line)
    if reading.sureness < _POOR and usual and line.size[1] > _TALL * usual:
        halves = [_read(grey, half) for half in line.halves()]
        if sum(half.sureness for half in halves) / 2 > reading.sureness:
            return halves
    if min((letter.sure for letter in reading.letters if letter.text != " "), default=1.0) < _DOUBTFUL:
        other = reading._replace(told=letters.read(reading.picture, slim=_SLIM))
        return [max(reading, other, key=lambda reading: reading.sureness)]
    return [reading]


def _words(number: int, reading: _Reading) -> list[Seen]:
    return [
        Seen(part.text, *reading.line.between(part.begin, part.end), number, round(part.sure * 100))
        for part in letters.words(reading.picture, reading.letters)
    ]


def _lines(boxes: list[Box]) -> list[int]:
    """Return for each piece of text the number of its line; pieces close beside each other are of one."""
    heads: dict[int, int] = {}
    for n in sorted(range(len(boxes)), key=lambda n: boxes[n][0]):
        before = [m for m in heads if _follows(boxes[m], boxes[n])]
        heads[n] = heads[max(before, key=lambda m: boxes[m][2])] if before else n
    tops = sorted(set(heads.values()), key=lambda n: (boxes[n][1], boxes[n][0]))
    return [tops.index(heads[n]) for n in range(len(boxes))]


def _follows(left: Box, right: Box) -> bool:
    height = min(left[3] - left[1], right[3] - right[1])
    beside = min(left[3], right[3]) - max(left[1], right[1])
    return beside > height / 2 and -height / 2 < right[0] - left[2] < _GAP * height

"""Reads the picture of one line: letters with their places, then words by the gaps between them."""

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from countersign.documents import networks
from countersign.documents.straighten import Grey

_HIGH = 48  # pixels that the network wants a line to be high
_NARROWEST = 64  # pixels; shorter lines are filled up
_STEP = 8.0  # pixels of one step of the network
_ACCENTED = 0.25  # what an accented letter counts on a page that has hardly any: dust makes accents
_APART = 0.5  # heights of a line: a gap as wide as that is one between words, whatever the network says
_MANY_GAPS = 3.0  # times the usual gap of the line, for letters that stand wide apart
_FEW_GAPS = 4  # fewer do not tell what is usual


_STANDING = re.compile(r"(?<=[^\W\d_])I(?=[a-zß-ÿ])")
"""A capital I inside a word before a small letter is an l, which many typefaces print alike."""


class Letter(NamedTuple):
    """A letter, the middle of its place as a share of the line's width, and how sure it is, 0 to 1."""

    text: str
    at: float
    sure: float


class Told(NamedTuple):
    """What a line says."""

    letters: list[Letter]
    plain: list[Letter]
    """The same for a page in a language without accents."""


class Part(NamedTuple):
    """A word of a line, where it begins and ends as shares of the line's width, and how sure it is."""

    text: str
    begin: float
    end: float
    sure: float


def read(line: Grey, *, slim: float = 1.0) -> Told:
    """Return the letters and spaces of a line's picture; `slim` squeezes it: another look at it in doubt."""
    high, wide = line.shape
    width = max(8, round(_HIGH * slim * wide / high))
    way = cv2.INTER_AREA if high > _HIGH else cv2.INTER_LINEAR
    rows = np.zeros((1, 3, _HIGH, max(width, _NARROWEST)), dtype=np.float32)
    rows[0, :, :, :width] = cv2.resize(line, (width, _HIGH), interpolation=way) / np.float32(127.5) - 1.0
    alphabet = _alphabet()
    chances = networks.reader().run(rows)[0][:, alphabet.places]
    letters = _likeliest(chances, width)
    if not any(is_accented(letter.text) for letter in letters):
        return Told(letters, letters)
    fewer = np.where(alphabet.accented, np.float32(_ACCENTED), np.float32(1.0))
    return Told(letters, _likeliest(chances * fewer, width))


def _likeliest(chances: NDArray[np.float32], width: int) -> list[Letter]:
    """Return the letters that are likeliest at each step, repetitions once."""
    texts = _alphabet().texts
    best = chances.argmax(axis=1)
    starts = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
    return [
        Letter(texts[best[at]], min(1.0, (at + 0.5) * _STEP / width), float(chances[at, best[at]]))
        for at in starts
    ]


def sureness(letters: list[Letter]) -> float:
    """Return how sure a reading is on the whole, 0 for an empty one."""
    return sum(letter.sure for letter in letters) / len(letters) if letters else 0.0


def is_accented(text: str) -> bool:
    """Tell a letter that English does not have."""
    return text.isalpha() and not text.isascii()


def words(line: Grey, letters: list[Letter]) -> list[Part]:
    """Gather letters into words, whose edges lie where the line's ink begins and ends."""
    ink = _ink(line)
    wide, high = len(ink), line.shape[0]
    solid = [letter for letter in letters if letter.text != " "]
    if not solid:
        return []
    places = [min(wide - 1, int(letter.at * wide)) for letter in solid]
    gaps = [_gap(ink, one, two) for one, two in pairwise(places)]
    usual = float(np.percentile([end - begin for begin, end in gaps], 25)) if len(gaps) >= _FEW_GAPS else 0.0
    wanted = max(_APART * high, _MANY_GAPS * usual)
    begin = _edge(ink, places[0], max(0, places[0] - high), -1)
    parts: list[Part] = []
    word = [solid[0]]
    before = {id(letter): spaced for letter, spaced in _spaced(letters)}
    for letter, (left, right) in zip(solid[1:], gaps, strict=True):
        if before[id(letter)] or right - left > wanted:
            parts.append(_part(word, begin, left, wide))
            word, begin = [], right
        word.append(letter)
    parts.append(_part(word, begin, _edge(ink, places[-1], min(wide, places[-1] + high), 1), wide))
    return parts


def _spaced(letters: list[Letter]) -> list[tuple[Letter, bool]]:
    """Return the letters that are no spaces, each with whether a space stands before it."""
    return [
        (letter, place > 0 and letters[place - 1].text == " ")
        for place, letter in enumerate(letters)
        if letter.text != " "
    ]


def _part(word: list[Letter], begin: int, end: int, wide: int) -> Part:
    text = _STANDING.sub("l", "".join(letter.text for letter in word))
    return Part(text, begin / wide, max(end, begin + 1) / wide, sureness(word))


def _ink(line: Grey) -> NDArray[np.bool_]:
    """Say for each column of a line's picture whether there is ink in it; a rule along the line is none."""
    high = line.shape[0]
    darkest, paper = np.percentile(line, [2, 90])
    ink = line[round(0.1 * high) : max(1, round(0.92 * high))] < (darkest + paper) / 2
    ink = ink[ink.mean(axis=1) < 0.75]
    return np.asarray(ink.sum(axis=0) >= max(1, high // 24), dtype=np.bool_)


def _gap(ink: NDArray[np.bool_], one: int, two: int) -> tuple[int, int]:
    """Return the widest stretch without ink between two columns; without any, the middle."""
    best = ((one + two + 1) // 2, (one + two + 1) // 2)
    begin = -1
    for column in range(one, two + 1):
        if ink[column]:
            begin = -1
        else:
            begin = column if begin < 0 else begin
            if column + 1 - begin > best[1] - best[0]:
                best = begin, column + 1
    return best


def _edge(ink: NDArray[np.bool_], place: int, farthest: int, step: int) -> int:
    """Return where the ink of the letter at a place ends, going left (-1) or right (1)."""
    low, high = (farthest, place + 1) if step < 0 else (place, farthest)
    columns = np.flatnonzero(ink[low:high])
    if not len(columns):
        return place
    return int(low + columns[0]) if step < 0 else int(low + columns[-1]) + 1


class _Alphabet(NamedTuple):
    texts: list[str]
    places: NDArray[np.intp]
    """Where the network answers for each text."""
    accented: NDArray[np.bool_]


@cache
def _alphabet() -> _Alphabet:
    """Return what a letter may be: ours are documents in Latin print, and the network knows far more."""
    characters = networks.reader().characters
    known = [place for place, text in enumerate(characters) if place == 0 or networks.is_latin(text)]
    texts = [characters[place] for place in known]
    accented = [is_accented(text) for text in texts]
    return _Alphabet(texts, np.array(known, dtype=np.intp), np.array(accented, dtype=np.bool_))

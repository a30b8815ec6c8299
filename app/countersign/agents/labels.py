"""Finds the labels of a class's fields on a page, so that a value can be told by what stands beside it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from countersign.agents.lexicons import all_stop_words, distractors, phrase
from countersign.agents.sheet import Passage, Run, Sheet, pieces
from countersign.domain.document import Word
from countersign.domain.klass import ClassDef, FieldDef

_NUMBERING = re.compile(r"[(\[]?(?:\d{1,2}(?:\.\d{1,2})?|[a-zA-Z])[.)\]]{1,2}")
_NUMBER_SIGNS = frozenset({("nr",), ("no",), ("n",), ("num",), ("#",)})
Phrases = dict[str, list[tuple[tuple[str, ...], tuple[int, ...], float]]]
"""By first piece: (all pieces, indexes of the fields it names, weight), the longest first."""

_MARKS = frozenset((":", ".", "*", "#", "/", "$", "€", "£", "%"))
_CURRENCIES = frozenset(
    ("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "JPY", "HUF")
)


class Lexicon(NamedTuple):
    """The labels of a set of fields, ready to be looked for."""

    fields: tuple[FieldDef, ...]
    phrases: Phrases
    vocabulary: tuple[str, ...]
    """Every longer piece, for words that OCR misspelt."""


class Hit:
    """A label found: which fields it names (none for a label of something else) and where it stands."""

    __slots__ = (
        "after",
        "colon",
        "ends_run",
        "fields",
        "first",
        "passage",
        "pieces",
        "run",
        "starts_run",
        "weight",
    )

    def __init__(
        self, passage: Passage, first: int, after: int, fields: tuple[int, ...], *, weight: float, count: int
    ) -> None:
        self.passage = passage
        self.first, self.after = first, after
        self.fields, self.weight, self.pieces = fields, weight, count
        self.run: Run = passage.word_runs[after - 1]
        last = passage.words[after - 1].text
        following = passage.words[after].text if after < len(passage.words) else ""
        self.colon = last[-1] in ":：" or following == ":"
        self.starts_run = first - self.run.start <= _numbering(self.run)
        rest = self.run.start + len(self.run.words) - after
        unit = following.strip("()[]")
        self.ends_run = rest == 0 or (rest == 1 and (unit in _MARKS or unit in _CURRENCIES))
        """Nothing but a mark or a currency stands behind it."""


def _numbering(run: Run) -> int:
    """Return how many words number a line of a form before its label: ``1. Name`` begins with one."""
    words = run.words
    return int(len(words) > 1 and bool(_NUMBERING.fullmatch(words[0].text)))


_COMPILED: dict[int, tuple[ClassDef, Lexicon]] = {}
_TABLES: dict[tuple[int, str], tuple[ClassDef, Lexicon]] = {}


def lexicon(klass: ClassDef) -> Lexicon:
    """Return the labels of a class's head fields; made once for each class object."""
    held = _COMPILED.get(id(klass))
    if held is None or held[0] is not klass:
        if len(_COMPILED) > 64:
            _COMPILED.clear()
        held = _COMPILED[id(klass)] = (klass, _compile(klass.fields, with_distractors=True))
    return held[1]


def column_lexicon(klass: ClassDef, table: str, columns: tuple[FieldDef, ...]) -> Lexicon:
    """Return the labels of a table's columns; made once for each class object."""
    held = _TABLES.get((id(klass), table))
    if held is None or held[0] is not klass:
        if len(_TABLES) > 64:
            _TABLES.clear()
        held = _TABLES[id(klass), table] = (klass, _compile(columns, with_distractors=True))
    return held[1]


def compiled(fields: tuple[FieldDef, ...]) -> Lexicon:
    """Return the labels of any fields; labels that name none of them are among them, to be told apart."""
    return _compile(fields, with_distractors=True)


def _compile(fields: tuple[FieldDef, ...], with_distractors: bool) -> Lexicon:
    naming: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, field in enumerate(fields):
        texts = [field.name.replace("_", " "), *field.label.values()]
        texts += [cue for cues in field.cues.values() for cue in cues]
        for parts in {phrase(text) for text in texts}:
            if parts:
                naming[parts].append(index)
    weights = {parts: _weight(parts) for parts in naming}
    entries = [(parts, tuple(indexes), weights[parts]) for parts, indexes in naming.items()]
    if with_distractors:
        entries += [(parts, (), 1.0) for parts in distractors() if parts and parts not in naming]
    phrases: Phrases = defaultdict(list)
    for entry in sorted(entries, key=lambda e: -len(e[0])):
        phrases[entry[0][0]].append(entry)
    words = {piece for parts, _, _ in entries for piece in parts if len(piece) >= 5}
    return Lexicon(fields, dict(phrases), tuple(sorted(words)))


def _weight(parts: tuple[str, ...]) -> float:
    """Small words alone tell little; several words tell more than one."""
    if all(part in all_stop_words() for part in parts):
        return 0.35
    return min(1.0, 0.7 + 0.15 * (len(parts) - 1) + 0.02 * max(0, len(parts[0]) - 6))


def find(sheet: Sheet, lexicon: Lexicon, passages: Iterable[Passage] | None = None) -> list[Hit]:
    """Return every label on the pages, the longest where several overlap."""
    hits: list[Hit] = []
    for passage in sheet.passages if passages is None else passages:
        hits.extend(_hits(passage, lexicon, passage.page in sheet.scans))
    return hits


def _hits(passage: Passage, lexicon: Lexicon, scanned: bool) -> Iterable[Hit]:
    parts: list[str] = []
    owners: list[int] = []
    for index, word in enumerate(passage.words):
        for piece in pieces(word.text):
            parts.append(piece)
            owners.append(index)
    if scanned:
        parts = [_mended(piece, lexicon.vocabulary) for piece in parts]
    at, phrases = 0, lexicon.phrases
    while at < len(parts):
        entries = phrases.get(parts[at])
        found = _longest(parts, at, entries) if entries else None
        if found is None:
            at += 1
            continue
        count = len(found[0])
        if _is_letter_of(found[0], passage.words[owners[at]]):
            at += 1
            continue
        hit = Hit(passage, owners[at], owners[at + count - 1] + 1, found[1], weight=found[2], count=count)
        if _counts(hit):
            yield hit
            at += count
        else:
            at += 1


def _is_letter_of(label: tuple[str, ...], word: Word) -> bool:
    """Say whether a label is a letter inside a word: there is no ``/s/`` in ``U.S.`` and ``Smith's``."""
    if len(label) > 1 or len(label[0]) > 1:
        return False
    return sum(map(str.isalpha, pieces(word.text))) > 1


class Named(NamedTuple):
    """A label in a row of words: the fields it names, from its first word to before `after`."""

    first: int
    after: int
    fields: tuple[int, ...]
    weight: float


def named(words: Sequence[Word], lexicon: Lexicon, scanned: bool = False) -> Iterator[Named]:
    """Return the labels in a row of words, the longest where several overlap.

    A number sign that is glued to the value behind it is no part of the label: ``Incident #30001``.
    """
    parts: list[str] = []
    owners: list[int] = []
    for index, word in enumerate(words):
        for piece in pieces(word.text):
            parts.append(_mended(piece, lexicon.vocabulary) if scanned else piece)
            owners.append(index)
    at, phrases = 0, lexicon.phrases
    while at < len(parts):
        entries = phrases.get(parts[at])
        found = _longest(parts, at, entries) if entries else None
        if found is None:
            at += 1
            continue
        end = at + len(found[0])
        glued = parts[end - 1] == "#" and end < len(parts) and owners[end] == owners[end - 1]
        after = owners[end - 1] + (0 if glued else 1)
        if after > owners[at]:
            yield Named(owners[at], after, found[1], found[2])
        at = end


def _longest(
    parts: list[str], at: int, entries: list[tuple[tuple[str, ...], tuple[int, ...], float]]
) -> tuple[tuple[str, ...], tuple[int, ...], float] | None:
    for entry in entries:
        count = len(entry[0])
        if count == 1 or tuple(parts[at : at + count]) == entry[0]:
            return entry
    return None


def _counts(hit: Hit) -> bool:
    """Tell labels from chance: a small word counts where it stands alone, or in prose."""
    if hit.weight > 0.5 or hit.passage.is_prose:
        return True
    return hit.starts_run and (hit.colon or hit.ends_run or _numbers(hit))


def _numbers(hit: Hit) -> bool:
    """Say whether a sign like ``Nr.`` stands right before a number."""
    words = hit.passage.words
    is_sign = hit.after - hit.first == 1 and pieces(words[hit.first].text) in _NUMBER_SIGNS
    return is_sign and hit.after < len(words) and any(char.isdigit() for char in words[hit.after].text)


@lru_cache(maxsize=20_000)
def _mended(piece: str, vocabulary: tuple[str, ...]) -> str:
    """Return the word of the vocabulary that OCR most likely saw, else the piece itself."""
    if len(piece) < 5 or piece.isdigit():
        return piece
    best = process.extractOne(piece, vocabulary, scorer=fuzz.ratio, score_cutoff=82)
    return best[0] if best else piece

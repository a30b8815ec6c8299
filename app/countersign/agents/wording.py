"""What running text says around a candidate, in short readable strings: words, roles, signatures.

Only documents that are mostly running text have these: a letter, a contract, terms and conditions.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from countersign.agents.candidates import Candidate
from countersign.agents.lexicons import name_words, squeezed
from countersign.agents.sheet import Passage, Run, Sheet, pieces
from countersign.agents.stretches import is_form
from countersign.domain.document import Word
from countersign.domain.klass import FieldType

SPACES = (
    "lead", "near", "trail", "later", "ledby", "followed", "section", "opens", "said", "signs", "part",
    "called", "kind", "also", "cut", "sentence",
)  # fmt: skip
"""What a string speaks of."""
_FAR = 24
"""Pieces looked at before and after a candidate."""
_ROLE = re.compile(r"\([^()“”\"]{0,60}[“\"]([^”\"]{1,40})[”\"]")
_ROLE_WITHIN = 260
"""Characters after a name within which its role may stand: ``Acme Inc., a Delaware … (the “Company”)``."""
_PREAMBLE = 40
_LINKS = (
    "between",
    "among",
    "and",
    "with",
    "by",
    "entre",
    "zwischen",
    "tussen",
    "tra",
    "und",
    "et",
    "y",
    "e",
    "en",
)


class _Read(NamedTuple):
    """A passage as folded pieces, digits as 0; and for each word the index of its first piece."""

    parts: list[str]
    starts: list[int]


class Wording:
    """The running text of a document, read once for all its candidates."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        prose = sum(len(passage.words) for passage in sheet.passages if passage.is_prose)
        self.is_prose = prose > 0.5 * sum(len(passage.words) for passage in sheet.passages)
        """False for forms and tables, of which nothing is said here."""
        self._read: dict[int, _Read] = {}

    def of(self, candidates: list[Candidate]) -> list[list[str]]:
        """Return the strings of each candidate of one type."""
        if not self.is_prose:
            return [[] for _ in candidates]
        found = [self._around(c) for c in candidates]
        if candidates and candidates[0].type is FieldType.NAME:
            self._of_names(candidates, found)
        return found

    def _parts(self, passage: Passage) -> _Read:
        held = self._read.get(passage.index)
        if held is None:
            held = self._read[passage.index] = _Read([], [])
            for word in passage.words:
                held.starts.append(len(held.parts))
                held.parts.extend("0" if piece.isdigit() else piece for piece in pieces(word.text))
            held.starts.append(len(held.parts))
        return held

    def _around(self, c: Candidate) -> list[str]:
        parts, starts = self._parts(c.passage)
        begin, end = starts[c.first], starts[c.after]
        before, behind = parts[max(0, begin - _FAR) : begin], parts[end : end + _FAR]
        found = [f"lead:{piece}" for piece in set(before[:-4])]
        found += [f"near:{piece}" for piece in set(before[-8:])]
        found += [f"trail:{piece}" for piece in set(behind[:8])]
        found += [f"later:{piece}" for piece in set(behind[4:])]
        found += [f"ledby:{' '.join(before[-count:])}" for count in (4, 5) if len(before) >= count]
        if len(behind) >= 3:
            found.append(f"followed:{' '.join(behind[:3])}")
        opening = _opening_of_sentence(c)
        said = [piece for word in c.passage.words[opening : c.first][:4] for piece in pieces(word.text)][:4]
        found += [f"sentence:{' '.join(said[:count])}" for count in (2, 3, 4) if len(said) >= count]
        if c.passage.is_prose:
            head = [piece for piece in parts[:8] if piece != "0"][:3]
            found.append(f"section:{' '.join(head[:2])}")
            found += [f"opens:{piece}" for piece in head]
        return found

    def _of_names(self, candidates: list[Candidate], found: list[list[str]]) -> None:
        """Add what all mentions of one name say together to each of them."""
        mentions: dict[str, list[int]] = defaultdict(list)
        for place, c in enumerate(candidates):
            mentions[_key(c.passage.words[c.first : c.after])].append(place)
            found[place] += _cuts(c)
        signed = _signatures(self.sheet, mentions.keys())
        text = "".join(squeezed(word.text) for run in self.sheet.runs for word in run.words)
        for key, places in mentions.items():
            shared = {f"said:{min(text.count(key), 6)}", *signed.get(key, ()), *_kind(candidates[places[0]])}
            shared |= {f"part:{how}" for how in _nested(key, mentions)}
            for place in places:
                shared |= self._linked(candidates[place])
                shared |= _roles(candidates[place], key)
            for place in places:
                found[place] += sorted(shared)

    def _linked(self, c: Candidate) -> set[str]:
        parts, starts = self._parts(c.passage)
        begin = starts[c.first]
        before = parts[max(0, begin - _PREAMBLE) : begin]
        found = {f"also:{link}" for link in _LINKS[:2] if link in before}
        if before and before[-1] in _LINKS:
            found.add(f"also:after {before[-1]}")
        return found


def _opening_of_sentence(c: Candidate) -> int:
    """Return the first word of the sentence, as far back as one looks."""
    words = c.passage.words
    for place in range(c.first - 1, max(c.first - 60, -1), -1):
        if words[place].text[-1] in ".;:" and len(words[place].text) > 3 and not is_form(words[place].text):
            return place + 1
    return max(c.first - 60, 0)


def _key(words: list[Word]) -> str:
    return "".join(squeezed(word.text) for word in words)


def _cuts(c: Candidate) -> list[str]:
    """Say where a candidate was cut out of a longer stretch of capitals: ``Acme Corporation`` of America."""
    words, found = c.passage.words, []
    if c.after < len(words) and words[c.after - 1].text[-1].isalnum():
        following = words[c.after].text
        if following[0].isupper() or following in ("of", "&", "de"):
            found.append(f"cut:behind {following if following[0] in 'o&d' else 'name'}")
    elif c.after < len(words) and words[c.after - 1].text[-1] == "," and words[c.after].text[0].isupper():
        found.append(f"cut:comma {is_form(words[c.after].text)}")
    if c.first and words[c.first - 1].text[-1].isalnum():
        before = words[c.first - 1].text
        if before[0].isupper() or before in ("of", "&", "de"):
            found.append(f"cut:before {'form' if is_form(before) else 'name'}")
    return found


def _nested(key: str, keys: Iterable[str]) -> set[str]:
    """Say whether another candidate goes on with this one, or is the start or the end of it."""
    found = set()
    for other in keys:
        if len(other) > len(key) and key in other:
            found.add(
                "of longer" if other.startswith(key) else "ends longer" if other.endswith(key) else "inside"
            )
        elif 3 < len(other) < len(key) and other in key:
            found.add(
                "has start" if key.startswith(other) else "has end" if key.endswith(other) else "has inside"
            )
    return found


def _kind(c: Candidate) -> set[str]:
    words = c.value.split()
    capital = all(word[:1].isupper() for word in words)
    form = is_form(words[-1])
    kind = "form" if form else "person" if capital and 2 <= len(words) <= 4 else "other"
    found = {f"kind:{kind} {min(len(words), 6)}"}
    if words[0].lower() == "the":
        found.add("kind:the")
    if not form and any(len(word.strip(".")) == 1 for word in words[1:-1]):
        found.add("kind:initial")
    return found


def _roles(c: Candidate, key: str) -> set[str]:
    """Return the role in brackets after a name, ``(the “Company”)``; its own short form is one too."""
    text = c.passage.text
    at = c.passage.starts[c.after - 1] + len(c.passage.words[c.after - 1].text)
    match = _ROLE.search(text, at, at + _ROLE_WITHIN)
    if match is None:
        return set()
    role = [piece for word in match[1].split() for piece in pieces(word)]
    own = any(len(piece) > 2 and key.startswith(piece) for piece in role)
    gap = match.start() - at
    near = "next" if gap < 4 else "near" if gap < 90 else "far"
    return {f"called:{near}", f"called:{near} {'itself' if own else ' '.join(role[:3])}"}


def _signatures(sheet: Sheet, keys: Iterable[str]) -> dict[str, set[str]]:
    """Say how each name stands where people sign: alone above ``By:``, after ``Name:``, above a title."""
    known = set(keys)
    found: dict[str, set[str]] = defaultdict(set)
    for run in sheet.runs:
        if len(run.words) > 10 or len(run.passage.runs) > 1:
            continue
        opening, rest = _opening(run, sheet)
        key = _key(run.words[rest:])
        if key in known:
            found[key].add(f"signs:{opening} {_below(run, sheet)}")
            found[key].add(f"signs:{opening}")
    return found


def _opening(run: Run, sheet: Sheet) -> tuple[str, int]:
    """Return the signing word that a run, or the one to its left, opens with; and where its name begins."""
    signing, rest, opening = name_words()["signing"], 0, "alone"
    for word in run.words[:3]:
        bare = word.text.lower().rstrip(":_")
        if bare not in signing and bare.strip("_"):
            break
        opening = bare or opening
        rest += 1
    line = sheet.lines[run.line]
    place = line.index(run)
    if rest == 0 and place:
        left = line[place - 1].words[-1].text.lower().rstrip(":_")
        if left in signing:
            return left, 0
    return opening, rest


def _below(run: Run, sheet: Sheet) -> str:
    """Say what stands below a name: another line of a signature, an office, or neither."""
    words = name_words()
    for number in range(run.line + 1, min(run.line + 4, len(sheet.lines))):
        for other in sheet.lines[number]:
            if other.page != run.page or other.y0 - run.y1 > 4 * max(run.height, 6.0):
                return "end"
            if other.x0 < run.x1 + 30 and other.x1 > run.x0 - 60:
                first = other.words[0].text.lower().rstrip(":_")
                if first in words["signing"]:
                    return first
                held = {piece for word in other.words for piece in pieces(word.text)}
                if held & words["offices"]:
                    return "office"
                return "more"
    return "end"

"""Candidates without a grammar: names, texts and addresses, told by where they stand and what they hold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from countersign.agents import stacks
from countersign.agents.addresses import address_in_prose, next_below, standing_addresses
from countersign.agents.asides import is_aside
from countersign.agents.candidates import Candidate
from countersign.agents.labels import Hit
from countersign.agents.lexicons import all_stop_words, name_words
from countersign.agents.prose import in_prose, signing_pages
from countersign.agents.sheet import Passage, Run, Sheet, pieces
from countersign.agents.stretches import is_form, made
from countersign.domain.klass import FieldDef, FieldType

_BEFORE_NAMES = frozenset({"/s/", "/s/:", "for", "of", "für", "pour", "por", "per", "voor", "namens"})
_JOINS = frozenset({"and", "und", "et", "y", "e", "en", "&"})
_ALSO_CALLED = frozenset({"d/b/a", "dba", "d.b.a.", "t/a", "a/k/a", "aka", "f/k/a", "fka", "c/o", "formerly"})
"""What stands between a name and another one: ``Acme, Inc. d/b/a Blue``."""
_TELLING = 0.8
"""Weight of a label from which on it is no word that a name may be."""
_MOST_OF_TITLE = 6
"""Words of what somebody is: ``Director of Sales``."""


def untyped(sheet: Sheet, fields: tuple[FieldDef, ...], hits: list[Hit]) -> list[Candidate]:
    """Return candidates for the fields that hold names, texts or addresses."""
    found: list[Candidate] = []
    by_type: dict[FieldType, set[int]] = defaultdict(set)
    for index, field in enumerate(fields):
        by_type[field.type].add(index)
    by_passage: dict[int, list[Hit]] = defaultdict(list)
    labelled = {hit.run.index for hit in hits}
    bare = {hit.run.index for hit in hits if hit.colon or (hit.starts_run and hit.ends_run)}
    for hit in hits:
        by_passage[hit.passage.index].append(hit)
    names, texts, addresses = (by_type[t] for t in (FieldType.NAME, FieldType.TEXT, FieldType.ADDRESS))
    for hit in hits:
        named = set(hit.fields)
        if named & texts:
            found.extend(_beside(sheet, hit, by_passage, labelled, FieldType.TEXT))
            found.extend(_holding(hit))
            found.extend(_below(sheet, hit, labelled, bare, FieldType.TEXT))
        if named & names:
            found.extend(_beside(sheet, hit, by_passage, labelled, FieldType.NAME))
            found.extend(_below(sheet, hit, labelled, bare, FieldType.NAME))
            found.extend(_stacked(sheet, hit, bare))
        if named & addresses:
            found.extend(_beside(sheet, hit, by_passage, labelled, FieldType.ADDRESS))
    if names:
        found.extend(_standing(sheet, by_passage))
        found.extend(stacks.names(sheet))
    if texts:
        found.extend(_offices(sheet))
    if names or texts:
        found.extend(in_prose(sheet, bool(names), texts, by_passage))
    if addresses:
        found.extend(standing_addresses(sheet))
        found.extend(stacks.addresses(sheet))
    return _without_doubles(c for c in found if not _is_label(c, by_passage))


def _is_label(candidate: Candidate, by_passage: dict[int, list[Hit]]) -> bool:
    """Say whether what may be a name is a label and nothing else: ``Delivery address``."""
    if candidate.type is not FieldType.NAME or candidate.more:
        return False
    return any(
        hit.first <= candidate.first and candidate.after <= hit.after and hit.weight > _TELLING
        for hit in by_passage.get(candidate.passage.index, ())
    )


def _holding(hit: Hit) -> Iterator[Candidate]:
    """Return a short line that is a value together with the word it is told by: ``Amtsgericht Lindenau``."""
    run = hit.run
    if not hit.colon and len(run.passage.runs) == 1 and 1 < len(run.words) <= 8:
        yield from made(FieldType.TEXT, run.passage, run.start, run.start + len(run.words))


def _below(
    sheet: Sheet, hit: Hit, labelled: set[int], bare: set[int], type: FieldType
) -> Iterator[Candidate]:
    """Return what stands below a label when it holds a label's word itself: ``Sociedad limitada``."""
    below = next_below(sheet, hit.run) if hit.ends_run and len(hit.passage.runs) == 1 else None
    if below is not None and below.index in labelled - bare:
        yield from _whole(sheet, below, labelled, type)


def _stacked(sheet: Sheet, hit: Hit, bare: set[int]) -> Iterator[Candidate]:
    """Return what the lines below a label begin with, down to the next label: one name a line."""
    last = next_below(sheet, hit.run) if hit.ends_run and len(hit.passage.runs) == 1 else None
    left, count = (last.x0 if last else 0.0), 0
    while last is not None and count < 8 and last.index not in bare and abs(last.x0 - left) < 4:
        yield from _up_to_form(last)
        if count:
            yield from made(FieldType.NAME, last.passage, last.start, last.start + len(last.words))
        last, count = next_below(sheet, last, reach=1.2), count + 1


def _is_numbered(hit: Hit) -> bool:
    """Say whether a number follows a label: ``Blue Ltd, Acct. # A0302124``."""
    words = hit.passage.words[hit.after : hit.after + 1]
    return hit.weight > 0.5 and any(char.isdigit() for word in words for char in word.text)


def _without_doubles(candidates: Iterable[Candidate]) -> list[Candidate]:
    seen: dict[tuple[object, ...], Candidate] = {}
    for c in candidates:
        seen.setdefault((c.type, c.value, c.page, round(c.x0), round(c.y0)), c)
    return list(seen.values())


def _beside(
    sheet: Sheet, hit: Hit, by_passage: dict[int, list[Hit]], labelled: set[int], type: FieldType
) -> Iterator[Candidate]:
    """Return what stands after, to the right of or below a label."""
    passage = hit.passage
    if type is FieldType.ADDRESS and passage.is_prose:
        yield from address_in_prose(passage, hit.after)
    if not hit.ends_run or len(passage.runs) > 1:
        if passage.is_prose and not (hit.colon or hit.starts_run):
            return
        later = [
            h.first
            for h in by_passage[passage.index]
            if h.first >= hit.after and (h.colon or h.weight > 0.9 or _is_numbered(h))
        ]
        after = min(later, default=len(passage.words))
        yield from made(type, passage, hit.after, after)
        if type is FieldType.NAME and not later and len(passage.runs) == 1:
            yield from made(type, passage, hit.after, after, _wrapped(sheet, passage.runs[0], labelled))
        if type is not FieldType.NAME and not later and len(passage.runs) == 1:
            more = _downward(sheet, passage.runs[0], labelled, indent=True)
            if type is FieldType.ADDRESS:
                more = _up_to_aside(more)
            if more:
                yield from made(type, passage, hit.after, after, more)
        return
    line = sheet.lines[hit.run.line]
    place = line.index(hit.run)
    if place + 1 < len(line):
        yield from _whole(sheet, line[place + 1], labelled, type)
    below = next_below(sheet, hit.run)
    if below is not None and below.index not in labelled:
        yield from _whole(sheet, below, labelled, type)


def _whole(sheet: Sheet, run: Run, labelled: set[int], type: FieldType) -> Iterator[Candidate]:
    """Return a run by itself and, for texts and addresses, with the lines below it."""
    first, after = run.start, run.start + len(run.words)
    yield from made(type, run.passage, first, after)
    if type is FieldType.NAME:
        if len(run.passage.runs) == 1 and (more := _wrapped(sheet, run, labelled)):
            yield from made(type, run.passage, first, after, more)
        yield from _up_to_form(run)
        yield from _listed(run.passage, first, after)
        return
    if len(run.passage.runs) > 1:
        yield from made(type, run.passage, first, len(run.passage.words))
        return
    more = _downward(sheet, run, labelled)
    if type is FieldType.ADDRESS:
        more = _up_to_aside(more)
    for count in range(1, len(more) + 1):
        yield from made(type, run.passage, first, after, more[:count])


def _wrapped(sheet: Sheet, run: Run, labelled: set[int]) -> tuple[Run, ...]:
    """Return the line below when a name may go on there: a few words at the edge of the name or its label."""
    more = _downward(sheet, run, labelled, indent=True)[:1]
    return more if more and len(more[0].words) <= 3 and not more[0].text.endswith(":") else ()


def _up_to_form(run: Run) -> Iterator[Candidate]:
    """``Acme GmbH Hauptstr. 1`` and ``Acme GmbH, Hauptstr. 1`` hold the name ``Acme GmbH``."""
    words = run.words
    for index, word in enumerate(words[:-1]):
        if index and is_form(word.text) and not is_form(words[index + 1].text):
            yield from made(FieldType.NAME, run.passage, run.start, run.start + index + 1)
        elif word.text.endswith(",") and not is_form(words[index + 1].text):
            yield from made(FieldType.NAME, run.passage, run.start, run.start + index + 1)
            return


def _listed(passage: Passage, first: int, after: int) -> Iterator[Candidate]:
    """Return the members of a list: ``Ann Lee, Bo Ray and Cy Fox``."""
    begin = first
    for place in range(first, after):
        word = passage.words[place].text
        joins = word.lower() in _JOINS
        if joins or word[-1] in ",;" or place == after - 1:
            end = place if joins else place + 1
            if (begin, end) != (first, after):
                yield from made(FieldType.NAME, passage, begin, end)
            begin = place + 1


def _downward(sheet: Sheet, run: Run, labelled: set[int], indent: bool = False) -> tuple[Run, ...]:
    """Lines below that go on at the same left edge, without a label among them."""
    lines: list[Run] = []
    last = run
    while len(lines) < 6:
        below = next_below(sheet, last, reach=0.9)
        aligned = below is not None and (abs(below.x0 - run.x0) < 4 or (indent and below.x0 < run.x1))
        if below is None or not aligned or below.index in labelled or len(below.passage.runs) > 1:
            break
        lines.append(below)
        last = below
    return tuple(lines)


def _up_to_aside(lines: tuple[Run, ...]) -> tuple[Run, ...]:
    """Return the lines of an address before one that is no part of it: a telephone number, a heading."""
    end = next((place for place, run in enumerate(lines) if is_aside(run.text)), len(lines))
    return lines[:end]


def _standing(sheet: Sheet, by_passage: dict[int, list[Hit]]) -> Iterator[Candidate]:
    """Return runs of the first page and of those where people sign that may be names by themselves."""
    pages = signing_pages(sheet) | {0}
    stop = all_stop_words()
    for passage in sheet.passages:
        run = passage.runs[0]
        if passage.page not in pages or passage.is_prose or len(passage.runs) > 1:
            continue
        letters = sum(char.isalpha() for char in passage.text)
        if letters < 3 or letters < 0.5 * len(passage.text.replace(" ", "")):
            continue
        first = 0
        hits = by_passage.get(passage.index, ())
        if any(hit.starts_run and hit.ends_run for hit in hits):
            continue
        for hit in hits:
            if hit.starts_run and (hit.colon or hit.weight < 0.5):
                first = max(first, hit.after)
        small = sum(1 for word in passage.words[first:] if word.text.lower() in stop)
        opening = passage.words[first].text if first < len(passage.words) else ""
        if small > 2 or (opening.islower() and opening in stop):
            continue
        yield from made(FieldType.NAME, passage, first, len(passage.words))
        if first == 0:
            yield from _up_to_form(run)
            yield from _within(passage)


def _within(passage: Passage) -> Iterator[Candidate]:
    """``Name: Ann Lee``, ``By Ann Lee``, ``/s/ Ann Lee``, ``Ann Lee (“Employee”)`` hold ``Ann Lee``.

    ``Name Friends of Lee`` holds what follows the label and what follows "of". "The" may be left out.
    """
    words = passage.words
    first, after = 0, len(words)
    if len(words) > 1 and "".join(pieces(words[0].text)) in name_words()["signing"]:
        first = 1
    starts = {first}
    for place, word in enumerate(words):
        if word.text[-1] == ":" and place < 3:
            starts = {place + 1}
        elif word.text.lower() in _BEFORE_NAMES:
            starts.add(place + 1)
        elif place > min(starts) and (word.text[0] == "(" or word.text.lower() in _ALSO_CALLED):
            after = place
            break
    starts |= {start + 1 for start in starts if start + 2 < after and words[start].text.lower() == "the"}
    for start in sorted(starts):
        if start < after and (start, after) != (0, len(words)):
            yield from made(FieldType.NAME, passage, start, after)


def _offices(sheet: Sheet) -> Iterator[Candidate]:
    """Return short lines, or their end, that say what somebody is: ``Ann Lee, Director``."""
    offices = name_words()["offices"]
    for passage in sheet.passages:
        words = passage.words
        if len(passage.runs) > 1 or len(words) > 2 * _MOST_OF_TITLE:
            continue
        comma = next((n for n, word in enumerate(words[:-1]) if n and word.text[-1] == ","), None)
        for first in {0, 0 if comma is None else comma + 1}:
            held = [piece for word in words[first:] for piece in pieces(word.text)]
            if len(words) - first <= _MOST_OF_TITLE and not offices.isdisjoint(held):
                yield from made(FieldType.TEXT, passage, first, len(words))

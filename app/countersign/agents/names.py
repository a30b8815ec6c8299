"""Candidates without a grammar: names, texts and addresses, told by where they stand and what they hold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from countersign.agents.candidates import Candidate
from countersign.agents.labels import Hit
from countersign.agents.lexicons import all_stop_words, name_words
from countersign.agents.patterns import CAPITALISED, TOWN
from countersign.agents.sheet import Passage, Run, Sheet, pieces
from countersign.domain.klass import FieldDef, FieldType
from countersign.domain.values import is_country, normalise

_JOINS = frozenset({"and", "und", "et", "y", "e", "en", "&"})


def is_form(word: str) -> bool:
    """Say whether a word closes the name of a company: GmbH, Inc., S.A."""
    forms = name_words()["forms"]
    parts = pieces(word)
    return len(parts) > 0 and ("".join(parts) in forms or parts[-1] in forms)


def untyped(sheet: Sheet, fields: tuple[FieldDef, ...], hits: list[Hit]) -> list[Candidate]:
    """Return candidates for the fields that hold names, texts or addresses."""
    found: list[Candidate] = []
    by_type: dict[FieldType, set[int]] = defaultdict(set)
    for index, field in enumerate(fields):
        by_type[field.type].add(index)
    by_passage: dict[int, list[Hit]] = defaultdict(list)
    labelled = {hit.run.index for hit in hits}
    for hit in hits:
        by_passage[hit.passage.index].append(hit)
    names, texts, addresses = (by_type[t] for t in (FieldType.NAME, FieldType.TEXT, FieldType.ADDRESS))
    for hit in hits:
        named = set(hit.fields)
        if named & texts:
            found.extend(_beside(sheet, hit, by_passage, labelled, FieldType.TEXT))
        if named & names:
            found.extend(_beside(sheet, hit, by_passage, labelled, FieldType.NAME))
        if named & addresses:
            found.extend(_beside(sheet, hit, by_passage, labelled, FieldType.ADDRESS))
    if names:
        found.extend(_standing(sheet, by_passage))
    if names or texts:
        found.extend(_in_prose(sheet, bool(names), texts, by_passage))
    if addresses:
        found.extend(_addresses(sheet))
    return _without_doubles(found)


def _without_doubles(candidates: Iterable[Candidate]) -> list[Candidate]:
    seen: dict[tuple[object, ...], Candidate] = {}
    for c in candidates:
        seen.setdefault((c.type, c.value, c.page, round(c.x0), round(c.y0)), c)
    return list(seen.values())


def _made(
    type: FieldType, passage: Passage, first: int, after: int, more: tuple[Run, ...] = ()
) -> Iterator[Candidate]:
    while first < after and not pieces(passage.words[first].text):
        first += 1
    while after > first and not pieces(passage.words[after - 1].text):
        after -= 1
    if first >= after:
        return
    text = "\n".join([" ".join(w.text for w in passage.words[first:after]), *(run.text for run in more)])
    try:
        value = normalise(type, _bare(text, after - first))
    except ValueError:
        return
    if type is FieldType.NAME and not _may_be_name(value):
        return
    grade = float(is_form(passage.words[after - 1].text)) if type is FieldType.NAME else 0.0
    yield Candidate(type, value, passage, first, after, grade=grade, more=more)


def _bare(text: str, words: int) -> str:
    """Take off what closes a phrase but is no part of it; a sentence keeps its point."""
    text = text.strip(' :;,“”"«»')
    if words < 6 and text.endswith(".") and len(text.split()[-1]) > 4 and not is_form(text.split()[-1]):
        text = text[:-1]
    return text


def _may_be_name(value: str) -> bool:
    if value[0] in "(/*[<":
        return False
    if not 2 <= len(value) <= 90 or sum(char.isalpha() for char in value) < 2:
        return False
    return "@" not in value and "www." not in value and "://" not in value and not is_country(value)


def _beside(
    sheet: Sheet, hit: Hit, by_passage: dict[int, list[Hit]], labelled: set[int], type: FieldType
) -> Iterator[Candidate]:
    """Return what stands after, to the right of or below a label."""
    passage = hit.passage
    if type is FieldType.ADDRESS and passage.is_prose:
        yield from _address_in_prose(passage, hit.after)
    if not hit.ends_run or len(passage.runs) > 1:
        if passage.is_prose and not (hit.colon or hit.starts_run):
            return
        later = [
            h.first for h in by_passage[passage.index] if h.first >= hit.after and (h.colon or h.weight > 0.9)
        ]
        after = min(later, default=len(passage.words))
        yield from _made(type, passage, hit.after, after)
        if type is not FieldType.NAME and not later and len(passage.runs) == 1:
            more = _downward(sheet, passage.runs[0], labelled, indent=True)
            if more:
                yield from _made(type, passage, hit.after, after, more)
        return
    line = sheet.lines[hit.run.line]
    place = line.index(hit.run)
    if place + 1 < len(line):
        yield from _whole(sheet, line[place + 1], labelled, type)
    below = _next_below(sheet, hit.run)
    if below is not None and below.index not in labelled:
        yield from _whole(sheet, below, labelled, type)


def _address_in_prose(passage: Passage, first: int) -> Iterator[Candidate]:
    """Return what stands between a label and the next town with a postal code, if that is near."""
    if first >= len(passage.words):
        return
    town = TOWN.search(passage.text, passage.starts[first])
    if town:
        after = passage.span(*town.span())[1]
        if after - first <= 14:
            yield from _made(FieldType.ADDRESS, passage, first, after)
            if after < len(passage.words) and passage.words[after].text[:1].isupper():
                yield from _made(FieldType.ADDRESS, passage, first, after + 1)


def _whole(sheet: Sheet, run: Run, labelled: set[int], type: FieldType) -> Iterator[Candidate]:
    """Return a run by itself and, for texts and addresses, with the lines below it."""
    first, after = run.start, run.start + len(run.words)
    yield from _made(type, run.passage, first, after)
    if type is FieldType.NAME:
        yield from _up_to_form(run)
        yield from _listed(run.passage, first, after)
        return
    if len(run.passage.runs) > 1:
        yield from _made(type, run.passage, first, len(run.passage.words))
        return
    more = _downward(sheet, run, labelled)
    for count in range(1, len(more) + 1):
        yield from _made(type, run.passage, first, after, more[:count])


def _up_to_form(run: Run) -> Iterator[Candidate]:
    """``Acme GmbH Hauptstr. 1`` and ``Acme GmbH, Hauptstr. 1`` hold the name ``Acme GmbH``."""
    words = run.words
    for index, word in enumerate(words[:-1]):
        if index and is_form(word.text) and not is_form(words[index + 1].text):
            yield from _made(FieldType.NAME, run.passage, run.start, run.start + index + 1)
        elif word.text.endswith(",") and not is_form(words[index + 1].text):
            yield from _made(FieldType.NAME, run.passage, run.start, run.start + index + 1)
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
                yield from _made(FieldType.NAME, passage, begin, end)
            begin = place + 1


def _next_below(sheet: Sheet, run: Run, reach: float = 2.6) -> Run | None:
    """Return the nearest run below that overlaps, within a few line heights."""
    for number in range(run.line + 1, min(run.line + 5, len(sheet.lines))):
        for other in sheet.lines[number]:
            if other.page != run.page or other.y0 - run.y1 > reach * run.height:
                return None
            if other.x0 < run.x1 and other.x1 > run.x0 - 2:
                return other
    return None


def _downward(sheet: Sheet, run: Run, labelled: set[int], indent: bool = False) -> tuple[Run, ...]:
    """Lines below that go on at the same left edge, without a label among them."""
    lines: list[Run] = []
    last = run
    while len(lines) < 6:
        below = _next_below(sheet, last, reach=0.9)
        aligned = below is not None and (abs(below.x0 - run.x0) < 4 or (indent and below.x0 < run.x1))
        if below is None or not aligned or below.index in labelled or len(below.passage.runs) > 1:
            break
        lines.append(below)
        last = below
    return tuple(lines)


def _standing(sheet: Sheet, by_passage: dict[int, list[Hit]]) -> Iterator[Candidate]:
    """Return runs of the first page and the foot of the last that may be names by themselves."""
    pages = {0, sheet.pages - 1}
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
        if small > 2:
            continue
        yield from _made(FieldType.NAME, passage, first, len(passage.words))
        if first == 0:
            yield from _up_to_form(run)


def _in_prose(
    sheet: Sheet, names: bool, texts: set[int], by_passage: dict[int, list[Hit]]
) -> Iterator[Candidate]:
    """Capitalised stretches of paragraphs: names anywhere near the ends, texts right after their cue."""
    pages = {0, 1, sheet.pages - 1}
    for passage in sheet.passages:
        if not passage.is_prose:
            continue
        if texts and passage.page == 0 and len(passage.words) >= 10:
            yield from _made(FieldType.TEXT, passage, 0, len(passage.words))
        cued = [hit for hit in by_passage.get(passage.index, ()) if texts.intersection(hit.fields)]
        if not cued and not (names and passage.page in pages):
            continue
        for first, after in _capitalised(passage):
            if names and passage.page in pages:
                yield from _prose_names(passage, first, after)
            if any(0 <= first - hit.after <= 6 or hit.first <= first < hit.after for hit in cued):
                starts = {first, *(hit.after for hit in cued if first < hit.after < after)}
                for begin in starts:
                    yield from _trimmed(FieldType.TEXT, passage, begin, after)
                    comma = next(
                        (n for n in range(begin, after - 1) if passage.words[n].text[-1] == ","), None
                    )
                    if comma is not None:
                        yield from _trimmed(FieldType.TEXT, passage, begin, comma + 1)


def _capitalised(passage: Passage) -> Iterator[tuple[int, int]]:
    """Find stretches of capitalised words; a sentence's end ends one, the point of ``Inc.`` does not."""
    for match in CAPITALISED.finditer(passage.text):
        first, after = passage.span(*match.span())
        begin = first
        for place in range(first, after):
            word = passage.words[place].text
            if word[-1] in ".!?;" and len(word) > 4 and not is_form(word):
                yield begin, place + 1
                begin = place + 1
        if begin < after:
            yield begin, after


def _prose_names(passage: Passage, first: int, after: int) -> Iterator[Candidate]:
    yield from _trimmed(FieldType.NAME, passage, first, after)
    words = passage.words[first:after]
    for index, word in enumerate(words):
        if index and is_form(word.text) and not (index + 1 < len(words) and is_form(words[index + 1].text)):
            yield from _trimmed(FieldType.NAME, passage, first, first + index + 1)
        if word.text in ("and", "und", "between", "AND") and 0 < index < len(words) - 1:
            yield from _trimmed(FieldType.NAME, passage, first + index + 1, after)
            yield from _trimmed(FieldType.NAME, passage, first, first + index)


def _trimmed(type: FieldType, passage: Passage, first: int, after: int) -> Iterator[Candidate]:
    """Without small words at either end."""
    stop = all_stop_words()
    while after > first and passage.words[after - 1].text.lower().strip(",") in stop:
        after -= 1
    while first < after and passage.words[first].text.lower() in stop:
        first += 1
    if 0 < after - first <= 9:
        yield from _made(type, passage, first, after)


def is_town(text: str) -> bool:
    """Say whether a line holds a postal code with a town."""
    return bool(TOWN.search(text))


def _addresses(sheet: Sheet) -> Iterator[Candidate]:
    """Lines that end in a postal code with a town, with the one or two lines above, or beside each other."""
    pages = {0, sheet.pages - 1}
    for line in sheet.lines:
        for place, run in enumerate(line):
            if (
                run.page not in pages
                or len(run.words) > 14
                or len(run.passage.runs) > 1
                or not is_town(run.text)
            ):
                continue
            first, after = run.start, run.start + len(run.words)
            yield from _made(FieldType.ADDRESS, run.passage, first, after)
            for index in range(1, len(run.words) - 2):
                if run.words[index - 1].text.endswith(","):
                    yield from _made(FieldType.ADDRESS, run.passage, first + index, after)
            for count in (1, 2):
                if place >= count:
                    beside = line[place - count]
                    yield from _made(
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
        if upper is None:
            break
        above.insert(0, upper)
        last = upper
    below = _next_below(sheet, town, reach=0.9)
    country = (below,) if below and abs(below.x0 - town.x0) < 4 and len(below.words) <= 3 else ()
    for count in range(1, len(above) + 1):
        top = above[-count]
        more = (*above[len(above) - count + 1 :], town)
        first, after = top.start, top.start + len(top.words)
        yield from _made(FieldType.ADDRESS, top.passage, first, after, more)
        if country:
            yield from _made(FieldType.ADDRESS, top.passage, first, after, (*more, *country))


def _next_above(sheet: Sheet, run: Run) -> Run | None:
    for number in range(run.line - 1, max(run.line - 4, -1), -1):
        for other in sheet.lines[number]:
            if other.page != run.page or run.y0 - other.y1 > 0.9 * run.height:
                return None
            centred = abs((other.x0 + other.x1) - (run.x0 + run.x1)) < 12
            if abs(other.x0 - run.x0) < 4 or abs(other.x1 - run.x1) < 4 or centred:
                return other if len(other.passage.runs) == 1 else None
    return None

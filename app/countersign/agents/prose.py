"""Candidates in running text: names by their capitals, texts after their cue, places by their name."""

from collections.abc import Iterator

from countersign.agents.candidates import Candidate
from countersign.agents.labels import Hit
from countersign.agents.lexicons import name_words, places, squeezed
from countersign.agents.patterns import CAPITALISED
from countersign.agents.sheet import Passage, Sheet, pieces
from countersign.agents.stretches import is_form, made, trimmed
from countersign.domain.klass import FieldType

_LONGEST = 9
"""Words of a name."""
_ARTICLES = frozenset(
    ["The", "La", "Le", "Les", "El", "Los", "Las", "Il", "Lo", "Die", "Der", "Das", "De", "Het"]
)
"""Small words that a name may begin with: kept where the name has a legal form."""
_JOINS = frozenset({"and", "und", "between", "entre", "zwischen", "et", "y", "e", "en", "tussen", "tra"})


def in_prose(
    sheet: Sheet, names: bool, texts: set[int], by_passage: dict[int, list[Hit]]
) -> Iterator[Candidate]:
    """Names in paragraphs at either end and where people sign, texts after their cue, places near one."""
    pages = signing_pages(sheet) | {0, 1} if names else set()
    common = _common(sheet) if names else frozenset()
    cued: list[Hit] = []
    for passage in sheet.passages:
        before, cued = cued, []
        if not passage.is_prose:
            continue
        if texts and passage.page == 0 and len(passage.words) >= 10:
            yield from made(FieldType.TEXT, passage, 0, len(passage.words))
        cued = [hit for hit in by_passage.get(passage.index, ()) if texts.intersection(hit.fields)]
        if cued or before:
            yield from _places(passage)
        if not cued and passage.page not in pages:
            continue
        for first, after in _capitalised(passage):
            if passage.page in pages:
                yield from _names(passage, first, after, common)
            if cued:
                yield from _texts(passage, first, after, cued)


def signing_pages(sheet: Sheet) -> set[int]:
    """Return the pages on which people sign, and the last one."""
    signing = name_words()["signing"]
    pages = {sheet.pages - 1}
    for run in sheet.runs:
        if run.page not in pages and run.words[0].text.rstrip(":").lower() in signing:
            word = run.words[0].text
            if word[-1] == ":" or word[0] == "/" or (len(run.words) > 1 and run.words[1].text[0] in ":_"):
                pages.add(run.page)
    return pages


def _common(sheet: Sheet) -> frozenset[str]:
    """Words that the document also writes small: ``Confidential Information`` is no name."""
    small = {word.text for passage in sheet.passages if passage.is_prose for word in passage.words}
    return frozenset(piece for text in small if text[:1].islower() for piece in pieces(text))


def _texts(passage: Passage, first: int, after: int, cued: list[Hit]) -> Iterator[Candidate]:
    if not any(0 <= first - hit.after <= 6 or hit.first <= first < hit.after for hit in cued):
        return
    for begin in {first, *(hit.after for hit in cued if first < hit.after < after)}:
        yield from trimmed(FieldType.TEXT, passage, begin, after)
        comma = next((n for n in range(begin, after - 1) if passage.words[n].text[-1] == ","), None)
        if comma is not None:
            yield from trimmed(FieldType.TEXT, passage, begin, comma + 1)


def _capitalised(passage: Passage) -> Iterator[tuple[int, int]]:
    """Find stretches of capitalised words; a sentence's end ends one, the point of ``Inc.`` does not."""
    for match in CAPITALISED.finditer(passage.text):
        first, after = passage.span(*match.span())
        begin = first
        for place in range(first, after):
            if _ends_sentence(passage.words[place].text):
                yield begin, place + 1
                begin = place + 1
        if begin < after:
            yield begin, after


def _ends_sentence(word: str) -> bool:
    """``L.E.K.``, ``Inc.`` and ``St.`` end none."""
    return word[-1] in ".!?;" and len(word) > 4 and "." not in word[:-1] and not is_form(word)


def _names(passage: Passage, first: int, after: int, common: frozenset[str]) -> Iterator[Candidate]:
    """Return the names that a stretch may hold: from its start or a word that joins, to a form or a comma."""
    words = passage.words
    starts, ends = [first], [after]
    for place in range(first, after):
        text = words[place].text
        joins = text.lower() in _JOINS
        if joins:
            starts.append(place + 1)
            ends.append(place)
        following = words[place + 1].text if place + 1 < after else ""
        if following and not _closes(following) and (text[-1] == "," or (place > first and is_form(text))):
            ends.append(place + 1)
    for start in starts:
        for end in ends:
            if start < end and _is_name(passage, start, end, common):
                yield from trimmed(FieldType.NAME, passage, start, end)
        if start < after and words[start].text in _ARTICLES:
            for end in ends:
                if start + 1 < end <= start + _LONGEST and is_form(words[end - 1].text):
                    yield from made(FieldType.NAME, passage, start, end)


def _closes(word: str) -> bool:
    """``Inc.`` and ``III`` go on with a name after its comma."""
    return is_form(word) or word.strip(".,;").lower() in name_words()["suffixes"]


def _is_name(passage: Passage, start: int, end: int, common: frozenset[str]) -> bool:
    """Say whether a stretch holds a word that the document does not use as a common one."""
    if is_form(passage.words[end - 1].text):
        return True
    held = [piece for word in passage.words[start:end] for piece in pieces(word.text)]
    return any(piece not in common and not piece.isdigit() for piece in held)


def _places(passage: Passage) -> Iterator[Candidate]:
    """Return states, countries and the like by their names, the longest where several overlap."""
    known, at, words = places(), 0, passage.words
    while at < len(words):
        text = words[at].text.lstrip('(“"')
        entries = known.get(squeezed(text), ()) if text[:1].isupper() else ()
        for name in entries:
            count = len(name)
            if tuple(squeezed(word.text) for word in words[at : at + count]) == name:
                yield from made(FieldType.TEXT, passage, at, at + count, grade=1.0)
                at += count - 1
                break
        at += 1

"""Makes candidates of words; what opens or closes a phrase but is no part of it is cut off."""

from collections.abc import Iterator
from functools import lru_cache

from countersign.agents.asides import is_reach
from countersign.agents.candidates import Candidate
from countersign.agents.lexicons import all_stop_words, name_words
from countersign.agents.sheet import Passage, Run, pieces
from countersign.domain.klass import FieldType
from countersign.domain.values import is_country, normalise

_DEGREES = frozenset({"md", "phd", "esq", "cpa", "mba", "jd", "llm"})


@lru_cache(maxsize=20_000)
def is_form(word: str) -> bool:
    """Say whether a word closes the name of a company: GmbH, Inc., S.A."""
    forms = name_words()["forms"]
    parts = pieces(word)
    return len(parts) > 0 and ("".join(parts) in forms or parts[-1] in forms)


def made(
    type: FieldType,
    passage: Passage,
    first: int,
    after: int,
    more: tuple[Run, ...] = (),
    *,
    grade: float = 0.0,
) -> Iterator[Candidate]:
    """Return the words as a candidate if they can be a value of the type; `grade` says how well they fit."""
    while first < after and not pieces(passage.words[first].text):
        first += 1
    while after > first and not pieces(passage.words[after - 1].text):
        after -= 1
    while type is FieldType.NAME and after - first > 2 and _is_degree(passage.words[after - 1].text):
        after -= 1
    if first >= after:
        return
    own = " ".join(w.text for w in passage.words[first:after])
    if type is FieldType.ADDRESS and not passage.is_prose and is_reach(own):
        return
    text = "\n".join([own, *(run.text for run in more)])
    try:
        value = normalise(type, _bare(text, _keeps_point(type, passage, after - first)))
    except ValueError:
        return
    if type is FieldType.NAME and (not _may_be_name(value) or _is_form_only(value)):
        return
    if type is FieldType.NAME:
        grade = float(is_form(passage.words[after - 1].text))
    yield Candidate(type, value, passage, first, after, grade=grade, more=more)


def _is_form_only(value: str) -> bool:
    """``Sdn Bhd`` on a line of its own closes the name above, and is none."""
    return all(len(word) <= 5 and is_form(word) for word in value.split())


def _is_degree(word: str) -> bool:
    """``Ann Lee, M.D.`` is called Ann Lee."""
    return "".join(pieces(word)) in _DEGREES


def _keeps_point(type: FieldType, passage: Passage, words: int) -> bool:
    """Say whether a point at the end belongs to the print: in a sentence, in an address on its own lines."""
    return words >= 6 or (type is FieldType.ADDRESS and not passage.is_prose)


def _bare(text: str, keeps_point: bool) -> str:
    """Take off what closes a phrase but is no part of it."""
    text = text.strip(' :;,“”"«»')
    if not keeps_point and text.endswith(".") and len(text.split()[-1]) > 4 and not is_form(text.split()[-1]):
        text = text[:-1]
    return text


def _may_be_name(value: str) -> bool:
    if value[0] in "(/*[<":
        return False
    if not 2 <= len(value) <= 90 or sum(char.isalpha() for char in value) < 2:
        return False
    return "@" not in value and "www." not in value and "://" not in value and not is_country(value)


def trimmed(type: FieldType, passage: Passage, first: int, after: int) -> Iterator[Candidate]:
    """Without small words at either end."""
    stop = all_stop_words()
    while after > first and passage.words[after - 1].text.lower().strip(",") in stop:
        after -= 1
    while first < after and passage.words[first].text.lower() in stop:
        first += 1
    if 0 < after - first <= 9:
        yield from made(type, passage, first, after)

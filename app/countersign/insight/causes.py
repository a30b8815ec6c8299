"""Why a value was not read right, as far as that can be computed."""

import re
from enum import StrEnum
from typing import NamedTuple

from rapidfuzz import fuzz

from countersign.agents.prepared import Prepared
from countersign.domain.dates import fold
from countersign.domain.klass import ClassDef
from countersign.insight.conventions import Truth
from countersign.insight.scoring import FieldScore, Outcome, is_right, true_values

_ALIKE = 80.0
"""Points of likeness, of 100, from which words on the page are taken for the label spelled otherwise."""


class Cause(StrEnum):
    """What a person would have to mend."""

    NOT_ON_PAGE = "label not found on the page"
    SPELLED_OTHERWISE = "page reads otherwise than the label"
    NO_CANDIDATE = "no candidate"
    OTHER_CHOSEN = "another candidate chosen"
    CALLED_ABSENT = "right candidate, but called absent"
    INVENTED = "nothing there"
    OTHER_CLASS = "read as a class without this field"
    ONE_TOO_MANY = "one value too many"


class Error(NamedTuple):
    """One value that was not read right."""

    document: str
    field: str
    outcome: Outcome
    cause: Cause
    said: str | None
    expected: str | None
    confidence: int


def errors(klass: ClassDef, truth: Truth, scores: list[FieldScore], prepared: Prepared) -> list[Error]:
    """Return what went wrong on one document, each with its cause."""
    wrong = [s for s in scores if not s.is_right]
    if not wrong:
        return []
    text = _squeezed(" ".join(word.text for page in prepared.sheet.opened.pages for word in page.words))
    return [
        Error(
            str(truth["doc"]),
            one.field,
            one.outcome,
            _cause(klass, truth, one, prepared, text),
            one.said,
            one.expected,
            one.confidence,
        )
        for one in wrong
    ]


def _cause(klass: ClassDef, truth: Truth, one: FieldScore, prepared: Prepared, text: str) -> Cause:
    field = klass.field(one.field)
    if one.outcome is Outcome.INVENTED or field is None:
        return Cause.INVENTED if field else Cause.OTHER_CLASS
    if one.expected is None and one.outcome is Outcome.WRONG:
        return Cause.ONE_TOO_MANY
    entries = [e for e in truth["fields"] if e["name"] == one.field]
    language = truth.get("language", "en")
    meant = [e for e in entries if one.expected in true_values(field, e, language)] or entries
    values = [value for entry in meant for value in true_values(field, entry, language)]
    candidates, _ = prepared.candidates(field)
    if any(is_right(field, candidate.value, values) for candidate in candidates):
        return Cause.OTHER_CHOSEN if one.outcome is Outcome.WRONG else Cause.CALLED_ABSENT
    printed = [_squeezed(str(e.get("printed") or e["value"])) for e in meant]
    if any(words and words in text for words in printed):
        return Cause.NO_CANDIDATE
    is_like = any(len(words) > 3 and fuzz.partial_ratio(words, text) >= _ALIKE for words in printed)
    return Cause.SPELLED_OTHERWISE if is_like else Cause.NOT_ON_PAGE


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))

"""Days that have been: a date of birth printed as 07/25/49 means 1949, because 2049 is yet to come."""

import copy
from collections.abc import Sequence
from datetime import date

from countersign.agents.candidates import Candidate
from countersign.domain.klass import FieldDef

_CENTURY = 100


def past_day(field: FieldDef, value: str, printed: str, today: date) -> str:
    """Return the ISO date that a print means for a field: the century before where it only then has been.

    A year that is printed in full stays as it is, also where it lies in the future: then a check says so.
    """
    if not field.past or value <= today.isoformat() or value[:4] in printed:
        return value
    if value.endswith("-02-29") and not _is_leap(int(value[:4]) - _CENTURY):
        return value
    return f"{int(value[:4]) - _CENTURY}{value[4:]}"


def past_days(field: FieldDef, candidates: Sequence[Candidate], today: date) -> list[Candidate]:
    """Return the candidates for a field, those that would lie in the future as the days that have been."""
    return [_settled(field, candidate, today) for candidate in candidates]


def _settled(field: FieldDef, candidate: Candidate, today: date) -> Candidate:
    value = past_day(field, candidate.value, candidate.printed, today)
    other = candidate.other and past_day(field, candidate.other, candidate.printed, today)
    if (value, other) == (candidate.value, candidate.other):
        return candidate
    settled = copy.copy(candidate)  # the same print may be a candidate for other fields
    settled.value, settled.other = value, other
    return settled


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)

"""Dates as people print them, in six languages, turned into ISO dates."""

import re
import unicodedata
from datetime import date

_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
_SHORT = {
    "sept": 9, "setiembre": 9, "janner": 1, "jaenner": 1, "feber": 2, "maerz": 3, "mrz": 3, "mrt": 3,
    "mai": 5, "juil": 7, "jui": 6, "ene": 1, "abr": 4, "ago": 8, "dic": 12, "gen": 1, "mag": 5, "giu": 6,
    "lug": 7, "set": 9, "ott": 10, "okt": 10, "dez": 12, "dec": 12, "avr": 4, "fev": 2, "aou": 8, "mei": 5,
}  # fmt: skip
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"""
ORDINALS: dict[str, int] = {word: n for n, word in enumerate(_ORDINALS.split(), start=1)}
"""English ordinals up to twentieth."""
_ORDINAL_DAYS: dict[str, int] = {
    **ORDINALS,
    **{f"twenty-{word}": 20 + n for n, word in enumerate(_ORDINALS.split()[:9], start=1)},
    "thirtieth": 30,
    "thirty-first": 31,
    **dict.fromkeys(("premier", "primero", "primo"), 1),
}


def fold(text: str) -> str:
    """Lower a text and take its accents off."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    lowered = lowered.replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))


def _month_table() -> dict[str, int]:
    table = dict(_SHORT)
    for names in _MONTHS.values():
        for number, name in enumerate(names.split(), start=1):
            table[fold(name)] = number
            table.setdefault(fold(name)[:3], number)
            table.setdefault(fold(name)[:4], number)
    return table


MONTHS: dict[str, int] = _month_table()
"""Month names and their short forms, folded, by number."""

_NAME = "|".join(sorted({re.escape(name) for name in MONTHS}, key=len, reverse=True))
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_SUFFIX = r"(?:\s?(?:st|nd|rd|th|er|ter|º|°|ª)(?![a-z]))?"
_LINK = r"[\s.,\-/]*(?:(?:day\s+of|of|de|del|di|d')\s*)?"
_WEEKDAYS = r"(?:(?:[a-z]{2,10})\.?,?\s+)?"
_NUMERIC = re.compile(r"(?P<a>\d{1,4})\s?(?P<mark>[./\-])\s?(?P<b>\d{1,2})\s?(?P=mark)\s?(?P<c>\d{4}|\d{2})")
_SPACED = re.compile(r"(?P<a>\d{1,2}) (?P<b>\d{1,2}) (?P<c>\d{4})")
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])")
_DAY_MONTH = re.compile(
    rf"{_DAY}{_SUFFIX}{_LINK}(?P<month>{_NAME})(?![a-z])\.?,?[\s\-/.,']*(?:(?:de|del|of)\s+)?(?P<year>\d{{4}}|\d{{2}})"
)
_MONTH_DAY = re.compile(
    rf"(?P<month>{_NAME})(?![a-z])\.?[\s\-/]*{_DAY}{_SUFFIX}[\s,.\-/']*"
    rf"(?P<year>\d{{4}}|(?<=[,'\-/ ])\d{{2}})(?!\d|:)"
)
_YEAR_MONTH = re.compile(
    rf"(?P<year>(?:19|20)\d{{2}})[\s\-/.,]+(?P<month>{_NAME})(?![a-z])\.?[\s\-/]*{_DAY}(?!\d)"
)
_WORDED = re.compile(
    rf"(?P<word>{'|'.join(sorted(_ORDINAL_DAYS, key=len, reverse=True))}){_LINK}"
    rf"(?P<month>{_NAME})(?![a-z])[\s,]*(?P<year>\d{{4}})"
)
_FORMS = (_DAY_MONTH, _MONTH_DAY, _YEAR_MONTH, _WORDED)


def readings(text: str, language: str = "en", day_first: bool | None = None) -> tuple[str, ...]:
    """Return every ISO date that a printed date may mean, the likelier one first.

    One for a date that is clear; two where day and month may be swapped and no hint is given; none when it
    is no date. `language` counts only where the print leaves it open: all but English put the day first.
    """
    plain = " ".join(fold(text).split()).strip(" .,;:()")
    compact = _COMPACT.fullmatch(plain)
    if compact:
        return _dates([(int(compact["y"]), int(compact["m"]), int(compact["d"]))])
    numeric = _NUMERIC.fullmatch(plain) or _SPACED.fullmatch(plain)
    if numeric:
        return _numeric(numeric, language, day_first)
    for form in _FORMS:
        worded = form.fullmatch(plain) or form.fullmatch(
            re.sub(rf"^{_WEEKDAYS}(?:the\s+|el\s+|le\s+)?", "", plain)
        )
        if worded:
            parts = worded.groupdict()
            day = int(parts["day"]) if "day" in parts else _ORDINAL_DAYS[parts["word"]]
            return _dates([(_year(parts["year"]), MONTHS[parts["month"]], day)])
    return ()


def iso_date(text: str, language: str = "en", day_first: bool | None = None) -> str:
    """Return the ISO date of a printed date; raises ValueError when it is none or may mean two days."""
    meant = readings(text, language, day_first)
    if not meant:
        raise ValueError(f"{text.strip()!r} is not a date.")
    if len(meant) > 1:
        raise ValueError(f"{text.strip()!r} may mean {meant[0]} or {meant[1]}; write it as {meant[0]}.")
    return meant[0]


def _numeric(match: re.Match[str], language: str, day_first: bool | None) -> tuple[str, ...]:
    a, b, c = match["a"], match["b"], match["c"]
    if len(a) == 4:
        return _dates([(int(a), int(b), int(c))]) if len(c) == 2 else ()
    if len(a) == 3:
        return ()
    year, first, second = _year(c), int(a), int(b)
    by_day, by_month = (year, second, first), (year, first, second)
    if second > 12 >= first:
        return _dates([by_month])
    if first == second or first > 12 or match.groupdict().get("mark") == ".":
        return _dates([by_day])
    if day_first is None and language == "en":
        return _dates([by_month, by_day])
    return _dates([by_month if day_first is False else by_day])


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year < 70 else 1900)


def _dates(parts: list[tuple[int, int, int]]) -> tuple[str, ...]:
    found = []
    for year, month, day in parts:
        if 1800 <= year <= 2199:
            try:
                found.append(date(year, month, day).isoformat())
            except ValueError:
                continue
    return tuple(found)

"""Numbers as people print them, turned into plain decimals with a point."""

import re
from decimal import Decimal

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_SIGNS = "$€£¥₹₽₩₺₪₫฿"
_MONEY_WORD = re.compile(
    rf"(?:[A-Za-z]{{1,3}}\$|[{_SIGNS}]|(?<![A-Za-z])(?:[A-Z]{{3}}|Fr\.?|Rs\.?|RM|kr\.?|zł|Kč|Ft|lei|"
    r"euros?|dollars?|pounds?|francs?|Franken|Rappen)(?![A-Za-z]))",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d[\d.,'’]*\d|\d")
_DEBIT = re.compile(r"(?:(?<=\d)|\s)(?:DR|Dr|S|Soll)\.?$")
_CREDIT = re.compile(r"(?:(?<=\d)|\s)(?:CR|Cr|H|Haben)\.?$")
_DASH_CENTS = re.compile(r"[.,](?:-{1,2}|–|—)$")
_COMMA_LANGUAGES = frozenset({"de", "fr", "es", "it", "nl", "pt", "da", "sv", "pl", "fi", "nb", "cs"})

_WORDS = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
    "de": "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn zwanzig",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf vingt",
    "es": "un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte",
    "it": "un due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici "
    "sedici diciassette diciotto diciannove venti",
    "nl": "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien "
    "zeventien achttien negentien twintig",
}
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
NUMBER_WORDS: dict[str, int] = {
    **{word: n for words in _WORDS.values() for n, word in enumerate(words.split(), start=1)},
    **dict.fromkeys(("eine", "einem", "einen", "einer", "une", "una", "uno", "a", "an"), 1),
    **_TENS,
    **{
        f"{tens}-{unit}": n + m
        for tens, n in {"twenty": 20, **_TENS}.items()
        for m, unit in enumerate(_WORDS["en"].split()[:9], start=1)
    },
}
"""Number words up to twenty in six languages, up to ninety-nine in English."""


def plain_number(text: str, language: str = "en") -> str:
    """Return a printed number as digits with a point and a leading minus; no digit is dropped or added.

    Understands 1,234.56 · 1.234,56 · 1 234,56 · 1'234.56 · 12,34,567.89, leading and trailing minus,
    brackets for negative, DR and S(oll) as negative, CR and H(aben) as positive, currency signs and codes.
    Where one mark and three digits leave it open (1.234), the language decides. Raises ValueError.
    """
    body, negative = _unsigned(text)
    digits = _DIGITS.fullmatch(body)
    if not digits:
        raise ValueError(f"{text.strip()!r} is not a number.")
    whole, fraction = _split(body.replace("’", "'"), language, text)
    number = f"{whole.lstrip('0') or '0'}.{fraction}" if fraction else whole.lstrip("0") or "0"
    return f"-{number}" if negative and number.strip("0.") else number


def amount(text: str, language: str = "en") -> str:
    """Return an amount as decimal text with at least two places: ``1234.50``."""
    number = plain_number(text, language)
    whole, _, fraction = number.partition(".")
    if len(fraction) > 2:
        fraction = fraction[:2] + fraction[2:].rstrip("0")
    return f"{whole}.{fraction:0<2}"


def number(text: str, language: str = "en") -> str:
    """Return a number as decimal text without idle zeros: ``2.5``; a per cent sign is dropped."""
    plain = plain_number(text.replace("%", " "), language)
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def as_decimal(value: str | None) -> Decimal | None:
    """Return a normalised amount or number as Decimal, None when it is none."""
    try:
        return Decimal(value) if value else None
    except ArithmeticError:
        return None


def _unsigned(text: str) -> tuple[str, bool]:
    """Take currency and signs off; return what is left, without spaces, and whether it is negative."""
    body = text.strip()
    negative = False
    if body.startswith("(") and body.endswith(")"):
        body, negative = body[1:-1].strip(), True
    if _DEBIT.search(body):
        body, negative = _DEBIT.sub("", body), True
    else:
        body = _CREDIT.sub("", body)
    body = _MONEY_WORD.sub(" ", body)
    body = _SPACES.sub("", body).replace("−", "-").replace("–", "-").replace("—", "-")
    body = _DASH_CENTS.sub("", body)
    if body.startswith("(") and body.endswith(")"):
        body, negative = body[1:-1], True
    if body[:1] in ("-", "+"):
        body, negative = body[1:], negative or body[0] == "-"
    elif body[-1:] in ("-", "+"):
        body, negative = body[:-1], negative or body[-1] == "-"
    return body, negative


def _split(body: str, language: str, text: str) -> tuple[str, str]:
    """Return (whole, fraction) of digits with marks."""
    marks = [char for char in body if not char.isdigit()]
    if not marks:
        return body, ""
    last = marks[-1]
    is_decimal = last != "'" and marks.count(last) == 1
    whole, _, fraction = body.rpartition(last)
    if is_decimal and len(marks) == 1 and len(fraction) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        is_decimal = (last == ",") == (language in _COMMA_LANGUAGES)
    if not is_decimal:
        whole, fraction = body, ""
    _refuse_bad_groups(whole, text)
    return re.sub(r"\D", "", whole), fraction


def _refuse_bad_groups(whole: str, text: str) -> None:
    """Thousands stand in threes behind one kind of mark (in India: in twos, the last in three)."""
    groups = re.split(r"[.,']", whole)
    if len(groups) == 1:
        return
    marks = {char for char in whole if not char.isdigit()}
    sizes = [len(group) for group in groups]
    in_threes = all(size == 3 for size in sizes[1:])
    in_twos = sizes[-1] == 3 and all(size == 2 for size in sizes[1:-1]) and marks == {","}
    if len(marks) > 1 or not 1 <= sizes[0] <= 3 or not (in_threes or in_twos):
        raise ValueError(f"{text.strip()!r} is not a number: its groups of digits do not fit.")

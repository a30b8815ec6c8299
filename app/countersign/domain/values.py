"""The content of a field in one canonical form, by its type, and the same content as people like to see it.

Amounts are decimals with a point and at least two places, numbers decimals without idle zeros, dates ISO,
identifiers without spaces, countries and currencies ISO codes, durations ``3 years``.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

import babel
import stdnum.bic
import stdnum.ch.vat
import stdnum.eu.vat
import stdnum.gb.vat
import stdnum.iban
import stdnum.no.mva
from babel.dates import format_date
from babel.numbers import format_decimal, list_currencies
from stdnum.exceptions import ValidationError

from countersign.domain.dates import ORDINALS, fold, iso_date
from countersign.domain.klass import FieldType
from countersign.domain.numerals import NUMBER_WORDS, amount, as_decimal, number

LANGUAGES = ("en", "de", "fr", "es", "it", "nl")
"""Languages that documents are read in."""

_SIGN_CODES = {
    "€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY",
    "₪": "ILS", "₫": "VND", "฿": "THB", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD",
    "S$": "SGD",
    "HK$": "HKD", "NZ$": "NZD", "R$": "BRL", "MX$": "MXN", "NT$": "TWD", "RM": "MYR", "RS": "INR",
    "SFR": "CHF", "FR": "CHF", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF",
    "EURO": "EUR", "EUROS": "EUR", "DOLLAR": "USD", "DOLLARS": "USD", "US DOLLARS": "USD", "POUND": "GBP",
    "POUNDS": "GBP", "STERLING": "GBP", "SCHWEIZER FRANKEN": "CHF", "FRANKEN": "CHF",
}  # fmt: skip
_UNITS = {
    "day": "day days tag tage tagen tages jour jours dia dias giorno giorni dag dagen",
    "week": "week weeks woche wochen semaine semaines semana semanas settimana settimane weken",
    "month": "month months monat monate monaten monats mois mes meses mese mesi maand maanden",
    "year": "year years jahr jahre jahren jahres an ans annee annees ano anos anno anni jaar jaren",
}
UNIT_WORDS: dict[str, str] = {fold(word): unit for unit, words in _UNITS.items() for word in words.split()}
"""Words for spans of time, folded, by unit."""

_COUNT = "|".join(sorted(map(re.escape, NUMBER_WORDS), key=len, reverse=True))
_DURATION = re.compile(
    rf"(?:(?P<word>{_COUNT})(?![^\W\d])[\s\-]*)?(?:\(?\s*(?P<digits>\d{{1,3}})\s*\)?)?"
    r"[\s\-]*(?:full\s+|calendar\s+|business\s+|consecutive\s+)?(?P<unit>[^\W\d]+)['’]?s?"
)
_ANNIVERSARY = re.compile(rf"(?:(?P<word>{'|'.join(ORDINALS)})|(?P<digits>\d{{1,2}})(?:st|nd|rd|th))"
                          r"(?:\s*\(\d{1,2}\s?(?:st|nd|rd|th)?\))?\s+anniversary")  # fmt: skip
_EMAIL = re.compile(r"[\w.+%'\-]+@[\w\-]+(?:\.[\w\-]+)+")
_VAT_SHAPE = re.compile(r"(?:[A-Z]{2}|CHE)[0-9A-Z+*]{5,14}")
_IBAN_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_BIC_SHAPE = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_COUNTRY_ALIASES = {"usa": "US", "u.s.a.": "US", "uk": "GB", "u.k.": "GB", "england": "GB", "scotland": "GB",
                    "great britain": "GB", "deu": "DE", "gbr": "GB", "fra": "FR", "esp": "ES", "ita": "IT",
                    "nld": "NL", "aut": "AT", "che": "CH", "bel": "BE", "holland": "NL"}  # fmt: skip
_SPACED_MARKS = re.compile(r"[\s.\-/]+")

Normaliser = Callable[[str, str, bool | None], str]


def normalise(type: FieldType, text: str, language: str = "en", day_first: bool | None = None) -> str:
    """Return the canonical form of a value as people write it.

    `language` and `day_first` settle what the print leaves open (1.234, 3/4/2026). Raises ValueError whose
    message is one plain sentence. A number that fails its check digits is still a value: see `problem`.
    """
    stripped = text.strip()
    if not stripped:
        raise ValueError("The value is empty.")
    return _NORMALISERS[type](stripped, language, day_first)


def problem(type: FieldType, value: str) -> str | None:
    """Say in one sentence what is wrong with a canonical identifier, None when its check digits hold."""
    check = _CHECKS.get(type)
    if check is None or check(value):
        return None
    return f"{value} is not a valid {_TYPE_NAMES[type]}: its check digits or length are wrong."


@lru_cache(maxsize=20_000)
def show(type: FieldType, value: str, language: str = "en") -> str:
    """Return a canonical value as a person of a language likes to read it: ``1.234,56`` in German."""
    shower = _SHOWERS.get(type)
    return shower(value, language) if shower else value


def same(type: FieldType, one: str, other: str) -> bool:
    """Say whether two canonical values mean the same: 5.0 is 5.00, a name is itself in capitals too."""
    if one == other:
        return True
    if type in (FieldType.AMOUNT, FieldType.NUMBER):
        return as_decimal(one) is not None and as_decimal(one) == as_decimal(other)
    if type is FieldType.NAME:
        return _named(one) == _named(other) != ""
    if type in (FieldType.TEXT, FieldType.ADDRESS):
        return _letters(one) == _letters(other) != ""
    if type is FieldType.DURATION:
        return _months(one) == _months(other)
    return _SPACED_MARKS.sub("", one).casefold() == _SPACED_MARKS.sub("", other).casefold()


_FORM_WORDS = {
    "&": "and", "incorporated": "inc", "corporation": "corp", "limited": "ltd", "company": "co",
    "gesellschaftmitbeschrankterhaftung": "gmbh", "aktiengesellschaft": "ag",
}  # fmt: skip
"""Words of a company's name that are written in two ways."""


def _named(text: str) -> str:
    """Return the letters of a name, the same for ``Acme & Sons, Incorporated`` and ``ACME AND SONS INC.``."""
    words = fold(text).replace("&", " & ").split()
    return _letters("".join(_FORM_WORDS.get(word.strip(".,"), word) for word in words))


def _months(value: str) -> tuple[int, str]:
    """Return a span of time in months or days, so that 24 months are 2 years."""
    count, _, unit = value.partition(" ")
    size = {"year": (12, "month"), "week": (7, "day")}.get(unit.rstrip("s"), (1, unit.rstrip("s")))
    return (int(count) * size[0], size[1]) if count.isdigit() else (0, value)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


@lru_cache(maxsize=16)
def _locale(language: str) -> babel.Locale:
    return babel.Locale.parse(language if language in LANGUAGES else "en")


def _show_number(value: str, language: str) -> str:
    decimal = as_decimal(value)
    if decimal is None:
        return value
    places = len(value.partition(".")[2])
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(decimal, pattern, locale=_locale(language), decimal_quantization=False)


def _show_date(value: str, language: str) -> str:
    try:
        return format_date(date.fromisoformat(value), "medium", locale=_locale(language))
    except ValueError:
        return value


def _show_iban(value: str, _language: str) -> str:
    return " ".join(value[i : i + 4] for i in range(0, len(value), 4))


def _show_country(value: str, language: str) -> str:
    return str(_locale(language).territories.get(value, value))


def _text(text: str, _language: str, _day_first: bool | None) -> str:
    return " ".join(text.split())


def _name(text: str, _language: str, _day_first: bool | None) -> str:
    name = " ".join(text.split()).strip(" ,;:|·•-–")
    if not any(char.isalpha() for char in name):
        raise ValueError(f"{text!r} is not a name.")
    return name


def _address(text: str, _language: str, _day_first: bool | None) -> str:
    lines = [" ".join(line.split()).strip(" ,;|·•") for line in re.split(r"[\r\n]+", text)]
    address = ", ".join(line for line in lines if line)
    if not address:
        raise ValueError(f"{text!r} is not an address.")
    return address


def _identifier(text: str, _language: str, _day_first: bool | None) -> str:
    identifier = "".join(text.split()).strip(",;:").removeprefix("#")
    if not any(char.isalnum() for char in identifier):
        raise ValueError(f"{text!r} is not an identifier.")
    return identifier


def currency_code(text: str) -> str | None:
    """Return the ISO code of a currency sign, code or word, None when it is none."""
    token = text.strip().upper().rstrip(".")
    if token in _SIGN_CODES:
        return _SIGN_CODES[token]
    return token if len(token) == 3 and token in _codes() else None


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    """Codes of today; old ones (DEM, BEC …) and metals would only be taken for words."""
    gone = {"DEM", "FRF", "ITL", "ESP", "NLG", "ATS", "BEF", "XXX", "XTS", "ALL", "TOP", "CUP", "MOP", "ANG"}
    return frozenset(code for code in list_currencies() if not code.startswith("X")) - gone | {"XAF", "XOF"}


def _currency(text: str, _language: str, _day_first: bool | None) -> str:
    code = currency_code(text)
    if code is None:
        raise ValueError(f"{text!r} is not a currency; write its code, such as EUR.")
    return code


def _compact(shape: re.Pattern[str], what: str) -> Normaliser:
    def compact(text: str, _language: str, _day_first: bool | None) -> str:
        value = _SPACED_MARKS.sub("", text).upper()
        if not shape.fullmatch(value):
            raise ValueError(f"{text!r} is not {what}.")
        return value

    return compact


def _vat_id(text: str, language: str, day_first: bool | None) -> str:
    """Swiss numbers are printed with or without the name of the tax behind; it is no part of them."""
    value = _compact(_VAT_SHAPE, "a VAT ID with its country letters")(text, language, day_first)
    return re.sub(r"(?<=\d)(?:MWST|TVA|IVA)$", "", value)


def _country(text: str, _language: str, _day_first: bool | None) -> str:
    token = fold(" ".join(text.split())).strip(" .,")
    code = _COUNTRY_ALIASES.get(token) or country_names().get(token)
    if code is None:
        raise ValueError(f"{text!r} is not a country.")
    return code


def is_country_code(text: str) -> bool:
    """Say whether two letters are the ISO code of a country."""
    return len(text) == 2 and text.lower() in country_names()


def is_country(text: str) -> bool:
    """Say whether a text is the name of a country in one of the languages."""
    token = fold(text).strip(" .,")
    return len(token) > 3 and token in country_names()


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """Return the ISO codes of countries by their names in every language, folded, and by themselves."""
    names: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in babel.Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names[fold(name)] = code
                names[code.lower()] = code
    return names


def _email(text: str, _language: str, _day_first: bool | None) -> str:
    address = text.strip(" <>,;").lower().removeprefix("mailto:")
    if not _EMAIL.fullmatch(address):
        raise ValueError(f"{text!r} is not an e-mail address.")
    return address


def _phone(text: str, _language: str, _day_first: bool | None) -> str:
    digits = re.sub(r"\D", "", re.sub(r"\(0\)", "", text))
    if not 6 <= len(digits) <= 15:
        raise ValueError(f"{text!r} is not a telephone number.")
    return f"+{digits}" if text.strip().startswith("+") else digits


def _duration(text: str, _language: str, _day_first: bool | None) -> str:
    plain = " ".join(text.lower().split()).strip(" .,;")
    passed = _ANNIVERSARY.fullmatch(plain)
    if passed:
        plain = f"{passed['digits'] or ORDINALS[passed['word']]} years"
    found = _DURATION.fullmatch(plain)
    unit = UNIT_WORDS.get(fold(found["unit"])) if found else None
    if not found or unit is None:
        raise ValueError(f"{text!r} is not a span of time, such as 3 years.")
    count = int(found["digits"]) if found["digits"] else NUMBER_WORDS.get(found["word"] or "")
    if count is None:
        raise ValueError(f"{text!r} is not a span of time, such as 3 years.")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def is_iban(value: str) -> bool:
    """Say whether a compact IBAN has the length of its country and the right check digits."""
    try:
        stdnum.iban.validate(value, check_country=False)
    except ValidationError:
        return False
    return True


def is_vat_id(value: str) -> bool:
    """Say whether a compact VAT ID (EU, GB, CH, NO) has the shape and check digits of its country."""
    if value.startswith("CHE"):
        return bool(stdnum.ch.vat.is_valid(value) or stdnum.ch.vat.is_valid(value + "MWST"))
    if value.startswith("GB"):
        return bool(stdnum.gb.vat.is_valid(value))
    if value.startswith("NO"):
        return bool(stdnum.no.mva.is_valid(value.removesuffix("MVA") + "MVA"))
    return bool(stdnum.eu.vat.is_valid(value))


_NORMALISERS: dict[FieldType, Normaliser] = {
    FieldType.TEXT: _text,
    FieldType.NAME: _name,
    FieldType.ADDRESS: _address,
    FieldType.DATE: iso_date,
    FieldType.AMOUNT: lambda text, language, _: amount(text, language),
    FieldType.NUMBER: lambda text, language, _: number(text, language),
    FieldType.CURRENCY: _currency,
    FieldType.IDENTIFIER: _identifier,
    FieldType.IBAN: _compact(_IBAN_SHAPE, "an IBAN"),
    FieldType.BIC: _compact(_BIC_SHAPE, "a BIC"),
    FieldType.VAT_ID: _vat_id,
    FieldType.COUNTRY: _country,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
    FieldType.DURATION: _duration,
}
_CHECKS: dict[FieldType, Callable[[str], bool]] = {
    FieldType.IBAN: is_iban,
    FieldType.BIC: lambda value: bool(stdnum.bic.is_valid(value)),
    FieldType.VAT_ID: is_vat_id,
}
_TYPE_NAMES = {FieldType.IBAN: "IBAN", FieldType.BIC: "BIC", FieldType.VAT_ID: "VAT ID"}
_SHOWERS: dict[FieldType, Callable[[str, str], str]] = {
    FieldType.AMOUNT: _show_number,
    FieldType.NUMBER: _show_number,
    FieldType.DATE: _show_date,
    FieldType.IBAN: _show_iban,
    FieldType.COUNTRY: _show_country,
}

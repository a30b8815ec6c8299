"""The grammars by which values are found in running text; what they find is checked by domain.values."""

import re

from countersign.domain.dates import MONTHS, ORDINALS
from countersign.domain.numerals import NUMBER_WORDS
from countersign.domain.values import UNIT_WORDS


def _any(words: set[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH = _any({*MONTHS, "märz", "février", "fév", "août", "aoû", "décembre", "déc", "jänner"})
_DAY = r"\d{1,2}(?:\s?(?:st|nd|rd|th|er|ter|º|°|ª))?"
_YEAR = r"(?:\d{4}|\d{2})(?![\d:])"
DATE = re.compile(
    r"(?<![\w.,/\-])(?:"
    r"\d{4}[./\-]\d{1,2}[./\-]\d{1,2}(?![\d/\-])"
    r"|\d{1,2}\s?[./\-]\s?\d{1,2}\s?[./\-]\s?(?:\d{4}|\d{2})(?![\d/\-]|[.,]\d)"
    rf"|{_DAY}[\s.,\-/]*(?:day\s+of\s+|of\s+|de\s+|di\s+)?(?:{_MONTH})(?![a-zà-ü])\.?,?[\s\-/.,']*"
    rf"(?:de\s+|del\s+|of\s+)?{_YEAR}"
    rf"|(?:{_MONTH})(?![a-zà-ü])\.?[\s\-/]*{_DAY}[\s,.\-/']*\d{{4}}(?!\d)"
    rf"|(?:{_MONTH})(?![a-zà-ü])\.?[\s\-]\d{{1,2}},?[\s\-]\d{{2}}(?![\d:])"
    rf"|(?:19|20)\d{{2}}[\s\-/.,]+(?:{_MONTH})(?![a-zà-ü])[\s\-/.]*\d{{1,2}}(?!\d)"
    r")",
    re.IGNORECASE,
)
SLASHED = re.compile(r"(?<![\d./\-])(\d{1,2})[/\-](\d{1,2})[/\-](?:\d{4}|\d{2})(?![\d/])")
"""A date whose order of day and month is not told by its marks."""

_CODES = "EUR|USD|GBP|CHF|CAD|AUD|SEK|NOK|DKK|PLN|CZK|JPY|INR|SGD|MYR|HKD|NZD|ZAR|BRL|HUF|RM"
_MONEY = rf"(?:[A-Za-z]{{0,2}}[$€£¥₹]|(?:{_CODES}|SFr\.?|Fr\.|zł|Kč)(?![a-z]))"
_NUMBER = (
    r"\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d{1,4})?|\d{1,3}(?:[ \u00a0\u202f]\d{3})+[.,]\d{2}"
    r"|\d+[.,]\d{1,4}|\d+(?:,-{1,2}|\.-{1,2})?"
)
AMOUNT = re.compile(
    rf"(?<![\w.,/:\-])(?:(?P<lead>[\-−–+(]\s?)?(?P<before>{_MONEY})\s?)?(?P<sign>[\-−–+(]\s?)?(?<![\w.,/])?"
    rf"(?P<number>{_NUMBER})(?P<tail>-(?![\w])|\))?\s?(?P<after>{_MONEY}(?![\w])|%)?"
    r"(?P<side>\s?(?:CR|DR)(?!\w))?\)?(?![\w/:]|[.,\-]\d)"
)
CURRENCY = re.compile(_MONEY + r"|(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])|\b(?:[Ee]uros?|Franken)\b")
MISREAD_SIGN = re.compile(r"(?<![\w$.,])5\$(?=\d)")
"""How scans misread ``S$``: no sign of money stands between two digits."""
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\s?\d{2}(?:[ \u00a0.\-]?[A-Z0-9]{1,4}){3,9}", re.IGNORECASE)
_STATES = "ATU|AT U|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK"
VAT_ID = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_STATES})"
    r"[ \u00a0\-.]?(?=[A-Z0-9 .\-]*\d{2})[A-Z0-9](?:[ .\-]?[A-Z0-9]){6,13}(?![A-Za-z0-9])"
)
EMAIL = re.compile(r"[\w.+%'\-]+@[\w\-]+(?:\.[\w\-]+)+")
PHONE = re.compile(r"(?<![\w.,/])(?:\+|\(|00)?\d[\d\s().\-/]{5,18}\d(?![\w])")
BIC = re.compile(r"(?<![A-Za-z0-9])[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
DURATION = re.compile(
    rf"(?<![\w])(?:(?:{_any(set(NUMBER_WORDS))})(?:[\s\-]*\(\s*\d{{1,3}}\s*\))?|\(?\d{{1,3}}\)?)[\s\-]+"
    r"(?:full\s+|calendar\s+|business\s+|consecutive\s+)?"
    rf"(?:{_any({*UNIT_WORDS, 'année', 'années', 'día', 'días', 'año', 'años'})})(?![\w])"
    rf"|(?<![\w])(?:{_any(set(ORDINALS))}|\d{{1,2}}(?:st|nd|rd|th))(?:\s*\(\d{{1,2}}\w*\))?\s+anniversary\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_][^\W\d_.\-]*")
TOWN = re.compile(
    r"\b(?:[A-Z]{1,2}-)?(?:\d{4,5}(?:[ \-]\d{3,4})?|\d{2}-\d{3}|\d{3}-\d{4})\b\s*,?\s*[^\W\d]{2,}"
    r"|[^\W\d]{2,}[,.]?\s+[A-Z]{2}\.?,?\s+\d{5}\b|[^\W\d]{2,},?\s+\d{4,6}\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b|\b\d{4}\s?[A-Z]{2}\b"
)
"""A postal code with its town, as most of Europe, the United States, Britain and the Netherlands write it."""
CAPITALISED = re.compile(
    r"(?:[A-ZÀ-Ý0-9][\w&.'’\-/]*|\bde\b|\bof\b|\bthe\b|\bund\b|\band\b|&)"
    r"(?:\s+[“\"„«][A-ZÀ-Ý][\w&.'’\-/]*[”\"“»]"
    r"|,?\s+(?:\(haftungsbeschränkt\)|[A-ZÀ-Ý0-9][\w&.'’\-/]*|[dl]['’][A-ZÀ-Ý][\w'’\-]*"
    r"|z o\.\s?o\.?|à r\.\s?l\.?"
    r"|(?:e\.\s?[KVGU]|[sa]\.\s?r\.\s?[lo]|s\.p\.a|[bn]\.v|d\.o\.o)\.?(?!\w)"
    r"|of|the|de|du|la|und|and|&|for))*"
)
AMERICAN = re.compile(r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b|\bUSD?\b|\bUSA\b|(?<![A-Z])\$\s?\d")
ELSEWHERE = re.compile(r"£|€|\b(?:GBP|EUR|VAT|GST|RM ?\d|CHF|MYR|SGD|AUD)\b|\.co\.uk")
"""Signs of where a document was made, for the order of day and month."""

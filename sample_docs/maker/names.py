"""Made-up names and places (words/names.yaml), mostly by country code."""

from maker.words import load

_HELD = load("names")

FIRST: dict[str, list[str]] = _HELD["first"]
LAST: dict[str, list[str]] = _HELD["last"]
TOWNS: dict[str, list[str]] = _HELD["towns"]
STREETS: dict[str, list[str]] = _HELD["streets"]
STATES: list[str] = _HELD["states"]
STEMS: dict[str, list[str]] = _HELD["stems"]
TRADES: dict[str, list[str]] = _HELD["trades"]
SHOPS: dict[str, list[str]] = _HELD["shops"]
FORMS: dict[str, list[str]] = _HELD["forms"]
LONG_FORMS: dict[str, str] = _HELD["long_forms"]
BANKS: dict[str, list[str]] = _HELD["banks"]
INSURERS: dict[str, list[str]] = _HELD["insurers"]
COUNTRIES: dict[str, dict[str, str]] = _HELD["countries"]
"""Names of countries by language, then country."""
CURRENCY: dict[str, str] = _HELD["currency"]
LANGUAGE: dict[str, str] = _HELD["language"]

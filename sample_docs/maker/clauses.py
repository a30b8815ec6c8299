"""The wording of contracts (words/clauses.yaml), by language; `{name}` in it stands for a value."""

from maker.words import load

_HELD = load("clauses")

TITLES: dict[str, list[str]] = _HELD["titles"]
LAWS: dict[str, list[str]] = _HELD["laws"]
"""By country."""
WORDS: dict[str, dict[str, list[str]]] = _HELD["words"]
OPENINGS: dict[str, list[str]] = _HELD["openings"]
TERMS: dict[str, tuple[str, str]] = _HELD["terms"]
"""Title and text, as in the following."""
PRICES: dict[str, tuple[str, str]] = _HELD["prices"]
GOVERNING: dict[str, tuple[str, str]] = _HELD["governing"]
CLAUSES: dict[str, list[tuple[str, str]]] = _HELD["clauses"]
UNITS: dict[str, dict[str, tuple[str, str]]] = _HELD["units"]
"""One and many."""
NUMERALS: dict[str, str] = _HELD["numerals"]

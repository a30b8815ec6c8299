"""Numbers of bank accounts in a text: where they end, and whether they are some."""

import re

from countersign.domain.values import is_country_code, is_iban

_WORD_BEHIND = re.compile(r"[ \u00a0]?[A-Za-z][A-Za-z \u00a0]{2,}$")


def squeezed(text: str) -> str:
    """Return the letters and digits in capitals."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def without_word(text: str) -> str:
    """Take off a word that is no part of the account before it, such as a label in the next column."""
    return _WORD_BEHIND.sub("", text)


def valid_length(text: str) -> int:
    """Return how many characters from the start are an IBAN whose check digits hold, 0 for none."""
    for length in range(len(text), 14, -1):
        if text[length - 1].isalnum() and is_iban(squeezed(text[:length])):
            return length
    return 0


def is_account(text: str) -> bool:
    """Say whether a text has the country and the length of an IBAN, whatever its check digits."""
    value = squeezed(text)
    digits = sum(char.isdigit() for char in value)
    return 15 <= len(value) <= 34 and digits >= 10 and is_country_code(value[:2])

"""Tells the lines of a letterhead that belong to no name or address: numbers, how to call, headings."""

import re

from countersign.agents.lexicons import all_stop_words, name_words
from countersign.agents.patterns import DATE, PHONE
from countersign.agents.sheet import pieces

_REACH = re.compile(
    r"\b(?:tel|telp|telephone|telefon|téléphone|phone|fax|hp|mobile|mobil|whats ?app|hotline|e-?mail|"
    r"https?|www|gst|sst|vat|ust|mwst|siret|tva|co\.? ?no|reg\.? ?no|ssm)\b|\w@\w[\w-]*\.\w",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\d{7,}|\d{6}-?[A-Z]?\b(?!\s*[^\W\d])|\b[A-Z]{1,3}\d{6,}")
"""A number too long for a house or a postal code before its town: a registration, an account."""
_REGISTERED = re.compile(r"\W*\d{3,}\s?-\s?[A-Z]\W*")
_CALLED = re.compile(r":\s*\+?[\d\s()./-]{6,}$")
"""A number behind a colon that closes a line: ``Helpdesk: 0800 55 1234``."""
_FILED = re.compile(r"\w:\d+\b.*\w:\d")
_POSTAL = re.compile(r"[^\W\d]{3,},?\s+\d{6}\W*$")
_MOST = 0.5
"""Share of a line that a telephone number takes where the line is one."""


def is_reach(text: str) -> bool:
    """Say whether a line tells how to reach someone, or holds a number that is no part of an address."""
    if _CALLED.search(text) or is_filed(text) or _REGISTERED.fullmatch(text):
        return True
    if _REACH.search(text) or (_NUMBERED.search(text) and not _POSTAL.search(text)):
        return True
    phone = PHONE.search(text)
    return phone is not None and len(phone[0]) > _MOST * len(text.strip())


def is_heading(text: str) -> bool:
    """Say whether a line only says what the paper is: ``TAX INVOICE``, also where a scan lost the space."""
    lists = name_words()
    words = lists["titles"] | lists["slips"]
    parts = pieces(text)
    return 0 < len(parts) <= 4 and all(part in words or _is_run_together(part, words) for part in parts)


def _is_run_together(part: str, words: frozenset[str]) -> bool:
    return any(part[:cut] in words and part[cut:] in words for cut in range(3, len(part) - 2))


def is_filed(text: str) -> bool:
    """Say whether a line holds several labels with their numbers, as a till prints them."""
    return bool(_FILED.search(text))


def is_said(text: str) -> bool:
    """Say whether a line goes on a sentence: ``within 7 days with the receipt``."""
    parts = set(pieces(text))
    return (
        text[:1].islower()
        and not parts.isdisjoint(all_stop_words())
        and parts.isdisjoint(name_words()["street"])
    )


def is_aside(text: str) -> bool:
    """Say whether no address goes on at a line: how to reach someone, a date, a heading, a sentence."""
    return is_reach(text) or bool(DATE.search(text)) or is_heading(text) or is_said(text)

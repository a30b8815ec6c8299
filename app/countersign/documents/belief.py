"""What the desk believes of a child's answer: a child that a document took over may say anything."""

import math

from countersign.domain.document import MediaType, Opened, Page, PageImage, Refusal, Rule, TextSource

CODES = frozenset(
    {"encrypted", "empty_file", "too_many_pages", "too_large", "unsupported_format", "unreadable_document"}
)
"""What a document can be refused for."""

MOST_RULES = 3_000
"""Lines and frames a page."""

_FARTHEST = 1_000_000.0  # points; a PDF page is at most 14,400 × its user unit


def believed_opened(
    untrusted: Opened | None, sha256: str, media_type: MediaType, max_pages: int
) -> Opened | None:
    """Return the answer when it is about the document asked for and every number in it can be."""
    if untrusted is None or (untrusted.sha256, untrusted.media_type) != (sha256, media_type):
        return None
    count = len(untrusted.pages)
    if not 1 <= count <= max_pages:
        return None
    if any(page.number != n or not _is_sound(page) for n, page in enumerate(untrusted.pages)):
        return None
    if any(page.source is TextSource.OCR for page in untrusted.pages):
        return None
    if any(not 0 <= widget.page < count for widget in untrusted.widgets):
        return None
    return untrusted


def believed_page(untrusted: Page | None, number: int) -> Page | None:
    """Return the page when it is the one asked for, read by OCR, and every number in it can be."""
    if untrusted is None or untrusted.number != number or untrusted.source is not TextSource.OCR:
        return None
    return untrusted if _is_sound(untrusted) else None


def believed_image(untrusted_width: int, untrusted_height: int, untrusted_rgb: bytes) -> PageImage | None:
    """Return the picture when its bytes are as many as its size says."""
    if untrusted_width < 1 or untrusted_height < 1:
        return None
    if untrusted_width * untrusted_height * 3 != len(untrusted_rgb):
        return None
    return PageImage(width=untrusted_width, height=untrusted_height, rgb=untrusted_rgb)


def believed_refusal(untrusted: Refusal) -> Refusal:
    """Return the refusal with a code that there is and a detail that fits a line."""
    detail = " ".join(untrusted.detail.split())[:300]
    return Refusal(code=untrusted.code if untrusted.code in CODES else "unreadable_document", detail=detail)


def _is_sound(untrusted: Page) -> bool:
    if not (0 < untrusted.width < _FARTHEST and 0 < untrusted.height < _FARTHEST):
        return False
    if untrusted.hidden_words < 0 or max(len(untrusted.rules), len(untrusted.windows)) > MOST_RULES:
        return False
    if not all(_is_sound_rule(rule) for rule in (*untrusted.rules, *untrusted.windows)):
        return False
    return all(
        math.isfinite(word.size)
        and 0 <= word.confidence <= 100
        and -_FARTHEST < word.x0 <= word.x1 < _FARTHEST
        and -_FARTHEST < word.y0 <= word.y1 < _FARTHEST
        for word in untrusted.words
    )


def _is_sound_rule(untrusted: Rule) -> bool:
    return (
        0 <= untrusted.ink <= 100
        and -_FARTHEST < untrusted.x0 <= untrusted.x1 < _FARTHEST
        and -_FARTHEST < untrusted.y0 <= untrusted.y1 < _FARTHEST
    )

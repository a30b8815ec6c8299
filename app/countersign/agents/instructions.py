"""Finds what a document says to software instead of to people: orders in its text, seen or hidden.

Nothing follows from such an order but a flag. Its words on a page are withheld from all who read values,
so that a sum, a currency or a name in it is none of the document.
"""

import operator
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from time import perf_counter

from countersign.agents.lexicons import orders, phrase
from countersign.agents.sheet import pieces
from countersign.agents.sheets import Holder
from countersign.domain.base import Frozen
from countersign.domain.document import Opened, Page, Word
from countersign.domain.event import Checked
from countersign.domain.geometry import Box
from countersign.domain.reason import Reason

_LONG_ENOUGH = 16
"""Letters from which a phrase is looked for also where something was put between its letters."""
_LETTERS_APART = 10
"""Single letters in a row that no text has by itself."""
_BETWEEN = 20
"""Letters that stand for `{any}` there."""
_BLOCK = 0.6
"""Heights of a line that lie between two of a block at most."""
_NEAR, _NEARER = 12, 8
"""Words between two that make an order only together."""
_TOLD = 3
"""Orders that a person is told of."""
_PLACES = {
    "page": "on page {page}",
    "hidden_text": "in text on page {page} that no eye can see",
    "off_page": "in text outside of page {page}",
    "annotation": "in a note on page {page}",
    "form_field": "in a form field of page {page}",
    "code": "in a QR code on page {page}",
    "metadata": "in the properties of the file",
    "attachment_name": "in the name of a file",
    "outline": "in the outline",
    "data": "in the data that it carries",
}


class Told(Frozen):
    """An order that a document tries to give."""

    said: str
    """The words that say so, folded."""
    where: str
    """``page``, or as `Aside.where`, ``data`` for what an e-invoice carries."""
    page: int | None = None

    def __str__(self) -> str:
        """Say it for a person."""
        return f"{self.said}, {_PLACES[self.where].format(page=(self.page or 0) + 1)}"


def check(opened: Opened, names: Iterable[str] = ()) -> Checked:
    """Say whether a document speaks to software; `names` are those of its files."""
    begun = perf_counter()
    found = find(opened, names)
    told = tuple(dict.fromkeys(map(str, found)))
    reasons = (Reason(code="instruction_in_document", detail="; ".join(told[:_TOLD])),) if told else ()
    return Checked(
        passed=(),
        findings=reasons,
        facts={
            "document.gives_orders": bool(found),
            "document.hidden_words": sum(page.hidden_words for page in opened.pages),
        },
        milliseconds=round((perf_counter() - begun) * 1000),
    )


def find(opened: Opened, names: Iterable[str] = ()) -> tuple[Told, ...]:
    """Return every order that a document tries to give, wherever it stands in the file."""
    found = [
        Told(said=said, where="page", page=page.number)
        for page in opened.pages
        for said in _said(_text(page.words))
    ]
    asides = [*opened.asides, *(aside for page in opened.pages for aside in page.asides)]
    found += [
        Told(said=said, where=aside.where, page=aside.page) for aside in asides for said in _said(aside.text)
    ]
    found += [
        Told(said=said, where="form_field", page=widget.page)
        for widget in opened.widgets
        for said in _said(f"{widget.label} {widget.value}")
    ]
    found += [Told(said=said, where="data") for text in _data(opened) for said in _said(text)]
    found += [Told(said=said, where="attachment_name") for name in names for said in _said(name)]
    return tuple(dict.fromkeys(found))


def withheld(opened: Opened) -> Opened:
    """Return a document without the words that speak to software: nobody reads values from them.

    The very same document where there are none.
    """
    return _withheld(Holder(opened))


@lru_cache(maxsize=4)
def _withheld(holder: Holder) -> Opened:
    opened = holder.opened
    pages = tuple(_page_without(page) for page in opened.pages)
    widgets = tuple(w for w in opened.widgets if not _said(f"{w.label} {w.value}"))
    if all(map(operator.is_, pages, opened.pages)) and len(widgets) == len(opened.widgets):
        return opened
    return opened.model_copy(update={"pages": pages, "widgets": widgets})


def _page_without(page: Page) -> Page:
    if not _said(_text(page.words)):
        return page
    lines = _lines_of_orders(page)
    return page.model_copy(update={"words": tuple(word for word in page.words if word.line not in lines)})


def _lines_of_orders(page: Page) -> frozenset[int]:
    """Return the numbers of the lines that belong to an order: its own, and the rest of its block."""
    lines: dict[int, list[Word]] = {}
    for word in page.words:
        lines.setdefault(word.line, []).append(word)
    speaking = {number for number, words in lines.items() if _said(_text(words))}
    held = set(speaking)
    for one, other in pairwise(lines):  # an order may run on into the next line
        if not speaking & {one, other} and _said(_text([*lines[one], *lines[other]])):
            held |= {one, other}
    boxes = {number: Box.around(word.box for word in words) for number, words in lines.items()}
    todo = list(held)
    while todo:
        box = boxes[todo.pop()]
        near = {n for n, other in boxes.items() if n not in held and _continues(box, other)}
        held |= near
        todo += near
    return frozenset(held)


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _continues(one: Box, other: Box) -> bool:
    """Say whether two lines follow each other in one block: as high, close above or below."""
    high, as_high = one.y1 - one.y0, other.y1 - other.y0
    gap = max(one.y0, other.y0) - min(one.y1, other.y1)
    beside = min(one.x1, other.x1) - max(one.x0, other.x0)
    return beside > 0 and -0.5 * high < gap < _BLOCK * high and abs(high - as_high) < 0.15 * high


def _data(opened: Opened) -> Iterator[str]:
    if opened.einvoice is not None:
        yield from opened.einvoice.values.values()
        yield from (value for row in opened.einvoice.rows for value in row.values())


@lru_cache(maxsize=64)
def _said(text: str) -> tuple[str, ...]:
    """Return the orders in a text, the same words once."""
    plain = text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")
    folded = [piece for word in plain.replace("_", " ").split() for piece in pieces(word)]
    found = [match[0] for match in _pattern().finditer(" ".join(folded))] if _may_say(set(folded)) else []
    if not found and _are_letters_apart(folded):
        found = [match[0] for match in _letters().finditer("".join(folded))]
    return tuple(dict.fromkeys(found))


def _may_say(words: set[str]) -> bool:
    """Say whether the words of any order are there, in whatever order: most texts are done with here."""
    needed = _needed()
    if any(wanted <= words for wanted in needed["phrases"]):
        return True
    there = {kind: any(wanted <= words for wanted in all) for kind, all in needed.items()}
    return (there["readers"] and there["acts"]) or (there["forget"] and there["told"])


def _are_letters_apart(folded: Sequence[str]) -> bool:
    """Say whether many single letters follow each other, as where a text is spaced out."""
    row = 0
    for piece in folded:
        row = row + 1 if len(piece) == 1 else 0
        if row >= _LETTERS_APART:
            return True
    return False


@lru_cache(maxsize=1)
def _needed() -> dict[str, tuple[frozenset[str], ...]]:
    """Return the words that each order needs, by kind."""
    return {
        kind: tuple({frozenset(one.replace("{any}", "").split()) for one in all})
        for kind, all in orders().items()
    }


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    held = orders()
    whole = [re.escape(order).replace(r"\{any\}\ ", r"(?:\w+ ){0,3}") for order in held["phrases"]]
    readers, acts, forget, told = (
        f"(?:{'|'.join(sorted(map(re.escape, held[kind]), key=len, reverse=True))})"
        for kind in ("readers", "acts", "forget", "told")
    )
    near = [
        rf"{readers}\b(?: \w+){{0,{_NEAR}}}? {acts}",
        rf"{acts}\b(?: \w+){{0,{_NEAR}}}? {readers}",
        rf"{forget}\b(?: \w+){{0,{_NEARER}}}? {told}",
    ]
    return re.compile(r"\b(?:" + "|".join([*whole, *near]) + r")\b")


@lru_cache(maxsize=1)
def _letters() -> re.Pattern[str]:
    """Return what finds the longer phrases by their letters alone."""
    parts = [["".join(phrase(part)) for part in order.split("{any}")] for order in orders()["phrases"]]
    long = [part for part in parts if sum(map(len, part)) >= _LONG_ENOUGH]
    between = rf"[a-z0-9]{{0,{_BETWEEN}}}?"
    return re.compile("|".join(between.join(map(re.escape, part)) for part in long))

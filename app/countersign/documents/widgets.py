"""The filled form fields of a PDF."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import pymupdf

from countersign.documents.layer import Layer
from countersign.domain.dates import fold
from countersign.domain.document import Widget, Word
from countersign.domain.geometry import Box
from countersign.domain.numerals import as_decimal

_UNSEEN = 1 | 2 | 32
"""Flags of an annotation (ISO 32000-1, 12.5.3): invisible, hidden, no view. None of these is drawn."""
_WRITTEN = (pymupdf.PDF_WIDGET_TYPE_TEXT, pymupdf.PDF_WIDGET_TYPE_COMBOBOX)
"""Fields whose value is drawn as words: a tick is a mark, and a list shows more than was chosen."""
_NO_TICK = ("0",)
"""What some forms hold for a box without a tick, which draws nothing."""
_HIDDEN = "6"
"""Flags: hidden, and printed with the page."""


class Filled(NamedTuple):
    """The fields of a page that hold something."""

    seen: tuple[Widget, ...]
    """What a reader of the page can see, as it is drawn."""
    hidden: tuple[str, ...]
    """Words of what no eye can see."""


def filled_widgets(page: pymupdf.Page, layer: Layer) -> Filled:
    """Return the fields of a page that hold something, held against what is drawn in their places."""
    seen: list[Widget] = []
    hidden: list[str] = []
    for field in page.widgets():
        if not _value(field):
            continue
        widget = _widget(page, field)
        drawn = _drawn(widget, layer)
        if not _is_seen(page, field) or drawn is None:
            hidden.extend(widget.value.split())
        elif field.field_type not in _WRITTEN or _is_shown(widget.value, drawn):
            seen.append(widget)
        else:
            seen.append(widget.model_copy(update={"value": drawn, "told": widget.value}))
    return Filled(tuple(seen), tuple(hidden))


def _drawn(widget: Widget, layer: Layer) -> str | None:
    """Return the words that stand in the place of a field; None where nothing at all does."""
    box = widget.box
    if box.x1 <= 0 or box.y1 <= 0 or box.x0 >= layer.width or box.y0 >= layer.height:
        return None
    words = [word for word in layer.words if _is_in(word, box)]
    if not words and widget.value not in _NO_TICK and layer.grey.is_even(box.x0, box.y0, box.x1, box.y1):
        return None
    return " ".join(word.text for word in words)


def _is_in(word: Word, box: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


def _is_shown(value: str, drawn: str) -> bool:
    """Say whether what is drawn can be the value: cut off, set out in cells, or written as a form does.

    Signs that cannot be told from the file, as of a font without names, contradict nothing.
    """
    told, seen = _signs(value), _signs(drawn)
    if not seen or told in seen or seen in told or Counter(told) == Counter(seen):
        return True
    numbers = as_decimal(value), as_decimal(re.sub(r"[^\d.\-]", "", drawn))
    return None not in numbers and numbers[0] == numbers[1]


def _signs(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


def flatten(pdf: pymupdf.Document, pages: Iterable[pymupdf.Page]) -> None:
    """Make the fields of the form part of its pages; those that no eye can see leave nothing there."""
    for page in pages:
        for widget in page.widgets():
            if not _is_seen(page, widget):
                pdf.xref_set_key(widget.xref, "F", _HIDDEN)
    pdf.bake(annots=False, widgets=True)


def _is_seen(page: pymupdf.Page, widget: pymupdf.Widget) -> bool:
    kind, flags = page.parent.xref_get_key(widget.xref, "F")
    return kind != "int" or not int(flags) & _UNSEEN


def _widget(page: pymupdf.Page, widget: pymupdf.Widget) -> Widget:
    rectangle = (widget.rect * page.rotation_matrix).normalize()
    return Widget(
        name=widget.field_name or "",
        label=widget.field_label or "",
        value=_value(widget),
        page=page.number,
        box=Box(x0=rectangle.x0, y0=rectangle.y0, x1=rectangle.x1, y1=rectangle.y1),
    )


def _value(widget: pymupdf.Widget) -> str:
    """Return what a field holds; nothing for a button, a box without a tick, a signature or a password."""
    if widget.field_type in (pymupdf.PDF_WIDGET_TYPE_BUTTON, pymupdf.PDF_WIDGET_TYPE_SIGNATURE):
        return ""
    value = widget.field_value
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = str(value or "").strip()
    is_tick = widget.field_type in (pymupdf.PDF_WIDGET_TYPE_CHECKBOX, pymupdf.PDF_WIDGET_TYPE_RADIOBUTTON)
    return "" if is_tick and text in ("Off", "False", "") else text

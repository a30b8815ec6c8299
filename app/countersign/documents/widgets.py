"""The filled form fields of a PDF."""

from collections.abc import Iterable

import pymupdf

from countersign.domain.document import Widget
from countersign.domain.geometry import Box

_UNSEEN = 1 | 2 | 32
"""Flags of an annotation (ISO 32000-1, 12.5.3): invisible, hidden, no view. None of these is drawn."""
_HIDDEN = "6"
"""Flags: hidden, and printed with the page."""


def filled_widgets(pages: Iterable[pymupdf.Page]) -> tuple[Widget, ...]:
    """Return the fields that hold something and that a reader of the page can see, in page order."""
    return tuple(
        _widget(page, widget)
        for page in pages
        for widget in page.widgets()
        if _is_seen(page, widget) and _value(widget)
    )


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

"""What goes into a bundle and what stays, and what to do with the finished one, as pages of text."""

from collections.abc import Iterable
from html import escape

from PySide6.QtCore import QLocale

from countersign.insight.bundle.scope import Bundle, Part, Preview
from countersign.ui.look import record_words as said
from countersign.ui.look.colours import Colours
from countersign.ui.models import show
from countersign.ui.models.record_page import fingerprint

UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def preview_page(preview: Preview | None, locale: QLocale, colours: Colours) -> str:
    """Return the preview as rich text; without one, that it is on its way."""
    if preview is None:
        return f'<p style="color:{colours.muted}">{escape(said.PREVIEWING)}</p>'
    if not preview.cases:
        return f'<p style="font-weight:600">{escape(said.NO_CASES_FIT)}</p>'
    head = said.preview(_count(preview.cases, locale), preview.cases, size(preview.bytes_estimate, locale))
    parts = [f'<p style="font-size:15px;font-weight:600;margin-top:0;margin-bottom:2px">{escape(head)}</p>']
    if preview.first is not None and preview.last is not None:
        span = said.between(show.moment(preview.first, locale), show.moment(preview.last, locale))
        parts.append(f'<p style="color:{colours.muted};margin-top:0">{escape(span)}</p>')
    parts += [_warning(warning, colours) for warning in preview.warnings]
    parts.append(_parts(said.GOES_IN, preview.goes_in, locale, colours))
    parts.append(_parts(said.STAYS, preview.withheld, locale, colours) or _nothing(colours))
    return "".join(parts)


def result_page(bundle: Bundle, locale: QLocale, colours: Colours) -> str:
    """Return where the bundle lies and what its receiver needs."""
    cases, records = _count(bundle.cases, locale), _count(bundle.records, locale)
    held = said.bundle_holds(cases, records, size(bundle.bytes, locale))
    return (
        f'<p style="margin-top:0">{escape(held)}</p>'
        f'<p style="font-weight:600">{escape(str(bundle.path))}</p>'
        f'<p style="margin-top:16px;color:{colours.muted}">{escape(said.FINGERPRINT_HINT)}</p>'
        f'<p style="font-size:17px;font-weight:600">{escape(fingerprint(bundle.fingerprint))}</p>'
        f'<p style="margin-top:16px;color:{colours.muted}">{escape(said.VERIFY_HINT)}</p>'
    )


def size(octets: int, locale: QLocale) -> str:
    """Write a number of bytes for people."""
    for unit, name in UNITS:
        if octets >= unit:
            tenths = octets * 10 // unit
            written = f"{tenths // 10}.{tenths % 10}" if tenths < 100 else str(tenths // 10)
            return f"{show.number(written, locale)} {name}"
    return f"{octets} B"


def _parts(title: str, parts: Iterable[Part], locale: QLocale, colours: Colours) -> str:
    left = "padding:2px 10px 2px 0;font-weight:600"
    rows = "".join(
        f'<tr><td align="right" style="{left}">{_count(part.count, locale)}</td>'
        f'<td style="padding:2px 0">{escape(part.name)}'
        f'<br><span style="color:{colours.muted}">{escape(part.why)}</span></td></tr>'
        for part in parts
    )
    return f"{_title(title)}<table>{rows}</table>" if rows else ""


def _nothing(colours: Colours) -> str:
    none = f'<p style="margin-top:2px;color:{colours.muted}">{escape(said.NOTHING_STAYS)}</p>'
    return f"{_title(said.STAYS)}{none}"


def _title(text: str) -> str:
    return f'<p style="font-weight:600;margin-top:12px;margin-bottom:2px">{escape(text)}</p>'


def _warning(text: str, colours: Colours) -> str:
    whole = f"{said.MIND} {text}"
    return f'<p style="color:{colours.doubt};font-weight:500;margin-top:4px">{escape(whole)}</p>'


def _count(number: int, locale: QLocale) -> str:
    return show.number(str(number), locale)

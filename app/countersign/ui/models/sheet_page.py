"""An agent's review sheet as rich text, and the periods that it can be made for."""

from datetime import date, timedelta
from html import escape

from PySide6.QtCore import QLocale

from countersign.domain.agents_seen import Period, ReviewSheet, SheetPart, SheetRow
from countersign.ui.look import agents_words as said
from countersign.ui.look.colours import Colours
from countersign.ui.models import show

CASE_LINK = "case:"
BLOCKS = "▁▂▃▄▅▆▇█"


def periods(today: date) -> tuple[Period, ...]:
    """Return the periods that `agents_words.PERIODS` names, as of a day."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return (
        Period(first=today - timedelta(days=6), last=today),
        Period(first=today - timedelta(days=29), last=today),
        Period(first=month, last=today),
        Period(first=before.replace(day=1), last=before),
        Period(first=today, last=today),
    )


def sheet_page(sheet: ReviewSheet, locale: QLocale, colours: Colours) -> str:
    """Return the sheet as rich text; a row with a case carries a link to it."""
    first, last = (show.day(day.isoformat(), locale) for day in (sheet.period.first, sheet.period.last))
    made = show.moment(sheet.made_at, locale)
    head = (
        f'<p style="color:{colours.muted};margin:0">{escape(said.sheet_head(first, last, made))}</p>'
        f'<p style="margin:6px 0 4px 0">{escape(sheet.summary)}</p>'
    )
    return head + "".join(_part(part, colours) for part in sheet.parts)


def _part(part: SheetPart, colours: Colours) -> str:
    about = f'<span style="color:{colours.muted}"> {escape(part.about)}</span>' if part.about else ""
    course = f'<p style="margin:2px 0;color:{colours.accent}">{_course(part.days)}</p>' if part.days else ""
    rows = "".join(_row(row, colours) for row in part.rows)
    return (
        f'<p style="margin:18px 0 6px 0"><span style="font-weight:600">{escape(part.title)}</span>{about}</p>'
        f'{course}<table width="100%" cellspacing="0" cellpadding="0">{rows}</table>'
    )


def _row(row: SheetRow, colours: Colours) -> str:
    ink = colours.poor if row.is_missed else colours.text
    missed = f" – {said.MISSED}" if row.is_missed else ""
    link = (
        f' <a href="{CASE_LINK}{escape(row.case)}" style="color:{colours.accent}">{escape(row.case)}</a>'
        if row.case
        else ""
    )
    return (
        f'<tr><td width="190" style="color:{colours.muted};padding:3px 12px 3px 0">{escape(row.name)}</td>'
        f'<td style="color:{ink};padding:3px 0">{escape(row.text + missed)}{link}</td></tr>'
    )


def _course(days: tuple[int, ...]) -> str:
    """Draw one block a day, the highest for the most."""
    most = max(1, *days)
    return "".join(BLOCKS[min(len(BLOCKS) - 1, count * len(BLOCKS) // (most + 1))] for count in days)

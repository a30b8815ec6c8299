"""An agent's review sheet, laid out for the printer."""

from countersign.domain.agents_seen import ReviewSheet, SheetPart, SheetRow
from countersign.insight.page import moment
from countersign.insight.paper import text
from countersign.insight.sheet import STYLE as BASE
from countersign.insight.sheet import WIDE

STYLE = f"""{BASE}
.label{{width:130pt}}
.wide{{width:372pt}}
.text{{width:275pt}}
.case{{width:86pt;color:#6b7280}}
"""
"""As the page of a case, with room for longer labels."""


def title_of(sheet: ReviewSheet) -> str:
    """Return what stands at the foot of each page."""
    return f"Review of {sheet.agent}, {sheet.period.first} to {sheet.period.last}"


def html(sheet: ReviewSheet) -> str:
    """Return the sheet as HTML for `paper.pdf`, together with `STYLE`."""
    head = (
        '<table><tr><td class="brand">Countersign</td>'
        f'<td class="number">made {text(moment(sheet.made_at))}</td></tr></table>'
        f"<h1>{text(title_of(sheet), WIDE)}</h1>"
        f'<p class="answer">{text(sheet.summary)}</p>'
    )
    return f"<body>{head}{''.join(map(_part, sheet.parts))}</body>"


def _part(part: SheetPart) -> str:
    about = f'<p class="note">{text(part.about)}</p>' if part.about else ""
    body = "".join(map(_row, part.rows))
    return f"<h2>{text(part.title)}</h2>{about}" + (f"<table>{body}</table>" if body else "")


def _row(row: SheetRow) -> str:
    name = f'<span class="bad">✗ {text(row.name)}</span>' if row.is_missed else text(row.name)
    case = f'<td class="case">{text(row.case)}</td>' if row.case else ""
    told = f'<td class="{"text" if row.case else "wide"}">{text(row.text, WIDE)}</td>'
    return f'<tr class="rule"><td class="label">{name}</td>{told}{case}</tr>'

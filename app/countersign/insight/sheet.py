"""The page that explains a case, laid out for the printer: one A4 sheet for an ordinary case."""

from collections.abc import Iterator

from countersign.insight.explained import Explanation
from countersign.insight.page import Line, Section, sections
from countersign.insight.paper import text

WIDE = 72
"""Signs of a word that surely fit beside a label: a hash does, and is then not broken."""
SIGN, SPARE, WIDEST, FRAME, GAP = 3.5, 6, 180, 519, 5
"""Points: a sign on average, what a short text may need more, the most that a tight column gets, the whole
line, and what stands between columns (as in `STYLE`)."""
STYLE = """
body{font-family:Inter;font-size:6.7pt;line-height:1.18;color:#1f2430;margin:0}
table{border-collapse:collapse;width:100%;margin:0}
td,th{padding:0.65pt 5pt 0.65pt 0;vertical-align:top;text-align:left;font-weight:normal}
th{color:#6b7280;font-size:6pt;border-bottom:0.6pt solid #c9ced8}
.label{color:#6b7280;width:70pt}
.right{text-align:right}
.rule td{border-bottom:0.4pt solid #e7e9ee}
.good{color:#1a7f4b;font-weight:bold}
.bad{color:#b3261e;font-weight:bold}
.brand{font-size:7pt;font-weight:bold;color:#2f5fd0}
.number{font-size:7pt;color:#6b7280;text-align:right}
.note{color:#6b7280;margin:1.5pt 0 0 0}
h1{font-size:13.5pt;font-weight:bold;margin:3pt 0 1.5pt 0;line-height:1.15}
.answer{font-size:8.6pt;margin:0 0 3pt 0;line-height:1.3}
h2{font-size:7.6pt;font-weight:bold;color:#2f5fd0;margin:4.5pt 0 0.8pt 0}
"""
"""What MuPDF's Story knows of CSS; lengths in points."""


def title_of(explained: Explanation) -> str:
    """Return what stands at the foot of each page."""
    return f"Case {explained.case}: who decided, by what right, on what evidence"


def html(explained: Explanation) -> str:
    """Return the page as HTML for `paper.pdf`, together with `STYLE`."""
    head = (
        '<table><tr><td class="brand">Countersign</td>'
        f'<td class="number">{text(explained.case)}</td></tr></table>'
        f"<h1>{text(explained.subject)}</h1>"
        f'<p class="answer">{text(explained.answer)}</p>'
    )
    return f"<body>{head}{''.join(map(_section, sections(explained)))}</body>"


def _section(section: Section) -> str:
    body = "".join(_columns(section) if section.columns else _pairs(section))
    table = f"<table>{body}</table>" if body else ""
    note = f'<p class="note">{text(section.note)}</p>' if section.note else ""
    return f"<h2>{text(section.title)}</h2>{table}{note}"


def _pairs(section: Section) -> Iterator[str]:
    for line in section.lines:
        label, *said = line.cells
        yield f'<tr><td class="label">{text(label)}</td><td>{text(" ".join(said), WIDE)}</td></tr>'


def _columns(section: Section) -> Iterator[str]:
    """Lay a table out; a column in which nothing stands is left out."""
    filled = [at for at in range(len(section.columns)) if any(line.cells[at] for line in section.lines)]
    widths = _widths(section, filled)
    heads = (
        f'<th{_class(section, at)} style="width:{widths[at]:.0f}pt">{text(section.columns[at])}</th>'
        for at in filled
    )
    yield f"<tr>{''.join(heads)}</tr>"
    for line in section.lines:
        cells = (f"<td{_class(section, at, line)}>{text(line.cells[at])}</td>" for at in filled)
        yield f'<tr class="rule">{"".join(cells)}</tr>'


def _widths(section: Section, filled: list[int]) -> dict[int, float]:
    """Return the width of each column in points: tight ones as their text needs, the rest by their length."""
    signs = {
        at: max(len(cell) for cell in (section.columns[at], *(line.cells[at] for line in section.lines)))
        for at in filled
    }
    tight = {at: min(signs[at] * SIGN + SPARE, WIDEST) for at in filled if at in section.tight}
    loose = {at: min(max(signs[at], 10), 90) for at in filled if at not in tight}
    left = max(FRAME - GAP * len(filled) - sum(tight.values()), 0)
    return {**tight, **{at: left * weight / sum(loose.values()) for at, weight in loose.items()}}


def _class(section: Section, at: int, line: Line | None = None) -> str:
    names = ["right"] if at in section.right else []
    marked = min(section.right, default=0)  # the first number, else the first column, shows if it passed
    if line is not None and at == marked and line.is_good is not None:
        names += ["bad"] if not line.is_good else ["good"] if at == 0 else []
    return f' class="{" ".join(names)}"' if names else ""

"""A case on one page, for people: as it stands, and why it does."""

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.text import Text

from countersign.cli.tables import facts, table
from countersign.cli.terminal import plain
from countersign.domain.case import CaseFile, FieldState
from countersign.domain.confidence import percent
from countersign.domain.reading import Evidence, Row
from countersign.domain.time import iso
from countersign.insight.explained import Explanation
from countersign.insight.page import Section, sections
from countersign.insight.tell import spaced
from countersign.settings.catalogue import Catalogue


def show(case: CaseFile, catalogue: Catalogue, to: Console) -> None:
    """Write a case as it stands."""
    to.print(
        facts(
            [
                ("case", case.id),
                ("status", spaced(case.status)),
                (
                    "class",
                    case.klass and f"{case.variant or case.klass}, {percent(case.class_confidence)} sure",
                ),
                ("language", case.klass and case.language),
                *(("document", f"{d.name} ({d.media_type}, {d.length:,} bytes)") for d in case.documents),
                *(("sha-256", d.sha256) for d in case.documents),
                ("pages", case.pages),
                ("received", iso(case.received_at)),
                ("changed", iso(case.updated_at)),
                ("claimed by", case.claimed_by),
                *(("held by", f"{h.order} ({h.by}, {iso(h.at)})") for h in case.holds),
                ("erased", case.erasure and f"{iso(case.erasure.at)} by the order {case.erasure.order}"),
            ]
        )
    )
    if case.fields:
        to.print(_fields(case, catalogue))
    for name in dict.fromkeys(row.table for row in case.rows):
        to.print(_rows(name, [row for row in case.rows if row.table == name]))
    for reason in case.reasons:
        label, advice = catalogue.say(reason)
        to.print(Text(plain(f"• {label}: {advice}")))


def _fields(case: CaseFile, catalogue: Catalogue) -> RenderableType:
    return table(
        ["field", "value", "sure", "by", "page", "act"],
        (
            [
                _label(state, case, catalogue),
                state.reading.value if state.reading.answer is not None else "not present",
                percent(state.reading.confidence),
                state.reading.method,
                _page(state.reading.evidence),
                spaced(state.act or ""),
            ]
            for state in case.fields
        ),
        right=["sure", "page"],
    )


def _label(state: FieldState, case: CaseFile, catalogue: Catalogue) -> str:
    klass = catalogue.klass(case.klass)
    known = klass.field(state.reading.field) if klass else None
    name = known.title() if known else state.reading.field
    return f"{name} {state.reading.index + 1}" if state.reading.index else name


def _rows(name: str, rows: list[Row]) -> RenderableType:
    columns = list(dict.fromkeys(cell.column for row in rows for cell in row.cells))
    heads = [spaced(column) for column in columns]
    laid = table(heads, ([row.value(column) for column in columns] for row in rows))
    return Group(Text(f"{spaced(name)}: {len(rows)}"), laid)


def explain(explained: Explanation, to: Console) -> None:
    """Write the accountability answer: the sentence, then the page section by section."""
    to.print(Text(plain(explained.answer), style="bold"))
    to.print(Text(plain(f"{explained.subject} · case {explained.case}")))
    _sections(sections(explained), to)


def headed(sentence: str, told: Iterable[Section], to: Console) -> None:
    """Write a page: its sentence, then section by section."""
    to.print(Text(plain(sentence), style="bold"))
    _sections(told, to)


def _sections(told: Iterable[Section], to: Console) -> None:
    for section in told:
        to.print()
        to.print(Text(plain(section.title), style="bold"))
        if section.columns:
            to.print(_columns(section))
        elif section.lines:
            to.print(facts((line.cells[0], " ".join(line.cells[1:])) for line in section.lines))
        if section.note:
            to.print(Text(plain(section.note), style="dim"))


def _columns(section: Section) -> RenderableType:
    right = [head for at, head in enumerate(section.columns) if at in section.right]
    return table(section.columns, (line.cells for line in section.lines), right=right)


def _page(evidence: Evidence | None) -> str:
    return str(evidence.page + 1) if evidence else ""

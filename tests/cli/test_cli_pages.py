"""A case on one page leaves nothing out and obeys nothing that a document says."""

import io

from rich.console import Console
from tests.support.words import entries, reading, received

from countersign.cli import pages
from countersign.domain.case import unfold
from countersign.domain.event import Classified, Decided, Mode, ReadingMade, Route, Rule
from countersign.domain.reading import Answer, Cell, Row
from countersign.domain.reason import Reason
from countersign.insight.explain import explain
from countersign.settings.catalogue import load

CATALOGUE = load()
STORY = entries(
    received("b[red]ill\x1b[2J.pdf"),
    Classified(klass="invoice", language="en", confidence=990_000, milliseconds=2),
    ReadingMade(
        klass="invoice",
        readings=(
            reading("vendor_name", "[bold]Acme[/bold] \x1b]8;;evil\x07"),
            reading("gross_total", "12.50", 640_000),
        ),
        rows=(
            Row(
                table="line_items",
                cells=(Cell(column="description", answer=Answer(value="Bolt"), confidence=1),),
            ),
        ),
        milliseconds=3,
    ),
    Decided(
        policy="desk",
        digest="ab" * 32,
        mode=Mode.AUTONOMOUS,
        route=Route.ESCALATE,
        reasons=(Reason(code="below_threshold", fields=("gross_total",)),),
        rules=(Rule(rule="thresholds", said="gross_total below"),),
        thresholds={"gross_total": 970_000},
    ),
)


def written(page: str) -> str:
    out = io.StringIO()
    console = Console(file=out, width=140, highlight=False, emoji=False, markup=False)
    case = unfold(STORY)
    assert case is not None
    if page == "show":
        pages.show(case, CATALOGUE, console)
    else:
        pages.explain(explain(STORY, (), CATALOGUE), console)
    return out.getvalue()


def test_a_case_shows_its_fields_rows_and_reasons() -> None:
    text = written("show")
    for part in ("waiting", "Gross total", "12.50", "64.0 %", "line items: 1", "Bolt", "Doubtful field"):
        assert part in text, part


def test_an_explanation_shows_every_section_with_policy_gates_evidence_and_records() -> None:
    text = written("explain")
    for part in (
        "Nobody has signed yet",
        "Who answers for it",
        "ab" * 32,
        "Thresholds",
        "64.0 %",
        "97.0 %",
        "p. 1: 10,20–30,40",
        "What happened",
        "How far this is proven",
    ):
        assert part in text, part


def test_what_a_document_says_is_neither_obeyed_nor_taken_for_markup() -> None:
    for page in ("show", "explain"):
        text = written(page)
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "[bold]Acme[/bold]" in text
        assert "b[red]ill" in text

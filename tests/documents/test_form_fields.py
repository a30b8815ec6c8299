"""What a form field holds passes as what the page says only where an eye can see it there."""

import pymupdf
import pytest

from countersign.agents import arithmetic
from countersign.documents.pdf import PdfFile
from countersign.domain.document import Opened
from countersign.domain.time import now
from countersign.settings.catalogue import load
from countersign.settings.limits import Limits

SEEN = (50, 100, 250, 120)


def paper(place: tuple[float, float, float, float], value: str, kind: int = pymupdf.PDF_WIDGET_TYPE_TEXT):
    """Draw a form of one field; returns the document and the number of the field's object."""
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((50, 90), "Amount claimed")
    widget = pymupdf.Widget()
    widget.field_type = kind
    widget.field_name, widget.field_label, widget.field_value = "amount", "The amount", value
    widget.rect = pymupdf.Rect(place)
    page.add_widget(widget)
    saved = pymupdf.open(stream=document.tobytes())
    return saved, saved[0].annot_xrefs()[0][0]


def opened(document: pymupdf.Document) -> Opened:
    return PdfFile(document.tobytes(), Limits()).opened("a" * 64)


def held(document: pymupdf.Document, xref: int, value: str) -> Opened:
    """Let the field hold another value; what is drawn stays."""
    document.xref_set_key(xref, "V", pymupdf.get_pdf_str(value))
    return opened(document)


def test_a_field_that_is_seen_holds_its_value() -> None:
    (widget,) = opened(paper(SEEN, "100.00 EUR")[0]).widgets
    assert (widget.value, widget.told) == ("100.00 EUR", "")


@pytest.mark.parametrize("place", [(700, 100, 900, 120), (50, 900, 250, 920), (-300, 100, -100, 120)])
def test_a_field_beside_the_page_is_hidden_text(place: tuple[float, float, float, float]) -> None:
    made = opened(paper(place, "100.00 EUR")[0])
    assert made.widgets == ()
    assert made.pages[0].hidden_words >= 2
    assert "hidden_text" in made.notes


def test_a_field_on_a_layer_that_is_off_is_hidden_text() -> None:
    document, xref = paper(SEEN, "100.00 EUR")
    layer = document.add_ocg("aside", on=False)
    document.xref_set_key(xref, "OC", f"{layer} 0 R")
    made = opened(document)
    assert made.widgets == ()
    assert made.pages[0].hidden_words == 2


def test_a_field_that_draws_nothing_is_hidden_text() -> None:
    document, xref = paper(SEEN, " ")
    made = held(document, xref, "9999.00")
    assert made.widgets == ()
    assert made.pages[0].hidden_words == 1


def test_a_field_that_holds_something_else_than_it_shows_is_read_as_shown_and_told() -> None:
    document, xref = paper(SEEN, "100.00")
    made = held(document, xref, "9999.00")
    (widget,) = made.widgets
    assert (widget.value, widget.told) == ("100.00", "9999.00")
    checked = arithmetic.check(load().classes["claim"], [], [], made, now().date())
    (reason,) = [finding for finding in checked.findings if finding.code == "form_differs_from_page"]
    assert reason.detail == "The amount: “9999.00”, shown “100.00”"
    assert "9999.00" in load().say(reason)[1]


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("1,234.50", "1234.5"),
        ("$ 100.00", "100.00"),
        ("Baker Street", "Baker Street 221b"),
        ("12-34", "1234"),
    ],
)
def test_a_value_written_in_another_way_or_cut_off_differs_in_nothing(shown: str, value: str) -> None:
    document, xref = paper(SEEN, shown)
    (widget,) = held(document, xref, value).widgets
    assert (widget.value, widget.told) == (value, "")

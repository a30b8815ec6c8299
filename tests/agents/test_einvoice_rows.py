"""Each row of structured data points at its own printed line."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.agents.paper_words import opened, page
from tests.documents.test_einvoice import UBL

from countersign.agents import einvoice
from countersign.agents.sheet import Sheet
from countersign.documents.xml_file import XmlFile
from countersign.domain.document import EInvoice, Opened
from countersign.domain.reading import Row
from countersign.settings.catalogue import load
from countersign.settings.limits import Limits

INVOICE = load().classes["invoice"]
LINE = (
    "<c:InvoiceLine><c:InvoicedQuantity>{}</c:InvoicedQuantity><c:LineExtensionAmount>{}</c:LineExtensionAmount>"
    "<c:Item><c:Name>{}</c:Name></c:Item></c:InvoiceLine>"
)
Told = tuple[int, str, int]


def rows(document: Opened, data: EInvoice) -> tuple[Row, ...]:
    return einvoice.read(Sheet(document), INVOICE, data, "en", None).rows


def tops(row: Row) -> set[int]:
    return {round(cell.evidence.box.y1) for cell in row.cells if cell.evidence is not None}


def drawn(*told: Told) -> tuple[Opened, EInvoice]:
    """Draw a bare invoice of lines of (quantity, what, amount)."""
    lines = "".join(LINE.format(quantity, amount, what) for quantity, what, amount in told)
    content = UBL.format(guideline="").replace("</Invoice>", lines + "</Invoice>")
    document = XmlFile(content.encode(), Limits()).opened("a" * 64)
    assert document.einvoice is not None
    return document, document.einvoice


def test_rows_with_like_values_stand_each_on_a_line_of_its_own() -> None:
    made = rows(*drawn((2, "Chair", 5), (2, "Chair", 5), (1, "Chair with arms", 2), (5, "Table", 1)))
    assert len(made) == 5  # the template has a chair of its own
    where = [tops(row) for row in made]
    assert [len(each) for each in where] == [1] * 5
    heights = [min(each) for each in where]
    assert heights == sorted(heights)
    assert len(set(heights)) == 5


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from(["Bolt", "Bolt M8", "Nut"]), st.integers(1, 4)),
        min_size=1,
        max_size=12,
    )
)
def test_no_two_rows_of_a_drawn_invoice_share_a_line(told: list[Told]) -> None:
    where = [tops(row) for row in rows(*drawn(*told))]
    assert all(len(each) == 1 for each in where)
    assert len(set.union(*where)) == len(told) + 1


def test_a_value_printed_in_no_row_of_its_own_is_not_found_in_another_row() -> None:
    document = opened(
        page(
            (60, 300, "Bolt"),
            (300, 300, "2"),
            (450, 300, "10.00"),
            (60, 320, "Nut"),
            (450, 320, "20.00"),
        )
    )
    told = (
        {"description": "Bolt", "amount": "10.00"},
        {"description": "Nut", "quantity": "2", "amount": "20.00"},
    )
    nut = rows(document, EInvoice(flavour="ubl", values={}, rows=told))[1]
    quantity = next(cell for cell in nut.cells if cell.column == "quantity")
    assert (quantity.answer.value, quantity.evidence) == ("2", None)
    amount = next(cell for cell in nut.cells if cell.column == "amount")
    assert quantity.confidence < amount.confidence


def test_a_value_below_its_row_is_found_there() -> None:
    document = opened(
        page(
            (60, 300, "Bolt"),
            (450, 300, "10.00"),
            (60, 320, "Nut"),
            (450, 320, "20.00"),
            (60, 332, "18 mm wide"),
        )
    )
    told = ({"description": "Bolt", "amount": "10.00"}, {"description": "18 mm wide", "amount": "20.00"})
    made = rows(document, EInvoice(flavour="ubl", values={}, rows=told))
    assert [sorted(tops(row)) for row in made] == [[312], [332, 344]]

"""Receipts: a head of lines on each other, and amounts that settle each other."""

import pytest
from tests.agents.paper_words import Line, opened, page

from countersign.agents import stacks, tills
from countersign.agents.candidates import Candidate, Print, typed
from countersign.agents.classifier import classify
from countersign.agents.labels import find, lexicon
from countersign.agents.sheet import Sheet
from countersign.domain.klass import FieldType
from countersign.settings.catalogue import Catalogue, load

HEAD = (
    (60, 40, "KEDAI RAYA SENTOSA"),
    (80, 53, "SDN BHD"),
    (60, 66, "(998877-X)"),
    (60, 79, "NO 7-A, JALAN MELUR 2,"),
    (60, 92, "TAMAN BUNGA INDAH"),
    (60, 105, "81100 JOHOR BAHRU"),
    (60, 118, "Tel: 07-3550000"),
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def slip(*lines: tuple[float, float, str]) -> Sheet:
    return Sheet(opened(page(*lines)))


def amounts(sheet: Sheet) -> list[Candidate]:
    return typed(sheet, frozenset({FieldType.AMOUNT}), Print(sheet, "en"), set())


def said(*rows: str) -> dict[str, set[str]]:
    sheet = slip(*((60, 40 + 20 * n, row) for n, row in enumerate(rows)))
    found = amounts(sheet)
    told: dict[str, set[str]] = {}
    for candidate, strings in zip(found, tills.strings(found, sheet), strict=True):
        told.setdefault(candidate.value, set()).update(strings)
    return told


def test_a_name_takes_the_line_below_that_closes_it_and_leaves_the_number_behind() -> None:
    found = [candidate.value for candidate in stacks.names(slip(*HEAD))]
    assert "KEDAI RAYA SENTOSA SDN BHD" in found
    assert "SDN BHD" not in found
    cut = [c.value for c in stacks.names(slip((60, 40, "FARMASI MAWAR S/B (112233-K)"), *HEAD[3:]))]
    assert "FARMASI MAWAR S/B" in cut


def test_an_address_is_a_stretch_of_lines_that_ends_before_the_telephone() -> None:
    found = [candidate.value for candidate in stacks.addresses(slip(*HEAD))]
    assert "NO 7-A, JALAN MELUR 2, TAMAN BUNGA INDAH, 81100 JOHOR BAHRU" in found
    assert not any("355" in value for value in found)


def test_a_page_with_columns_at_its_head_has_no_stack() -> None:
    columns = [(60.0 + 300 * n, 40.0 + 13 * line, "Acme Limited") for n in (0, 1) for line in range(8)]
    assert stacks.head(slip(*columns)) == []


def test_the_strings_of_a_stack_say_where_it_stands_and_what_is_around_it() -> None:
    sheet = slip(*HEAD)
    whole = next(c for c in stacks.addresses(sheet) if c.value.endswith("JOHOR BAHRU") and len(c.more) == 2)
    strings = stacks.Stacks(sheet).of(whole)
    assert {"stack:line 3", "stack:below reach", "stack:lines 3", "stack:opens no"} <= set(strings)


def test_what_was_given_less_what_came_back_is_the_total() -> None:
    told = said("Item 3.40", "Item 6.10", "Total 9.50", "Cash 20.00", "Change 10.50")
    assert "till:settled" in told["9.50"]
    assert {"till:given", "till:not settled"} <= told["20.00"]
    assert "till:returned" in told["10.50"]


def test_the_total_after_rounding_is_told_from_that_before() -> None:
    told = said("Total Amount 7.72", "Rounding 0.02", "Nett Total 7.70")
    assert "till:rounded" in told["7.70"]
    assert "till:unrounded" in told["7.72"]
    assert "till:rounding" in told["0.02"]


def test_dates_have_no_till() -> None:
    sheet = slip((60, 40, "Date 03.02.2026"))
    found = typed(sheet, frozenset({FieldType.DATE}), Print(sheet, "en"), set())
    assert tills.strings(found, sheet) == [[]]


def test_an_invoice_with_the_marks_of_a_receipt_is_of_the_class_receipt(catalogue: Catalogue) -> None:
    lines = ("Tax Invoice", "Invoice No 17", "Total 4.20", "Cash 5.00", "Change 0.80", "Please come again")
    told = classify(slip(*((60, 40 + 20 * n, line) for n, line in enumerate(lines))), catalogue.classes)
    assert (told.klass, told.variant) == ("receipt", None)


def test_words_of_a_till_make_no_receipt_of_what_asks_for_payment_like_an_invoice() -> None:
    till: list[Line] = [
        (60, 40, "Corner Shop Ltd"),
        (60, 60, "Invoice"),
        (60, 90, "Total"),
        (200, 90, "12.50"),
        (60, 105, "Cash"),
        (200, 105, "20.00"),
        (60, 120, "Change"),
        (200, 120, "7.50"),
        (60, 140, "Thank you"),
    ]
    asks: list[Line] = [
        (60, 200, "Due date:"),
        (200, 200, "5 March 2026"),
        (60, 215, "IBAN:"),
        (200, 215, "DE89 3704 0044 0532 0130 00"),
        (60, 230, "Purchase order:"),
        (200, 230, "PO-8812"),
        (60, 245, "Your VAT ID:"),
        (200, 245, "IE9876543W"),
    ]
    classes = load().classes
    assert classify(Sheet(opened(page(*till))), classes).klass == "receipt"
    assert classify(Sheet(opened(page(*till, *asks))), classes).klass == "invoice"


def test_an_address_on_its_own_lines_keeps_the_point_that_is_printed() -> None:
    found = [c.value for c in stacks.addresses(slip(*HEAD[:3], (60, 79, "NO 3, JALAN MELUR."), *HEAD[4:]))]
    assert "NO 3, JALAN MELUR." in found


def test_no_address_goes_on_at_a_heading_or_an_address_for_letters() -> None:
    lower = ((60, 118, "TAXINVOICE"), (60, 131, "melur@example.org"))
    found = [candidate.value for candidate in stacks.addresses(slip(*HEAD[:6], *lower))]
    assert found
    assert not any("TAXINVOICE" in value or "@" in value for value in found)


def test_a_name_says_whether_it_leaves_a_line_that_may_be_part_of_it() -> None:
    sheet = slip(*HEAD)
    around = stacks.Stacks(sheet)
    strings = {c.value: set(around.of(c)) for c in stacks.names(sheet)}
    assert "stack:name of lines" in strings["KEDAI RAYA SENTOSA SDN BHD"]
    assert "stack:name without its end" in strings["KEDAI RAYA SENTOSA"]


def test_singapore_dollars_are_known_where_a_scan_took_the_letter_for_a_digit() -> None:
    sheet = slip((60, 40, "TOTAL 5$22,800.50"))
    found = typed(sheet, frozenset({FieldType.CURRENCY}), Print(sheet, "en"), set())
    assert [candidate.value for candidate in found] == ["SGD"]


@pytest.mark.parametrize("label", ["CO.NO.", "Company Reg No.:", "GST ID :", "Tel No."])
def test_the_number_of_a_company_or_a_telephone_is_no_receipt_number(
    label: str, catalogue: Catalogue
) -> None:
    sheet = slip((60, 40, "KEDAI RAYA SENTOSA SDN BHD"), (60, 53, f"{label} 1230987"), *HEAD[4:6])
    klass = catalogue.classes["receipt"]
    named = {klass.fields[index].name for hit in find(sheet, lexicon(klass)) for index in hit.fields}
    assert "invoice_number" not in named

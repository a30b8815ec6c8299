"""Structured data held against the page that people see."""

from datetime import date

import pytest
from tests.agents.paper_words import invoice, opened, page

from countersign.agents import arithmetic, einvoice, staff
from countersign.agents.classifier import classify
from countersign.agents.local import read_document
from countersign.agents.sheet import Sheet
from countersign.domain.document import EInvoice, Kind, MediaType, Opened
from countersign.domain.event import Classified
from countersign.domain.reading import Method, Reading
from countersign.settings.catalogue import Catalogue, load

VALUES = {
    "vendor_name": "Blauregen Verlag GmbH",
    "vendor_address": "Mühlweg 13, 80331 München, DE",
    "vendor_vat_id": "DE136695976",
    "invoice_number": "RE-2026-0815",
    "invoice_date": "2026-03-05",
    "due_date": "2026-03-19",
    "currency": "EUR",
    "net_total": "100.00",
    "tax_total": "19.00",
    "gross_total": "119.00",
    "amount_due": "119.00",
    "iban": "DE89370400440532013000",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def read(catalogue: Catalogue, document: Opened, data: EInvoice) -> dict[str, Reading]:
    klass = catalogue.classes["invoice"]
    seen = read_document(document, klass, "de")
    made = einvoice.read(Sheet(document), klass, data, "de", seen)
    return {reading.field: reading for reading in made.readings}


def data(kind: Kind = Kind.INVOICE, **changed: str) -> EInvoice:
    return EInvoice(flavour="factur-x", values={**VALUES, **changed}, kind=kind)


def test_data_that_the_page_bears_out_has_a_place_for_every_value(catalogue: Catalogue) -> None:
    for reading in read(catalogue, invoice(), data()).values():
        assert reading.value
        assert VALUES[reading.field].startswith(reading.value)
        assert einvoice.DIFFERS not in reading.why
        assert reading.evidence is not None, reading.field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("invoice_number", "RE-2026-0816"),
        ("invoice_date", "2026-03-06"),
        ("gross_total", "1190.00"),
        ("net_total", "101.00"),
        ("amount_due", "120.00"),
        ("iban", "DE02120300000000202051"),
        ("currency", "USD"),
        ("gross_total", "100.00"),
    ],
)
def test_data_that_was_changed_is_found_by_the_page(catalogue: Catalogue, field: str, value: str) -> None:
    found = read(catalogue, invoice(), data(**{field: value}))
    assert {name for name, reading in found.items() if einvoice.DIFFERS in reading.why} == {field}
    assert found[field].value == value
    assert found[field].confidence < 500_000


@pytest.mark.parametrize(
    ("number", "gross", "field"),
    [("RE-2026-0899", "119,00", "invoice_number"), ("RE-2026-0815", "918,00", "gross_total")],
)
def test_a_page_that_was_changed_is_found_by_the_data(
    catalogue: Catalogue, number: str, gross: str, field: str
) -> None:
    found = read(catalogue, invoice(number=number, gross=gross), data())
    assert einvoice.DIFFERS in found[field].why


def test_a_value_that_is_not_printed_is_no_difference_and_points_nowhere(catalogue: Catalogue) -> None:
    reading = read(catalogue, invoice(), data(purchase_order="PO-77812"))["purchase_order"]
    assert (reading.value, reading.method, reading.evidence) == ("PO-77812", Method.EINVOICE, None)
    assert einvoice.DIFFERS not in reading.why
    assert reading.printed == ""


def test_a_credit_note_may_print_its_amounts_with_a_minus(catalogue: Catalogue) -> None:
    found = read(catalogue, invoice(gross="-119,00"), data(Kind.CREDIT_NOTE))
    assert found["gross_total"].value == "119.00"
    assert found["gross_total"].printed.startswith("-119,00")
    assert einvoice.DIFFERS not in found["gross_total"].why
    found = read(catalogue, invoice(gross="-119,00"), data())
    assert einvoice.DIFFERS in found["gross_total"].why


def test_an_address_counts_as_printed_in_whatever_order_its_lines_stand(catalogue: Catalogue) -> None:
    reading = read(catalogue, invoice(), data())["vendor_address"]
    assert reading.evidence is not None
    assert reading.evidence.box.y0 < 62
    assert reading.evidence.box.y1 > 80


def _classified(catalogue: Catalogue, document: Opened) -> Classified:
    return staff.classify(document, catalogue)[1]


@pytest.mark.parametrize("kind", [Kind.CREDIT_NOTE, Kind.CORRECTED_INVOICE, Kind.PREPAYMENT_INVOICE])
def test_the_data_tells_the_variant_of_an_invoice(catalogue: Catalogue, kind: Kind) -> None:
    answer = _classified(catalogue, invoice().model_copy(update={"einvoice": data(kind)}))
    assert (answer.klass, answer.variant) == ("invoice", kind.value)
    assert answer.confidence >= 990_000


def test_the_data_decides_the_class_where_the_page_says_nothing(catalogue: Catalogue) -> None:
    mute = opened(page((60, 40, "Blauregen")), einvoice=data())
    assert _classified(catalogue, mute).klass == "invoice"


def test_an_order_is_never_read_as_an_invoice(catalogue: Catalogue) -> None:
    order = data(Kind.ORDER).model_copy(update={"flavour": "order-x"})
    document = invoice().model_copy(update={"einvoice": order})
    answer = _classified(catalogue, document)
    assert answer.confidence <= 200_000
    assert "purchase order" in answer.why[-1]
    made = staff.read(document, catalogue.classes["invoice"], answer)
    assert all(reading.method is not Method.EINVOICE for _, one in made for reading in one.readings)


def test_a_page_drawn_from_its_data_is_not_held_against_it(catalogue: Catalogue) -> None:
    drawn = invoice().model_copy(update={"media_type": MediaType.XML})
    reading = read(catalogue, drawn, data(gross_total="7.00"))["gross_total"]
    assert einvoice.DIFFERS not in reading.why


def test_the_words_of_the_page_still_tell_the_language(catalogue: Catalogue) -> None:
    document = invoice().model_copy(update={"einvoice": data()})
    expected = classify(Sheet(document), catalogue.classes).language
    assert _classified(catalogue, document).language == expected == "de"


@pytest.mark.parametrize("note", ["several_einvoices", "einvoice_unreadable"])
def test_data_that_was_left_aside_is_a_finding(catalogue: Catalogue, note: str) -> None:
    document = invoice().model_copy(update={"notes": ("embedded_files", note)})
    checked = arithmetic.check(catalogue.classes["invoice"], [], (), document, date(2026, 4, 1))
    reasons = [reason for reason in checked.findings if reason.code == "einvoice_unusable"]
    assert len(reasons) == 1
    assert catalogue.say(reasons[0])[0] == "E-invoice data not usable"

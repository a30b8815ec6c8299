from datetime import date

import pytest
from tests.agents.paper_words import invoice, opened, page

from countersign.agents import local, staff
from countersign.agents.sheet import Sheet
from countersign.domain.document import Opened, TextSource
from countersign.domain.event import ReadingMade
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Method, Reading
from countersign.settings.catalogue import Catalogue, load


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def made(catalogue: Catalogue) -> ReadingMade:
    return local.read_document(invoice(), catalogue.classes["invoice"], "de")


def of(made: ReadingMade, field: str) -> Reading:
    return next(reading for reading in made.readings if reading.field == field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vendor_name", "Blauregen Verlag GmbH"),
        ("vendor_vat_id", "DE136695976"),
        ("buyer_name", "Ohnesorge Kältetechnik AG"),
        ("invoice_number", "RE-2026-0815"),
        ("invoice_date", "2026-03-05"),
        ("due_date", "2026-03-19"),
        ("currency", "EUR"),
        ("net_total", "100.00"),
        ("tax_total", "19.00"),
        ("gross_total", "119.00"),
        ("iban", "DE89370400440532013000"),
    ],
)
def test_the_fields_of_a_plain_invoice_are_read(made: ReadingMade, field: str, value: str) -> None:
    assert of(made, field).value == value


def test_what_is_not_on_the_page_is_said_to_be_not_present(made: ReadingMade) -> None:
    absent = of(made, "purchase_order")
    assert absent.answer is None
    assert absent.evidence is None
    assert absent.confidence > 500_000


def test_evidence_covers_the_words_of_the_value_and_nothing_else(made: ReadingMade) -> None:
    for reading in made.readings:
        if reading.answer is None:
            continue
        assert reading.evidence is not None
        box = reading.evidence.box
        inside = [
            word.text
            for word in invoice().pages[0].words
            if word.x0 >= box.x0 - 0.01
            and word.x1 <= box.x1 + 0.01
            and word.y0 >= box.y0 - 0.01
            and word.y1 <= box.y1 + 0.01
        ]
        assert " ".join(inside) == reading.printed.replace("\n", " ")


def test_no_confidence_claims_certainty(made: ReadingMade) -> None:
    assert all(0 <= reading.confidence < 1_000_000 for reading in made.readings)


def test_every_field_of_the_class_gets_an_answer(made: ReadingMade, catalogue: Catalogue) -> None:
    assert {r.field for r in made.readings} == {f.name for f in catalogue.classes["invoice"].fields}


def test_a_table_is_read_by_its_header(made: ReadingMade) -> None:
    (row,) = made.rows
    assert {cell.column: cell.answer.value for cell in row.cells} == {
        "description": "Satz Pläne A1",
        "quantity": "4",
        "unit_price": "25.00",
        "amount": "100.00",
    }
    assert all(cell.evidence is not None for cell in row.cells)


def test_a_table_goes_on_over_pages_with_and_without_a_header(catalogue: Catalogue) -> None:
    head = ((60, 300, "Description"), (300, 300, "Qty"), (400, 300, "Unit price"), (500, 300, "Amount"))
    first = page((60, 40, "Invoice", 20), *head, *_row(320, "Oak board"), *_row(340, "Pine board"))
    second = page(*_row(60, "Steel screw"), number=1)
    third = page(
        *((x, 40.0, text) for x, _, text in head),
        *_row(60, "Wood glue"),
        (400, 100, "Total"),
        (500, 100, "80.00"),
        number=2,
    )
    rows = local.read_document(opened(first, second, third), catalogue.classes["invoice"], "en").rows
    assert [row.value("description") for row in rows] == [
        "Oak board",
        "Pine board",
        "Steel screw",
        "Wood glue",
    ]
    assert [row.cells[0].evidence.page for row in rows if row.cells[0].evidence] == [0, 0, 1, 2]


def _row(y: float, text: str) -> tuple[tuple[float, float, str], ...]:
    return ((60, y, text), (305, y, "2"), (410, y, "10.00"), (505, y, "20.00"))


def test_a_debit_column_makes_amounts_negative(catalogue: Catalogue) -> None:
    sheet = page(
        (60, 40, "Account statement", 18),
        (60, 200, "Date"),
        (150, 200, "Description"),
        (350, 200, "Debit"),
        (420, 200, "Credit"),
        (500, 200, "Balance"),
        (60, 220, "02/05/2026"),
        (150, 220, "Rent May"),
        (350, 220, "900.00"),
        (500, 220, "100.00"),
        (60, 240, "13/05/2026"),
        (150, 240, "Salary"),
        (420, 240, "2,000.00"),
        (500, 240, "2,100.00"),
    )
    rows = local.read_document(opened(sheet), catalogue.classes["statement"], "en").rows
    assert [(row.value("date"), row.value("amount")) for row in rows] == [
        ("2026-05-02", "-900.00"),
        ("2026-05-13", "2000.00"),
    ]


def test_one_date_that_fits_only_one_order_settles_the_others(catalogue: Catalogue) -> None:
    text = (
        (60, 40, "Invoice", 20),
        (60, 80, "Invoice date:"),
        (160, 80, "03/04/2026"),
        (60, 95, "Due date:"),
        (160, 95, "23/04/2026"),
    )
    made = local.read_document(opened(page(*text)), catalogue.classes["invoice"], "en")
    assert of(made, "invoice_date").value == "2026-04-03"


def test_a_date_that_may_be_swapped_is_flagged_and_offers_the_other_day(catalogue: Catalogue) -> None:
    text = ((60, 40, "Invoice", 20), (60, 80, "Invoice date:"), (160, 80, "03/04/2026"))
    made = local.read_document(opened(page(*text)), catalogue.classes["invoice"], "en")
    reading = of(made, "invoice_date")
    assert reading.confidence <= 600_000
    assert "day and month may be swapped" in reading.why
    assert {reading.value, made.alternatives["invoice_date"][0].answer.value} == {"2026-03-04", "2026-04-03"}


def test_doubtful_words_of_a_scan_lower_the_confidence(catalogue: Catalogue) -> None:
    clear = invoice()
    words = tuple(word._replace(confidence=55) for word in clear.pages[0].words)
    scan = clear.model_copy(
        update={"pages": (clear.pages[0].model_copy(update={"words": words, "source": TextSource.OCR}),)}
    )
    sure, doubtful = (
        of(local.read_document(d, catalogue.classes["invoice"], "de"), "gross_total") for d in (clear, scan)
    )
    assert doubtful.method is Method.OCR
    assert doubtful.confidence < sure.confidence


def test_misspelt_labels_of_a_scan_are_understood(catalogue: Catalogue) -> None:
    text = (
        (60, 40, "Rechnung", 20),
        (60, 80, "Rechnungsnurnmer:"),
        (200, 80, "4711-88"),
        (60, 95, "Fällig arn:"),
    )
    made = local.read_document(
        opened(page(*text, source=TextSource.OCR, sure=90)), catalogue.classes["invoice"], "de"
    )
    assert of(made, "invoice_number").value == "4711-88"


DELIVERY = {
    "name": "delivery_note",
    "label": {"en": "Delivery note"},
    "cues": {"en": ["delivery note", "packing list", "goods delivered"]},
    "headline": {"counterparty": "carrier", "number": "note_number", "date": "loaded_on"},
    "groups": [
        {
            "name": "head",
            "label": {"en": "Head"},
            "fields": [
                {"name": "carrier", "type": "name", "label": {"en": "Carrier"}, "cues": {"en": ["haulier"]}},
                {"name": "note_number", "type": "identifier", "label": {"en": "Note number"}},
                {"name": "loaded_on", "type": "date", "label": {"en": "Loaded on"}},
                {"name": "contact", "type": "email", "label": {"en": "Contact"}},
            ],
        }
    ],
}


def delivery() -> Opened:
    return opened(
        page(
            (60, 40, "Delivery note", 18),
            (60, 100, "Note number:"),
            (160, 100, "LS-77-120"),
            (60, 115, "Loaded on:"),
            (160, 115, "12 May 2026"),
            (60, 130, "Haulier:"),
            (160, 130, "Swift Cart Ltd"),
            (60, 145, "Contact:"),
            (160, 145, "dock@swiftcart.example"),
            (60, 200, "Goods delivered in good order."),
        )
    )


def test_a_class_that_the_desk_adds_as_a_file_is_recognised_and_read(catalogue: Catalogue) -> None:
    klass = ClassDef.model_validate(DELIVERY)
    grown = catalogue.model_copy(update={"classes": {**catalogue.classes, klass.name: klass}})
    _, classified = staff.classify(delivery(), grown)
    assert classified.klass == "delivery_note"
    ((_, made),) = staff.read(delivery(), klass, classified)
    assert {r.field: r.value for r in made.readings} == {
        "carrier": "Swift Cart Ltd",
        "note_number": "LS-77-120",
        "loaded_on": "2026-05-12",
        "contact": "dock@swiftcart.example",
    }


@pytest.mark.parametrize("blank", [opened(), opened(page()), opened(page((10, 10, ".")))])
def test_a_document_without_words_is_read_as_holding_nothing(catalogue: Catalogue, blank: Opened) -> None:
    for klass in catalogue.classes.values():
        made = local.read_document(blank, klass, "en")
        assert all(reading.answer is None for reading in made.readings)
        assert made.rows == ()


def test_reading_twice_gives_the_same_answers(catalogue: Catalogue) -> None:
    klass = catalogue.classes["invoice"]
    one, two = (local.read(Sheet(invoice()), klass, "de") for _ in range(2))
    assert one.model_copy(update={"milliseconds": 0}) == two.model_copy(update={"milliseconds": 0})


def test_dates_in_the_record_are_real_days(made: ReadingMade) -> None:
    assert date.fromisoformat(of(made, "invoice_date").value or "") == date(2026, 3, 5)

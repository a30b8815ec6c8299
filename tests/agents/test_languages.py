import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agents.paper_words import Line, opened, page

from countersign.agents.candidates import Print
from countersign.agents.classifier import classify
from countersign.agents.local import read_document
from countersign.agents.sheet import Sheet
from countersign.domain.document import Opened
from countersign.domain.klass import FieldType
from countersign.domain.reading import Reading
from countersign.settings.catalogue import load

INVOICES = {
    "en": ("Invoice", "Invoice number", "Invoice date", "Subtotal", "VAT", "Total amount", "5 March 2026"),
    "de": (
        "Rechnung",
        "Rechnungsnummer",
        "Rechnungsdatum",
        "Nettobetrag",
        "MwSt",
        "Gesamtbetrag",
        "5. März 2026",
    ),
    "fr": ("Facture", "Numéro de facture", "Date de facture", "Total HT", "TVA", "Total TTC", "5 mars 2026"),
    "es": (
        "Factura",
        "Número de factura",
        "Fecha de factura",
        "Base imponible",
        "IVA",
        "Total factura",
        "5 de marzo de 2026",
    ),
    "it": (
        "Fattura",
        "Numero fattura",
        "Data fattura",
        "Imponibile",
        "IVA",
        "Totale fattura",
        "5 marzo 2026",
    ),
    "nl": ("Factuur", "Factuurnummer", "Factuurdatum", "Subtotaal", "BTW", "Totaalbedrag", "5 maart 2026"),
}
"""Title, labels and a date as an invoice of each language prints them."""
FOOT = {
    "en": "Please pay within 30 days of the date of this invoice to the account below",
    "de": "Bitte zahlen Sie den Betrag innerhalb von 30 Tagen auf das unten genannte Konto",
    "fr": "Merci de régler le montant dans les 30 jours sur le compte ci dessous",
    "es": "Por favor abone el importe en los 30 días en la cuenta que se indica",
    "it": "Si prega di pagare il totale entro 30 giorni sul conto che segue",
    "nl": "Wij verzoeken u het bedrag binnen 30 dagen op de rekening over te maken",
}
MONEY = {"en": ("1,234.50", "246.90", "1,481.40"), "comma": ("1.234,50", "246,90", "1.481,40")}


def invoice(language: str) -> Opened:
    title, number, date, net, tax, gross, day = INVOICES[language]
    amounts = MONEY.get(language, MONEY["comma"])
    rows: list[Line] = [
        (60, 40, "Blauregen Verlag GmbH", 14),
        (60, 100, title, 20),
        (60, 140, f"{number}:"),
        (220, 140, "INV-7731"),
        (60, 155, f"{date}:"),
        (220, 155, day),
        *(
            line
            for y, (label, money) in enumerate(zip((net, tax, gross), amounts, strict=True))
            for line in ((300, 300 + 15 * y, label), (480, 300 + 15 * y, f"{money} EUR"))
        ),
        (60, 700, FOOT[language]),
    ]
    return opened(page(*rows))


def answers(document: Opened) -> dict[str, Reading]:
    klass = load().classes["invoice"]
    language = classify(Sheet(document), load().classes).language
    return {reading.field: reading for reading in read_document(document, klass, language).readings}


@pytest.mark.parametrize("language", sorted(INVOICES))
def test_an_invoice_is_read_in_each_of_the_six_languages(language: str) -> None:
    document = invoice(language)
    classified = classify(Sheet(document), load().classes)
    assert (classified.klass, classified.language) == ("invoice", language)
    found = answers(document)
    assert found["invoice_number"].value == "INV-7731"
    assert found["invoice_date"].value == "2026-03-05"
    assert found["net_total"].value == "1234.50"
    assert found["tax_total"].value == "246.90"
    assert found["gross_total"].value == "1481.40"


def marks(*numbers: str, language: str = "en") -> Print:
    lines: list[Line] = [(60, 40 + 15 * n, text) for n, text in enumerate(numbers)]
    return Print(Sheet(opened(page(*lines))), language)


def test_clear_numbers_settle_what_a_mark_means_whatever_the_language() -> None:
    assert marks("12,50", "1.234", language="en").value(FieldType.AMOUNT, "1.234") == "1234.00"
    assert marks("12.50", "1.234", language="de").value(FieldType.NUMBER, "1.234") == "1.234"
    assert marks("12,50", "1.234", language="en").other_value(FieldType.AMOUNT, "1.234") is None


def test_a_number_that_nothing_settles_keeps_both_meanings() -> None:
    style = marks("1.234", language="de")
    assert style.value(FieldType.AMOUNT, "1.234") == "1234.00"
    assert style.other_value(FieldType.AMOUNT, "1.234") == "1.234"


def test_numbers_that_contradict_each_other_settle_nothing() -> None:
    assert marks("12,50", "13.50").decimal_comma is None


@given(
    st.integers(min_value=1000, max_value=10**8),
    st.integers(min_value=0, max_value=99),
    st.sampled_from(",."),
)
def test_a_document_is_read_by_its_own_decimal_mark(whole: int, cents: int, mark: str) -> None:
    group = "." if mark == "," else ","
    printed = f"{whole:,}".replace(",", group) + f"{mark}{cents:02d}"
    style = marks(printed, language="en" if mark == "," else "de")
    assert style.value(FieldType.AMOUNT, printed) == f"{whole}.{cents:02d}"
    assert style.decimal_comma is (mark == ",")


def test_a_date_that_may_be_swapped_is_doubtful_and_says_why() -> None:
    rows: list[Line] = [(60, 100, "Invoice", 20), (60, 140, "Invoice date:"), (220, 140, "03/04/2026")]
    reading = answers(opened(page(*rows)))["invoice_date"]
    assert reading.value in ("2026-03-04", "2026-04-03")
    assert "day and month may be swapped" in reading.why
    assert reading.confidence <= 600_000


def test_a_date_elsewhere_on_the_page_tells_the_order_of_day_and_month() -> None:
    rows: list[Line] = [
        (60, 100, "Invoice", 20),
        (60, 140, "Invoice date:"),
        (220, 140, "03/04/2026"),
        (60, 400, "Delivered 25/03/2026"),
    ]
    reading = answers(opened(page(*rows)))["invoice_date"]
    assert reading.value == "2026-04-03"
    assert "day and month may be swapped" not in reading.why

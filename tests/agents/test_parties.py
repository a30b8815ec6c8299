import pytest
from tests.agents.paper_words import Line, opened, page

from countersign.agents import local
from countersign.agents.model import Model
from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.agents.training import train
from countersign.domain.klass import ClassDef, Side
from countersign.settings.catalogue import load

INVOICE = load().classes["invoice"]
SENDER: Line = (60, 120, "Kranich Bau OHG · Lindenweg 3 · 80331 München", 6)
WINDOW: tuple[Line, ...] = ((60, 136, "Wolkenstein Optik"), (60, 149, "Am Bach 4"), (60, 162, "50667 Köln"))


def prepared(*lines: Line) -> Prepared:
    return Prepared(Sheet(opened(page(*lines))), INVOICE, "de")


def sides(read: Prepared) -> dict[str, Side | None]:
    return {run.text: read.around.side(run) for run in read.sheet.runs}


def names(read: Prepared) -> set[str]:
    field = INVOICE.field("buyer_name")
    assert field is not None
    return {candidate.value for candidate in read.candidates(field)[0]}


def test_who_stands_below_the_small_line_of_the_sender_is_the_addressee() -> None:
    found = sides(prepared(SENDER, *WINDOW))
    assert found["Wolkenstein Optik"] is Side.ADDRESSEE
    assert found["50667 Köln"] is Side.ADDRESSEE
    assert {side for text, side in found.items() if text.startswith("Kranich")} == {Side.ISSUER}


@pytest.mark.parametrize(
    "above", [(60, 120, SENDER[2], 10), (60, 60, SENDER[2], 6), (300, 120, SENDER[2], 6)]
)
def test_a_line_of_full_size_or_elsewhere_tells_nothing_of_who_stands_below(above: Line) -> None:
    assert sides(prepared(above, *WINDOW))["Wolkenstein Optik"] is None


def test_whoever_the_goods_went_to_is_not_taken_for_the_addressee_above() -> None:
    lines: tuple[Line, ...] = (
        (60, 100, "Rechnung an"),
        (60, 113, "Wolkenstein Optik"),
        (60, 126, "Lieferadresse"),
    )
    found = sides(prepared(*lines, (60, 139, "Kaltblau Lager")))
    assert found["Wolkenstein Optik"] is Side.ADDRESSEE
    assert found["Kaltblau Lager"] is None


def test_a_label_by_itself_is_no_name() -> None:
    read = prepared((60, 100, "Facture"), (60, 130, "Adresse de livraison"), (60, 143, "Ma belle boutique"))
    assert "Adresse de livraison" not in names(read)
    assert "Ma belle boutique" in names(read)


def test_a_word_in_the_next_column_is_no_part_of_an_account() -> None:
    field = INVOICE.field("iban")
    assert field is not None
    read = prepared((60, 100, "IBAN: DE33 9998 8877 0001 2345 67 Inhalt"))
    assert [candidate.value for candidate in read.candidates(field)[0]] == ["DE33999888770001234567"]


TOTALS: tuple[Line, ...] = (
    (60, 60, "Rechnung"), (60, 80, "Rechnungsnummer:"), (200, 80, "R-1104"),
    (300, 300, "Nettobetrag"), (480, 300, "200,00 €"), (300, 320, "MwSt"), (480, 320, "38,00 €"),
    (300, 340, "Gesamtbetrag brutto"), (480, 340, "238,00 €"),
)  # fmt: skip
UNTAUGHT = Model({**train({}, 1), "lessons": {}})
"""It knows what a person would say beforehand: a value stands by its label."""


def due(klass: ClassDef, *lines: Line) -> local.Given:
    read = Prepared(Sheet(opened(page(*TOTALS, *lines))), klass, "de")
    return next(one for one in local.answers(read, UNTAUGHT) if one.field.name == "amount_due")


def test_what_is_due_is_the_total_where_no_other_amount_is_named() -> None:
    given = due(INVOICE)
    assert given.is_lent
    assert given.option is not None
    assert given.option.candidate.value == "238.00"


def test_what_is_due_is_not_the_total_where_another_amount_is_named() -> None:
    given = due(INVOICE, (300, 380, "Zahlbetrag"), (480, 380, "138,00 €"))
    assert not given.is_lent
    assert given.option is None or given.option.candidate.value == "138.00"


def test_a_class_that_does_not_say_so_lends_no_value() -> None:
    given = due(INVOICE.model_copy(update={"else_same": ()}))
    assert not given.is_lent

"""A value counts where it stands as whole words of its type, and nowhere else."""

import pytest
from tests.agents.paper_words import invoice, opened, page

from countersign.agents.candidates import Print
from countersign.agents.grounding import Ground
from countersign.agents.sheet import Sheet
from countersign.domain.klass import FieldType


@pytest.fixture(scope="module")
def ground() -> Ground:
    sheet = Sheet(invoice())
    return Ground(sheet, Print(sheet, "de"))


@pytest.mark.parametrize(
    ("type", "value", "printed"),
    [
        (FieldType.AMOUNT, "119.00", "119,00 €"),
        (FieldType.DATE, "2026-03-19", "19.03.2026"),
        (FieldType.IBAN, "DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
        (FieldType.VAT_ID, "DE136695976", "DE136695976"),
        (FieldType.CURRENCY, "EUR", "€"),
        (FieldType.IDENTIFIER, "RE-2026-0815", "RE-2026-0815"),
        (FieldType.NAME, "Ohnesorge Kältetechnik AG", "Ohnesorge Kältetechnik AG"),
        (FieldType.ADDRESS, "Am Mühlbach 12, 18194 Rostock", "Am Mühlbach 12\n18194 Rostock"),
    ],
)
def test_a_value_is_found_where_it_is_printed(
    ground: Ground, type: FieldType, value: str, printed: str
) -> None:
    places = ground.find(type, value)
    assert places[0].printed.startswith(printed.removesuffix(" €"))
    assert places[0].evidence.box.area > 0


@pytest.mark.parametrize(
    ("type", "value"),
    [
        (FieldType.AMOUNT, "19.01"),
        (FieldType.AMOUNT, "9.00"),
        (FieldType.DATE, "2026-03-18"),
        (FieldType.IDENTIFIER, "2026-081"),
        (FieldType.IDENTIFIER, "0815"),
        (FieldType.NAME, "Kältetechnik A"),
        (FieldType.COUNTRY, "DE"),
        (FieldType.TEXT, "e"),
        (FieldType.ADDRESS, "Am Mühlbach 12, 80331 München"),
        (FieldType.IBAN, "GB33BUKB20201555555555"),
    ],
)
def test_a_part_of_a_word_or_another_value_is_no_evidence(
    ground: Ground, type: FieldType, value: str
) -> None:
    assert ground.find(type, value) == []


def test_every_place_is_told_in_reading_order() -> None:
    sheet = Sheet(opened(page((60, 40, "Total 12,50 €"), (60, 400, "Zu zahlen 12,50 €"))))
    boxes = [
        place.evidence.box.y0 for place in Ground(sheet, Print(sheet, "de")).find(FieldType.AMOUNT, "12.50")
    ]
    assert boxes == [40, 400]

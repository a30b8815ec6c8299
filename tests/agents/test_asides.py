"""Which lines of a letterhead belong to no name and no address."""

import pytest

from countersign.agents.asides import is_aside, is_filed, is_heading, is_reach


@pytest.mark.parametrize(
    "line",
    [
        "GST Reg.: 000111222333",
        "(CO.NO. 1230987-T)",
        "123456-A",
        "013-555 1234",
        "Helpdesk: 1800 55 1234",
        "corner.shop@example.org",
        "Mobile or WhatsApp: +6012-555 1234",
    ],
)
def test_a_line_that_tells_numbers_is_no_part_of_an_address(line: str) -> None:
    assert is_reach(line)


@pytest.mark.parametrize(
    "line",
    [
        "40210 NORTH HARBOUR",
        "Singapore 068900",
        "NO.1, GARDEN PARK",
        "12, MILL LANE 7/3.",
        "100001 Beijing",
    ],
)
def test_house_numbers_and_postal_codes_belong_to_an_address(line: str) -> None:
    assert not is_aside(line)


@pytest.mark.parametrize("line", ["TAX INVOICE", "TAXINVOICE", "Guest Check", "SIMPLIFIED TAX INVOICE"])
def test_what_only_names_the_paper_is_a_heading_also_without_its_space(line: str) -> None:
    assert is_heading(line)


def test_a_company_whose_name_holds_the_word_of_a_paper_is_no_heading() -> None:
    assert not is_heading("HARBOUR STATIONERY SHOP")


def test_a_sentence_ends_an_address_but_a_street_in_small_letters_does_not() -> None:
    assert is_aside("within 7 days with the original receipt")
    assert not is_aside("rue de la Gare")


def test_labels_of_a_till_with_their_numbers_are_no_town() -> None:
    assert is_filed("Shop:3 Till:2 ID:1207 Slip:55120")

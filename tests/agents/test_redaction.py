"""Personal data leaves the desk as placeholders, and comes back as it was printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.agents.redaction import Redaction


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("IBAN: DE89 3704 0044 0532 0130 00", "IBAN: [IBAN_1]"),
        ("mail to jonas.kahl@example.com now", "mail to [MAIL_1] now"),
        ("Tel. +49 89 1234567", "Tel. [PHONE_1]"),
        ("call 555-123-4567", "call [PHONE_1]"),
        ("SSN 123-45-6789, born 1958", "SSN [PERSON_1], born 1958"),
        ("Veteran's number: 123 45 6789.", "Veteran's number: [PERSON_1]."),
        ("Visa 4111 1111 1111 1111", "Visa [PERSON_1]"),
        ("Herr Jonas Kahl wohnt hier", "Herr [NAME_1] wohnt hier"),
        ("bill to ANNA LEE please", "bill to [NAME_1] please"),
    ],
)
def test_what_is_personal_is_taken_out_and_put_back(text: str, hidden: str) -> None:
    redaction = Redaction(["Anna Lee"])
    assert redaction.taken_out(text) == hidden
    assert redaction.put_back(hidden) == text


def test_the_same_content_has_the_same_placeholder() -> None:
    redaction = Redaction()
    first = redaction.taken_out("DE89370400440532013000")
    assert redaction.taken_out("DE89 3704 0044 0532 0130 00") == first == "[IBAN_1]"
    assert redaction.taken_out("GB33BUKB20201555555555") == "[IBAN_2]"


@pytest.mark.parametrize(
    "text",
    ["Net 100.00 19.00 119.00", "05.03.2026", "RE-2026-0815", "12 x 25,00", "100 20 2000.50", "2026-05-04"],
)
def test_amounts_dates_and_numbers_of_bills_stay(text: str) -> None:
    assert Redaction().taken_out(text) == text


def test_a_placeholder_that_nobody_gave_out_stays_as_it_is() -> None:
    assert Redaction().put_back("[NAME_7] owes") == "[NAME_7] owes"


@given(
    st.lists(st.sampled_from(["Anna Lee", "Bo", "a@b.example", "DE89 3704 0044 0532 0130 00", "x", "12,50"]))
)
def test_put_back_undoes_taken_out(parts: list[str]) -> None:
    redaction = Redaction(["Anna Lee"])
    text = " ; ".join(parts)
    assert redaction.put_back(redaction.taken_out(text)) == text
    assert "Anna" not in redaction.taken_out(text)

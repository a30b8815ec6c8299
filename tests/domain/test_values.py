from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.dates import readings
from countersign.domain.klass import FieldType
from countersign.domain.values import LANGUAGES, normalise, problem, same, show

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
DATES = st.dates(min_value=date(1970, 1, 1), max_value=date(2069, 12, 31))


@pytest.mark.parametrize(
    ("printed", "language", "value"),
    [
        ("1.234,56 €", "de", "1234.56"),
        ("CHF 1'234.50", "de", "1234.50"),
        ("1’234.5", "de", "1234.50"),
        ("(1,234.56)", "en", "-1234.56"),
        ("12,34,567.89", "en", "1234567.89"),
        ("1 234,50-", "fr", "-1234.50"),
        ("−218,48", "de", "-218.48"),
        ("- $4.11", "en", "-4.11"),
        ("$4", "en", "4.00"),
        ("412.16 DR", "en", "-412.16"),
        ("412.16CR", "en", "412.16"),
        ("12,00 S", "de", "-12.00"),
        ("100,-", "de", "100.00"),
        ("RM40.00", "en", "40.00"),
        ("1.234", "de", "1234.00"),
        ("1.234", "en", "1.234"),
        ("1,234", "en", "1234.00"),
        ("0.125", "de", "0.125"),
        ("1.234.567", "en", "1234567.00"),
    ],
)
def test_an_amount_in_any_notation_becomes_one_decimal(printed: str, language: str, value: str) -> None:
    assert normalise(FieldType.AMOUNT, printed, language) == value


@pytest.mark.parametrize(
    "printed", ["", "abc", "1.23.45", "1,2345,678", "12..5", "1'23", "--5", "1,234.56.7"]
)
def test_what_is_no_number_is_refused_in_one_sentence(printed: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        normalise(FieldType.AMOUNT, printed)


@given(AMOUNTS, st.sampled_from(LANGUAGES))
def test_an_amount_survives_being_shown_in_any_language(value: Decimal, language: str) -> None:
    canonical = normalise(FieldType.AMOUNT, f"{value:.2f}")
    assert normalise(FieldType.AMOUNT, show(FieldType.AMOUNT, canonical, language), language) == canonical


@given(
    AMOUNTS,
    st.sampled_from(["en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "de_CH", "en_IN", "sv_SE"]),
)
def test_amounts_as_locales_print_them_keep_their_worth(value: Decimal, locale: str) -> None:
    printed = format_decimal(value, "#,##,##0.00" if locale == "en_IN" else "#,##0.00", locale=locale)
    assert Decimal(normalise(FieldType.AMOUNT, printed, locale[:2])) == value


@given(st.text(max_size=20), st.sampled_from(list(FieldType)), st.sampled_from(LANGUAGES))
def test_any_text_gives_a_value_or_a_plain_refusal(text: str, type: FieldType, language: str) -> None:
    try:
        value = normalise(type, text, language)
    except ValueError as error:
        assert str(error).endswith(".")
    else:
        assert value
        assert show(type, value, language)


@given(DATES, st.sampled_from(LANGUAGES), st.sampled_from(["long", "full", "d MMM yyyy", "d. MMMM yyyy"]))
def test_dates_with_month_names_are_read_back_in_six_languages(day: date, language: str, form: str) -> None:
    assert normalise(FieldType.DATE, format_date(day, form, locale=language), language) == day.isoformat()


@given(DATES)
def test_a_hint_settles_day_and_month(day: date) -> None:
    assert normalise(FieldType.DATE, day.strftime("%d/%m/%Y"), day_first=True) == day.isoformat()
    assert normalise(FieldType.DATE, day.strftime("%m/%d/%y"), day_first=False) == day.isoformat()
    assert day.isoformat() in readings(day.strftime("%m/%d/%Y"))


@pytest.mark.parametrize(
    ("printed", "language", "value"),
    [
        ("18. Februar 2025", "de", "2025-02-18"),
        ("August 3 , 2014", "en", "2014-08-03"),
        ("05-AUG-2017", "en", "2017-08-05"),
        ("12th day of March, 2024", "en", "2024-03-12"),
        ("Monday, June 3rd 2024", "en", "2024-06-03"),
        ("twenty-first day of May 2019", "en", "2019-05-21"),
        ("1er janvier 2024", "fr", "2024-01-01"),
        ("12 de marzo de 2024", "es", "2024-03-12"),
        ("1 mrt 2024", "nl", "2024-03-01"),
        ("3.4.24", "en", "2024-04-03"),
        ("03/04/2024", "de", "2024-04-03"),
        ("2024/03/04", "en", "2024-03-04"),
        ("20240304", "en", "2024-03-04"),
        ("12/31/2024", "de", "2024-12-31"),
    ],
)
def test_a_date_in_any_notation_becomes_iso(printed: str, language: str, value: str) -> None:
    assert normalise(FieldType.DATE, printed, language) == value


def test_a_date_that_may_mean_two_days_is_refused_and_both_are_named() -> None:
    with pytest.raises(ValueError, match="may mean 2024-03-04 or 2024-04-03"):
        normalise(FieldType.DATE, "03/04/2024", "en")
    assert readings("03/04/2024") == ("2024-03-04", "2024-04-03")


@pytest.mark.parametrize("printed", ["31.02.2024", "2024-13-01", "May 2024", "123/4/2024", "45 March 2024"])
def test_a_day_that_does_not_exist_is_no_date(printed: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        normalise(FieldType.DATE, printed)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("three (3) years", "3 years"),
        ("24 Monate", "24 months"),
        ("two-year", "2 years"),
        ("eighteen months", "18 months"),
        ("one year", "1 year"),
        ("180 days'", "180 days"),
        ("twenty-four (24) months", "24 months"),
        ("un an", "1 year"),
    ],
)
def test_a_duration_is_a_count_and_a_unit(printed: str, value: str) -> None:
    assert normalise(FieldType.DURATION, printed) == value


@pytest.mark.parametrize(
    ("type", "printed", "value"),
    [
        (FieldType.NUMBER, "19,00 %", "19"),
        (FieldType.NUMBER, "2.50", "2.5"),
        (FieldType.CURRENCY, "€", "EUR"),
        (FieldType.CURRENCY, "chf", "CHF"),
        (FieldType.CURRENCY, "US$", "USD"),
        (FieldType.IBAN, "de33 6005 0101 0001 2345 67", "DE33600501010001234567"),
        (FieldType.VAT_ID, "DE 136.695.976", "DE136695976"),
        (FieldType.BIC, "SOLADEST600", "SOLADEST600"),
        (FieldType.COUNTRY, "Deutschland", "DE"),
        (FieldType.COUNTRY, "United Kingdom", "GB"),
        (FieldType.EMAIL, "<Billing@Example.COM>", "billing@example.com"),
        (FieldType.PHONE, "+49 (0)30 1234-567", "+49301234567"),
        (FieldType.IDENTIFIER, "#RE 2024 001", "RE2024001"),
        (FieldType.ADDRESS, "Hauptstr. 1\n 12345  Ort ", "Hauptstr. 1, 12345 Ort"),
        (FieldType.NAME, " Acme  GmbH, ", "Acme GmbH"),
    ],
)
def test_every_type_has_one_canonical_form(type: FieldType, printed: str, value: str) -> None:
    assert normalise(type, printed) == value


@pytest.mark.parametrize(
    ("type", "right", "wrong"),
    [
        (FieldType.IBAN, "DE89370400440532013000", "DE88370400440532013000"),
        (FieldType.VAT_ID, "DE136695976", "DE136695978"),
        (FieldType.VAT_ID, "CHE116281710", "CHE116281711"),
        (FieldType.BIC, "DEUTDEFF", "DEUTQQFF"),
    ],
)
def test_a_misprinted_identifier_is_a_value_with_a_problem(type: FieldType, right: str, wrong: str) -> None:
    assert problem(type, normalise(type, right)) is None
    said = problem(type, normalise(type, wrong))
    assert said is not None
    assert wrong in said


def test_people_see_numbers_dates_and_ibans_as_they_write_them() -> None:
    assert show(FieldType.AMOUNT, "1234.50", "de") == "1.234,50"
    assert show(FieldType.AMOUNT, "1234.50", "en") == "1,234.50"
    assert show(FieldType.DATE, "2024-03-05", "de") == "05.03.2024"
    assert show(FieldType.IBAN, "DE89370400440532013000") == "DE89 3704 0044 0532 0130 00"
    assert show(FieldType.COUNTRY, "DE", "en") == "Germany"


def test_values_that_mean_the_same_are_the_same() -> None:
    assert same(FieldType.AMOUNT, "5.0", "5.00")
    assert same(FieldType.NAME, "ACME Corp.", "Acme Corp")
    assert same(FieldType.NAME, "Linden Hall & Partners, L.P.", "Linden Hall and Partners LP")
    assert same(FieldType.NAME, "Bluestone, Incorporated", "BLUESTONE INC.")
    assert same(FieldType.DURATION, "24 months", "2 years")
    assert not same(FieldType.AMOUNT, "5.00", "50.00")
    assert not same(FieldType.DURATION, "24 months", "24 years")
    assert not same(FieldType.NAME, "Limited Goods Inc.", "Goods Inc.")
    assert not same(FieldType.IDENTIFIER, "A1", "A2")

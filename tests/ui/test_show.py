"""Values are written for people in their locale, exactly."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from countersign.domain.klass import FieldType
from countersign.ui.models import show

GERMAN = QLocale(QLocale.Language.German, QLocale.Country.Germany)
BRITISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2))
def test_an_amount_never_loses_or_gains_a_cent(amount: Decimal) -> None:
    written = show.money(str(amount), BRITISH)
    assert Decimal(written.replace(",", "").replace("−", "-")) == amount


@pytest.mark.parametrize(
    ("value", "locale", "written"),
    [
        ("1234567.5", GERMAN, "1.234.567,50"),
        ("1234567.5", BRITISH, "1,234,567.50"),
        ("-1204.55", GERMAN, "−1.204,55"),
        ("0.125", BRITISH, "0.125"),
        ("12", BRITISH, "12.00"),
        ("n/a", BRITISH, "n/a"),
    ],
)
def test_amounts_follow_the_locale(value: str, locale: QLocale, written: str) -> None:
    assert show.money(value, locale) == written


def test_days_name_their_month_so_that_nobody_takes_a_day_for_a_month() -> None:
    assert show.day("2026-11-02", BRITISH) == "2 Nov 2026"


def test_what_is_no_day_is_shown_as_it_is() -> None:
    assert show.day("soon", BRITISH) == "soon"


def test_an_iban_is_written_in_groups_of_four() -> None:
    assert show.value("DE89370400440532013000", FieldType.IBAN, BRITISH) == "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    ("since", "written"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=61), "1 h"),
        (timedelta(hours=25), "1 d"),
        (timedelta(days=400), "1 y"),
    ],
)
def test_ages_are_written_in_one_unit(since: timedelta, written: str) -> None:
    assert show.age(since).replace("\N{NO-BREAK SPACE}", " ") == written

"""A day that has been is never read as one to come."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agents.paper_words import opened, page

from countersign.agents import arithmetic, widgets
from countersign.agents.local import read_document
from countersign.agents.past import past_day
from countersign.domain.document import Widget
from countersign.domain.geometry import Box
from countersign.domain.klass import FieldDef, FieldType
from countersign.domain.reading import Answer, Method, Reading
from countersign.settings.catalogue import examples, load

CLAIM = load().classes["claim"]
TODAY = date(2026, 11, 20)
BOX = Box(x0=200, y0=118, x1=300, y1=134)
BORN = FieldDef(name="born", type=FieldType.DATE, label={"en": "Born"}, past=True)


@pytest.mark.parametrize(
    ("value", "printed", "meant"),
    [
        ("2049-07-25", "07/25/49", "1949-07-25"),
        ("2026-11-21", "21.11.26", "1926-11-21"),
        ("2026-11-20", "20.11.26", "2026-11-20"),
        ("2012-02-29", "29.02.12", "2012-02-29"),
        ("2049-07-25", "07/25/2049", "2049-07-25"),
        ("2048-02-29", "29.2.48", "1948-02-29"),
    ],
)
def test_a_short_year_means_the_century_in_which_the_day_has_been(
    value: str, printed: str, meant: str
) -> None:
    assert past_day(BORN, value, printed, TODAY) == meant
    assert past_day(BORN.model_copy(update={"past": False}), value, printed, TODAY) == value


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)), st.dates(date(2000, 3, 1), date(2069, 12, 31)))
def test_whatever_is_printed_with_a_short_year_is_a_real_day_of_the_past(day: date, today: date) -> None:
    meant = date.fromisoformat(past_day(BORN, day.isoformat(), f"{day:%d.%m.%y}", today))
    assert meant <= today
    assert (meant.day, meant.month, meant.year % 100) == (day.day, day.month, day.year % 100)


def test_a_birth_is_read_in_the_past_also_beside_dates_that_are_near() -> None:
    paper = page(
        (60, 60, "Claim form", 16),
        (60, 120, "Claim number"),
        (200, 120, "C-20261"),
        (60, 140, "Date of birth"),
        (200, 140, "07/25/49"),
        (60, 160, "Date of loss"),
        (200, 160, "10/13/25"),
    )
    made = read_document(opened(paper), CLAIM, "en")
    told = {reading.field: reading.value for reading in made.readings}
    assert told["claimant_date_of_birth"] == "1949-07-25"
    assert told["date_of_loss"] == "2025-10-13"


def test_a_birth_in_a_form_field_is_read_in_the_past() -> None:
    one = page((60, 60, "Application for benefits", 16), (60, 120, "Date of birth"))
    asked = Widget(name="dob", label="Date of birth", value="10/04/49", page=0, box=BOX)
    made = widgets.read(opened(one, widgets=(asked,)), examples()["benefit_claim"], "en")
    assert made is not None
    assert "1949-10-04" in {reading.value for reading in made.readings}


def test_a_birth_that_says_itself_to_be_to_come_goes_to_a_person() -> None:
    def findings(value: str) -> list[str]:
        reading = Reading(
            field="claimant_date_of_birth",
            answer=Answer(value=value),
            confidence=990_000,
            method=Method.TEXT,
        )
        checked = arithmetic.check(CLAIM, [reading], [], None, TODAY)
        return [reason.code for reason in checked.findings if "claimant_date_of_birth" in reason.fields]

    assert findings((TODAY + timedelta(days=1)).isoformat()) == ["dates_out_of_order"]
    assert findings(TODAY.isoformat()) == []

"""Candidates for names and for what somebody is, told by where they stand and what they hold."""

import pytest
from tests.agents.paper_words import opened, page

from countersign.agents.prepared import Prepared
from countersign.agents.sheet import Sheet
from countersign.domain.klass import ClassDef, FieldDef, FieldGroup, FieldType, Headline

OWNER = FieldDef(name="owner", type=FieldType.NAME, label={"en": "Owner"})
OFFICE = FieldDef(name="office", type=FieldType.TEXT, label={"en": "Office"})
DEED = ClassDef(
    name="deed",
    label={"en": "Deed"},
    groups=(FieldGroup(name="all", label={"en": "All"}, fields=(OWNER, OFFICE)),),
    headline=Headline(counterparty="owner"),
)


def candidates(field: FieldDef, *lines: str) -> set[str]:
    """What could be the value of the field on a page of these lines, which stand far apart."""
    sheet = Sheet(opened(page(*((60.0, 40.0 + 60 * n, line) for n, line in enumerate(lines)))))
    return {candidate.value for candidate in Prepared(sheet, DEED, "en").candidates(field)[0]}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Name Cobalt Reef, Inc. d/b/a Reef Tours", "Cobalt Reef, Inc."),
        ("Cobalt Reef, Inc. t/a Reef Tours", "Cobalt Reef, Inc."),
        ("Name Friends of Cobalt Reef, Inc.", "Friends of Cobalt Reef, Inc."),
        ("Name Friends of Cobalt Reef, Inc.", "Cobalt Reef, Inc."),
        ("The Cobalt Reef Group, LLC", "Cobalt Reef Group, LLC"),
        ("Name The Cobalt Reef Group, LLC", "The Cobalt Reef Group, LLC"),
    ],
)
def test_a_name_may_be_a_part_of_its_line(line: str, name: str) -> None:
    assert name in candidates(OWNER, line)


def test_a_name_is_not_cut_before_what_it_is_also_called_when_nothing_goes_before() -> None:
    assert candidates(OWNER, "c/o Cobalt Reef") >= {"c/o Cobalt Reef"}


@pytest.mark.parametrize(
    ("line", "office"),
    [
        ("Managing Director", "Managing Director"),
        ("ADA QUILL, DIRECTOR", "DIRECTOR"),
        ("Manager, Northern Region", "Manager, Northern Region"),
    ],
)
def test_a_short_line_or_its_end_says_what_somebody_is(line: str, office: str) -> None:
    assert office in candidates(OFFICE, "Ada Quill", line)


def test_a_long_line_or_one_without_an_office_says_nothing() -> None:
    long = "The director may open it at any time"
    assert candidates(OFFICE, long, "Ada Quill, Ghent") & {long, "Ghent"} == set()

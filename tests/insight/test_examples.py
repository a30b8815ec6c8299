"""A truth may speak of a class that ships as an example only."""

import pytest

from countersign.insight.examples import needed
from countersign.settings.catalogue import Catalogue, examples, load


@pytest.fixture(scope="module")
def desk() -> Catalogue:
    return load()


def line(klass: str, *fields: str) -> dict[str, object]:
    return {"class": klass, "fields": [{"name": name} for name in fields]}


def name_of(truth: dict[str, object], desk: Catalogue) -> str | None:
    found = needed(truth, desk)
    return found.name if found else None


def test_a_class_that_no_desk_knows_is_taken_from_the_examples(desk: Catalogue) -> None:
    assert name_of(line("ad_buy"), desk) == "ad_buy"
    assert name_of(line("no_such_class"), desk) is None


def test_a_wider_class_stands_for_the_example_whose_fields_the_truth_names(desk: Catalogue) -> None:
    assert "benefit_claim" not in desk.classes
    assert name_of(line("claim", "veteran_first_name", "email"), desk) == "benefit_claim"
    assert name_of(line("claim", "claim_number", "claimed_amount"), desk) is None
    assert name_of(line("claim", "carrier_name", "policy_number"), desk) is None  # a loss run


def test_a_desk_that_took_the_example_needs_none(desk: Catalogue) -> None:
    own = desk.model_copy(update={"classes": {**desk.classes, **examples()}})
    assert name_of(line("claim", "veteran_first_name"), own) is None

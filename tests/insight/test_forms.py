from typing import Any

from countersign.domain.geometry import Box
from countersign.domain.reading import Answer, Cell, Evidence, Row
from countersign.insight.forms import score_form


def entry(value: str, y: float = 0, type: str = "Text") -> dict[str, Any]:
    return {"value": value, "type": type, "page": 0, "bbox": [0, y, 100, y + 10], "label": "Name"}


def row(value: str, y: float = 0, page: int = 0) -> Row:
    place = Evidence(document="ab", page=page, box=Box(x0=1, y0=y + 1, x1=40, y1=y + 9))
    cell = Cell(column="value", answer=Answer(value=value), confidence=900_000, evidence=place)
    return Row(table="fields", cells=(cell,))


def figures(rows: list[Row], *entries: dict[str, Any]) -> tuple[int, ...]:
    held = score_form(rows, {"form_fields": list(entries)})
    assert held is not None
    return tuple(held)


def test_a_field_is_read_when_its_value_stands_on_its_box() -> None:
    assert figures([row("Jo Doe")], entry("Jo Doe")) == (1, 1, 1, 1)


def test_the_right_value_in_another_place_is_not_the_field() -> None:
    assert figures([row("Jo Doe", y=50)], entry("Jo Doe")) == (0, 0, 1, 1)
    assert figures([row("Jo Doe", page=1)], entry("Jo Doe")) == (0, 0, 1, 1)


def test_other_punctuation_is_right_but_not_exact() -> None:
    assert figures([row("555-0100")], entry("5550100")) == (0, 1, 1, 1)


def test_two_fields_of_one_value_need_two_rows() -> None:
    assert figures([row("7")], entry("7"), entry("7", y=50)) == (1, 1, 1, 2)


def test_an_empty_tick_box_is_no_filled_field_and_a_ticked_one_is_right_by_any_yes() -> None:
    assert figures(
        [row("off"), row("yes", y=50)], entry("0", type="CheckBox"), entry("1", 50, "CheckBox")
    ) == (
        1,
        1,
        1,
        1,
    )


def test_a_truth_that_names_no_form_fields_has_no_score() -> None:
    assert score_form([row("Jo")], {}) is None

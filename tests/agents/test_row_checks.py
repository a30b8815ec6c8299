"""Checks over rows: how many there are, and balances that follow each other."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.agents.arithmetic import check
from countersign.domain.confidence import ppm
from countersign.domain.klass import ClassDef
from countersign.domain.reading import Answer, Cell, Method, Reading, Row
from countersign.settings.catalogue import load

CLASSES = load().classes
TODAY = date(2026, 3, 1)


def row(table: str, **cells: str) -> Row:
    made = tuple(
        Cell(column=name, answer=Answer(value=value), confidence=ppm(0.9)) for name, value in cells.items()
    )
    return Row(table=table, cells=made)


def counted(said: str, rows: int) -> tuple[str, ...]:
    reading = Reading(
        field="record_count", answer=Answer(value=said), confidence=ppm(0.9), method=Method.TEXT
    )
    read = [row("incidents", incident_number=str(number)) for number in range(rows)]
    checked = check(CLASSES["loss_run"], [reading], read, None, TODAY)
    return tuple(reason.detail for reason in checked.findings if reason.code == "totals_disagree")


def test_a_count_that_the_document_prints_is_compared_with_the_rows_that_were_read() -> None:
    assert counted("3", 3) == ()
    assert counted("3", 2) == ("2 rows were read, the document says 3",)


@given(st.lists(st.integers(-10_000, 10_000), min_size=4, max_size=12), st.data())
def test_one_amount_that_a_running_balance_does_not_follow_is_found(
    amounts: list[int], data: st.DataObject
) -> None:
    balances = [sum(amounts[: place + 1]) for place in range(len(amounts))]
    told = [
        row("transactions", date="2026-01-05", description="x", amount=f"{a}.00", balance=f"{b}.00")
        for a, b in zip(amounts, balances, strict=True)
    ]
    assert not _broken(told)
    wrong = data.draw(st.integers(1, len(amounts) - 1))
    told[wrong] = row(
        "transactions", date="2026-01-05", description="x",
        amount=f"{amounts[wrong] + 7}.00", balance=f"{balances[wrong]}.00",
    )  # fmt: skip
    assert _broken(told)


def _broken(rows: list[Row]) -> bool:
    checked = check(CLASSES["statement"], [], rows, None, TODAY)
    return any("make" in reason.detail for reason in checked.findings if reason.code == "totals_disagree")


def test_balances_in_another_order_are_no_finding() -> None:
    amounts = [5, 7, 11, 13]
    balances = [sum(amounts[: place + 1]) for place in range(4)][::-1]
    rows = [
        row("transactions", date="2026-01-05", description="x", amount=f"{a}.00", balance=f"{b}.00")
        for a, b in zip(amounts[::-1], balances, strict=True)
    ]
    assert all(one != other for one, other in pairwise(balances))
    assert not _broken(rows)


@pytest.mark.parametrize(
    "change",
    [
        {"counted_by": "no_such_field"},
        {"nested": {"kinds": {"bi": ["bi"]}, "measures": {"lost": ["lost"]}}},
    ],
)
def test_a_table_that_names_what_is_not_there_is_refused(change: dict[str, object]) -> None:
    data = CLASSES["loss_run"].model_dump(mode="json")
    data["tables"][0].update(change)
    with pytest.raises(ValueError, match=r"has no (field|column)"):
        ClassDef.model_validate(data)

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.insight.test_scoring import KLASS

from countersign.domain.document import MediaType, Opened, Page, TextSource, Word
from countersign.domain.klass import TableDef
from countersign.domain.reading import Answer, Cell, Row
from countersign.insight.rows import RowScore, _known, score_rows

LINES = KLASS.tables[0]


def row(**cells: str) -> Row:
    return Row(
        table="lines",
        cells=tuple(Cell(column=c, answer=Answer(value=v), confidence=900_000) for c, v in cells.items()),
    )


def counts(held: RowScore) -> tuple[int, ...]:
    return held[:6]


def test_rows_are_matched_by_what_they_hold_not_by_their_order() -> None:
    truth = {
        "line_items": [{"description": "Oak", "amount": "1.00"}, {"description": "Pine", "amount": "2.00"}]
    }
    held = score_rows(
        LINES, [row(description="Pine", amount="2.00"), row(description="Oak", amount="9.00")], truth
    )
    assert counts(held) == (3, 4, 4, 1, 2, 2)


def test_a_record_is_right_only_when_every_cell_is() -> None:
    truth = {"line_items": [{"description": "Oak", "amount": "1.00"}, {"description": "Elm"}]}
    right = [row(description="Oak", amount="1.00"), row(description="Elm")]
    invented = [row(description="Oak", amount="1.00"), row(description="Elm", amount="5.00")]
    assert score_rows(LINES, right, truth).records_f1 == 1.0
    assert score_rows(LINES, invented, truth).records_right == 1


def test_a_record_is_not_right_while_no_column_holds_part_of_it() -> None:
    truth = {"line_items": [{"description": "Oak", "colour": "red"}]}
    held = score_rows(LINES, [row(description="Oak")], truth)
    assert held.records_right == 0
    assert held.unread_columns == {"colour"}
    assert held.f1 == 1.0


def test_a_row_pairs_with_one_record_alone() -> None:
    truth = {"line_items": [{"description": "Oak", "amount": "1.00"}] * 2}
    held = score_rows(LINES, [row(description="Oak", amount="1.00")] * 3, truth)
    assert counts(held) == (4, 6, 4, 2, 3, 2)


def test_what_is_nested_or_listed_is_named_by_its_path() -> None:
    item: dict[str, Any] = {
        "bi": {"paid": 0.0, "reserve": 5.5},
        "claimants": ["A", "B"],
        "driver": None,
        "incident_on_page": True,
        "page": 3,
    }
    assert _known({"line_items": [item]}, LINES).records == [{"bi_reserve": "5.5", "claimants": "A; B"}]


def test_a_cell_that_the_truth_says_is_not_on_the_page_is_not_scored() -> None:
    item = {"description": "Oak", "line_total": "1.00", "description_on_page": False}
    assert _known({"line_items": [item]}, LINES).records == [{"amount": "1.00"}]


def test_numbers_are_compared_as_numbers_and_lists_in_any_order() -> None:
    table = TableDef.model_validate(
        {
            "name": "lines",
            "label": {"en": "Lines"},
            "columns": [
                {"name": "people", "type": "text", "label": {"en": "People"}},
                {"name": "count", "type": "number", "label": {"en": "Count"}},
            ],
        }
    )
    truth = {"line_items": [{"people": ["Al Kim", "Bo Ray"], "count": "20.0000"}]}
    assert score_rows(table, [row(people="Bo Ray; AL KIM", count="20")], truth).records_f1 == 1.0


def test_a_nested_amount_of_zero_is_the_same_as_none() -> None:
    table = TableDef.model_validate(
        {
            "name": "lines",
            "label": {"en": "Lines"},
            "columns": [
                {"name": "description", "type": "text", "label": {"en": "Description"}},
                {"name": "bi_paid", "type": "amount", "label": {"en": "Paid"}},
                {"name": "pd_paid", "type": "amount", "label": {"en": "Paid"}},
            ],
        }
    )
    truth = {"line_items": [{"description": "Hail", "bi": {"paid": 0.0}, "pd": {"paid": 60490.009999999995}}]}
    silent = [row(description="Hail", pd_paid="60490.01")]
    spoken = [row(description="Hail", pd_paid="60490.01", bi_paid="0.00")]
    assert score_rows(table, silent, truth).records_f1 == 1.0
    assert score_rows(table, spoken, truth).records_f1 == 1.0
    assert (
        score_rows(table, [row(description="Hail", pd_paid="60490.01", bi_paid="7.00")], truth).records_f1
        == 0
    )


def test_a_cell_that_is_printed_nowhere_on_a_born_digital_page_is_not_asked_for() -> None:
    words = tuple(Word(text, 0, 0, 9, 9, 0) for text in ("Oak", "1,200.00"))
    page = Page(number=0, width=99, height=99, source=TextSource.TEXT_LAYER, words=words)
    opened = Opened(sha256="ab", media_type=MediaType.PDF, pages=(page,))
    read = [row(amount="1200.00")]
    gone = {"line_items": [{"description": "Red oak", "amount": "1200"}]}
    there = {"line_items": [{"description": "Oak", "amount": "1200"}]}
    assert score_rows(LINES, read, gone, opened=opened).records_f1 == 1.0
    assert score_rows(LINES, read, there, opened=opened).records_f1 == 0.0
    scanned = opened.model_copy(update={"pages": (page.model_copy(update={"source": TextSource.OCR}),)})
    assert score_rows(LINES, read, gone, opened=scanned).records_f1 == 0.0


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "description": st.text("abcdefgh ", min_size=4, max_size=20).filter(str.strip),
            "amount": st.decimals(0, 9999, places=2).map(str),
        }
    ),
    max_size=12,
)


@given(RECORDS, st.randoms(use_true_random=False))
def test_rows_that_say_what_is_so_are_all_right_in_any_order(
    records: list[dict[str, str]], dice: Random
) -> None:
    rows = [row(description=" ".join(r["description"].split()), amount=r["amount"]) for r in records]
    dice.shuffle(rows)
    held = score_rows(LINES, rows, {"line_items": records})
    assert (held.f1, held.records_f1) == (1.0, 1.0)


@given(RECORDS, RECORDS)
def test_no_count_of_rows_exceeds_what_was_given_or_what_is_there(
    records: list[dict[str, str]], others: list[dict[str, str]]
) -> None:
    held = score_rows(LINES, [row(**other) for other in others], {"line_items": records})
    assert held.cells_right <= min(held.cells_given, held.cells_there)
    assert held.records_right <= min(held.records_given, held.records_there)
    assert held.records_given == len(others)

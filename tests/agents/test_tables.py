"""Tables as documents print them: headers, rows, blocks, words in cells, and what a cell is worth."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.agents.candidates import Print
from countersign.agents.labels import find, lexicon
from countersign.agents.sheet import Sheet
from countersign.agents.tables import Found, read_tables
from countersign.agents.tables_cells import names_apart, partial_date, read_value
from countersign.agents.tables_trust import Trust, learn
from countersign.domain.document import MediaType, Opened, Page, TextSource, Word
from countersign.domain.klass import FieldDef, FieldType
from countersign.settings.catalogue import load

CLASSES = load().classes
WIDE, TALL = 5.0, 12.0


def drawn(*pages: str, confidence: int = 100) -> Opened:
    """Set text in a fixed pitch: every sign five points wide, every line twelve points high."""
    made = []
    for number, text in enumerate(pages):
        words = []
        for line, row in enumerate(text.strip("\n").split("\n")):
            at = 0
            for token in row.split(" "):
                if token:
                    x, y = 40 + at * WIDE, 40 + line * TALL
                    words.append(Word(token, x, y, x + len(token) * WIDE, y + 9, line, confidence, 9.0))
                at += len(token) + 1
        source = TextSource.TEXT_LAYER if confidence == 100 else TextSource.OCR
        made.append(Page(number=number, width=900, height=800, source=source, words=tuple(words)))
    return Opened(sha256="ab" * 32, media_type=MediaType.PDF, pages=tuple(made))


def found(klass: str, *pages: str, language: str = "en", confidence: int = 100) -> Found:
    sheet = Sheet(drawn(*pages, confidence=confidence))
    definition = CLASSES[klass]
    return read_tables(sheet, definition, find(sheet, lexicon(definition)), Print(sheet, language))


def rows(klass: str, *pages: str, language: str = "en") -> list[dict[str, str]]:
    return [
        {cell.column: cell.answer.value for cell in row.cells}
        for row in found(klass, *pages, language=language).rows
    ]


INVOICE = """
                                        Unit       Line
Item   Description              Qty     Price      Total
1      Blue paint               2       10.00      20.00
       matt, 10 l
2      Brush                    3        4.00      12.00
                         Subtotal                  32.00
"""


def test_a_header_of_two_lines_names_its_columns_and_a_text_of_two_lines_is_one() -> None:
    assert rows("invoice", INVOICE) == [
        {"description": "Blue paint matt, 10 l", "quantity": "2", "unit_price": "10.00", "amount": "20.00"},
        {"description": "Brush", "quantity": "3", "unit_price": "4.00", "amount": "12.00"},
    ]


def test_a_row_that_sums_up_the_rows_above_it_is_no_row_whatever_its_label() -> None:
    text = """
Description              Qty     Price      Amount
Blue paint               2       10.00      20.00
Brush                    3        4.00      12.00
Goods                                       32.00
"""
    assert [row["amount"] for row in rows("invoice", text)] == ["20.00", "12.00"]


def test_an_article_number_in_a_column_of_its_own_is_not_the_description() -> None:
    text = """
Pos.  Article   Description              Qty     Price      Amount
10    KS-463    Working hour             2       10.00      20.00
20    KR-3646   Ball bearing             3        4.00      12.00
"""
    assert [row["description"] for row in rows("invoice", text)] == ["Working hour", "Ball bearing"]


def test_an_account_number_is_never_an_amount() -> None:
    text = """
Item claimed             Bought on     Value
Hire car, 5 days         20/03/2023    929.00
Boot lid                 07/08/2018    423.00
Please pay to            my account    DE89 3704 0044 0532 0130 00
"""
    assert [row["amount"] for row in rows("claim", text)] == ["929.00", "423.00"]
    amount = FieldDef(name="amount", type=FieldType.AMOUNT, label={"en": "Amount"})
    style = Print(Sheet(drawn("1,234.50")), "en")
    for text in ("DE89 3704 0044 0532 0130 00", "75396837", "7%", "12 and 13", "None", "—"):
        assert read_value(amount, text, style) is None
    assert read_value(amount, "1,234.50 per day", style) == "1234.50"


def test_a_table_goes_on_over_pages_whether_its_header_is_repeated_or_not() -> None:
    head = "Date         Details                  Amount      Balance\n"
    first = head + "01/02/2024   Rent                     -100.00     900.00\n" * 2
    foot = "                          Carried forward             900.00\n"
    second = "03/02/2024   Salary                    500.00    1,400.00\n"
    one = rows("statement", first + foot, foot + head + second, language="de")
    assert one == rows("statement", first + foot, foot + second, language="de")
    assert [row["amount"] for row in one] == ["-100.00", "-100.00", "500.00"]


def test_days_without_a_year_are_of_the_year_that_the_statement_is_near() -> None:
    text = """
Statement date: 15 January 2024
Date     Details                  Amount
28/12    Rent                     100.00
04/01    Salary                   500.00
"""
    assert [row["date"] for row in rows("statement", text)] == ["2023-12-28", "2024-01-04"]


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.integers(-170, 170), st.booleans())
def test_a_day_without_a_year_is_the_one_that_lies_nearest(near: date, days: int, day_first: bool) -> None:
    meant = near + timedelta(days=days)
    order = (meant.day, meant.month) if day_first else (meant.month, meant.day)
    if (meant.month, meant.day) != (2, 29):
        assert partial_date(f"{order[0]:02}/{order[1]:02}", near, day_first) == meant.isoformat()


def test_a_receipt_without_a_header_is_read_where_its_lines_add_up_to_a_total() -> None:
    text = """
Bistro Blue Moon
2 x Tortilla                 10.20
1 x Coffee                    3.40
TOTAL                        13.60
Cash                         20.00
Change                        6.40
"""
    assert rows("invoice", text) == [
        {"description": "Tortilla", "quantity": "2", "amount": "10.20"},
        {"description": "Coffee", "quantity": "1", "amount": "3.40"},
    ]
    assert rows("invoice", text.replace("13.60", "13.70")) == []


BLOCKS = """
Incident #30001 (Ref #L24)                              Liability - Open

Policy #:        L24A1 (TN)
Date of Loss:    03/30/2024 (OH)
Description:
     Rear end collision
     at the light
Claimant(s):
     Hubbard PLC
     Smith, Ann

Category              Reserve      Paid       Total Incurred

BI                    $200.00      $10.00         $210.00

DED                     $0.00       $0.00        ($50.00)

Incident Total        $200.00      $10.00         $160.00
"""


def test_a_record_printed_as_a_block_is_read_with_its_small_table_of_amounts() -> None:
    second = BLOCKS.replace("30001", "30002").replace("Liability - Open", "Cargo - Closed")
    one, other = rows("loss_run", BLOCKS + second)
    assert one == {
        "incident_number": "30001",
        "reference_number": "L24",
        "coverage_type": "Liability",
        "status": "Open",
        "policy_number": "L24A1",
        "policy_state": "TN",
        "description": "Rear end collision at the light",
        "date_of_loss": "2024-03-30",
        "loss_state": "OH",
        "claimants": "Hubbard PLC; Smith, Ann",
        "bi_reserve": "200.00",
        "bi_paid": "10.00",
        "bi_total_incurred": "210.00",
        "ded_reserve": "0.00",
        "ded_paid": "0.00",
        "ded_total_incurred": "-50.00",
    }
    assert (other["incident_number"], other["status"]) == ("30002", "Closed")


def test_a_block_that_goes_on_under_its_repeated_head_overleaf_is_one_record_and_a_double_is_two() -> None:
    head, rest = BLOCKS.split("\nCategory")
    broken = rows(
        "loss_run", BLOCKS.replace("30001", "30009") + head, head.split("\n\n")[0] + "\nCategory" + rest
    )
    assert [row["incident_number"] for row in broken] == ["30009", "30001"]
    assert broken[1]["bi_paid"] == "10.00"
    assert len(rows("loss_run", BLOCKS + BLOCKS, BLOCKS)) == 3


def test_blocks_in_two_lanes_are_read_lane_by_lane() -> None:
    other = BLOCKS.replace("30001", "30002")
    pairs = zip(BLOCKS.strip("\n").split("\n"), other.strip("\n").split("\n"), strict=True)
    text = "\n".join(f"{left:<80}{right}" for left, right in pairs)
    assert [row["incident_number"] for row in rows("loss_run", text)] == ["30001", "30002"]
    assert all(row["bi_paid"] == "10.00" and row["policy_state"] == "TN" for row in rows("loss_run", text))


DETAILS = """
Incident #   Loss Date    Status    Incident Details
                                    Insured: Blue
                                    Haulage Inc
30001        03/30/2024   Open      BI: Reserve $0.00 |
                                    Paid $5.00 | Total
                                    Incurred $5.00
30002        04/02/2024   Closed    Insured: Red Ltd
                                    BI: Reserve $7.00 |
                                    Paid $0.00 | Total
                                    Incurred $7.00
"""


def test_words_with_labels_inside_a_cell_belong_to_the_row_that_they_stand_beside() -> None:
    one, other = rows("loss_run", DETAILS)
    assert one["insured"] == "Blue Haulage Inc"
    assert (one["bi_paid"], one["bi_total_incurred"]) == ("5.00", "5.00")
    assert (other["insured"], other["bi_reserve"], other["date_of_loss"]) == ("Red Ltd", "7.00", "2024-04-02")


def test_what_heads_a_group_of_rows_is_said_of_each_of_them() -> None:
    text = """
Policy Number: L23A0001   Policy State: TX
Claim #        Loss Date   Status     Description
C-1001         01/22/2023  Open       Rear end collision
C-1002         03/15/2023  Closed     Hit a deer
Policy Number: L24A0002   Policy State: OH
C-1003         05/02/2024  Open       Windshield cracked
"""
    told = [(row["policy_number"], row["policy_state"]) for row in rows("loss_run", text)]
    assert told == [("L23A0001", "TX"), ("L23A0001", "TX"), ("L24A0002", "OH")]


def test_a_record_may_take_as_many_lines_as_its_header() -> None:
    text = """
Claim Number   Claimant             Date of Loss  Status   BI Paid
Policy Number  Description          Date Reported
C-1001         Smith, John          01/22/2023    Open     1,000.00
P-55           Rear end collision   01/25/2023
C-1002         Brown, Ann           03/15/2023    Closed       0.00
P-56           Hit a deer           03/16/2023
"""
    one, other = rows("loss_run", text)
    assert one["policy_number"] == "P-55"
    assert one["date_reported"] == "2023-01-25"
    assert (other["description"], other["bi_paid"]) == ("Hit a deer", "0.00")


def test_measures_below_kinds_name_their_amounts() -> None:
    text = """
                                     Bodily Injury         Property Damage
Claim #        Loss Date        Paid     Reserve        Paid     Reserve
C-1001         01/22/2023     100.00      200.00        5.00        6.00
C-1002         03/15/2023       0.00        0.00        7.00        0.00
"""
    one = rows("loss_run", text)[0]
    amounts = {name: value for name, value in one.items() if name[:3] in ("bi_", "pd_")}
    assert amounts == {"bi_paid": "100.00", "bi_reserve": "200.00", "pd_paid": "5.00", "pd_reserve": "6.00"}


def test_every_cell_is_pointed_at_with_the_box_of_its_words() -> None:
    sheet = drawn(INVOICE)
    for row in found("invoice", INVOICE).rows:
        for cell in row.cells:
            assert cell.evidence is not None
            box = cell.evidence.box
            inside = [
                w.text
                for w in sheet.pages[0].words
                if box.x0 <= w.x0 and w.x1 <= box.x1 and box.y0 <= w.y0 and w.y1 <= box.y1
            ]
            assert inside == cell.answer.printed.split()


def test_a_row_that_multiplies_is_trusted_more_than_one_that_does_not() -> None:
    wrong = INVOICE.replace("4.00      12.00", "4.00      13.00")
    right, doubtful = found("invoice", INVOICE).rows[1], found("invoice", wrong).rows[1]
    sure = {cell.column: cell.confidence for cell in right.cells}
    unsure = {cell.column: cell.confidence for cell in doubtful.cells}
    assert all(unsure[name] < sure[name] for name in ("amount", "quantity", "unit_price"))


def test_words_that_a_picture_gives_are_trusted_less() -> None:
    clear = found("invoice", INVOICE).rows[0].cells[0].confidence
    seen = found("invoice", INVOICE, confidence=75).rows[0].cells[0].confidence
    assert seen < clear


def test_what_speaks_against_a_cell_lowers_it_and_what_is_seen_seldom_says_nothing() -> None:
    cells = [(frozenset({"good"}), True, 1.0)] * 95 + [(frozenset({"good"}), False, 1.0)] * 5
    cells += [(frozenset({"bad"}), True, 1.0)] * 50 + [(frozenset({"bad"}), False, 1.0)] * 50
    cells += [(frozenset({"rare"}), False, 1.0)]
    trust = learn(cells)
    assert trust.confidence(frozenset({"good"})) == pytest.approx(0.95, abs=0.03)
    assert trust.confidence(frozenset({"bad"})) == pytest.approx(0.5, abs=0.05)
    assert "rare" not in trust.weights


@given(st.dictionaries(st.text(), st.floats(-50, 50)), st.frozensets(st.text()))
def test_no_cell_is_ever_certain(weights: dict[str, float], signs: frozenset[str]) -> None:
    assert 0 < Trust(weights).confidence(signs) < 1


def test_names_that_commas_join_are_told_apart() -> None:
    assert names_apart("Hall, Scott, Phillips, Sarah") == ["Hall, Scott", "Phillips, Sarah"]
    assert names_apart("Randall, Barbara, Williamson, Schroeder and Martinez") == [
        "Randall, Barbara",
        "Williamson, Schroeder and Martinez",
    ]
    assert names_apart("Brown PLC, Low, Amy") == ["Brown PLC", "Low, Amy"]


def test_a_hundred_pages_are_read_in_time_that_grows_with_the_pages_alone() -> None:
    page = "Date         Details                  Amount\n" + "01/22/2024   Rent            -100.00\n" * 40
    assert len(found("statement", *[page] * 30).rows) == 1200
    assert sum(Decimal(row["amount"]) for row in rows("statement", *[page] * 3)) == Decimal(-12000)


def test_where_credits_are_marked_the_amounts_without_a_mark_are_charges() -> None:
    text = """
Statement date: 31 January 2024
Date         Details                  Amount
01/15/2024   Payment, thank you       (412.16)
01/16/2024   Breakfast                  12.00
01/17/2024   Train                       3.50
01/18/2024   Market                     40.20
01/19/2024   Books                       9.80
"""
    amounts = [row["amount"] for row in rows("statement", text)]
    assert amounts == ["412.16", "-12.00", "-3.50", "-40.20", "-9.80"]
    marked = [row["amount"] for row in rows("statement", text.replace("  12.00", " -12.00"))]
    assert marked == ["-412.16", "-12.00", "3.50", "40.20", "9.80"]

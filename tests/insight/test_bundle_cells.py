"""Cells of CSV that no spreadsheet runs, and the tables' own description of themselves."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from countersign.insight.bundle import gobd
from countersign.insight.bundle.cells import line, plain
from countersign.insight.bundle.dictionary import dictionary
from countersign.insight.bundle.tables import GOBD, Kind

RUN = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+49 30 1234",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "＝1",
        "-",
        "-1e9999",
        "-0x1",
        "- 5",
        "-5.",
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert plain(text).startswith("'")


@pytest.mark.parametrize("text", ["-5", "-119.00", "1", "0.5", "Müller", "a=b", "x-y", "", "'=1"])
def test_a_number_with_its_sign_and_ordinary_text_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


@given(st.lists(st.text(), min_size=1, max_size=5))
@example(["=1", '"', ";", "a\nb", "\x00", "\ud800", "\u202e", "\u2028"])
def test_any_text_stays_one_row_of_harmless_cells(cells: list[str]) -> None:
    raw = line(cells)
    assert raw.count(b"\n") == 1
    assert raw.endswith(b"\r\n")
    (row,) = csv.reader(io.StringIO(raw.decode(), newline=""), delimiter=";")
    assert len(row) == len(cells)
    for cell in row:
        is_number = cell.removeprefix("-").replace(".", "", 1).isdecimal()
        assert not cell.startswith(RUN) or is_number
        assert all(sign.isprintable() or sign.isspace() for sign in cell)


def test_empty_and_yes_and_no_are_words() -> None:
    assert line([None, True, False, 7]) == b";yes;no;7\r\n"


def test_the_index_is_valid_under_the_document_type_beside_it() -> None:
    tree = etree.fromstring(gobd.index(GOBD, "<&>", "2026-01-01", "2026-12-31"))
    form = etree.DTD(io.StringIO(gobd.DTD))
    assert form.validate(tree), form.error_log
    tree.find(".//Table").remove(tree.find(".//URL"))
    assert not form.validate(tree)


def test_the_index_names_every_table_and_column_with_its_type_in_order() -> None:
    tree = etree.fromstring(gobd.index(GOBD, "log", "2026-01-01", "2026-12-31"))
    for table, told in zip(GOBD, tree.findall(".//Table"), strict=True):
        assert told.findtext("URL") == table.file
        assert told.findtext("VariableLength/ColumnDelimiter") == ";"
        assert told.findtext("Range/From") == "2"  # the heads are no data
        columns = [part for part in told.find("VariableLength") if part.tag.startswith("Variable")]
        assert [part.findtext("Name") for part in columns] == [column.name for column in table.columns]
        for part, column in zip(columns, table.columns, strict=True):
            kind = {Kind.NUMBER: "Numeric", Kind.DATE: "Date"}.get(column.kind, "AlphaNumeric")
            assert part[-1].tag == kind


def test_the_dictionary_has_a_meaning_for_every_column() -> None:
    rows = list(csv.reader(io.StringIO(dictionary().decode(), newline=""), delimiter=";"))
    assert rows[0] == ["file", "column", "type", "meaning"]
    assert all(row[0] and row[2] and row[3] for row in rows)
    told = {(row[0], row[1]) for row in rows}
    assert len(told) == len(rows)
    for table in GOBD:
        assert {(f"data/gdpdu/{table.file}", column.name) for column in table.columns} <= told

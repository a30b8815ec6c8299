"""What a document says never reaches the terminal as a command."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.cli.terminal import complain, emit, plain


@given(st.text())
def test_no_control_sign_survives(text: str) -> None:
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs") for sign in plain(text))


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"])))
def test_readable_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_an_escape_sequence_in_a_file_name_is_defused(capsys: pytest.CaptureFixture[str]) -> None:
    complain("no such file: \x1b[2Jevil\u202efdp.exe\n")
    assert capsys.readouterr().err == "countersign: no such file: �[2Jevil�fdp.exe \n"


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_a_record_is_one_line_that_reads_back_the_same(record: dict[str, object]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("typer.echo", lines.append)
        emit(record)
    assert [json.loads(line) for line in lines] == [record]
    assert "\n" not in lines[0]

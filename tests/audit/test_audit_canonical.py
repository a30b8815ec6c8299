"""The byte form of records is that of RFC 8785, and nothing lenient is read."""

import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from countersign.audit.canonical import DEEPEST, MOST, canonical, parse, parse_canonical
from countersign.audit.flaw import Flaw

VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain = st.none() | st.booleans() | st.integers(-MOST, MOST) | texts
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)
objects = st.dictionaries(texts, values, max_size=6)


@given(objects)
def test_the_fast_path_gives_the_bytes_of_the_rfc_8785_library(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_keys_are_sorted_by_utf_16_units() -> None:
    assert canonical({"\ue000": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ue000":1}'.encode()


@given(objects)
def test_what_was_written_reads_back_the_same(value: dict[str, Any]) -> None:
    assert parse_canonical(canonical(value)) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_a_sentence(untrusted: bytes) -> None:
    try:
        value = parse(untrusted)
    except Flaw as flaw:
        assert str(flaw)
    else:
        assert isinstance(value, dict)


@given(objects.filter(bool), st.data())
def test_no_other_bytes_pass_for_the_same_record(value: dict[str, Any], data: st.DataObject) -> None:
    whole = canonical(value)
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255))
    bent = whole[:at] + bytes([other]) + whole[at + 1 :]
    if bent == whole:
        return
    try:
        found = parse_canonical(bent)
    except Flaw:
        return
    assert found != value


@pytest.mark.parametrize(
    ("untrusted", "says"),
    [
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":{"b":1,"b":2}}', "twice"),
        (b'{"a":1.0}', "fraction"),
        (b'{"a":1e2}', "fraction"),
        (b'{"a":NaN}', "no JSON"),
        (b'{"a":-Infinity}', "no JSON"),
        (b'{"a":9007199254740992}', "beyond"),
        (b'{"a":-9007199254740992}', "beyond"),
        (b'{"a":' + b"9" * 5000 + b"}", "beyond"),
        (b'{"a":-0}', "minus zero"),
        (b'{"a":1_0}', "not JSON"),
        (b'{"a":+5}', "not JSON"),
        (b'{"a":01}', "not JSON"),
        ('{"a":１}'.encode(), "not JSON"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"\\udfff":1}', "surrogate"),
        (b'{"a":"\xed\xa0\x80"}', "UTF-8"),
        (b'\xef\xbb\xbf{"a":1}', "not JSON"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deeper"),
        (b'{"a":' + b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1) + b"}", "deeper"),
        (b'{"a": 1}', "canonical"),
        (b'{"b":1,"a":1}', "canonical"),
        (b'{"a":"\\u0041"}', "canonical"),
        (b'{"a":1}\n', "canonical"),
        (b'{"a":"\t"}', "not JSON"),
        (b"[]", "object"),
        (b"1", "object"),
        (b"", "not JSON"),
    ],
)
def test_lenient_json_is_refused_and_the_reason_told(untrusted: bytes, says: str) -> None:
    with pytest.raises(Flaw, match=says):
        parse_canonical(untrusted)


@pytest.mark.parametrize(
    "value", [{"a": 1.5}, {"a": MOST + 1}, {"a": b"x"}, {1: 2}, {"a": "\ud800"}, {"\udc00": 1}]
)
def test_what_a_record_may_not_hold_is_not_written(value: dict[str, Any]) -> None:
    with pytest.raises(Flaw):
        canonical(value)


def _suite(pattern: str) -> list[Path]:
    return sorted((VECTORS / "JSONTestSuite" / "test_parsing").glob(pattern))


@pytest.mark.skipif(not _suite("n_*.json"), reason="the vectors of JSONTestSuite are not there")
def test_every_file_that_is_no_json_is_refused() -> None:
    for file in _suite("n_*.json"):
        with pytest.raises(Flaw):
            parse(file.read_bytes())


@pytest.mark.skipif(not _suite("y_*.json"), reason="the vectors of JSONTestSuite are not there")
def test_objects_of_the_suite_are_read_unless_a_record_may_not_hold_them() -> None:
    read = 0
    for file in _suite("y_object*.json"):
        try:
            assert parse(file.read_bytes()) == json.loads(file.read_bytes())
            read += 1
        except Flaw as flaw:
            assert any(word in str(flaw) for word in ("twice", "fraction", "beyond")), file
    assert read > 8


@pytest.mark.skipif(not (VECTORS / "jcs").exists(), reason="the vectors of RFC 8785 are not there")
@pytest.mark.parametrize("name", ["french", "structures", "unicode", "weird"])
def test_the_vectors_of_rfc_8785_come_out_to_the_byte(name: str) -> None:
    folder = VECTORS / "jcs" / "testdata"
    text = (folder / "input" / f"{name}.json").read_bytes()
    whole = json.loads(text, parse_float=lambda digits: int(float(digits)))  # one says 56.0
    assert canonical(whole) == (folder / "output" / f"{name}.json").read_bytes()

"""The byte form of records is that of RFC 8785, and nothing lenient is read."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from countersign.audit.canonical import DEEPEST, MOST, canonical, parse, parse_canonical
from countersign.audit.flaw import Flaw
from countersign.domain.actor import ActorKind

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain = st.none() | st.booleans() | st.integers(-MOST, MOST) | texts
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)
objects = st.dictionaries(texts, values, max_size=6)


@given(objects)
def test_the_fast_path_gives_the_bytes_of_the_rfc_8785_library(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_every_character_is_written_as_the_rfc_8785_library_writes_it() -> None:
    """All of the first 64 Ki but the surrogates, every control character among them, and some beyond."""
    for start in [*range(0, 0xD800, 0x800), *range(0xE000, 0x10000, 0x800), 0x1F600, 0x10F800]:
        text = "".join(map(chr, range(start, start + 0x800)))
        assert canonical({text: [text, "a"]}) == rfc8785.dumps({text: [text, "a"]})
        assert parse_canonical(canonical({"a": text})) == {"a": text}


beyond = st.dictionaries(st.text("a\u00e9\ue000\uffff\U00010000\U0010ffff", max_size=3), plain, max_size=8)


@given(beyond)
def test_keys_beyond_u_ffff_stand_in_the_order_of_the_rfc_8785_library(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert parse_canonical(canonical(value)) == value


@pytest.mark.parametrize("opens", ['{"a":', "["])
def test_records_nest_as_deep_as_they_may_and_no_deeper(opens: str) -> None:
    closes = "}" if opens.startswith("{") else "]"
    for levels, is_read in ((DEEPEST - 1, True), (DEEPEST, False)):
        text = '{"a":' + opens * levels + "1" + closes * levels + "}"
        if is_read:
            assert canonical(parse_canonical(text.encode())) == text.encode()
        else:
            with pytest.raises(Flaw, match="deeper"):
                parse_canonical(text.encode())
            with pytest.raises(Flaw, match="deeper"):
                canonical(json.loads(text))


@pytest.mark.parametrize("number", ["1.5", "0.0", "-0.0", "1e22", "1e+22", "1E5", "1.0e-7", "5e-324", "-0"])
@pytest.mark.parametrize("around", ['{"a":%s}', '{"a":[%s]}', '{"a":[1,%s]}', '{"a":{"b":[[%s,"x"]]}}'])
def test_no_fraction_passes_wherever_it_stands(number: str, around: str) -> None:
    with pytest.raises(Flaw):
        parse_canonical((around % number).encode())


def test_texts_that_look_like_fractions_are_texts() -> None:
    value = {"a": "1.5", "at": "2026-11-20T08:30:45.250Z", "b": ["1e5", ",2.5", "[3.5", '":4.5']}
    assert parse_canonical(canonical(value)) == value


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
    "value",
    [
        {"a": 1.5},
        {"a": float("nan")},
        {"a": MOST + 1},
        {"a": b"x"},
        {"a": {1, 2}},
        {"a": datetime(2026, 1, 1, tzinfo=UTC)},
        {"a": UUID(int=1)},
        {"a": ActorKind.PERSON},
        {1: 2},
        {"a": {1: 2}},
        {"a": "\ud800"},
        {"\udc00": 1},
    ],
)
def test_what_a_record_may_not_hold_is_not_written(value: dict[str, Any]) -> None:
    with pytest.raises(Flaw):
        canonical(value)

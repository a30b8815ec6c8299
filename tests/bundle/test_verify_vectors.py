"""verify.py's own arithmetic and parsers, held to vectors that others published and to the desk's rules."""

import json
import re
import sys
from base64 import b64decode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import vectors

from countersign.audit import staff
from countersign.audit.canonical import canonical, parse
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key, Verifier
from countersign.domain.event import KINDS
from countersign.insight.bundle_check import verifier

IT = verifier()


@cache
def is_ours(key: bytes) -> bool:
    try:
        Verifier(key)
    except Flaw:
        return False
    return True


@cache
def its_key(key: bytes) -> Any:
    """verify.py's key, None where it refuses it."""
    try:
        return IT.Key(key)
    except IT.Wrong:
        return None


def test_its_ed25519_agrees_with_wycheproof() -> None:
    tests = vectors.wycheproof("ed25519_test")
    for group, case in tests:
        key = its_key(bytes.fromhex(group["publicKey"]["pk"]))
        holds = key.signed(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
        assert holds is (case["result"] == "valid"), case["comment"]
    vectors.expect("wycheproof", len(tests), whole=151)


def test_its_ed25519_is_as_strict_as_the_desks_on_the_edge_cases_of_cctv() -> None:
    cases = json.loads((vectors.folder("cctv") / "ed25519" / "ed25519vectors.json").read_text())
    for case in cases:
        raw, message = bytes.fromhex(case["key"]), case["msg"].encode()
        key = its_key(raw)
        assert (key is not None) is is_ours(raw), case["number"]
        if key is not None:
            signature = bytes.fromhex(case["sig"])
            assert key.signed(signature, message) is Verifier(raw).is_signed(signature, message)
    vectors.expect("cctv", len(cases), whole=914)


@settings(max_examples=15)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_its_ed25519_takes_what_a_key_signed_and_nothing_else(seed: bytes, message: bytes, bit: int) -> None:
    key = Key(seed)
    signature = bytearray(key.sign(message))
    its = IT.Key(key.public)
    assert its.signed(bytes(signature), message)
    assert its.id == key.key_id
    signature[bit // 8] ^= 1 << bit % 8
    assert not its.signed(bytes(signature), message)


def _ecdsa(key: dict[str, str], signature: bytes, message: bytes) -> bool:
    point = bytes.fromhex(key["uncompressed"])
    where = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    try:
        numbers = IT.ecdsa_numbers(signature, "it")
    except IT.Wrong:
        return False
    return bool(IT.p256_signed(where, *numbers, sha256(message).digest()))


def test_its_p_256_agrees_with_wycheproof() -> None:
    tests = vectors.wycheproof("ecdsa_secp256r1_sha256_test")
    for group, case in tests:
        holds = _ecdsa(group["publicKey"], bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
        assert holds is (case["result"] == "valid"), case["comment"]
    vectors.expect("wycheproof", len(tests), whole=484)


def _proven(case: dict[str, Any]) -> bool:
    steps = [b64decode(step) for step in case["proof"] or []]
    ends = [b64decode(case[name] or "") for name in ("root", "leafHash") if name in case]
    if any(len(one) != 32 for one in ends):
        return False  # the verifier reads every hash with its length
    try:
        if "leafIdx" in case:
            leaf = b64decode(case["leafHash"] or "")
            found = IT.included(leaf, case["leafIdx"], case["treeSize"], steps)
            return bool(found == b64decode(case["root"] or ""))
        roots = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
        IT.check_consistency(case["size1"], case["size2"], steps, *roots)
    except IT.Wrong:
        return False
    return True


def test_its_proofs_agree_with_transparency_dev() -> None:
    folder = vectors.folder("transparency-dev-merkle") / "testdata"
    files = [file for kind in ("inclusion", "consistency") for file in (folder / kind).rglob("*.json")]
    cases = [(file, json.loads(file.read_text())) for file in files]
    from_nothing = [case for _, case in cases if case.get("size1") == 0]  # a range is never empty
    assert not any(map(_proven, from_nothing))
    wrong = [
        file.name for file, case in cases if case not in from_nothing and _proven(case) is case["wantErr"]
    ]
    assert wrong == []
    vectors.expect("transparency-dev-merkle", len(cases), whole=196)


def test_its_json_refuses_what_the_json_suite_says_must_fail() -> None:
    files = sorted((vectors.folder("JSONTestSuite") / "test_parsing").glob("n_*.json"))
    for file in files:
        with pytest.raises(IT.Wrong):
            IT.parse(file.read_bytes())
    vectors.expect("JSONTestSuite", len(files), whole=188)


@pytest.mark.parametrize("name", ["french", "unicode", "weird"])
def test_its_canonical_form_is_that_of_rfc_8785(name: str) -> None:
    folder = vectors.folder("jcs") / "testdata"
    due = (folder / "output" / f"{name}.json").read_bytes()
    assert IT.parse_canonical(due) == json.loads(due)
    given_ = (folder / "input" / f"{name}.json").read_bytes()
    with pytest.raises(IT.Wrong):
        IT.parse_canonical(given_)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_it_reads_every_canonical_object_of_the_desk(value: dict[str, Any]) -> None:
    assert IT.parse_canonical(canonical(value)) == value


@settings(max_examples=150)
@given(
    st.binary(max_size=60) | st.text(alphabet='{}[]":,0123eE.-+\\u \n\ttrufalsn', max_size=40).map(str.encode)
)
def test_it_reads_and_refuses_the_same_json_as_the_desk(untrusted: bytes) -> None:
    try:
        ours: Any = parse(untrusted)
    except Flaw:
        ours = None
    try:
        its: Any = IT.parse(untrusted)
    except IT.Wrong:
        its = None
    assert its == ours


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1.0}',
        '{"a":9007199254740992}',
        '{"a":-0}',
        '{"a":"\\ud800"}',
        '{"a":NaN}',
        '{"a":' * 100_000,
        '{"a":' * 65 + "1" + "}" * 65,
        '{"a":"' + "[" * 70 + '"',
        "[]",
        "\ufeff{}",
    ],
)
def test_it_refuses_json_that_two_readers_could_read_in_two_ways(text: str) -> None:
    with pytest.raises(IT.Wrong):
        IT.parse(text.encode())


def test_brackets_in_a_text_are_no_nesting() -> None:
    text = "[" * 100 + '\\"{'
    assert IT.parse(json.dumps({"a": text}).encode()) == {"a": text}


def test_it_knows_the_same_events_and_leaves_the_same_acts_to_the_same_people() -> None:
    assert IT.KINDS == KINDS
    assert IT.PERSON_ACTS == staff.PERSON_ACTS
    assert IT.AGENT_ACTS == staff.AGENT_ACTS
    assert IT.ENROLMENTS == staff.ENROLMENTS
    assert {kind: set(roles) for kind, roles in IT.ROLES.items()} == {
        kind: set(roles) for kind, roles in vars(staff)["_ROLES"].items()
    }


def test_it_imports_nothing_but_the_standard_library_and_runs_nothing() -> None:
    source = Path(IT.__file__).read_text(encoding="utf-8")
    names = set(re.findall(r"^\s*(?:import|from) (\w+)", source, re.MULTILINE))
    assert "hashlib" in names
    assert names - set(sys.stdlib_module_names) == set()
    assert names & {"subprocess", "importlib", "runpy", "pickle", "socket", "urllib"} == set()
    assert not re.search(r"(?<!re\.)\b(eval|exec|__import__|compile|extractall|extract)\(", source)

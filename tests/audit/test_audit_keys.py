"""Which keys may be enrolled, and commitments to personal content."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.audit import commitment
from countersign.audit.commitment import Collector, Opening, Openings, commitments
from countersign.audit.curve import refuse_weak
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key, Verifier, from_text, key_id, to_text

P = 2**255 - 19


@settings(max_examples=40)
@given(st.binary(min_size=32, max_size=32))
def test_every_honest_key_is_sound(seed: bytes) -> None:
    key = Key(seed)
    refuse_weak(key.public)
    assert Verifier(key.public).is_signed(key.sign(b"m"), b"m")
    assert not Verifier(key.public).is_signed(key.sign(b"m"), b"n")
    assert Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() == key.public


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (1, "low order"),
        (0, "low order"),
        (P - 1, "low order"),
        (1 << 255, "low order"),
        (1 | 1 << 255, "canonical"),
        (P, "canonical"),
        (P + 1, "canonical"),
        (2**255 - 1, "canonical"),
        (2, "no point"),
    ],
)
def test_a_weak_public_key_is_refused(number: int, says: str) -> None:
    with pytest.raises(Flaw, match=says):
        Verifier(number.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(Flaw, match="32 bytes"):
        Verifier(b"x" * length)


def test_a_key_is_named_by_its_digest() -> None:
    key = Key(b"\x05" * 32)
    assert key.key_id == key_id(key.public)
    assert len(key.key_id) == 32


@given(st.binary(min_size=32, max_size=32))
def test_base64_has_one_spelling(raw: bytes) -> None:
    assert from_text(to_text(raw), 32, "it") == raw
    with pytest.raises(Flaw):
        from_text(to_text(raw) + "\n", 32, "it")
    with pytest.raises(Flaw):
        from_text(to_text(raw)[:-1], 32, "it")


# -- commitments -----------------------------------------------------------------------------------

contents = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=900), max_size=6)
CASE_KEY = b"k" * 32


def sealed(texts: list[str]) -> tuple[list[str], list[Opening]]:
    collector = Collector()
    return [collector.seal(text) for text in texts], collector.openings


@given(contents)
def test_sealed_content_comes_back_for_its_commitment(texts: list[str]) -> None:
    promised, openings = sealed(texts)
    blob = commitment.encrypt(openings, CASE_KEY, "log", 5)
    opened = Openings(commitment.decrypt(blob, CASE_KEY, "log", 5))
    assert [opened.open(one) for one in promised] == texts
    assert opened.open("00" * 32) is None


def test_the_same_content_twice_has_two_commitments() -> None:
    promised, _ = sealed(["Ada", "Ada"])
    assert promised[0] != promised[1]


@given(contents.filter(bool), st.integers(0, 1_000_000), st.integers(1, 255))
def test_a_changed_byte_of_sealed_content_is_refused(texts: list[str], place: int, by: int) -> None:
    blob = commitment.encrypt(sealed(texts)[1], CASE_KEY, "log", 5)
    at = place % len(blob)  # the length differs from run to run, because the salts do
    with pytest.raises(Flaw, match="was changed"):
        commitment.decrypt(blob[:at] + bytes([blob[at] ^ by]) + blob[at + 1 :], CASE_KEY, "log", 5)


def test_sealed_content_opens_under_its_own_key_log_and_number_only() -> None:
    blob = commitment.encrypt(sealed(["Ada"])[1], CASE_KEY, "log", 5)
    for key, log, seq in ((b"x" * 32, "log", 5), (CASE_KEY, "other", 5), (CASE_KEY, "log", 6)):
        with pytest.raises(Flaw):
            commitment.decrypt(blob, key, log, seq)
    for cut in (b"", blob[:12], blob[:20]):
        with pytest.raises(Flaw):
            commitment.decrypt(cut, CASE_KEY, "log", 5)


def test_commitments_are_found_however_deep_they_stand() -> None:
    body = {
        "kind": "x",
        "a": {"commitment": "1"},
        "b": [{"c": [{"commitment": "2"}]}, {"commitment": 3}],
        "d": "e",
    }
    assert list(commitments(body)) == ["1", "2"]

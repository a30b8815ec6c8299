"""What a password seals: only that password opens it, and no file can ask for more than it may."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.store import sealing
from countersign.store.sealing import MOST, STRONG, Damaged, Effort, WrongPassword, seal, unseal

CHEAP = Effort(iterations=1, lanes=1, memory_kib=8)
SECRET = b"s" * 32
SEALED = seal(SECRET, "correct horse", "trial", CHEAP)

words = st.text(max_size=40)


@given(st.binary(max_size=200), words, words)
def test_what_was_sealed_comes_back_with_the_same_password_and_name(
    secret: bytes, password: str, name: str
) -> None:
    assert unseal(seal(secret, password, name, CHEAP), password, name) == secret


@given(words)
def test_no_other_password_opens_it(password: str) -> None:
    if password != "correct horse":
        with pytest.raises(WrongPassword):
            unseal(SEALED, password, "trial")


def test_it_opens_under_no_other_name() -> None:
    with pytest.raises(WrongPassword):
        unseal(SEALED, "correct horse", "another")


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_changed_byte_is_never_taken_for_the_secret(at: int, change: int) -> None:
    changed = bytearray(SEALED)
    changed[at] ^= change
    try:
        assert unseal(bytes(changed), "correct horse", "trial") == SECRET
    except (Damaged, WrongPassword):
        return
    # The only changes that may pass are those of the blanks between the members.
    assert json.loads(changed) == json.loads(SEALED)


@given(st.integers(0, len(SEALED) - 2))
def test_a_file_cut_short_is_damaged(length: int) -> None:
    with pytest.raises(Damaged):
        unseal(SEALED[:length], "correct horse", "trial")


@given(st.binary(max_size=300))
def test_bytes_of_any_other_kind_are_damaged(untrusted: bytes) -> None:
    with pytest.raises(Damaged):
        unseal(untrusted, "correct horse", "trial")


def changed(**members: Any) -> bytes:
    return json.dumps({**json.loads(SEALED), **members}).encode()


@pytest.mark.parametrize(
    "members",
    [
        {"memory_kib": 100 * 1024 * 1024},
        {"memory_kib": MOST.memory_kib + 1},
        {"memory_kib": 7},
        {"memory_kib": 0},
        {"memory_kib": -8},
        {"memory_kib": 8.0},
        {"memory_kib": "8"},
        {"memory_kib": True},
        {"memory_kib": None},
        {"iterations": MOST.iterations + 1},
        {"iterations": 0},
        {"iterations": 10**30},
        {"lanes": MOST.lanes + 1},
        {"lanes": 2},
        {"lanes": 0},
        {"format": 2},
        {"kdf": "argon2i"},
        {"kdf": "pbkdf2"},
        {"salt": ""},
        {"salt": base64.b64encode(b"s" * 8).decode()},
        {"salt": "not base64!"},
        {"salt": 7},
        {"sealed": base64.b64encode(b"n" * 12).decode()},
        {"sealed": None},
        {"more": 1},
    ],
    ids=str,
)
def test_parameters_out_of_bounds_are_refused_before_any_work_is_done(
    members: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "Argon2id", None)  # any use of it would be an error of another kind
    with pytest.raises(Damaged):
        unseal(changed(**members), "correct horse", "trial")


@pytest.mark.parametrize("name", ["format", "kdf", "iterations", "lanes", "memory_kib", "salt", "sealed"])
def test_a_member_that_is_missing_is_damage(name: str) -> None:
    members = json.loads(SEALED)
    del members[name]
    with pytest.raises(Damaged):
        unseal(json.dumps(members).encode(), "correct horse", "trial")


@pytest.mark.parametrize("members", [{"iterations": 2}, {"memory_kib": 16}])
def test_other_parameters_within_bounds_open_nothing(members: dict[str, Any]) -> None:
    with pytest.raises(WrongPassword):
        unseal(changed(**members), "correct horse", "trial")


@pytest.mark.parametrize("untrusted", [b"[" * 100_000, b"null", b"[]", b"7", b"\xff\xfe"])
def test_json_of_another_shape_is_damaged(untrusted: bytes) -> None:
    with pytest.raises(Damaged):
        unseal(untrusted, "correct horse", "trial")


def test_a_file_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "LONGEST", len(SEALED) - 1)
    with pytest.raises(Damaged, match="too long"):
        unseal(SEALED, "correct horse", "trial")


def test_the_same_secret_is_never_sealed_twice_alike() -> None:
    assert seal(SECRET, "correct horse", "trial", CHEAP) != seal(SECRET, "correct horse", "trial", CHEAP)


def test_the_product_seals_at_the_strength_that_rfc_9106_recommends() -> None:
    assert Effort(iterations=3, lanes=4, memory_kib=65_536) == STRONG
    sealed = seal(SECRET, "correct horse", "trial")
    assert json.loads(sealed)["memory_kib"] == 65_536
    assert unseal(sealed, "correct horse", "trial") == SECRET

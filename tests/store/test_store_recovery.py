"""The recovery file: what is in it, who can open it, and what it refuses to bring in."""

import json
from pathlib import Path

import pytest

from countersign.domain.errors import Trouble
from countersign.store import recovery, sealing
from countersign.store.keystore import KeyStore
from countersign.store.sealing import Effort, WrongPassword

CHEAP = Effort(iterations=1, lanes=1, memory_kib=8)
PHRASE = "a phrase of many words"


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    (tmp_path / "keys").mkdir(mode=0o700)
    return KeyStore(tmp_path / "keys", effort=CHEAP)


def sealed(**members: object) -> bytes:
    content = {"log": "ab", "secret": "A" * 43 + "=", "files": {}, **members}
    return sealing.seal(json.dumps(content).encode(), PHRASE, "countersign/recovery/v1", CHEAP)


def test_the_recovery_file_holds_root_and_signing_keys_and_no_key_of_an_epoch(keys: KeyStore) -> None:
    signing, epoch = keys.create(), keys.create_epoch()
    keys.keep_secret("bundle-seal", b"s" * 40)
    packed = recovery.pack(keys, "log", PHRASE, CHEAP)
    assert keys.root.secret not in packed
    found = recovery.unpack(packed, PHRASE)
    assert (found.log, found.secret) == ("log", keys.root.secret)
    assert set(found.files) == {f"{signing.key_id}.key", "bundle-seal.secret"}
    assert epoch.key_id not in str(found.files)


def test_another_passphrase_opens_nothing(keys: KeyStore) -> None:
    with pytest.raises(WrongPassword):
        recovery.unpack(recovery.pack(keys, "log", PHRASE, CHEAP), "another phrase")


def test_a_short_passphrase_is_refused(keys: KeyStore) -> None:
    with pytest.raises(Trouble, match="at least 8"):
        recovery.pack(keys, "log", "short", CHEAP)


@pytest.mark.parametrize(
    "name",
    ["../../.profile", "root.key", "/etc/passwd", "x.epoch", "a.key", "A" * 32 + ".key", "..secret", ""],
)
def test_a_file_of_any_other_name_is_not_taken_from_a_recovery_file(name: str) -> None:
    with pytest.raises(Trouble, match="none may hold"):
        recovery.unpack(sealed(files={name: "AAAA"}), PHRASE)


@pytest.mark.parametrize(
    "members", [{"secret": "AAAA"}, {"secret": None}, {"files": None}, {"files": []}, {"secret": "?"}]
)
def test_a_recovery_file_of_another_shape_is_told(members: dict[str, object]) -> None:
    with pytest.raises(Trouble, match="recovery file"):
        recovery.unpack(sealed(**members), PHRASE)


def test_a_file_that_is_none_is_told() -> None:
    with pytest.raises(Trouble, match="no whole recovery file"):
        recovery.unpack(b"%PDF-1.4", PHRASE)


def test_a_sealed_root_does_not_pass_for_a_recovery_file() -> None:
    root = sealing.seal(b"s" * 32, PHRASE, "countersign/root/v1", CHEAP)
    with pytest.raises(WrongPassword):
        recovery.unpack(root, PHRASE)


def test_a_good_key_file_is_left_and_a_damaged_one_is_put_back(keys: KeyStore) -> None:
    made = keys.create()
    name = f"{made.key_id}.key"
    before = keys.sealed_files()[name]
    assert not keys.put_back(name, b"worse")
    (keys.folder / name).write_bytes(b"damaged")
    assert keys.put_back(name, before)
    assert KeyStore(keys.folder).load(made.key_id).seed == made.seed

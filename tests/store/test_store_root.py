"""Where the root secret of a desk lies, who is asked for its password, and what happens when that fails."""

import json
import os
from pathlib import Path

import pytest

from countersign.domain.errors import NeedsPassword, Trouble
from countersign.store import os_keystore, root, sealing
from countersign.store.keystore import KeyStore
from countersign.store.root import ASSURED_BY_FILE, ASSURED_BY_SEAL, ASSURED_BY_SYSTEM
from countersign.store.sealing import Effort

CHEAP = Effort(iterations=1, lanes=1, memory_kib=8)


class Person:
    """Someone who answers questions in turn, and remembers them."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, bool]] = []

    def __call__(self, question: str, again: bool) -> str | None:
        self.asked.append((question, again))
        return self.answers.pop(0)


@pytest.fixture(autouse=True)
def no_store_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without a key store, where nothing is chosen."""
    monkeypatch.delenv(root.VARIABLE)
    monkeypatch.delenv("COUNTERSIGN_PASSWORD_FILE", raising=False)
    monkeypatch.setattr(os_keystore, "_chosen", lambda: None)
    monkeypatch.setattr(sealing, "STRONG", CHEAP)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path / "keys"


def password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, mode: int = 0o600) -> Path:
    file = tmp_path / "password"
    file.write_text(content, encoding="utf-8")
    file.chmod(mode)
    monkeypatch.setenv("COUNTERSIGN_PASSWORD_FILE", str(file))
    return file


def test_without_a_key_store_the_root_is_sealed_with_a_password_that_is_asked_for_twice(folder: Path) -> None:
    ada = Person("correct horse")
    keys = KeyStore(folder, ask=ada)
    made = keys.create()
    assert keys.assurance == ASSURED_BY_SEAL
    assert [again for _, again in ada.asked] == [True]
    assert not (folder / "root.key").exists()
    assert (folder / "root.sealed").stat().st_mode & 0o077 == 0
    later = Person("correct horse")
    assert KeyStore(folder, ask=later).load(made.key_id).seed == made.seed
    assert [again for _, again in later.asked] == [False]


def test_with_nobody_to_ask_no_root_is_made_and_the_way_out_is_told(folder: Path) -> None:
    for ask in (None, Person(None)):
        with pytest.raises(NeedsPassword, match=r"COUNTERSIGN_PASSWORD_FILE.*COUNTERSIGN_KEY_STORE=file"):
            KeyStore(folder, ask=ask)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("password", ["", "seven77"])
def test_a_short_password_seals_nothing(folder: Path, password: str) -> None:
    with pytest.raises(Trouble, match="at least 8"):
        KeyStore(folder, ask=Person(password))
    assert list(folder.iterdir()) == []


def test_the_password_may_be_mistyped_twice_and_no_more(folder: Path) -> None:
    KeyStore(folder, ask=Person("correct horse"))
    KeyStore(folder, ask=Person("wrong", "", "correct horse"))
    ada = Person("wrong", "wrong", "wrong", "correct horse")
    with pytest.raises(Trouble, match="does not open the keys"):
        KeyStore(folder, ask=ada)
    assert len(ada.asked) == 3


def test_a_sealed_root_with_nobody_to_ask_says_what_to_set(folder: Path) -> None:
    KeyStore(folder, ask=Person("correct horse"))
    for ask in (None, Person(None)):
        with pytest.raises(NeedsPassword, match="COUNTERSIGN_PASSWORD_FILE"):
            KeyStore(folder, ask=ask)


def test_a_password_file_is_read_before_anybody_is_asked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = password_file(tmp_path, monkeypatch, "correct horse\nand a second line\n")
    made = KeyStore(folder, ask=Person()).create()
    assert KeyStore(folder, ask=Person()).load(made.key_id).seed == made.seed
    file.write_text("another horse\r\n", encoding="utf-8")
    with pytest.raises(Trouble, match="COUNTERSIGN_PASSWORD_FILE names does not open"):
        KeyStore(folder, ask=Person())
    monkeypatch.delenv("COUNTERSIGN_PASSWORD_FILE")
    assert KeyStore(folder, ask=Person("correct horse")).holds(made.key_id)


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_password_file_that_others_may_read_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    password_file(tmp_path, monkeypatch, "correct horse", mode)
    with pytest.raises(Trouble, match="chmod 600"):
        KeyStore(folder)


def test_an_empty_or_missing_password_file_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = password_file(tmp_path, monkeypatch, "\ncorrect horse\n")
    with pytest.raises(Trouble, match="holds no password"):
        KeyStore(folder)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Trouble, match="not UTF-8"):
        KeyStore(folder)
    file.unlink()
    with pytest.raises(Trouble, match="cannot be read"):
        KeyStore(folder)


def test_an_owner_only_file_is_made_only_where_it_is_chosen(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(root.VARIABLE, "file")
    made = KeyStore(folder).create()
    monkeypatch.delenv(root.VARIABLE)
    keys = KeyStore(folder)  # a desk that has one goes on with it
    assert keys.assurance == ASSURED_BY_FILE
    assert keys.load(made.key_id).seed == made.seed


def test_a_password_may_be_chosen_although_a_key_store_is_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os_keystore, "_chosen", lambda: pytest.fail("the key store was asked"))
    monkeypatch.setenv(root.VARIABLE, "password")
    assert KeyStore(folder, ask=Person("correct horse")).assurance == ASSURED_BY_SEAL


def test_a_misspelt_choice_is_told_and_nothing_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(root.VARIABLE, "flie")
    with pytest.raises(Trouble, match="file or password"):
        KeyStore(folder)
    assert list(folder.iterdir()) == []


def test_how_a_root_is_kept_is_told_without_its_password(folder: Path) -> None:
    assert root.kept(folder) is None
    KeyStore(folder, ask=Person("correct horse"))
    assert root.kept(folder) == ASSURED_BY_SEAL
    assert root.chosen() == ASSURED_BY_SEAL


@pytest.mark.parametrize("damage", [b"", b"{}", b"\x00" * 32])
def test_a_damaged_sealed_root_is_told(folder: Path, damage: bytes) -> None:
    KeyStore(folder, ask=Person("correct horse")).create()
    (folder / "root.sealed").write_bytes(damage)
    with pytest.raises(Trouble, match=r"is damaged.*keys restore"):
        KeyStore(folder, ask=Person("correct horse"))


def test_a_root_that_asks_for_all_memory_is_refused(folder: Path) -> None:
    KeyStore(folder, ask=Person("correct horse"))
    file = folder / "root.sealed"
    members = {**json.loads(file.read_bytes()), "memory_kib": 100 * 1024 * 1024}
    file.write_text(json.dumps(members), encoding="ascii")
    with pytest.raises(Trouble, match="is damaged"):
        KeyStore(folder, ask=Person("correct horse"))


def test_a_secret_of_another_length_is_no_root(folder: Path) -> None:
    KeyStore(folder, ask=Person("correct horse"))
    (folder / "root.sealed").write_bytes(sealing.seal(b"short", "correct horse", "countersign/root/v1"))
    with pytest.raises(Trouble, match="is damaged"):
        KeyStore(folder, ask=Person("correct horse"))


def test_a_new_password_opens_the_keys_and_the_one_before_no_longer_does(folder: Path) -> None:
    keys = KeyStore(folder, ask=Person("correct horse"))
    made = keys.create()
    keys.move_root(Person("battery staple"))
    with pytest.raises(Trouble, match="does not open"):
        KeyStore(folder, ask=Person(*["correct horse"] * 3))
    assert KeyStore(folder, ask=Person("battery staple")).load(made.key_id).seed == made.seed


def test_a_plain_root_that_is_sealed_leaves_no_plain_copy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(root.VARIABLE, "file")
    keys = KeyStore(folder)
    made, plain = keys.create(), (folder / "root.key").read_bytes()
    keys.move_root(Person("correct horse"), ASSURED_BY_SEAL)
    assert keys.assurance == ASSURED_BY_SEAL
    assert not any(plain in file.read_bytes() for file in folder.iterdir())
    assert KeyStore(folder, ask=Person("correct horse")).load(made.key_id).seed == made.seed


def test_who_founds_second_takes_the_root_of_who_was_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: list[KeyStore] = []

    def slow(question: str, again: bool) -> str:
        if not first:  # while one person still thinks, another process founds the desk
            first.append(KeyStore(folder, ask=Person("correct horse")))
        return "correct horse"

    second = KeyStore(folder, ask=slow)
    assert second.root == first[0].root
    assert second.root.assurance == ASSURED_BY_SEAL != ASSURED_BY_SYSTEM

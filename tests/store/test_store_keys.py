"""Where private keys lie, who may read them, and what happens when they are gone."""

import os
import stat
import sys
import threading
from pathlib import Path

import keyring.backend
import pytest
from tests.store.stories import ADA, CARD, INTAKE, invoice, received, review, story

from countersign.audit.keys import Verifier, to_text
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import DeskFounded, Draft, PersonEnrolled
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import batch, keystore, os_keystore, sealing
from countersign.store.founding import open_store, visit_store
from countersign.store.keystore import (
    ASSURED_BY_FILE,
    ASSURED_BY_SEAL,
    ASSURED_BY_SYSTEM,
    SECOND_SEAL,
    KeyStore,
)
from countersign.store.sealing import Effort

CHEAP = Effort(iterations=1, lanes=1, memory_kib=8)


class SystemStore(keyring.backend.KeyringBackend):
    """A key store of an operating system, in memory."""

    priority = 5.0

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> SystemStore:
    store = SystemStore()
    monkeypatch.setattr(os_keystore, "_chosen", lambda: store)
    monkeypatch.delenv("COUNTERSIGN_KEY_STORE")
    monkeypatch.setattr(sealing, "STRONG", CHEAP)
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path / "keys"


def test_a_key_kept_signs_the_same_after_a_restart(folder: Path) -> None:
    made = KeyStore(folder).create()
    again = KeyStore(folder).load(made.key_id)
    assert Verifier(made.public).is_signed(again.sign(b"x"), b"x")


def test_keys_that_are_to_lie_in_files_lie_in_files_of_their_owner_alone(folder: Path) -> None:
    keys = KeyStore(folder)
    made = keys.create()
    assert keys.assurance == ASSURED_BY_FILE
    files = [file for file in folder.iterdir() if file.suffix == ".key"]
    assert len(files) == 2
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert not any(made.seed in file.read_bytes() for file in files)


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
def test_a_root_key_that_others_may_read_is_refused(folder: Path) -> None:
    KeyStore(folder)
    (folder / "root.key").chmod(0o644)
    with pytest.raises(Trouble, match="chmod 600"):
        KeyStore(folder)


def test_where_a_system_store_is_there_the_root_key_lies_in_it(folder: Path, system: SystemStore) -> None:
    keys = KeyStore(folder)
    made = keys.create()
    assert keys.assurance == ASSURED_BY_SYSTEM
    assert len(system.held) == 1
    assert not (folder / "root.key").exists()
    assert KeyStore(folder).load(made.key_id).seed == made.seed


def test_a_locked_system_store_is_told_and_no_new_root_is_made(folder: Path, system: SystemStore) -> None:
    KeyStore(folder).create()
    system.held.clear()
    with pytest.raises(Trouble, match="locked, or no longer holds"):
        KeyStore(folder)
    assert not (folder / "root.key").exists()


def test_a_system_store_that_does_not_give_back_what_it_took_is_not_trusted(
    folder: Path, system: SystemStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "set_password", lambda *_: None)
    assert KeyStore(folder, ask=lambda *_: "correct horse").assurance == ASSURED_BY_SEAL


def test_a_system_store_that_hangs_does_not_hang_the_start(
    folder: Path, system: SystemStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(os_keystore, "PATIENCE", 0.05)
    monkeypatch.setattr(system, "set_password", lambda *_: release.wait(10) and None)
    assert KeyStore(folder, ask=lambda *_: "correct horse").assurance == ASSURED_BY_SEAL
    release.set()
    for thread in threading.enumerate():
        if thread.name == "os-keystore":
            thread.join(5)


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's")
def test_without_a_session_bus_no_system_store_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("COUNTERSIGN_KEY_STORE")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert not os_keystore.keep("name", b"secret")
    assert os_keystore.fetch("name") is None


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's")
def test_a_session_bus_that_is_dead_counts_as_no_store(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("COUNTERSIGN_KEY_STORE")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody-listens")
    assert not os_keystore.keep("name", b"secret")


def test_key_files_without_their_root_are_told(folder: Path) -> None:
    KeyStore(folder).create()
    (folder / "root.key").unlink()
    with pytest.raises(Trouble, match="root key is gone"):
        KeyStore(folder)


def test_a_changed_key_file_is_told(folder: Path) -> None:
    made = KeyStore(folder).create()
    file = folder / f"{made.key_id}.key"
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.raises(Trouble, match="cannot be read"):
        KeyStore(folder).load(made.key_id)


def test_the_wrapped_key_of_one_case_is_not_that_of_another(folder: Path) -> None:
    keys = KeyStore(folder)
    wrapped = keys.wrap(b"k" * 32, "case-1")
    assert keys.unwrap(wrapped, "case-1") == b"k" * 32
    with pytest.raises(Trouble, match="cannot be opened"):
        keys.unwrap(wrapped, "case-2")
    with pytest.raises(Trouble, match="cannot be opened"):
        keys.unwrap(b"", "case-1")


# -- keys of people, keys of epochs, other secrets -----------------------------------------------------------


@pytest.fixture
def keys(folder: Path) -> KeyStore:
    return KeyStore(folder, effort=CHEAP)


def test_a_key_with_a_password_signs_only_after_it_was_given(folder: Path, keys: KeyStore) -> None:
    made = keys.create("correct horse")
    assert keys.has_password(made.key_id)
    assert not keys.is_locked(made.key_id)  # whoever just chose the password need not repeat it
    again = KeyStore(folder)
    assert again.is_locked(made.key_id)
    with pytest.raises(NeedsPassword, match="Sign in"):
        again.load(made.key_id)
    assert not again.unlock(made.key_id, "correct Horse")
    with pytest.raises(NeedsPassword):
        again.load(made.key_id)
    assert again.unlock(made.key_id, "correct horse")
    assert again.load(made.key_id).seed == made.seed


def test_a_key_that_is_open_still_refuses_a_wrong_password(keys: KeyStore) -> None:
    made = keys.create("correct horse")
    assert not keys.unlock(made.key_id, "another horse")
    keys.lock(made.key_id)
    assert keys.is_locked(made.key_id)


def test_a_password_counts_the_same_however_its_accents_are_typed(keys: KeyStore) -> None:
    made = keys.create("caf\u00e9 caf\u00e9")
    assert keys.unlock(made.key_id, "cafe\u0301 cafe\u0301")


@pytest.mark.parametrize("password", ["", "seven77", "x" * 2000])
def test_a_password_too_short_or_too_long_makes_no_key(folder: Path, keys: KeyStore, password: str) -> None:
    before = set(folder.iterdir())
    with pytest.raises(Trouble, match="A password has at"):
        keys.create(password)
    assert set(folder.iterdir()) == before


def test_a_key_without_a_password_fits_none(keys: KeyStore) -> None:
    made = keys.create()
    assert not keys.has_password(made.key_id)
    assert not keys.unlock(made.key_id, "")


def test_the_password_alone_opens_no_key_without_the_root(folder: Path, keys: KeyStore) -> None:
    made = keys.create("correct horse")
    sealed = (folder / f"{made.key_id}.key").read_bytes()
    assert b"argon2id" not in sealed
    (folder / "root.key").write_bytes(os.urandom(32))
    with pytest.raises(Trouble, match="cannot be read"):
        KeyStore(folder).unlock(made.key_id, "correct horse")


def test_a_destroyed_key_is_gone_from_disk_and_memory(folder: Path, keys: KeyStore) -> None:
    made = keys.create()
    keys.destroy_key(made.key_id)
    assert not keys.holds(made.key_id)
    assert not (folder / f"{made.key_id}.key").exists()
    keys.destroy_key(made.key_id)  # without effect


def test_the_key_of_an_epoch_is_kept_until_it_is_destroyed(folder: Path, keys: KeyStore) -> None:
    made = keys.create_epoch()
    assert keys.epochs() == (made.key_id,)
    assert keys.holds_epoch(made.key_id)
    again = KeyStore(folder)
    assert again.load_epoch(made.key_id).seed == made.seed
    keys.destroy_epoch(made.key_id)
    assert not keys.holds_epoch(made.key_id)
    assert keys.epochs() == ()
    with pytest.raises(Trouble, match="cannot be read"):
        keys.load_epoch(made.key_id)
    keys.destroy_epoch(made.key_id)  # without effect


def test_the_key_of_an_epoch_cannot_pass_for_a_signing_key(folder: Path, keys: KeyStore) -> None:
    made = keys.create_epoch()
    (folder / f"{made.key_id}.epoch").rename(folder / f"{made.key_id}.key")
    with pytest.raises(Trouble, match="cannot be read"):
        keys.load(made.key_id)


def test_only_the_last_epoch_asked_for_stays_in_memory(folder: Path, keys: KeyStore) -> None:
    first, second = keys.create_epoch(), keys.create_epoch()
    assert keys.load_epoch(second.key_id).seed == second.seed
    (folder / f"{first.key_id}.epoch").unlink()
    with pytest.raises(Trouble, match="cannot be read"):
        keys.load_epoch(first.key_id)


def test_a_destroyed_file_is_overwritten_before_its_name_goes(folder: Path, keys: KeyStore) -> None:
    made = keys.create_epoch()
    file = folder / f"{made.key_id}.epoch"
    before = file.read_bytes()
    (folder / "second-name").hardlink_to(file)
    keys.destroy_epoch(made.key_id)
    after = (folder / "second-name").read_bytes()
    assert len(after) == len(before)
    assert after != before


# -- founding and enrolment ------------------------------------------------------------------------


def test_the_first_start_founds_the_desk_and_enrols_with_the_level_of_assurance(
    home: Home, words: Catalogue
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        founded, epoch, person, agent = (entry.event for entry in store.desk_entries())
        assert epoch.kind == "epoch_begun"
        assert isinstance(founded, DeskFounded)
        assert isinstance(person, PersonEnrolled)
        assert founded.assurance == person.assurance == ASSURED_BY_FILE
        assert (person.person, person.name, person.roles) == (ADA.id, ADA.name, ADA.roles)
        assert agent.kind == "agent_enrolled"
        assert store.person_name(ADA.id) == ADA.name


def test_opening_again_records_nothing(home: Home, words: Catalogue) -> None:
    open_store(home, agents=[CARD], person=ADA, words=words).close()
    with open_store(home, agents=[CARD, CARD], person=ADA, words=words) as store:
        assert store.head() == 4


def test_whoever_sits_here_is_enrolled_when_nobody_is_named(home: Home, words: Catalogue) -> None:
    with open_store(home, words=words) as store:
        event = store.desk_entries()[2].event
        assert isinstance(event, PersonEnrolled)
        assert event.name


def test_a_new_digest_or_other_roles_enrol_anew_under_a_new_key(home: Home, words: Catalogue) -> None:
    other = CARD.model_copy(update={"code_digest": "cd" * 32})
    fewer = ADA.model_copy(update={"roles": ADA.roles[:2]})
    for card, person in ((CARD, ADA), (other, fewer), (CARD, ADA), (other, fewer)):
        with open_store(home, agents=[card], person=person, words=words) as store:
            head = store.head()
            assert store.verify().ok
    assert head == 2 + 4 * 2


def test_an_agent_whose_key_is_lost_is_enrolled_anew_and_the_log_still_verifies(
    home: Home, words: Catalogue
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        keys = KeyStore(home.keys)
        desk = store._desk.staff
        with store._database.reading() as connection:
            desk_key = desk(connection, 4).desk.key_id
    for file in home.keys.glob("*.key"):
        if file.stem not in ("root", desk_key):
            file.unlink()
    assert keys.holds(desk_key)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.head() == 6
        assert store.verify().ok


def test_a_desk_whose_own_key_is_gone_says_so_and_records_nothing(home: Home, words: Catalogue) -> None:
    open_store(home, agents=[CARD], person=ADA, words=words).close()
    for file in home.keys.glob("*.key"):
        if file.stem != "root":
            file.unlink()
    with pytest.raises(Trouble, match="Put that folder back from a backup"):
        open_store(home, agents=[CARD], person=ADA, words=words)


def test_a_second_store_in_the_process_sees_what_the_first_records(home: Home, words: Catalogue) -> None:
    with (
        open_store(home, agents=[CARD], person=ADA, words=words) as one,
        open_store(home, agents=[CARD], person=ADA, words=words) as other,
    ):
        one.append([Draft(event=received(), actor=INTAKE, case="c1")])
        other.append([Draft(event=received(), actor=INTAKE, case="c2")])
        assert one.head() == other.head() == 6
        assert len(one.entries("c2")) == len(other.entries("c1")) == 1


def test_a_second_account_that_opens_the_desk_is_not_enrolled_by_itself(home: Home, words: Catalogue) -> None:
    open_store(home, agents=[CARD], person=ADA, words=words).close()
    with open_store(home, agents=[CARD], words=words) as store:
        assert store.head() == 4


def test_a_person_whose_sealed_key_is_gone_is_not_enrolled_anew_without_their_password(
    home: Home, words: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "STRONG", CHEAP)
    with open_store(home, person=ADA, words=words) as store:
        sealed = store.keys.create("correct horse")
        event = PersonEnrolled(
            person=ADA.id,
            name=ADA.name,
            roles=ADA.roles,
            public_key=to_text(sealed.public),
            assurance=store.keys.assurance + SECOND_SEAL,
        )
        store.append([Draft(event=event, actor=store.system("door"))])
        head = store.head()
    (home.keys / f"{sealed.key_id}.key").unlink()
    with pytest.raises(Trouble, match="a password sealed it"):
        open_store(home, person=ADA, words=words)
    with visit_store(home, words=words) as store:
        assert store.head() == head


def test_keys_of_epochs_that_a_kill_left_behind_are_destroyed_at_the_next_start(
    home: Home, words: Catalogue
) -> None:
    with open_store(home, person=ADA, words=words) as store:
        [in_force] = store.keys.epochs()
        left = {store.keys.create_epoch().key_id for _ in range(2)}
        assert left < set(store.keys.epochs())
    with open_store(home, person=ADA, words=words) as store:
        assert store.keys.epochs() == (in_force,)
        store.append([Draft(event=received(), actor=INTAKE, case="c1")])
        assert store.verify().ok


@pytest.mark.parametrize("content", [b"", bytes(60)])
def test_a_damaged_key_of_an_epoch_counts_as_lost_and_the_desk_goes_on_with_a_warning(
    home: Home, words: Catalogue, content: bytes
) -> None:
    """No backup holds such a key, so the desk would never sign again."""
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        [in_force] = store.keys.epochs()
    (home.keys / f"{in_force}.epoch").write_bytes(content)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        store.append([*story("c1", invoice(1)), *review("c1")])
        verdict = store.verify()
    assert verdict.ok, verdict.flaw
    assert (verdict.epochs, verdict.unsigned, len(verdict.warnings)) == (2, 0, 1)


def test_what_is_durable_is_acknowledged_although_a_past_epochs_key_cannot_be_destroyed(
    home: Home, words: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        monkeypatch.setattr(batch, "EPOCH_MS", 0)
        with monkeypatch.context() as patched:
            patched.setattr(keystore, "destroy", _refuse)
            entries = store.append([Draft(event=received(), actor=INTAKE, case="c1")])
        monkeypatch.undo()
        assert [entry.digest for entry in store.entries("c1")] == [entry.digest for entry in entries]
        assert store.desk_entries(("logging_failed",)) == ()
        assert len(store.keys.epochs()) > 1
    with open_store(home, person=ADA, words=words) as store:
        assert len(store.keys.epochs()) == 1


def _refuse(file: Path) -> None:
    raise Trouble(f"{file.name} cannot be deleted.")


def test_a_key_that_lies_under_another_name_signs_nothing(folder: Path, keys: KeyStore) -> None:
    made = keys.create()
    name = "ab" * 16
    sealed = keystore._seal(keys._signing, made.seed, name)
    (folder / f"{name}.key").write_bytes(sealed)
    with pytest.raises(Trouble, match="cannot be read"):
        keys.load(name)

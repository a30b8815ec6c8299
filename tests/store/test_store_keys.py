"""Where private keys lie, who may read them, and what happens when they are gone."""

import os
import stat
import sys
import threading
from pathlib import Path

import keyring.backend
import pytest
from tests.store.stories import ADA, CARD, INTAKE, received

from countersign.audit.keys import Verifier
from countersign.domain.errors import Trouble
from countersign.domain.event import DeskFounded, Draft, PersonEnrolled
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import os_keystore
from countersign.store.founding import open_store
from countersign.store.keystore import ASSURED_BY_FILE, ASSURED_BY_SYSTEM, KeyStore


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
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path / "keys"


def test_a_key_kept_signs_the_same_after_a_restart(folder: Path) -> None:
    made = KeyStore(folder).create()
    again = KeyStore(folder).load(made.key_id)
    assert Verifier(made.public).is_signed(again.sign(b"x"), b"x")


def test_without_a_system_store_keys_lie_in_files_of_their_owner_alone(folder: Path) -> None:
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
    assert KeyStore(folder).assurance == ASSURED_BY_FILE


def test_a_system_store_that_hangs_does_not_hang_the_start(
    folder: Path, system: SystemStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(os_keystore, "PATIENCE", 0.05)
    monkeypatch.setattr(system, "set_password", lambda *_: release.wait(10) and None)
    assert KeyStore(folder).assurance == ASSURED_BY_FILE
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


# -- founding and enrolment ------------------------------------------------------------------------


def test_the_first_start_founds_the_desk_and_enrols_with_the_level_of_assurance(
    home: Home, words: Catalogue
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        founded, person, agent = (entry.event for entry in store.desk_entries())
        assert isinstance(founded, DeskFounded)
        assert isinstance(person, PersonEnrolled)
        assert founded.assurance == person.assurance == ASSURED_BY_FILE
        assert (person.person, person.name, person.roles) == (ADA.id, ADA.name, ADA.roles)
        assert agent.kind == "agent_enrolled"
        assert store.person_name(ADA.id) == ADA.name


def test_opening_again_records_nothing(home: Home, words: Catalogue) -> None:
    open_store(home, agents=[CARD], person=ADA, words=words).close()
    with open_store(home, agents=[CARD, CARD], person=ADA, words=words) as store:
        assert store.head() == 3


def test_whoever_sits_here_is_enrolled_when_nobody_is_named(home: Home, words: Catalogue) -> None:
    with open_store(home, words=words) as store:
        event = store.desk_entries()[1].event
        assert isinstance(event, PersonEnrolled)
        assert event.name


def test_a_new_digest_or_other_roles_enrol_anew_under_a_new_key(home: Home, words: Catalogue) -> None:
    other = CARD.model_copy(update={"code_digest": "cd" * 32})
    fewer = ADA.model_copy(update={"roles": ADA.roles[:2]})
    for card, person in ((CARD, ADA), (other, fewer), (CARD, ADA), (other, fewer)):
        with open_store(home, agents=[card], person=person, words=words) as store:
            head = store.head()
            assert store.verify().ok
    assert head == 1 + 4 * 2


def test_an_agent_whose_key_is_lost_is_enrolled_anew_and_the_log_still_verifies(
    home: Home, words: Catalogue
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        keys = KeyStore(home.keys)
        desk = store._desk.staff
        with store._database.reading() as connection:
            desk_key = desk(connection, 3).desk.key_id
    for file in home.keys.glob("*.key"):
        if file.stem not in ("root", desk_key):
            file.unlink()
    assert keys.holds(desk_key)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.head() == 5
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
        assert one.head() == other.head() == 5
        assert len(one.entries("c2")) == len(other.entries("c1")) == 1

"""Fresh keys in the place of old ones, revoked keys, and the way back when a desk's keys are lost."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.people import ADA, CHEAP, Answers, seated

from countersign.agents.identities import cards
from countersign.audit import note
from countersign.audit.keys import Verifier, from_text
from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import Classified, DeskRekeyed, Draft, KeyRevoked, KeysRestored, SignedIn
from countersign.settings.home import Home
from countersign.store import recovery, sealing
from countersign.store import root as roots
from countersign.store.founding import open_store, visit_store
from countersign.store.keystore import KeyStore
from countersign.store.store import Store
from countersign.wiring import keys
from countersign.wiring.people import key_of

CARD = AgentCard(name="reader.trial", version="1", purpose="Reads.", code_digest="ab" * 32)
AGENT = Actor(kind=ActorKind.AGENT, id=CARD.id, role=CARD.name, authenticated="device_key")
PHRASE = "a phrase of many words"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "STRONG", CHEAP)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "desk")
    with open_store(home, person=ADA, agents=[CARD]) as store:
        work(store, "c-1")
    return home


def work(store: Store, case: str) -> None:
    """The agent does something to a case, which only its line on the next checkpoint signs."""
    event = Classified(klass="invoice", language="en", confidence=900_000, milliseconds=1)
    store.append([Draft(event=event, actor=AGENT, case=case)])


def rows(home: Home) -> dict[str, keys.KeyRow]:
    with seated(home) as desk:
        return {row.holder: row for row in keys.show(desk)}


def test_every_key_in_force_is_shown_with_its_age_and_how_it_is_kept(home: Home) -> None:
    found = rows(home)
    assert list(found) == ["desk", "epoch 1", "person ada", f"agent {CARD.id}"]
    assert {row.kept for row in found.values()} == {"owner_only_file"}
    assert {row.days for row in found.values()} == {0}
    assert all(row.fingerprint.startswith(row.key) and len(row.fingerprint) == 64 for row in found.values())
    for file in home.keys.glob("*.key"):
        if file.stem == found[f"agent {CARD.id}"].key:
            file.unlink()
    assert rows(home)[f"agent {CARD.id}"].kept == "missing"


def test_the_age_of_a_key_is_told_in_days(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    later = keys.now() + timedelta(days=40, minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(keys, "now", lambda: later)
        assert {row.days for row in rows(home).values()} == {40}


@pytest.mark.parametrize("holder", ["desk", "person ada", f"agent {CARD.id}"])
def test_a_rotated_key_signs_from_then_on_and_all_of_the_record_still_holds(home: Home, holder: str) -> None:
    before = rows(home)
    with seated(home) as desk:
        match holder.split():
            case ["desk"]:
                keys.rotate_desk(desk, "yearly")
            case ["person", id]:
                keys.rotate_person(desk, id)
            case [_, id]:
                keys.rotate_agent(desk, id)
        work(desk.store, "c-1")
        assert not desk.store.keys.holds(before[holder].key)
        assert desk.store.verify().ok
    after = rows(home)
    assert {name for name in before if before[name].key != after[name].key} == {holder}
    with open_store(home, person=ADA, agents=[CARD]) as store:
        head = store.head()
        work(store, "c-2")
        assert store.head() == head + 1  # nobody was enrolled anew by opening
        assert store.verify().ok


def test_the_desk_signs_checkpoints_with_its_fresh_key(home: Home) -> None:
    with seated(home) as desk:
        keys.rotate_desk(desk, "yearly")
        event = desk.store.desk_entries()[-1].event
        assert isinstance(event, DeskRekeyed)
        assert (event.why, event.assurance) == ("yearly", "owner_only_file")
        fresh = desk.roster().desk
        assert fresh is not None
        assert fresh.public_key == event.public_key
    with closing(sqlite3.connect(home.database)) as database:
        signed = database.execute("SELECT note FROM checkpoints ORDER BY size DESC").fetchone()[0]
    public = Verifier(from_text(event.public_key, 32, "the fresh key"))
    assert note.read(signed, note.origin(desk.store.log), public).checkpoint.size == desk.store.head()


def test_only_an_administrator_rotates_keys_of_others_and_everybody_their_own(home: Home) -> None:
    with seated(home) as desk:
        desk.enrol("bob", "Bob", [Role.PROCESSOR])
    with seated(home, who="bob") as desk:
        before = desk.store.head()
        for deed in (
            lambda: keys.rotate_desk(desk, "why not"),
            lambda: keys.rotate_agent(desk, CARD.id),
            lambda: keys.rotate_person(desk, "ada"),
            lambda: keys.revoke_agent(desk, CARD.id, "why not"),
            lambda: keys.set_password(desk),
        ):
            with pytest.raises(Trouble, match="Only an administrator"):
                deed()
        assert desk.store.head() == before
        first = key_of(desk.known("bob"))
        keys.rotate_person(desk, "bob")
        assert key_of(desk.known("bob")) != first
        assert desk.store.verify().ok


def test_a_rotated_key_keeps_the_password_of_its_person(home: Home) -> None:
    with seated(home, "correct horse") as desk:
        desk.set_password()
    with seated(home, "wrong") as desk, pytest.raises(Trouble, match="not your password"):
        keys.rotate_person(desk, "ada")
    with seated(home) as desk, pytest.raises(NeedsPassword):
        keys.rotate_person(desk, "ada")
    with seated(home, "correct horse") as desk:
        keys.rotate_person(desk, "ada")
        assert desk.known("ada").assurance == "owner_only_file+password"
        assert desk.store.keys.unlock(key_of(desk.known("ada")), "correct horse")


def test_an_agent_that_is_not_enrolled_has_no_key_to_rotate_or_revoke(home: Home) -> None:
    with seated(home) as desk:
        with pytest.raises(Trouble, match="No agent is enrolled"):
            keys.rotate_agent(desk, "reader.nobody@1")
        with pytest.raises(Trouble, match="No agent that may sign"):
            keys.revoke_agent(desk, "reader.nobody@1", "why not")


def test_a_revoked_agent_signs_nothing_until_an_administrator_gives_it_a_fresh_key(home: Home) -> None:
    with seated(home) as desk:
        keys.revoke_agent(desk, CARD.id, "it read what it should not")
        event = desk.store.desk_entries()[-1].event
        assert isinstance(event, KeyRevoked)
        assert event.holder_kind is ActorKind.AGENT
        with pytest.raises(Trouble, match="not enrolled"):
            work(desk.store, "c-1")
    with open_store(home, person=ADA, agents=[CARD]) as store, pytest.raises(Trouble, match="not enrolled"):
        work(store, "c-1")
    assert rows(home)[f"agent {CARD.id}"].revoked == "it read what it should not"
    with seated(home) as desk:
        keys.rotate_agent(desk, CARD.id)
        work(desk.store, "c-1")
        assert desk.store.verify().ok


def test_a_record_that_a_revoked_key_signed_is_refused_by_verification(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thief's copy of the program skips the check at writing; verification does not."""
    from countersign.audit.staff import Staff

    with seated(home) as desk:
        bob = desk.enrol("bob", "Bob", [Role.TEAM_LEAD])
        stolen = home.keys / f"{key_of(bob)}.key"
        copy = stolen.read_bytes()
        desk.revoke("bob", "lost the machine")
    stolen.write_bytes(copy)
    revoke = Staff._revoke
    with monkeypatch.context() as patch:
        patch.setattr(Staff, "_revoke", lambda self, body: None)
        with open_store(home) as store:
            actor = store.person("bob", Role.TEAM_LEAD)
            event = SignedIn(person="bob")
            entry = store.append([Draft(event=event, actor=actor)])[0]
    assert Staff._revoke is revoke
    with visit_store(home) as store:
        verdict = store.verify()
    assert not verdict.ok
    assert verdict.flaw is not None
    assert verdict.flaw.startswith(f"Record {entry.seq}: ")
    assert "bob" in verdict.flaw


def test_a_password_for_the_desk_is_said_on_the_record_under_a_fresh_key(home: Home) -> None:
    with seated(home, "correct horse") as desk:
        keys.set_password(desk)
        event = desk.store.desk_entries()[-1].event
        assert isinstance(event, DeskRekeyed)
        assert event.assurance == "password_sealed_file"
        assert desk.store.verify().ok
        head = desk.store.head()
    assert not (home.keys / "root.key").exists()
    home.ask = Answers("correct horse")
    with seated(home, "battery staple") as desk:
        keys.set_password(desk)  # the same place: no key changes, only its password
        assert desk.store.head() == head
    home.ask = Answers("battery staple")
    with open_store(home) as store:
        assert store.verify().ok


# -- the recovery file -------------------------------------------------------------------------------------


@pytest.fixture
def recovery_file(home: Home, tmp_path: Path) -> Path:
    with seated(home, PHRASE) as desk:
        keys.back_up(desk, tmp_path / "recovery")
    return tmp_path / "recovery"


def second(home: Home, tmp_path: Path) -> Home:
    """The same desk on another machine, from a backup that has no keys."""
    shutil.copytree(home.root, tmp_path / "second")
    there = Home(tmp_path / "second")
    shutil.rmtree(there.keys)
    return there


def test_keys_restored_in_a_second_home_sign_as_before_and_the_record_says_so(
    home: Home, recovery_file: Path, tmp_path: Path
) -> None:
    there = second(home, tmp_path)
    with pytest.raises(Trouble, match="keys restore"):
        open_store(there.prepare())
    there.ask = Answers("wrong phrase", PHRASE)
    assert keys.restore(there, recovery_file).assurance == "owner_only_file"
    there.ask = None
    with open_store(there, person=ADA, agents=[CARD]) as store:
        work(store, "c-2")
        verdict = store.verify()
        assert verdict.ok
        restored = [entry for entry in store.desk_entries() if isinstance(entry.event, KeysRestored)]
        assert len(restored) == 1
    assert rows(there)["person ada"].key == rows(home)["person ada"].key
    assert rows(there)["epoch 2"].kept == "owner_only_file"


def test_keys_may_be_restored_into_another_place_than_they_came_from(
    home: Home, recovery_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = second(home, tmp_path)
    monkeypatch.setenv(roots.VARIABLE, "password")
    there.ask = Answers(PHRASE, "correct horse", "correct horse")
    assert keys.restore(there, recovery_file).assurance == "password_sealed_file"
    with open_store(there) as store:
        assert store.verify().ok


def test_a_forgotten_password_of_the_desk_is_replaced_with_the_recovery_file(
    home: Home, tmp_path: Path
) -> None:
    with seated(home, "correct horse", PHRASE) as desk:
        keys.set_password(desk)
        keys.back_up(desk, tmp_path / "recovery")
    home.ask = Answers("forgotten", "forgotten", "forgotten")
    with pytest.raises(Trouble, match="keys restore"):
        open_store(home)
    home.ask = Answers(PHRASE)
    keys.restore(home, tmp_path / "recovery")
    home.ask = None
    with open_store(home) as store:
        assert store.verify().ok


def test_keys_that_are_whole_and_newer_than_the_recovery_file_stay(home: Home, recovery_file: Path) -> None:
    with seated(home) as desk:
        keys.rotate_desk(desk, "yearly")
    before = {file.name: file.read_bytes() for file in home.keys.glob("*.key")}
    home.ask = Answers(PHRASE)
    keys.restore(home, recovery_file)
    home.ask = None
    after = {file.name: file.read_bytes() for file in home.keys.glob("*.key")}
    assert before.items() <= after.items()
    with open_store(home, person=ADA, agents=[CARD]) as store:
        assert store.verify().ok


def test_the_recovery_file_of_another_desk_changes_nothing(
    recovery_file: Path, home: Home, tmp_path: Path
) -> None:
    other = Home(tmp_path / "other", Answers(PHRASE))
    open_store(other, person=ADA).close()
    before = {file.name: file.read_bytes() for file in other.keys.iterdir()}
    with pytest.raises(Trouble, match="belongs to another desk"):
        keys.restore(other, recovery_file)
    assert {file.name: file.read_bytes() for file in other.keys.iterdir()} == before


def test_a_recovery_file_that_only_names_this_desk_and_opens_no_key_of_it_changes_nothing(
    home: Home, recovery_file: Path, tmp_path: Path
) -> None:
    """Its secret would take the place of the desk's own, and everything sealed would be lost."""
    forger = KeyStore(tmp_path / "forger")
    forger.create()
    with visit_store(home) as store:
        forged = recovery.pack(forger, store.log, PHRASE)
    recovery_file.write_bytes(forged)
    before = {file.name: file.read_bytes() for file in home.keys.iterdir()}
    home.ask = Answers(PHRASE)
    with pytest.raises(Trouble, match="Nothing was changed"):
        keys.restore(home, recovery_file)
    assert {file.name: file.read_bytes() for file in home.keys.iterdir()} == before
    with visit_store(home) as store:
        assert store.verify().ok


@pytest.mark.parametrize(
    ("answers", "says"), [((None,), "needs its passphrase"), (("a", "b", "c"), "not the passphrase")]
)
def test_without_the_passphrase_nothing_is_restored(
    home: Home, recovery_file: Path, tmp_path: Path, answers: tuple[str | None, ...], says: str
) -> None:
    there = second(home, tmp_path)
    there.ask = Answers(*answers)
    with pytest.raises(Trouble, match=says):
        keys.restore(there, recovery_file)
    assert not there.keys.exists()


def test_a_recovery_file_cut_short_or_gone_is_told(home: Home, recovery_file: Path, tmp_path: Path) -> None:
    there = second(home, tmp_path)
    recovery_file.write_bytes(recovery_file.read_bytes()[:-40])
    there.ask = Answers(PHRASE)
    with pytest.raises(Trouble, match="no whole recovery file"):
        keys.restore(there, recovery_file)
    with pytest.raises(Trouble, match="cannot be read"):
        keys.restore(there, tmp_path / "nowhere")
    with pytest.raises(Trouble, match="There is no desk"):
        keys.restore(Home(tmp_path / "no-desk"), recovery_file)


def test_no_recovery_file_is_overwritten_or_written_without_a_passphrase(
    home: Home, recovery_file: Path, tmp_path: Path
) -> None:
    before = recovery_file.read_bytes()
    with seated(home, PHRASE, None, "short") as desk:
        with pytest.raises(Trouble, match="is there already"):
            keys.back_up(desk, recovery_file)
        with pytest.raises(Trouble, match="There is no folder"):
            keys.back_up(desk, tmp_path / "nowhere" / "recovery")
        desk.ask = Answers(None, "short")
        with pytest.raises(NeedsPassword):
            keys.back_up(desk, tmp_path / "second-file")
        with pytest.raises(Trouble, match="at least 8"):
            keys.back_up(desk, tmp_path / "second-file")
    assert recovery_file.read_bytes() == before
    assert not (tmp_path / "second-file").exists()


def test_the_agents_of_the_house_can_all_be_rotated(tmp_path: Path) -> None:
    home = Home(tmp_path / "house")
    open_store(home, person=ADA, agents=cards()).close()
    with seated(home) as desk:
        for card in cards():
            keys.rotate_agent(desk, card.id)
        assert desk.store.verify().ok
        assert {row.kept for row in keys.show(desk)} == {"owner_only_file"}

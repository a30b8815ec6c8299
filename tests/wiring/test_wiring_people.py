"""Who may act at a desk: enrolment, roles, passwords and revocation, each on the record and each held to."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.people import ADA, CHEAP, Answers, seated

from countersign.domain.actor import Role
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import (
    ClockJumped,
    Draft,
    KeyRevoked,
    PersonEnrolled,
    PolicyActivated,
    SignedIn,
    SignInFailed,
)
from countersign.settings.home import Home
from countersign.store import sealing
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.wiring.people import Door, People, key_of, people

BOB = ("bob", "Bob Byrne")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "STRONG", CHEAP)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "desk")


def kinds(store: Store) -> list[str]:
    return [entry.event.kind for entry in store.desk_entries()]


def policy(role: Role, person: str, store: Store) -> Draft:
    """A deed that only some roles may do."""
    event = PolicyActivated(policy="p@1", digest="00", text="")
    return Draft(event=event, actor=store.person(person, role))


def test_an_administrator_enrols_a_person_who_can_then_sign(home: Home) -> None:
    with seated(home) as desk:
        bob = desk.enrol(*BOB, [Role.TEAM_LEAD, Role.TEAM_LEAD])
        assert (bob.name, bob.roles, bob.assurance) == ("Bob Byrne", (Role.TEAM_LEAD,), "owner_only_file")
        entry = desk.store.desk_entries()[-1]
        assert (entry.actor.id, entry.actor.role) == ("ada", "administrator")
        desk.store.append([policy(Role.TEAM_LEAD, "bob", desk.store)])
        assert desk.store.verify().ok


def test_whoever_is_no_administrator_changes_nothing(home: Home) -> None:
    with seated(home) as desk:
        desk.enrol(*BOB, [Role.TEAM_LEAD])
    with seated(home, who="bob") as desk:
        before = desk.store.head(), set(home.keys.iterdir())
        for deed in (
            lambda: desk.enrol("eve", "Eve", [Role.ADMINISTRATOR]),
            lambda: desk.change_roles("bob", [Role.ADMINISTRATOR]),
            lambda: desk.revoke("ada", "because"),
        ):
            with pytest.raises(Trouble, match="administrator"):
                deed()
        assert (desk.store.head(), set(home.keys.iterdir())) == before


def test_whoever_is_not_enrolled_is_told_so(home: Home) -> None:
    with seated(home) as desk:
        stranger = People(desk.store, "eve", Answers())
        with pytest.raises(Trouble, match="not enrolled at this desk as eve"):
            stranger.enrol("eve", "Eve", [Role.ADMINISTRATOR])


@pytest.mark.parametrize(
    ("id", "name"), [("", "Bob"), ("bob", ""), (" bob", "Bob"), ("bob", "B\x1b[31mob"), ("b" * 65, "Bob")]
)
def test_a_name_that_cannot_be_printed_enrols_nobody(home: Home, id: str, name: str) -> None:
    with seated(home) as desk:
        before = desk.store.head()
        with pytest.raises(Trouble, match="cannot be"):
            desk.enrol(id, name, [Role.PROCESSOR])
        assert desk.store.head() == before


def test_other_roles_come_with_a_fresh_key_and_the_one_before_is_destroyed(home: Home) -> None:
    with seated(home) as desk:
        first = key_of(desk.enrol(*BOB, [Role.TEAM_LEAD]))
        second = key_of(desk.change_roles("bob", [Role.AUDITOR]))
        assert first != second
        assert not desk.store.keys.holds(first)
        with pytest.raises(Trouble, match="a role that was not given"):
            desk.store.append([policy(Role.TEAM_LEAD, "bob", desk.store)])
        assert desk.store.verify().ok


def test_the_only_administrator_can_neither_leave_nor_be_demoted(home: Home) -> None:
    with seated(home) as desk:
        with pytest.raises(Trouble, match="only administrator"):
            desk.change_roles("ada", [Role.APPROVER])
        with pytest.raises(Trouble, match="only administrator"):
            desk.revoke("ada", "leaves")
        desk.enrol(*BOB, [Role.ADMINISTRATOR])
        desk.revoke("ada", "leaves")
        assert desk.roster().person("ada") is None


def test_a_revoked_person_signs_nothing_and_is_not_enrolled_by_opening_the_desk(home: Home) -> None:
    with seated(home) as desk:
        bob = desk.enrol(*BOB, [Role.TEAM_LEAD])
        desk.revoke("bob", "left the house")
        event = desk.store.desk_entries()[-1].event
        assert isinstance(event, KeyRevoked)
        assert (event.holder, event.key, event.why) == ("bob", key_of(bob), "left the house")
        assert not desk.store.keys.holds(key_of(bob))
        with pytest.raises(Trouble, match="not enrolled"):
            desk.store.append([policy(Role.TEAM_LEAD, "bob", desk.store)])
        head = desk.store.head()
    with open_store(home, person=ADA.model_copy(update={"id": "bob", "name": "Bob Byrne"})) as store:
        assert store.head() == head
        assert store.verify().ok


def test_a_revoked_person_may_be_enrolled_anew(home: Home) -> None:
    with seated(home) as desk:
        desk.enrol(*BOB, [Role.TEAM_LEAD])
        desk.revoke("bob", "a test")
        with pytest.raises(Trouble, match="Nobody who may sign"):
            desk.revoke("bob", "twice")
        desk.enrol(*BOB, [Role.TEAM_LEAD])
        desk.store.append([policy(Role.TEAM_LEAD, "bob", desk.store)])
        assert desk.store.verify().ok


def test_a_revocation_wants_a_reason(home: Home) -> None:
    with seated(home) as desk:
        desk.enrol(*BOB, [Role.TEAM_LEAD])
        before = desk.store.head()
        with pytest.raises(Trouble, match="--why"):
            desk.revoke("bob", "  ")
        assert desk.store.head() == before


def test_a_password_is_said_in_the_assurance_and_asked_for_from_then_on(home: Home) -> None:
    with seated(home, "correct horse") as desk:
        assert desk.set_password().assurance == "owner_only_file+password"
        assert desk.door.has_password("ada")
    with seated(home, None) as desk:
        assert desk.door.is_locked("ada")
        with pytest.raises(NeedsPassword):
            desk.enrol(*BOB, [Role.PROCESSOR])
    with seated(home, "wrong", "correct horse") as desk:
        desk.enrol(*BOB, [Role.PROCESSOR])
        assert kinds(desk.store)[-2:] == ["sign_in_failed", "person_enrolled"]
        assert desk.store.desk_entries()[-1].actor.authenticated == "password"
        assert desk.store.verify().ok


def test_three_wrong_passwords_are_three_failures_on_the_record_and_no_deed(home: Home) -> None:
    with seated(home, "correct horse") as desk:
        desk.set_password()
    with seated(home, "wrong", "wrong", "wrong", "correct horse") as desk:
        before = desk.store.head()
        with pytest.raises(Trouble, match="not your password"):
            desk.enrol(*BOB, [Role.PROCESSOR])
        assert kinds(desk.store)[before:] == ["sign_in_failed"] * 3
        assert desk.roster().people["ada"].failures == 3


def test_another_password_wants_the_one_before(home: Home) -> None:
    with seated(home, "correct horse") as desk:
        first = key_of(desk.set_password())
    with seated(home, "wrong", "wrong", "wrong") as desk, pytest.raises(Trouble, match="not your password"):
        desk.set_password()
    with seated(home, "correct horse", "battery staple") as desk:
        desk.set_password()
        assert not desk.store.keys.holds(first)
        assert desk.store.keys.unlock(key_of(desk.known("ada")), "battery staple")


def test_a_short_password_changes_nothing(home: Home) -> None:
    with seated(home, "short") as desk:
        before = desk.store.head(), set(home.keys.iterdir())
        with pytest.raises(Trouble, match="at least 8"):
            desk.set_password()
        assert (desk.store.head(), set(home.keys.iterdir())) == before


def test_signing_in_is_on_the_record_under_the_persons_own_key(home: Home) -> None:
    with seated(home, "correct horse") as desk:
        desk.set_password()
    with open_store(home) as store:
        door = Door(store)
        with pytest.raises(NeedsPassword, match="Sign in"):
            store.append([policy(Role.ADMINISTRATOR, "ada", store)])
        door.open_session("ada", Answers("wrong", "correct horse"))
        failed, signed_in = store.desk_entries()[-2:]
        assert isinstance(failed.event, SignInFailed)
        assert isinstance(signed_in.event, SignedIn)
        assert (signed_in.actor.id, signed_in.actor.authenticated) == ("ada", "password")
        store.append([policy(Role.ADMINISTRATOR, "ada", store)])
        assert door.as_signed_in(store.person("ada", Role.APPROVER)).authenticated == "session_password"
        head = store.head()
        door.open_session("ada", Answers())  # the key is open: nobody is asked again
        assert store.head() == head
        assert store.verify().ok


def test_who_declines_to_sign_in_leaves_no_trace(home: Home) -> None:
    with seated(home, "correct horse") as desk:
        desk.set_password()
    with open_store(home) as store:
        before = store.head()
        Door(store).open_session("ada", Answers(None))
        Door(store).open_session("ada", None)
        Door(store).open_session("nobody", None)
        assert store.head() == before


def test_an_enrolment_that_cannot_be_recorded_leaves_no_key_behind(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with seated(home) as desk:
        before = set(home.keys.iterdir())

        def full(_drafts: object) -> None:
            raise Trouble("The disk is full.")

        monkeypatch.setattr(desk.store, "append", full)
        with pytest.raises(Trouble, match="disk is full"):
            desk.enrol(*BOB, [Role.PROCESSOR])
        assert set(home.keys.iterdir()) == before


KILLED = """
import os, sys
from pathlib import Path
from countersign.domain.actor import Role
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.wiring.people import People

with open_store(Home(Path(sys.argv[1]))) as store:
    desk = People(store, "ada", None)
    store.append = lambda drafts: os._exit(9)  # as a kill between the file of a key and its record
    desk.change_roles("bob", [Role.AUDITOR])
"""


def test_a_kill_between_the_file_of_a_key_and_its_record_changes_nothing(home: Home) -> None:
    with seated(home) as desk:
        bob = desk.enrol(*BOB, [Role.TEAM_LEAD])
        before = desk.store.head()
    assert subprocess.run([sys.executable, "-c", KILLED, str(home.root)], check=False).returncode == 9
    with seated(home) as desk:
        assert desk.store.head() == before
        assert desk.known("bob").public_key == bob.public_key
        desk.store.append([policy(Role.TEAM_LEAD, "bob", desk.store)])
        desk.change_roles("bob", [Role.AUDITOR])
        assert desk.store.verify().ok


def test_people_of_a_desk_that_is_not_there_are_trouble_and_no_desk_is_made(home: Home) -> None:
    with pytest.raises(Trouble, match="There is no desk"), people(home):
        pass
    assert not home.root.exists()


def test_events_of_the_machine_are_no_people(home: Home) -> None:
    with seated(home) as desk:
        event = ClockJumped(milliseconds=5)
        desk.store.append([Draft(event=event, actor=desk.store.system("log"))])
        assert set(desk.roster().people) == {"ada"}
        enrolled = [e for e in desk.store.desk_entries() if isinstance(e.event, PersonEnrolled)]
        assert len(enrolled) == 1

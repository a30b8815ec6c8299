"""The people of a desk: who may act in which roles, under which key, and whether it is really they."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from countersign.audit.keys import from_text, key_id, to_text
from countersign.domain.actor import Actor, Role
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import Draft, Event, KeyRevoked, PersonEnrolled, SignedIn, SignInFailed
from countersign.domain.roster import Enrolled, Roster, roster
from countersign.settings.home import Home
from countersign.settings.passwords import TRIES, Asker
from countersign.store.founding import is_begun, no_desk, open_store, whoever_sits_here
from countersign.store.keystore import SECOND_SEAL
from countersign.store.store import Store

BY_PASSWORD, BY_SESSION = "password", "session_password"
"""How a person proved who they are, as records say it: for this very act, or when they signed in."""

LONGEST_ID, LONGEST_NAME = 64, 200


class WrongPassword(Trouble):
    """Somebody gave a password that is not the person's."""


class Door:
    """Checks passwords of people (a Doorkeeper as workflow/ports.py asks for)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def has_password(self, person: str) -> bool:
        """Return whether a password seals the person's key."""
        return self._store.keys.has_password(self._key(person))

    def is_locked(self, person: str) -> bool:
        """Return whether the person must sign in before they can sign."""
        found = roster(self._store.desk_entries()).person(person)
        return found is not None and self._store.keys.is_locked(key_of(found))

    def prove(self, person: str, password: str) -> None:
        """Check the person's password now; raises Trouble when it is wrong, and that is on the record."""
        if self._store.keys.unlock(self._key(person), password):
            return
        failed = SignInFailed(person=person)
        self._store.append([Draft(event=failed, actor=self._store.system("door"))])
        raise WrongPassword("That is not your password. The attempt is on the record; try again.")

    def sign_in(self, person: str, password: str) -> None:
        """Open the person's key until the desk is closed, on the record; raises Trouble."""
        self.prove(person, password)
        roles = self._enrolled(person).roles
        actor = self._store.person(person, roles[0]).model_copy(update={"authenticated": BY_PASSWORD})
        self._store.append([Draft(event=SignedIn(person=person), actor=actor)])

    def open_session(self, person: str, ask: Asker | None) -> None:
        """Have a person sign in whose key a password seals; who declines may look, and sign in later."""
        if self.is_locked(person):
            self.ask(person, ask, sign_in=True)

    def ask(self, person: str, ask: Asker | None, *, sign_in: bool = False) -> bool:
        """Have a person with a password give it; False when nobody answers. Raises Trouble."""
        question = f"Password of {self._enrolled(person).name}"
        for left in reversed(range(TRIES)):
            password = ask(question, False) if ask is not None else None
            if password is None:
                return False
            try:
                (self.sign_in if sign_in else self.prove)(person, password)
            except WrongPassword:
                if not left:
                    raise
                continue
            return True
        return False

    def as_signed_in(self, actor: Actor) -> Actor:
        """Return a person as an author whose key, where a password seals it, was opened for this session."""
        found = roster(self._store.desk_entries()).person(actor.id)
        if found is None or not self.has_password(actor.id):
            return actor
        return actor.model_copy(update={"authenticated": BY_SESSION})

    def _enrolled(self, person: str) -> Enrolled:
        found = roster(self._store.desk_entries()).person(person)
        if found is None:
            raise Trouble(f"Nobody who may sign is enrolled as {person}. Ask an administrator to enrol them.")
        return found

    def _key(self, person: str) -> str:
        return key_of(self._enrolled(person))


class People:
    """The people of a desk, as whoever sits here may see and change them."""

    def __init__(self, store: Store, me: str, ask: Asker | None) -> None:
        self.store = store
        self.me = me
        self.ask = ask
        self.door = Door(store)

    def roster(self) -> Roster:
        """Return everyone at the desk."""
        return roster(self.store.desk_entries())

    def administrator(self) -> Actor:
        """Return whoever sits here as an administrator who has proved it; raises Trouble."""
        found = self.roster().person(self.me)
        if found is None:
            raise Trouble(
                f"You are not enrolled at this desk as {self.me}. Ask an administrator to enrol you."
            )
        if Role.ADMINISTRATOR not in found.roles:
            raise Trouble("Only an administrator may do that, and you are none. Ask one.")
        actor = self.store.person(self.me, Role.ADMINISTRATOR)
        if not self.door.has_password(self.me):
            return actor
        self.prove(self.me)
        return actor.model_copy(update={"authenticated": BY_PASSWORD})

    def prove(self, person: str) -> None:
        """Have a person give their password; raises NeedsPassword when nobody answers."""
        if not self.door.ask(person, self.ask):
            raise NeedsPassword(
                f"The password of {person} is needed. Start from a terminal to be asked for it."
            )

    def enrol(self, id: str, name: str, roles: Sequence[Role], *, password: bool = False) -> Enrolled:
        """Let a person act at the desk, or let them act anew under another name, other roles, another key."""
        _check_name(id, LONGEST_ID, "the name of an account")
        _check_name(name, LONGEST_NAME, "a printed name")
        given = tuple(dict.fromkeys(roles))
        if not given:
            raise Trouble("A person without a role can do nothing. Name one with --role.")
        self._keep_an_administrator(id, given)
        actor = self.administrator()
        return self.rekey(id, name, given, actor, self.new_password(name) if password else None)

    def change_roles(self, id: str, roles: Sequence[Role]) -> Enrolled:
        """Give a person other roles, under a new key: what a key may do is said once, when it is enrolled."""
        found = self.known(id)
        return self.enrol(id, found.name, roles, password=found.assurance.endswith(SECOND_SEAL))

    def revoke(self, id: str, why: str) -> None:
        """Take a person's key from them: nothing signed with it counts from here on."""
        found = self.known(id)
        self._keep_an_administrator(id, ())
        actor = self.administrator()
        self.revoke_key(found, why, actor)

    def set_password(self) -> Enrolled:
        """Seal a new key of whoever sits here with a password of theirs."""
        found = self.known(self.me)
        if self.door.has_password(self.me):
            self.prove(self.me)
        password = self.new_password(found.name)
        return self.rekey(found.id, found.name, found.roles, self.store.system("door"), password)

    # -- what rotation needs, too ---------------------------------------------------------------------

    def known(self, id: str) -> Enrolled:
        """Return a person who may sign at present; raises Trouble when there is none."""
        found = self.roster().person(id)
        if found is None:
            raise Trouble(f"Nobody who may sign is enrolled as {id}. `countersign people list` says who is.")
        return found

    def new_password(self, name: str) -> str:
        """Ask for a password that is to seal a new key; raises NeedsPassword when nobody answers."""
        password = self.ask(f"A new password for {name}", True) if self.ask is not None else None
        if password is None:
            raise NeedsPassword(
                f"A new password for {name} is needed. Start from a terminal to be asked for it."
            )
        return password

    def rekey(
        self, id: str, name: str, roles: Sequence[Role], actor: Actor, password: str | None
    ) -> Enrolled:
        """Enrol a person under a new key and destroy the one before; raises Trouble."""
        before = self.roster().people.get(id)
        keys = self.store.keys
        key = keys.create(password)
        event = PersonEnrolled(
            person=id,
            name=name,
            roles=tuple(roles),
            public_key=to_text(key.public),
            assurance=keys.assurance + (SECOND_SEAL if password is not None else ""),
        )
        self.record(event, actor, key.key_id)
        if before is not None:
            keys.destroy_key(key_of(before))
        return self.known(id)

    def record(self, event: Event, actor: Actor, new_key: str | None = None) -> None:
        """Record an event of the desk; a key made for it goes when it could not be."""
        try:
            self.store.append([Draft(event=event, actor=actor)])
        except BaseException:
            if new_key is not None:
                self.store.keys.destroy_key(new_key)
            raise

    def revoke_key(self, found: Enrolled, why: str, actor: Actor) -> None:
        """Revoke the key of a person or an agent and destroy it here; raises Trouble."""
        if not why.strip():
            raise Trouble("Say why the key is revoked, with --why.")
        key = key_of(found)
        event = KeyRevoked(holder_kind=found.kind, holder=found.id, key=key, why=why.strip())
        self.record(event, actor)
        self.store.keys.destroy_key(key)

    def given_password(self, id: str) -> str:
        """Have a person give their password and return it; raises Trouble when it is wrong."""
        question = f"Password of {self.known(id).name}"
        password = self.ask(question, False) if self.ask is not None else None
        if password is None:
            raise NeedsPassword(f"The password of {id} is needed. Start from a terminal to be asked for it.")
        self.door.prove(id, password)
        return password

    def _keep_an_administrator(self, id: str, roles: Sequence[Role]) -> None:
        others = (p for p in self.roster().people.values() if p.id != id and p.revoked is None)
        if Role.ADMINISTRATOR not in roles and not any(Role.ADMINISTRATOR in p.roles for p in others):
            raise Trouble(f"{id} is the only administrator of this desk. Enrol another one first.")


@contextmanager
def people(home: Home) -> Iterator[People]:
    """Open a desk to see and change its people; raises Trouble when there is no desk."""
    if not is_begun(home):
        raise no_desk(home)
    with open_store(home) as store:
        yield People(store, whoever_sits_here().id, home.ask)


def key_of(enrolled: Enrolled) -> str:
    """Return the name of the key that someone is enrolled with."""
    return key_id(from_text(enrolled.public_key, 32, "an enrolled key"))


def _check_name(text: str, longest: int, what: str) -> None:
    if not text or len(text) > longest or text != text.strip() or not text.isprintable():
        raise Trouble(
            f"{text!r} cannot be {what}. Use 1 to {longest} printable signs, none of them a space first."
        )

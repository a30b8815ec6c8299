"""Care for the keys of a desk: which there are, fresh ones in their place, and a way back to lost ones."""

from datetime import datetime
from pathlib import Path

from countersign.audit.keys import fingerprint, from_text, key_id, to_text
from countersign.domain.actor import Actor
from countersign.domain.base import Frozen
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.domain.event import AgentEnrolled, DeskRekeyed, Draft, KeysRestored
from countersign.domain.roster import Enrolled
from countersign.domain.time import now
from countersign.settings.home import Home
from countersign.settings.passwords import TRIES
from countersign.store import recovery
from countersign.store import root as roots
from countersign.store.files import write_whole
from countersign.store.founding import is_begun, no_desk, open_store, staff_of
from countersign.store.keystore import SECOND_SEAL, KeyStore
from countersign.store.recovery import Recovery
from countersign.store.root import ASSURED_BY_SEAL, Root
from countersign.store.sealing import LONGEST, WrongPassword
from countersign.wiring.people import People, key_of


class KeyRow(Frozen):
    """A key of the desk, as people are told of it."""

    holder: str
    """``desk``, ``epoch 3``, ``person ada``, ``agent reader.local@3``."""
    key: str
    """The name of the key in records: the first half of its fingerprint."""
    fingerprint: str
    """SHA-256 of the public half, hex, as two people compare it."""
    public_key: str
    """Base64."""
    since: datetime
    days: int
    """Its age."""
    kept: str
    """How well the private half is kept; ``missing`` where it should be here and is not."""
    revoked: str | None = None


def show(people: People) -> tuple[KeyRow, ...]:
    """Return every key that the record enrols at present."""
    found, keys = people.roster(), people.store.keys
    rows = []
    if found.desk is not None:
        rows.append(_row("desk", found.desk, keys))
    if found.epoch is not None:
        name = key_id(from_text(found.epoch.public_key, 32, "the key of an epoch"))
        kept = keys.assurance if keys.holds_epoch(name) else "missing"
        rows.append(_line(f"epoch {found.epoch.n}", name, found.epoch.public_key, found.epoch.since, kept))
    rows.extend(_row(f"person {id}", person, keys) for id, person in found.people.items())
    rows.extend(_row(f"agent {id}", agent, keys) for id, agent in found.agents.items())
    return tuple(rows)


def _row(holder: str, enrolled: Enrolled, keys: KeyStore) -> KeyRow:
    name = key_of(enrolled)
    kept = (enrolled.assurance or keys.assurance) if keys.holds(name) else "missing"
    row = _line(holder, name, enrolled.public_key, enrolled.since, kept)
    return row.model_copy(update={"revoked": enrolled.revoked, "kept": "" if enrolled.revoked else kept})


def _line(holder: str, name: str, public_key: str, since: datetime, kept: str) -> KeyRow:
    return KeyRow(
        holder=holder,
        key=name,
        fingerprint=fingerprint(from_text(public_key, 32, "an enrolled key")),
        public_key=public_key,
        since=since,
        days=max(0, (now() - since).days),
        kept=kept,
    )


# -- fresh keys -------------------------------------------------------------------------------------------


def rotate_desk(people: People, why: str) -> None:
    """Let the desk sign with a fresh key; who compares its fingerprint needs the new one."""
    _rekey_desk(people, why, people.administrator())


def _rekey_desk(people: People, why: str, actor: Actor) -> None:
    before = people.roster().desk
    keys = people.store.keys
    key = keys.create()
    event = DeskRekeyed(public_key=to_text(key.public), assurance=keys.assurance, why=why)
    people.record(event, actor, key.key_id)
    if before is not None:
        keys.destroy_key(key_of(before))


def rotate_person(people: People, id: str) -> None:
    """Let a person sign with a fresh key, under the same password; one's own needs no administrator."""
    found = people.known(id)
    has_password = found.assurance.endswith(SECOND_SEAL)
    if id == people.me:
        password = people.given_password(id) if has_password else None
        people.rekey(id, found.name, found.roles, people.store.system("door"), password)
    else:
        actor = people.administrator()
        password = people.given_password(id) if has_password else None
        people.rekey(id, found.name, found.roles, actor, password)


def rotate_agent(people: People, id: str) -> None:
    """Let an agent sign with a fresh key; one whose key was revoked may sign again."""
    found = people.roster().agents.get(id)
    if found is None or found.card is None:
        raise Trouble(f"No agent is enrolled as {id}. `countersign keys show` says who is.")
    actor = people.administrator()
    key = people.store.keys.create()
    event = AgentEnrolled(card=found.card, public_key=to_text(key.public))
    people.record(event, actor, key.key_id)
    people.store.keys.destroy_key(key_of(found))


def revoke_agent(people: People, id: str, why: str) -> None:
    """Take an agent's key from it: it signs nothing until an administrator gives it a fresh one."""
    found = people.roster().agents.get(id)
    if found is None or found.revoked is not None:
        raise Trouble(f"No agent that may sign is enrolled as {id}. `countersign keys show` says who is.")
    people.revoke_key(found, why, people.administrator())


def set_password(people: People) -> None:
    """Seal the desk's keys with a new password; the record says so where they were kept otherwise."""
    actor = people.administrator()
    keys = people.store.keys
    before = keys.assurance
    keys.move_root(people.ask, ASSURED_BY_SEAL)
    if before != keys.assurance:
        _rekey_desk(people, f"kept as {before} until now".replace("_", " "), actor)


# -- when they are lost --------------------------------------------------------------------------------------


def back_up(people: People, out: Path) -> None:
    """Write the recovery file; raises Trouble when there is such a file already."""
    if out.exists():
        raise Trouble(f"{out} is there already. Name another file with --out.")
    if not out.parent.is_dir():
        raise Trouble(f"There is no folder {out.parent}. Make it, or name another file with --out.")
    people.administrator()
    question = "Choose a passphrase for the recovery file"
    passphrase = people.ask(question, True) if people.ask is not None else None
    if passphrase is None:
        raise NeedsPassword("A recovery file needs a passphrase. Start from a terminal to be asked for one.")
    write_whole(out, recovery.pack(people.store.keys, people.store.log, passphrase), private=True)


def restore(home: Home, file: Path) -> Root:
    """Put the keys of a desk back from its recovery file, on the record; raises Trouble.

    Key files that are here and whole stay as they are: they may be newer than the file.
    """
    if not is_begun(home):
        raise no_desk(home)
    found = _opened(home, file)
    if not recovery.belongs_to(found, staff_of(home)):
        raise Trouble(f"{file} belongs to another desk (log {found.log}). Nothing was changed.")
    home.prepare()
    root = roots.store(home.keys, found.secret, ask=home.ask)
    keys = KeyStore(home.keys, root=root)
    for name, sealed in found.files.items():
        keys.put_back(name, sealed)
    with open_store(home, root=root) as store:
        event = KeysRestored(assurance=root.assurance)
        store.append([Draft(event=event, actor=store.system("keys"))])
    return root


def _opened(home: Home, file: Path) -> Recovery:
    try:
        with file.open("rb") as stream:
            untrusted = stream.read(LONGEST + 1)
    except OSError as error:
        raise Trouble(f"{file} cannot be read ({error.strerror}). Name the recovery file.") from error
    for _ in range(TRIES):
        passphrase = home.ask("Passphrase of the recovery file", False) if home.ask is not None else None
        if passphrase is None:
            raise NeedsPassword(
                "The recovery file needs its passphrase. Start from a terminal to be asked for it."
            )
        try:
            return recovery.unpack(untrusted, passphrase)
        except WrongPassword:
            continue
    raise Trouble(f"That is not the passphrase of {file}, or the file was changed. Nothing was changed here.")

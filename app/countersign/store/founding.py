"""Opens the store of a desk: makes or migrates the database, founds the log, enrols who is missing."""

import getpass
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from sqlalchemy import select

import countersign
from countersign.audit.keys import to_text
from countersign.audit.record import App
from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.event import AgentEnrolled, DeskFounded, Draft, PersonEnrolled
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import schema, views
from countersign.store.batch import Batch, Desk
from countersign.store.database import Database
from countersign.store.keystore import KeyStore
from countersign.store.library import Library
from countersign.store.migrate import is_current, migrate
from countersign.store.store import Store

FIRST_ROLES = (Role.PROCESSOR, Role.APPROVER, Role.TEAM_LEAD, Role.ADMINISTRATOR)
"""What the one person of a new desk may do."""


class Person(Frozen):
    """Someone to enrol."""

    id: str
    name: str
    roles: tuple[Role, ...] = FIRST_ROLES


def whoever_sits_here() -> Person:
    """Return the person that the operating system's account speaks of."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = "unnamed"
    return Person(id=account, name=account)


def open_store(
    home: Home,
    *,
    agents: Sequence[AgentCard] = (),
    person: Person | None = None,
    words: Catalogue | None = None,
) -> Store:
    """Open the store of a home; at the first start, found it.

    Enrols the person (by default, whoever sits here) and the agents who are not enrolled as given. Appends
    nothing when everyone is. Raises Trouble when the database is damaged, of a newer version, or cannot be
    written.
    """
    home.prepare()
    _make_current(home)
    keys, database, store = _open(home, words or catalogue.load(home))
    try:
        _enrol(store, database, keys, person or whoever_sits_here(), agents)
    except BaseException:
        store.close()
        raise
    return store


def visit_store(home: Home, words: Catalogue | None = None) -> Store:
    """Open the store of a desk that is there, to read it or to check it: enrols nobody, appends nothing.

    Raises Trouble when there is no desk, and for all that `open_store` does.
    """
    if not is_begun(home):
        raise _no_desk(home)
    _make_current(home)
    return _open(home, words or catalogue.load(home), may_found=False)[2]


def is_begun(home: Home) -> bool:
    """Tell whether a home has a database, or the beginning of one."""
    return home.database.exists() and home.database.stat().st_size > 0


def _no_desk(home: Home) -> Trouble:
    return Trouble(
        f"There is no desk in {home.root} yet. `countersign process PATH…` begins one, "
        "and --home names another folder."
    )


def _open(home: Home, words: Catalogue, *, may_found: bool = True) -> tuple[KeyStore, Database, Store]:
    database = Database(home.database)
    try:
        log = _log(database)
        if log is None and not may_found:
            raise _no_desk(home)
        keys = KeyStore(home.keys, is_new=log is None)
        desk = Desk(keys, App(version=countersign.__version__, build=_build()), words.klass)
        if log is None:
            log = _found(database, desk)
    except BaseException:
        database.close()
        raise
    return keys, database, Store(database, desk, Library(home), log)


def _make_current(home: Home) -> None:
    if is_current(home.database):
        return
    try:
        with FileLock(home.root / "migration.lock", timeout=60):
            if not is_current(home.database):
                database = Database(home.database)
                try:
                    migrate(database)
                finally:
                    database.close()
    except Timeout as error:
        raise Trouble(
            "Another program is bringing the desk's database up to date. Wait for it, then try again."
        ) from error


def _log(database: Database) -> str | None:
    """Return the log's name, None while there is no log."""
    with database.reading() as connection:
        log = connection.execute(select(schema.head.c.log)).scalar()
        if log is None and connection.execute(select(schema.records.c.seq).limit(1)).first():
            return ""  # someone took the head away: verification tells, and nothing can be appended
    return None if log is None else str(log)


def _found(database: Database, desk: Desk) -> str:
    """Begin the log; returns its name."""
    with database.writing() as connection:
        log = connection.execute(select(schema.head.c.log)).scalar()
        if log is not None:
            return str(log)  # another process was faster
        log = uuid4().hex
        key = desk.keys.create()
        event = DeskFounded(log=log, public_key=to_text(key.public), assurance=desk.keys.assurance)
        views.empty(connection)
        batch = Batch(connection, desk, None, log)
        batch.take((Draft(event=event, actor=_desk_actor(log)),))
        batch.write()
    batch.kept()
    return log


def _desk_actor(log: str) -> Actor:
    return Actor(kind=ActorKind.SYSTEM, id=log, role="desk", authenticated="device_key")


def _enrol(
    store: Store, database: Database, keys: KeyStore, person: Person, agents: Sequence[AgentCard]
) -> None:
    with database.reading() as connection:
        persons = {row.id: row for row in connection.execute(select(schema.persons))}
        known = {row.id: row for row in connection.execute(select(schema.agents))}
    drafts = []
    found = persons.get(person.id)
    as_given = found and (found.name, tuple(json.loads(found.roles))) == (person.name, person.roles)
    if found is None or not as_given or not keys.holds(found.key_id):
        drafts.append(_person_draft(store, keys, person, found.key_id if found else "first"))
    for card in {card.id: card for card in agents}.values():
        row = known.get(card.id)
        if row is None or row.code_digest != card.code_digest or not keys.holds(row.key_id):
            drafts.append(_agent_draft(store, keys, card, row.key_id if row else "first"))
    store.append(drafts)


def _person_draft(store: Store, keys: KeyStore, person: Person, before: str) -> Draft:
    """Enrol under a new key; the effect names what it follows, so that two processes enrol once."""
    event = PersonEnrolled(
        person=person.id,
        name=person.name,
        roles=person.roles,
        public_key=to_text(keys.create().public),
        assurance=keys.assurance,
    )
    wanted = hashlib.sha256(person.model_dump_json().encode()).hexdigest()[:16]
    effect = f"enrol/{person.id}/{before}/{wanted}"
    return Draft(event=event, actor=_desk_actor(store.log), effect=effect)


def _agent_draft(store: Store, keys: KeyStore, card: AgentCard, before: str) -> Draft:
    event = AgentEnrolled(card=card, public_key=to_text(keys.create().public))
    effect = f"enrol/{card.id}/{before}/{card.code_digest[:16]}"
    return Draft(event=event, actor=_desk_actor(store.log), effect=effect)


def _build() -> str:
    """Return the digest of the program: of its source files, or of the installed program itself."""
    digest = hashlib.sha256()
    if getattr(sys, "frozen", False):
        digest.update(Path(sys.executable).read_bytes())
        return digest.hexdigest()
    root = Path(countersign.__file__).parent
    for file in sorted(root.rglob("*.py")):
        digest.update(f"{file.relative_to(root).as_posix()}\n".encode() + file.read_bytes())
    return digest.hexdigest()

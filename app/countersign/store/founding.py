"""Opens the store of a desk: makes or migrates the database, founds the log, enrols who is missing."""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from sqlalchemy import select

import countersign
from countersign.audit.keys import from_text, key_id, to_text
from countersign.audit.record import App
from countersign.audit.staff import Staff
from countersign.domain.actor import Actor, ActorKind, AgentCard, Role
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.event import AgentEnrolled, DeskFounded, Draft, PersonEnrolled
from countersign.domain.roster import roster
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import checking, schema, views
from countersign.store.batch import Batch, Desk, read_staff
from countersign.store.database import Database
from countersign.store.high_water import HighWater
from countersign.store.keystore import SECOND_SEAL, KeyStore
from countersign.store.lesson_files import LessonFiles
from countersign.store.library import Library
from countersign.store.migrate import is_current, migrate
from countersign.store.root import Root
from countersign.store.store import Store

logger = logging.getLogger(__name__)

FIRST_ROLES = (Role.PROCESSOR, Role.APPROVER, Role.TEAM_LEAD, Role.ADMINISTRATOR)
"""What the one person of a new desk may do."""


LONGEST_REBUILD = 3600.0
"""Seconds for which one program waits while another makes the views anew after an upgrade."""


class Person(Frozen):
    """Someone to enrol."""

    id: str
    name: str
    roles: tuple[Role, ...] = FIRST_ROLES


def whoever_sits_here() -> Person:
    """Return the person that the operating system's account speaks of."""
    name = account()
    return Person(id=name, name=name)


def account() -> str:
    """Return the account that runs this; never what the environment says, which anyone may set."""
    if sys.platform == "win32":
        return os.getlogin()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return "unnamed"


def open_store(
    home: Home,
    *,
    agents: Sequence[AgentCard] = (),
    person: Person | None = None,
    words: Catalogue | None = None,
    root: Root | None = None,
) -> Store:
    """Open the store of a home; at the first start, found it.

    Enrols the person, and the agents who are not enrolled as given. Where no person is named, whoever sits
    here becomes the first person of a new desk; later ones are for an administrator to enrol. Appends nothing
    when everyone is enrolled. `root` is the root secret where a parent handed it over. Raises Trouble when
    the database is damaged, of a newer version, or cannot be written, or when the keys cannot be opened.
    """
    home.prepare()
    _make_current(home)
    database, desk, store = _open(home, words or catalogue.load(home), root=root)
    try:
        _enrol(store, database, desk, person, agents)
        _destroy_past_epochs(database, desk.keys)
        _finish_erasing(store)
    except BaseException:
        store.close()
        raise
    return store


def _destroy_past_epochs(database: Database, keys: KeyStore) -> None:
    """Destroy the keys of epochs that a kill left behind; whoever begins an epoch holds the same lock."""
    if len(keys.epochs()) < 2:
        return
    with database.writing() as connection:
        in_force = connection.execute(select(schema.head.c.epoch_key)).scalar()
        for key_id in keys.epochs():
            if in_force and key_id != in_force:
                keys.destroy_epoch(key_id)


def _finish_erasing(store: Store) -> None:
    """Do what a crash left undone of an erasure; what stands in its way is no reason not to open the desk."""
    try:
        store.eraser.finish()
    except Trouble as trouble:
        logger.warning("An erasure is not finished: %s", trouble)


def visit_store(home: Home, words: Catalogue | None = None) -> Store:
    """Open the store of a desk that is there, to read it or to check it: enrols nobody, appends nothing.

    Raises Trouble when there is no desk, and for all that `open_store` does.
    """
    if not is_begun(home):
        raise no_desk(home)
    _make_current(home)
    return _open(home, words or catalogue.load(home), may_found=False)[2]


def is_begun(home: Home) -> bool:
    """Tell whether a home has a database, or the beginning of one."""
    return home.database.exists() and home.database.stat().st_size > 0


def is_founded(home: Home) -> bool:
    """Tell whether a home has a record, and not only the empty database of a first start that failed."""
    if not is_begun(home):
        return False
    if not is_current(home.database):
        return True
    database = Database(home.database)
    try:
        return _log(database) is not None
    finally:
        database.close()


def staff_of(home: Home) -> Staff:
    """Return who is enrolled at a desk, and the name of its log, without opening any key; raises Trouble."""
    _make_current(home)
    database = Database(home.database)
    try:
        with database.reading() as connection:
            return read_staff(connection)
    finally:
        database.close()


def no_desk(home: Home) -> Trouble:
    """Return what to tell who asks for a desk that is not there."""
    return Trouble(
        f"There is no desk in {home.root} yet. `countersign process PATH…` begins one, "
        "and --home names another folder."
    )


def _open(
    home: Home, words: Catalogue, *, may_found: bool = True, root: Root | None = None
) -> tuple[Database, Desk, Store]:
    database = Database(home.database)
    try:
        log = _log(database)
        if log is None and not may_found:
            raise no_desk(home)
        keys = KeyStore(home.keys, is_new=log is None, ask=home.ask, root=root)
        desk = Desk(keys, App(version=countersign.__version__, build=_build()), words.klass)
        if log is None:
            log = _found(database, desk)
        _fill_new_views(home, database, desk)
    except BaseException:
        database.close()
        raise
    store = Store(database, desk, Library(home), LessonFiles(home), log, is_visit=not may_found)
    return database, desk, store


def _make_current(home: Home) -> None:
    HighWater(home.database).check()
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


def _fill_new_views(home: Home, database: Database, desk: Desk) -> None:
    """Make the views anew where a migration added some that tell of records which are there already."""
    if not checking.is_rebuild_due(database):
        return
    try:
        with FileLock(home.root / "migration.lock", timeout=LONGEST_REBUILD):
            if checking.is_rebuild_due(database):
                logger.warning("the views are made anew for this version; a large desk takes some minutes")
                checking.rebuild(database, desk, lambda _done, _total: None)
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
        batch.begin_epoch()
        batch.write()
    batch.kept()
    return log


def _desk_actor(log: str) -> Actor:
    return Actor(kind=ActorKind.SYSTEM, id=log, role="desk", authenticated="device_key")


def _enrol(
    store: Store, database: Database, desk: Desk, named: Person | None, agents: Sequence[AgentCard]
) -> None:
    keys = desk.keys
    with database.reading() as connection:
        persons = {row.id: row for row in connection.execute(select(schema.persons))}
        staff = desk.staff(connection, connection.execute(select(schema.head.c.staff_size)).scalar() or 0)
    drafts = []
    found = persons.get((named or whoever_sits_here()).id)
    if found is None and (named or not persons):
        drafts.append(_person_draft(store, keys, named or whoever_sits_here(), "first"))
    elif found is not None and _is_enrolled(staff, ActorKind.PERSON, found.id):
        is_kept = keys.holds(found.key_id)
        if not is_kept and found.assurance.endswith(SECOND_SEAL):
            raise _key_gone(found.name)
        recorded = Person(id=found.id, name=found.name, roles=json.loads(found.roles))
        if not is_kept or (named or recorded) != recorded:
            drafts.append(_person_draft(store, keys, named or recorded, found.key_id))
    latest = roster(store.desk_entries(("agent_enrolled", "key_revoked"))).latest() if agents else {}
    for card in {card.name: card for card in agents}.values():
        before = latest.get(card.name)
        if before is None:
            drafts.append(_agent_draft(store, keys, card, "first"))
        elif before.revoked is None:  # one whose key was revoked waits for an administrator, as any version
            key = key_id(from_text(before.public_key, 32, "an enrolled key"))
            if before.card != card or not keys.holds(key):
                drafts.append(_agent_draft(store, keys, card, key))
    store.append(drafts)


def _is_enrolled(staff: Staff, kind: ActorKind, id: str) -> bool:
    """Tell whether someone may sign at present; whose key was revoked may not."""
    return staff.member(Actor(kind=kind, id=id, role="", authenticated="")) is not None


def _key_gone(name: str) -> Trouble:
    """Nobody gets round a password by deleting the key that it seals."""
    return Trouble(
        f"The signing key of {name} is gone, and a password sealed it. Put the folder of keys back from a "
        "backup, or have an administrator enrol them anew."
    )


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
    wanted = hashlib.sha256(card.model_dump_json().encode()).hexdigest()[:16]
    effect = f"enrol/{card.id}/{before}/{wanted}"
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

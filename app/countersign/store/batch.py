"""Turns drafts into records: all that one transaction appends, built in memory and then written at once."""

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from countersign.audit import commitment, note, record
from countersign.audit.commitment import Collector, Opening
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Signer, to_text
from countersign.audit.merkle import Frontier, leaf_hash
from countersign.audit.record import NONE_BEFORE, PLACE, App, Link, Place
from countersign.audit.staff import ENROLMENTS, EPOCH, FOUNDING, Staff, epoch_text
from countersign.domain import time
from countersign.domain.actor import Actor, ActorKind
from countersign.domain.errors import Trouble
from countersign.domain.event import ClockJumped, Draft, Entry, EpochBegun
from countersign.store import head as heads
from countersign.store import schema, tiles
from countersign.store.clock import Clock
from countersign.store.decode import CaseKeys, Reader
from countersign.store.erasure import Guard
from countersign.store.head import Head
from countersign.store.keystore import KeyStore
from countersign.store.projection import ClassOf, milliseconds
from countersign.store.views import Views

EPOCH_MS = 24 * 3600 * 1000
"""Time after which the log signs under a fresh key."""
NO_TIME_MS = 10**13
"""A moment in the year 2286 that no record can hold: a clock that says so is wrong."""
MOST_UNSIGNED = 100
"""Records after which a checkpoint is due."""
LONGEST_UNSIGNED_MS = 1000
"""Time after which a checkpoint is due."""
CLOCK = "system"
_MANY = 500
_SIGNED_AT_ONCE = ENROLMENTS | {EPOCH, "erased"}
"""Besides what people do, what the next checkpoint does not wait for."""


class Desk:
    """What a process needs to append: keys, the program's name, and the staff as last seen."""

    def __init__(self, keys: KeyStore, app: App, class_of: ClassOf) -> None:
        self.keys = keys
        self.app = app
        self.class_of = class_of
        self.case_keys = CaseKeys(keys)
        self.clock = Clock()
        self._staff: tuple[int, Staff] | None = None

    def staff(self, connection: Connection, size: int) -> Staff:
        """Return the staff as of the log's last enrolment, which is known by the log's size then."""
        if self._staff is None or self._staff[0] != size:
            self._staff = (size, read_staff(connection))
        return self._staff[1]

    def remember_staff(self, size: int, staff: Staff) -> None:
        """Keep the staff at hand, as of an enrolment that is on the record."""
        self._staff = (size, staff)

    def forget_staff(self) -> None:
        """Read the staff anew next time: an enrolment was built and may not have been kept."""
        self._staff = None
        self.clock.take_back()


class Batch:
    """The records of one transaction. After an error of `take`, throw the batch away."""

    def __init__(self, connection: Connection, desk: Desk, found: Head | None, log: str = "") -> None:
        """Begin at the head found in the database; None founds the log of the name given."""
        self._connection = connection
        self._desk = desk
        self._is_new = found is None
        self.head = found or Head(log=log, frontier=Frontier())
        if found is not None:
            self._check_seal(found)
        self._start = self.head.size
        self._staff = desk.staff(connection, self.head.staff_size)
        self._views = Views(connection, desk.class_of)
        self._guard = Guard(connection, self._views)
        self._tails: dict[str, tuple[int, str]] = {}
        self._effects: dict[str, Entry] = {}
        self._keys: dict[str | None, bytes] = {}
        self._records: list[tuple[Any, ...]] = []
        self._openings: list[tuple[Any, ...]] = []
        self._new_keys: list[dict[str, Any]] = []
        self._leaves: list[bytes] = []
        self._past_epoch = ""
        self._is_checkpoint_wanted = False
        self._hlc = ""
        self._moment: tuple[datetime, str] | None = None
        """The last moment, and how records write it."""

    def _check_seal(self, found: Head) -> None:
        try:
            heads.check_seal(found, self._desk.keys.seal_head)
        except Flaw as error:
            raise Trouble(
                f"Nothing was recorded: {error}. Where the keys of this folder were changed, put them back "
                "from a backup; else someone wrote into the database: keep it, and run `countersign verify`."
            ) from error

    def prepare(self, drafts: Sequence[Draft]) -> None:
        """Look up at once what many drafts need to know."""
        cases = list(dict.fromkeys(draft.case for draft in drafts if draft.case))
        effects = list(dict.fromkeys(draft.effect for draft in drafts if draft.effect))
        self._views.prepare(cases)
        for some in _chunks(cases):
            for case, n, stored in self._connection.exec_driver_sql(_TAILS.format(_marks(some)), tuple(some)):
                self._tails[case] = (n, record.digest(stored))
        for some in _chunks(effects):
            reader = Reader(self._connection, self._desk.case_keys, self.head.log)
            for row in self._connection.exec_driver_sql(_EFFECTS.format(_marks(some)), tuple(some)).all():
                self._effects[row.effect] = reader.entry(row)

    def take(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Build the records of drafts that `prepare` has seen; raises what is wrong with one of them."""
        if not self._is_new:
            self._tend_clock()
            self._tend_epoch()
        return tuple(self._take(draft) for draft in drafts)

    def _take(self, draft: Draft) -> Entry:
        if draft.effect is not None and draft.effect in self._effects:
            return self._effects[draft.effect].model_copy(update={"fresh": False})
        sealer = Collector()
        body = draft.event.model_dump(mode="json", context={"sealer": sealer})
        try:
            link = self._link(draft.case)
            self._guard.admit(link, body)
            stored, at = self._build(draft, body, link)
        except Flaw as error:
            raise Trouble(f"The event {body['kind']} cannot be recorded: {error}.") from error
        entry = Entry.model_construct(  # every part was validated as part of the draft
            seq=self.head.size,
            at=at,
            actor=draft.actor,
            case=draft.case,
            event=draft.event,
            digest=record.digest(stored),
            fresh=True,
        )
        if sealer.openings:
            self._seal(draft.case, sealer.openings)
        self._advance(draft, link, body["kind"], stored, entry)
        return entry

    def _build(self, draft: Draft, body: dict[str, Any], link: Link | None) -> tuple[bytes, datetime]:
        at = time.now()
        self._hlc = self._tick(at)
        place = self._place(at)
        signer = self._signer(draft, body, place)
        stored = record.write(
            place, draft.actor, self._desk.app, body, link=link, effect=draft.effect, signer=signer
        )
        if draft.actor.kind is ActorKind.AGENT and link is not None:
            self.head.unsigned_by[signer.key_id] = draft.actor.id
        return stored, at

    def _place(self, at: datetime) -> Place:
        if self._moment is None or self._moment[0] != at:
            self._moment = (at, time.iso(at))
        return Place(
            log=self.head.log,
            seq=self.head.size,
            previous=self.head.previous,
            at=self._moment[1],
            clock=CLOCK,
            hlc=self._hlc,
        )

    def _signer(self, draft: Draft, body: dict[str, Any], place: Place) -> Signer:
        kind = body["kind"]
        if kind == FOUNDING and self.head.size == 0:
            self._staff.enrol(body)
            return self._desk.keys.load(self._staff.desk.key_id)
        member = self._staff.member(draft.actor)
        if member is None:
            raise Flaw(f"the {draft.actor.kind.value} {draft.actor.id} is not enrolled at this desk")
        self._staff.admit(draft.actor, member.key.key_id, kind)
        self._staff.check_words(draft.actor, body)
        signer = self._desk.keys.load(member.key.key_id)
        if kind in ENROLMENTS:
            self._staff.enrol(body)
        if kind == EPOCH:
            self._certify(body, place)
            self._staff.begin_epoch(body, place)
        return signer

    # -- what the log says of itself -----------------------------------------------------------------

    def begin_epoch(self) -> None:
        """Sign the heads of the log with a fresh key from here on."""
        before = self.head.epoch_key
        is_lost = bool(before) and not self._desk.keys.holds_epoch(before)
        key = self._desk.keys.create_epoch()
        event = EpochBegun(
            n=self.head.epoch + 1,
            public_key=to_text(key.public),
            certificate=None,
            why="first" if not before else "recovered" if is_lost else "due",
        )
        self._take(Draft(event=event, actor=self._system("log")))
        self.head.epoch, self.head.epoch_key, self.head.epoch_at = event.n, key.key_id, self.head.hlc_ms
        self.head.staff_size = self.head.size
        self._past_epoch = before
        self._desk.clock.known_for(key.key_id)

    def _certify(self, body: dict[str, Any], place: Place) -> None:
        """Let the key of the epoch that ends vouch for the one that begins, at this place."""
        if body["why"] == "due":
            before = self._desk.keys.load_epoch(self.head.epoch_key)
            body["certificate"] = to_text(before.sign(epoch_text(place, body["n"], body["public_key"])))

    def _tend_epoch(self) -> None:
        head = self.head
        age, known = milliseconds(time.now()) - head.epoch_at, self._desk.clock.known_for(head.epoch_key)
        is_ahead = known is None and age <= -EPOCH_MS  # it began under a clock that has been set back since
        is_over = is_ahead or max(age, known or 0) >= EPOCH_MS
        if not head.epoch or is_over or not self._desk.keys.holds_epoch(head.epoch_key):
            self.begin_epoch()

    def _tend_clock(self) -> None:
        jump = self._desk.clock.jump(self.head.hlc_ms)
        if jump:
            self._take(Draft(event=ClockJumped(milliseconds=jump), actor=self._system("log")))

    def _system(self, part: str) -> Actor:
        return Actor(kind=ActorKind.SYSTEM, id=self.head.log, role=part, authenticated="device_key")

    def _tick(self, at: datetime) -> str:
        """Advance the hybrid clock: never back, whatever the device's clock does."""
        last_ms, now_ms = self.head.hlc_ms, milliseconds(at)
        if not 0 <= now_ms < NO_TIME_MS:
            raise Trouble(f"The clock of this machine says that it is {at:%Y}. Set it, then try again.")
        if now_ms > last_ms:
            return f"{now_ms:013d}-0000"
        last_n = int(self.head.hlc[-4:])
        if last_n == 9999:
            return f"{last_ms + 1:013d}-0000"
        return f"{last_ms:013d}-{last_n + 1:04d}"

    def _link(self, case: str | None) -> Link | None:
        if case is None:
            return None
        n, before = self._tails.get(case, (-1, NONE_BEFORE))
        return Link(case=case, n=n + 1, previous=before)

    def _seal(self, case: str | None, openings: list[Opening]) -> None:
        key = self._keys.get(case) or self._desk.case_keys.get(self._connection, case)
        if key is None:
            key = os.urandom(commitment.KEY_BYTES)
            self._new_keys.append(self._desk.case_keys.wrapped(case, key))
        self._keys[case] = key
        blob = commitment.encrypt(openings, key, self.head.log, self.head.size)
        self._openings.append((self.head.size, blob))

    def _advance(self, draft: Draft, link: Link | None, kind: str, stored: bytes, entry: Entry) -> None:
        self._records.append((entry.seq, draft.case, link.n if link else None, draft.effect, stored))
        if link:
            self._tails[link.case] = (link.n, entry.digest)
        if draft.effect is not None:
            self._effects[draft.effect] = entry
        self._views.apply(entry.seq, entry.at, draft.case, draft.event, draft.actor)
        self._is_checkpoint_wanted |= draft.actor.kind is ActorKind.PERSON or kind in _SIGNED_AT_ONCE
        self.head.hlc = self._hlc
        self.head.previous = entry.digest
        self._leaves.append(leaf_hash(stored))
        self.head.frontier.append_leaf(self._leaves[-1])
        if kind in ENROLMENTS:
            self.head.staff_size = self.head.size

    # -- into the database ---------------------------------------------------------------------------

    def write(self) -> None:
        """Write everything taken, the views and, when one is due, a checkpoint."""
        if self._records:
            self._connection.exec_driver_sql(_INSERT_RECORDS, self._records)
        if self._openings:
            self._connection.exec_driver_sql(_INSERT_OPENINGS, self._openings)
        if self._new_keys:
            self._connection.execute(insert(schema.case_keys), self._new_keys)
        if self._records:
            tiles.extend(self._connection, self._start, self._leaves)
            self._views.write()
            self._guard.destroy()
        if self.head.unsigned and self._is_checkpoint_due():
            self._checkpoint()
        heads.save(self._connection, self.head, self._desk.keys.seal_head, new=self._is_new)

    def _is_checkpoint_due(self) -> bool:
        return (
            self._is_checkpoint_wanted
            or self.head.unsigned >= MOST_UNSIGNED
            or self.head.hlc_ms - self.head.checkpoint_at >= LONGEST_UNSIGNED_MS
        )

    def sign(self) -> None:
        """Have the head signed, whether a checkpoint is due or not."""
        self._tend_epoch()
        self._is_checkpoint_wanted = True

    def _checkpoint(self) -> None:
        """Sign the head of the log as it stands: the desk, the epoch, and the agents for what they did."""
        head, keys = self.head, self._desk.keys
        point = note.Checkpoint(note.origin(head.log), head.size, head.frontier.root())
        signers: list[tuple[str, Signer]] = [(point.origin, keys.load(self._staff.desk.key_id))]
        if head.epoch:
            signers.append((note.epoch_name(head.log, head.epoch), keys.load_epoch(head.epoch_key)))
        for key_id, agent in sorted(head.unsigned_by.items()):
            signers.append((note.agent_name(head.log, agent), keys.load(key_id)))
        row = {"size": head.size, "note": note.write(point, signers)}
        self._connection.execute(insert(schema.checkpoints), row)
        head.checkpoints += 1
        head.checkpoint_size = head.size
        head.checkpoint_at = head.hlc_ms
        head.unsigned_by = {}

    def kept(self) -> None:
        """Remember what may be remembered once the transaction is through."""
        self._desk.remember_staff(self.head.staff_size, self._staff)
        self._desk.clock.recorded()
        for case, key in self._keys.items():
            self._desk.case_keys.remember(case, key)
        for case in self._guard.erased:
            self._desk.case_keys.forget(case)
        if self._past_epoch:
            with suppress(Trouble):  # the records are durable; the next start destroys what is left
                self._desk.keys.destroy_epoch(self._past_epoch)


def _marks(some: Sequence[str]) -> str:
    return ", ".join("?" * len(some))


def _chunks(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + _MANY] for start in range(0, len(names), _MANY))


def read_staff(connection: Connection) -> Staff:
    """Read who is enrolled, and who ever was, from the record; raises Trouble."""
    staff = Staff()
    for stored in connection.execute(_DESK_RECORDS).scalars():
        try:
            members = json.loads(stored)
            staff.enrol(members["body"])
            if members["body"]["kind"] == EPOCH:
                place = Place(**{name: members[name] for name in PLACE})
                staff.begin_epoch(members["body"], place)
        except (ValueError, KeyError, TypeError) as error:
            raise Trouble("An enrolment on the record cannot be read. Run `countersign verify`.") from error
    return staff


# What every append asks and writes goes straight to the driver: compiling it costs more than all the rest.
_INSERT_RECORDS = "INSERT INTO records (seq, case_id, case_n, effect, bytes) VALUES (?, ?, ?, ?, ?)"
_INSERT_OPENINGS = "INSERT INTO openings (seq, blob) VALUES (?, ?)"
_TAILS = (  # of one record a case SQLite gives the columns of the row that has the largest number
    "SELECT case_id, max(case_n), bytes FROM records WHERE case_id IN ({}) GROUP BY case_id"
)
_EFFECTS = (
    "SELECT r.seq, r.case_id, r.effect, r.bytes, o.blob FROM records r LEFT JOIN openings o ON o.seq = r.seq "
    "WHERE r.effect IN ({})"
)
_DESK_RECORDS = (
    select(schema.records.c.bytes).where(schema.records.c.case_id.is_(None)).order_by(schema.records.c.seq)
)

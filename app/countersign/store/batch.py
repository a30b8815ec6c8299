"""Turns drafts into records: all that one transaction appends, built in memory and then written at once."""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.sql import func

from countersign.audit import commitment, note, record
from countersign.audit.commitment import Collector, Opening
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Signer
from countersign.audit.merkle import Frontier
from countersign.audit.record import NONE_BEFORE, App, Link, Place
from countersign.audit.staff import ENROLMENTS, FOUNDING, PERSON_ACTS, Staff
from countersign.domain import time
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, Entry
from countersign.store import head as heads
from countersign.store import schema
from countersign.store.decode import CaseKeys, Reader
from countersign.store.head import Head
from countersign.store.keystore import KeyStore
from countersign.store.projection import ClassOf, milliseconds
from countersign.store.views import Views

MOST_UNSIGNED = 100
"""Records after which a checkpoint is due."""
LONGEST_UNSIGNED_MS = 1000
"""Time after which a checkpoint is due."""
CLOCK = "system"
_MANY = 500


class Desk:
    """What a process needs to append: keys, the program's name, and the staff as last seen."""

    def __init__(self, keys: KeyStore, app: App, class_of: ClassOf) -> None:
        self.keys = keys
        self.app = app
        self.class_of = class_of
        self.case_keys = CaseKeys(keys)
        self._staff: tuple[int, Staff] | None = None

    def staff(self, connection: Connection, size: int) -> Staff:
        """Return the staff as of the log's last enrolment, which is known by the log's size then."""
        if self._staff is None or self._staff[0] != size:
            self._staff = (size, _read_staff(connection))
        return self._staff[1]

    def remember_staff(self, size: int, staff: Staff) -> None:
        """Keep the staff at hand, as of an enrolment that is on the record."""
        self._staff = (size, staff)

    def forget_staff(self) -> None:
        """Read the staff anew next time: an enrolment was built and may not have been kept."""
        self._staff = None


class Batch:
    """The records of one transaction. After an error of `take`, throw the batch away."""

    def __init__(self, connection: Connection, desk: Desk, found: Head | None, log: str = "") -> None:
        """Begin at the head found in the database; None founds the log of the name given."""
        self._connection = connection
        self._desk = desk
        self._is_new = found is None
        self.head = found or Head(log=log, frontier=Frontier())
        self._start = self.head.size
        self._staff = desk.staff(connection, self.head.staff_size)
        self._views = Views(connection, desk.class_of)
        self._tails: dict[str, tuple[int, str]] = {}
        self._effects: dict[str, Entry] = {}
        self._keys: dict[str | None, bytes] = {}
        self._records: list[dict[str, Any]] = []
        self._openings: list[dict[str, Any]] = []
        self._new_keys: list[dict[str, Any]] = []
        self._has_person_act = False
        self._hlc = ""

    def prepare(self, drafts: Sequence[Draft]) -> None:
        """Look up at once what many drafts need to know."""
        cases = list(dict.fromkeys(draft.case for draft in drafts if draft.case))
        effects = list(dict.fromkeys(draft.effect for draft in drafts if draft.effect))
        self._views.prepare(cases)
        for some in _chunks(cases):
            for row in self._connection.execute(_TAILS, {"ids": some}):
                self._tails[row.case_id] = (row.case_n, record.digest(row.bytes))
        for some in _chunks(effects):
            reader = Reader(self._connection, self._desk.case_keys, self.head.log)
            for row in self._connection.execute(_EFFECTS, {"effects": some}).all():
                self._effects[row.effect] = reader.entry(row)

    def take(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Build the records of drafts that `prepare` has seen; raises what is wrong with one of them."""
        return tuple(self._take(draft) for draft in drafts)

    def _take(self, draft: Draft) -> Entry:
        if draft.effect is not None and draft.effect in self._effects:
            return self._effects[draft.effect].model_copy(update={"fresh": False})
        sealer = Collector()
        body = draft.event.model_dump(mode="json", context={"sealer": sealer})
        try:
            link = self._link(draft.case)
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
        )
        if sealer.openings:
            self._seal(draft.case, sealer.openings)
        self._advance(draft, link, body["kind"], stored, entry)
        return entry

    def _build(self, draft: Draft, body: dict[str, Any], link: Link | None) -> tuple[bytes, datetime]:
        at = time.now()
        self._hlc = self._tick(at)
        signer = self._signer(draft, body)
        stored = record.write(
            Place(
                log=self.head.log,
                seq=self.head.size,
                previous=self.head.previous,
                at=time.iso(at),
                clock=CLOCK,
                hlc=self._hlc,
            ),
            draft.actor,
            self._desk.app,
            body,
            link=link,
            effect=draft.effect,
            signer=signer,
        )
        return stored, at

    def _signer(self, draft: Draft, body: dict[str, Any]) -> Signer:
        kind = body["kind"]
        if kind == FOUNDING and self.head.size == 0:
            self._staff.enrol(body)
            return self._desk.keys.load(self._staff.desk.key_id)
        member = self._staff.member(draft.actor)
        if member is None:
            raise Flaw(f"the {draft.actor.kind.value} {draft.actor.id} is not enrolled at this desk")
        self._staff.admit(draft.actor, member.key.key_id, kind)
        signer = self._desk.keys.load(member.key.key_id)
        if kind in ENROLMENTS:
            self._staff.enrol(body)
        return signer

    def _tick(self, at: datetime) -> str:
        """Advance the hybrid clock: never back, whatever the device's clock does."""
        last_ms, now_ms = self.head.hlc_ms, milliseconds(at)
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
        self._openings.append({"seq": self.head.size, "blob": blob})

    def _advance(self, draft: Draft, link: Link | None, kind: str, stored: bytes, entry: Entry) -> None:
        self._records.append(
            {
                "seq": entry.seq,
                "case_id": draft.case,
                "case_n": link.n if link else None,
                "effect": draft.effect,
                "bytes": stored,
            }
        )
        if link:
            self._tails[link.case] = (link.n, entry.digest)
        if draft.effect is not None:
            self._effects[draft.effect] = entry
        self._views.apply(entry.seq, entry.at, draft.case, draft.event)
        self._has_person_act = self._has_person_act or kind in PERSON_ACTS
        self.head.hlc = self._hlc
        self.head.previous = entry.digest
        self.head.frontier.append(stored)
        if kind in ENROLMENTS:
            self.head.staff_size = self.head.size

    # -- into the database ---------------------------------------------------------------------------

    def write(self) -> None:
        """Write everything taken, the views and, when one is due, a checkpoint."""
        if self._records:
            self._connection.execute(insert(schema.records), self._records)
        if self._openings:
            self._connection.execute(insert(schema.openings), self._openings)
        if self._new_keys:
            self._connection.execute(insert(schema.case_keys), self._new_keys)
        if self._records:
            self._views.write()
            if self._is_checkpoint_due():
                self.checkpoint()
            heads.save(self._connection, self.head, new=self._is_new)

    def _is_checkpoint_due(self) -> bool:
        return (
            self._has_person_act
            or self.head.unsigned >= MOST_UNSIGNED
            or self.head.hlc_ms - self.head.checkpoint_at >= LONGEST_UNSIGNED_MS
        )

    def checkpoint(self) -> None:
        """Sign the head of the log as it stands."""
        head = self.head
        point = note.Checkpoint(note.origin(head.log), head.size, head.frontier.root())
        signed = note.write(point, self._desk.keys.load(self._staff.desk.key_id))
        self._connection.execute(insert(schema.checkpoints), {"size": head.size, "note": signed})
        head.checkpoints += 1
        head.checkpoint_size = head.size
        head.checkpoint_at = head.hlc_ms

    def kept(self) -> None:
        """Remember what may be remembered once the transaction is through."""
        self._desk.remember_staff(self.head.staff_size, self._staff)
        for case, key in self._keys.items():
            self._desk.case_keys.remember(case, key)


def _chunks(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + _MANY] for start in range(0, len(names), _MANY))


def _read_staff(connection: Connection) -> Staff:
    staff = Staff()
    for stored in connection.execute(_DESK_RECORDS).scalars():
        try:
            staff.enrol(json.loads(stored)["body"])
        except (ValueError, KeyError, TypeError) as error:
            raise Trouble("An enrolment on the record cannot be read. Run `countersign verify`.") from error
    return staff


_last = (
    select(schema.records.c.case_id, func.max(schema.records.c.case_n).label("case_n"))
    .where(schema.records.c.case_id.in_(bindparam("ids", expanding=True)))
    .group_by(schema.records.c.case_id)
    .subquery()
)
_TAILS = select(schema.records.c.case_id, schema.records.c.case_n, schema.records.c.bytes).join(
    _last,
    (schema.records.c.case_id == _last.c.case_id) & (schema.records.c.case_n == _last.c.case_n),
)
_EFFECTS = (
    select(schema.records, schema.openings.c.blob)
    .join(schema.openings, schema.openings.c.seq == schema.records.c.seq, isouter=True)
    .where(schema.records.c.effect.in_(bindparam("effects", expanding=True)))
)
_DESK_RECORDS = (
    select(schema.records.c.bytes).where(schema.records.c.case_id.is_(None)).order_by(schema.records.c.seq)
)

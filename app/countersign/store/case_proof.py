"""How far one case is proven, checked from its own records in milliseconds, however long the log is.

Every record of the case is held against its form, its place in the case, its signature and its place under
the first signed checkpoint that covers it, which must bear the desk's line and that of each agent whose
records it signs. What else a log must be, `countersign verify` checks.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal, select

from countersign.audit import cosign, note, record
from countersign.audit.cosign import Known
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Verifier, from_text
from countersign.audit.merkle import check_inclusion, leaf_hash
from countersign.audit.note import SignedNote
from countersign.audit.record import NONE_BEFORE, Record
from countersign.audit.staff import ENROLMENTS
from countersign.domain.actor import Actor, ActorKind
from countersign.domain.errors import Trouble
from countersign.domain.proof import CaseProof, Seen
from countersign.store import schema
from countersign.store.head import SIZE
from countersign.store.projection import moment_of
from countersign.store.proofs import Proofs

_TRIED = 20
"""Cosignatures, the earliest first, among which one that holds is looked for."""


def prove(connection: Connection, log: str, case: str, witnesses: Sequence[Known] = ()) -> CaseProof:
    """Check the records of a case in one snapshot; a case without records is proven by nothing.

    Of what stands there as cosigned, only what one of these witnesses did sign is taken over.
    """
    return _Proving(connection, log, case, witnesses).run()


class _Proving:
    """The state of one look."""

    def __init__(self, connection: Connection, log: str, case: str, witnesses: Sequence[Known]) -> None:
        self._connection = connection
        self._witnesses = {witness.name: witness for witness in witnesses}
        self._log = log
        self._case = case
        self._rows = connection.execute(_RECORDS, {"case": case}).all()
        self._seqs = tuple(int(row.seq) for row in self._rows)
        self._proofs = Proofs(connection)
        self._enrolments: Sequence[Any] = connection.execute(_ENROLMENTS).all()
        self._keys: dict[str, Verifier] = {}
        self._roster = _Roster(self._enrolments, self._keys)
        self._agents: dict[str, None] = {}
        self._people: list[int] = []
        self._at = self._seqs[0] if self._seqs else 0

    def run(self) -> CaseProof:
        size = int(self._connection.execute(SIZE).scalar() or 0)
        last = self._seqs[-1] if self._seqs else 0
        checkpoint = self._over(last) if self._seqs else None
        witnessed, stamped = self._cosigned(last), self._stamped(last)
        flaw = None
        try:
            self._check()
            for seen in (witnessed, stamped):
                if seen is not None:
                    self._check_covers(seen.size)
        except (Flaw, Trouble) as error:
            flaw = f"Record {self._at}: {str(error).rstrip('.')}."
        return CaseProof(
            log=self._log,
            size=size,
            records=self._seqs,
            checkpoint=checkpoint,
            signed_by_person=tuple(self._people),
            signed_by_agents=tuple(self._agents),
            witnessed=witnessed,
            has_witness=bool(self._witnesses),
            stamped=stamped,
            flaw=flaw,
        )

    def _check(self) -> None:
        before = NONE_BEFORE
        points: dict[int, SignedNote] = {}
        for n, row in enumerate(self._rows):
            self._at = row.seq
            found = record.read(row.bytes)
            self._check_place(found, row.seq, n, before)
            before = record.digest(row.bytes)
            self._roster.read_until(row.seq)
            key = self._check_signature(found, row.seq, row.bytes)
            size = self._over(row.seq)
            if size is None:
                continue
            if size not in points:
                points[size] = self._point(size)
            self._check_line(found, key, points[size])
            self._check_under(row.seq, row.bytes, points[size])

    def _check_place(self, found: Record, seq: int, n: int, before: str) -> None:
        link = found.link
        if (found.place.log, found.place.seq) != (self._log, seq) or link is None or link.case != self._case:
            raise Flaw("it stands under another number, log or case than it names")
        if (link.n, link.previous) != (n, before):
            raise Flaw(f"record {n} of the case is missing, or another stands in its place")

    def _check_signature(self, found: Record, seq: int, stored: bytes) -> Verifier:
        key = self._roster.key(found.actor, found.key)
        if found.signature is not None and not key.is_signed(found.signature, record.signed_part(stored)):
            raise Flaw("its signature is wrong")
        if found.actor.kind is ActorKind.PERSON:
            self._people.append(seq)
        return key

    def _check_line(self, found: Record, key: Verifier, point: SignedNote) -> None:
        """Check that the checkpoint signs for an agent that did not sign itself."""
        if found.actor.kind is ActorKind.AGENT:
            if found.signature is None:
                point.check(note.agent_name(self._log, found.actor.id), key)
            self._agents[found.actor.id] = None

    def _check_under(self, seq: int, stored: bytes, point: SignedNote) -> None:
        size, root = point.checkpoint.size, point.checkpoint.root
        check_inclusion(leaf_hash(stored), seq, size, self._proofs.inclusion(seq, size), root)

    def _check_covers(self, size: int) -> None:
        """Check that a head which an outsider vouched for covers every record of the case."""
        point = self._point(size)
        for row in self._rows:
            self._at = row.seq
            self._check_under(row.seq, row.bytes, point)

    def _point(self, size: int) -> SignedNote:
        """Return the checkpoint of a size, with the desk's line checked under the key it had then."""
        stored = self._connection.execute(_NOTE, {"size": size}).scalar()
        if stored is None:
            raise Flaw(f"the checkpoint over {size} records is missing")
        desk = _Roster(self._enrolments, self._keys).read_until(size).desk
        found = note.read(stored, note.origin(self._log), desk)
        if found.checkpoint.size != size:
            raise Flaw(f"the checkpoint kept for {size} records speaks of {found.checkpoint.size}")
        return found

    def _over(self, seq: int) -> int | None:
        return self._connection.execute(_OVER, {"seq": seq}).scalar()

    def _cosigned(self, last: int) -> Seen | None:
        """Return the first known witness of a head over all of the case, whose line holds."""
        wanted = {"seq": last, "names": list(self._witnesses)}
        for row in self._connection.execute(_COSIGNED, wanted) if self._seqs else ():
            text = note.signed_text(row.note)
            try:
                at = cosign.check_lines(text, row.line.encode(), self._witnesses[row.witness])[1]
            except Flaw:
                continue  # a line that was tampered with says nothing; a later one may
            return Seen(by=row.witness, at=at, size=row.size)
        return None

    def _stamped(self, last: int) -> Seen | None:
        row = self._connection.execute(_STAMPED, {"seq": last}).first() if self._seqs else None
        return Seen(by=row.authority, at=moment_of(row.at), size=row.size) if row is not None else None


class _Roster:
    """Who held which key at each place of the log, read forward only; a key is checked when it is used."""

    def __init__(self, enrolments: Sequence[Any], keys: dict[str, Verifier]) -> None:
        """`keys` are those checked so far, by their text."""
        self._rows: Iterator[Any] = iter(enrolments)
        self._next = next(self._rows, None)
        self._held: dict[tuple[str, str], dict[str, Any]] = {}
        self._keys = keys

    def read_until(self, seq: int) -> "_Roster":
        """Stand before record `seq`; raises Flaw for an enrolment that cannot be read."""
        while self._next is not None and self._next.seq < seq:
            try:
                self._take(json.loads(self._next.bytes)["body"])
            except (ValueError, KeyError, TypeError) as error:
                raise Flaw(f"the enrolment in record {self._next.seq} cannot be read") from error
            self._next = next(self._rows, None)
        return self

    def _take(self, body: dict[str, Any]) -> None:
        match body["kind"]:
            case "person_enrolled":
                self._held[ActorKind.PERSON, body["person"]] = body
            case "agent_enrolled":
                self._held[ActorKind.AGENT, f"{body['card']['name']}@{body['card']['version']}"] = body
            case "key_revoked":
                self._held.pop((body["holder_kind"], body["holder"]), None)
            case kind if kind in ENROLMENTS:
                self._held[ActorKind.SYSTEM, ""] = body

    @property
    def desk(self) -> Verifier:
        """The desk's own key; raises Flaw where there is none."""
        return self._key(self._held.get((ActorKind.SYSTEM, "")), "the desk")

    def key(self, actor: Actor, key_id: str) -> Verifier:
        """Return the key of an actor, which a record names; raises Flaw when it is not theirs."""
        who = "" if actor.kind is ActorKind.SYSTEM else actor.id
        body = self._held.get((actor.kind, who))
        key = self._key(body, f"the {actor.kind.value} {actor.id}")
        if key.key_id != key_id:
            raise Flaw(f"its key is not the one of the {actor.kind.value} {actor.id}")
        if actor.kind is ActorKind.PERSON and body is not None and actor.role not in body["roles"]:
            raise Flaw(f"{actor.id} signs as {actor.role or 'nobody'}, a role that was not given")
        return key

    def _key(self, body: dict[str, Any] | None, who: str) -> Verifier:
        if body is None:
            raise Flaw(f"{who} was not enrolled then")
        public = str(body["public_key"])
        if public not in self._keys:
            self._keys[public] = Verifier(from_text(public, 32, "a public key"))
        return self._keys[public]


def of_kinds(kinds: Iterable[str]) -> Any:
    """Return the condition that a record may hold an event of one of these kinds.

    No other record's text can look like it by accident: quotation marks inside values are escaped.
    """
    marks = [literal(f'"kind":"{kind}"'.encode()) for kind in sorted(kinds)]
    found = [func.instr(schema.records.c.bytes, mark) > 0 for mark in marks]
    condition = found[0]
    for another in found[1:]:
        condition |= another
    return condition


_RECORDS = (
    select(schema.records.c.seq, schema.records.c.bytes)
    .where(schema.records.c.case_id == bindparam("case"))
    .order_by(schema.records.c.case_n)
)
_ENROLMENTS = (
    select(schema.records.c.seq, schema.records.c.bytes)
    .where(schema.records.c.case_id.is_(None), of_kinds(ENROLMENTS))
    .order_by(schema.records.c.seq)
)
_OVER = (
    select(schema.checkpoints.c.size)
    .where(schema.checkpoints.c.size > bindparam("seq"))
    .order_by(schema.checkpoints.c.size)
    .limit(1)
)
_NOTE = select(schema.checkpoints.c.note).where(schema.checkpoints.c.size == bindparam("size"))
_COSIGNED = (
    select(
        schema.cosignatures.c.witness,
        schema.cosignatures.c.size,
        schema.cosignatures.c.line,
        schema.checkpoints.c.note,
    )
    .join(schema.checkpoints, schema.checkpoints.c.size == schema.cosignatures.c.size)
    .where(
        schema.cosignatures.c.size > bindparam("seq"),
        schema.cosignatures.c.witness.in_(bindparam("names", expanding=True)),
    )
    .order_by(schema.cosignatures.c.size, schema.cosignatures.c.at)
    .limit(_TRIED)
)
_STAMPED = (
    select(schema.stamps.c.authority, schema.stamps.c.at, schema.stamps.c.size)
    .join(schema.checkpoints, schema.checkpoints.c.size == schema.stamps.c.size)
    .where(schema.stamps.c.size > bindparam("seq"))
    .order_by(schema.stamps.c.size, schema.stamps.c.at)
    .limit(1)
)

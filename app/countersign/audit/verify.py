"""Checks a log as a state machine: records, openings and checkpoints go in, in order; a verdict comes out.

What it holds every record against: its canonical bytes, its number, the hashes of the record before in the
log and in its case, the hybrid clock, the key and role of its actor as the log itself enrolled them, its
signature, and the content behind its commitments. Every checkpoint must fit the tree so far.
"""

from collections.abc import Iterable
from typing import NamedTuple

from countersign.audit import note, record
from countersign.audit.commitment import Opening, commitments
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Verifier
from countersign.audit.merkle import Frontier
from countersign.audit.record import NONE_BEFORE, Record
from countersign.audit.staff import ENROLMENTS, FOUNDING, Staff
from countersign.domain.actor import ActorKind
from countersign.domain.base import Frozen


class Verdict(Frozen):
    """What verification found."""

    ok: bool
    records: int
    """How many records were found good."""
    checkpoints: int = 0
    cases: int = 0
    openings: int = 0
    flaw_at: int | None = None
    """Number of the first wrong record; None when all is well or when no record is at fault."""
    flaw: str | None = None
    """What is wrong, as one sentence."""


class Signed(NamedTuple):
    """A signature still to be checked: apart, because it is the slow part and can be shared out."""

    seq: int
    key: Verifier
    signature: bytes
    message: bytes

    def holds(self) -> bool:
        """Check it."""
        return self.key.is_signed(self.signature, self.message)


class LogCheck:
    """Where verification stands after the records taken so far."""

    def __init__(self) -> None:
        self.staff = Staff()
        self.frontier = Frontier()
        self.previous = NONE_BEFORE
        self.hlc = ""
        self.checkpoints = 0
        self.openings = 0
        self.last_checkpoint = 0
        """Size in the last checkpoint."""
        self.checkpoint_at = 0
        """The hybrid clock's milliseconds then."""
        self.staff_size = 0
        """Size of the log at the last enrolment."""
        self._cases: dict[str, tuple[int, bytes]] = {}

    @property
    def size(self) -> int:
        """How many records have been taken."""
        return self.frontier.size

    @property
    def cases(self) -> int:
        """How many cases they concern."""
        return len(self._cases)

    def take(self, seq: int, untrusted: bytes, openings: Iterable[Opening] | None) -> tuple[Record, Signed]:
        """Take the next record, kept under the number `seq`; its signature comes back to be checked.

        `openings` are those of the record, or None where they are withheld. Raises Flaw.
        """
        if seq != self.size:
            missing = f"record {self.size} is missing" if seq > self.size else "its number was given before"
            raise Flaw(missing)
        found = record.read(untrusted)
        self._check_place(found)
        key = self._key_of(found)
        if openings is not None:
            self._check_openings(found, openings)
        self.staff.enrol(found.body)
        self.previous = record.digest(untrusted)
        self.hlc = found.place.hlc
        self.frontier.append(untrusted)
        if found.body["kind"] in ENROLMENTS:
            self.staff_size = self.size
        if found.link:
            self._cases[found.link.case] = (found.link.n, bytes.fromhex(self.previous))
        return found, Signed(seq, key, found.signature, record.signed_part(untrusted))

    def checkpoint(self, untrusted: bytes, size: int) -> None:
        """Check a checkpoint kept under the size that the log has now; raises Flaw."""
        log = self.staff.log or ""
        found = note.read(untrusted, note.origin(log), self.staff.desk)
        if found.size != size or size != self.size:
            raise Flaw(f"the checkpoint speaks of {found.size} records, where the log has {self.size}")
        if found.root != self.frontier.root():
            raise Flaw(f"the checkpoint over {size} records has another root than the log")
        self.checkpoints += 1
        self.last_checkpoint = size
        self.checkpoint_at = record.milliseconds_of(self.hlc)

    def _check_place(self, found: Record) -> None:
        place = found.place
        if place.seq != self.size:
            raise Flaw(f"it says that it is record {place.seq}")
        if place.previous != self.previous:
            raise Flaw("it does not follow the record before it (the hash differs)")
        if place.hlc <= self.hlc:
            raise Flaw("its logical clock goes backwards")
        if self.staff.log is not None and place.log != self.staff.log:
            raise Flaw("it belongs to another log")
        if found.link:
            n, before = self._cases.get(found.link.case, (-1, bytes(32)))
            if found.link.n != n + 1:
                raise Flaw(f"it is number {found.link.n} of its case, where {n + 1} was due")
            if found.link.previous != before.hex():
                raise Flaw("it does not follow the record before it in its case (the hash differs)")

    def _key_of(self, found: Record) -> Verifier:
        if self.size:
            return self.staff.admit(found.actor, found.key, found.body["kind"])
        founding = Staff()
        if found.body["kind"] != FOUNDING or found.actor.kind is not ActorKind.SYSTEM:
            raise Flaw("the log does not begin with the founding of its desk")
        founding.enrol(found.body)
        if founding.log != found.place.log:
            raise Flaw("it founds another log than its own")
        if founding.desk.key_id != found.key:
            raise Flaw("it is not signed with the key that it founds the desk with")
        return founding.desk

    def _check_openings(self, found: Record, openings: Iterable[Opening]) -> None:
        promised = list(commitments(found.body))
        kept = [opening.commitment for opening in openings]
        if sorted(promised) != sorted(kept):
            if not kept:
                raise Flaw("its sealed content is missing")
            raise Flaw("its sealed content is not what it commits to")
        self.openings += len(kept)

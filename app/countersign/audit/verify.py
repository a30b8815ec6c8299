"""Checks a log as a state machine: records, openings and checkpoints go in, in order; a verdict comes out.

What it holds every record against: its canonical bytes, its number, the hashes of the record before in the
log and in its case, the hybrid clock, the key and role of its actor as the log itself enrolled them, its
signature, and the content behind its commitments. Every checkpoint must fit the tree so far and bear the
lines of the desk, of the epoch, and of every agent with records since the checkpoint before.

A long log is checked in stretches at the same time. A check that begins in the middle takes for granted where
the log stands there, and says what it took for granted; `fits` then holds that against what was found before,
and `join` goes on from there, as if every record had been taken one by one.
"""

from collections.abc import Iterable
from typing import NamedTuple

from countersign.audit import custody, note, record
from countersign.audit.canonical import parse_canonical
from countersign.audit.commitment import Opening, promised
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Verifier
from countersign.audit.merkle import Frontier, leaf_hash
from countersign.audit.record import NONE_BEFORE, PLACE, Place, Record
from countersign.audit.staff import ENROLMENTS, EPOCH, FOUNDING, Member, Staff
from countersign.audit.stretch import BEGINNING, NEW, Start, Stretch, Tail
from countersign.domain.actor import ActorKind
from countersign.domain.base import Frozen


class Verdict(Frozen):
    """What verification found."""

    ok: bool
    records: int
    """How many records were found good."""
    since: int = 0
    """How many of them, from the first, were only held against the root of an earlier head."""
    checkpoints: int = 0
    cases: int = 0
    openings: int = 0
    unsigned: int = 0
    """How many records at the end no checkpoint covers yet."""
    epochs: int = 0
    erased: int = 0
    """Cases whose content was erased, on the record."""
    warnings: tuple[str, ...] = ()
    """What is no flaw and yet worth knowing, each a sentence."""
    flaw_at: int | None = None
    """Number of the first wrong record; None when all is well or when no record is at fault."""
    flaw: str | None = None
    """What is wrong, as one sentence."""


class Signed(NamedTuple):
    """A signature still to be checked."""

    seq: int
    key: Verifier
    signature: bytes
    message: bytes

    def holds(self) -> bool:
        """Check it."""
        return self.key.is_signed(self.signature, self.message)


class Unopened(Flaw):
    """Sealed content, or its key, is missing and no erasure is on record, or one is that should not be."""

    def __init__(self, seq: int, why: str = "") -> None:
        super().__init__(why or "its sealed content is missing, and no erasure is on record")
        self.seq = seq


class Unlinked(Flaw):
    """A record names another hash for the record before it than that has: one of the two was changed."""


class LogCheck:
    """Where verification stands after the records taken so far."""

    def __init__(self, start: Start = BEGINNING) -> None:
        """Begin before the first record, or take a start for granted; raises Flaw when it cannot be one."""
        self.start = start
        self.staff = Staff()
        self.frontier = Frontier()
        self.previous = NONE_BEFORE
        self.hlc = ""
        self.leaf = b""
        """Hash of the last record as a leaf of the tree."""
        self.checkpoints = 0
        self.openings = 0
        self.last_checkpoint = 0
        """Size in the last checkpoint."""
        self.checkpoint_at = 0
        """The hybrid clock's milliseconds then."""
        self.staff_size = 0
        """Size of the log at the last enrolment."""
        self.epoch_at = 0
        """The hybrid clock's milliseconds when the present epoch began."""
        self.unsigned_by: dict[str, Member] = {}
        """Agents, by key, with records that no checkpoint covers yet."""
        self.erased: set[str] = set()
        """Cases whose content was erased, on the record."""
        self.deeds: list[custody.Deed] = []
        """Every hold, lifting and erasure: they are held against each other at the end."""
        self.assumed: dict[str, Tail] = {}
        """Where cases that began before the start are believed to have stood, since they say so."""
        self._staff_records: list[tuple[int, bytes]] = []
        self._unopened: dict[str | None, int] = {}
        """First record, by case, whose sealed content is not at hand."""
        self._cases: dict[str, Tail] = {}
        self._admitted: dict[tuple[str, ...], Verifier] = {}
        self._go_to(start)

    @property
    def size(self) -> int:
        """How many records have been taken."""
        return self.frontier.size

    @property
    def cases(self) -> int:
        """How many cases they concern."""
        return len(self._cases)

    @property
    def unsigned(self) -> int:
        """How many records no checkpoint covers yet."""
        return self.size - self.last_checkpoint

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is no flaw and yet worth knowing."""
        if not self.staff.recovered:
            return ()
        times = "once" if self.staff.recovered == 1 else f"{self.staff.recovered} times"
        return (
            f"The key that signs heads was lost {times} and begun anew, so only the desk's own key vouches "
            "that the log goes on there. Compare the heads before and after with those of a witness.",
        )

    # -- records ---------------------------------------------------------------------------------------

    def take(
        self, seq: int, untrusted: bytes, openings: Iterable[Opening] | None
    ) -> tuple[Record, Signed | None]:
        """Take the next record, kept under the number `seq`; its signature comes back to be checked.

        It comes back without one when the next checkpoint signs for its actor. `openings` are those of the
        record, or None where they are withheld or erased. Raises Flaw.
        """
        if seq != self.size:
            raise Flaw(f"record {self.size} is missing" if seq > self.size else "its number was given before")
        found = record.read(untrusted)
        self._check_place(found)
        key = self._key_of(found)
        if openings is not None:
            self._check_openings(untrusted, openings)
        elif promised(untrusted):
            self._unopened.setdefault(found.link.case if found.link else None, seq)
        self._take_event(found, untrusted)
        self.previous = record.digest(untrusted)
        self.hlc = found.place.hlc
        self.leaf = leaf_hash(untrusted)
        self.frontier.append_leaf(self.leaf)
        if found.link:
            self._cases[found.link.case] = Tail(found.link.n, self.previous)
        if found.signature is None:
            if found.actor.kind is ActorKind.AGENT and key.key_id not in self.unsigned_by:
                self.unsigned_by[key.key_id] = self.staff.holder(key.key_id)
            return found, None
        return found, Signed(seq, key, found.signature, record.signed_part(untrusted))

    def _take_event(self, found: Record, untrusted: bytes) -> None:
        kind = found.body["kind"]
        if kind == EPOCH or kind in ENROLMENTS:
            self._enrol(found.body, found.place)
            self._staff_records.append((found.place.seq, untrusted))
        elif kind in custody.KINDS and (made := custody.deed(found.place.seq, found.link, found.body)):
            self.deeds.append(made)
            if kind == "erased" and found.link:
                self.erased.add(found.link.case)

    def _enrol(self, body: dict[str, object], place: Place) -> None:
        self._admitted.clear()
        if body["kind"] == EPOCH:
            self.staff.begin_epoch(body, place)
            self.epoch_at = record.milliseconds_of(place.hlc)
        else:
            self.staff.enrol(body)
        self.staff_size = place.seq + 1

    def _check_place(self, found: Record) -> None:
        place = found.place
        if place.seq != self.size:
            raise Flaw(f"it says that it is record {place.seq}")
        if place.previous != self.previous:
            raise Unlinked("it does not follow the record before it (the hash differs)")
        if place.hlc <= self.hlc:
            raise Flaw("its logical clock goes backwards")
        if self.staff.log is not None and place.log != self.staff.log:
            raise Flaw("it belongs to another log")
        if found.link:
            tail = self._tail(found.link.case, Tail(found.link.n - 1, found.link.previous))
            if found.link.n != tail.n + 1:
                raise Flaw(f"it is number {found.link.n} of its case, where {tail.n + 1} was due")
            if found.link.previous != tail.digest:
                raise Flaw("it does not follow the record before it in its case (the hash differs)")

    def _tail(self, case: str, believed: Tail) -> Tail:
        """Return where a case stands; one that may have begun before the start stands where it says."""
        known = self._cases.get(case)
        if known is None and self.start.size:
            known = self.assumed.setdefault(case, believed)
        return known or NEW

    def _key_of(self, found: Record) -> Verifier:
        if not self.size:
            return self._founding_key(found)
        actor, kind = found.actor, found.body["kind"]
        question = (actor.kind, actor.id, actor.role, found.key, kind)
        key = self._admitted.get(question)
        if key is None:
            key = self._admitted[question] = self.staff.admit(actor, found.key, kind)
        if actor.kind is ActorKind.PERSON or "signature" in found.body:
            self.staff.check_words(actor, found.body)
        return key

    def _founding_key(self, found: Record) -> Verifier:
        founding = Staff()
        if found.body["kind"] != FOUNDING or found.actor.kind is not ActorKind.SYSTEM:
            raise Flaw("the log does not begin with the founding of its desk")
        founding.enrol(found.body)
        if founding.log != found.place.log:
            raise Flaw("it founds another log than its own")
        if founding.desk.key_id != found.key:
            raise Flaw("it is not signed with the key that it founds the desk with")
        return founding.desk

    def _check_openings(self, untrusted: bytes, openings: Iterable[Opening]) -> None:
        due = promised(untrusted)
        kept = [opening.commitment.encode() for opening in openings]
        if due != kept and sorted(due) != sorted(kept):
            if not kept:
                raise Flaw("its sealed content is missing")
            raise Flaw("its sealed content is not what it commits to")
        self.openings += len(kept)

    # -- checkpoints, and the end ------------------------------------------------------------------------

    def checkpoint(self, untrusted: bytes, size: int) -> None:
        """Check a checkpoint kept under the size that the log has now; raises Flaw."""
        log = self.staff.log or ""
        found = note.read(untrusted, note.origin(log), self.staff.desk)
        point = found.checkpoint
        if point.size != size or size != self.size:
            raise Flaw(f"the checkpoint speaks of {point.size} records, where the log has {self.size}")
        if point.root != self.frontier.root():
            raise Flaw(f"the checkpoint over {size} records has another root than the log")
        if self.staff.epoch is not None:
            found.check(note.epoch_name(log, self.staff.epoch[0]), self.staff.epoch[1])
        for member in self.unsigned_by.values():
            found.check(note.agent_name(log, member.id), member.key)
        self.unsigned_by.clear()
        self.checkpoints += 1
        self.last_checkpoint = size
        self.checkpoint_at = record.milliseconds_of(self.hlc)

    def check_erasures(self) -> None:
        """Check, at the end, that no erasure broke a hold or another rule of custody; raises Unopened.

        Content that is not at hand must have been erased on the record.
        """
        broken = custody.breach(self.deeds, lambda case: self._cases[case].n, self.assumed)
        if broken:
            raise Unopened(*broken)
        lost = [seq for case, seq in self._unopened.items() if case not in self.erased]
        if lost:
            raise Unopened(min(lost))

    # -- in stretches --------------------------------------------------------------------------------------

    def here(self) -> Start:
        """Return where the log stands now."""
        peaks = tuple(self.frontier.peaks)
        return Start(self.size, peaks, self.previous, self.hlc, tuple(self._staff_records))

    def found(self) -> Stretch:
        """Return what was found since the start."""
        return Stretch(
            start=self.start,
            assumed=self.assumed,
            end=self.here(),
            cases=self._cases,
            openings=self.openings,
            checkpoints=self.checkpoints,
            last_checkpoint=self.last_checkpoint,
            checkpoint_at=self.checkpoint_at,
            unsigned_by=tuple(self.unsigned_by),
            erased=frozenset(self.erased),
            deeds=tuple(self.deeds),
            unopened=self._unopened,
        )

    def fits(self, later: Stretch) -> bool:
        """Tell whether all that a check of later records took for granted is what was found up to here."""
        if self.last_checkpoint != self.size or later.start != self.here():
            return False
        return all(self._tail(case, tail) == tail for case, tail in later.assumed.items())

    def join(self, later: Stretch) -> None:
        """Go on to the end of a stretch that fits."""
        for seq, stored in later.end.staff[len(self._staff_records) :]:
            self._replay(seq, stored)
        self.frontier = Frontier(later.end.size, later.end.peaks)
        self.previous, self.hlc = later.end.previous, later.end.hlc
        self._cases.update(later.cases)
        self.openings += later.openings
        self.checkpoints += later.checkpoints
        self.last_checkpoint, self.checkpoint_at = later.last_checkpoint, later.checkpoint_at
        self.unsigned_by = {key: self.staff.holder(key) for key in later.unsigned_by}
        self.erased |= later.erased
        self.deeds += later.deeds
        for case, seq in later.unopened.items():
            self._unopened.setdefault(case, seq)

    def _go_to(self, start: Start) -> None:
        for seq, stored in start.staff:
            self._replay(seq, stored)
        self.frontier = Frontier(start.size, start.peaks)
        self.previous, self.hlc = start.previous, start.hlc
        self.last_checkpoint = start.size
        self.checkpoint_at = record.milliseconds_of(start.hlc)

    def _replay(self, seq: int, stored: bytes) -> None:
        """Take in an enrolment again that was checked, or is taken for granted."""
        members = parse_canonical(stored)
        self._enrol(members["body"], Place(**{name: members[name] for name in PLACE}))
        self._staff_records.append((seq, stored))


def is_other_changed(check: LogCheck, before: bytes, untrusted: bytes, named: Iterable[str]) -> bool:
    """Tell, of a record that does not follow the one before it, whether that one was changed, not itself.

    `named` are the hashes that others name for it: the record after it, the head of the log. When nobody
    does, the one of the two that bears a signature which holds is as it was written.
    """
    if record.digest(untrusted) in named:
        return True
    return not _signs_itself(check, before) and _signs_itself(check, untrusted)


def _signs_itself(check: LogCheck, untrusted: bytes) -> bool:
    try:
        found = record.read(untrusted)
        key = check.staff.holder(found.key).key
    except Flaw:
        return False
    signature = found.signature
    return signature is not None and key.is_signed(signature, record.signed_part(untrusted))

"""Checks a log as the shared database has it: what an administrator there changed or deleted shows."""

from collections.abc import Iterable, Iterator
from contextlib import closing

from countersign.audit.flaw import Flaw
from countersign.audit.record import digest
from countersign.audit.verify import LogCheck
from countersign.domain.base import Frozen
from countersign.store.shipping import Acknowledged
from countersign.sync.mirror import Mirror


class Inspection(Frozen):
    """What was found."""

    records: int
    """How many records are good."""
    unsigned: int
    """How many of them, at the end, no checkpoint covers."""
    flaw: str | None = None
    """What is wrong, as one sentence; None when all is well."""


def inspect(mirror: Mirror, log: str, acknowledged: Acknowledged | None = None) -> Inspection:
    """Check every record and checkpoint of a log, and that nothing acknowledged is gone; raises Trouble.

    Sealed contents stay at the desks, so only what stands in the records themselves is checked.
    """
    with closing(mirror.records(log)) as records, closing(mirror.checkpoints(log)) as notes:
        return _Inspection(notes, acknowledged).run(records, mirror.head(log))


class _Inspection:
    """Feeds what lies there to the state machine of audit/verify.py."""

    def __init__(self, notes: Iterator[tuple[int, bytes]], acknowledged: Acknowledged | None) -> None:
        self._check = LogCheck()
        self._notes = notes
        self._note = next(notes, None)
        self._acknowledged = acknowledged
        self._head_then = ""
        """Digest of the last record that was acknowledged, as it lies there."""

    def run(self, records: Iterable[tuple[int, bytes]], head: Acknowledged) -> Inspection:
        check, seq = self._check, 0
        try:
            for seq, stored in records:
                self._take(seq, stored)
            self._check_end(head)
        except Flaw as flaw:
            good = min(seq, check.size)
            return Inspection(records=good, unsigned=check.unsigned, flaw=f"Record {good}: {flaw}.")
        return Inspection(records=check.size, unsigned=check.unsigned)

    def _take(self, seq: int, stored: bytes) -> None:
        check = self._check
        _, signed = check.take(seq, stored, None)
        if signed is not None and not signed.holds():
            raise Flaw("its signature is wrong")
        while self._note is not None and self._note[0] == check.size:
            check.checkpoint(self._note[1], self._note[0])
            self._note = next(self._notes, None)
        if self._acknowledged is not None and check.size == self._acknowledged.size:
            self._head_then = digest(stored)

    def _check_end(self, head: Acknowledged) -> None:
        check, before = self._check, self._acknowledged
        if self._note is not None:
            raise Flaw(f"a checkpoint speaks of {self._note[0]} records, and {check.size} are there")
        if head != Acknowledged(size=check.size, head=check.previous):
            raise Flaw(f"the shared database says that it has {head.size} records, and has {check.size}")
        if before is not None and self._head_then != before.head:
            raise Flaw(f"the {before.size} records that it acknowledged are not there as they were")

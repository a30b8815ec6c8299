"""A thief with every key that lies on the machine: what still shows, and what bounds the rest.

The thief takes the folder of a desk in its second epoch: the keys of the desk, of its agents and people, and
of the present epoch. The private key of the first epoch was destroyed when the second began.
"""

from typing import Any

import pytest

from countersign.audit import merkle, note, record
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key, to_text
from countersign.audit.merkle import leaf_hash, root_of_leaves
from countersign.audit.record import NONE_BEFORE, App, Link, Place
from countersign.audit.staff import epoch_text
from countersign.audit.verify import LogCheck
from countersign.domain.actor import Actor, ActorKind

DESK, READER, FIRST_EPOCH, SECOND_EPOCH, MADE_UP = (Key(bytes([n]) * 32) for n in range(11, 16))
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="log", role="desk", authenticated="device_key")
AGENT = Actor(kind=ActorKind.AGENT, id="reader@1", role="reader", authenticated="device_key")
CARD = {"name": "reader", "version": "1", "tier": 1, "purpose": "x", "code_digest": "x"}


class Log:
    """A log of one desk, written by whoever holds its keys."""

    def __init__(self, first_epoch: Key = FIRST_EPOCH) -> None:
        self.records: list[bytes] = []
        self.notes: dict[int, bytes] = {}
        self.epoch = (0, first_epoch)
        self._tail = (-1, NONE_BEFORE)
        self.desk({"kind": "desk_founded", "log": "log", "public_key": _public(DESK), "assurance": "x"})
        self.begin(first_epoch)
        self.desk({"kind": "agent_enrolled", "card": CARD, "public_key": _public(READER)})

    def _place(self) -> Place:
        seq = len(self.records)
        before = record.digest(self.records[-1]) if seq else NONE_BEFORE
        return Place("log", seq, before, "2026-11-20T08:30:00.250Z", "system", f"{1763627400250 + seq}-0000")

    def desk(self, body: dict[str, Any]) -> None:
        self.records.append(record.write(self._place(), SYSTEM, App("1", "b"), body, signer=DESK))

    def begin(self, key: Key) -> None:
        n, place = self.epoch[0] + 1, self._place()
        certificate = None
        if n > 1:
            certificate = to_text(self.epoch[1].sign(epoch_text(place, n, _public(key))))
        why = "due" if certificate else "first"
        body = {"kind": "epoch_begun", "n": n, "public_key": _public(key), "certificate": certificate}
        self.desk({**body, "why": why})
        self.epoch = (n, key)

    def read(self, amount: str) -> None:
        body = {"kind": "checked", "passed": [], "amount": amount}
        link = Link("case", self._tail[0] + 1, self._tail[1])
        stored = record.write(self._place(), AGENT, App("1", "b"), body, link=link, signer=READER)
        self.records.append(stored)
        self._tail = (link.n, record.digest(stored))

    def sign(self) -> None:
        size = len(self.records)
        point = note.Checkpoint("countersign/log", size, root_of_leaves(self.leaves()))
        n, key = self.epoch
        signers = [(point.origin, DESK), (note.epoch_name("log", n), key)]
        self.notes[size] = note.write(point, [*signers, (note.agent_name("log", "reader@1"), READER)])

    def leaves(self) -> list[bytes]:
        return [leaf_hash(stored) for stored in self.records]


def _public(key: Key) -> str:
    return to_text(key.public)


def history(*, first: str = "100.00", second: str = "200.00", first_epoch: Key = FIRST_EPOCH) -> Log:
    """Read one amount in each of two epochs; two more follow that no witness has seen."""
    log = Log(first_epoch)
    log.read(first)
    log.sign()
    log.begin(SECOND_EPOCH)
    log.read(second)
    log.sign()
    log.read("300.00")
    log.sign()
    return log


def verify(log: Log) -> None:
    check = LogCheck()
    for seq, stored in enumerate(log.records):
        _, signed = check.take(seq, stored, None)
        if signed is not None and not signed.holds():
            raise Flaw("its signature is wrong")
        if check.size in log.notes:
            check.checkpoint(log.notes[check.size], check.size)


def test_the_honest_log_holds() -> None:
    verify(history())


def test_what_happened_in_an_epoch_that_ended_cannot_be_changed_under_its_own_key() -> None:
    honest, forged = history(), history(first="999.00")
    size = min(honest.notes)
    forged.notes[size] = honest.notes[size]
    with pytest.raises(Flaw, match="another root"):
        verify(forged)
    point = note.Checkpoint("countersign/log", size, root_of_leaves(forged.leaves()[:size]))
    names = (point.origin, note.epoch_name("log", 1), note.agent_name("log", "reader@1"))
    forged.notes[size] = note.write(point, zip(names, (DESK, SECOND_EPOCH, READER), strict=True))
    with pytest.raises(Flaw, match="not signed with the key of countersign/log/epoch/1"):
        verify(forged)


def test_a_whole_log_made_up_with_an_epoch_key_of_its_own_is_not_the_one_that_anyone_has_seen() -> None:
    honest, forged = history(), history(first="999.00", first_epoch=MADE_UP)
    verify(forged)  # it holds together: all that is against it is what others have seen
    size = min(honest.notes)
    seen = note.open_note(honest.notes[size]).checkpoint.root
    with pytest.raises(Flaw, match="differ"):
        merkle.check_consistency(size, size, [], seen, root_of_leaves(forged.leaves()[:size]))


def test_a_change_within_the_present_epoch_shows_to_whoever_saw_a_later_head() -> None:
    honest, forged = history(), history(second="999.00")
    verify(forged)  # nothing on the machine can tell: this is what a witness is for
    witnessed = sorted(honest.notes)[1]
    seen = note.open_note(honest.notes[witnessed]).checkpoint.root
    size, leaves = len(forged.records), forged.leaves()
    proof = merkle.consistency(witnessed, size, lambda low, high: root_of_leaves(leaves[low:high]))
    with pytest.raises(Flaw, match="old root"):
        merkle.check_consistency(witnessed, size, proof, seen, root_of_leaves(leaves))


def test_what_no_outsider_has_seen_is_all_that_can_be_changed_unseen() -> None:
    """The window is the records after the last witnessed head, and no more."""
    honest = history()
    witnessed = sorted(honest.notes)[1]
    forged = history()
    del forged.records[witnessed:]
    forged.notes = {size: kept for size, kept in forged.notes.items() if size <= witnessed}
    verify(forged)  # the tail is gone, and neither the log nor the witness can tell
    leaves = forged.leaves()
    seen = note.open_note(honest.notes[witnessed]).checkpoint.root
    merkle.check_consistency(witnessed, len(leaves), [], seen, root_of_leaves(leaves))
    assert len(honest.records) - witnessed == 1
    del forged.records[witnessed - 1 :]
    with pytest.raises(Flaw, match="does not go on"):
        merkle.check_consistency(witnessed, len(forged.records), [], seen, seen)

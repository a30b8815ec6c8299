"""The state machine of verification, against a log that lives in memory."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.audit import note, record
from countersign.audit.commitment import Collector, Opening
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key, to_text
from countersign.audit.merkle import root_of
from countersign.audit.record import NONE_BEFORE, App, Link, Place
from countersign.audit.verify import LogCheck
from countersign.domain.actor import Actor, ActorKind

DESK, READER, ADA, STRANGER = (Key(bytes([n]) * 32) for n in range(1, 5))
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="log", role="desk", authenticated="device_key")
AGENT = Actor(kind=ActorKind.AGENT, id="reader@1", role="reader", authenticated="device_key")
PERSON = Actor(kind=ActorKind.PERSON, id="ada", role="processor", authenticated="os_account")


def founded(log: str = "log", key: Key = DESK) -> dict[str, Any]:
    return {"kind": "desk_founded", "log": log, "public_key": to_text(key.public), "assurance": "x"}


def person(roles: tuple[str, ...] = ("processor", "administrator"), key: Key = ADA) -> dict[str, Any]:
    return {
        "kind": "person_enrolled",
        "person": "ada",
        "name": "Ada",
        "roles": list(roles),
        "public_key": to_text(key.public),
        "assurance": "x",
    }


def agent(key: Key = READER) -> dict[str, Any]:
    card = {"name": "reader", "version": "1", "tier": 1, "purpose": "x", "code_digest": "x"}
    return {"kind": "agent_enrolled", "card": card, "public_key": to_text(key.public)}


class Simulator:
    """Writes a log as a desk does, or as someone does who has its keys."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.openings: list[tuple[Opening, ...]] = []
        self._tails: dict[str, tuple[int, str]] = {}
        self.add(SYSTEM, DESK, founded())
        self.add(SYSTEM, DESK, person())
        self.add(SYSTEM, DESK, agent())

    def add(
        self, actor: Actor, key: Key, body: dict[str, Any], case: str | None = None, **place: Any
    ) -> "Simulator":
        seq = len(self.records)
        where = {
            "log": "log",
            "seq": seq,
            "previous": record.digest(self.records[-1]) if seq else NONE_BEFORE,
            "at": "2026-11-20T08:30:00.250Z",
            "clock": "system",
            "hlc": f"{1763627400250 + seq:013d}-0000",
            **place,
        }
        link = None
        if case:
            n, before = self._tails.get(case, (-1, NONE_BEFORE))
            link = place.pop("link", None) or Link(case, n + 1, before)
            where.pop("link", None)
        stored = record.write(Place(**where), actor, App("1", "b"), body, link=link, signer=key)
        if link:
            self._tails[link.case] = (link.n, record.digest(stored))
        self.records.append(stored)
        self.openings.append(())
        return self

    def seal(self, text: str, case: str) -> "Simulator":
        collector = Collector()
        self.add(AGENT, READER, {"kind": "read", "value": {"commitment": collector.seal(text)}}, case)
        self.openings[-1] = tuple(collector.openings)
        return self

    def fill(self) -> "Simulator":
        for n in range(4):
            self.add(AGENT, READER, {"kind": "checked", "n": n}, f"case-{n % 2}")
            self.seal(f"value {n}", f"case-{n % 2}")
        return self.add(PERSON, ADA, {"kind": "case_approved"}, "case-0")


def check(records: list[bytes], openings: list[tuple[Opening, ...]] | None = None) -> tuple[int, str] | None:
    """Return the first wrong record and what is wrong with it."""
    state = LogCheck()
    for seq, stored in enumerate(records):
        try:
            _, signed = state.take(seq, stored, openings[seq] if openings else None)
            if not signed.holds():
                return seq, "its signature is wrong"
        except Flaw as flaw:
            return seq, str(flaw)
    return None


def test_an_honest_log_has_no_flaw() -> None:
    log = Simulator().fill()
    assert check(log.records, log.openings) is None
    state = LogCheck()
    for seq, stored in enumerate(log.records):
        state.take(seq, stored, log.openings[seq])
    assert (state.size, state.cases, state.openings, state.staff_size) == (12, 2, 4, 3)


LOG = Simulator().fill()


@settings(max_examples=300)
@given(st.integers(0, len(LOG.records) - 1), st.data())
def test_a_changed_byte_is_found_in_its_own_record(seq: int, data: st.DataObject) -> None:
    whole = LOG.records[seq]
    at, by = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    bent = whole[:at] + bytes([whole[at] ^ by]) + whole[at + 1 :]
    found = check([*LOG.records[:seq], bent, *LOG.records[seq + 1 :]], LOG.openings)
    assert found is not None
    assert found[0] == seq


@given(st.randoms(use_true_random=False))
def test_records_left_out_repeated_or_in_another_order_are_found(chance: random.Random) -> None:
    records = list(LOG.records)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(records))
        match chance.randrange(3):
            case 0:
                del records[at]
            case 1:
                records.insert(chance.randrange(len(records)), records[at])
            case _:
                chance.shuffle(records)
    is_beginning = records == LOG.records[: len(records)]
    assert (check(records) is None) == is_beginning


Wrong = Callable[[Simulator], Simulator]
BODY = {"kind": "checked"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda log: log.add(AGENT, STRANGER, BODY), "nobody was enrolled"),
        (lambda log: log.add(AGENT, ADA, BODY), "its key is not the one"),
        (lambda log: log.add(PERSON, READER, BODY), "its key is not the one"),
        (lambda log: log.add(PERSON, DESK, {"kind": "case_approved"}), "its key is not the one"),
        (lambda log: log.add(AGENT, READER, {"kind": "case_approved"}), "a person must do"),
        (lambda log: log.add(SYSTEM, DESK, {"kind": "field_reviewed"}), "a person must do"),
        (lambda log: log.add(AGENT, READER, agent(STRANGER)), "no agent may"),
        (lambda log: log.add(AGENT, READER, {"kind": "policy_activated"}), "no agent may"),
        (lambda log: log.add(PERSON, ADA, agent(STRANGER)), "may not enrol"),
        (
            lambda log: log.add(PERSON.model_copy(update={"role": "approver"}), ADA, BODY),
            "a role that was not given",
        ),
        (lambda log: log.add(SYSTEM, DESK, founded(key=STRANGER)), "a second time"),
        (lambda log: log.add(SYSTEM, DESK, person(key=READER)), "was enrolled before"),
        (lambda log: log.add(SYSTEM, DESK, {**agent(), "public_key": to_text(bytes(32))}), "low order"),
        (lambda log: log.add(SYSTEM, DESK, {**agent(STRANGER), "card": {}}), "not well formed"),
        (lambda log: log.add(SYSTEM, DESK, {**person(key=STRANGER), "roles": "all"}), "roles"),
        (lambda log: log.add(AGENT, READER, BODY, seq=77), "record 77"),
        (lambda log: log.add(AGENT, READER, BODY, previous="00" * 32), "does not follow"),
        (lambda log: log.add(AGENT, READER, BODY, log="other"), "another log"),
        (lambda log: log.add(AGENT, READER, BODY, hlc="1763627400250-0000"), "backwards"),
        (lambda log: log.add(AGENT, READER, BODY, "c", link=Link("c", 1, "00" * 32)), "where 0 was due"),
        (lambda log: log.add(AGENT, READER, BODY, "c", link=Link("c", 0, "11" * 32)), "in its case"),
        (
            lambda log: log.add(AGENT, READER, BODY, "c").add(
                AGENT, READER, BODY, "c", link=Link("c", 2, "11" * 32)
            ),
            "where 1 was due",
        ),
    ],
)
def test_a_record_signed_by_the_right_hand_but_against_the_rules_is_named(wrong: Wrong, says: str) -> None:
    log = wrong(Simulator())
    found = check(log.records)
    assert found is not None
    assert found[0] == len(log.records) - 1
    assert says in found[1]


def test_a_replaced_key_signs_no_more() -> None:
    log = Simulator().add(SYSTEM, DESK, agent(STRANGER)).add(AGENT, STRANGER, BODY)
    assert check(log.records) is None
    found = check(log.add(AGENT, READER, BODY).records)
    assert found is not None
    assert "its key is not the one" in found[1]


@pytest.mark.parametrize(
    ("first", "says"),
    [
        ((AGENT, READER, BODY), "does not begin"),
        ((AGENT, READER, founded()), "does not begin"),
        ((SYSTEM, READER, founded()), "not signed with the key"),
        ((SYSTEM, DESK, founded("other")), "another log"),
    ],
)
def test_a_log_begins_with_its_founding(first: tuple[Actor, Key, dict[str, Any]], says: str) -> None:
    log = Simulator()
    log.records.clear()
    log.add(*first)
    found = check(log.records)
    assert found is not None
    assert says in found[1]


def test_content_that_is_not_what_was_committed_to_is_found() -> None:
    log = Simulator().seal("Ada Meyer", "c")
    assert check(log.records, log.openings) is None
    salt = log.openings[-1][0].salt
    for other in ((), (Opening(salt, b"Eve"),), (*log.openings[-1], Opening(salt, b"more"))):
        found = check(log.records, [*log.openings[:-1], other])
        assert found is not None
        assert "sealed content" in found[1]
    assert check(log.records, None) is None


def _checked(upto: int) -> LogCheck:
    state = LogCheck()
    for seq in range(upto):
        state.take(seq, LOG.records[seq], None)
    return state


def _note(size: int, root: bytes, key: Key = DESK, origin: str = "countersign/log") -> bytes:
    return note.write(note.Checkpoint(origin, size, root), key)


def test_a_checkpoint_must_fit_size_root_key_and_log() -> None:
    root = root_of(LOG.records[:5])
    state = _checked(5)
    state.checkpoint(_note(5, root), 5)
    assert (state.checkpoints, state.last_checkpoint) == (1, 5)
    for wrong, size in (
        (_note(4, root_of(LOG.records[:4])), 4),
        (_note(4, root_of(LOG.records[:4])), 5),
        (_note(5, root_of(LOG.records[:4])), 5),
        (_note(6, root), 5),
        (_note(5, root, key=ADA), 5),
        (_note(5, root, origin="countersign/other"), 5),
    ):
        with pytest.raises(Flaw):
            _checked(5).checkpoint(wrong, size)


def test_no_checkpoint_stands_before_the_founding() -> None:
    with pytest.raises(Flaw, match="founding"):
        LogCheck().checkpoint(_note(0, root_of([])), 0)

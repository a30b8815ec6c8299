"""Tampering with records: withheld, moved, repeated, or wrong from the beginning."""

import json
from collections.abc import Callable
from typing import Any

from tests.bundle.authority import START
from tests.bundle.logs import EXPORTER, Log, history
from tests.bundle.maker import Bag, export
from tests.bundle.tampering import (
    World,
    at_record,
    edit_json,
    lines_of,
    place,
    put_lines,
    tamper,
)
from tests.store.stories import ADA, CARD, READER

from countersign.audit.keys import Key, to_text
from countersign.domain.actor import ActorKind
from countersign.domain.event import (
    AgentEnrolled,
    CaseApproved,
    Classified,
    EpochBegun,
    KeyRevoked,
    Signature,
)


@tamper("it is not the record that the log holds", "desk", go=True)
def changed_record(bag: Bag, world: World) -> None:
    path = place(bag, "records.jsonl")
    bag.files[path] = bag.files[path].replace(b'"confidence":990000', b'"confidence":999999', 1)


@tamper("a record is withheld", "desk")
def withheld_record(bag: Bag, world: World) -> None:
    path = place(bag, "records.jsonl")
    lines = lines_of(bag, path)
    del lines[at_record(bag, b'"kind":"checked"')]
    put_lines(bag, path, lines)


@tamper("has 9 records here, where completeness.json counts 10", "desk")
def withheld_last_record(bag: Bag, world: World) -> None:
    path, seq = place(bag, "records.jsonl"), at_record(bag, b'"kind":"case_approved"')
    lines = lines_of(bag, path)
    number = json.loads(lines.pop(seq))["seq"]
    put_lines(bag, path, lines)
    proofs = "data/proof/inclusion.jsonl"
    put_lines(bag, proofs, [one for one in lines_of(bag, proofs) if json.loads(one)["seq"] != number])
    opened = "data/openings.jsonl"
    put_lines(bag, opened, [one for one in lines_of(bag, opened) if json.loads(one)["seq"] != number])


@tamper("lacks the proof|does not name|other cases", "desk")
def withheld_case(bag: Bag, world: World) -> None:
    path = place(bag, "records.jsonl")
    put_lines(bag, path, [one for one in lines_of(bag, path) if b'"id":"case-00003","n"' not in one])
    edit_json(bag, "data/completeness.json", lambda told: told["cases"].pop("case-00003"))
    gone = {seq for seq, case in enumerate(world.log.cases) if case == "case-00003"}
    for name in ("data/proof/inclusion.jsonl", "data/openings.jsonl"):
        put_lines(bag, name, [one for one in lines_of(bag, name) if json.loads(one)["seq"] not in gone])


@tamper("out of order", "desk", go=True)
def reordered_records(bag: Bag, world: World) -> None:
    path, at = place(bag, "records.jsonl"), at_record(bag, b'"kind":"checked"')
    lines = lines_of(bag, path)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    put_lines(bag, path, lines)


@tamper("repeated or out of order", "desk", go=True)
def repeated_record(bag: Bag, world: World) -> None:
    path, at = place(bag, "records.jsonl"), at_record(bag, b'"kind":"checked"')
    lines = lines_of(bag, path)
    put_lines(bag, path, [*lines[: at + 1], lines[at], *lines[at + 1 :]])


@tamper("it belongs to another log", "desk", go=True)
def spliced_record(bag: Bag, world: World) -> None:
    path, at = place(bag, "records.jsonl"), at_record(bag, b'"kind":"checked"')
    lines = lines_of(bag, path)
    lines[at] = world.other.records[json.loads(lines[at])["seq"]]
    put_lines(bag, path, lines)


@tamper("8 leaves|one leaf for each", "desk", go=True)
def missing_leaf(bag: Bag, world: World) -> None:
    path = place(bag, "leaves.txt")
    put_lines(bag, path, lines_of(bag, path)[:-1])


@tamper("not the record that the log holds|has another root", "desk", go=True)
def changed_leaf(bag: Bag, world: World) -> None:
    path = place(bag, "leaves.txt")
    lines = lines_of(bag, path)
    lines[3] = lines[4]
    put_lines(bag, path, lines)


@tamper("where completeness.json counts 9", "desk")
def lowered_count(bag: Bag, world: World) -> None:
    def lower(told: Any) -> None:
        told["cases"]["case-00003"] -= 1

    edit_json(bag, "data/completeness.json", lower)


@tamper("has a member twice", "desk", sh=True)
def doubled_count(bag: Bag, world: World) -> None:
    path = "data/completeness.json"
    bag.files[path] = bag.files[path].replace(b'"case-00003": 10', b'"case-00003": 10, "case-00003": 10', 1)


@tamper("which is no integer", "desk", go=True)
def size_as_a_fraction(bag: Bag, world: World) -> None:
    path = "data/completeness.json"
    size = f'"size": {world.log.size}'.encode()
    assert size in bag.files[path]
    bag.files[path] = bag.files[path].replace(size, size + b".0")


def _dishonest(forge: Callable[[bytes], bytes] | None, add: Callable[[Log], None]) -> Bag:
    log = history("one", 2)
    log.forge = forge
    add(log)
    log.checkpoint()
    return export(log, ["case-00000"])


def _classify(log: Log) -> None:
    event = Classified(klass="invoice", language="de", confidence=1, milliseconds=1)
    log.add(READER, event, "case-00000")


def _approve(log: Log) -> None:
    event = CaseApproved(signature=Signature(name=ADA.name, at=START, meaning="approved"))
    log.add(EXPORTER, event, "case-00000")


@tamper("not in the canonical form", "desk")
def record_not_canonical(bag: Bag, world: World) -> Bag:
    return _dishonest(lambda raw: raw.replace(b'"clock":', b'"clock": '), _classify)


@tamper("has a member twice", "desk", sh=False)
def record_with_a_member_twice(bag: Bag, world: World) -> Bag:
    return _dishonest(
        lambda raw: raw.replace(b'"confidence":1,', b'"confidence":1,"confidence":2,'), _classify
    )


@tamper("its signature is wrong", "desk", sh=False)
def approval_that_nobody_signed(bag: Bag, world: World) -> Bag:
    def forge(raw: bytes) -> bytes:
        return raw[:-90] + to_text(bytes(64)).encode() + b'"}'

    return _dishonest(forge, _approve)


@tamper("may not do what it says", "desk", sh=False)
def approval_in_a_role_that_may_not(bag: Bag, world: World) -> Bag:
    def add(log: Log) -> None:
        actor = EXPORTER.model_copy(update={"role": "administrator"})
        event = CaseApproved(signature=Signature(name=ADA.name, at=START, meaning="x"))
        log.add(actor, event, "case-00000")

    return _dishonest(None, add)


@tamper("bears another name than that of", "desk", sh=False)
def approval_under_another_name(bag: Bag, world: World) -> Bag:
    def add(log: Log) -> None:
        event = CaseApproved(signature=Signature(name="Someone Else", at=START, meaning="x"))
        log.add(EXPORTER.model_copy(update={"role": "team_lead"}), event, "case-00000")

    return _dishonest(None, add)


@tamper("only a person may do", "desk", sh=False)
def approval_by_an_agent(bag: Bag, world: World) -> Bag:
    def add(log: Log) -> None:
        event = CaseApproved(signature=Signature(name=ADA.name, at=START, meaning="x"))
        log.add(READER, event, "case-00000")

    return _dishonest(None, add)


@tamper("is not the one of the agent", "desk", sh=False)
def record_under_a_revoked_key(bag: Bag, world: World) -> Bag:
    def add(log: Log) -> None:
        holder, key = READER.id, log.agent.key_id
        log.add(log.system, KeyRevoked(holder_kind=ActorKind.AGENT, holder=holder, key=key, why="stolen"))
        _classify(log)

    return _dishonest(None, add)


@tamper("is not certified by the key of the epoch before", "desk", sh=False)
def epoch_that_the_one_before_did_not_certify(bag: Bag, world: World) -> Bag:
    def add(log: Log) -> None:
        key, n = Key(b"e" * 32), len(log.epochs) + 1
        proof = to_text(log.epochs[-1].sign(b"something else"))
        event = EpochBegun(n=n, public_key=to_text(key.public), certificate=proof, why="due")
        log.add(log.system, event)
        log.epochs.append(key)

    return _dishonest(None, add)


@tamper("low or mixed order", "desk", sh=False)
def weak_key_enrolled(bag: Bag, world: World) -> Bag:
    def add(log: Log) -> None:
        weak = to_text(bytes(32))  # a point of low order, under which anyone can sign
        log.add(log.system, AgentEnrolled(card=CARD.model_copy(update={"version": "9"}), public_key=weak))

    return _dishonest(None, add)

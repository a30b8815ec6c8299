"""Tampering with checkpoints and proofs."""

import base64
import json
from collections.abc import Callable
from typing import Any

from tests.bundle.logs import Log
from tests.bundle.maker import Bag, as_line
from tests.bundle.tampering import (
    World,
    edit_json,
    edit_line,
    lines_of,
    notes,
    place,
    put_lines,
    put_notes,
    tamper,
    without_line,
)
from tests.store.stories import READER

from countersign.audit import merkle, note
from countersign.audit.keys import Key, to_text


@tamper("speaks of another log or size", "desk", go=True)
def older_checkpoint(bag: Bag, world: World) -> None:
    older = sorted(world.log.notes)[-2]
    bag.files[place(bag, "checkpoint")] = world.log.notes[older]


@tamper("lies beyond the checkpoint", "desk", go=True)
def older_checkpoint_with_its_proofs(bag: Bag, world: World) -> Bag:
    """The whole bundle as of a head before the record of the export."""
    log = world.log
    older = sorted(log.notes)[-2]
    bag.files[place(bag, "checkpoint")] = log.notes[older]

    def age(told: Any) -> None:
        told["size"] = older
        steps = merkle.consistency(told["range"]["until"], older, log.subtree)
        told["range"]["consistency"] = [step.hex() for step in steps]

    edit_json(bag, "data/completeness.json", age)
    proofs = [json.loads(one)["seq"] for one in lines_of(bag, "data/proof/inclusion.jsonl")]
    bag.files["data/proof/inclusion.jsonl"] = b"".join(
        as_line(
            {
                "seq": seq,
                "size": older,
                "hashes": [to_text(step) for step in merkle.inclusion(seq, older, log.subtree)],
            }
        )
        for seq in proofs
        if seq < older
    )
    edit_json(bag, place(bag, "keys.json"), lambda told: told.update(witnesses=[]))
    for name in [name for name in bag.files if "/later/" in name]:
        del bag.files[name]
    return bag


def _with_epoch(signed: bytes, log: Log, name: int, key: int) -> bytes:
    found = note.open_note(signed)
    line = note.line(note.epoch_name(log.name, name), log.epochs[key - 1], found.text)
    return without_line(signed, "/epoch/") + line


@tamper("lacks the line of .*epoch/1", "desk")
def newer_epoch_on_an_old_checkpoint(bag: Bag, world: World) -> None:
    found = notes(bag)
    found[0] = _with_epoch(found[0], world.log, 2, 2)
    put_notes(bag, found)


@tamper("lacks the line of .*epoch/1", "desk", sh=False)
def newer_epochs_key_on_an_old_checkpoint(bag: Bag, world: World) -> None:
    found = notes(bag)
    found[0] = _with_epoch(found[0], world.log, 1, 2)
    put_notes(bag, found)


@tamper("an epoch that was not in force", "desk")
def older_epoch_beside_the_present(bag: Bag, world: World) -> None:
    path = place(bag, "checkpoint")
    text = note.open_note(bag.files[path]).text
    bag.files[path] += note.line(note.epoch_name(world.log.name, 1), world.log.epochs[0], text)


@tamper("lacks the line of .*/agent/reader", "desk")
def missing_agent_line(bag: Bag, world: World) -> None:
    found = notes(bag)
    at = next(n for n, one in enumerate(found) if b"/agent/" in one)
    found[at] = without_line(found[at], "/agent/")
    put_notes(bag, found)


@tamper("wrong signature of .*/agent/reader", "desk", sh=False)
def wrong_agent_line(bag: Bag, world: World) -> None:
    found = notes(bag)
    at = next(n for n, one in enumerate(found) if b"/agent/" in one)
    text = note.open_note(found[at]).text
    line = note.line(note.agent_name(world.log.name, READER.id), world.log.agent, text + b"x")
    found[at] = without_line(found[at], "/agent/") + line
    put_notes(bag, found)


@tamper("has another root than the leaves", "desk", sh=False, go=True)
def wrong_root_on_an_earlier_checkpoint(bag: Bag, world: World) -> None:
    found = notes(bag)
    size = note.open_note(found[0]).checkpoint.size
    point = note.Checkpoint(note.origin(bag.log), size, b"\1" * 32)
    signers = world.log.signers(agents=True)
    signers[1] = (note.epoch_name(bag.log, 1), world.log.epochs[0])
    put_notes(bag, [note.write(point, signers), *found[1:]])


@tamper("lacks the line of the witness", "desk")
def missing_witness_line(bag: Bag, world: World) -> None:
    path = place(bag, "checkpoint")
    bag.files[path] = without_line(bag.files[path], "witness.example")


@tamper("wrong signature of the witness", "desk")
def wrong_witness_line(bag: Bag, world: World) -> None:
    path = place(bag, "checkpoint")
    rows = bag.files[path].decode().split("\n")
    name, raw = rows[-2].split(" ")[1:]
    signature = bytearray(base64.b64decode(raw))
    signature[20] ^= 1
    rows[-2] = f"— {name} {to_text(bytes(signature))}"
    bag.files[path] = "\n".join(rows).encode()


@tamper("lacks the line of countersign", "desk", go=True)
def checkpoint_of_another_desk(bag: Bag, world: World) -> None:
    path = place(bag, "checkpoint")
    text = note.open_note(bag.files[path]).text
    thief = Key(b"t" * 32)
    bag.files[path] = text + b"\n" + note.line(note.origin(bag.log), thief, text)


@tamper("two signatures of one signer", "desk")
def doubled_signer(bag: Bag, world: World) -> None:
    path = place(bag, "checkpoint")
    bag.files[path] += bag.files[path].split(b"\n")[-2] + b"\n"


@tamper("control character", "desk", go=True)
def carriage_return_in_checkpoint(bag: Bag, world: World) -> None:
    path = place(bag, "checkpoint")
    bag.files[path] = bag.files[path].replace(b"\n", b"\r\n", 1)


@tamper("is not origin, size, root|size 0|another log or size", "desk", go=True)
def checkpoint_of_size_zero(bag: Bag, world: World) -> None:
    point = note.Checkpoint(note.origin(bag.log), 0, b"\0" * 32)
    bag.files[place(bag, "checkpoint")] = note.write(point, world.log.signers(agents=False))


def later(bag: Bag, ending: str) -> str:
    return next(name for name in bag.files if "/later/" in name and name.endswith(ending))


@tamper("lacks the line of .*epoch/2", "desk")
def missing_epoch_line_on_a_later_checkpoint(bag: Bag, world: World) -> None:
    path = later(bag, ".checkpoint")
    bag.files[path] = without_line(bag.files[path], "/epoch/")


@tamper("consistency proof leads to another root", "desk")
def later_checkpoint_of_another_history(bag: Bag, world: World) -> None:
    path = later(bag, ".checkpoint")
    found = note.open_note(bag.files[path]).checkpoint
    point = note.Checkpoint(found.origin, found.size, b"\1" * 32)
    bag.files[path] = note.write(point, world.log.signers(agents=False))


@tamper("consistency proof is too short", "desk")
def short_proof_of_a_later_checkpoint(bag: Bag, world: World) -> None:
    edit_json(bag, later(bag, ".json"), lambda told: told["consistency"].pop() and None)


@tamper("is of another log or size than its name says", "desk")
def misnamed_later_checkpoint(bag: Bag, world: World) -> None:
    for ending in (".checkpoint", ".json"):
        path = later(bag, ending)
        bag.files[path.replace(f"{sorted(world.log.notes)[-2]}.", "79.")] = bag.files.pop(path)


def _hashes(bag: Bag, edit: Callable[[list[str]], None]) -> None:
    edit_line(bag, "data/proof/inclusion.jsonl", 2, lambda told: edit(told["hashes"]))


@tamper("the proof is too short", "desk", go=True)
def short_proof(bag: Bag, world: World) -> None:
    _hashes(bag, lambda hashes: hashes.pop() and None)


@tamper("the proof is too long", "desk", go=True)
def long_proof(bag: Bag, world: World) -> None:
    _hashes(bag, lambda hashes: hashes.append(hashes[0]))


@tamper("does not lead from record", "desk", go=True)
def wrong_proof(bag: Bag, world: World) -> None:
    _hashes(bag, lambda hashes: hashes.__setitem__(0, hashes[1]))


@tamper("has no record", "desk", go=True)
def proof_at_the_size(bag: Bag, world: World) -> None:
    edit_line(bag, "data/proof/inclusion.jsonl", 2, lambda told: told.update(seq=told["size"]))


@tamper("one proof of a record under the checkpoint", "desk", go=True)
def proof_of_size_zero(bag: Bag, world: World) -> None:
    edit_line(bag, "data/proof/inclusion.jsonl", 2, lambda told: told.update(size=0))


@tamper("lacks the proof of record", "desk", go=True)
def missing_proof(bag: Bag, world: World) -> None:
    path = "data/proof/inclusion.jsonl"
    put_lines(bag, path, lines_of(bag, path)[1:])


@tamper("consistency proof is too short", "desk", go=True)
def short_consistency(bag: Bag, world: World) -> None:
    edit_json(bag, "data/completeness.json", lambda told: told["range"]["consistency"].pop() and None)


@tamper("consistency proof is too long", "desk", go=True)
def long_consistency(bag: Bag, world: World) -> None:
    edit_json(bag, "data/completeness.json", lambda told: told["range"]["consistency"].append("ab" * 32))


@tamper("peaks do not fit|has another root", "desk", go=True)
def missing_peak(bag: Bag, world: World) -> None:
    edit_json(bag, "data/completeness.json", lambda told: told["range"]["peaks"].pop() and None)

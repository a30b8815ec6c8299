"""Tampering with files, manifests, seal and content."""

import json

from cryptography.hazmat.primitives.serialization import Encoding
from tests.bundle.authority import WITNESS, seal_of
from tests.bundle.maker import Bag, as_line
from tests.bundle.tampering import (
    World,
    edit_json,
    edit_line,
    evidence,
    lines_of,
    place,
    put_lines,
    tamper,
)

from countersign.audit import note
from countersign.audit.keys import to_text


@tamper("records.jsonl was changed", "none", go=True)
def edited_record(bag: Bag, world: World) -> None:
    path = place(bag, "records.jsonl")
    bag.files[path] = bag.files[path].replace(b'"confidence":950000', b'"confidence":999999', 1)


@tamper("was changed", "none")
@tamper("seal of the bundle", "listed")
@tamper("another certificate", "other")
@tamper("is not one that the records name", "desk")
def edited_document(bag: Bag, world: World) -> None:
    bag.files[evidence(bag)] += b" "


@tamper("openings.jsonl was changed", "none")
@tamper("is not what record", "desk")
def edited_opening(bag: Bag, world: World) -> None:
    path = "data/openings.jsonl"
    bag.files[path] = bag.files[path].replace(b"119.00", b"911.00", 1)


@tamper("is not listed", "none")
@tamper("seal of the bundle", "listed")
def extra_file(bag: Bag, world: World) -> None:
    bag.files["data/notes.txt"] = b"approved by nobody\n"


@tamper("is missing", "none")
@tamper("seal of the bundle", "listed")
def missing_file(bag: Bag, world: World) -> None:
    del bag.files["data/report.pdf"]


@tamper("is missing, and the record does not say why", "desk")
def missing_document(bag: Bag, world: World) -> None:
    del bag.files[evidence(bag)]


@tamper("is missing", "none")
@tamper("seal of the bundle", "listed")
def renamed_file(bag: Bag, world: World) -> None:
    bag.files["data/report-1.pdf"] = bag.files.pop("data/report.pdf")


@tamper("verify.py was changed", "none")
def malicious_verifier(bag: Bag, world: World) -> None:
    bag.files["verify.py"] = b"open('ran', 'w').close(); print('VERIFIED')\n"


@tamper("asks for files from elsewhere", "desk")
def file_to_fetch(bag: Bag, world: World) -> None:
    bag.files["fetch.txt"] = b"http://127.0.0.1/x 4 data/report.pdf\n"


@tamper("the seal is made with another certificate", "other")
def swapped_certificate(bag: Bag, world: World) -> None:
    seal = seal_of("stranger")
    bag.files["data/certificate.pem"] = seal.certificate.public_bytes(Encoding.PEM)
    keys = place(bag, "keys.json")
    edit_json(bag, keys, lambda told: told.update(certificate_sha256=seal.digest))


@tamper("certificate.pem is not the certificate of the seal", "desk")
def swapped_certificate_file(bag: Bag, world: World) -> None:
    pem = seal_of("stranger").certificate.public_bytes(Encoding.PEM)
    bag.files["data/certificate.pem"] = pem


@tamper("is not what record", "desk")
def openings_of_another_record(bag: Bag, world: World) -> None:
    path = "data/openings.jsonl"
    lines = [json.loads(one) for one in lines_of(bag, path)]
    lines[0]["openings"], lines[1]["openings"] = lines[1]["openings"], lines[0]["openings"]
    put_lines(bag, path, [as_line(one).rstrip(b"\n") for one in lines])


@tamper("is withheld, and the record of the export says nothing is", "desk")
def withheld_opening(bag: Bag, world: World) -> None:
    edit_line(bag, "data/openings.jsonl", 1, lambda told: told["openings"].pop() and None)


@tamper("is of another text", "desk", stamped=True)
def stamp_of_another_head(bag: Bag, world: World) -> None:
    assert world.authority is not None
    older = note.open_note(world.log.notes[sorted(world.log.notes)[-2]])
    name = next(name for name in bag.files if name.startswith("data/anchor/"))
    bag.files[name] = world.authority.stamp(older.text)


@tamper("keys.json says something else", "desk")
def another_key_in_keys_json(bag: Bag, world: World) -> None:
    edit_json(bag, place(bag, "keys.json"), lambda told: told.update(desk_key=to_text(WITNESS.public)))

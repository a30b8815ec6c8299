"""Bundles made in memory, straight after their format: what the verifiers are tried on."""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from tests.bundle.authority import START, WITNESS, WITNESS_NAME, Authority, Seal
from tests.bundle.logs import EXPORTER, POLICY, POLICY_DIGEST, Log
from tests.store.stories import ADA

from countersign.audit import cosign, merkle, note
from countersign.audit.commitment import Opening
from countersign.audit.keys import Key, to_text
from countersign.audit.merkle import Frontier, leaf_hash
from countersign.domain.event import Exported, Signature

VERIFY = Path(__file__).parents[2] / "resources" / "verify"
SHIPPED = ("README-VERIFY.txt", "verify.py", "verify.sh", "verify.go", "go.mod")


@dataclass
class Bag:
    """The files of a bundle, and what seals them."""

    top: str
    log: str
    files: dict[str, bytes] = field(default_factory=dict)

    def list(self, *, tags: bool) -> bytes:
        skipped = {"tagmanifest-sha256.txt", "tagmanifest-sha256.txt.p7s"}
        names = sorted(
            name for name in self.files if name.startswith("data/") is not tags and name not in skipped
        )
        lines = [f"{hashlib.sha256(self.files[name]).hexdigest()}  {name}\n" for name in names]
        return "".join(lines).encode()

    def listed(self) -> "Bag":
        """Make both manifests again."""
        payload = [content for name, content in self.files.items() if name.startswith("data/")]
        self.files["bag-info.txt"] = (
            f"Bagging-Date: 2026-11-20\nPayload-Oxum: {sum(map(len, payload))}.{len(payload)}\n".encode()
        )
        self.files["manifest-sha256.txt"] = self.list(tags=False)
        self.files["tagmanifest-sha256.txt"] = self.list(tags=True)
        return self

    def sealed(self, seal: Seal) -> "Bag":
        """Make both manifests and the seal again."""
        self.listed()
        self.files["tagmanifest-sha256.txt.p7s"] = seal.sign(self.files["tagmanifest-sha256.txt"])
        return self

    def copy(self) -> "Bag":
        return Bag(self.top, self.log, dict(self.files))

    def zip(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(self.files):
                archive.writestr(f"{self.top}/{name}", self.files[name])
        return path

    def unpack(self, folder: Path) -> Path:
        for name, content in self.files.items():
            file = folder / self.top / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return folder / self.top


def as_json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def as_line(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def export(
    log: Log,
    cases: Sequence[str],
    *,
    withheld: tuple[str, ...] = (),
    witness: Key | None = WITNESS,
    authority: Authority | None = None,
) -> Bag:
    """Export cases of a log: appends the record of the export, signs the head, and makes the bundle."""
    log.add(
        EXPORTER,
        Exported(
            scope={"case": " ".join(cases[:3])},
            cases=len(cases),
            withheld=withheld,
            certificate=log.seal.digest,
            signature=Signature(name=ADA.name, at=START, meaning="exported"),
        ),
    )
    log.checkpoint()
    head = log.notes[log.size]
    if witness is not None:
        text = note.open_note(head).text
        head += cosign.line(WITNESS_NAME, witness, text, START)
    bag = Bag("bundle", log.name)
    _put_log(bag, log, set(cases), head, witness)
    _put_content(bag, log, set(cases), withheld)
    for name in SHIPPED:
        bag.files[name] = (VERIFY / name).read_bytes()
    bag.files["bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    if authority is not None:
        bag.files[f"data/anchor/{log.size}-local.tsr"] = authority.stamp(note.open_note(head).text)
    return bag.sealed(log.seal)


def _put_log(bag: Bag, log: Log, cases: set[str], head: bytes, witness: Key | None) -> None:
    of_cases = [seq for seq, case in enumerate(log.cases) if case in cases]
    first = of_cases[0]
    until = min(size for size in log.notes if size > of_cases[-1])
    size, place = log.size, f"data/log/{log.name}"
    disclosed = [seq for seq, case in enumerate(log.cases) if case is None or case in cases]
    inside = sorted(size for size in log.notes if first < size <= until)
    peaks = Frontier()
    for raw in log.records[:first]:
        peaks.append(raw)
    lines = b"".join(log.records[seq] + b"\n" for seq in disclosed)
    bag.files[f"{place}/records.jsonl"] = lines
    bag.files[f"{place}/checkpoint"] = head
    bag.files[f"{place}/checkpoints.txt"] = b"".join(log.notes[at] + b"=====\n" for at in inside)
    _put_later(bag, log, until, witness)
    leaves = [leaf_hash(raw).hex() for raw in log.records[first:until]]
    bag.files[f"{place}/leaves.txt"] = "".join(f"{leaf}\n" for leaf in leaves).encode()
    bag.files[f"{place}/keys.json"] = as_json(
        {
            "log": log.name,
            "desk_key": to_text(log.desk.public),
            "fingerprint": hashlib.sha256(log.desk.public).hexdigest(),
            "witnesses": [{"name": WITNESS_NAME, "key": to_text(witness.public)}] if witness else [],
            "certificate_sha256": log.seal.digest,
        }
    )
    span = {
        "first": first,
        "until": until,
        "peaks": [peak.hex() for peak in peaks.peaks],
        "leaves": f"{place}/leaves.txt",
        "consistency": [step.hex() for step in merkle.consistency(until, size, log.subtree)],
    }
    bag.files["data/completeness.json"] = as_json(
        {
            "log": log.name,
            "size": size,
            "range": span,
            "cases": {case: log.cases.count(case) for case in sorted(cases)},
            "withheld": {},
        }
    )
    last = {max(seq for seq in of_cases if log.cases[seq] == case) for case in cases}
    bag.files["data/proof/inclusion.jsonl"] = b"".join(
        as_line(
            {
                "seq": seq,
                "size": size,
                "hashes": [to_text(step) for step in merkle.inclusion(seq, size, log.subtree)],
            }
        )
        for seq in disclosed
        if not first <= seq < until or seq in last
    )


def _put_later(bag: Bag, log: Log, until: int, witness: Key | None) -> None:
    """Put the newest checkpoint between the range and the head, as if a witness had seen that one last."""
    size = sorted(log.notes)[-2]
    if size <= until:
        return
    place, signed = f"data/log/{log.name}/later/{size}", log.notes[size]
    if witness is not None:
        signed += cosign.line(WITNESS_NAME, witness, note.open_note(signed).text, START)
    steps = merkle.consistency(size, log.size, log.subtree)
    bag.files[f"{place}.checkpoint"] = signed
    bag.files[f"{place}.json"] = as_json(
        {"size": size, "until": log.size, "consistency": [step.hex() for step in steps]}
    )


def _put_content(bag: Bag, log: Log, cases: set[str], withheld: tuple[str, ...]) -> None:
    opened = [
        as_line({"seq": seq, "openings": [opening_of(one) for one in found]})
        for seq, found in sorted(log.openings.items())
        if log.cases[seq] in cases and "values" not in withheld
    ]
    bag.files["data/openings.jsonl"] = b"".join(opened)
    for seq, case in enumerate(log.cases):
        if case in cases and log.kinds[seq] == "document_received" and "documents" not in withheld:
            sha256 = json.loads(log.records[seq])["body"]["sha256"]
            bag.files[f"data/evidence/{sha256}.pdf"] = log.documents[sha256]
    bag.files[f"data/policies/{POLICY_DIGEST}.yaml"] = POLICY.encode()
    bag.files["data/certificate.pem"] = log.seal.certificate.public_bytes(Encoding.PEM)
    bag.files["data/report.pdf"] = b"%PDF-1.7\n"
    bag.files["data/dictionary.csv"] = b"file,column,meaning\n"


def opening_of(one: Opening) -> dict[str, str]:
    return {"commitment": one.commitment, "salt": one.salt.hex(), "content": one.content.decode()}

"""Reads a bundle back the strict way: each file listed, each record proven, each content opened."""

import base64
import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from countersign.audit import note, record
from countersign.audit.commitment import Opening, commitments
from countersign.audit.keys import Verifier
from countersign.audit.merkle import Frontier, check_consistency, check_inclusion, leaf_hash
from countersign.audit.note import SignedNote


class Bagged:
    """A bundle in memory; making one checks that it is a whole bag."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            self.order = [entry.filename for entry in archive.infolist()]
            assert len(set(self.order)) == len(self.order)
            tops = {name.split("/")[0] for name in self.order}
            assert len(tops) == 1, tops
            self.top = tops.pop()
            self.files = {name.removeprefix(f"{self.top}/"): archive.read(name) for name in self.order}
        self._check_bag()

    def _check_bag(self) -> None:
        payload = {name for name in self.files if name.startswith("data/")}
        manifest, tags = self._manifest("manifest-sha256.txt"), self._manifest("tagmanifest-sha256.txt")
        assert manifest.keys() == payload
        unlisted = {"tagmanifest-sha256.txt", "tagmanifest-sha256.txt.p7s"}
        assert tags.keys() == self.files.keys() - payload - unlisted
        for listed in (manifest, tags):
            for name, digest in listed.items():
                assert hashlib.sha256(self.files[name]).hexdigest() == digest, name
        octets = sum(len(self.files[name]) for name in payload)
        assert f"Payload-Oxum: {octets}.{len(payload)}\n" in self.text("bag-info.txt")

    def _manifest(self, name: str) -> dict[str, str]:
        lines = [line.split("  ", 1) for line in self.text(name).splitlines()]
        assert len({name for _, name in lines}) == len(lines)
        return {name: digest for digest, name in lines}

    def text(self, name: str) -> str:
        """Return a file as text."""
        return self.files[name].decode()

    def json(self, name: str) -> Any:
        """Return a JSON file, which stands in the form that bundles use."""
        value = json.loads(self.files[name])
        form = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        assert self.text(name) == form
        return value

    def lines(self, name: str) -> list[Any]:
        """Return the JSON of each line."""
        return [json.loads(line) for line in self.text(name).splitlines()]

    def table(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a CSV file."""
        rows = list(csv.reader(io.StringIO(self.text(name), newline=""), delimiter=";"))
        assert all(len(row) == len(rows[0]) for row in rows)
        return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]

    @property
    def log(self) -> str:
        """The name of the log."""
        return next(name.split("/")[2] for name in self.files if name.startswith("data/log/"))

    @property
    def place(self) -> str:
        """The folder of the log."""
        return f"data/log/{self.log}"

    @property
    def records(self) -> dict[int, bytes]:
        """Every record by its number."""
        raw = self.files[f"{self.place}/records.jsonl"].split(b"\n")
        assert raw.pop() == b""
        found = [(record.read(line).place.seq, line) for line in raw]
        assert [seq for seq, _ in found] == sorted({seq for seq, _ in found})
        return dict(found)

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind."""
        found = [json.loads(line)["body"] for line in self.records.values()]
        return [body for body in found if body["kind"] == kind]

    def check_proofs(self) -> None:
        """Hold every record against the head: through the leaves of the range, or by a proof of its own."""
        head, told = self.head(), self.json("data/completeness.json")
        first, until = told["range"]["first"], told["range"]["until"]
        records, leaves = self.records, self.text(told["range"]["leaves"]).splitlines()
        assert told["size"] == head.checkpoint.size
        assert len(leaves) == until - first
        frontier = Frontier(first, map(bytes.fromhex, told["range"]["peaks"]))
        roots = {}
        for leaf in leaves:
            frontier.append_leaf(bytes.fromhex(leaf))
            roots[frontier.size] = frontier.root()
        notes = self.notes()
        assert [signed.checkpoint.size for signed in notes][-1] == until
        for signed in notes:
            signed.check(head.checkpoint.origin, self.desk_key())
            assert roots[signed.checkpoint.size] == signed.checkpoint.root
        steps = list(map(bytes.fromhex, told["range"]["consistency"]))
        check_consistency(until, told["size"], steps, roots[until], head.checkpoint.root)
        proven = self._check_inclusion(head)
        for seq, raw in records.items():
            if first <= seq < until:
                assert leaves[seq - first] == leaf_hash(raw).hex()
            else:
                assert seq in proven
        self._check_cases(told["cases"], proven)

    def _check_inclusion(self, head: SignedNote) -> set[int]:
        records, proven = self.records, set()
        for told in self.lines("data/proof/inclusion.jsonl"):
            steps = [base64.b64decode(step, validate=True) for step in told["hashes"]]
            leaf = leaf_hash(records[told["seq"]])
            check_inclusion(leaf, told["seq"], told["size"], steps, head.checkpoint.root)
            assert told["size"] == head.checkpoint.size
            proven.add(told["seq"])
        return proven

    def _check_cases(self, counts: dict[str, int], proven: set[int]) -> None:
        found: dict[str, list[int]] = {}
        for seq, raw in self.records.items():
            link = record.read(raw).link
            if link is not None:
                assert link.n == len(found.setdefault(link.case, []))
                found[link.case].append(seq)
        assert {case: len(seqs) for case, seqs in found.items()} == counts
        assert {seqs[-1] for seqs in found.values()} <= proven

    def head(self) -> SignedNote:
        """Return the newest head, whose signature of the desk holds."""
        raw = self.files[f"{self.place}/checkpoint"]
        return note.read(raw, note.origin(self.log), self.desk_key())

    def notes(self) -> list[SignedNote]:
        """Return the heads of the range."""
        parts = self.files[f"{self.place}/checkpoints.txt"].split(b"=====\n")
        assert parts.pop() == b""
        return [note.open_note(part) for part in parts]

    def desk_key(self) -> Verifier:
        """Return the desk's key, which its founding names."""
        told = self.json(f"{self.place}/keys.json")
        founding = self.bodies("desk_founded")[0]
        assert told["desk_key"] == founding["public_key"]
        key = base64.b64decode(told["desk_key"])
        assert told["fingerprint"] == hashlib.sha256(key).hexdigest()
        return Verifier(key)

    def openings(self) -> dict[str, str]:
        """Return every disclosed content by its commitment, which its record holds."""
        records, found = self.records, {}
        for told in self.lines("data/openings.jsonl"):
            promised = set(commitments(json.loads(records[told["seq"]])["body"]))
            for opening in told["openings"]:
                made = Opening(bytes.fromhex(opening["salt"]), opening["content"].encode())
                assert made.commitment == opening["commitment"]
                assert made.commitment in promised
                found[made.commitment] = opening["content"]
        return found

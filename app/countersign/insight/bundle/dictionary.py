"""The data dictionary: what every file of a bundle is, and every column and member in it."""

from collections.abc import Iterator

from countersign.insight.bundle import cells
from countersign.insight.bundle.cells import Cell
from countersign.insight.bundle.tables import AGENTS, GOBD, Table

_Row = tuple[str, str, str, str]

_FILES: tuple[_Row, ...] = (
    ("bagit.txt", "", "text", "says that this is a BagIt 1.0 bag (RFC 8493)"),
    ("bag-info.txt", "", "text", "when and by what program the bag was written, and how much is in it"),
    ("manifest-sha256.txt", "", "text", "SHA-256 of every file under data"),
    ("tagmanifest-sha256.txt", "", "text", "SHA-256 of every file beside data"),
    ("tagmanifest-sha256.txt.p7s", "", "CMS, DER", "detached signature (ECDSA P-256) over the file before"),
    ("README-VERIFY.txt", "", "text", "how to verify the bundle without the sender"),
    ("verify.py", "", "Python", "verifier: standard library of Python 3.9 or later"),
    ("verify.sh", "", "shell", "verifier: openssl and the usual tools of a shell"),
    ("verify.go", "", "Go", "verifier: Go with golang.org/x/mod/sumdb"),
    ("go.mod", "", "text", "what verify.go needs"),
    ("data/certificate.pem", "", "X.509, PEM", "certificate of the signature; the export's record names it"),
    ("data/report.pdf", "", "PDF", "the same told for people"),
    ("data/dictionary.csv", "", "CSV", "this file"),
    (
        "data/completeness.json",
        "",
        "JSON",
        "how many records there are, so that a hidden one would be missed",
    ),
    ("data/completeness.json", "log", "text", "name of the log"),
    ("data/completeness.json", "size", "number", "records of the log at the newest checkpoint"),
    ("data/completeness.json", "range.first", "number", "first record of the chosen cases"),
    ("data/completeness.json", "range.until", "number", "size at the first checkpoint over the last of them"),
    ("data/completeness.json", "range.peaks", "hex", "tree over the records before the range (RFC 6962)"),
    (
        "data/completeness.json",
        "range.leaves",
        "path",
        "file with the leaf hash of every record of the range",
    ),
    (
        "data/completeness.json",
        "range.consistency",
        "hex",
        "proof that the newest checkpoint goes on from it",
    ),
    ("data/completeness.json", "cases", "number", "records of each case, by its number"),
    ("data/completeness.json", "withheld", "number", "how much stays with the sender or is erased"),
    ("data/log/LOG/records.jsonl", "", "JSON lines", "each disclosed record, its exact bytes (RFC 8785)"),
    ("data/log/LOG/records.jsonl", "actor", "object", "who did it, in which role, under which key"),
    ("data/log/LOG/records.jsonl", "app", "object", "version and build of the program that wrote it"),
    ("data/log/LOG/records.jsonl", "at", "moment", "the desk's clock"),
    ("data/log/LOG/records.jsonl", "body", "object", "the event; a member 'commitment' stands for content"),
    (
        "data/log/LOG/records.jsonl",
        "case",
        "object",
        "number of the case, place in it, hash of its record before",
    ),
    ("data/log/LOG/records.jsonl", "clock", "text", "where the time comes from"),
    ("data/log/LOG/records.jsonl", "effect", "text", "names an effect that may happen once"),
    ("data/log/LOG/records.jsonl", "format", "number", "version of this form"),
    ("data/log/LOG/records.jsonl", "hlc", "text", "hybrid logical clock: grows with every record"),
    ("data/log/LOG/records.jsonl", "log", "text", "name of the log"),
    ("data/log/LOG/records.jsonl", "previous", "hex", "SHA-256 of the record before in the log"),
    ("data/log/LOG/records.jsonl", "seq", "number", "number of the record in the log, from 0"),
    ("data/log/LOG/records.jsonl", "signature", "base64", "Ed25519 over the record without this member"),
    ("data/log/LOG/checkpoint", "", "C2SP signed note", "newest signed head, with the lines of witnesses"),
    ("data/log/LOG/checkpoints.txt", "", "C2SP signed notes", "the heads of the range, each ended by ====="),
    ("data/log/LOG/leaves.txt", "", "hex lines", "leaf hash of every record of the range, disclosed or not"),
    ("data/log/LOG/keys.json", "", "JSON", "the desk's public key and its fingerprint, for convenience"),
    (
        "data/proof/inclusion.jsonl",
        "",
        "JSON lines",
        "proofs that single records stand under the newest head",
    ),
    ("data/proof/inclusion.jsonl", "seq", "number", "the record"),
    ("data/proof/inclusion.jsonl", "size", "number", "size of the head"),
    ("data/proof/inclusion.jsonl", "hashes", "base64", "the path (RFC 6962, section 2.1.1)"),
    ("data/openings.jsonl", "", "JSON lines", "the content behind commitments, as far as it is disclosed"),
    ("data/openings.jsonl", "seq", "number", "the record that commits to it"),
    (
        "data/openings.jsonl",
        "openings.commitment",
        "hex",
        "SHA-256 over a tag, the salt and the content's hash",
    ),
    ("data/openings.jsonl", "openings.salt", "hex", "32 random bytes"),
    ("data/openings.jsonl", "openings.content", "text", "the content, JSON"),
    ("data/evidence/SHA256.*", "", "as received", "a document, named by the SHA-256 of its bytes"),
    ("data/mail/SHA256.eml", "", "as received", "a mail that was taken apart, named by its SHA-256"),
    ("data/anchor/SIZE-AUTHORITY.tsr", "", "RFC 3161", "time stamp of the head of that size"),
    ("data/log/LOG/later/SIZE.checkpoint", "", "C2SP signed note", "a later head, stamped or witnessed"),
    ("data/log/LOG/later/SIZE.json", "", "JSON", "proof (RFC 6962) that the newest head goes on from it"),
    ("data/log/LOG/later/SIZE-AUTHORITY.tsr", "", "RFC 3161", "time stamp of that head"),
    ("data/policies/DIGEST.yaml", "", "YAML", "text of a policy, named by its SHA-256"),
    ("data/models/*.json", "", "JSON", "card of an agent as it was enrolled"),
    ("data/models/*.md", "", "text", "card of a model that ships with the program which wrote the bundle"),
    ("data/gdpdu/index.xml", "", "XML", "describes the CSV files for tax software (GoBD, Z3)"),
    ("data/gdpdu/gdpdu-01-09-2004.dtd", "", "DTD", "form of index.xml"),
)


def dictionary() -> bytes:
    """Return dictionary.csv."""
    rows: list[tuple[Cell, ...]] = [("file", "column", "type", "meaning"), *_FILES]
    for table in GOBD:
        rows += _of_table(f"data/gdpdu/{table.file}", table)
    rows += _of_table(f"data/models/{AGENTS.file}", AGENTS)
    return b"".join(cells.line(row) for row in rows)


def _of_table(file: str, table: Table) -> Iterator[_Row]:
    yield (file, "", "CSV", table.what)
    for column in table.columns:
        yield (file, column.name, column.kind.value, column.what)

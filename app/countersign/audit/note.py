"""Checkpoints: the signed head of a log, as a C2SP signed note (c2sp.org/signed-note, tlog-checkpoint)."""

import base64
import hashlib
import re
from dataclasses import dataclass

from countersign.audit.flaw import Flaw
from countersign.audit.keys import Signer, Verifier, from_text, to_text

_ED25519 = b"\x01"
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\Z")
_SIZE = re.compile(r"(0|[1-9][0-9]{0,15})\Z")
_LARGEST = 4096


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many records a log has, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes


def origin(log: str) -> str:
    """Name a log in its checkpoints."""
    return f"countersign/{log}"


def key_hash(name: str, public: bytes) -> bytes:
    """Return the four bytes by which a note names the key of a signature."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def write(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Sign a checkpoint under its origin's name."""
    text = _text(checkpoint)
    signature = key_hash(checkpoint.origin, signer.public) + signer.sign(text.encode())
    return f"{text}\n— {checkpoint.origin} {to_text(signature)}\n".encode()


def _text(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin}\n{checkpoint.size}\n{to_text(checkpoint.root)}\n"


def read(untrusted: bytes, expected_origin: str, key: Verifier) -> Checkpoint:
    """Read a checkpoint that must bear the key's signature; raises Flaw.

    Lines of other signers (witnesses) may stand beside it, each signer once.
    """
    text, signatures = _split(untrusted)
    checkpoint = _parse(text)
    if checkpoint.origin != expected_origin:
        raise Flaw("the checkpoint belongs to another log")
    ours = (expected_origin, key_hash(expected_origin, key.public))
    if ours not in signatures:
        raise Flaw("the checkpoint is not signed with the key of this log")
    if len(signatures[ours]) != 64 or not key.is_signed(signatures[ours], text.encode()):
        raise Flaw("the signature of the checkpoint is wrong")
    return checkpoint


def _split(untrusted: bytes) -> tuple[str, dict[tuple[str, bytes], bytes]]:
    if len(untrusted) > _LARGEST:
        raise Flaw("the checkpoint is longer than one may be")
    try:
        note = untrusted.decode()
    except UnicodeDecodeError as error:
        raise Flaw("the checkpoint is not UTF-8") from error
    if any(sign < " " and sign != "\n" for sign in note) or "\x7f" in note:
        raise Flaw("the checkpoint holds a control character")
    text, gap, tail = note.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise Flaw("the checkpoint has no signature, or its last line does not end")
    signatures: dict[tuple[str, bytes], bytes] = {}
    for line in tail[:-1].split("\n"):
        found = _SIGNATURE_LINE.match(line)
        raw = _decode(found[2]) if found else b""
        if not found or len(raw) <= 4:
            raise Flaw("the checkpoint has a line that is no signature")
        signer = (found[1], raw[:4])
        if signer in signatures:
            raise Flaw("the checkpoint bears two signatures of one signer")
        signatures[signer] = raw[4:]
    return text + "\n", signatures


def _decode(untrusted: str) -> bytes:
    try:
        raw = base64.b64decode(untrusted, validate=True)
    except ValueError as error:
        raise Flaw("a signature of the checkpoint is not base64") from error
    if to_text(raw) != untrusted:
        raise Flaw("a signature of the checkpoint is not in canonical base64")
    return raw


def _parse(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) != 3 or not lines[0]:
        raise Flaw("the checkpoint is not origin, size and root")
    if not _SIZE.match(lines[1]):
        raise Flaw("the size in the checkpoint is not a plain number")
    return Checkpoint(lines[0], int(lines[1]), from_text(lines[2], 32, "the root in the checkpoint"))

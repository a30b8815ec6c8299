"""Checkpoints: the signed head of a log, as a C2SP signed note (c2sp.org/signed-note, tlog-checkpoint).

The desk's own key signs each one under the name of the log, so that a witness or a stranger needs one key.
Beside it stand the lines of the epoch's key, of every agent with records since the checkpoint before (that
line is the agent's signature on them), and of witnesses.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from countersign.audit.flaw import Flaw
from countersign.audit.keys import Signer, Verifier, from_text, to_text

ED25519 = b"\x01"
"""The kind of a plain Ed25519 signature."""

_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\Z")
_NAME = re.compile(r"[^\s+]+\Z")
_SIZE = re.compile(r"(0|[1-9][0-9]{0,15})\Z")
_LARGEST = 65_536
_MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many records a log has, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{to_text(self.root)}\n".encode()


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A checkpoint with its signature lines, which are not checked yet."""

    checkpoint: Checkpoint
    text: bytes
    lines: dict[tuple[str, bytes], bytes]
    """Signature by the signer's name and the four bytes that name the key."""

    def check(self, name: str, key: Verifier) -> None:
        """Check that the note bears the signature of a key under a name; raises Flaw."""
        signature = self.lines.get((name, key_hash(name, key.public)))
        if signature is None:
            raise Flaw(f"the checkpoint is not signed with the key of {name}")
        if len(signature) != 64 or not key.is_signed(signature, self.text):
            raise Flaw(f"the signature of {name} on the checkpoint is wrong")


def origin(log: str) -> str:
    """Name a log in its checkpoints."""
    return f"countersign/{log}"


def epoch_name(log: str, n: int) -> str:
    """Name the signer of an epoch."""
    return f"{origin(log)}/epoch/{n}"


def agent_name(log: str, agent: str) -> str:
    """Name an agent as a signer."""
    return f"{origin(log)}/agent/{agent}"


def is_name(text: str) -> bool:
    """Tell whether a text can name a signer."""
    return bool(_NAME.match(text))


def key_hash(name: str, public: bytes, algorithm: bytes = ED25519) -> bytes:
    """Return the four bytes by which a note names the key of a signature."""
    return hashlib.sha256(name.encode() + b"\n" + algorithm + public).digest()[:4]


def line(name: str, signer: Signer, text: bytes) -> bytes:
    """Return the signature line of a signer under a name."""
    signature = key_hash(name, signer.public) + signer.sign(text)
    return f"— {name} {to_text(signature)}\n".encode()


def write(checkpoint: Checkpoint, signers: Iterable[tuple[str, Signer]]) -> bytes:
    """Sign a checkpoint, each signer under its name."""
    text = checkpoint.text
    return text + b"\n" + b"".join(line(name, signer, text) for name, signer in signers)


def read(untrusted: bytes, expected_origin: str, key: Verifier) -> SignedNote:
    """Read a checkpoint of a log that must bear the signature of its desk's key; raises Flaw."""
    found = open_note(untrusted)
    if found.checkpoint.origin != expected_origin:
        raise Flaw("the checkpoint belongs to another log")
    found.check(expected_origin, key)
    return found


def signed_text(note: bytes) -> bytes:
    """Return what the signers of a note of our own signed; `open_note` is for notes of others."""
    return note.rpartition(b"\n\n")[0] + b"\n"


def open_note(untrusted: bytes) -> SignedNote:
    """Take a checkpoint apart, checking its form but no signature; raises Flaw.

    No two lines may bear the same name and key.
    """
    text, lines = _split(untrusted)
    return SignedNote(_parse(text), text.encode(), lines)


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
    return text + "\n", signature_lines(tail)


def signature_lines(tail: str) -> dict[tuple[str, bytes], bytes]:
    """Take signature lines apart; raises Flaw."""
    found: dict[tuple[str, bytes], bytes] = {}
    rows = tail[:-1].split("\n")
    if len(rows) > _MOST_LINES:
        raise Flaw("the checkpoint bears more signatures than one may")
    for row in rows:
        match = _SIGNATURE_LINE.match(row)
        raw = _decode(match[2]) if match else b""
        if not match or len(raw) <= 4:
            raise Flaw("the checkpoint has a line that is no signature")
        signer = (match[1], raw[:4])
        if signer in found:
            raise Flaw("the checkpoint bears two signatures of one signer")
        found[signer] = raw[4:]
    return found


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

"""What passes between a log and its witness: keys as text, requests, and the witness's timed signatures.

Formats: c2sp.org/tlog-witness (the request), c2sp.org/tlog-cosignature (the signature, `cosignature/v1`) and
c2sp.org/signed-note (keys as text).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from countersign.audit import note
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Signer, Verifier, from_text, to_text
from countersign.audit.note import ED25519, Checkpoint, SignedNote

COSIGNATURE = b"\x04"
"""The kind of a witness's timed Ed25519 signature."""

MOST_STEPS = 63
"""Hashes that a proof may have."""

LARGEST_REQUEST = 65_536 + 46 * MOST_STEPS + 64
"""Bytes of the longest request: the longest checkpoint, the longest proof, and the line of the old size."""

_OLD = re.compile(rb"old (0|[1-9][0-9]{0,15})\Z")
_VKEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\Z")
_LATEST = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970: what a moment can hold."""


# -- keys as text ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """Someone whose signatures are accepted: a log or a witness, by name and key."""

    name: str
    key: Verifier
    kind: bytes
    """`ED25519` for a log, `COSIGNATURE` for a witness."""

    @property
    def text(self) -> str:
        """The key as one line of text, to be handed to the other side."""
        return vkey(self.name, self.key.public, self.kind)


def vkey(name: str, public: bytes, kind: bytes = ED25519) -> str:
    """Write a key as one line of text: name, the four bytes that name the key, kind and key."""
    return f"{name}+{note.key_hash(name, public, kind).hex()}+{to_text(kind + public)}"


def read_vkey(untrusted: str, kind: bytes) -> Known:
    """Read a key of a kind from its line; raises Flaw."""
    match = _VKEY.match(untrusted.strip())
    if match is None:
        raise Flaw("the key is not a line of name, number and key, joined by plus signs")
    raw = from_text(match[3], 33, "the key in the line")
    if raw[:1] != kind:
        expected = "a witness" if kind == COSIGNATURE else "a log"
        raise Flaw(f"the key is not that of {expected}")
    if note.key_hash(match[1], raw[1:], kind).hex() != match[2]:
        raise Flaw("the number in the line is not that of its name and key, so one of them was mistyped")
    return Known(match[1], Verifier(raw[1:]), kind)


# -- requests --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """A wish that a head be cosigned: it goes on from `old` records, as the proof shows."""

    old: int
    proof: tuple[bytes, ...]
    note: SignedNote
    """The head, with none of its signatures checked yet."""


def write_request(old: int, proof: list[bytes], signed: bytes) -> bytes:
    """Ask for a signature on a head that goes on from `old` records."""
    lines = [f"old {old}", *(to_text(step) for step in proof)]
    return "\n".join(lines).encode() + b"\n\n" + signed


def read_request(untrusted: bytes) -> Request:
    """Read a request, checking its form but neither signature nor proof; raises Flaw."""
    if len(untrusted) > LARGEST_REQUEST:
        raise Flaw("the request is longer than one may be")
    head, gap, signed = untrusted.partition(b"\n\n")
    first, *steps = head.split(b"\n")
    match = _OLD.match(first)
    if match is None or not gap:
        raise Flaw("the request does not begin with the old size and a proof")
    if len(steps) > MOST_STEPS:
        raise Flaw("the proof has more steps than one may have")
    return Request(int(match[1]), tuple(map(_step, steps)), open_note(signed))


def open_note(untrusted: bytes) -> SignedNote:
    """Take a checkpoint of any log apart, checking its form but no signature; raises Flaw.

    Other programs' logs may add lines to origin, size and root; they are signed along, and mean nothing here.
    """
    text, gap, tail = untrusted.rpartition(b"\n\n")
    lines = text.split(b"\n")
    bare = note.open_note(b"\n".join(lines[:3]) + gap + tail)
    if not all(map(_is_plain, lines[3:])):
        raise Flaw("the checkpoint has an added line that is empty or no plain text")
    return SignedNote(bare.checkpoint, text + b"\n", bare.lines)


def _step(untrusted: bytes) -> bytes:
    try:
        return from_text(untrusted.decode("ascii"), 32, "a step of the proof")
    except UnicodeDecodeError as error:
        raise Flaw("a step of the proof is not base64") from error


def _is_plain(line: bytes) -> bool:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    return bool(text) and not any(sign < " " or sign == "\x7f" for sign in text)


def admit(signed: SignedNote, keys: Iterable[Known]) -> bytes:
    """Return a head with the lines of its log alone, when it bears one that holds and none that does not.

    Raises Flaw; `keys` are those that the log signs under.
    """
    lines = b""
    for known in keys:
        named = note.key_hash(known.name, known.key.public, known.kind)
        signature = signed.lines.get((known.name, named))
        if signature is not None:
            signed.check(known.name, known.key)
            lines += _line(known.name, named + signature)
    if not lines:
        raise Flaw("the checkpoint is not signed with a key of its log")
    return signed.text + b"\n" + lines


# -- the witness's signature -----------------------------------------------------------------------------


def line(name: str, signer: Signer, text: bytes, at: datetime) -> bytes:
    """Return the line by which a witness says that it saw the head at a time, cut to the second."""
    seconds = int(at.timestamp())
    signature = seconds.to_bytes(8, "big") + signer.sign(_message(seconds, text))
    return _line(name, note.key_hash(name, signer.public, COSIGNATURE) + signature)


def check(signed: SignedNote, witness_name: str, witness_key: Verifier) -> datetime:
    """Return when a witness cosigned a head; raises Flaw when it did not."""
    signature = signed.lines.get((witness_name, note.key_hash(witness_name, witness_key.public, COSIGNATURE)))
    if signature is None:
        raise Flaw(f"the checkpoint is not cosigned by {witness_name}")
    seconds = int.from_bytes(signature[:8], "big")
    if len(signature) != 72 or not 0 < seconds <= _LATEST:
        raise Flaw(f"the cosignature of {witness_name} is not a time and a signature")
    if not witness_key.is_signed(signature[8:], _message(seconds, signed.text)):
        raise Flaw(f"the cosignature of {witness_name} on the checkpoint is wrong")
    return datetime.fromtimestamp(seconds, UTC)


def check_lines(text: bytes, untrusted: bytes, witness: Known) -> tuple[bytes, datetime]:
    """Find a witness's line among lines that cosign a head, and when it was written; raises Flaw.

    Lines of others are left out. The line returned can be put below the head as it is.
    """
    try:
        lines = note.signature_lines(untrusted.decode())
    except UnicodeDecodeError as error:
        raise Flaw("the lines of the witness are not UTF-8") from error
    if not untrusted.endswith(b"\n"):
        raise Flaw("the last line of the witness does not end")
    at = check(SignedNote(_checkpoint(text), text, lines), witness.name, witness.key)
    named = note.key_hash(witness.name, witness.key.public, COSIGNATURE)
    return _line(witness.name, named + lines[witness.name, named]), at


def _checkpoint(text: bytes) -> Checkpoint:
    origin, size, root, *_ = text.decode().split("\n")
    return Checkpoint(origin, int(size), from_text(root, 32, "the root in the checkpoint"))


def _line(name: str, signature: bytes) -> bytes:
    return f"— {name} {to_text(signature)}\n".encode()


def _message(seconds: int, text: bytes) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n".encode() + text

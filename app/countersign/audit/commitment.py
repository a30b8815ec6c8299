"""Commitments to personal content, and the sealed blob that keeps a record's content beside it.

A commitment is SHA-256(tag ‖ salt ‖ SHA-256(content)). A record's salts and contents lie in one blob under
AES-256-GCM and the key of its case; whoever destroys that key erases the content, and the record still
verifies.
"""

import hashlib
import os
import re
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from countersign.audit.flaw import Flaw

KEY_BYTES = 32
_TAG = b"countersign/commitment/v1\n"
_BLOB_TAG = b"countersign/openings/v1\n"
_SALT = 32
_NONCE = 12
_PLAIN, _PACKED = b"\x00", b"\x01"
_WORTH_PACKING = 512
_HEX = 64
_PROMISE = b'{"commitment":"'
_ANY_PROMISE = re.compile(rb'\{"commitment":"((?:[^"\\]|\\.)*)"\}')
_LARGEST = 64 << 20
"""No blob of ours unpacks to more bytes than this."""


class Opening(NamedTuple):
    """What shows that content stands behind a commitment."""

    salt: bytes
    content: bytes

    @property
    def commitment(self) -> str:
        """The commitment that this opens, 64 hex digits."""
        return hashlib.sha256(_TAG + self.salt + hashlib.sha256(self.content).digest()).hexdigest()


class Collector:
    """A Sealer: takes the content out of one event and remembers it for the blob."""

    def __init__(self) -> None:
        self.openings: list[Opening] = []

    def seal(self, content: str) -> str:
        """Keep the content and return its commitment."""
        opening = Opening(os.urandom(_SALT), content.encode())
        self.openings.append(opening)
        return opening.commitment


class Openings:
    """An Opener over openings, of one record or of many."""

    def __init__(self, openings: Iterable[Opening] = ()) -> None:
        self._contents: dict[str, str] = {}
        self.add(openings)

    def add(self, openings: Iterable[Opening]) -> None:
        """Learn more openings."""
        self._contents.update((opening.commitment, opening.content.decode()) for opening in openings)

    def open(self, commitment: str) -> str | None:
        """Return the content behind a commitment, None when it is not known."""
        return self._contents.get(commitment)


def encrypt(openings: Iterable[Opening], key: bytes, log: str, seq: int) -> bytes:
    """Seal the openings of the record `seq` under a case's key."""
    plain = b"".join(
        opening.salt + len(opening.content).to_bytes(4, "big") + opening.content for opening in openings
    )
    packs = len(plain) > _WORTH_PACKING
    plain = _PACKED + zlib.compress(plain, 1) if packs else _PLAIN + plain
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, _context(log, seq))


def decrypt(untrusted: bytes, key: bytes, log: str, seq: int) -> tuple[Opening, ...]:
    """Give the openings of the record `seq` back; raises Flaw when the blob is not what was sealed."""
    try:
        plain = AESGCM(key).decrypt(untrusted[:_NONCE], untrusted[_NONCE:], _context(log, seq))
    except (InvalidTag, ValueError) as error:
        raise Flaw("its sealed content was changed, or belongs to another record or key") from error
    return tuple(_take_apart(_unpack(plain)))


def _context(log: str, seq: int) -> bytes:
    return _BLOB_TAG + f"{log}\n{seq}".encode()


def _unpack(plain: bytes) -> bytes:
    if plain[:1] == _PLAIN:
        return plain[1:]
    if plain[:1] != _PACKED:
        raise Flaw("its sealed content is in a form that this program does not know")
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(plain[1:], _LARGEST)
    except zlib.error as error:
        raise Flaw("its sealed content cannot be unpacked") from error
    if not unpacker.eof or unpacker.unused_data:
        raise Flaw("its sealed content cannot be unpacked")
    return content


def _take_apart(plain: bytes) -> Iterable[Opening]:
    at, length = 0, len(plain)
    while at < length:
        salted = at + _SALT
        start = salted + 4
        end = start + int.from_bytes(plain[salted:start], "big")
        if start > length or end > length:
            raise Flaw("its sealed content is cut short")
        yield Opening(plain[at:salted], plain[start:end])
        at = end


def promised(record: bytes) -> list[bytes]:
    """Return every commitment in a canonical record, as `commitments` would of its body, many times as fast.

    Within a text a quotation mark stands behind a backslash, so what is found here is an object.
    """
    parts = record.split(_PROMISE)
    found = [part[:_HEX] for part in parts[1:]]
    if not found:
        return found
    if all(part[_HEX : _HEX + 2] == b'"}' for part in parts[1:]) and b"".join(found).isalnum():
        return found
    return _ANY_PROMISE.findall(record)


def commitments(value: Any) -> Iterable[str]:
    """Yield every commitment in the body of a record."""
    if isinstance(value, dict):
        if value.keys() == {"commitment"} and isinstance(value["commitment"], str):
            yield value["commitment"]
        else:
            for inner in value.values():
                if isinstance(inner, dict | list):
                    yield from commitments(inner)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict | list):
                yield from commitments(inner)

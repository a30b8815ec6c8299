"""Ed25519 keys: who signs, how a key is named, and which public keys are fit to be enrolled."""

import base64
import binascii
import hashlib
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from countersign.audit.curve import refuse_weak
from countersign.audit.flaw import Flaw


class Signer(Protocol):
    """Something that signs under one key, wherever the private half is kept."""

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""

    @property
    def key_id(self) -> str:
        """The key's name in records."""

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature, 64 bytes."""


def fingerprint(public: bytes) -> str:
    """Return what people compare of a public key: its SHA-256, in hex."""
    return hashlib.sha256(public).hexdigest()


def key_id(public: bytes) -> str:
    """Name a public key: the first 128 bits of its fingerprint."""
    return fingerprint(public)[:32]


class Key:
    """An Ed25519 key pair in memory."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.seed = seed
        self.public = self._private.public_key().public_bytes_raw()
        self.key_id = key_id(self.public)

    @classmethod
    def generate(cls) -> "Key":
        """Make a new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._private.sign(message)


class Verifier:
    """The public half of an enrolled key; refuses weak keys when made."""

    def __init__(self, public: bytes) -> None:
        refuse_weak(public)
        self.public = public
        self.key_id = key_id(public)
        self._key = Ed25519PublicKey.from_public_bytes(public)

    def is_signed(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this key signed the message."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def to_text(raw: bytes) -> str:
    """Write bytes as base64."""
    return base64.b64encode(raw).decode("ascii")


def from_text(untrusted: str, length: int, what: str) -> bytes:
    """Read base64 that must be in its one canonical form and of a length; raises Flaw."""
    try:
        raw = base64.b64decode(untrusted, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Flaw(f"{what} is not base64") from error
    if len(raw) != length or to_text(raw) != untrusted:
        raise Flaw(f"{what} is not {length} bytes in canonical base64")
    return raw

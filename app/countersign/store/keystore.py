"""Private keys of the desk, its agents and its people, and the key that wraps the keys of cases.

One root secret protects them. It lies in the operating system's key store where one really is there, else in
a file that only its owner may read. Everything else is sealed under it (AES-256-GCM) in files of home.keys,
each named by its key, never rewritten, so that processes need not agree on anything.
"""

import hashlib
import os
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from filelock import FileLock

from countersign.audit.keys import Key
from countersign.domain.errors import Trouble
from countersign.store.files import write_whole

ASSURED_BY_SYSTEM = "os_keystore"
ASSURED_BY_FILE = "owner_only_file"

_ROOT_BYTES = 32
_NONCE = 12
_NAMED, _PLAIN = "root.ref", "root.key"


class KeyStore:
    """The private keys of one desk."""

    def __init__(self, folder: Path, *, is_new: bool = True) -> None:
        """Open the keys of a desk; raises Trouble when one that is not new lacks its root secret."""
        self._folder = folder
        root, self.assurance = _root(folder, is_new)
        self._signing = AESGCM(_derive(root, b"countersign/signing-keys/v1"))
        self._wrapping = AESGCM(_derive(root, b"countersign/case-keys/v1"))
        self._loaded: dict[str, Key] = {}

    def create(self) -> Key:
        """Make a signing key and keep it."""
        key = Key.generate()
        write_whole(self._file(key.key_id), _seal(self._signing, key.seed, key.key_id), private=True)
        self._loaded[key.key_id] = key
        return key

    def holds(self, key_id: str) -> bool:
        """Tell whether a signing key is here."""
        return key_id in self._loaded or self._file(key_id).exists()

    def load(self, key_id: str) -> Key:
        """Return a signing key; raises Trouble when it is not here or cannot be opened."""
        if key_id not in self._loaded:
            self._loaded[key_id] = self._read(key_id)
        return self._loaded[key_id]

    def wrap(self, key: bytes, name: str) -> bytes:
        """Encrypt the key of a case for keeping in the database."""
        return _seal(self._wrapping, key, name)

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        """Decrypt the key of a case; raises Trouble when it was changed or belongs to another desk."""
        try:
            return _unseal(self._wrapping, wrapped, name)
        except InvalidTag as error:
            raise Trouble(
                f"The key of {name} cannot be opened: it was changed, or {self._folder} belongs to another "
                "desk. Put the folder back from a backup."
            ) from error

    def _read(self, key_id: str) -> Key:
        file = self._file(key_id)
        try:
            return Key(_unseal(self._signing, file.read_bytes(), key_id))
        except (OSError, InvalidTag, ValueError) as error:
            raise Trouble(
                f"The signing key {key_id} cannot be read from {self._folder}. Put that folder back from a "
                "backup: without it the desk cannot sign."
            ) from error

    def _file(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.key"


def _root(folder: Path, is_new: bool) -> tuple[bytes, str]:
    """Find the root secret, or make it at the first start; returns it with how well it is kept."""
    found = _find_root(folder)
    if found is None:
        if not is_new:
            raise _gone(folder)
        with FileLock(folder / "lock", timeout=30):
            found = _find_root(folder) or _make_root(folder)
    return found


def _find_root(folder: Path) -> tuple[bytes, str] | None:
    named, plain = folder / _NAMED, folder / _PLAIN
    if plain.exists():
        return _read_plain(plain), ASSURED_BY_FILE
    if named.exists():
        return _fetch_named(named), ASSURED_BY_SYSTEM
    return None


def _make_root(folder: Path) -> tuple[bytes, str]:
    """Make the root secret, unless there are keys that another one protects; the folder is locked."""
    if any(folder.glob("*.key")):
        raise _gone(folder)
    from countersign.store import os_keystore

    secret, name = os.urandom(_ROOT_BYTES), uuid4().hex
    if os_keystore.keep(name, secret):
        write_whole(folder / _NAMED, name.encode("ascii"), private=True)
        return secret, ASSURED_BY_SYSTEM
    write_whole(folder / _PLAIN, secret, private=True)
    return secret, ASSURED_BY_FILE


def _gone(folder: Path) -> Trouble:
    return Trouble(f"The desk's root key is gone from {folder}. Put that folder back from a backup.")


def _fetch_named(file: Path) -> bytes:
    from countersign.store import os_keystore

    secret = os_keystore.fetch(file.read_text("ascii"))
    if secret is None or len(secret) != _ROOT_BYTES:
        raise Trouble(
            "The key store of the operating system is locked, or no longer holds the key of this desk. "
            "Unlock it (or sign in at the screen) and start again."
        )
    return secret


def _read_plain(file: Path) -> bytes:
    try:
        secret = file.read_bytes()
    except OSError as error:
        raise Trouble(f"{file} cannot be read ({error.strerror}). Give this account the right to.") from error
    if len(secret) != _ROOT_BYTES:
        raise Trouble(f"{file} is damaged. Put it back from a backup.")
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise Trouble(f"{file} may be read by others, so its keys prove nothing. Run: chmod 600 '{file}'")
    return secret


def _derive(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(root)


def _seal(cipher: AESGCM, secret: bytes, name: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, secret, hashlib.sha256(name.encode()).digest())


def _unseal(cipher: AESGCM, sealed: bytes, name: str) -> bytes:
    if len(sealed) <= _NONCE:
        raise InvalidTag
    return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], hashlib.sha256(name.encode()).digest())

"""Private keys of the desk, its agents and its people, and the key that wraps the keys of cases.

One root secret protects them (store/root.py). Everything is sealed under it (AES-256-GCM) in files of
home.keys, each named by its key, never rewritten, so that processes need not agree on anything. The key of a
person may be sealed with a password of theirs besides.
"""

import hashlib
import hmac
import os
import re
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from countersign.audit.keys import Key
from countersign.domain.errors import NeedsPassword, Trouble
from countersign.settings import passwords
from countersign.settings.passwords import Asker
from countersign.store import root as roots
from countersign.store import sealing
from countersign.store.files import destroy, write_whole
from countersign.store.root import ASSURED_BY_FILE, ASSURED_BY_SEAL, ASSURED_BY_SYSTEM, Root
from countersign.store.sealing import Damaged, Effort, WrongPassword

__all__ = ["ASSURED_BY_FILE", "ASSURED_BY_SEAL", "ASSURED_BY_SYSTEM", "SECOND_SEAL", "KeyStore"]

SECOND_SEAL = "+password"
"""What the assurance of a person's key ends with when a password of theirs seals it, too."""

_SEED = 32
_NONCE = 12


class KeyStore:
    """The private keys of one desk."""

    def __init__(
        self,
        folder: Path,
        *,
        is_new: bool = True,
        ask: Asker | None = None,
        root: Root | None = None,
        effort: Effort | None = None,
    ) -> None:
        """Open the keys of a desk; raises Trouble when one that is not new lacks its root secret.

        `ask` is asked where the root secret needs a password, `root` is the secret where a parent handed it
        over, and `effort` is what guessing a password of a person is to cost.
        """
        self._folder = folder
        self._root = root or roots.obtain(folder, is_new=is_new, ask=ask, effort=effort)
        self._effort = effort
        self._signing = AESGCM(_derive(self._root.secret, b"countersign/signing-keys/v1"))
        self._wrapping = AESGCM(_derive(self._root.secret, b"countersign/case-keys/v1"))
        self._passing = AESGCM(_derive(self._root.secret, b"countersign/epoch-keys/v1"))
        self._foreign = AESGCM(_derive(self._root.secret, b"countersign/secrets/v1"))
        self._sealing = _derive(self._root.secret, b"countersign/head/v1")
        self._loaded: dict[str, Key] = {}
        self._epoch: Key | None = None

    @property
    def folder(self) -> Path:
        """Where the files of keys lie."""
        return self._folder

    @property
    def assurance(self) -> str:
        """How well the keys are kept, as enrolments say it."""
        return self._root.assurance

    @property
    def root(self) -> Root:
        """The root secret, for a recovery file and for children of this process."""
        return self._root

    def move_root(self, ask: Asker | None, place: str | None = None) -> None:
        """Keep the root secret in another place or under another password; raises Trouble."""
        self._root = roots.store(self._folder, self._root.secret, ask=ask, effort=self._effort, place=place)

    # -- signing keys ------------------------------------------------------------------------------------

    def create(self, password: str | None = None) -> Key:
        """Make a signing key and keep it, sealed with a password, too, where one is given.

        Raises Trouble when the password is too short.
        """
        key = Key.generate()
        content = key.seed
        if password is not None:
            content = sealing.seal(key.seed, passwords.fit(password), key.key_id, self._effort)
        write_whole(self._file(key.key_id), _seal(self._signing, content, key.key_id), private=True)
        self._loaded[key.key_id] = key
        return key

    def holds(self, key_id: str) -> bool:
        """Tell whether a signing key is here."""
        return key_id in self._loaded or self._file(key_id).exists()

    def load(self, key_id: str) -> Key:
        """Return a signing key; raises Trouble when it is not here or cannot be opened.

        Raises NeedsPassword when a password seals it that nobody has given yet.
        """
        if key_id not in self._loaded:
            content = self._open(self._file(key_id), self._signing)
            if len(content) != _SEED:
                raise NeedsPassword("This person's signing key is sealed with their password. Sign in first.")
            key = Key(content)
            if key.key_id != key_id:
                raise self._unreadable(key_id)
            self._loaded[key_id] = key
        return self._loaded[key_id]

    def has_password(self, key_id: str) -> bool:
        """Tell whether a password of its person seals a key; raises Trouble when the key cannot be read."""
        return len(self._open(self._file(key_id), self._signing)) != _SEED

    def is_locked(self, key_id: str) -> bool:
        """Tell whether a signing key waits for the password of its person; raises Trouble."""
        return key_id not in self._loaded and self.has_password(key_id)

    def unlock(self, key_id: str, password: str) -> bool:
        """Open a key with the password of its person; False when that is another. Raises Trouble.

        The password is tried however often the key was opened before; a key without one never fits.
        """
        content = self._open(self._file(key_id), self._signing)
        if len(content) == _SEED:
            return False
        try:
            self._loaded[key_id] = Key(sealing.unseal(content, password, key_id))
        except WrongPassword:
            return False
        except (Damaged, ValueError) as error:
            raise self._unreadable(key_id) from error
        return True

    def lock(self, key_id: str) -> None:
        """Forget a key that was opened; it needs its password again."""
        self._loaded.pop(key_id, None)

    def destroy_key(self, key_id: str) -> None:
        """Destroy a signing key that is of no more use; without effect when it is not here. Raises Trouble.

        What lies in the file is overwritten first, as far as the file system lets that reach the disk.
        """
        self.lock(key_id)
        destroy(self._file(key_id))

    def sealed_files(self) -> dict[str, bytes]:
        """Return the files of signing keys and other secrets as they lie here; the keys of epochs stay."""
        files = [*self._folder.glob("*.key"), *self._folder.glob("*.secret")]
        return {file.name: file.read_bytes() for file in files if is_sealed_file(file.name)}

    def put_back(self, name: str, sealed: bytes) -> bool:
        """Put a sealed file back; False when a good one is there. Raises Trouble."""
        file = self._folder / name
        cipher = self._signing if file.suffix == ".key" else self._foreign
        try:
            _unseal(cipher, file.read_bytes(), file.stem)
        except (OSError, InvalidTag):
            write_whole(file, sealed, private=True)
            return True
        return False

    # -- epochs: keys that are made to be destroyed ----------------------------------------------------

    def create_epoch(self) -> Key:
        """Make the key of an epoch and keep it until it is destroyed."""
        key = Key.generate()
        write_whole(self._epoch_file(key.key_id), _seal(self._passing, key.seed, key.key_id), private=True)
        self._epoch = key
        return key

    def holds_epoch(self, key_id: str) -> bool:
        """Tell whether the key of an epoch is here and whole; raises Trouble when that cannot be told."""
        file = self._epoch_file(key_id)
        if self._epoch is not None and self._epoch.key_id == key_id:
            return file.exists()
        try:
            return len(_unseal(self._passing, file.read_bytes(), key_id)) == _SEED
        except (FileNotFoundError, InvalidTag):
            return False
        except OSError as error:
            raise self._unreadable(key_id) from error

    def load_epoch(self, key_id: str) -> Key:
        """Return the key of an epoch; only the last one asked for stays in memory. Raises Trouble."""
        if self._epoch is None or self._epoch.key_id != key_id:
            self._epoch = Key(self._open(self._epoch_file(key_id), self._passing))
        return self._epoch

    def epochs(self) -> tuple[str, ...]:
        """Name the keys of epochs that are here; all but the one in force were left behind by a kill."""
        return tuple(sorted(file.stem for file in self._folder.glob("*.epoch")))

    def destroy_epoch(self, key_id: str) -> None:
        """Destroy the key of an epoch, as `destroy_key` does; without effect when it is not here."""
        if self._epoch is not None and self._epoch.key_id == key_id:
            self._epoch = None
        destroy(self._epoch_file(key_id))

    # -- the head of the log -----------------------------------------------------------------------------

    def seal_head(self, content: bytes) -> str:
        """Return what only a holder of the root secret can make of the head of the log."""
        return hmac.digest(self._sealing, content, "sha256").hex()

    # -- keys of cases -----------------------------------------------------------------------------------

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

    # -- secrets of others -------------------------------------------------------------------------------

    def keep_secret(self, name: str, secret: bytes) -> None:
        """Keep a secret that is no signing key, such as another program's, under a plain name."""
        write_whole(self._folder / f"{name}.secret", _seal(self._foreign, secret, name), private=True)

    def secret(self, name: str) -> bytes | None:
        """Return a secret that was kept, None where there is none; raises Trouble when it was changed."""
        file = self._folder / f"{name}.secret"
        try:
            return _unseal(self._foreign, file.read_bytes(), name)
        except FileNotFoundError:
            return None
        except (OSError, InvalidTag) as error:
            raise Trouble(f"{file} cannot be read. Put that folder back from a backup.") from error

    # -- files -------------------------------------------------------------------------------------------

    def _open(self, file: Path, cipher: AESGCM) -> bytes:
        try:
            content = _unseal(cipher, file.read_bytes(), file.stem)
        except (OSError, InvalidTag) as error:
            raise self._unreadable(file.stem) from error
        if len(content) < _SEED:
            raise self._unreadable(file.stem)
        return content

    def _unreadable(self, key_id: str) -> Trouble:
        return Trouble(
            f"The signing key {key_id} cannot be read from {self._folder}. Put that folder back from a "
            "backup: without it the desk cannot sign."
        )

    def _file(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.key"

    def _epoch_file(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.epoch"


def signing_key(secret: bytes, name: str, sealed: bytes) -> Key | None:
    """Return the key of a sealed file under a root secret; None when it is not the one that its name says."""
    try:
        seed = _unseal(AESGCM(_derive(secret, b"countersign/signing-keys/v1")), sealed, name)
        key = Key(seed)
    except (InvalidTag, ValueError):
        return None
    return key if key.key_id == name else None


def is_sealed_file(name: str) -> bool:
    """Tell whether a name is that of a file of keys which is sealed under the root secret."""
    return re.fullmatch(r"[0-9a-f]{32}\.key|[a-z][a-z0-9-]{0,60}\.secret", name) is not None


def _derive(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(root)


def _seal(cipher: AESGCM, secret: bytes, name: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, secret, hashlib.sha256(name.encode()).digest())


def _unseal(cipher: AESGCM, sealed: bytes, name: str) -> bytes:
    if len(sealed) <= _NONCE:
        raise InvalidTag
    return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], hashlib.sha256(name.encode()).digest())

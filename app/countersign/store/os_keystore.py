"""The operating system's key store, asked only where there is one, and never waited for long.

Accepted are the stores of Windows, macOS and the freedesktop Secret Service; never a plaintext or null store
that happens to be installed. A store that is locked, and would ask for a password, counts as not there.
"""

import os
import sys
import threading
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from keyring.backend import KeyringBackend
from keyring.core import load_keyring
from keyring.errors import KeyringError

SERVICE = "countersign"
PATIENCE = 4.0
"""Seconds."""

_STORES = {
    "win32": "keyring.backends.Windows.WinVaultKeyring",
    "darwin": "keyring.backends.macOS.Keyring",
    "linux": "keyring.backends.SecretService.Keyring",
}

Result = TypeVar("Result")


def is_there() -> bool:
    """Tell whether an operating system's store is there and unlocked."""
    return _without_hanging(lambda: _chosen() is not None, otherwise=False)


def keep(name: str, secret: bytes) -> bool:
    """Keep a secret; False when no store is there that takes it and gives it back."""

    def attempt() -> bool:
        backend = _chosen()
        if backend is None:
            return False
        backend.set_password(SERVICE, name, b64encode(secret).decode("ascii"))
        return _get(backend, name) == secret

    return _without_hanging(attempt, otherwise=False)


def fetch(name: str) -> bytes | None:
    """Return a secret, None when the store is locked, gone, or does not know it."""

    def attempt() -> bytes | None:
        backend = _chosen()
        return _get(backend, name) if backend else None

    return _without_hanging(attempt, otherwise=None)


def _chosen() -> KeyringBackend | None:
    store = _STORES.get(sys.platform)
    if store is None or not _is_ready():
        return None
    return load_keyring(store)


def _get(backend: KeyringBackend, name: str) -> bytes | None:
    text = backend.get_password(SERVICE, name)
    try:
        return b64decode(text, validate=True) if text else None
    except NotBase64:
        return None


_REFUSALS: tuple[type[Exception], ...] = (KeyringError, OSError, RuntimeError)
"""How a store says no."""

if sys.platform == "linux":
    import secretstorage
    from jeepney import DBusErrorResponse
    from secretstorage.exceptions import SecretStorageException

    _REFUSALS = (*_REFUSALS, SecretStorageException, DBusErrorResponse)

    def _is_ready() -> bool:
        """Tell whether the Secret Service is there and unlocked: nobody is asked for a password unawares."""
        if not _has_session_bus():
            return False
        with closing(secretstorage.dbus_init()) as connection:
            return not secretstorage.get_default_collection(connection).is_locked()

else:

    def _is_ready() -> bool:
        return True


def _has_session_bus() -> bool:
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and (Path(runtime or "") / "bus").exists()


def _without_hanging(attempt: Callable[[], Result], otherwise: Result) -> Result:
    """Make the attempt in a thread that is left behind when the store does not answer."""
    answer = [otherwise]

    def run() -> None:
        try:
            answer[0] = attempt()
        except _REFUSALS:
            answer[0] = otherwise

    thread = threading.Thread(target=run, name="os-keystore", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return otherwise if thread.is_alive() else answer[0]

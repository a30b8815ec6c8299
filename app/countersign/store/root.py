"""The one secret that protects all keys of a desk: found where it lies, or made at the first start.

It lies in the operating system's key store where one really is there, else in a file sealed with a password.
A file that is protected by nothing but its permissions is used only where COUNTERSIGN_KEY_STORE asks for it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from filelock import FileLock, Timeout

from countersign.domain.errors import NeedsPassword, Trouble
from countersign.settings import passwords
from countersign.settings.passwords import FILE_VARIABLE, TRIES, Asker
from countersign.store import sealing
from countersign.store.files import destroy, write_whole
from countersign.store.sealing import Damaged, Effort, WrongPassword

ASSURED_BY_SYSTEM = "os_keystore"
ASSURED_BY_SEAL = "password_sealed_file"
ASSURED_BY_FILE = "owner_only_file"

VARIABLE = "COUNTERSIGN_KEY_STORE"
"""Where the secret of a *new* desk goes: ``file`` and ``password`` leave the system's own store aside."""

SECRET_BYTES = 32
NAMED, SEALED, PLAIN = "root.ref", "root.sealed", "root.key"
_PURPOSE = "countersign/root/v1"
_FORCED = {"": None, "file": ASSURED_BY_FILE, "password": ASSURED_BY_SEAL}


class Root(NamedTuple):
    """The secret, and how well it is kept."""

    secret: bytes
    assurance: str


def obtain(folder: Path, *, is_new: bool, ask: Asker | None, effort: Effort | None = None) -> Root:
    """Find the secret, or make it at the first start; raises Trouble."""
    has_keys = any(folder.glob("*.key"))  # asked first: another process may be founding this very desk
    if kept(folder) is None:
        if not is_new or has_keys:
            raise _gone(folder)
        return store(folder, os.urandom(SECRET_BYTES), ask=ask, effort=effort, is_new=True)
    return _find(folder, ask)


def kept(folder: Path) -> str | None:
    """Tell how well the secret of a desk is kept, without opening it; None where it has none."""
    places = {PLAIN: ASSURED_BY_FILE, NAMED: ASSURED_BY_SYSTEM, SEALED: ASSURED_BY_SEAL}
    return next((assured for name, assured in places.items() if (folder / name).exists()), None)


def chosen() -> str:
    """Tell how the secret of a new desk would be kept on this machine; raises Trouble."""
    named = os.environ.get(VARIABLE, "")
    if named not in _FORCED:
        raise Trouble(f"{VARIABLE} is {named!r}. Set it to file or password, or leave it out.")
    from countersign.store import os_keystore

    return _FORCED[named] or (ASSURED_BY_SYSTEM if os_keystore.is_there() else ASSURED_BY_SEAL)


def store(
    folder: Path,
    secret: bytes,
    *,
    ask: Asker | None,
    effort: Effort | None = None,
    place: str | None = None,
    is_new: bool = False,
) -> Root:
    """Keep a secret in a place, by default the one for new desks, and nowhere else; raises Trouble.

    A new one gives way to one that another process was faster to keep.
    """
    place = place or chosen()
    password = new_password(ask) if place == ASSURED_BY_SEAL else None
    name = uuid4().hex
    if place == ASSURED_BY_SYSTEM and not _is_kept_by_system(name, secret):
        place, password = ASSURED_BY_SEAL, new_password(ask)
    try:  # whoever has to be asked was asked before: nobody waits long for this lock
        with FileLock(folder / "lock", timeout=30):
            if is_new and kept(folder) is not None:
                return _find(folder, lambda _question, _again: password)
            _write(folder, secret, password, name if place == ASSURED_BY_SYSTEM else None, effort)
    except Timeout as error:
        raise Trouble(f"Another program holds the keys in {folder}. Close it, then try again.") from error
    return Root(secret, place)


def new_password(ask: Asker | None) -> str:
    """Return the password to seal a desk's keys with; raises NeedsPassword when there is nobody to ask."""
    given = passwords.from_file()
    if given is None and ask is not None:
        given = ask("Choose a password that the keys of this desk are sealed with", True)
    if given is None:
        raise NeedsPassword(
            "This machine has no key store that is unlocked, so the keys of the desk need a password. Start "
            f"from a terminal to be asked for one, or set {FILE_VARIABLE} to a file that holds one and that "
            f"only you may read. {VARIABLE}=file does without, and the record says so."
        )
    return passwords.fit(given)


def _is_kept_by_system(name: str, secret: bytes) -> bool:
    from countersign.store import os_keystore

    return os_keystore.keep(name, secret)


def _write(
    folder: Path, secret: bytes, password: str | None, name: str | None, effort: Effort | None
) -> None:
    if name is not None:
        written, content = NAMED, name.encode("ascii")
    elif password is not None:
        written, content = SEALED, sealing.seal(secret, password, _PURPOSE, effort)
    else:
        written, content = PLAIN, secret
    write_whole(folder / written, content, private=True)
    for other in {NAMED, SEALED, PLAIN} - {written}:
        destroy(folder / other)


def _find(folder: Path, ask: Asker | None) -> Root:
    place = kept(folder)
    if place == ASSURED_BY_FILE:
        return Root(_read_plain(folder / PLAIN), ASSURED_BY_FILE)
    if place == ASSURED_BY_SYSTEM:
        return Root(_fetch_named(folder / NAMED), ASSURED_BY_SYSTEM)
    return Root(_open_sealed(folder / SEALED, ask), ASSURED_BY_SEAL)


def _gone(folder: Path) -> Trouble:
    return Trouble(
        f"The desk's root key is gone from {folder}. Put that folder back from a backup, or run "
        "`countersign keys restore` with the recovery file."
    )


def _fetch_named(file: Path) -> bytes:
    from countersign.store import os_keystore

    secret = os_keystore.fetch(_content(file).decode("ascii", "replace"))
    if secret is None or len(secret) != SECRET_BYTES:
        raise Trouble(
            "The key store of the operating system is locked, or no longer holds the key of this desk. "
            "Unlock it (or sign in at the screen) and start again; if it is gone for good, run "
            "`countersign keys restore` with the recovery file."
        )
    return secret


def _read_plain(file: Path) -> bytes:
    secret = _content(file)
    if len(secret) != SECRET_BYTES:
        raise _damaged(file)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise Trouble(f"{file} may be read by others, so its keys prove nothing. Run: chmod 600 '{file}'")
    return secret


def _open_sealed(file: Path, ask: Asker | None) -> bytes:
    sealed = _content(file)
    given = passwords.from_file()
    for password in [given] if given is not None else _asked(ask):
        try:
            secret = sealing.unseal(sealed, password, _PURPOSE)
        except WrongPassword:
            continue
        except Damaged as error:
            raise _damaged(file) from error
        if len(secret) != SECRET_BYTES:
            raise _damaged(file)
        return secret
    source = f"The password that {FILE_VARIABLE} names" if given is not None else "That password"
    raise Trouble(
        f"{source} does not open the keys of this desk. Try again; if it is lost, `countersign keys restore` "
        "sets a new one with the recovery file."
    )


def _asked(ask: Asker | None) -> Iterator[str]:
    """Yield what whoever sits here answers; raises NeedsPassword when there is no answer."""
    for _ in range(TRIES):
        password = ask("Password of the desk's keys", False) if ask is not None else None
        if password is None:
            raise NeedsPassword(
                "The keys of this desk are sealed with a password. Start from a terminal to be asked for it, "
                f"or set {FILE_VARIABLE} to a file that holds it and that only you may read."
            )
        yield password


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Trouble(f"{file} cannot be read ({error.strerror}). Give this account the right to.") from error


def _damaged(file: Path) -> Trouble:
    return Trouble(
        f"{file} is damaged. Put it back from a backup, or run `countersign keys restore` with the recovery "
        "file."
    )

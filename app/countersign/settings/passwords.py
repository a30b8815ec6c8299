"""Where a password comes from: a file that only its owner may read, else whoever sits here."""

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

from countersign.domain.errors import Trouble

FILE_VARIABLE = "COUNTERSIGN_PASSWORD_FILE"
"""Names a file whose first line is the password of the desk's keys."""

SHORTEST = 8
"""Characters of a new password."""

TRIES = 3
"""How often whoever sits here may mistype a password."""

_LONGEST = 1024

Asker = Callable[[str, bool], str | None]
"""Asks whoever sits here a question whose answer nobody else may see, ``ask(question, again)``.

`again`: a new password is being set, so it is asked for twice and the two must agree. Returns None when
nobody can be asked, or when they decline.
"""


def fit(password: str) -> str:
    """Return a new password as it is given; raises Trouble when it is too short to protect anything."""
    if len(password) < SHORTEST:
        raise Trouble(f"A password has at least {SHORTEST} characters. Choose a longer one.")
    if len(password) > _LONGEST:
        raise Trouble(f"A password has at most {_LONGEST} characters. Choose a shorter one.")
    return password


def secret_of(password: str) -> bytes:
    """Return the bytes that a password stands for, the same on every keyboard and system (NFC, UTF-8)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def from_file() -> str | None:
    """Return the password that lies in the file named by the environment; None where none is named.

    Raises Trouble when the file is not there, holds nothing, or may be read by others.
    """
    named = os.environ.get(FILE_VARIABLE)
    if not named:
        return None
    file = Path(named)
    try:
        others = os.name == "posix" and file.stat().st_mode & 0o077
        with file.open("rb") as stream:
            first = stream.readline(4 * _LONGEST).decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Trouble(f"The password file {file} cannot be read ({why}). Mend {FILE_VARIABLE}.") from error
    if others:
        raise Trouble(
            f"{file} may be read by others, so its password protects nothing. Run: chmod 600 '{file}'"
        )
    if not first:
        raise Trouble(f"{file} holds no password. Write it in the first line.")
    return first

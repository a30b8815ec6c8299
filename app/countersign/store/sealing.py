"""Seals a secret with a password: Argon2id makes the key, AES-256-GCM seals, the parameters stand beside."""

import base64
import binascii
import json
import os
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from countersign.settings.passwords import secret_of

FORMAT = 1
LONGEST = 16_000_000
"""Bytes of a sealed secret that are read at all."""

_SALT, _NONCE, _KEY = 16, 12, 32
_MEMBERS = frozenset({"format", "kdf", "iterations", "lanes", "memory_kib", "salt", "sealed"})


class Effort(NamedTuple):
    """What one guess costs (RFC 9106)."""

    iterations: int
    lanes: int
    memory_kib: int


STRONG = Effort(iterations=3, lanes=4, memory_kib=64 * 1024)
"""The second of the two that RFC 9106 recommends for every use."""

MOST = Effort(iterations=16, lanes=16, memory_kib=1024 * 1024)
"""The most that a file may ask for: it may be a stranger's, who could ask for all the memory there is."""


class Damaged(Exception):
    """The sealed bytes are not what they must be."""


class WrongPassword(Exception):
    """The password does not open what is sealed, or what is sealed was changed."""


def seal(secret: bytes, password: str, name: str, effort: Effort | None = None) -> bytes:
    """Seal a secret for whoever knows the password; `name` says what it is, and must be said to open it."""
    effort = effort or STRONG
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    cipher = AESGCM(_key(password, salt, effort))
    sealed = nonce + cipher.encrypt(nonce, secret, _bound(name, effort))
    members = {
        "format": FORMAT,
        "kdf": "argon2id",
        **effort._asdict(),
        "salt": base64.b64encode(salt).decode("ascii"),
        "sealed": base64.b64encode(sealed).decode("ascii"),
    }
    return json.dumps(members, indent=1).encode("ascii") + b"\n"


def unseal(untrusted: bytes, password: str, name: str) -> bytes:
    """Return the secret; raises Damaged, without any guess being made, or WrongPassword."""
    effort, salt, sealed = _read(untrusted)
    try:
        cipher = AESGCM(_key(password, salt, effort))
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(name, effort))
    except InvalidTag as error:
        raise WrongPassword from error


def _read(untrusted: bytes) -> tuple[Effort, bytes, bytes]:
    if len(untrusted) > LONGEST:
        raise Damaged("it is too long")
    try:
        members = json.loads(untrusted)
    except (ValueError, RecursionError) as error:
        raise Damaged("it is not JSON") from error
    if not isinstance(members, dict) or set(members) != _MEMBERS:
        raise Damaged("it lacks what a sealed file must have, or has more")
    if members["format"] != FORMAT or members["kdf"] != "argon2id":
        raise Damaged("it is of another kind, or of a newer version")
    effort = Effort(*(_whole(members, name) for name in Effort._fields))
    if effort.memory_kib < 8 * effort.lanes:
        raise Damaged("its memory_kib is too small for its lanes")
    salt, sealed = _raw(members, "salt"), _raw(members, "sealed")
    if len(salt) != _SALT or len(sealed) <= _NONCE:
        raise Damaged("its salt or its content is cut short")
    return effort, salt, sealed


def _whole(members: dict[str, Any], name: str) -> int:
    number, most = members[name], getattr(MOST, name)
    if type(number) is not int or not 1 <= number <= most:
        raise Damaged(f"its {name} is not a whole number from 1 to {most}")
    return number


def _raw(members: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(members[name], validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise Damaged(f"its {name} is not base64") from error


def _key(password: str, salt: bytes, effort: Effort) -> bytes:
    function = Argon2id(
        salt=salt,
        length=_KEY,
        iterations=effort.iterations,
        lanes=effort.lanes,
        memory_cost=effort.memory_kib,
    )
    return function.derive(secret_of(password))


def _bound(name: str, effort: Effort) -> bytes:
    """Return what the seal also covers: what is sealed, and at which price."""
    return json.dumps([FORMAT, name, *effort]).encode("utf-8")

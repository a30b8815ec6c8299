"""The recovery file: the root secret and the sealed keys of a desk, under a passphrase of their own."""

import base64
import json
from typing import NamedTuple

from countersign.audit.staff import Staff
from countersign.domain.errors import Trouble
from countersign.settings.passwords import fit
from countersign.store import sealing
from countersign.store.keystore import KeyStore, is_sealed_file, signing_key
from countersign.store.root import SECRET_BYTES
from countersign.store.sealing import Damaged, Effort

_PURPOSE = "countersign/recovery/v1"


class Recovery(NamedTuple):
    """What a recovery file holds."""

    log: str
    secret: bytes
    files: dict[str, bytes]
    """Signing keys and other secrets by the name of their file, sealed under the secret. Keys of epochs are
    not among them: a key that is destroyed must not come back.
    """


def pack(keys: KeyStore, log: str, passphrase: str, effort: Effort | None = None) -> bytes:
    """Return a recovery file; raises Trouble when the passphrase is too short."""
    content = {
        "log": log,
        "secret": _text(keys.root.secret),
        "files": {name: _text(sealed) for name, sealed in sorted(keys.sealed_files().items())},
    }
    return sealing.seal(json.dumps(content).encode(), fit(passphrase), _PURPOSE, effort)


def unpack(untrusted: bytes, passphrase: str) -> Recovery:
    """Read a recovery file; raises Trouble when it is none, WrongPassword where that does not fit."""
    try:
        content = json.loads(sealing.unseal(untrusted, passphrase, _PURPOSE))
        files = {name: base64.b64decode(text, validate=True) for name, text in content["files"].items()}
        found = Recovery(content["log"], base64.b64decode(content["secret"], validate=True), files)
    except Damaged as error:
        raise Trouble(f"This is no whole recovery file: {error}. Take another copy of it.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Trouble("This is no recovery file of this version. Take another copy of it.") from error
    if len(found.secret) != SECRET_BYTES or not all(map(is_sealed_file, files)):
        raise Trouble("This recovery file holds what none may hold. Take another copy of it.")
    return found


def belongs_to(found: Recovery, staff: Staff) -> bool:
    """Tell whether a recovery file is one of this desk: it opens a key that the record enrols."""
    for file, sealed in found.files.items():
        key = signing_key(found.secret, file.partition(".")[0], sealed)
        if found.log == staff.log and key is not None and staff.was_enrolled(key.key_id):
            return True
    return False


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")

"""Who outside the desk sees the heads of its log: witnesses cosign them, authorities time-stamp them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.settings import source
from countersign.settings.home import Home

FILE = "anchors.yaml"

_SPAN = re.compile(r"([1-9][0-9]{0,5})(s|m|h)\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_PEM = "-----BEGIN CERTIFICATE-----"


def _span(given: object) -> object:
    """Read a time such as ``10s``, ``5m``, ``1h``."""
    match = _SPAN.match(given) if isinstance(given, str) else None
    if isinstance(given, timedelta):
        return given
    if match is None:
        raise ValueError("write a time such as 10s, 5m or 1h")
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def _address(given: str) -> str:
    """Take an address of the web, without what follows the path."""
    try:
        parts = urlsplit(given)
        has_port = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError(f"{given} is no address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_port:
        raise ValueError("an address begins with http:// or https:// and names a machine")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("an address holds no name, no password and no question mark")
    if not given.isascii() or not given.isprintable() or " " in given:
        raise ValueError("an address holds no space and no sign beyond ASCII")
    return given


Span = Annotated[timedelta, BeforeValidator(_span)]
Address = Annotated[str, AfterValidator(_address)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class WitnessAt(Frozen):
    """A witness: where it listens, and its key as it says it (`name+number+key`)."""

    url: Address
    key: str


class StampsFrom(Frozen):
    """An authority that time-stamps (RFC 3161)."""

    name: Name
    url: Address
    certificate: str
    """PEM text, or a file of it beside the configuration: the root, and what the answers leave out."""
    every: Span = Field(timedelta(hours=1), title="Time between stamps")


class Anchors(Frozen):
    """What a desk has configured; nobody, until somebody is added."""

    witnesses: tuple[WitnessAt, ...] = ()
    stamps: tuple[StampsFrom, ...] = ()
    every: Span = Field(timedelta(seconds=10), title="Time between cosignatures")


def load(home: Home) -> Anchors:
    """Read who sees the heads of a desk; raises Trouble when the file cannot be used."""
    file = home.root / FILE
    if not file.exists():
        return Anchors()
    try:
        return Anchors.model_validate(source.read(file, str(file)).data or {})
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise Trouble(f"{file} cannot be used: {said}. {source.MEND}") from error


def write(anchors: Anchors) -> bytes:
    """Return the file's new content."""
    plainly: dict[str, Any] = {
        "every": _said(anchors.every),
        "witnesses": [one.model_dump() for one in anchors.witnesses],
        "stamps": [{**one.model_dump(), "every": _said(one.every)} for one in anchors.stamps],
    }
    return yaml.safe_dump(plainly, sort_keys=False, allow_unicode=True).encode()


def certificate(home: Home, authority: StampsFrom) -> bytes:
    """Return the certificates of an authority, PEM; raises Trouble when their file cannot be read."""
    if _PEM in authority.certificate:
        return authority.certificate.encode()
    file = home.root / Path(authority.certificate).expanduser()
    try:
        return file.read_bytes()
    except OSError as error:
        raise Trouble(
            f"The certificate of {authority.name} cannot be read from {file} ({error.strerror}). "
            f"Put it there, or mend {FILE}."
        ) from error


def _said(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    unit, size = next((u, s) for u, s in (("h", 3600), ("m", 60), ("s", 1)) if seconds % s == 0)
    return f"{seconds // size}{unit}"

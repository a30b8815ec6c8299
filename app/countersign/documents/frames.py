"""The talk between desk and page child: frames of JSON and raw bytes over a pipe. Nothing is ever unpickled.

A frame is twelve bytes (length of the JSON, 4, and of the bytes, 8, big endian), the JSON, the bytes.
"""

import struct
from typing import BinaryIO

from countersign.documents.sandbox.barrier import Means
from countersign.domain.base import Frozen
from countersign.domain.document import Opened, Page, Refusal

MAX_JSON = 64_000_000
"""Bytes of JSON that either side accepts: a thousand pages of a thousand words. Read, it takes ten times as
much memory, and that is the desk's.
"""

_HEAD = struct.Struct(">IQ")
_CHUNK = 1 << 20


class BrokenTalk(Exception):
    """The other side ended, or does not keep to the protocol."""


class Ready(Frozen):
    """What a child says first, before it has seen any document."""

    tried: dict[Means, str]
    """Each means by which it gave up what it does not need, with the reason where it could not."""


class Request(Frozen):
    """What the desk asks of a child; the bytes of the frame are the document's, none when it `holds` them."""

    do: str
    """``open``, ``recognise`` or ``render``."""
    sha256: str = ""
    media_type: str
    page: int = 0
    dpi: int = 0
    flat: bool = False
    """True when the fields of a PDF's form shall be part of the page, as if it had been printed."""
    holds: bool = False
    """True when the child still has the document of the request before."""


class Reply(Frozen):
    """What a child answers: exactly one of its members, or the size of the picture that the bytes are."""

    refusal: Refusal | None = None
    opened: Opened | None = None
    page: Page | None = None
    width: int = 0
    height: int = 0
    worn: bool = False
    """True when the child asks to be replaced."""


def send(pipe: BinaryIO, json: bytes, blob: bytes = b"") -> None:
    """Write a frame; raises BrokenTalk when nobody reads."""
    try:
        pipe.write(_HEAD.pack(len(json), len(blob)))
        pipe.write(json)
        pipe.write(blob)
        pipe.flush()
    except (OSError, ValueError) as error:
        raise BrokenTalk("nobody reads") from error


def send_file(pipe: BinaryIO, json: bytes, file: BinaryIO, length: int) -> None:
    """Write a frame whose bytes are the first `length` of a file, without holding them in memory."""
    try:
        pipe.write(_HEAD.pack(len(json), length))
        pipe.write(json)
        left = length
        while left:
            piece = file.read(min(left, _CHUNK))
            if not piece:
                raise BrokenTalk("the file shrank while it was read")
            pipe.write(piece)
            left -= len(piece)
        pipe.flush()
    except (OSError, ValueError) as error:
        raise BrokenTalk("nobody reads") from error


def receive(pipe: BinaryIO, max_blob: int) -> tuple[bytes, bytes] | None:
    """Read a frame as (JSON, bytes); None at the end of the talk. Raises BrokenTalk.

    Lengths beyond the bounds are refused before anything is read, so that no peer can fill the memory.
    """
    head = _exactly(pipe, _HEAD.size, may_end=True)
    if head is None:
        return None
    json_length, blob_length = _HEAD.unpack(head)
    if json_length > MAX_JSON or blob_length > max_blob:
        raise BrokenTalk("a frame is larger than agreed")
    return _exactly(pipe, json_length) or b"", _exactly(pipe, blob_length) or b""


def _exactly(pipe: BinaryIO, length: int, may_end: bool = False) -> bytes | None:
    pieces = []
    left = length
    while left:
        try:
            piece = pipe.read(min(left, _CHUNK))
        except (OSError, ValueError) as error:
            raise BrokenTalk("the pipe broke") from error
        if not piece:
            if may_end and left == length:
                return None
            raise BrokenTalk("a frame ended early")
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)

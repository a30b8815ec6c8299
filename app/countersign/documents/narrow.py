"""Cuts the last layer of a network that reads characters down to those that can stand on a page here.

Nearly all characters that it knows are Chinese; to score them takes a quarter of its time and a third of
its memory. The file is in the format ONNX, which is written as protocol buffers: lists of numbered fields.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

_GRAPH, _REMARK = 7, 14
"""Fields of a model: its layers, and pairs of a key and what is told of it."""
_TENSOR, _ANSWER, _SHAPE = 5, 12, 13
"""Fields of a graph: numbers that were learned, what comes out, shapes on the way."""
_SIZE, _TITLE, _NUMBERS = 1, 8, 9
"""Fields of a tensor."""
_BYTES = 2
"""How a field with a length is written."""
_OF_FLOATS = bytes([0x12, 4, 0x0A, 2, 0x08, 1])
"""An answer's type: numbers of 32 bits in any shape."""


class _Field(NamedTuple):
    number: int
    value: int
    """Of a varint."""
    body: bytes
    """Of anything else."""
    whole: bytes
    """As the file has it."""


def narrowed(model: bytes, layer: Sequence[str], kept: Sequence[int]) -> bytes:
    """Return the model with tensors (those of its last layer, by name) reduced to the columns `kept`.

    Raises ValueError when it has no such tensors.
    """
    missing = set(layer)
    parts: list[bytes] = []
    for field in _fields(model):
        if field.number == _GRAPH:
            graph = [_narrowed(part, missing, kept) for part in _fields(field.body)]
            parts.append(_written(_GRAPH, b"".join(graph)))
        else:
            parts.append(field.whole)
    if missing:
        raise ValueError(f"the network has no {', '.join(sorted(missing))}")
    return b"".join(parts)


def metadata(model: bytes) -> dict[str, str]:
    """Return what is told of a model, by key."""
    pairs = [list(_fields(field.body)) for field in _fields(model) if field.number == _REMARK]
    return {key.body.decode(): value.body.decode() for key, value in pairs}


def _narrowed(part: _Field, missing: set[str], kept: Sequence[int]) -> bytes:
    """Return a part of the graph; a tensor that is looked for is cut and taken off `missing`."""
    if part.number == _ANSWER:
        named = next(_fields(part.body))  # the name comes first; the size after it is no longer so
        return _written(_ANSWER, named.whole + _OF_FLOATS)
    if part.number != _TENSOR:
        return b"" if part.number == _SHAPE else part.whole
    tensor = list(_fields(part.body))
    title = next((field.body.decode() for field in tensor if field.number == _TITLE), "")
    if title not in missing:
        return part.whole
    missing.remove(title)
    *rows, columns = (field.value for field in tensor if field.number == _SIZE)
    numbers = next(field.body for field in tensor if field.number == _NUMBERS)
    cut = np.frombuffer(numbers, dtype="<f4").reshape(-1, columns)[:, list(kept)]
    sizes = b"".join(_varint(_SIZE << 3) + _varint(size) for size in (*rows, len(kept)))
    others = b"".join(field.whole for field in tensor if field.number not in (_SIZE, _NUMBERS))
    return _written(_TENSOR, sizes + others + _written(_NUMBERS, cut.tobytes()))


def _fields(message: bytes) -> Iterator[_Field]:
    at = 0
    while at < len(message):
        begin = at
        key, at = _number(message, at)
        value, length = 0, 0
        match key & 7:
            case 0:
                value, at = _number(message, at)
            case 1:
                length = 8
            case 5:
                length = 4
            case _:
                length, at = _number(message, at)
        body = message[at : at + length]
        at += length
        yield _Field(key >> 3, value, body, message[begin:at])


def _number(message: bytes, at: int) -> tuple[int, int]:
    """Read a varint; return it and where the next byte is."""
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        shift += 7
        at += 1
    return value | message[at] << shift, at + 1


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _written(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(body)) + body

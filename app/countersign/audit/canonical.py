"""The one byte form of a record (RFC 8785), and a parser that refuses whatever is not strict JSON."""

import json
import re
from collections.abc import Mapping
from typing import Any, Never

import orjson
import rfc8785

from countersign.audit.flaw import Flaw

MOST = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""
DEEPEST = 64
"""How deep records may nest."""

_NESTING = (dict, list, tuple)
_PLAIN = frozenset({str, bool, int, type(None)})


def canonical(value: Mapping[str, Any]) -> bytes:
    """Write a JSON object in its RFC 8785 form; raises Flaw for what a record may not hold.

    orjson gives the same bytes for our values, many times as fast, but for one thing: it sorts keys by code
    point where RFC 8785 sorts by UTF-16 unit, which differ only beyond U+FFFF.
    """
    try:
        if not _is_fit(value):
            _refuse_unfit(value, DEEPEST)
        written = orjson.dumps(value, option=_SORTED)
        if written.isascii() or not _BEYOND_FFFF.search(written):
            return written
        return rfc8785.dumps(dict(value))
    except (TypeError, UnicodeEncodeError, rfc8785.CanonicalizationError) as error:
        _refuse_unfit(value, DEEPEST)
        raise Flaw("it holds half of a character (a lone surrogate)") from error


def _refuse_unfit(value: Any, depth: int) -> None:
    if depth == 0:
        raise Flaw(f"it nests deeper than {DEEPEST} levels")
    kind = type(value)
    if kind is dict:
        for name, inner in value.items():
            if type(name) is not str:
                raise Flaw(f"it has a member whose name is no text: {name!r}")
            _refuse_unfit(inner, depth - (type(inner) in _NESTING))
    elif kind is list or kind is tuple:
        for inner in value:
            _refuse_unfit(inner, depth - (type(inner) in _NESTING))
    elif kind is int:
        if not -MOST <= value <= MOST:
            raise Flaw(f"it holds the number {value}, which is beyond 2^53")
    elif kind not in _PLAIN:
        raise Flaw(f"it holds a value of type {kind.__name__}, which records may not")


def parse(untrusted: bytes) -> dict[str, Any]:
    """Read one JSON object strictly; raises Flaw.

    Refused: anything but UTF-8, a byte order mark, duplicate keys, fractions, exponents, NaN, infinities,
    integers beyond 2^53, minus zero, lone surrogates, deep nesting, and everything that is not an object.
    """
    try:
        value = _DECODER.decode(untrusted.decode())
    except Flaw:
        raise
    except UnicodeDecodeError as error:
        raise Flaw(f"it is not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise Flaw(f"it nests deeper than {DEEPEST} levels") from error
    except ValueError as error:
        raise Flaw(f"it is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Flaw("it is not a JSON object")
    return value


def parse_canonical(untrusted: bytes) -> dict[str, Any]:
    """Read a JSON object that must stand in its RFC 8785 form, to the byte; raises Flaw."""
    value = _parse_plain(untrusted)
    if value is None:
        value = parse(untrusted)
        if canonical(value) != untrusted:
            raise Flaw(_NOT_CANONICAL)
    return value


def _parse_plain(untrusted: bytes) -> dict[str, Any] | None:
    """Read what is surely canonical; None means that the strict parser has to look, and to say what is wrong.

    Whoever writes a value out again and meets the same bytes knows that no key stood there twice, no space,
    no other spelling. What that would not show: fractions, deep nesting, and the order of keys beyond U+FFFF.
    """
    if not untrusted.isascii() and _BEYOND_FFFF.search(untrusted):
        return None
    try:
        value = orjson.loads(untrusted)
        if type(value) is dict and orjson.dumps(value, option=_SORTED) == untrusted and _is_fit(value):
            return value
    except (ValueError, TypeError, RecursionError):
        pass
    return None


def _is_fit(value: Mapping[str, Any]) -> bool:
    """Tell whether a value is plain through and through, and no deeper than it may be."""
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        deeper: list[Any] = []
        for outer in level:
            for inner in outer.values() if type(outer) is dict else outer:
                kind = type(inner)
                if kind is dict or kind is list:
                    deeper.append(inner)
                elif kind not in _PLAIN:
                    return False
        if not deeper:
            return True
        level = deeper
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise Flaw(f"it has the member {double!r} twice")
    return value


def _integer(digits: str) -> int:
    if len(digits) > len(str(-MOST)) or not -MOST <= int(digits) <= MOST:
        raise Flaw(f"it holds the number {digits[:20]}, which is beyond 2^53")
    if digits == "-0":
        raise Flaw("it holds minus zero")
    return int(digits)


def _no_float(digits: str) -> Never:
    raise Flaw(f"it holds the fraction {digits[:20]}, which records may not")


def _no_constant(name: str) -> Never:
    raise Flaw(f"it holds {name}, which is no JSON")


_NOT_CANONICAL = "its bytes are not in the canonical form of RFC 8785"
_BEYOND_FFFF = re.compile(rb"[\xf0-\xff]")
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_constant)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_no_float, parse_constant=_no_constant
)

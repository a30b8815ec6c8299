"""A view of the files in which only the program's own are there, to read: Landlock, of Linux 5.13 and later.

Numbers and structures are those of linux/landlock.h.
"""

import ctypes
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from countersign.documents.sandbox.own_files import holds_home, program_files

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION = 1  # flag of _CREATE
_BENEATH = 1  # kind of _ADD_RULE
_WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 1, 1 << 2, 1 << 3
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights to files each version knows."""
_TCP, _OUTSIDE = 0b11, 0b11
"""Bind and connect, from version 4; abstract sockets of and signals to others, from version 6."""
_NETWORK_SINCE, _OUTSIDE_SINCE = 4, 6

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_FACTS = ("/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory")
_CLOCK = ("/etc/localtime", "/usr/share/zoneinfo")
_CHANCE = ("/dev/urandom", "/dev/null")


def enter(libc: ctypes.CDLL) -> None:
    """Let this thread, and those it starts, open nothing but `own_files`; raises OSError."""
    call = libc.syscall
    call.restype = ctypes.c_long
    version = _check(call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION)))
    bits = _RIGHTS.get(version, max(_RIGHTS.values()))
    fields = [(1 << bits) - 1]
    if version >= _NETWORK_SINCE:
        fields.append(_TCP)
    if version >= _OUTSIDE_SINCE:
        fields.append(_OUTSIDE)
    asked = struct.pack(f"={len(fields)}Q", *fields)
    rules = _check(call(_CREATE, asked, ctypes.c_size_t(len(asked)), ctypes.c_uint(0)))
    try:
        for place in own_files():
            _allow(libc, rules, place)
        _check(call(_RESTRICT, ctypes.c_int(rules), ctypes.c_uint(0)))
    finally:
        os.close(rules)


def own_files() -> Iterator[Path]:
    """Yield what may be read: the program, the system's libraries, and a few facts about the machine."""
    yield from program_files()
    for name in (*_LIBRARIES, *_FACTS, *_CLOCK, *_CHANCE):
        if Path(name).exists() and not holds_home(Path(name)):
            yield Path(name)


def _allow(libc: ctypes.CDLL, rules: int, place: Path) -> None:
    try:
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what cannot be opened now is not needed
    try:
        rights = _READ_FILE | _READ_FOLDER if place.is_dir() else _READ_FILE
        rights |= _WRITE_FILE if str(place) == os.devnull else 0
        rule = struct.pack("=Qi", rights, opened)
        _check(libc.syscall(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_BENEATH), rule, ctypes.c_uint(0)))
    finally:
        os.close(opened)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

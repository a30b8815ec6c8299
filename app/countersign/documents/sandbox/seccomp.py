"""A filter in the kernel that refuses calls which reading a document needs none of: seccomp(2).

Instructions and structures are those of linux/filter.h and linux/seccomp.h. The filter's own machine language
is a list of steps: load a word, compare, skip some steps, answer.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Iterator

from countersign.documents.sandbox.syscalls import NEWEST, OPAQUE, Calls, of

Step = tuple[int, int, int, int]
"""Operation, steps to skip when true, when false, operand."""

_LOAD, _EQUAL, _AT_LEAST, _HAS_BITS, _ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_PASS, _FAIL = 0x7FFF0000, 0x00050000
_SET_FILTER, _ALL_THREADS = 1, 1
_THREAD = 0x10000  # CLONE_THREAD
_PARENT_SIGNAL = 1  # PR_SET_PDEATHSIG
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | 0x400000  # the last is that of O_TMPFILE

_DENY: Step = (_ANSWER, 0, 0, _FAIL | errno.EPERM)
_LACK: Step = (_ANSWER, 0, 0, _FAIL | errno.ENOSYS)
_ALLOW: Step = (_ANSWER, 0, 0, _PASS)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def enter(libc: ctypes.CDLL) -> None:
    """Have the kernel refuse from now on, with EPERM, whatever `steps` says; raises OSError."""
    calls = of(platform.machine())
    packed = b"".join(struct.pack("=HBBI", *step) for step in steps(calls, os.getpid()))
    program = _Program(len(packed) // 8, packed)
    call = libc.syscall
    call.restype = ctypes.c_long
    if call(calls.seccomp, ctypes.c_ulong(_SET_FILTER), ctypes.c_ulong(_ALL_THREADS), ctypes.byref(program)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def steps(calls: Calls, own: int) -> Iterator[Step]:
    """Yield the filter for the process `own`."""
    yield (_LOAD, 0, 0, _MACHINE)
    yield (_EQUAL, 1, 0, calls.machine)
    yield _DENY  # the calls of another machine, which this one can play
    yield (_LOAD, 0, 0, _NUMBER)
    yield (_AT_LEAST, 0, 1, NEWEST + 1)
    yield _LACK
    yield from _when(calls.clone, _only_with_bits(0, _THREAD))
    yield from _when(calls.openat, _without_bits(2, _TO_WRITE))
    if calls.open is not None:
        yield from _when(calls.open, _without_bits(1, _TO_WRITE))
    yield from _when(calls.kill, _only(0, own))
    yield from _when(calls.tgkill, _only(0, own))
    yield from _when(calls.prctl, [_argument(0), (_EQUAL, 0, 1, _PARENT_SIGNAL), _DENY, _ALLOW])
    for number in OPAQUE:
        yield from _when(number, [_LACK])
    for number in calls.refused:
        yield from _when(number, [_DENY])
    yield _ALLOW


def _when(number: int, answer: Iterable[Step]) -> Iterator[Step]:
    then = list(answer)
    yield (_EQUAL, 0, len(then), number)
    yield from then


def _only(argument: int, value: int) -> list[Step]:
    return [_argument(argument), (_EQUAL, 1, 0, value), _DENY, _ALLOW]


def _only_with_bits(argument: int, bits: int) -> list[Step]:
    return [_argument(argument), (_HAS_BITS, 1, 0, bits), _DENY, _ALLOW]


def _without_bits(argument: int, bits: int) -> list[Step]:
    return [_argument(argument), (_HAS_BITS, 0, 1, bits), _DENY, _ALLOW]


def _argument(number: int) -> Step:
    """Load the lower half of an argument; these are numbers that have no upper half."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * number)

"""What Linux offers to a process that wants to be able to do less; kernels differ, so each may be refused."""

import ctypes
import os
import signal
from collections.abc import Callable, Iterator
from functools import cache

from countersign.documents.sandbox import landlock, seccomp
from countersign.documents.sandbox.barrier import Means

_SET_PARENT_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_RIGHTS = 1, 4, 38  # linux/prctl.h
_NEW_USER, _NEW_NETWORK, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000  # linux/sched.h
_CAPABILITIES_VERSION = 0x20080522  # linux/capability.h


def steps() -> Iterator[tuple[Means, Callable[[], None]]]:
    """Yield what can be done, in this order: a later one may take away what an earlier one needs."""
    yield Means.NO_NEW_RIGHTS, lambda: no_new_rights(_libc())
    yield Means.NAMESPACES, lambda: leave_network(_libc())
    yield Means.NO_CAPABILITIES, lambda: drop_capabilities(_libc())
    yield Means.PARENT_SIGNAL, lambda: die_with_parent(_libc())
    yield Means.LANDLOCK, lambda: landlock.enter(_libc())
    yield Means.SYSTEM_CALLS, lambda: seccomp.enter(_libc())


def no_new_rights(libc: ctypes.CDLL) -> None:
    """Let no program that this process starts have more rights than it has; prctl(2)."""
    _prctl(libc, _SET_NO_NEW_RIGHTS, 1)


def leave_network(libc: ctypes.CDLL) -> None:
    """Move into a network of its own, in which there is nobody; unshare(2)."""
    check(libc.unshare, _NEW_USER | _NEW_NETWORK | _NEW_IPC)
    _prctl(libc, _SET_DUMPABLE, 1)  # else its memory could not be measured from outside


def drop_capabilities(libc: ctypes.CDLL) -> None:
    """Give up the rights of an administrator, those in a namespace of its own included; capset(2)."""
    head = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    check(libc.capset, head, none)


def die_with_parent(libc: ctypes.CDLL) -> None:
    """Have this process killed when the thread that started it ends; PR_SET_PDEATHSIG in prctl(2)."""
    _prctl(libc, _SET_PARENT_SIGNAL, signal.SIGKILL)


def check(call: Callable[..., int], *arguments: object) -> None:
    """Call a function of the C library; raises OSError when it fails."""
    if call(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    check(libc.prctl, ctypes.c_int(option), *(ctypes.c_ulong(n) for n in (value, 0, 0, 0)))

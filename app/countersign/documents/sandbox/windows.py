"""What Windows offers: job objects and low integrity.

Nobody has run this on Windows yet; its calls are tested by a fake of the system. Structures and numbers are
those of winnt.h.
"""

import ctypes
import sys
from collections.abc import Callable, Iterator
from typing import Any

from countersign.documents.sandbox.barrier import Means

_EXTENDED_LIMITS = 9
_ONE_PROCESS, _MEMORY, _NO_DIALOG, _KILL_ON_CLOSE = 0x8, 0x100, 0x400, 0x2000
_MAY_JOIN = 0x0100 | 0x0001  # PROCESS_SET_QUOTA, PROCESS_TERMINATE
_MAY_LOWER = 0x0080 | 0x0008  # TOKEN_ADJUST_DEFAULT, TOKEN_QUERY
_INTEGRITY = 25  # TokenIntegrityLevel
_AS_INTEGRITY = 0x20  # SE_GROUP_INTEGRITY
_LOW = "S-1-16-4096"

System = Any
"""A library of the system: kernel32 or advapi32."""


class Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
        ("counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class Label(ctypes.Structure):
    """TOKEN_MANDATORY_LABEL."""

    _fields_ = (("sid", ctypes.c_void_p), ("attributes", ctypes.c_uint32))


def steps(megabytes: int) -> Iterator[tuple[Means, Callable[[], None]]]:
    """Yield what a page child does to itself."""
    yield Means.JOB, lambda: bound(_library("kernel32"), megabytes)
    yield Means.LOW_INTEGRITY, lambda: lower(_library("kernel32"), _library("advapi32"))


def bound(kernel: System, megabytes: int) -> None:
    """Put this process into a job that may have no second process and takes no more than this memory."""
    job = _job(
        kernel,
        Limits(flags=_ONE_PROCESS | _MEMORY | _NO_DIALOG, processes=1, process_memory=megabytes * 1_000_000),
    )
    _check(kernel, kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess())))


def lower(kernel: System, rights: System) -> None:
    """Give this process low integrity: it can then change next to nothing of the user's."""
    token, sid = ctypes.c_void_p(), ctypes.c_void_p()
    own = ctypes.c_void_p(kernel.GetCurrentProcess())
    _check(kernel, rights.OpenProcessToken(own, _MAY_LOWER, ctypes.byref(token)))
    _check(kernel, rights.ConvertStringSidToSidW(ctypes.c_wchar_p(_LOW), ctypes.byref(sid)))
    label = Label(sid, _AS_INTEGRITY)
    size = ctypes.sizeof(label) + rights.GetLengthSid(sid)
    done = rights.SetTokenInformation(token, _INTEGRITY, ctypes.byref(label), size)
    kernel.LocalFree(sid)
    _check(kernel, done)


class Holder:
    """A job of the desk whose processes Windows ends with the desk, because none other holds it."""

    def __init__(self, kernel: System) -> None:
        self._kernel = kernel
        self._job = _job(kernel, Limits(flags=_KILL_ON_CLOSE))

    def hold(self, pid: int) -> None:
        """Put a process into it; raises OSError."""
        process = self._kernel.OpenProcess(_MAY_JOIN, 0, pid)
        _check(self._kernel, process)
        done = self._kernel.AssignProcessToJobObject(self._job, ctypes.c_void_p(process))
        self._kernel.CloseHandle(ctypes.c_void_p(process))
        _check(self._kernel, done)


def holder() -> Holder:
    """Return a job of this process; raises OSError."""
    return Holder(_library("kernel32"))


def _job(kernel: System, limits: Limits) -> ctypes.c_void_p:
    made = kernel.CreateJobObjectW(None, None)
    _check(kernel, made)
    job = ctypes.c_void_p(made)
    done = kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
    _check(kernel, done)
    return job


def _check(kernel: System, result: object) -> None:
    if not result:
        raise OSError(f"Windows refused it (error {kernel.GetLastError()})")


def _library(name: str) -> System:
    if sys.platform == "win32":
        library = ctypes.WinDLL(name)
        for call in ("CreateJobObjectW", "OpenProcess", "GetCurrentProcess") if name == "kernel32" else ():
            getattr(library, call).restype = ctypes.c_void_p
        return library
    raise OSError("this is not Windows")

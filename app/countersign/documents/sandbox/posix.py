"""Limits that every Unix knows."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from countersign.documents.sandbox.barrier import Means

if sys.platform != "win32":
    import resource

_OPEN_FILES = 128
_MORE_PROCESSES = 256
_SPARE_SECONDS = 5.0  # the desk's own clock shall be the first to ring


def steps(megabytes: int) -> Iterator[tuple[Means, Callable[[], None]]]:
    """Yield what can be done, in this order."""
    yield Means.MEMORY_LIMIT, lambda: bound_memory(megabytes)
    yield Means.TIME_LIMIT, lambda: bound_time(_SPARE_SECONDS)
    yield Means.FILE_LIMITS, bound_files


def bound_memory(megabytes: int) -> None:
    """Let the process take this much address space beyond what its libraries take at the start (Linux)."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + megabytes * 1_000_000)
    else:
        raise OSError("this system bounds the memory of no process")


def bound_time(seconds: float) -> None:
    """Let the process compute this long from now on; needed when the desk has died and nobody looks."""
    if sys.platform != "win32":
        spent = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(spent.ru_utime + spent.ru_stime + seconds + _SPARE_SECONDS) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def bound_files() -> None:
    """Let the process write nothing into files, leave no dump of its memory, and open few files."""
    if sys.platform != "win32":
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_FSIZE, 0)
        _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)


def bound_processes() -> None:
    """Let its user start few more processes; a poor means, for the user's other programs count as well."""
    if sys.platform == "linux":
        own = Path("/proc/self").stat().st_uid
        if own == 0:
            raise OSError("an administrator's processes are not counted")
        threads = sum(_threads(place) for place in Path("/proc").glob("[0-9]*") if _owner(place) == own)
        _lower(resource.RLIMIT_NPROC, threads + _MORE_PROCESSES)


def _lower(which: int, limit: int) -> None:
    if sys.platform != "win32":
        most = resource.getrlimit(which)[1]
        limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(which, (limit, limit))


def _owner(process: Path) -> int:
    try:
        return process.stat().st_uid
    except OSError:
        return -1  # it has just ended


def _threads(process: Path) -> int:
    try:
        return len(list((process / "task").iterdir()))
    except OSError:
        return 0

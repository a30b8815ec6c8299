"""The limits that a page child puts on itself, where the system offers them."""

import sys
from pathlib import Path

if sys.platform != "win32":
    import resource

_SPARE_SECONDS = 5.0  # the desk's own clock shall be the first to ring


def bound_memory(megabytes: int) -> None:
    """Let the process take this much address space beyond what its libraries take at the start (Linux)."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + megabytes * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def bound_time(seconds: float) -> None:
    """Let the process compute this long from now on; needed when the desk has died and nobody looks."""
    if sys.platform != "win32":
        spent = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(spent.ru_utime + spent.ru_stime + seconds + _SPARE_SECONDS) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def is_memory(error: Exception) -> bool:
    """Tell whether a library's error means that memory ran out."""
    text = str(error).lower()
    return any(word in text for word in ("malloc", "calloc", "bad_alloc", "out of memory", "cannot allocate"))

"""The walls around a page child: whatever the system offers, put up by itself before the first document."""

import sys
from collections.abc import Callable, Iterator

from countersign.documents.sandbox.barrier import Means

Step = tuple[Means, Callable[[], None]]


def enter(megabytes: int) -> dict[Means, str]:
    """Give up for good what reading documents does not need; return for each means why it is not in force.

    What is in force has an empty reason. To be called by a process of one thread, when it has opened what it
    writes to. What the system does not offer is left out and told, and never fatal: the desk's own limits
    hold everywhere.
    """
    tried: dict[Means, str] = {}
    for means, step in _steps(megabytes, tried):
        tried[means] = _try(step)
    return tried


def _try(step: Callable[[], None]) -> str:
    try:
        step()
    except OSError as error:
        return error.strerror or str(error) or type(error).__name__
    except (AttributeError, ValueError) as error:  # the C library lacks it, or the system wants it otherwise
        return str(error) or type(error).__name__
    return ""


def _steps(megabytes: int, tried: dict[Means, str]) -> Iterator[Step]:
    if sys.platform == "win32":
        from countersign.documents.sandbox import windows

        yield from windows.steps(megabytes)
    else:
        from countersign.documents.sandbox import posix

        yield from posix.steps(megabytes)
        if sys.platform == "darwin":
            from countersign.documents.sandbox import macos

            yield from macos.steps()
        elif sys.platform == "linux":
            from countersign.documents.sandbox import linux

            yield from linux.steps()
            if tried[Means.SYSTEM_CALLS]:
                yield Means.PROCESS_LIMIT, posix.bound_processes

"""What a page child is kept from, and by which means of the system: as found at its start."""

from collections.abc import Mapping
from enum import StrEnum

from countersign.domain.base import Frozen


class Against(StrEnum):
    """What a hostile document would have its reader do."""

    MEMORY = "memory"
    """Take all memory."""
    TIME = "time"
    """Compute without end."""
    NETWORK = "network"
    """Talk to anybody."""
    WRITING = "writing"
    """Write, change or delete files."""
    READING = "reading"
    """Read files of others."""
    PROGRAMS = "programs"
    """Start programs or processes."""
    OTHERS = "others"
    """Stop, trace or write into other processes."""
    RIGHTS = "rights"
    """Gain rights that it was not started with."""
    OUTLIVING = "outliving"
    """Go on when the desk has died."""


class Means(StrEnum):
    """A means of a system."""

    MEMORY_LIMIT = "memory limit"
    TIME_LIMIT = "processor time limit"
    FILE_LIMITS = "file limits"
    PROCESS_LIMIT = "process limit"
    NO_NEW_RIGHTS = "no new privileges"
    NAMESPACES = "own network namespace"
    NO_CAPABILITIES = "no capabilities"
    PARENT_SIGNAL = "killed with its parent"
    LANDLOCK = "Landlock"
    SYSTEM_CALLS = "system call filter"
    SEATBELT = "Seatbelt"
    JOB = "job object"
    DESK_JOB = "job object of the desk"
    LOW_INTEGRITY = "low integrity"


class Barrier(Frozen):
    """One thing that a page child is kept from."""

    against: Against
    by: tuple[Means, ...] = ()
    """The means in force; empty when nothing keeps it from that on this machine."""
    why: str = ""
    """What the system said where nothing does."""


ENOUGH: Mapping[Against, tuple[Means, ...]] = {
    Against.MEMORY: (Means.MEMORY_LIMIT, Means.JOB),
    Against.TIME: (Means.TIME_LIMIT, Means.DESK_JOB),
    Against.NETWORK: (Means.SYSTEM_CALLS, Means.NAMESPACES, Means.SEATBELT),
    Against.WRITING: (Means.LANDLOCK, Means.SYSTEM_CALLS, Means.SEATBELT, Means.LOW_INTEGRITY),
    Against.READING: (Means.LANDLOCK, Means.SEATBELT),
    Against.PROGRAMS: (Means.SYSTEM_CALLS, Means.PROCESS_LIMIT, Means.SEATBELT, Means.JOB),
    Against.OTHERS: (Means.SYSTEM_CALLS, Means.SEATBELT, Means.LOW_INTEGRITY),
    Against.RIGHTS: (Means.NO_NEW_RIGHTS, Means.SEATBELT, Means.LOW_INTEGRITY),
    Against.OUTLIVING: (Means.PARENT_SIGNAL, Means.DESK_JOB),
}
"""Each of these means is enough by itself; where there are several, one holds when another has a hole."""


def barriers(tried: Mapping[Means, str]) -> tuple[Barrier, ...]:
    """Say what stands; `tried` has for each means why it is not to be had, nothing where it is in force."""
    found = []
    for against, means in ENOUGH.items():
        by = tuple(mean for mean in means if tried.get(mean) == "")
        whys = [f"{mean}: {tried[mean]}" for mean in means if tried.get(mean)]
        found.append(Barrier(against=against, by=by, why="" if by else "; ".join(whys) or NOT_OFFERED))
    return tuple(found)


NOT_OFFERED = "this system offers nothing for it"

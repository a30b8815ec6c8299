"""Where a log stands, and what was found between two such places: plain data that processes hand over."""

from typing import NamedTuple

from countersign.audit import custody
from countersign.audit.record import NONE_BEFORE


class Tail(NamedTuple):
    """Where a case stands: the number and the hash of its last record."""

    n: int
    digest: str


NEW = Tail(-1, NONE_BEFORE)
"""Where a case stands that has no record yet."""


class Start(NamedTuple):
    """Where a log stands under a checkpoint, as plain data: all that checking the records after it needs."""

    size: int
    peaks: tuple[bytes, ...]
    previous: str
    hlc: str
    staff: tuple[tuple[int, bytes], ...]
    """Number and bytes of every record that changed who may sign, or began an epoch."""


BEGINNING = Start(0, (), NONE_BEFORE, "", ())
"""Where a log stands before its first record."""


class Stretch(NamedTuple):
    """What a check took for granted and what it found, as plain data."""

    start: Start
    assumed: dict[str, Tail]
    """Where it believes that cases stood which began before."""
    end: Start
    cases: dict[str, Tail]
    openings: int
    checkpoints: int
    last_checkpoint: int
    checkpoint_at: int
    unsigned_by: tuple[str, ...]
    erased: frozenset[str]
    deeds: tuple[custody.Deed, ...]
    unopened: dict[str | None, int]

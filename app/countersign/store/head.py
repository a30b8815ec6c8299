"""The head of the log: what the next record must follow, kept in one row that changes with every append."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from countersign.audit.flaw import Flaw
from countersign.audit.merkle import Frontier
from countersign.audit.record import NONE_BEFORE, milliseconds_of
from countersign.domain.errors import Trouble
from countersign.store import schema


@dataclass(slots=True)
class Head:
    """The head between two appends."""

    log: str
    frontier: Frontier
    previous: str = NONE_BEFORE
    hlc: str = ""
    staff_size: int = 0
    """Size of the log when someone was last enrolled."""
    checkpoints: int = 0
    checkpoint_size: int = 0
    checkpoint_at: int = 0
    """What the hybrid clock said, in milliseconds, at the last record under a checkpoint."""

    @property
    def size(self) -> int:
        """How many records the log has."""
        return self.frontier.size

    @property
    def hlc_ms(self) -> int:
        """The milliseconds of the hybrid clock at the last record."""
        return milliseconds_of(self.hlc)

    @property
    def unsigned(self) -> int:
        """How many records no checkpoint covers yet."""
        return self.size - self.checkpoint_size


def load(connection: Connection) -> Head | None:
    """Read the head; None before the desk is founded. Raises Trouble when it does not hold together."""
    row = connection.execute(_THE_HEAD).mappings().first()
    if row is None:
        return None
    members = {name: value for name, value in row.items() if name not in ("id", "size", "frontier")}
    try:
        return Head(frontier=Frontier.unpack(row["size"], row["frontier"]), **members)
    except Flaw as error:
        raise Trouble("The head of the log does not hold together. Run `countersign verify`.") from error


def save(connection: Connection, head: Head, *, new: bool) -> None:
    """Write the head."""
    row = {
        "log": head.log,
        "size": head.size,
        "previous": head.previous,
        "hlc": head.hlc,
        "frontier": head.frontier.pack(),
        "staff_size": head.staff_size,
        "checkpoints": head.checkpoints,
        "checkpoint_size": head.checkpoint_size,
        "checkpoint_at": head.checkpoint_at,
    }
    connection.execute(insert(schema.head).values(id=1) if new else update(schema.head), row)


_THE_HEAD = select(schema.head)

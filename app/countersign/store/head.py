"""The head of the log: what the next record must follow, kept in one row that changes with every append."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import sqlite

from countersign.audit.flaw import Flaw
from countersign.audit.merkle import Frontier
from countersign.audit.record import NONE_BEFORE, milliseconds_of
from countersign.domain.errors import Trouble
from countersign.store import schema

Seal = Callable[[bytes], str]
"""Makes the seal over the content of a head."""


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
    epoch: int = 0
    """Number of the present epoch, 0 in a log that has none yet."""
    epoch_key: str = ""
    epoch_at: int = 0
    """What the hybrid clock said, in milliseconds, when it began."""
    unsigned_by: dict[str, str] = field(default_factory=dict)
    """Agents with records that no checkpoint covers yet: key and identity."""
    seal: str = field(default="", compare=False)
    """Made with a secret of the desk: a head without it was written by someone who has none of its keys."""

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
    row = connection.exec_driver_sql(_THE_HEAD).first()
    if row is None:
        return None
    members = dict(zip(_COLUMNS, row, strict=True))
    size, frontier = members.pop("size"), members.pop("frontier")
    try:
        members["unsigned_by"] = json.loads(members["unsigned_by"])
        return Head(frontier=Frontier.unpack(size, frontier), **members)
    except (ValueError, TypeError) as error:
        raise Trouble("The head of the log does not hold together. Run `countersign verify`.") from error


def check_seal(head: Head, seal: Seal) -> None:
    """Raise Flaw where another program than this desk wrote the head; logs from before epochs bear no seal.

    Without this, whoever can write the database could add records of agents and of the system, which bear no
    signature of their own, and the desk would sign them with its next checkpoint.
    """
    if head.epoch and not compare_digest(head.seal, seal(_content(head))):
        raise Flaw("the head of the log was not written by this desk")


def save(connection: Connection, head: Head, seal: Seal, *, new: bool) -> None:
    """Write the head, under its seal."""
    head.seal = seal(_content(head))
    row = {**_row(head), "seal": head.seal}
    if new:
        connection.execute(insert(schema.head).values(id=1), row)
    else:
        connection.exec_driver_sql(_SAVE, tuple(row[name] for name in _COLUMNS))


def _content(head: Head) -> bytes:
    return json.dumps({**_row(head), "frontier": head.frontier.pack().hex()}, sort_keys=True).encode()


def _row(head: Head) -> dict[str, Any]:
    return {
        "log": head.log,
        "size": head.size,
        "previous": head.previous,
        "hlc": head.hlc,
        "frontier": head.frontier.pack(),
        "staff_size": head.staff_size,
        "checkpoints": head.checkpoints,
        "checkpoint_size": head.checkpoint_size,
        "checkpoint_at": head.checkpoint_at,
        "epoch": head.epoch,
        "epoch_key": head.epoch_key,
        "epoch_at": head.epoch_at,
        "unsigned_by": json.dumps(head.unsigned_by, sort_keys=True),
    }


SIZE = select(schema.head.c.size)
"""Asks how many records the log has."""
# Every append asks and writes these: they go straight to the driver, without being compiled each time.
_HEAD = [column for column in schema.head.c if column.name != "id"]
_COLUMNS = [column.name for column in _HEAD]
_THE_HEAD = str(select(*_HEAD).compile(dialect=sqlite.dialect()))
_SAVE = str(update(schema.head).compile(dialect=sqlite.dialect(), column_keys=_COLUMNS))

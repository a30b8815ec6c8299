"""The log as it is carried to a shared database: stretches of it, and the receipts that came back."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from countersign.audit.record import NONE_BEFORE, digest
from countersign.domain import time
from countersign.domain.base import Frozen
from countersign.store import schema
from countersign.store.database import Database
from countersign.store.head import SIZE
from countersign.store.projection import milliseconds

MOST_BYTES = 4 << 20
"""Bytes in a stretch, unless its first record alone has more."""


class Acknowledged(Frozen):
    """What a shared database acknowledged last."""

    size: int
    head: str


class Part(Frozen):
    """Some records in a row, with the checkpoints that stand after one of them."""

    first: int
    previous: str
    records: tuple[bytes, ...]
    checkpoints: tuple[tuple[int, str], ...]


class Shipping:
    """The log on its way out; nothing here changes it."""

    def __init__(self, database: Database, log: str) -> None:
        self.log = log
        """The name of the log."""
        self._database = database

    def head(self) -> int:
        """Return how many records the log has."""
        with self._database.reading() as connection:
            return int(connection.execute(SIZE).scalar_one())

    def stretch(self, first: int, count: int) -> Part:
        """Return up to `count` records from a number on, fewer when they are large."""
        with self._database.reading() as connection:
            before = connection.execute(_ONE, {"seq": first - 1}).scalar()
            records: list[bytes] = []
            room = MOST_BYTES
            for stored in connection.execute(_SOME, {"first": first, "until": first + count}).scalars():
                room -= len(stored)
                if records and room < 0:
                    break
                records.append(stored)
            places = {"first": first, "until": first + len(records)}
            notes = connection.execute(_NOTES, places).all()
        return Part(
            first=first,
            previous=digest(before) if before is not None else NONE_BEFORE,
            records=tuple(records),
            checkpoints=tuple((row.size, row.note.decode()) for row in notes),
        )

    def acknowledged(self, mirror: str) -> Acknowledged | None:
        """Return what a shared database acknowledged last, None before the first time."""
        with self._database.reading() as connection:
            row = connection.execute(_RECEIPT, {"mirror": mirror}).first()
        return Acknowledged(size=row.size, head=row.head) if row else None

    def keep(self, mirror: str, size: int, head: str) -> None:
        """Keep a receipt."""
        row = {"mirror": mirror, "size": size, "head": head, "at": milliseconds(time.now())}
        with self._database.writing() as connection:
            connection.execute(_KEEP, row)


_ONE = select(schema.records.c.bytes).where(schema.records.c.seq == bindparam("seq"))
_SOME = (
    select(schema.records.c.bytes)
    .where(schema.records.c.seq >= bindparam("first"), schema.records.c.seq < bindparam("until"))
    .order_by(schema.records.c.seq)
)
_NOTES = (
    select(schema.checkpoints)
    .where(schema.checkpoints.c.size > bindparam("first"), schema.checkpoints.c.size <= bindparam("until"))
    .order_by(schema.checkpoints.c.size)
)
_RECEIPT = select(schema.receipts).where(schema.receipts.c.mirror == bindparam("mirror"))
_fresh = insert(schema.receipts)
_KEEP = _fresh.on_conflict_do_update(
    index_elements=["mirror"],
    set_={name: getattr(_fresh.excluded, name) for name in ("size", "head", "at")},
)

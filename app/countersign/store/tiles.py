"""Tiles: the leaf hashes of the log, 256 to a row, so that proofs need not read the records again."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from countersign.audit.merkle import leaf_hash, root_of_leaves
from countersign.store import schema

WIDTH = 256
_HASH = 32


def extend(connection: Connection, before: int, fresh: Sequence[bytes]) -> None:
    """Make the tiles that became whole when leaves were added to a log of `before` records."""
    after = before + len(fresh)
    if after // WIDTH == before // WIDTH:
        return
    first = int(connection.execute(_NEXT).scalar_one())
    rows = []
    for n in range(first, after // WIDTH):
        start, until = n * WIDTH, (n + 1) * WIDTH
        leaves = [*stored_leaves(connection, start, min(until, before))]
        leaves += fresh[max(0, start - before) : until - before]
        rows.append(_tile(n, leaves))
    connection.execute(insert(schema.tiles), rows)


def rebuild(connection: Connection, size: int) -> None:
    """Make every tile anew from the records."""
    connection.execute(delete(schema.tiles))
    for n in range(size // WIDTH):
        leaves = list(stored_leaves(connection, n * WIDTH, (n + 1) * WIDTH))
        connection.execute(insert(schema.tiles), [_tile(n, leaves)])


def stored_leaves(connection: Connection, first: int, until: int) -> Iterator[bytes]:
    """Hash the records from one number up to, not including, another."""
    found = connection.execute(_BYTES, {"first": first, "until": until})
    return (leaf_hash(stored) for stored in found.scalars())


def split(packed: bytes) -> list[bytes]:
    """Take the leaf hashes of a tile apart."""
    return [packed[at : at + _HASH] for at in range(0, len(packed), _HASH)]


def _tile(n: int, leaves: Sequence[bytes]) -> dict[str, object]:
    if len(leaves) != WIDTH:
        raise ValueError(f"tile {n} has {len(leaves)} leaves")
    return {"n": n, "root": root_of_leaves(leaves), "leaves": b"".join(leaves)}


_NEXT = select(func.coalesce(func.max(schema.tiles.c.n) + 1, 0))
_BYTES = (
    select(schema.records.c.bytes)
    .where(schema.records.c.seq >= bindparam("first"), schema.records.c.seq < bindparam("until"))
    .order_by(schema.records.c.seq)
)

"""Proofs about the stored log: that a record stands in it, and that a longer one goes on from a shorter."""

from collections import OrderedDict

from sqlalchemy import Connection, bindparam, select

from countersign.audit import merkle
from countersign.audit.merkle import node_hash
from countersign.domain.errors import Trouble
from countersign.store import schema, tiles
from countersign.store.tiles import WIDTH

_TILES_AT_HAND = 64


class Proofs:
    """Proofs over one read snapshot of the log; not to be shared between threads."""

    def __init__(self, connection: Connection) -> None:
        """Prove from a connection that is reading."""
        self._connection = connection
        self._roots: list[bytes] = list(connection.execute(_ROOTS).scalars())
        self._leaves: OrderedDict[int, list[bytes]] = OrderedDict()
        self._upper: dict[tuple[int, int], bytes] = {}

    def leaf(self, seq: int) -> bytes:
        """Return the hash of a record as a leaf."""
        return self.leaves(seq, seq + 1)[0]

    def leaves(self, first: int, until: int) -> list[bytes]:
        """Return the leaf hashes from one number up to, not including, another; raises Trouble for a gap."""
        found: list[bytes] = []
        for n in range(first // WIDTH, -(-until // WIDTH)):
            start = n * WIDTH
            found += self._tile(n)[max(0, first - start) : until - start]
        if len(found) != until - first:
            raise Trouble(f"The log has no records {first} to {until - 1}. Run `countersign verify`.")
        return found

    def root(self, size: int) -> bytes:
        """Return the root of the tree over the first `size` records."""
        return self._subtree(0, size) if size else merkle.EMPTY_ROOT

    def peaks(self, size: int) -> list[bytes]:
        """Return the roots of the perfect subtrees that make up the tree of a size, the largest first."""
        found, low = [], 0
        for bit in range(size.bit_length() - 1, -1, -1):
            if size >> bit & 1:
                found.append(self._subtree(low, low + (1 << bit)))
                low += 1 << bit
        return found

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """Prove that a record stands in the log of a size."""
        return merkle.inclusion(seq, size, self._subtree)

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Prove that the log of a size goes on from that of an older size; nothing needs proof from 0."""
        return merkle.consistency(old, size, self._subtree) if old else []

    def _subtree(self, low: int, high: int) -> bytes:
        """Return the hash of the tree over some leaves, as RFC 6962 splits it."""
        count = high - low
        if count == WIDTH and low % WIDTH == 0 and low // WIDTH < len(self._roots):
            return self._roots[low // WIDTH]
        if count <= WIDTH:
            return merkle.root_of_leaves(self.leaves(low, high))
        known = self._upper.get((low, high))
        if known is None:
            middle = low + (1 << (count - 1).bit_length() - 1)
            known = node_hash(self._subtree(low, middle), self._subtree(middle, high))
            self._upper[low, high] = known
        return known

    def _tile(self, n: int) -> list[bytes]:
        if n in self._leaves:
            self._leaves.move_to_end(n)
            return self._leaves[n]
        packed = self._connection.execute(_LEAVES, {"n": n}).scalar()
        if packed is None:
            found = list(tiles.stored_leaves(self._connection, n * WIDTH, (n + 1) * WIDTH))
        else:
            found = tiles.split(packed)
        self._leaves[n] = found
        while len(self._leaves) > _TILES_AT_HAND:
            self._leaves.popitem(last=False)
        return found


_ROOTS = select(schema.tiles.c.root).order_by(schema.tiles.c.n)
_LEAVES = select(schema.tiles.c.leaves).where(schema.tiles.c.n == bindparam("n"))

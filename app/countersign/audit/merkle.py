"""The tree over a log (RFC 6962, section 2.1): its root, and proofs about it, made and checked."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from countersign.audit.flaw import Flaw

EMPTY_ROOT = hashlib.sha256(b"").digest()

Subtree = Callable[[int, int], bytes]
"""Gives the hash of the tree over the leaves from one number up to, not including, another."""


def leaf_hash(record: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the perfect subtrees that make up a tree, the largest first: enough to append to it."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count() or any(len(peak) != 32 for peak in self.peaks):
            raise Flaw("the frontier of the tree does not fit its size")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frontier) and (self.size, self.peaks) == (other.size, other.peaks)

    def __hash__(self) -> int:
        return hash(self.size)

    def append(self, record: bytes) -> None:
        """Add a record as the next leaf."""
        self.append_leaf(leaf_hash(record))

    def append_leaf(self, node: bytes) -> None:
        """Add the next leaf by its hash."""
        size = self.size
        while size & 1:
            node = node_hash(self.peaks.pop(), node)
            size >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def pack(self) -> bytes:
        """Return the peaks as bytes, to be kept beside the size."""
        return b"".join(self.peaks)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> "Frontier":
        """Read back what `pack` gave; raises Flaw when it does not fit the size."""
        return cls(size, (packed[at : at + 32] for at in range(0, len(packed), 32)))


def root_of(records: Iterable[bytes]) -> bytes:
    """Return the root of the tree over records, by the definition of RFC 6962."""
    return root_of_leaves([leaf_hash(record) for record in records])


def root_of_leaves(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over leaf hashes."""
    if not leaves:
        return EMPTY_ROOT
    row = list(leaves)
    while len(row) > 1:  # a lone last node moves up as it is, which gives the same tree as the definition
        paired = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = paired + row[len(row) - len(row) % 2 :]
    return row[0]


# -- proofs ----------------------------------------------------------------------------------------------


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Prove that a leaf stands at `index` in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise Flaw(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        split = low + _split(high - low)
        if index < split:
            path.append(subtree(split, high))
            high = split
        else:
            path.append(subtree(low, split))
            low = split
    return path[::-1]


def consistency(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """Prove that the tree of `old` leaves is a beginning of the tree of `size` leaves (RFC 6962, 2.1.2)."""
    if not 0 < old <= size:
        raise Flaw(f"a tree of {size} leaves does not go on from one of {old}")
    path: list[bytes] = []
    low, high, is_whole = 0, size, True
    while old != high:
        split = low + _split(high - low)
        if old <= split:
            path.append(subtree(split, high))
            high = split
        else:
            path.append(subtree(low, split))
            low, is_whole = split, False
    if not is_whole:
        path.append(subtree(low, high))
    return path[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` (a leaf hash) stands at `index` under a root; raises Flaw (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise Flaw(f"a tree of {size} leaves has no leaf {index}")
    _check_lengths((leaf, root, *proof))
    hashed = leaf
    for step, is_left in _climb(index, size - 1, proof, "inclusion"):
        hashed = node_hash(step, hashed) if is_left else node_hash(hashed, step)
    if hashed != root:
        raise Flaw("the inclusion proof leads to another root")


def check_consistency(old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> None:
    """Check that one tree goes on from another; raises Flaw (RFC 9162, 2.1.4.2).

    There is nothing to check about an empty tree, from which any other goes on: asking is refused.
    """
    if not 0 < old <= size:
        raise Flaw(f"a tree of {size} leaves does not go on from one of {old}")
    if old == size:
        if proof:
            raise Flaw("the consistency proof is too long")
        if old_root != root:
            raise Flaw("the two trees differ")
        return
    _check_lengths((old_root, root, *proof))
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        raise Flaw("the consistency proof is too short")
    node, last = old - 1, size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    before = after = steps[0]
    for step, is_left in _climb(node, last, steps[1:], "consistency"):
        if is_left:
            before, after = node_hash(step, before), node_hash(step, after)
        else:
            after = node_hash(after, step)
    if before != old_root:
        raise Flaw("the consistency proof does not begin at the old root")
    if after != root:
        raise Flaw("the consistency proof leads to another root")


def _climb(node: int, last: int, proof: Sequence[bytes], what: str) -> Iterator[tuple[bytes, bool]]:
    """Go from a node to the root; give each hash on the way, and whether it stands to the left."""
    for step in proof:
        if last == 0:
            raise Flaw(f"the {what} proof is too long")
        is_left = bool(node & 1) or node == last
        if is_left:
            while node and not node & 1:
                node >>= 1
                last >>= 1
        yield step, is_left
        node >>= 1
        last >>= 1
    if last:
        raise Flaw(f"the {what} proof is too short")


def _split(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def _check_lengths(hashes: Iterable[bytes]) -> None:
    if any(len(found) != 32 for found in hashes):
        raise Flaw("a hash of the proof does not have 32 bytes")

"""The tree over a log (RFC 6962, section 2.1): its root, kept up as records are appended."""

import hashlib
from collections.abc import Iterable

from countersign.audit.flaw import Flaw

EMPTY_ROOT = hashlib.sha256(b"").digest()


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
        node = leaf_hash(record)
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
    return _root([leaf_hash(record) for record in records])


def _root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(_root(leaves[:split]), _root(leaves[split:]))

"""A log in memory as a witness sees it: leaves, signed heads, and proofs between them."""

from countersign.audit import cosign, merkle, note
from countersign.audit.cosign import Known
from countersign.audit.keys import Key, Verifier
from countersign.audit.merkle import leaf_hash, root_of_leaves
from countersign.audit.note import Checkpoint


class SmallLog:
    """Grows leaf by leaf, signs its heads, and can be copied to go another way."""

    def __init__(self, name: str = "small", key: Key | None = None, leaves: tuple[bytes, ...] = ()) -> None:
        self.key = key or Key.generate()
        self.origin = note.origin(name)
        self.name = name
        self.leaves = list(leaves)

    @property
    def known(self) -> Known:
        return Known(self.origin, Verifier(self.key.public), note.ED25519)

    def grow(self, to: int, what: str = "record") -> "SmallLog":
        self.leaves += [leaf_hash(f"{what} {n}".encode()) for n in range(len(self.leaves), to)]
        return self

    def copy(self, size: int | None = None) -> "SmallLog":
        return SmallLog(self.name, self.key, tuple(self.leaves[:size]))

    def head(self, size: int | None = None) -> bytes:
        size = len(self.leaves) if size is None else size
        point = Checkpoint(self.origin, size, root_of_leaves(self.leaves[:size]))
        return note.write(point, [(self.origin, self.key)])

    def proof(self, old: int, size: int) -> list[bytes]:
        return (
            merkle.consistency(old, size, lambda low, high: root_of_leaves(self.leaves[low:high]))
            if old
            else []
        )

    def request(self, old: int, size: int | None = None) -> bytes:
        size = len(self.leaves) if size is None else size
        return cosign.write_request(old, self.proof(old, size), self.head(size))

"""Documents laid out: the last few are kept, because the steps of a case follow each other."""

from functools import lru_cache

from countersign.agents.sheet import Sheet
from countersign.domain.document import Opened


class Holder:
    """Carries a document past the cache, which must not hash all its words."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened

    def __hash__(self) -> int:
        return hash(self.opened.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Holder) and other.opened is self.opened


def sheet_of(opened: Opened) -> Sheet:
    """Lay a document out, or return it as it lies."""
    return _kept(Holder(opened))


@lru_cache(maxsize=4)
def _kept(holder: Holder) -> Sheet:
    return Sheet(holder.opened)

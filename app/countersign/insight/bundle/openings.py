"""Openings: what shows the content behind the commitments of the records, as far as it is disclosed."""

import re

from countersign.domain.errors import Trouble
from countersign.insight.bundle.bag import Bag, Spool, compact
from countersign.store.snapshot import Disclosed

_MARK = b'{"commitment":"'
"""Stands in the bytes of a record once for each commitment: inside a text its quotes would be escaped."""


_KEY = re.compile(rb'"key":"([0-9a-f]{32})"')
"""The first such member of a record is that of its actor: members stand in order."""


class Content:
    """Writes openings while the records go by, and counts what is disclosed, withheld and erased."""

    def __init__(self, spool: Spool, *, withholds: bool) -> None:
        self._spool = spool
        self._withholds = withholds
        self.disclosed = 0
        self.withheld = 0
        """Contents that stay with the sender; one that was erased before counts here, too."""
        self.erased = 0

    def take(self, row: Disclosed) -> None:
        """Write the openings of a record."""
        promised = row.bytes.count(_MARK)
        if self._withholds:
            self.withheld += promised
        elif row.openings:
            if len(row.openings) != promised:
                raise Trouble(
                    f"The sealed content of record {row.seq} is not whole. Run `countersign verify`."
                )
            self.disclosed += promised
            self._spool.write(compact({"seq": row.seq, "openings": _openings(row)}))
        else:
            self.erased += promised

    def into(self, bag: Bag) -> None:
        """Put the file into the bag; it is empty when nothing is disclosed."""
        bag.take("openings.jsonl", self._spool)


def is_sealed(record: bytes) -> bool:
    """Tell whether a record commits to content."""
    return _MARK in record


def _openings(row: Disclosed) -> list[dict[str, str]]:
    return [
        {
            "commitment": opening.commitment,
            "salt": opening.salt.hex(),
            "content": opening.content.decode(),
        }
        for opening in row.openings
    ]


def key_of(record: bytes) -> str:
    """Return the identity of the key of a record's actor; empty when the record does not say."""
    found = _KEY.search(record)
    return found[1].decode() if found else ""

"""Reads a stretch of the stored log and gives it to a check, with its openings, checkpoints and tiles.

It reads through the driver alone: a long log is read by several processes, and each starts in a moment.
"""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from countersign.audit import commitment, record
from countersign.audit.canonical import parse
from countersign.audit.commitment import Opening
from countersign.audit.flaw import Flaw
from countersign.audit.merkle import leaf_hash, node_hash
from countersign.audit.verify import LogCheck, Unlinked, is_other_changed
from countersign.domain.errors import Trouble
from countersign.store.keystore import KeyStore

Tell = Callable[[int], None]
"""Told the number of records that are done."""
WIDTH = 256
"""Leaves in a tile."""
_LEVELS = 8
_AT_ONCE = 512
_KEYS_AT_HAND = 1000
_FIRST, _LAST = -(2**63), 2**63 - 1
_DESK_SUBJECT = ""
_NO_CASE = (None, None)


class Wrong(NamedTuple):
    """The first thing that is wrong."""

    seq: int
    text: str
    """A sentence that names the record."""


class Feed:
    """Feeds a check from the number of records that it has taken."""

    def __init__(self, connection: sqlite3.Connection, keys: KeyStore, check: LogCheck) -> None:
        """Read from a connection that sees one state of the log."""
        self._connection = connection
        self._keys = keys
        self._check = check
        self._key_of: dict[str, bytes] = {}
        self._note: tuple[int, Any] | None = None
        self._notes: Iterator[tuple[int, Any]] = iter(())
        self._leaves: list[bytes] = []
        self._peaks: list[bytes] = []
        self._tiles = 0

    def run(self, until: int | None, tell: Tell) -> Wrong | None:
        """Check the records up to, not including, a number, or all that are left; return what is wrong."""
        check, begin = self._check, self._check.size
        low, high = begin or _FIRST, _LAST if until is None else until - 1
        seq, stored = begin, b""
        try:
            self._open(begin, until)
            for seq, case, n, effect, stored, blob, wrapped in self._rows(low, high):
                if seq > check.size:
                    return _missing(check.size)
                self._take(seq, (case, n, effect), stored, blob, wrapped)
                if not check.size % _AT_ONCE:
                    tell(check.size)
        except Unlinked as flaw:
            return self._blame(seq, stored, flaw)
        except (Flaw, Trouble) as error:
            return Wrong(seq, f"Record {seq}: {error}.".replace("..", "."))
        tell(check.size)
        return _missing(check.size) if until is not None and check.size < until else None

    def _open(self, begin: int, until: int | None) -> None:
        low, high = (begin if begin else _FIRST), (_LAST if until is None else until)
        self._notes = iter(self._connection.execute(_NOTES, (low, high)))
        self._note = next(self._notes, None)
        ((self._tiles,),) = self._connection.execute(_TILES)
        before = self._connection.execute(_BYTES, (begin - begin % WIDTH, begin))
        self._leaves = [leaf_hash(_bytes(stored)) for (stored,) in before]

    def _rows(self, low: int, high: int) -> Iterator[tuple[Any, ...]]:
        cursor = self._connection.execute(_RECORDS, (low, high))
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows

    def _take(self, seq: int, filed: tuple[Any, ...], stored: Any, blob: Any, wrapped: Any) -> None:
        check = self._check
        if len(self._leaves) == WIDTH - 1:
            self._peaks = check.frontier.peaks[-_LEVELS:]
        stored = _bytes(stored)
        openings = None if blob is None else self._openings(seq, filed[0], stored, blob, wrapped)
        found, signed = check.take(seq, stored, openings)
        if signed is not None and not signed.holds():
            raise Flaw("its signature is wrong")
        if filed != (found.link[:2] if found.link else _NO_CASE) + (found.effect,):
            raise Flaw("it is filed under another case or effect than it names")
        self._take_tile()
        if self._note is not None and self._note[0] <= check.size:
            self._take_note(*self._note)

    def _take_note(self, size: int, stored: Any) -> None:
        if size < self._check.size:
            raise Flaw(f"the checkpoint over {size} records is out of place")
        self._check.checkpoint(_bytes(stored), size)
        self._note = next(self._notes, None)

    def _take_tile(self) -> None:
        """Hold a tile, once its last leaf is known, against the records; a log of old may have none yet."""
        check = self._check
        self._leaves.append(check.leaf)
        if len(self._leaves) < WIDTH:
            return
        n, leaves = check.size // WIDTH - 1, b"".join(self._leaves)
        self._leaves.clear()
        stored = self._connection.execute(_TILE, (n,)).fetchone()
        if stored is None and n >= self._tiles:
            return
        root = check.leaf
        for peak in reversed(self._peaks):
            root = node_hash(peak, root)
        if stored != (root, leaves):
            raise Flaw(
                f"the hashes kept beside records {check.size - WIDTH} to {check.size - 1} are not theirs; "
                "`countersign rebuild` makes them anew"
            )

    def _openings(
        self, seq: int, case: Any, stored: bytes, blob: Any, wrapped: Any
    ) -> tuple[Opening, ...] | None:
        if wrapped is None:
            return None
        subject = case or _DESK_SUBJECT
        key = self._key_of.get(subject)
        if key is None:
            if len(self._key_of) >= _KEYS_AT_HAND:
                self._key_of.clear()
            key = self._key_of[subject] = self._keys.unwrap(_bytes(wrapped), str(subject))
        log = self._check.staff.log or record.read(stored).place.log
        return commitment.decrypt(_bytes(blob), key, log, seq)

    # -- which of two records was changed ----------------------------------------------------------------

    def _blame(self, seq: int, stored: bytes, flaw: Unlinked) -> Wrong:
        """Name the record that was changed, of one that does not follow and the one before it.

        What speaks for the later one: the hash that the next record or the head names, its own signature,
        its hash in the tile.
        """
        row = self._connection.execute(_BYTES, (seq - 1, seq)).fetchone()
        before = row[0] if row and isinstance(row[0], bytes) else b""
        is_other = is_other_changed(self._check, before, stored, self._named(seq))
        if seq and (is_other or self._has_leaf(seq, stored)):
            text = f"it was changed after it was written (record {seq} names another hash for it)"
            return Wrong(seq - 1, f"Record {seq - 1}: {text}.")
        return Wrong(seq, f"Record {seq}: {flaw}.")

    def _named(self, seq: int) -> list[str]:
        following = self._connection.execute(_BYTES, (seq + 1, seq + 2)).fetchone()
        if following is None:
            return [previous for (previous,) in self._connection.execute(_HEAD, (seq + 1,))]
        try:
            return [str(parse(_bytes(following[0])).get("previous"))]
        except Flaw:
            return []

    def _has_leaf(self, seq: int, stored: bytes) -> bool:
        tile = self._connection.execute(_TILE, (seq // WIDTH,)).fetchone()
        at = seq % WIDTH * 32
        leaves = tile[1] if tile and isinstance(tile[1], bytes) else b""
        return leaves[at : at + 32] == leaf_hash(stored)


def _missing(seq: int) -> Wrong:
    return Wrong(seq, f"Record {seq} is missing.")


def _bytes(value: object) -> bytes:
    """Refuse what is not bytes: a column of SQLite holds whatever someone puts into it."""
    if not isinstance(value, bytes):
        raise Flaw("what is stored of it is not bytes")
    return value


_RECORDS = (
    "SELECT r.seq, r.case_id, r.case_n, r.effect, r.bytes, o.blob, k.wrapped FROM records r "
    "LEFT JOIN openings o ON o.seq = r.seq "
    "LEFT JOIN case_keys k ON o.seq IS NOT NULL AND k.subject = coalesce(r.case_id, '') "
    "WHERE r.seq BETWEEN ? AND ? ORDER BY r.seq"
)
_NOTES = "SELECT size, note FROM checkpoints WHERE size > ? AND size <= ? ORDER BY size"
_TILES = "SELECT coalesce(max(n) + 1, 0) FROM tiles"
_TILE = "SELECT root, leaves FROM tiles WHERE n = ?"
_BYTES = "SELECT bytes FROM records WHERE seq >= ? AND seq < ? ORDER BY seq"
_HEAD = "SELECT previous FROM head WHERE size = ?"

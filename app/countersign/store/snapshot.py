"""One read snapshot of the log with a choice of cases laid over it: what goes into a bundle, and proofs."""

from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection

from countersign.audit.commitment import Opening
from countersign.domain.errors import Trouble
from countersign.store import selection
from countersign.store.database import Database
from countersign.store.decode import CaseKeys, open_blob
from countersign.store.head import SIZE
from countersign.store.proofs import Proofs
from countersign.store.selection import Wanted

_MANY = 500
_AT_ONCE = 10_000


class Disclosed(NamedTuple):
    """A record that goes out, with the openings of its content as far as they can still be read."""

    seq: int
    case: str | None
    bytes: bytes
    openings: tuple[Opening, ...]


class Amount(NamedTuple):
    """How much a choice is."""

    records: int
    record_bytes: int
    opening_bytes: int
    sealed: int
    """How many records have sealed content that can still be read."""
    documents: int
    document_bytes: int
    first: str | None
    """When its first record was made, as records write it; None for an empty choice."""
    last: str | None


class Stamp(NamedTuple):
    """What a time-stamp authority said of a checkpoint."""

    size: int
    authority: str
    token: bytes


class Snapshot:
    """The log as it stood at one moment; not to be shared between threads."""

    def __init__(self, connection: Connection, keys: CaseKeys, log: str) -> None:
        """Read over a connection; `snapshot` opens one."""
        self.log = log
        self.proofs = Proofs(connection)
        self._connection = connection
        self._keys = keys
        selection.chosen.create(connection)
        selection.disclosed.create(connection)

    # -- the choice ------------------------------------------------------------------------------------

    def choose(self, wanted: Wanted) -> "array[int]":
        """Return the numbers of the first records of the cases wanted, ascending; raises Trouble."""
        statement = selection.narrowed(wanted)
        if not wanted.cases:
            return array("q", self._connection.execute(statement.order_by(selection.first.c.seq)).scalars())
        named = tuple(dict.fromkeys(wanted.cases))
        found: list[int] = []
        for some in _chunks(named):
            self._refuse_unknown(some)
            found += self._connection.execute(statement.where(selection.first.c.case_id.in_(some))).scalars()
        return array("q", sorted(found))

    def _refuse_unknown(self, cases: tuple[str, ...]) -> None:
        known = set(self._connection.execute(selection.KNOWN, {"ids": cases}).scalars())
        missing = next((case for case in cases if case not in known), None)
        if missing is not None:
            raise Trouble(
                f"There is no case {missing}. `countersign process` prints the number of each case."
            )

    def take(self, firsts: "array[int]", until: int) -> None:
        """Lay a choice of cases over the log: all their records before the one numbered `until`."""
        self._connection.execute(selection.chosen.delete())
        self._connection.execute(selection.disclosed.delete())
        for start in range(0, len(firsts), _AT_ONCE):
            rows = [{"this": no} for no in firsts[start : start + _AT_ONCE]]
            self._connection.execute(selection.TAKE_CASE, rows)
        self._connection.execute(selection.TAKE_RECORDS, {"until": until})

    def disclose(self, seqs: Iterable[int]) -> None:
        """Add records of the desk to what goes out."""
        rows = [{"seq": seq} for seq in seqs]
        if rows:
            self._connection.execute(selection.ADD, rows)

    # -- what is chosen --------------------------------------------------------------------------------

    def amount(self) -> Amount:
        """Measure what is chosen."""
        records, record_bytes, opening_bytes, sealed, first, last = self._connection.execute(
            selection.AMOUNT
        ).one()
        documents, document_bytes = self._connection.execute(selection.DOCUMENTS).one()
        return Amount(records, record_bytes, opening_bytes, sealed, documents, document_bytes, first, last)

    def erased_cases(self) -> int:
        """Return how many of the chosen cases were erased."""
        return int(self._connection.execute(selection.ERASED).scalar_one())

    def unseen(self) -> tuple[int, bool]:
        """Return how many records no witness has seen, and whether any witness ever saw the log."""
        size = int(self._connection.execute(SIZE).scalar() or 0)
        seen = self.witnessed(size)
        return size - seen, seen > 0

    def span(self) -> tuple[int, int]:
        """Return the numbers of the first and the last record of the chosen cases."""
        first, last = self._connection.execute(selection.SPAN).one()
        return int(first), int(last)

    def counts(self) -> Iterator[tuple[str, int]]:
        """Give how many records each chosen case has, by its name in order."""
        for row in self._connection.execute(selection.COUNTS):
            yield row.case_id, row.n

    def deciding_policies(self) -> tuple[str, ...]:
        """Return the digests of the policies that decided chosen cases, in order."""
        return tuple(self._connection.execute(selection.DECIDING).scalars())

    def disclosed(self, *, is_sealed: bool = False) -> Iterator[Disclosed]:
        """Give every record that goes out, ascending; with `is_sealed`, without their content."""
        for row in self._connection.execute(selection.ROWS):
            yield self._decoded(row, is_sealed)

    def cases(self, *, is_sealed: bool = False) -> Iterator[list[Disclosed]]:
        """Give the records of each chosen case, cases in the order they came in.

        With `is_sealed`, their content stays sealed.
        """
        case: list[Disclosed] = []
        for row in self._connection.execute(selection.BY_CASE):
            if case and row.case_id != case[0].case:
                yield case
                case = []
            case.append(self._decoded(row, is_sealed))
        if case:
            yield case

    def desk(self, until: int) -> Iterator[Disclosed]:
        """Give the records before a number that belong to no case, ascending."""
        for row in self._connection.execute(selection.DESK, {"until": until}):
            yield self._decoded(row)

    def last_records(self) -> Iterator[int]:
        """Give the number of the last record of each chosen case, ascending."""
        yield from self._connection.execute(selection.LASTS).scalars()

    def _decoded(self, row: Any, is_sealed: bool = False) -> Disclosed:
        is_kept = row.blob is not None and not is_sealed
        key = self._keys.get(self._connection, row.case_id) if is_kept else None
        openings = open_blob(row.blob, key, self.log, row.seq) if key is not None else ()
        return Disclosed(row.seq, row.case_id, row.bytes, openings)

    # -- what was said of the log ----------------------------------------------------------------------

    def size(self) -> int:
        """Return the size in the newest checkpoint, 0 while there is none."""
        return int(self._connection.execute(selection.NEWEST).scalar_one())

    def checkpoint_from(self, size: int) -> int:
        """Return the size of the first checkpoint over at least so many records; raises Trouble."""
        found = self._connection.execute(selection.FROM, {"size": size}).scalar()
        if found is None:
            raise Trouble(f"No checkpoint covers record {size - 1} yet. Try again in a second.")
        return int(found)

    def checkpoints(self, after: int, until: int) -> Iterator[tuple[int, bytes]]:
        """Give the checkpoints over more than `after` and at most `until` records, with their witnesses."""
        for row in self._connection.execute(selection.NOTES, {"after": after, "until": until}):
            yield row.size, row.note + self._cosignatures(row.size)

    def checkpoint(self, size: int) -> bytes:
        """Return the checkpoint of a size with the lines of its witnesses; raises Trouble."""
        found = next(self.checkpoints(size - 1, size), None)
        if found is None:
            raise Trouble(f"The checkpoint over {size} records is missing. Run `countersign verify`.")
        return found[1]

    def _cosignatures(self, size: int) -> bytes:
        lines = self._connection.execute(selection.COSIGNATURES, {"size": size}).scalars()
        return b"".join(line.rstrip("\n").encode() + b"\n" for line in lines)

    def witnessed(self, until: int) -> int:
        """Return the largest size up to `until` that a witness has seen, 0 for none."""
        return int(self._connection.execute(selection.WITNESSED, {"until": until}).scalar_one())

    def stamps(self, after: int, until: int) -> tuple[Stamp, ...]:
        """Return the time stamps of checkpoints over more than `after` and at most `until` records."""
        rows = self._connection.execute(selection.STAMPS, {"after": after, "until": until})
        return tuple(Stamp(row.size, row.authority, row.token) for row in rows)


@contextmanager
def snapshot(database: Database, keys: CaseKeys, log: str) -> Iterator[Snapshot]:
    """Read in one snapshot, whatever is appended meanwhile."""
    with database.reading() as connection:
        yield Snapshot(connection, keys, log)


def _chunks(names: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    return (names[start : start + _MANY] for start in range(0, len(names), _MANY))

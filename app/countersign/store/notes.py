"""What this machine noted about its log: past verifications, and how the log stands now.

Notes help the people here; they are no evidence, since whoever can write the database can write them.
"""

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from countersign.audit.verify import Verdict
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.standing import Check
from countersign.domain.time import now
from countersign.store import schema
from countersign.store.database import Database
from countersign.store.projection import milliseconds, moment_of

MARK = 100_000
"""Records after which an unfinished verification notes how far it is."""
_UNFINISHED = 0


class State(Frozen):
    """How the log stands; cheap enough to be asked for five times a second."""

    records: int
    unsigned: int
    """Records that no signed head covers yet."""
    epoch: int
    last: Check | None
    """The last verification that ended."""


class Notes:
    """Notes of one verification, written beside whatever the desk appends meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._no: int | None = None
        self._marked = 0

    def mark(self, size: int, root: bytes) -> None:
        """Note that an unfinished verification found so many records good, every 100,000."""
        if size - self._marked >= MARK:
            self._marked = size
            self._write({"size": size, "root": root, "ok": _UNFINISHED, "flaw": None, "is_full": 0})

    def finish(self, verdict: Verdict, root: bytes) -> Verdict:
        """Note how it ended; a verdict that cannot be noted is none the worse."""
        row = {
            "size": verdict.records,
            "root": root,
            "ok": int(verdict.ok),
            "flaw": verdict.flaw,
            "is_full": int(not verdict.since),
        }
        try:
            self._write(row)
        except Trouble as trouble:
            warning = f"This result could not be noted. {trouble}"
            return verdict.model_copy(update={"warnings": (*verdict.warnings, warning)})
        return verdict

    def _write(self, row: dict[str, object]) -> None:
        values = {"at": milliseconds(now()), **row}
        with self._database.writing() as connection:
            if self._no is None:
                made = connection.execute(insert(schema.verifications), values)
                (self._no,) = made.inserted_primary_key or (None,)
            else:
                connection.execute(_CHANGE, {"this": self._no, **values})


def last_good(connection: Connection) -> tuple[int, bytes] | None:
    """Return size and root of the last verification that found all well, as far as it came."""
    row = connection.execute(_GOOD).first()
    return (row.size, row.root) if row else None


def verifications(connection: Connection, limit: int) -> tuple[Check, ...]:
    """Return the last verifications that ended, the latest first."""
    return tuple(_check(row) for row in connection.execute(_ENDED, {"limit": limit}))


def state(connection: Connection) -> State:
    """Return how the log stands."""
    row = connection.execute(_STATE).first()
    last = verifications(connection, 1)
    return State(
        records=row.size if row else 0,
        unsigned=row.size - row.checkpoint_size if row else 0,
        epoch=row.epoch if row else 0,
        last=last[0] if last else None,
    )


def _check(row: Row[*tuple[object, ...]]) -> Check:
    return Check(
        at=moment_of(row.at),
        records=row.size,
        ok=bool(row.ok),
        flaw=row.flaw,
        is_full=bool(row.is_full),
    )


_notes = schema.verifications
_CHANGE = update(_notes).where(_notes.c.no == bindparam("this"))
_GOOD = (
    select(_notes.c.size, _notes.c.root).where(_notes.c.flaw.is_(None)).order_by(_notes.c.no.desc()).limit(1)
)
_ENDED = (
    select(_notes)
    .where((_notes.c.ok != _UNFINISHED) | _notes.c.flaw.is_not(None))
    .order_by(_notes.c.no.desc())
    .limit(bindparam("limit"))
)
_STATE = select(schema.head.c.size, schema.head.c.checkpoint_size, schema.head.c.epoch)

"""What witnesses and time-stamp authorities said of the heads of this log: kept beside it, read for all.

The rows are what this machine was told, and anyone who can write its files can change them; so whatever is
concluded from a cosignature is concluded from one that was checked against its witness's key just now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from countersign.audit import cosign, note
from countersign.audit.cosign import Known
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Verifier, from_text
from countersign.domain import standing
from countersign.domain.errors import Trouble
from countersign.store import schema
from countersign.store.database import Database
from countersign.store.head import SIZE
from countersign.store.projection import milliseconds, moment_of
from countersign.store.proofs import Proofs

_OF_THE_DESK = ("desk_founded", "desk_rekeyed")
_TRIED = 20
"""Cosignatures, the newest first, among which one that holds is looked for."""


@dataclass(frozen=True, slots=True)
class Window:
    """The unwitnessed window: the records at the end of the log that no witness has seen."""

    size: int
    """Records of the log."""
    witnessed: int
    """Records under the largest head that a known witness cosigned."""
    since: datetime | None
    """When the first record after them was written; None when there is none."""

    @property
    def records(self) -> int:
        """How many records no witness has seen."""
        return self.size - self.witnessed


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A checkpoint of the log as stored."""

    size: int
    note: bytes

    @property
    def text(self) -> bytes:
        """What its signers signed."""
        return note.signed_text(self.note)


class AnchorStore:
    """Reads and writes what others said of the log. Safe from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log(self) -> Known:
        """Return the log's name and the desk's present key, as others know them; raises Trouble."""
        with self._database.reading() as connection:
            log = connection.execute(_LOG).scalar()
            stored = connection.execute(_DESK_RECORDS).scalars().all()
        try:
            bodies = [orjson.loads(one)["body"] for one in stored]
            keys = [body["public_key"] for body in bodies if body["kind"] in _OF_THE_DESK]
            public = from_text(keys[-1], 32, "the desk's key")
            return Known(note.origin(str(log)), Verifier(public), note.ED25519)
        except (ValueError, LookupError, TypeError) as error:
            raise Trouble(
                "The record does not say which key is the desk's. Run `countersign verify`."
            ) from error

    # -- what can be shown to others -------------------------------------------------------------------

    def newest(self) -> SignedHead | None:
        """Return the newest checkpoint; None while there is none."""
        with self._database.reading() as connection:
            row = connection.execute(_NEWEST).first()
        return SignedHead(row.size, bytes(row.note)) if row else None

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Prove that the log of a size goes on from that of an older size."""
        with self._database.reading() as connection:
            return Proofs(connection).consistency(old, size)

    # -- what others said ------------------------------------------------------------------------------

    def keep_cosignature(self, size: int, witness: str, line: bytes, at: datetime) -> None:
        """Keep the line of a witness, which was checked, under the head of a size."""
        row = {"size": size, "witness": witness, "line": line.decode(), "at": milliseconds(at)}
        with self._database.writing() as connection:
            connection.execute(_KEEP_LINE, row)

    def keep_stamp(self, size: int, authority: str, token: bytes, at: datetime) -> None:
        """Keep a time stamp, which was checked, of the head of a size."""
        row = {"size": size, "authority": authority, "token": token, "at": milliseconds(at)}
        with self._database.writing() as connection:
            connection.execute(_KEEP_STAMP, row)

    def cosigned(self, witness: Known) -> tuple[int, datetime | None]:
        """Return the size of the largest head that a witness cosigned, and when; 0 and None before."""
        with self._database.reading() as connection:
            return _cosigned(connection, witness)

    def stamped(self, authority: str) -> tuple[int, datetime | None]:
        """Return the size of the largest head that an authority stamped, and when; 0 and None before."""
        with self._database.reading() as connection:
            row = connection.execute(_STAMPED, {"authority": authority}).first()
        return (row.size, moment_of(row.at)) if row else (0, None)

    # -- how the log stands ----------------------------------------------------------------------------

    def window(self, witnesses: Sequence[Known]) -> Window:
        """Return the unwitnessed window; only cosignatures of these witnesses that hold count."""
        with self._database.reading() as connection:
            size = connection.execute(SIZE).scalar() or 0
            seen = max((_cosigned(connection, witness)[0] for witness in witnesses), default=0)
            since = _written_at(connection, seen) if seen < size else None
        return Window(size=size, witnessed=min(seen, size), since=since)

    def witnesses(self, known: Sequence[Known]) -> tuple[standing.Witness, ...]:
        """Return how far each witness has seen the log."""
        with self._database.reading() as connection:
            found = [(witness.name, *_cosigned(connection, witness)) for witness in known]
        return tuple(standing.Witness(name=name, at=at, records=size) for name, size, at in found)

    def stamps(self) -> tuple[standing.Stamp, ...]:
        """Return the newest time stamp of each authority."""
        with self._database.reading() as connection:
            rows = connection.execute(_NEWEST_STAMPS).all()
        return tuple(
            standing.Stamp(authority=row.authority, at=moment_of(row.at), records=row.size) for row in rows
        )


def _cosigned(connection: Connection, witness: Known) -> tuple[int, datetime | None]:
    """Find the largest head under which the line of a witness holds."""
    for row in connection.execute(_COSIGNED, {"witness": witness.name}):
        try:
            return row.size, cosign.check_lines(note.signed_text(row.note), row.line.encode(), witness)[1]
        except Flaw:
            continue  # a line that was tampered with says nothing; an older one may
    return 0, None


def _written_at(connection: Connection, seq: int) -> datetime | None:
    stored = connection.execute(_RECORD, {"seq": seq}).scalar()
    try:
        return datetime.fromisoformat(orjson.loads(stored)["at"]) if stored else None
    except (ValueError, KeyError, TypeError):
        return None  # verification names the record; here it only has no time


_line = insert(schema.cosignatures)
_KEEP_LINE = _line.on_conflict_do_update(
    index_elements=["size", "witness"], set_={"line": _line.excluded.line, "at": _line.excluded.at}
)
_stamp = insert(schema.stamps)
_KEEP_STAMP = _stamp.on_conflict_do_update(
    index_elements=["size", "authority"], set_={"token": _stamp.excluded.token, "at": _stamp.excluded.at}
)
_NEWEST = select(schema.checkpoints).order_by(schema.checkpoints.c.size.desc()).limit(1)
_LOG = select(schema.head.c.log)
_DESK_RECORDS = (
    select(schema.records.c.bytes).where(schema.records.c.case_id.is_(None)).order_by(schema.records.c.seq)
)
_RECORD = select(schema.records.c.bytes).where(schema.records.c.seq == bindparam("seq"))
_COSIGNED = (
    select(schema.cosignatures.c.size, schema.cosignatures.c.line, schema.checkpoints.c.note)
    .join(schema.checkpoints, schema.checkpoints.c.size == schema.cosignatures.c.size)
    .where(schema.cosignatures.c.witness == bindparam("witness"))
    .order_by(schema.cosignatures.c.size.desc())
    .limit(_TRIED)
)
_STAMPED = (
    select(schema.stamps)
    .where(schema.stamps.c.authority == bindparam("authority"))
    .order_by(schema.stamps.c.size.desc())
    .limit(1)
)
_largest = (
    select(schema.stamps.c.authority, func.max(schema.stamps.c.size).label("size"))
    .group_by(schema.stamps.c.authority)
    .subquery()
)
_NEWEST_STAMPS = (
    select(schema.stamps)
    .join(
        _largest,
        (schema.stamps.c.authority == _largest.c.authority) & (schema.stamps.c.size == _largest.c.size),
    )
    .order_by(schema.stamps.c.authority)
)

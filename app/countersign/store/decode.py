"""From stored bytes to entries; the case's key gives sealed values back."""

import json
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from countersign.audit import commitment, record
from countersign.audit.commitment import Opening, Openings
from countersign.audit.flaw import Flaw
from countersign.domain.actor import Actor
from countersign.domain.errors import Trouble
from countersign.domain.event import Entry, parse
from countersign.store import schema
from countersign.store.keystore import KeyStore

DESK_SUBJECT = ""
"""Whose key seals what belongs to no case; a case cannot have this name."""
_MOST_KEYS = 10_000


class CaseKeys:
    """The keys of cases, unwrapped once and remembered."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys
        self._known: OrderedDict[str, bytes] = OrderedDict()

    def get(self, connection: Connection, case: str | None) -> bytes | None:
        """Return the key of a case, None where there is none."""
        subject = case or DESK_SUBJECT
        key = self._known.get(subject)  # in one step: another thread may drop the oldest
        if key is None:
            wrapped = connection.execute(_WRAPPED, {"subject": subject}).scalar()
            if wrapped is None:
                return None
            key = self._keys.unwrap(wrapped, subject)
            self.remember(case, key)
        return key

    def remember(self, case: str | None, key: bytes) -> None:
        """Keep a key at hand."""
        self._known[case or DESK_SUBJECT] = key
        while len(self._known) > _MOST_KEYS:
            self._known.popitem(last=False)

    def forget(self, case: str) -> None:
        """Keep a key at hand no longer: its case is erased."""
        self._known.pop(case, None)

    def wrapped(self, case: str | None, key: bytes) -> dict[str, Any]:
        """Return the row that keeps a new key."""
        subject = case or DESK_SUBJECT
        return {"subject": subject, "wrapped": self._keys.wrap(key, subject)}


class Reader:
    """Decodes rows of records that were joined with their openings."""

    def __init__(self, connection: Connection, keys: CaseKeys, log: str) -> None:
        self._connection = connection
        self._keys = keys
        self._log = log

    def entry(self, row: Row[*tuple[Any, ...]]) -> Entry:
        """Return the entry of a row (seq, bytes, case_id, blob); raises Trouble when it was changed."""
        key = self._keys.get(self._connection, row.case_id) if row.blob is not None else None
        openings = open_blob(row.blob, key, self._log, row.seq) if key is not None else ()
        return entry_of(row.seq, row.bytes, openings)


def open_blob(blob: bytes, key: bytes, log: str, seq: int) -> tuple[Opening, ...]:
    """Decrypt the openings of a record of our own; raises Trouble when they were changed."""
    try:
        return commitment.decrypt(blob, key, log, seq)
    except Flaw as error:
        raise Trouble(f"The sealed content of record {seq} was changed. Run `countersign verify`.") from error


def entry_of(seq: int, stored: bytes, openings: Iterable[Opening]) -> Entry:
    """Turn a stored record into its entry, with what its openings give back; raises Trouble.

    The record's form and signature are not checked here: that is verification.
    """
    try:
        members = json.loads(stored)
        actor = members["actor"]
        context = {"opener": Openings(openings)}
        case = members.get("case")
        return Entry(
            seq=seq,
            at=datetime.fromisoformat(members["at"]),
            actor=Actor(**{name: actor[name] for name in ("kind", "id", "role", "authenticated")}),
            case=case["id"] if case else None,
            event=parse(members["body"], context),
            digest=record.digest(stored),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(f"Record {seq} cannot be read. Run `countersign verify`.") from error


_WRAPPED = select(schema.case_keys.c.wrapped).where(schema.case_keys.c.subject == bindparam("subject"))

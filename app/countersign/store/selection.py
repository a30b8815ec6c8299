"""The statements that choose cases for a bundle and read what goes into it; store/snapshot.py runs them.

A choice lies in two passing tables of the reading connection, so that neither the cases nor their records
need to fit into memory.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)

from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.domain.time import iso
from countersign.store import schema

_SHORTEST_DIGEST = 8


class Wanted(Frozen):
    """How cases are chosen: all that is named must hold of a case; what is not named narrows nothing."""

    cases: tuple[str, ...] = ()
    since: datetime | None = None
    """The case came in then or later."""
    until: datetime | None = None
    """The case came in before then."""
    klass: str | None = None
    agent: str | None = None
    """An agent that did a step of it: ``reader.local``, or one version, ``reader.local@3``."""
    person: str | None = None
    """A person who did something with it, by id."""
    policy: str | None = None
    """Digest of a policy that decided it, or its beginning (8 digits or more)."""


_passing = MetaData()
chosen = Table(
    "chosen",
    _passing,
    Column("no", Integer, primary_key=True),
    Column("case_id", Text, nullable=False),
    prefixes=["TEMPORARY"],
)
disclosed = Table("disclosed", _passing, Column("seq", Integer, primary_key=True), prefixes=["TEMPORARY"])

_records = schema.records
first = schema.records.alias("first")


def _member(column: ColumnElement[bytes], path: str) -> ColumnElement[str]:
    """Return a member of a record's JSON."""
    return func.json_extract(cast(column, Text), path)


def narrowed(wanted: Wanted) -> Select[Any]:
    """Select the first record of each case that is wanted, named or not."""
    statement = select(first.c.seq).where(first.c.case_id.is_not(None), first.c.case_n == 0)
    if wanted.since is not None:
        statement = statement.where(_member(first.c.bytes, "$.at") >= iso(wanted.since))
    if wanted.until is not None:
        statement = statement.where(_member(first.c.bytes, "$.at") < iso(wanted.until))
    if wanted.klass is not None:
        of_class = select(schema.cases.c.id).where(schema.cases.c.klass == wanted.klass)
        statement = statement.where(first.c.case_id.in_(of_class))
    if wanted.agent is not None:
        statement = statement.where(_has(_by("agent", wanted.agent, is_versioned="@" in wanted.agent)))
    if wanted.person is not None:
        statement = statement.where(_has(_by("person", wanted.person)))
    if wanted.policy is not None:
        statement = statement.where(_has(_decided_by(wanted.policy)))
    return statement


def _has(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return exists().where(_records.c.case_id == first.c.case_id, *conditions)


def _by(kind: str, id: str, *, is_versioned: bool = True) -> list[ColumnElement[bool]]:
    """Say that a record was made by someone; `instr` spares parsing most of those that were not."""
    found = _member(_records.c.bytes, "$.actor.id")
    needle = f'"id":{json.dumps(id, ensure_ascii=False)}'
    is_them = found == id
    if not is_versioned:
        needle = needle[:-1] + "@"
        is_them = func.substr(found, 1, len(id) + 1) == f"{id}@"
    return [
        func.instr(_records.c.bytes, literal(needle.encode())) > 0,
        _member(_records.c.bytes, "$.actor.kind") == kind,
        is_them,
    ]


def _decided_by(digest: str) -> list[ColumnElement[bool]]:
    if len(digest) < _SHORTEST_DIGEST or not set(digest) <= set("0123456789abcdef"):
        raise Trouble(
            f"{digest!r} is not the digest of a policy. Give at least {_SHORTEST_DIGEST} of its hex digits."
        )
    return [
        func.instr(_records.c.bytes, literal(b'"kind":"decided"')) > 0,
        _member(_records.c.bytes, "$.body.kind") == "decided",
        func.substr(_member(_records.c.bytes, "$.body.digest"), 1, len(digest)) == digest,
    ]


KNOWN = select(_records.c.case_id).where(
    _records.c.case_id.in_(bindparam("ids", expanding=True)), _records.c.case_n == 0
)
TAKE_CASE = insert(chosen).from_select(
    ["no", "case_id"], select(_records.c.seq, _records.c.case_id).where(_records.c.seq == bindparam("this"))
)
_OF_CHOSEN = chosen.join(_records, _records.c.case_id == chosen.c.case_id)
TAKE_RECORDS = insert(disclosed).from_select(
    ["seq"], select(_records.c.seq).select_from(_OF_CHOSEN).where(_records.c.seq < bindparam("until"))
)
ADD = insert(disclosed).prefix_with("OR IGNORE")

_OUT = disclosed.join(_records, _records.c.seq == disclosed.c.seq)
_OUT_OF_CASES = chosen.join(_records, _records.c.case_id == chosen.c.case_id).join(
    disclosed, disclosed.c.seq == _records.c.seq
)
_OPENED = schema.openings
ROWS = (
    select(_records.c.seq, _records.c.case_id, _records.c.bytes, _OPENED.c.blob)
    .select_from(_OUT.join(_OPENED, _OPENED.c.seq == disclosed.c.seq, isouter=True))
    .order_by(disclosed.c.seq)
)
BY_CASE = (
    select(_records.c.seq, _records.c.case_id, _records.c.bytes, _OPENED.c.blob)
    .select_from(_OUT_OF_CASES.join(_OPENED, _OPENED.c.seq == _records.c.seq, isouter=True))
    .order_by(chosen.c.no, _records.c.case_n)
)
DESK = (
    select(_records.c.seq, _records.c.case_id, _records.c.bytes, _OPENED.c.blob)
    .select_from(_records.join(_OPENED, _OPENED.c.seq == _records.c.seq, isouter=True))
    .where(_records.c.case_id.is_(None), _records.c.seq < bindparam("until"))
    .order_by(_records.c.seq)
)
_AT = _member(_records.c.bytes, "$.at")
AMOUNT = select(
    func.count(),
    func.coalesce(func.sum(func.length(_records.c.bytes)), 0),
    func.coalesce(func.sum(func.length(_OPENED.c.blob)), 0),
    func.count(_OPENED.c.blob),
    func.min(_AT),
    func.max(_AT),
).select_from(_OUT.join(_OPENED, _OPENED.c.seq == disclosed.c.seq, isouter=True))
_received = (
    select(
        _member(_records.c.bytes, "$.body.sha256").label("sha256"),
        func.max(func.coalesce(_member(_records.c.bytes, "$.body.length"), 0)).label("length"),
    )
    .select_from(_OUT_OF_CASES)
    .where(
        or_(
            func.instr(_records.c.bytes, literal(b'"kind":"document_received"')) > 0,
            func.instr(_records.c.bytes, literal(b'"kind":"mail_taken_apart"')) > 0,
        ),
        _member(_records.c.bytes, "$.body.kind").in_(("document_received", "mail_taken_apart")),
    )
    .group_by("sha256")
    .subquery()
)
DOCUMENTS = select(func.count(), func.sum(_received.c.length))
SPAN = select(func.min(_records.c.seq), func.max(_records.c.seq)).select_from(_OUT_OF_CASES)
COUNTS = (
    select(chosen.c.case_id, func.count().label("n"))
    .select_from(_OUT_OF_CASES)
    .group_by(chosen.c.case_id)
    .order_by(chosen.c.case_id)
)
LASTS = (
    select(func.max(_records.c.seq).label("seq"))
    .select_from(_OUT_OF_CASES)
    .group_by(chosen.c.case_id)
    .order_by("seq")
)
_DIGEST = _member(_records.c.bytes, "$.body.digest")
DECIDING = (
    select(_DIGEST.label("digest"))
    .select_from(_OUT_OF_CASES)
    .where(
        func.instr(_records.c.bytes, literal(b'"kind":"decided"')) > 0,
        _member(_records.c.bytes, "$.body.kind") == "decided",
    )
    .group_by("digest")
    .order_by("digest")
)
ERASED = (
    select(func.count())
    .select_from(chosen.join(schema.cases, schema.cases.c.id == chosen.c.case_id))
    .where(schema.cases.c.erased_at.is_not(None))
)
NEWEST = select(func.coalesce(func.max(schema.checkpoints.c.size), 0))
FROM = select(func.min(schema.checkpoints.c.size)).where(schema.checkpoints.c.size >= bindparam("size"))
NOTES = (
    select(schema.checkpoints)
    .where(schema.checkpoints.c.size > bindparam("after"), schema.checkpoints.c.size <= bindparam("until"))
    .order_by(schema.checkpoints.c.size)
)
COSIGNATURES = (
    select(schema.cosignatures.c.line)
    .where(schema.cosignatures.c.size == bindparam("size"))
    .order_by(schema.cosignatures.c.witness)
)
WITNESSED = select(func.coalesce(func.max(schema.cosignatures.c.size), 0)).where(
    schema.cosignatures.c.size <= bindparam("until")
)
STAMPS = (
    select(schema.stamps.c.size, schema.stamps.c.authority, schema.stamps.c.token)
    .where(schema.stamps.c.size > bindparam("after"), schema.stamps.c.size <= bindparam("until"))
    .order_by(schema.stamps.c.size, schema.stamps.c.authority)
)

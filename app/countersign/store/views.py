"""Carries the views of the log between the database and the projection, a batch of records at a time."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from countersign.audit import keys
from countersign.domain.actor import Actor
from countersign.domain.case import Status
from countersign.domain.event import (
    AgentEnrolled,
    BudgetReached,
    DocumentReceived,
    Event,
    PersonEnrolled,
    PolicyActivated,
    Unknown,
)
from countersign.store import projection, schema
from countersign.store.figure_views import FigureTally
from countersign.store.projection import CaseView, ClassOf, FieldRow, Place
from countersign.store.work_views import WorkTally

_MANY = 500
"""How many cases are looked up in one statement."""


class Views:
    """The views as they stand after the events applied so far; `write` puts them into the database."""

    def __init__(self, connection: Connection, class_of: ClassOf) -> None:
        self._connection = connection
        self._class_of = class_of
        self._cases: dict[str, CaseView | None] = {}
        self._with_fields: set[str] = set()
        self._new_headline: set[str] = set()
        self._desk: list[tuple[Table, dict[str, Any]]] = []
        self._tally = WorkTally()
        self._figures = FigureTally(connection)

    def prepare(self, cases: Iterable[str]) -> None:
        """Look many cases up at once, which is faster than one after the other."""
        wanted = [case for case in dict.fromkeys(cases) if case not in self._cases]
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            self._cases.update(dict.fromkeys(some))
            for row in self._connection.execute(_CASES_BY_ID, {"ids": some}).mappings():
                stored = dict(row)
                reasons = tuple(json.loads(stored["reasons"]))
                self._cases[stored["id"]] = CaseView(
                    row=dict(stored), stored=stored, reasons=reasons, stored_reasons=reasons
                )

    def apply(self, seq: int, at: datetime, case: str | None, event: Event | Unknown, actor: Actor) -> None:
        """Take in the next record of the log."""
        if case is None:
            self._apply_to_desk(seq, at, event)
            return
        self.prepare((case,))
        view = self._cases[case]
        if view is None:
            if isinstance(event, DocumentReceived):
                self._cases[case] = projection.begin(seq, at, case, event)
                self._figures.begin(seq)
                self._with_fields.add(case)
            return
        if isinstance(event, projection.NEEDS_FIELDS):
            self._load_fields(case, view)
            self._new_headline.add(case)
        self._tally.count(event, view.row, at)
        projection.apply(event, view)
        projection.settle(event, view, at)
        self._figures.count(event, actor, view.row, at)

    def row(self, case: str) -> dict[str, Any] | None:
        """Return the row of a case that `prepare` has seen, as it now stands; None where it has none."""
        view = self._cases.get(case)
        return view.row if view else None

    def _load_fields(self, case: str, view: CaseView) -> None:
        if case in self._with_fields:
            return
        self._with_fields.add(case)
        for row in self._connection.execute(_FIELDS_OF, {"no": view.row["no"]}).mappings():
            members = dict(row)
            del members["case_no"]
            place = (members.pop("field"), members.pop("idx"))
            view.fields[place] = cast(FieldRow, members)
        view.stored_fields = dict(view.fields)

    def _apply_to_desk(self, seq: int, at: datetime, event: Event | Unknown) -> None:
        match event:
            case BudgetReached():
                self._tally.count_alert(event, at, seq)
            case PersonEnrolled():
                row = {
                    "id": event.person,
                    "name": event.name,
                    "roles": json.dumps(event.roles),
                    "assurance": event.assurance,
                    "key_id": _key_id(event.public_key),
                    "seq": seq,
                }
                self._desk.append((schema.persons, row))
            case AgentEnrolled():
                row = {
                    **event.card.model_dump(include={"name", "version", "tier", "purpose", "code_digest"}),
                    "id": event.card.id,
                    "key_id": _key_id(event.public_key),
                    "seq": seq,
                }
                self._desk.append((schema.agents, row))
            case PolicyActivated():
                row = {"policy": event.policy, "digest": event.digest, "text": event.text, "seq": seq}
                self._desk.append((schema.policies, row))
            case _:
                pass

    # -- into the database ---------------------------------------------------------------------------

    def write(self) -> None:
        """Write what changed; the views may be applied to no more."""
        held = {case: view for case, view in self._cases.items() if view is not None}
        for case in self._new_headline:
            projection.put_headline(held[case], self._class_of)
        changed = [view for view in held.values() if view.row != view.stored]
        self._write_cases(changed)
        self._write_search(changed)
        self._write_reasons(held.values())
        self._write_fields(held[case] for case in self._with_fields)
        for table, row in self._desk:
            self._connection.execute(_replace(table), row)
        self._tally.write(self._connection)
        self._figures.write()

    def _write_cases(self, changed: list[CaseView]) -> None:
        new = [view.row for view in changed if not view.stored]
        if new:
            self._connection.execute(insert(schema.cases), new)
        by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        moved: Counter[str] = Counter(row["status"] for row in new)
        for view in changed:
            if view.stored:
                change = {name: value for name, value in view.row.items() if value != view.stored[name]}
                by_columns.setdefault(tuple(change), []).append({"this_no": view.row["no"], **change})
                moved[view.stored["status"]] -= 1
                moved[view.row["status"]] += 1
        for rows in by_columns.values():
            self._connection.execute(_CHANGE_CASE, rows)
        steps = [{"this": status, "step": step} for status, step in moved.items() if step]
        if steps:
            self._connection.execute(_STEP_TALLY, steps)

    def _write_search(self, changed: list[CaseView]) -> None:
        found = [view for view in changed if view.text != view.stored_text]
        known = [{"no": view.row["no"]} for view in found if view.stored]
        if known:
            self._connection.execute(_FORGET_TEXT, known)
        if found:
            rows = [{"rowid": view.row["no"], "text": view.text} for view in found]
            self._connection.execute(insert(schema.case_search), rows)

    def _write_reasons(self, held: Iterable[CaseView]) -> None:
        changed = [view for view in held if view.reasons != view.stored_reasons]
        stale = [{"no": view.row["no"]} for view in changed if view.stored_reasons]
        if stale:
            self._connection.execute(_FORGET_REASONS, stale)
        rows = [{"code": code, "case_no": view.row["no"]} for view in changed for code in view.reasons]
        if rows:
            self._connection.execute(insert(schema.case_reasons), rows)

    def _write_fields(self, held: Iterable[CaseView]) -> None:
        gone: list[dict[str, Any]] = []
        rows: list[Mapping[str, Any]] = []
        for view in held:
            no = view.row["no"]
            gone += [_field_key(no, place) for place in view.stored_fields.keys() - view.fields.keys()]
            rows += [
                {"case_no": no, "field": place[0], "idx": place[1], **row}
                for place, row in view.fields.items()
                if view.stored_fields.get(place) != row
            ]
        if gone:
            self._connection.execute(_FORGET_FIELD, gone)
        if rows:
            self._connection.execute(_REPLACE_FIELD, rows)


def empty(connection: Connection) -> None:
    """Take everything out of the views, so that they can be made again from the log."""
    for table in schema.VIEWS:
        connection.execute(delete(table))
    connection.execute(insert(schema.tallies), [{"status": status.value, "n": 0} for status in Status])


def _key_id(public_key: str) -> str:
    return keys.key_id(keys.from_text(public_key, 32, "its public key"))


def _field_key(no: int, place: Place) -> dict[str, Any]:
    return {"no": no, "name": place[0], "index": place[1]}


def _replace(table: Table) -> Any:
    return insert(table).prefix_with("OR REPLACE")


_CASES_BY_ID = select(schema.cases).where(schema.cases.c.id.in_(bindparam("ids", expanding=True)))
_FIELDS_OF = select(schema.fields).where(schema.fields.c.case_no == bindparam("no"))
_CHANGE_CASE = update(schema.cases).where(schema.cases.c.no == bindparam("this_no"))
_STEP_TALLY = (
    update(schema.tallies)
    .where(schema.tallies.c.status == bindparam("this"))
    .values(n=schema.tallies.c.n + bindparam("step"))
)
_FORGET_TEXT = delete(schema.case_search).where(schema.case_search.c.rowid == bindparam("no"))
_FORGET_REASONS = delete(schema.case_reasons).where(schema.case_reasons.c.case_no == bindparam("no"))
_FORGET_FIELD = (
    delete(schema.fields)
    .where(schema.fields.c.case_no == bindparam("no"))
    .where(schema.fields.c.field == bindparam("name"))
    .where(schema.fields.c.idx == bindparam("index"))
)
_REPLACE_FIELD = _replace(schema.fields)

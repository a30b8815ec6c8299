"""Reads the views: the queue in pages, the counts, and what the desk's history knows about a document."""

import json
from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal_column, select

from countersign.domain import time
from countersign.domain.case import Status
from countersign.domain.event import Route
from countersign.domain.klass import ClassDef
from countersign.domain.orders import Reach
from countersign.domain.queue import CaseRow, QueueCounts, QueuePage, QueueQuery
from countersign.store import projection, schema
from countersign.store.database import Database
from countersign.store.head import SIZE
from countersign.store.projection import ClassOf, moment_of
from countersign.store.queue_page import PageQuery
from countersign.workflow.ports import Known

_CASES = schema.cases.c
AT_ONCE = 10_000
"""Cases asked for in one statement."""

_SETTLED = [status.value for status in Status if status.is_settled]


class QueueView:
    """The views that work is taken from (Cases as workflow/ports.py asks for)."""

    def __init__(self, database: Database, class_of: ClassOf) -> None:
        self._database = database
        self._class_of = class_of

    def undecided(self, limit: int, held: Reach) -> tuple[str, ...]:
        """Return cases not yet decided that no order holds up, the urgent first, then the oldest."""
        if held.everything:
            return ()
        statement = _UNDECIDED
        if held.new:
            statement = statement.where(_CASES.klass.is_not(None))
        if held.classes:
            statement = statement.where(_CASES.klass.is_(None) | _CASES.klass.not_in(sorted(held.classes)))
        with self._database.reading() as connection:
            return tuple(connection.execute(statement, {"limit": limit}).scalars())

    def page(self, query: QueueQuery, key: str | None = None, limit: int = 200) -> QueuePage:
        """Return a page of the queue, from the key that the page before gave."""
        with self._database.reading() as connection:
            rows, next_key = PageQuery(query, key, limit).run(connection)
        return QueuePage(rows=tuple(map(_case_row, rows)), next_key=next_key)

    def counts(self) -> QueueCounts:
        """Return how many cases stand where; today is the day on this machine's clock."""
        midnight = time.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        with self._database.reading() as connection:
            by_status = {Status(row.status): row.n for row in connection.execute(_TALLIES)}
            settled = connection.execute(_SETTLED_SINCE, {"since": projection.milliseconds(midnight)})
            return QueueCounts(by_status=by_status, settled_today=settled.scalar_one())

    def approved(self, classes: Collection[str], limit: int, party: str | None) -> tuple[str, ...]:
        """Return cases of some classes that a person approved and nobody erased, the latest first."""
        wanted = {"classes": list(classes), "limit": limit, "party": projection.party_key(party)}
        statement = _LATEST_APPROVED
        if party is not None:
            statement = statement.where(_CASES.party_key == bindparam("party"))
        with self._database.reading() as connection:
            return tuple(connection.execute(statement, wanted).scalars())

    def approvals(self, among: Collection[str] | None) -> tuple[int, Counter[str]]:
        """Return the number of records, and how many cases of each class stood approved by then, not erased.

        `among` keeps to those cases. Counting all of a million takes indexes alone, and a tenth of a second.
        """
        with self._database.reading() as connection:
            head = int(connection.execute(SIZE).scalar_one())
            if among is None:
                return head, _counted(connection, _APPROVED) - _counted(connection, _APPROVED_AND_ERASED)
            found: Counter[str] = Counter()
            cases = sorted(among)
            for first in range(0, len(cases), AT_ONCE):
                found += _counted(connection, _APPROVED_AMONG, {"cases": cases[first : first + AT_ONCE]})
            return head, found

    def known(self, case: str, klass: str, values: dict[str, str]) -> Known:
        """Look the desk's history up for a document's counterparty, number, amount and date.

        Names and numbers are the same when their letters and digits are, in capitals or not.
        """
        found = self._class_of(klass)
        if found is None:
            return Known(vendor_cases=0, same_number=(), same_amount=())
        wanted = _wanted(case, found, values)
        with self._database.reading() as connection:
            if wanted["party"] == projection.NO_PARTY:
                return Known(vendor_cases=0, same_number=(), same_amount=())
            vendor_cases = connection.execute(_SETTLED_OF_PARTY, wanted).scalar_one()
            vendor_cases -= connection.execute(_ITSELF, wanted).scalar_one()
            number = connection.execute(_SAME_NUMBER, wanted).scalars() if wanted["number"] else ()
            has_amount = wanted["amount"] != projection.NO_AMOUNT and wanted["date"]
            amount = connection.execute(_SAME_AMOUNT, wanted).scalars() if has_amount else ()
            return Known(vendor_cases=vendor_cases, same_number=tuple(number), same_amount=tuple(amount))


def _counted(
    connection: Connection, statement: Any, parameters: dict[str, list[str]] | None = None
) -> Counter[str]:
    return Counter({row.klass: row.n for row in connection.execute(statement, parameters)})


def _wanted(case: str, klass: ClassDef, values: dict[str, str]) -> dict[str, Any]:
    headline = klass.headline
    return {
        "case": case,
        "klass": klass.name,
        "kin": [klass.name, *klass.variants],
        "party": projection.party_key(values.get(headline.counterparty)),
        "number": projection.number_key(values.get(headline.number or "")),
        "amount": projection.amount_key(values.get(headline.amount or "")),
        "date": values.get(headline.date or ""),
    }


def _case_row(row: Any) -> CaseRow:
    return CaseRow(
        id=row["id"],
        status=Status(row["status"]),
        klass=row["klass"],
        counterparty=row["party"],
        number=row["number"],
        amount=row["amount"],
        currency=row["currency"],
        route=Route(row["route"]) if row["route"] else None,
        reasons=tuple(json.loads(row["reasons"])),
        document=row["document"],
        sha256=row["sha256"],
        pages=row["pages"],
        received_at=moment_of(row["received_at"]),
        updated_at=moment_of(row["updated_at"]),
        claimed_by=row["claimed_by"],
        is_held=row["holds"] > 0,
        is_erased=row["erased_at"] is not None,
    )


# Written out, because SQLite takes an index over some rows only where it sees that these are the rows.
_UNDECIDED = (
    select(_CASES.id)
    .where(literal_column("cases.status = 'received'"))
    .order_by(_CASES.priority.desc(), _CASES.no)
    .limit(bindparam("limit"))
)
_IS_APPROVED = (
    (_CASES.status == Status.APPROVED.value)
    & _CASES.erased_at.is_(None)
    & _CASES.klass.in_(bindparam("classes", expanding=True))
)
_APPROVED = (
    select(_CASES.klass, func.count().label("n"))
    .where(_CASES.status == Status.APPROVED.value, _CASES.klass.is_not(None))
    .group_by(_CASES.klass)
)
# The plus keeps SQLite from going through all that is approved where few are asked for.
_FEW_APPROVED = (
    select(_CASES.klass, func.count().label("n"))
    .where(literal_column("+cases.status") == Status.APPROVED.value, _CASES.klass.is_not(None))
    .group_by(literal_column("+cases.klass"))
)
_APPROVED_AND_ERASED = _FEW_APPROVED.where(_CASES.erased_at.is_not(None))
_APPROVED_AMONG = _FEW_APPROVED.where(
    _CASES.erased_at.is_(None), _CASES.id.in_(bindparam("cases", expanding=True))
)
_LATEST_APPROVED = (
    select(_CASES.id)
    .where(_IS_APPROVED)
    .order_by(_CASES.settled_at.desc(), _CASES.no.desc())
    .limit(bindparam("limit"))
)
_TALLIES = select(schema.tallies)
_SETTLED_SINCE = select(func.count()).where(_CASES.settled_at >= bindparam("since"))
_SETTLED_OF_PARTY = select(func.count()).where(
    _CASES.status.in_(_SETTLED), _CASES.party_key == bindparam("party")
)
_ITSELF = _SETTLED_OF_PARTY.where(_CASES.id == bindparam("case"))
_OTHERS = (
    select(_CASES.id)
    .where(
        _CASES.id != bindparam("case"),
        _CASES.klass.in_(bindparam("kin", expanding=True)),
    )
    .order_by(_CASES.no)
)
_SAME_NUMBER = _OTHERS.where(
    _CASES.number_key == bindparam("number"),
    _CASES.party_key.concat("") == bindparam("party"),  # keeps to the index of numbers, which is narrow
)
_SAME_AMOUNT = _OTHERS.where(
    _CASES.party_key == bindparam("party"),
    _CASES.amount_key == bindparam("amount"),
    _CASES.date == bindparam("date"),
)

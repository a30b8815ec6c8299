"""Builds one page of the queue, so that it takes as long in a desk of a million cases as in a small one.

Where a search or reason finds few cases, they are fetched and sorted. Else one statement for each status and
class runs along the index that has its order, from the key of the page before, and the results are merged.
"""

import heapq
import json
from collections.abc import Iterable, Sequence
from itertools import islice, product
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, Select, bindparam, literal, select, text, tuple_

from countersign.domain.case import Status
from countersign.domain.queue import Order, QueueQuery
from countersign.store import schema

FEW = 10_000
"""Up to so many cases are sorted where no index gives their order."""

_CASES = schema.cases.c
_REASONS = schema.case_reasons.c
_FOUND = schema.case_search.c
_SORTED_BY: dict[Order, tuple[Column[Any] | None, bool]] = {
    Order.OLDEST: (None, False),
    Order.NEWEST: (None, True),
    Order.AMOUNT: (_CASES.amount_key, True),
    Order.COUNTERPARTY: (_CASES.party_key, False),
}
"""The column that leads (before the number of the case) and whether the largest comes first."""


class PageQuery:
    """A query on its way to a page."""

    def __init__(self, query: QueueQuery, key: str | None, limit: int) -> None:
        self._query = query
        self._sought = search_terms(query.text)
        column, self._largest_first = _SORTED_BY[query.order]
        self._columns: list[Column[Any]] = [_CASES.no] if column is None else [column, _CASES.no]
        self._key_of = itemgetter(*(column.name for column in self._columns))
        self._after: list[Any] | None = json.loads(key) if key else None
        self._limit = limit

    def run(self, connection: Connection) -> tuple[list[RowMapping], str | None]:
        """Return the rows of the page and the key for the next one."""
        few = self._few(connection)
        if few is not None:
            found = self._sorted(connection, few)
        else:
            streams = [connection.execute(stream).mappings().all() for stream in self.streams()]
            found = list(
                islice(heapq.merge(*streams, key=self._key_of, reverse=self._largest_first), self._limit + 1)
            )
        page = found[: self._limit]
        if len(found) <= self._limit or not page:
            return page, None
        return page, json.dumps([page[-1][column.name] for column in self._columns])

    # -- few cases ---------------------------------------------------------------------------------------

    def _few(self, connection: Connection) -> Sequence[int] | None:
        """Return the cases that the search or the reasons narrow the queue to, None when they are many."""
        if self._sought:
            some = connection.execute(_SEARCH, {"sought": self._sought, "most": FEW + 1}).scalars().all()
            if len(some) <= FEW:
                return some
        if self._query.reasons:
            given = {"codes": self._query.reasons, "most": FEW + 1}
            some = connection.execute(_WITH_REASONS, given).scalars().all()
            if len(some) <= FEW:
                return some
        return None

    def _sorted(self, connection: Connection, few: Sequence[int]) -> list[RowMapping]:
        statement = self._narrowed(select(*self._columns).where(_CASES.no.in_(few)))
        if self._query.statuses:
            statement = statement.where(_CASES.status.in_([status.value for status in self._query.statuses]))
        if self._query.classes:
            statement = statement.where(_CASES.klass.in_(self._query.classes))
        keys = sorted(map(tuple, connection.execute(statement)), reverse=self._largest_first)
        if self._after is not None:
            last = tuple(self._after)
            keys = [key for key in keys if (key < last if self._largest_first else key > last)]
        numbers = [key[-1] for key in keys[: self._limit + 1]]
        rows = connection.execute(select(schema.cases).where(_CASES.no.in_(numbers))).mappings()
        return sorted(rows, key=self._key_of, reverse=self._largest_first)

    # -- many cases --------------------------------------------------------------------------------------

    def streams(self) -> Iterable[Select[Any]]:
        """Yield the statements whose results, merged, are the page."""
        if self._sought and self._columns == [_CASES.no]:
            yield self._along_search()
            return
        by_status = self._query.statuses or self._query.classes or len(self._columns) > 1
        statuses = (self._query.statuses or tuple(Status)) if by_status else (None,)
        for status, klass in product(statuses, self._query.classes or (None,)):
            statement = select(schema.cases)
            if status is not None:
                statement = statement.where(_CASES.status == status.value)
            if klass is not None:
                statement = statement.where(_CASES.klass == klass)
            yield self._in_order(self._narrowed(statement), self._columns)

    def _along_search(self) -> Select[Any]:
        """Walk the search's own result, which comes in the order in which cases came in."""
        statement = select(schema.cases).join(schema.case_search, _FOUND.rowid == _CASES.no)
        if self._query.statuses:
            statuses = [status.value for status in self._query.statuses]
            statement = statement.where(_no_index(_CASES.status).in_(statuses))
        if self._query.classes:
            statement = statement.where(_no_index(_CASES.klass).in_(self._query.classes))
        statement = self._with_reasons(statement).where(_MATCHES).params(sought=self._sought)
        return self._in_order(statement, [_FOUND.rowid])

    def _narrowed(self, statement: Select[Any]) -> Select[Any]:
        if self._sought:
            found = select(_FOUND.rowid).where(_MATCHES)
            statement = statement.where(_CASES.no.in_(found)).params(sought=self._sought)
        return self._with_reasons(statement)

    def _with_reasons(self, statement: Select[Any]) -> Select[Any]:
        if not self._query.reasons:
            return statement
        coded = select(_REASONS.case_no).where(
            _REASONS.code.in_(self._query.reasons), _REASONS.case_no == _CASES.no
        )
        return statement.where(coded.exists())

    def _in_order(self, statement: Select[Any], columns: Sequence[Column[Any]]) -> Select[Any]:
        if self._after is not None:
            here, last = tuple_(*columns), tuple_(*map(literal, self._after))
            if len(columns) == 1:
                number = self._after[0]
                beyond = columns[0] < number if self._largest_first else columns[0] > number
            else:
                beyond = here < last if self._largest_first else here > last
            statement = statement.where(beyond)
        order = [column.desc() if self._largest_first else column for column in columns]
        return statement.order_by(*order).limit(self._limit + 1)


def search_terms(typed: str) -> str:
    """Turn what was typed into an FTS5 query: every word must begin a word of the case."""
    words = [word for word in typed.split() if any(sign.isalnum() for sign in word)]
    return " ".join('"{}" *'.format(word.replace('"', '""').replace("\0", "")) for word in words)


def _no_index(column: Column[Any]) -> Any:
    """Keep the planner from an index that would lose the order."""
    return column.concat("")


_MATCHES = text("case_search MATCH :sought")
_SEARCH = select(_FOUND.rowid).where(_MATCHES).limit(bindparam("most"))
_WITH_REASONS = (
    select(_REASONS.case_no)
    .where(_REASONS.code.in_(bindparam("codes", expanding=True)))
    .distinct()
    .limit(bindparam("most"))
)

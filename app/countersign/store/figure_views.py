"""The views of the agents' figures: counted with each append, read by day, agent and class."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from countersign.domain.actor import Actor
from countersign.domain.event import Event, Unknown
from countersign.domain.figures import Tally, Told
from countersign.store import schema
from countersign.store.database import Database
from countersign.store.figures import DESK, CaseFold, Count
from countersign.store.projection import milliseconds
from countersign.store.work_views import adding, date_of, day_of, days_between


class FigureTally:
    """What the events of one transaction add to the figures; `write` adds it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._folds: dict[int, CaseFold] = {}
        self._counts: dict[tuple[int, str, str, str], int] = {}
        self._marks: set[tuple[str, int, str, int]] = set()

    def begin(self, no: int) -> None:
        """Note a case that the database cannot have yet."""
        self._folds[no] = CaseFold()

    def count(self, event: Event | Unknown, actor: Actor, row: dict[str, Any], at: datetime) -> None:
        """Count an event of a case, whose row is as it stands after it."""
        if not CaseFold.counts(event):
            return
        no, day = row["no"], day_of(at)
        for found in self._fold(no).fold(event, actor, at.astimezone(UTC).hour):
            if isinstance(found, Count):
                key = (day, found.agent, row["klass"] or "", found.what)
                self._counts[key] = self._counts.get(key, 0) + found.n
            else:
                self._marks.add((found.agent, day, found.what, no))

    def _fold(self, no: int) -> CaseFold:
        if no not in self._folds:
            kept = self._connection.execute(_FOLD, {"no": no}).scalar()
            self._folds[no] = CaseFold() if kept is None else CaseFold.read(kept)
        return self._folds[no]

    def write(self) -> None:
        """Add what was counted to the views."""
        counts = [dict(zip(_NAMES, (*key, n), strict=True)) for key, n in self._counts.items()]
        marks = [dict(zip(_MARKED, mark, strict=True)) for mark in self._marks]
        folds = [{"case_no": no, "state": fold.written()} for no, fold in self._folds.items()]
        for statement, rows in ((_ADD, counts), (_MARK, marks), (_KEEP, folds)):
            if rows:
                self._connection.execute(statement, rows)


# -- reading ----------------------------------------------------------------------------------------------


class FigureView:
    """Reads what was counted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tallies(self, first: date, last: date, agent: str | None = None) -> tuple[Tally, ...]:
        """Return the counts from a day to a day, both counted; of one agent, or of all and the desk."""
        statement = _READ if agent is None else _READ.where(schema.agent_tallies.c.agent == agent)
        with self._database.reading() as connection:
            rows = connection.execute(statement, days_between(first, last)).all()
        return tuple(
            Tally(day=date_of(row.day), agent=row.agent, klass=row.klass or None, what=row.what, n=row.n)
            for row in rows
        )

    def sums(self, first: date, last: date) -> dict[str, Counter[str]]:
        """Return for each agent, and for the desk, how often something was so on all these days."""
        found: dict[str, Counter[str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(_SUMS, days_between(first, last)):
                found.setdefault(row.agent, Counter())[row.what] = row.n
        return found

    def mix(self, first: date, last: date) -> Counter[str]:
        """Return how many cases of each class were decided on these days."""
        with self._database.reading() as connection:
            rows = connection.execute(_MIX, days_between(first, last)).all()
        return Counter({row.klass: row.n for row in rows})

    def told(self, agent: str, first: date, last: date, limit: int) -> tuple[Told, ...]:
        """Return cases of an agent to look at, the latest first."""
        wanted = {**days_between(first, last), "agent": agent, "limit": limit}
        with self._database.reading() as connection:
            rows = connection.execute(_MARKS, wanted).all()
        return tuple(Told(day=date_of(row.day), what=row.what, case=row.id) for row in rows)

    def received(
        self, since: datetime | None, klass: str | None, after: int, limit: int
    ) -> tuple[tuple[int, str], ...]:
        """Return numbers and names of cases that came in then or later, after one of them, in order."""
        wanted = {"after": after, "limit": limit, "since": milliseconds(since) if since else 0}
        statement = _RECEIVED if klass is None else _RECEIVED.where(schema.cases.c.klass == klass)
        with self._database.reading() as connection:
            return tuple((row.no, row.id) for row in connection.execute(statement, wanted))


def _days(table: Any, order: Iterable[Any]) -> Any:
    return select(table).where(table.c.day.between(bindparam("first"), bindparam("last"))).order_by(*order)


_T, _M, _C = schema.agent_tallies, schema.agent_marks, schema.cases
_NAMES = tuple(column.name for column in _T.columns)
_MARKED = tuple(column.name for column in _M.columns)
_FOLD = select(schema.agent_cases.c.state).where(schema.agent_cases.c.case_no == bindparam("no"))
_ADD = adding(_T)
_MARK = insert(_M).on_conflict_do_nothing()
_KEEP = insert(schema.agent_cases).prefix_with("OR REPLACE")
_READ = _days(_T, _T.primary_key)
_SUMS = (
    select(_T.c.agent, _T.c.what, func.sum(_T.c.n).label("n"))
    .where(_T.c.day.between(bindparam("first"), bindparam("last")))
    .group_by(_T.c.agent, _T.c.what)
)
_MIX = (
    select(_T.c.klass, func.sum(_T.c.n).label("n"))
    .where(
        _T.c.day.between(bindparam("first"), bindparam("last")),
        _T.c.agent == DESK,
        _T.c.what.startswith("route:"),
    )
    .group_by(_T.c.klass)
)
_MARKS = (
    select(_M.c.day, _M.c.what, _C.c.id)
    .join(_C, _C.c.no == _M.c.case_no)
    .where(_M.c.agent == bindparam("agent"), _M.c.day.between(bindparam("first"), bindparam("last")))
    .order_by(_M.c.day.desc(), _M.c.case_no.desc(), _M.c.what)
    .limit(bindparam("limit"))
)
_RECEIVED = (
    select(_C.c.no, _C.c.id)
    .where(_C.c.no > bindparam("after"), _C.c.received_at >= bindparam("since"))
    .order_by(_C.c.no)
    .limit(bindparam("limit"))
)

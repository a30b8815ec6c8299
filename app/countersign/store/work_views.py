"""The views of what agents and people did by day: counted with each append, read by budgets and screens."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from countersign.domain.event import (
    BudgetReached,
    CaseApproved,
    CaseRejected,
    Claimed,
    Event,
    FieldReviewed,
    Released,
    SpendReserved,
    StepsTaken,
    Unknown,
)
from countersign.domain.plan import StepEnd
from countersign.domain.work import Alert, Attention, Spending, Work, counted, slot
from countersign.store import schema
from countersign.store.database import Database
from countersign.store.projection import milliseconds, moment_of

Key = tuple[int | str, ...]
_FIRST = date(1970, 1, 1)


def day_of(moment: datetime) -> int:
    """Return the day of a moment as views keep it: days since 1970, UTC."""
    return (moment.astimezone(UTC).date() - _FIRST).days


def _day(written: str) -> int:
    return (date.fromisoformat(written) - _FIRST).days


class WorkTally:
    """What the events of one transaction add to the views; `write` adds it."""

    def __init__(self) -> None:
        self._work: dict[Key, list[int]] = {}
        self._spend: dict[Key, list[int]] = {}
        self._attention: dict[Key, list[int]] = {}
        self._alerts: list[dict[str, Any]] = []

    def count(self, event: Event | Unknown, row: dict[str, Any], at: datetime) -> None:
        """Count an event of a case, whose row is as it stands before; sets since when it is claimed."""
        match event:
            case StepsTaken():
                self._count_steps(event, row["klass"] or "", day_of(at))
            case SpendReserved():
                self._spent(_day(event.day), event.agent, event.tokens, event.money)
            case FieldReviewed():
                self._attend(row, at, 1, max(0, event.dwell_ms), 0, 0)
            case Claimed():
                self._claimed(event, row, milliseconds(at), at)
            case Released() | CaseApproved() | CaseRejected():
                if row["claimed_at"] is not None:
                    self._attend(row, at, 0, 0, 0, _held(row, milliseconds(at)))
            case _:
                pass

    def count_alert(self, event: BudgetReached, at: datetime, seq: int) -> None:
        """Keep an alert; the first of its kind on a day counts."""
        self._alerts.append(
            {
                "day": _day(event.day),
                "agent": event.agent,
                "what": event.what,
                "share": event.share,
                "bound": event.limit,
                "at": milliseconds(at),
                "seq": seq,
            }
        )

    def write(self, connection: Connection) -> None:
        """Add what was counted to the views."""
        for statement, sums in (
            (_ADD_WORK, self._work),
            (_ADD_SPEND, self._spend),
            (_ADD_ATTENTION, self._attention),
        ):
            if sums:
                connection.exec_driver_sql(statement, [(*key, *n) for key, n in sums.items()])
        if self._alerts:
            connection.execute(_KEEP_ALERT, self._alerts)

    def _count_steps(self, event: StepsTaken, klass: str, today: int) -> None:
        settled: dict[str, int] = {}
        for over in event.settled:
            settled[over.agent] = _day(over.day)
            self._spent(settled[over.agent], over.agent, -over.tokens, -over.money)
        seen: set[str] = set()
        for step in event.steps:
            kind, _, agent = step.by.partition(":")
            if kind != "agent":
                continue
            rounds = counted(step)
            cost = step.cost
            key = (today, agent, klass, slot(cost.milliseconds // max(1, step.rounds)))
            is_new = rounds > 0 and agent not in seen
            n = (int(is_new), rounds, int(step.end is StepEnd.FAILED), cost.milliseconds, cost.tokens)
            _add(self._work, key, (*n, cost.money))
            if cost.tokens or cost.money:
                self._spent(settled.get(agent, today), agent, cost.tokens, cost.money)
            if rounds:
                seen.add(agent)

    def _spent(self, day: int, agent: str, tokens: int, money: int) -> None:
        _add(self._spend, (day, agent), (tokens, money))

    def _claimed(self, event: Claimed, row: dict[str, Any], now: int, at: datetime) -> None:
        since, until = row["claimed_at"], row["claimed_until"]
        if since is not None and row["claimed_by"] == event.person and until is not None and until >= now:
            return  # a lease that is made longer
        held = _held(row, now) if since is not None else 0
        self._attend(row, at, 0, 0, 1, held)
        row["claimed_at"] = now

    def _attend(self, row: dict[str, Any], at: datetime, *n: int) -> None:
        _add(self._attention, (day_of(at), row["klass"] or ""), n)


def _held(row: dict[str, Any], now: int) -> int:
    until = row["claimed_until"]
    return max(0, (now if until is None else min(now, until)) - int(row["claimed_at"]))


def _add(sums: dict[Key, list[int]], key: Key, n: tuple[int, ...]) -> None:
    held = sums.get(key)
    if held is None:
        sums[key] = list(n)
        return
    for place, one in enumerate(n):
        held[place] += one


# -- reading ----------------------------------------------------------------------------------------------


class WorkView:
    """Reads what was counted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def work(self, first: date, last: date, agent: str | None = None) -> tuple[Work, ...]:
        """Return what each agent, or one, did on each class, day by day; both days are counted."""
        statement = _READ_WORK if agent is None else _READ_WORK.where(schema.work.c.agent == agent)
        found: dict[Key, list[Any]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(statement, days_between(first, last)):
                found.setdefault((row.day, row.agent, row.klass), []).append(row)
        return tuple(_work(rows) for rows in found.values())

    def attention(self, first: date, last: date) -> tuple[Attention, ...]:
        """Return the time that people gave to each class, day by day."""
        with self._database.reading() as connection:
            rows = connection.execute(_READ_ATTENTION, days_between(first, last)).all()
        return tuple(
            Attention(
                day=date_of(row.day),
                klass=row.klass or None,
                fields=row.fields,
                dwell_ms=row.dwell_ms,
                claims=row.claims,
                held_ms=row.held_ms,
            )
            for row in rows
        )

    def spent(self, day: date) -> dict[str, Spending]:
        """Return what each agent has spent of a day's budget, with what is reserved or was cut off."""
        wanted = {"day": (day - _FIRST).days}
        with self._database.reading() as connection:
            booked = {row.agent: row for row in connection.execute(_READ_SPEND, wanted)}
            done = {row.agent: row for row in connection.execute(_READ_DAY, wanted)}
        return {
            agent: Spending(
                documents=done[agent].documents if agent in done else 0,
                steps=done[agent].steps if agent in done else 0,
                milliseconds=done[agent].milliseconds if agent in done else 0,
                tokens=booked[agent].tokens if agent in booked else 0,
                money=booked[agent].money if agent in booked else 0,
            )
            for agent in booked.keys() | done.keys()
        }

    def alerts(self, first: date, last: date) -> tuple[Alert, ...]:
        """Return the alerts of these days, in the order in which they were given."""
        with self._database.reading() as connection:
            rows = connection.execute(_READ_ALERTS, days_between(first, last)).all()
        return tuple(
            Alert(
                day=date_of(row.day),
                agent=row.agent,
                what=row.what,
                share=row.share,
                limit=row.bound,
                at=moment_of(row.at),
                record=row.seq,
            )
            for row in rows
        )


def _work(rows: list[Any]) -> Work:
    return Work(
        day=date_of(rows[0].day),
        agent=rows[0].agent,
        klass=rows[0].klass or None,
        documents=sum(row.documents for row in rows),
        steps=sum(row.steps for row in rows),
        failed=sum(row.failed for row in rows),
        milliseconds=sum(row.milliseconds for row in rows),
        tokens=sum(row.tokens for row in rows),
        money=sum(row.money for row in rows),
        times=tuple((row.slot, row.steps) for row in rows if row.steps),
    )


def date_of(day: int) -> date:
    """Return the day that views keep as days since 1970."""
    return _FIRST + timedelta(days=day)


def days_between(first: date, last: date) -> dict[str, int]:
    """Return the parameters of a statement over days, both counted."""
    return {"first": (first - _FIRST).days, "last": (last - _FIRST).days}


def adding(table: Any) -> Any:
    """Return a statement that puts rows into a table, or adds their numbers to those there are."""
    statement = insert(table)
    sums = {c.name: c + statement.excluded[c.name] for c in table.columns if not c.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)


def _days(table: Any, order: Iterable[Any]) -> Any:
    return select(table).where(table.c.day.between(bindparam("first"), bindparam("last"))).order_by(*order)


def _written(table: Any) -> str:
    """Write the statement out, for values in the order of the columns: it runs with every append."""
    return str(adding(table).compile(dialect=sqlite.dialect()))


_ADD_WORK, _ADD_SPEND, _ADD_ATTENTION = map(_written, (schema.work, schema.spend, schema.attention))
_KEEP_ALERT = insert(schema.alerts).on_conflict_do_nothing()
_READ_WORK = _days(schema.work, schema.work.primary_key)
_READ_ATTENTION = _days(schema.attention, schema.attention.primary_key)
_READ_ALERTS = _days(schema.alerts, [schema.alerts.c.seq])
_READ_SPEND = select(schema.spend).where(schema.spend.c.day == bindparam("day"))
_W = schema.work.c
_READ_DAY = (
    select(
        _W.agent,
        func.sum(_W.documents).label("documents"),
        func.sum(_W.steps).label("steps"),
        func.sum(_W.milliseconds).label("milliseconds"),
    )
    .where(_W.day == bindparam("day"))
    .group_by(_W.agent)
)

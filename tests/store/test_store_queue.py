"""The queue: every order and filter, in pages, against the plain definition."""

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.store.stories import ADA, CARD, INTAKE, decided, invoice, received, review, story

from countersign.domain.case import Status
from countersign.domain.event import Draft, Route
from countersign.domain.queue import CaseRow, Order, QueueQuery
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import projection, queue_page
from countersign.store.founding import open_store
from countersign.store.queue_page import PageQuery
from countersign.store.store import Store

VENDORS = ("Müller GmbH", "MÜLLER  GMBH", "Ärzte-Haus", "zebra ag", "Acme, Inc.")
CASES = 40


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, words: Catalogue) -> Any:
    home = Home(tmp_path_factory.mktemp("queue") / "home")
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        for n in range(CASES):
            values = invoice(n % 11, vendor=VENDORS[n % 5], amount=f"{(n * 37) % 50}.00")
            if n % 8 == 7:
                store.append([Draft(event=received(f"scan {n}.tif", str(n)), actor=INTAKE, case=f"c{n}")])
                continue
            straight = n % 4 == 1
            route = Route.STRAIGHT_THROUGH if straight else Route.ESCALATE
            codes = () if straight else ("over_limit",) if n % 3 else ("duplicate", "over_limit")
            store.append(story(f"c{n}", values, decided(route, *codes)))
            if n % 6 == 0:
                store.append(review(f"c{n}"))
        yield store


def everything(store: Store, query: QueueQuery, limit: int) -> list[CaseRow]:
    """Walk all pages."""
    rows: list[CaseRow] = []
    key = None
    while True:
        page = store.page(query, key, limit)
        assert len(page.rows) <= limit
        rows += page.rows
        key = page.next_key
        if key is None:
            return rows
        assert len(page.rows) == limit


def _no(row: CaseRow) -> int:
    return int(row.id[1:])


SORTED: dict[Order, Callable[[CaseRow], tuple[Any, ...]]] = {
    Order.OLDEST: lambda row: (_no(row),),
    Order.NEWEST: lambda row: (-_no(row),),
    Order.AMOUNT: lambda row: (-projection.amount_key(row.amount), -_no(row)),
    Order.COUNTERPARTY: lambda row: (projection.party_key(row.counterparty), _no(row)),
}


queries = st.builds(
    QueueQuery,
    order=st.sampled_from(list(Order)),
    statuses=st.sets(st.sampled_from(list(Status))).map(tuple),
    classes=st.sets(st.sampled_from(["invoice", "claim"])).map(tuple),
    reasons=st.sets(st.sampled_from(["over_limit", "duplicate"])).map(tuple),
    text=st.sampled_from(
        ["", "mull", "Müller", "RE-2026/00003", "scan", "zebra ag", '"', "-", "x*y", "a OR b"]
    ),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries, limit=st.integers(1, 50))
def test_a_queue_in_pages_holds_just_the_cases_asked_for_in_order(
    full: Store, query: QueueQuery, limit: int
) -> None:
    rows = everything(full, query, limit)
    due = [
        row
        for row in everything(full, QueueQuery(), CASES + 1)
        if (not query.statuses or row.status in query.statuses)
        and (not query.classes or row.klass in query.classes)
        and (not query.reasons or set(query.reasons) & set(row.reasons))
        and _has(row, query.text)
    ]
    assert rows == sorted(due, key=SORTED[query.order])


def _has(row: CaseRow, text: str) -> bool:
    """Every word typed begins a run of words of the case."""
    held = _plain(" ".join(filter(None, (row.counterparty, row.number, row.document))))
    typed = [_plain(word) for word in text.split()]
    return all(f" {word}" in f" {held}" for word in typed if word)


def _plain(text: str) -> str:
    folded = text.casefold().replace("ü", "u").replace("ä", "a")
    return " ".join("".join(sign if sign.isalnum() else " " for sign in folded).split())


def test_counts_are_those_of_the_rows(full: Store) -> None:
    rows = everything(full, QueueQuery(), 100)
    counts = full.counts()
    assert counts.by_status == {s: sum(row.status is s for row in rows) for s in Status}
    assert counts.settled_today == sum(row.status.is_settled for row in rows)


def test_undecided_are_the_oldest_cases_without_a_decision(full: Store) -> None:
    assert full.undecided(3) == ("c7", "c15", "c23")
    assert len(full.undecided(100)) == CASES // 8


def test_what_is_known_of_a_vendor_does_not_hang_on_spelling(full: Store) -> None:
    rows = everything(full, QueueQuery(), 100)
    mine = next(row for row in rows if row.counterparty == "Müller GmbH" and row.status.is_settled)
    known = full.known(
        mine.id,
        "invoice",
        {
            "vendor_name": "müller gmbh.",
            "invoice_number": (mine.number or "").replace("/", " ").lower(),
            "gross_total": mine.amount or "",
            "invoice_date": "2026-01-05",
        },
    )
    kin = [row for row in rows if row.counterparty and row.counterparty.casefold()[:6] == "müller"]
    others = [row for row in kin if row.id != mine.id]
    assert known.vendor_cases == sum(row.status.is_settled for row in others)
    assert known.same_number == tuple(row.id for row in others if row.number == mine.number)
    assert known.same_amount == tuple(row.id for row in others if row.amount == mine.amount)
    assert known.same_number or known.same_amount


@pytest.mark.parametrize("values", [{}, {"vendor_name": ""}, {"vendor_name": "?!"}])
def test_nothing_is_known_of_a_document_without_a_counterparty(full: Store, values: dict[str, str]) -> None:
    known = full.known("new", "invoice", {**values, "invoice_number": "RE-2026/00003"})
    assert (known.vendor_cases, known.same_number, known.same_amount) == (0, (), ())


@pytest.mark.parametrize("order", Order)
def test_every_statement_of_the_queue_runs_along_an_index(full: Store, order: Order) -> None:
    """No sort and no scan of all cases, whatever the order, status and class asked for."""
    key = {Order.AMOUNT: "[50000, 5]", Order.COUNTERPARTY: '["m", 5]'}.get(order, "[5]")
    asked = [
        QueueQuery(order=order, statuses=statuses, classes=classes)
        for statuses in ((), (Status.WAITING,), tuple(Status))
        for classes in ((), ("invoice",), ("invoice", "claim"))
    ]
    for query in asked:
        for after in (None, key):
            for stream in PageQuery(query, after, 50).streams():
                plan = _plan(full, stream)
                assert "TEMP B-TREE" not in plan, (query, plan)
                assert "SEARCH" in plan or (after is None and order in (Order.OLDEST, Order.NEWEST)), plan


def test_a_queue_that_a_search_leaves_long_is_the_same_queue(
    full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two ways to a page give one result: sorted because few, or walked because many."""
    asked = [
        QueueQuery(order=order, statuses=statuses, classes=classes, reasons=reasons, text=text)
        for order in Order
        for statuses in ((), (Status.WAITING, Status.APPROVED))
        for classes in ((), ("invoice",))
        for reasons in ((), ("duplicate",))
        for text in ("", "m", "pdf")
    ]
    few = [everything(full, query, 7) for query in asked]
    assert any(few)
    monkeypatch.setattr(queue_page, "FEW", -1)
    assert [everything(full, query, 7) for query in asked] == few


def _plan(store: Store, statement: Any) -> str:
    with store._database.reading() as connection:
        compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        return " | ".join(chain.from_iterable((str(step.detail),) for step in steps))


@example(amount="999999999999999")
@given(amount=st.one_of(st.text(max_size=8), st.decimals().map(str)))
def test_any_text_has_an_amount_key_that_the_database_can_hold(amount: str) -> None:
    assert -(2**63) <= projection.amount_key(amount) < 2**63

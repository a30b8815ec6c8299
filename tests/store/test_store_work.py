"""What agents and people did is counted by day with each append, and told as it is on the record."""

import sqlite3
from datetime import date

import pytest
from sqlalchemy import create_engine
from tests.store.stories import ADA, CARD, INTAKE, REVIEWER, invoice, review, story
from tests.store.test_store_rebuild import dump

from countersign.domain.event import (
    BudgetReached,
    Draft,
    Event,
    Prioritised,
    Settled,
    SpendReserved,
    StepsTaken,
)
from countersign.domain.plan import Cost, Layer, StepEnd, StepTaken
from countersign.domain.time import now
from countersign.domain.work import Spending, median, slot, time_of
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import queue_view
from countersign.store.founding import open_store
from countersign.store.store import Store

LLM = "reader.llm"


def today() -> date:
    return now().date()


def step(
    agent: str, milliseconds: int, end: StepEnd = StepEnd.DONE, *, tokens: int = 0, rounds: int = 1
) -> StepTaken:
    cost = Cost(milliseconds=milliseconds, tokens=tokens, money=tokens * 10)
    return StepTaken(
        step=agent, layer=Layer.EXECUTE, by=f"agent:{agent}", end=end, began=0, cost=cost, rounds=rounds
    )


def tell(store: Store, case: str | None, *events: Event) -> None:
    store.append([Draft(event=event, actor=INTAKE, case=case) for event in events])


def test_steps_are_counted_by_agent_class_and_day_with_their_times(store: Store) -> None:
    for n in range(4):
        store.append(story(f"c{n}", invoice(n)))
        steps = (
            step("reader.local", 10 * (n + 1)),
            step("reader.local", 5),
            step("reader.widgets", 1, StepEnd.NOTHING),
            step(LLM, 900, StepEnd.FAILED, tokens=300, rounds=3),
        )
        tell(store, f"c{n}", StepsTaken(run=1, steps=steps))
    found = {work.agent: work for work in store.work(today(), today())}
    local, idle, asked = found["reader.local"], found["reader.widgets"], found[LLM]
    assert {work.klass for work in found.values()} == {"invoice"}
    assert (local.documents, local.steps, local.failed, local.milliseconds) == (4, 8, 0, 120)
    assert (idle.documents, idle.steps, idle.milliseconds) == (0, 0, 4)
    assert (asked.documents, asked.steps, asked.failed, asked.tokens, asked.money) == (4, 12, 4, 1200, 12_000)
    assert median([asked]) == time_of(slot(300))
    assert median([idle]) is None


def test_a_median_is_within_an_eighth_of_the_time_itself() -> None:
    for milliseconds in (0, 1, 7, 8, 9, 100, 1_234, 65_535, 3_600_000):
        assert abs(time_of(slot(milliseconds)) - milliseconds) <= milliseconds / 8
    assert [slot(n) for n in range(1_000)] == sorted(slot(n) for n in range(1_000))


def test_what_is_reserved_counts_as_spent_until_its_step_settles_it(store: Store) -> None:
    store.append(story("c1", invoice(1)))
    day = today().isoformat()
    reserved = SpendReserved(agent=LLM, step="ask", day=day, tokens=5_000, money=70_000)
    tell(store, "c1", reserved)
    assert store.spent(today())[LLM] == Spending(tokens=5_000, money=70_000)
    tell(store, "c1", reserved)  # the first was cut off, and nobody knows what it cost
    settled = Settled(agent=LLM, day=day, tokens=5_000, money=70_000)
    tell(store, "c1", StepsTaken(run=1, steps=(step(LLM, 40, tokens=600),), settled=(settled,)))
    assert store.spent(today())[LLM] == Spending(
        documents=1, steps=1, milliseconds=40, tokens=5_600, money=76_000
    )


def test_an_alert_is_kept_once(store: Store) -> None:
    event = BudgetReached(agent=LLM, what="tokens_per_day", share=800_000, limit=900, day=today().isoformat())
    tell(store, None, event, event)
    (alert,) = store.alerts(today(), today())
    assert (alert.agent, alert.what, alert.share, alert.limit) == (LLM, "tokens_per_day", 800_000, 900)


def test_the_time_of_people_is_counted_by_class_and_day(store: Store) -> None:
    for n in range(3):
        store.append(story(f"c{n}", invoice(n)))
        store.append(review(f"c{n}"))
    (given,) = store.attention(today(), today())
    assert (given.klass, given.fields, given.dwell_ms, given.claims) == ("invoice", 3, 3_600, 3)


def test_urgent_cases_come_first_and_the_order_needs_no_sorting(store: Store, home: Home) -> None:
    for n in range(5):
        store.append(story(f"c{n}", invoice(n))[:1])
    for case, priority in (("c3", 5), ("c1", -1), ("c4", 5)):
        event = Prioritised(priority=priority, reason="due today")
        store.append([Draft(event=event, actor=REVIEWER, case=case)])
    assert store.undecided(10) == ("c3", "c4", "c0", "c2", "c1")
    engine = create_engine(f"sqlite:///{home.database}")
    query = str(queue_view._UNDECIDED.compile(engine))
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (5, 0))
        plan = " ".join(map(str, rows))
    engine.dispose()
    assert "ix_cases_undecided" in plan
    assert "TEMP B-TREE" not in plan


def test_a_desk_from_before_gets_its_views_filled_when_it_is_first_opened(
    home: Home, words: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        store.append(story("c1", invoice(1)))
        store.append(review("c1"))
        before = store.attention(today(), today())
        views = dump(home)
    _back_to_0002(home)
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        assert store.attention(today(), today()) == before
        assert before[0].fields == 1
        assert "made anew" in caplog.text
    assert dump(home) == views


def _back_to_0002(home: Home) -> None:
    tables = ("work", "spend", "attention", "alerts", "agent_tallies", "agent_cases", "agent_marks")
    connection = sqlite3.connect(home.database)
    for table in tables:
        connection.execute(f"DROP TABLE {table}")
    connection.execute("DROP INDEX ix_cases_undecided")
    for column in ("priority", "claimed_at"):
        connection.execute(f"ALTER TABLE cases DROP COLUMN {column}")
    connection.execute("UPDATE alembic_version SET version_num = '0002'")
    connection.commit()
    connection.close()

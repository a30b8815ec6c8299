"""The views are made from the log alone: rebuilt, they are the same; and they say what the events say."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from tests.store.stories import (
    ADA,
    CARD,
    INTAKE,
    READER,
    REVIEWER,
    decided,
    invoice,
    reading,
    received,
    review,
    story,
)

from countersign.domain.actor import Actor
from countersign.domain.case import CaseFile, unfold
from countersign.domain.event import (
    Act,
    AgentFailed,
    CaseApproved,
    CaseRejected,
    Checked,
    Claimed,
    ClassCorrected,
    Classified,
    DocumentOpened,
    DocumentRefused,
    Draft,
    Event,
    FieldReviewed,
    ReadingMade,
    Released,
    Route,
    Settled,
    Signature,
    SpendReserved,
    StepsTaken,
)
from countersign.domain.plan import Cost, Layer, StepEnd, StepTaken
from countersign.domain.queue import QueueQuery
from countersign.domain.reason import Reason
from countersign.domain.time import now
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import schema
from countersign.store.founding import open_store
from countersign.store.store import Store


def dump(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the views and of the log, the search's words as it keeps them.

    Heads are left out: one is signed within a second of the last record, whoever looks meanwhile.
    """
    engine = create_engine(f"sqlite:///{home.database}")
    log = (schema.records, schema.openings, schema.case_keys, schema.tiles)
    tables = [*schema.VIEWS, *log]
    with engine.connect() as connection:
        found = {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables
        }
    engine.dispose()
    assert set(schema.VIEWS) < set(tables)
    return found


def test_views_rebuilt_from_the_log_are_the_same_to_the_last_row(store: Store, home: Home) -> None:
    for n in range(30):
        store.append(story(f"c{n}", invoice(n % 7, amount=f"{n}.00")))
        if n % 3 == 0:
            store.append(review(f"c{n}"))
    before = dump(home)
    told: list[tuple[int, int]] = []
    assert store.rebuild(lambda done, total: told.append((done, total))) == store.head()
    assert dump(home) == before
    assert told[-1] == (store.head(), store.head())


def test_views_that_were_ruined_are_mended_by_a_rebuild(store: Store, home: Home) -> None:
    for n in range(5):
        store.append(story(f"c{n}", invoice(n)))
    before = dump(home)
    connection = sqlite3.connect(home.database)
    connection.execute("UPDATE cases SET party = 'Nobody', status = 'approved' WHERE no % 2")
    connection.execute("DELETE FROM fields")
    connection.execute("UPDATE tallies SET n = 77")
    connection.execute("DELETE FROM case_search")
    connection.commit()
    connection.close()
    assert dump(home) != before
    store.rebuild()
    assert dump(home) == before


# -- any order of events ---------------------------------------------------------------------------

FIELDS = ("vendor_name", "gross_total", "invoice_number", "currency", "invoice_date")
values = st.one_of(st.none(), st.sampled_from(["12.00", "Müller & Söhne", "RE-7", "𝔘nicode \U0001f9fe", ""]))
acts = st.sampled_from(list(Act))
moments = st.just(now())


@st.composite
def reviewed(draw: st.DrawFn) -> FieldReviewed:
    act, field, index = draw(acts), draw(st.sampled_from(FIELDS)), draw(st.integers(0, 1))
    after = None if act is Act.REOPENED else reading(field, draw(values), index)
    answer = after.answer if after else None
    return FieldReviewed(field=field, index=index, act=act, before=None, after=answer, reading=after)


signature = st.builds(Signature, name=st.just(ADA.name), at=moments, meaning=st.just("approved"))
reasons = st.sampled_from(["over_limit", "duplicate", "unreadable_document"])
agents_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Classified,
        klass=st.sampled_from(["invoice", "claim", "unheard_of"]),
        language=st.just("de"),
        confidence=st.just(900_000),
        milliseconds=st.just(1),
    ),
    st.builds(
        ReadingMade,
        klass=st.just("invoice"),
        readings=st.lists(
            st.builds(reading, st.sampled_from(FIELDS), values, st.integers(0, 1)), max_size=4
        ).map(tuple),
        milliseconds=st.just(1),
    ),
    st.just(Checked(passed=(), findings=(), milliseconds=1)),
    st.builds(AgentFailed, step=st.just("read"), reason=st.builds(Reason, code=reasons)),
)
system_events: st.SearchStrategy[Event] = st.one_of(
    st.just(received("again.pdf")),
    st.builds(
        DocumentOpened,
        sha256=st.just("ab" * 32),
        pages=st.integers(1, 9),
        text_pages=st.just(1),
        ocr_pages=st.just(0),
        milliseconds=st.just(1),
    ),
    st.builds(DocumentRefused, sha256=st.just("ab" * 32), reason=st.builds(Reason, code=reasons)),
    st.builds(decided, st.sampled_from(list(Route)), reasons),
)
persons_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Claimed, person=st.just("ada"), until=moments),
    st.just(Released(person="ada")),
    st.builds(ClassCorrected, klass=st.sampled_from(["invoice", "claim", "no_such"])),
    reviewed(),
    st.builds(CaseApproved, signature=signature),
    st.builds(CaseRejected, signature=signature, reason=st.builds(Reason, code=reasons)),
)


def by(actor: Actor, events: st.SearchStrategy[Event]) -> st.SearchStrategy[tuple[Actor, Event]]:
    return st.tuples(st.just(actor), events)


steps = st.builds(
    StepTaken,
    step=st.just("read"),
    layer=st.just(Layer.EXECUTE),
    by=st.sampled_from(["agent:reader.local", "agent:reader.llm", "person:processor"]),
    end=st.sampled_from(StepEnd),
    began=st.just(0),
    cost=st.builds(
        Cost,
        milliseconds=st.integers(0, 10**6),
        tokens=st.integers(0, 9_000),
        money=st.integers(0, 10**6),
    ),
    rounds=st.integers(0, 5),
)
days = st.sampled_from(["2026-01-05", "2026-01-06"])
spends: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        StepsTaken,
        run=st.just(1),
        steps=st.lists(steps, max_size=3).map(tuple),
        settled=st.lists(
            st.builds(
                Settled, agent=st.just("reader.llm"), day=days, tokens=st.integers(0, 99), money=st.just(5)
            ),
            max_size=2,
        ).map(tuple),
    ),
    st.builds(
        SpendReserved,
        agent=st.just("reader.llm"),
        step=st.just("ask"),
        day=days,
        tokens=st.integers(0, 9_000),
        money=st.integers(0, 10**6),
    ),
)
acted = st.one_of(
    by(INTAKE, spends), by(READER, agents_events), by(INTAKE, system_events), by(REVIEWER, persons_events)
)


class Founded:
    """A desk just founded, to be copied; shown briefly where a test fails."""

    def __init__(self, root: Path, words: Catalogue) -> None:
        self.root = root
        self.words = words


@pytest.fixture(scope="module")
def founded(words: Catalogue) -> Iterator[Founded]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "founded"
        open_store(Home(root), agents=[CARD], person=ADA, words=words).close()
        yield Founded(root, words)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(st.tuples(st.sampled_from(["c1", "c2"]), acted), max_size=14),
    cuts=st.lists(st.booleans(), min_size=14, max_size=14),
)
def test_the_views_say_what_the_events_say_however_they_come(
    founded: Founded, history: list[tuple[str, tuple[Actor, Event]]], cuts: list[bool]
) -> None:
    """Whatever happens, in whatever transactions: view = unfold(events), and rebuilt it is the same."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        shutil.copytree(founded.root, home.root)
        with open_store(home, agents=[CARD], person=ADA, words=founded.words) as store:
            drafts = [
                Draft(event=received(f"{case}.pdf", case), actor=INTAKE, case=case) for case in ("c1", "c2")
            ]
            for (case, (actor, event)), cut in zip(history, cuts, strict=False):
                drafts.append(Draft(event=event, actor=actor, case=case))
                if cut:
                    store.append(drafts)
                    drafts = []
            store.append(drafts)
            live = dump(home)
            for case in ("c1", "c2"):
                _agrees(store, live, case)
            assert sum(store.counts().by_status.values()) == 2
            store.rebuild()
            assert dump(home) == live
            assert store.verify().ok


def _agrees(store: Store, live: dict[str, list[tuple[object, ...]]], case: str) -> None:
    told = unfold(store.entries(case))
    row = next(row for row in store.page(QueueQuery()).rows if row.id == case)
    assert isinstance(told, CaseFile)
    assert (row.status, row.klass, row.pages) == (told.status, told.klass, told.pages)
    assert (row.claimed_by, row.received_at, row.updated_at) == (
        told.claimed_by,
        told.received_at,
        told.updated_at,
    )
    assert row.reasons == tuple(dict.fromkeys(reason.code for reason in told.reasons))
    assert row.document == told.documents[0].name
    assert row.route == (told.decision.route if told.decision else None)
    if told.klass == "invoice":
        assert row.counterparty == told.value("vendor_name")
        assert (row.number, row.amount) == (told.value("invoice_number"), told.value("gross_total"))
    number = next(no for no, id_, *_ in live["cases"] if id_ == case)
    rows = {(row[1], row[2]): (row[3], row[4], row[6], row[7]) for row in live["fields"] if row[0] == number}
    assert rows == {
        (state.reading.field, state.reading.index): (
            state.reading.value,
            state.reading.confidence,
            state.act.value if state.act else None,
            state.agent_reading.value if state.agent_reading else None,
        )
        for state in told.fields
    }

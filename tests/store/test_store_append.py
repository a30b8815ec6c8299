"""What the ledger promises to everyone who appends."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.store.stories import ADA, CARD, INTAKE, READER, REVIEWER, invoice, received, review, story

from countersign.domain.actor import Actor, ActorKind
from countersign.domain.case import Status, unfold
from countersign.domain.errors import Trouble
from countersign.domain.event import Checked, Claimed, Draft, PolicyActivated, ReadingMade
from countersign.domain.time import now
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.store.store import Store
from countersign.store.writer import Request


def test_a_case_comes_back_with_its_sealed_values_as_it_was_recorded(store: Store) -> None:
    drafts = story("c1", invoice(1))
    made = store.append(drafts)
    assert store.entries("c1") == made
    assert [entry.event for entry in made] == [draft.event for draft in drafts]
    assert [entry.actor for entry in made] == [draft.actor for draft in drafts]


def test_no_personal_value_stands_in_a_record_in_the_clear(store: Store, home: Home) -> None:
    store.append(story("c1", invoice(1, vendor="Zebrafink AG")))
    with store._database.reading() as connection:
        records = connection.exec_driver_sql("SELECT bytes FROM records").scalars().all()
        blobs = connection.exec_driver_sql("SELECT blob FROM openings").scalars().all()
    assert len(blobs) >= 2
    assert not any(b"Zebrafink" in stored or b"DE893704" in stored for stored in [*records, *blobs])


def test_numbers_run_on_from_the_founding_without_a_gap(store: Store) -> None:
    start = store.head()
    made = store.append(story("c1", invoice(1)))
    assert [entry.seq for entry in made] == list(range(start, start + 7))
    assert store.head() == start + 7


def test_an_effect_is_recorded_once_however_often_it_is_appended(store: Store) -> None:
    drafts = story("c1", invoice(1))
    first = store.append(drafts)
    head = store.head()
    again = store.append(drafts)
    assert not any(entry.fresh for entry in again)
    assert [entry.model_copy(update={"fresh": True}) for entry in again] == list(first)
    assert store.head() == head


def test_an_effect_twice_in_one_request_is_recorded_once(store: Store) -> None:
    draft = Draft(event=received(), actor=INTAKE, case="c1", effect="once")
    first, second = store.append([draft, draft])
    assert (first.fresh, second.fresh) == (True, False)
    assert first.digest == second.digest


def test_desk_events_are_told_apart_from_cases(store: Store) -> None:
    store.append(story("c1", invoice(1)))
    policy = PolicyActivated(policy="p", digest="00", text="mode: x")
    store.append([Draft(event=policy, actor=INTAKE)])
    assert [entry.event.kind for entry in store.desk_entries()] == [
        "desk_founded",
        "epoch_begun",
        "person_enrolled",
        "agent_enrolled",
        "policy_activated",
    ]


def test_changed_cases_names_each_case_after_a_number_once(store: Store) -> None:
    store.append(story("c1", invoice(1)))
    since = store.head()
    store.append(story("c2", invoice(2)))
    store.append(review("c1"))
    store.append([Draft(event=Claimed(person="ada", until=now()), actor=REVIEWER, case="c2")])
    assert store.changed_cases(since) == ("c1", "c2")
    assert store.changed_cases(store.head()) == ()


@pytest.mark.parametrize(
    ("actor", "says"),
    [
        (Actor(kind=ActorKind.AGENT, id="ghost@1", role="x", authenticated="no"), "is not enrolled"),
        (READER, "a person must do what it says"),
        (INTAKE, "a person must do what it says"),
        (REVIEWER.model_copy(update={"role": "auditor"}), "a role that was not given"),
        (REVIEWER.model_copy(update={"id": "eve"}), "is not enrolled"),
    ],
)
def test_an_act_by_whoever_may_not_do_it_is_not_recorded(store: Store, actor: Actor, says: str) -> None:
    store.append(story("c1", invoice(1)))
    head = store.head()
    with pytest.raises(Trouble, match=says):
        store.append([Draft(event=Claimed(person="ada", until=now()), actor=actor, case="c1")])
    assert store.head() == head
    assert store.verify().ok


def test_an_event_too_large_for_a_record_is_refused_with_its_size(store: Store) -> None:
    checked = Checked(passed=("x" * 70_000,), findings=(), milliseconds=1)
    with pytest.raises(Trouble, match="where a record may have 65,535"):
        store.append([Draft(event=checked, actor=READER, case="c1")])


def test_a_request_is_recorded_whole_or_not_at_all(store: Store) -> None:
    head = store.head()
    bad = Draft(event=Claimed(person="ada", until=now()), actor=READER, case="c1")
    with pytest.raises(Trouble):
        store.append([*story("c1", invoice(1)), bad])
    assert store.head() == head
    assert store.entries("c1") == ()
    assert store.counts().by_status[Status.RECEIVED] == 0


def test_a_bad_draft_fails_its_own_caller_and_no_other(store: Store) -> None:
    together = threading.Barrier(20)

    def append(n: int) -> str:
        drafts = story(f"c{n}", invoice(n))
        if n % 5 == 0:
            drafts.append(Draft(event=Claimed(person="x", until=now()), actor=READER, case=f"c{n}"))
        together.wait(10)
        try:
            store.append(drafts)
        except Trouble:
            return "refused"
        return "recorded"

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(append, range(20)))
    assert outcomes == ["refused" if n % 5 == 0 else "recorded" for n in range(20)]
    assert [bool(store.entries(f"c{n}")) for n in range(20)] == [n % 5 != 0 for n in range(20)]
    assert store.verify().ok


def test_appends_of_many_threads_share_transactions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    transactions = 0
    commit = store._writer._commit

    def counted(requests: list[Request]) -> None:
        nonlocal transactions
        transactions += 1
        commit(requests)

    monkeypatch.setattr(store._writer, "_commit", counted)

    def append(n: int) -> None:
        store.append([Draft(event=received(content=str(n)), actor=INTAKE, case=f"c{n}")])

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(append, range(200)))
    assert store.counts().by_status[Status.RECEIVED] == 200
    assert transactions < 150


def test_a_closed_record_says_so(home: Home, words: Catalogue) -> None:
    store = open_store(home, agents=[CARD], person=ADA, words=words)
    store.close()
    with pytest.raises(Trouble, match="is closed"):
        store.append([Draft(event=received(), actor=INTAKE, case="c1")])


def test_no_caller_waits_for_a_writer_that_broke_down(
    home: Home, words: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in the thread itself ends it; whoever appends afterwards is told, at once."""
    heard: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda what: heard.append(str(what.exc_value)))
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:

        def broken(_first: Request) -> bool:
            raise LookupError("a bug")

        store.append(story("c1", invoice(1)))
        monkeypatch.setattr(store._writer, "_serve", broken)
        asking = threading.Thread(target=store._writer._waiting.put, args=(Request(story("c2", invoice(2))),))
        asking.start()
        asking.join(5)
        store._writer._thread.join(5)
        assert heard == ["a bug"]
        with pytest.raises(Trouble, match="is closed"):
            store.append(story("c3", invoice(3)))
        assert store.entries("c3") == ()


def test_nothing_appended_is_nothing_recorded(store: Store) -> None:
    head = store.head()
    assert store.append([]) == ()
    assert store.head() == head


def test_a_persons_act_is_under_a_checkpoint_at_once(store: Store) -> None:
    store.append([*story("c1", invoice(1)), *review("c1")])
    with store._database.reading() as connection:
        last = connection.exec_driver_sql("SELECT max(size) FROM checkpoints").scalar()
    assert last == store.head()


def test_no_more_than_a_hundred_records_go_without_a_checkpoint(store: Store) -> None:
    for n in range(60):
        store.append(story(f"c{n}", invoice(n)))
        with store._database.reading() as connection:
            head, signed = connection.exec_driver_sql("SELECT size, checkpoint_size FROM head").one()
        assert head - signed < 100


def test_records_that_wait_for_a_checkpoint_get_one_within_seconds(store: Store) -> None:
    store.append([Draft(event=received(), actor=INTAKE, case="c0")])  # opens a new second
    store.append(story("c1", invoice(1)))
    done = threading.Event()
    for _ in range(100):
        with store._database.reading() as connection:
            head, signed = connection.exec_driver_sql("SELECT size, checkpoint_size FROM head").one()
        if head == signed:
            break
        done.wait(0.05)
    assert head == signed
    assert store.verify().ok


def test_a_case_unfolds_from_its_entries(store: Store) -> None:
    store.append([*story("c1", invoice(1)), *review("c1")])
    case = unfold(store.entries("c1"))
    assert case is not None
    assert case.status is Status.APPROVED
    assert case.value("gross_total") == "191.00"
    assert isinstance(store.entries("c1")[3].event, ReadingMade)

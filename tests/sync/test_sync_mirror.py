"""A log in a shared PostgreSQL: what is taken, what is refused, and what shows when someone meddles."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.stories import ADA, CARD, READER, invoice, review, story
from tests.support import postgres

from countersign.audit.record import NONE_BEFORE, digest
from countersign.domain.errors import Trouble
from countersign.domain.event import AgentFailed, Draft
from countersign.domain.reason import Reason
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.database import Database
from countersign.store.founding import open_store
from countersign.store.shipping import Acknowledged, Part, Shipping
from countersign.sync.inspect import inspect
from countersign.sync.mirror import Answer, Mirror
from countersign.sync.push import push


def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, postgres.server(Path(folder) / "data") as found:
        yield found


@pytest.fixture
def mirror(url: str) -> Iterator[Mirror]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS countersign CASCADE")
    opened = Mirror(url)
    opened.prepare()
    yield opened
    opened.close()


def grow(home: Home, *, cases: int, tag: str = "case") -> Shipping:
    """Put some cases on the record of a desk and return its log."""
    with open_store(home, agents=[CARD], person=ADA, words=catalogue.load()) as store:
        for n in range(cases):
            store.append(story(f"{tag}-{n}", invoice(n, "Acme GmbH", f"{n + 10}.00")))
            store.append(review(f"{tag}-{n}"))
        return Shipping(Database(home.database), store.log)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "desk")


def sql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_a_log_arrives_whole_and_is_verified_where_it_lies(home: Home, mirror: Mirror) -> None:
    log = grow(home, cases=3)
    there = push(log, mirror, None, silent)
    assert there.size == log.head()
    found = inspect(mirror, log.log, there)
    assert (found.records, found.flaw, found.unsigned) == (log.head(), None, 0)


def test_what_is_there_is_not_sent_again_and_what_is_new_is(home: Home, mirror: Mirror) -> None:
    first = push(grow(home, cases=1), mirror, None, silent)
    log = grow(home, cases=2, tag="more")
    told: list[tuple[int, int]] = []
    second = push(log, mirror, first, lambda done, total: told.append((done, total)))
    assert (second.size, told) == (log.head(), [(log.head(), log.head())])
    assert push(log, mirror, second, silent) == second


def test_the_same_stretch_again_is_accepted_silently(home: Home, mirror: Mirror) -> None:
    log = grow(home, cases=1)
    part = log.stretch(0, 1000)
    assert mirror.push(log.log, part)[0] is Answer.TAKEN
    assert mirror.push(log.log, part)[0] is Answer.KNOWN
    assert inspect(mirror, log.log).flaw is None


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(cuts=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15)), max_size=12))
def test_stretches_in_any_order_repeated_or_missing_never_leave_a_hole(
    cuts: list[tuple[int, int]], mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = grow(Home(tmp_path_factory.mktemp("desk") / "home"), cases=4)
    size = 0
    for first, count in cuts:
        part = log.stretch(first, count)
        answer, there = mirror.push(log.log, part)
        end = first + len(part.records)
        assert (answer is Answer.GAP) == (first > size)
        size = max(size, end) if first <= size else size
        assert there.size == size
    assert [seq for seq, _ in mirror.records(log.log)] == list(range(size))
    assert push(log, mirror, None, silent).size == log.head()
    assert inspect(mirror, log.log).flaw is None


def test_a_stretch_that_was_cut_in_transit_leaves_nothing_behind(home: Home, mirror: Mirror) -> None:
    log = grow(home, cases=2)
    part = log.stretch(0, 10)
    torn = part.model_copy(update={"records": (*part.records[:9], part.records[9][:100])})
    with pytest.raises(Trouble, match="refused a stretch"):
        mirror.push(log.log, torn)
    reordered = part.model_copy(update={"records": part.records[::-1]})
    with pytest.raises(Trouble, match="refused a stretch"):
        mirror.push(log.log, reordered)
    assert mirror.head(log.log).size == 0
    assert list(mirror.records(log.log)) == []


def test_other_bytes_for_a_taken_place_freeze_the_log_and_are_kept_as_evidence(
    home: Home, mirror: Mirror
) -> None:
    log = grow(home, cases=1)
    there = push(log, mirror, None, silent)
    part = log.stretch(there.size - 1, 1)
    forged = part.model_copy(update={"records": (part.records[0].replace(b"Ada", b"Eve"),)})
    assert mirror.push(log.log, forged)[0] is Answer.FORK
    assert mirror.forks(log.log) == ((there.size - 1, forged.records[0]),)
    assert mirror.push(log.log, part)[0] is Answer.FROZEN
    assert dict(mirror.records(log.log))[there.size - 1] == part.records[0]


def clone(home: Home, to: Path) -> Home:
    """Copy a desk as a cloned machine does, keys and all."""
    shutil.copytree(home.root, to)
    return Home(to)


def test_a_cloned_machine_that_goes_its_own_way_is_found_at_its_first_push(
    home: Home, mirror: Mirror, tmp_path: Path
) -> None:
    first = push(grow(home, cases=1), mirror, None, silent)
    twin = clone(home, tmp_path / "twin")
    push(grow(home, cases=1, tag="here"), mirror, first, silent)
    other = grow(twin, cases=2, tag="there")
    with pytest.raises(Trouble, match="another history"):
        push(other, mirror, first, silent)
    kept = mirror.forks(other.log)
    assert kept
    assert kept[0][0] == first.size
    assert kept[0][1] == other.stretch(first.size, 1).records[0]


def test_an_older_copy_that_was_put_back_is_found_at_its_next_push(
    home: Home, mirror: Mirror, tmp_path: Path
) -> None:
    first = push(grow(home, cases=1), mirror, None, silent)
    older = clone(home, tmp_path / "older")
    push(grow(home, cases=1, tag="later"), mirror, first, silent)
    with pytest.raises(Trouble, match="older copy was put back"):
        push(Shipping(Database(older.database), grow(home, cases=0).log), mirror, first, silent)


TAMPERINGS = {
    "a row in the middle": ("DELETE FROM countersign.records WHERE seq = 5", "missing"),
    "the last rows": (
        "DELETE FROM countersign.records WHERE seq >= 15",
        "speaks of|says that it has",
    ),
    "the last rows and all that tells of them": (
        "DELETE FROM countersign.checkpoints WHERE size > 12; "
        "DELETE FROM countersign.records WHERE seq >= 12; "
        "UPDATE countersign.logs SET size = 12, "
        "head = (SELECT digest FROM countersign.records WHERE seq = 11)",
        "acknowledged",
    ),
    "a byte": (
        "UPDATE countersign.records SET bytes = set_byte(bytes, 40, 65) WHERE seq = 7",
        "Record",
    ),
    "every checkpoint's desk": (
        "UPDATE countersign.checkpoints SET note = replace(note, 'a', 'b')",
        "Record",
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_an_administrator_changes_with_triggers_off_is_found_by_the_auditor(
    what: str, home: Home, mirror: Mirror, url: str
) -> None:
    statement, says = TAMPERINGS[what]
    log = grow(home, cases=3)
    there = push(log, mirror, None, silent)
    sql(url, f"SET session_replication_role = replica; {statement}")
    found = inspect(mirror, log.log, there)
    assert found.flaw is not None
    assert re.search(says, found.flaw), found.flaw


def test_the_desk_notices_that_the_shared_database_lost_what_it_acknowledged(
    home: Home, mirror: Mirror, url: str
) -> None:
    log = grow(home, cases=2)
    there = push(log, mirror, None, silent)
    sql(
        url,
        "DELETE FROM countersign.records WHERE seq >= 9; UPDATE countersign.logs SET size = 9, "
        "head = (SELECT digest FROM countersign.records WHERE seq = 8)",
    )
    with pytest.raises(Trouble, match="records were deleted there"):
        push(log, mirror, there, silent)


def test_an_account_with_the_role_of_desks_can_push_and_touch_no_table(
    home: Home, mirror: Mirror, url: str
) -> None:
    sql(url, "DROP ROLE IF EXISTS desk7; CREATE ROLE desk7 LOGIN; GRANT countersign_desk TO desk7")
    log = grow(home, cases=1)
    mine = Mirror(url.replace("postgres:@", "desk7:@"))
    try:
        assert push(log, mine, None, silent).size == log.head()
        with pytest.raises(Trouble, match="may not do that"):
            list(mine.records(log.log))
        with psycopg.connect(url.replace("postgres:@", "desk7:@"), autocommit=True) as connection:
            for forbidden in ("DELETE FROM countersign.records", "UPDATE countersign.logs SET size = 0"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(forbidden.encode())
    finally:
        mine.close()


def test_no_desk_adds_to_or_freezes_the_log_of_another_account(home: Home, mirror: Mirror, url: str) -> None:
    sql(url, "DROP ROLE IF EXISTS victim; CREATE ROLE victim LOGIN; GRANT countersign_desk TO victim")
    sql(url, "DROP ROLE IF EXISTS mallory; CREATE ROLE mallory LOGIN; GRANT countersign_desk TO mallory")
    log = grow(home, cases=1)
    mine, theirs = (Mirror(url.replace("postgres:@", f"{name}:@")) for name in ("victim", "mallory"))
    try:
        there = push(log, mine, None, silent)
        members = {"log": log.log, "seq": there.size, "previous": there.head, "body": {"kind": "claimed"}}
        false = json.dumps(members).encode()
        for part in (
            Part(first=there.size, previous=there.head, records=(false,), checkpoints=()),
            Part(first=0, previous=NONE_BEFORE, records=(false,), checkpoints=()),
            Part(first=there.size, previous=there.head, records=(), checkpoints=((1, "rubbish"),)),
        ):
            with pytest.raises(Trouble, match="Another account"):
                theirs.push(log.log, part)
        grow(home, cases=1, tag="more")
        assert push(log, mine, there, silent).size == log.head()
        assert inspect(mirror, log.log).flaw is None
    finally:
        mine.close()
        theirs.close()


def test_a_record_that_holds_a_nul_arrives_as_it_is(home: Home, mirror: Mirror) -> None:
    with open_store(home, agents=[CARD], person=ADA, words=catalogue.load()) as store:
        failed = AgentFailed(step="a\x00b\\u0000", reason=Reason(code="agent_failed"))
        store.append([*story("c", invoice(1)), Draft(event=failed, actor=READER, case="c")])
        log = Shipping(Database(home.database), store.log)
    push(log, mirror, None, silent)
    assert inspect(mirror, log.log).flaw is None


def test_two_desks_that_decided_the_same_document_are_both_told(mirror: Mirror, tmp_path: Path) -> None:
    """One of them was offline: both decisions stand on their records, and both desks hear of the other's."""
    logs = [grow(Home(tmp_path / name), cases=1) for name in ("north", "south")]
    push(logs[0], mirror, None, silent)
    assert mirror.decided_twice(logs[0].log) == ()
    push(logs[1], mirror, None, silent)
    for log in logs:
        deeds = mirror.decided_twice(log.log)
        assert {deed.log for deed in deeds} == {one.log for one in logs}
        assert len({deed.sha256 for deed in deeds}) == 1


def test_a_server_that_is_not_there_or_not_prepared_is_said_and_nothing_is_lost(
    home: Home, url: str, tmp_path: Path
) -> None:
    log = grow(home, cases=1)
    nowhere = Mirror(f"postgresql://nobody@/none?host={tmp_path}")
    with pytest.raises(Trouble, match="cannot be reached"):
        push(log, nowhere, None, silent)
    sql(url, "DROP SCHEMA IF EXISTS countersign CASCADE")
    bare = Mirror(url)
    with pytest.raises(Trouble, match="sync --prepare"):
        push(log, bare, None, silent)
    nowhere.close()
    bare.close()
    for wrong in ("nonsense", "sqlite:///x.db"):
        with pytest.raises(Trouble, match="postgresql://"):
            Mirror(wrong)


def test_receipts_name_the_last_record_and_never_a_bare_count(home: Home, mirror: Mirror) -> None:
    log = grow(home, cases=1)
    there = push(log, mirror, None, silent)
    part: Part = log.stretch(there.size - 1, 1)
    assert there == Acknowledged(size=log.head(), head=digest(part.records[0]))
    log.keep(mirror.name, there.size, there.head)
    assert log.acknowledged(mirror.name) == there
    assert log.acknowledged("another") is None

"""Verification of a stored log in parts: by several processes, after a signed head, after the last time."""

import random
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from sqlalchemy import create_engine, literal_column, update
from sqlalchemy.exc import IntegrityError
from tests.store.stories import ADA, CARD, INTAKE, invoice, received, review, story

from countersign.audit import note
from countersign.audit.verify import Verdict
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.store import checkers, checking, notes, schema
from countersign.store.checkers import Answer, Task
from countersign.store.database import Database
from countersign.store.founding import open_store, visit_store
from countersign.store.keystore import KeyStore
from countersign.store.store import Store
from countersign.store.stretch import Tell

CASES = 42


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed home with more than a tile of records, to be copied."""
    root = tmp_path_factory.mktemp("long") / "home"
    with open_store(Home(root), agents=[CARD], person=ADA) as store:
        for n in range(CASES):
            store.append(story(f"case-{n}", invoice(n)))
            if n % 3 == 2:
                store.append(review(f"case-{n - 2}"))
    return root


class Log:
    """A copy of a stored log that may be tampered with."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)

    def sql(self, statement: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.home.database)) as connection:
            found = connection.execute(statement, values).fetchall()
            connection.commit()
            return found

    def verify(self, **how: Any) -> Verdict:
        database = Database(self.home.database)
        try:
            return checking.verify(database, KeyStore(self.home.keys), lambda _done, _total: None, **how)
        finally:
            database.close()

    def bend(self, seq: int) -> None:
        (stored,) = self.sql("SELECT bytes FROM records WHERE seq = ?", seq)[0]
        self.sql("UPDATE records SET bytes = ? WHERE seq = ?", stored.replace(b'"at":"2', b'"at":"1'), seq)

    def head(self, size: int) -> bytes:
        ((found,),) = self.sql("SELECT note FROM checkpoints WHERE size = ?", size)
        return bytes(found)

    @property
    def sizes(self) -> list[int]:
        return [size for (size,) in self.sql("SELECT size FROM checkpoints ORDER BY size")]


@pytest.fixture
def log(filled: Path, tmp_path: Path) -> Log:
    shutil.copytree(filled, tmp_path / "home")
    return Log(tmp_path / "home")


class OneByOne:
    """Checkers without processes: each stretch by itself all the same, on a connection of its own."""

    def __init__(self, _count: int, file: Path, keys: KeyStore) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._keys = keys

    def __enter__(self) -> "OneByOne":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def run(self, tasks: Sequence[Task], tell: Tell) -> Iterator[Answer | None]:
        begin = tasks[0].start.size
        for task in tasks:
            before = task.start.size - begin
            yield checkers.answer(
                task, self._connection, self._keys, lambda done, before=before: tell(before + done)
            )


IN_PARTS = {"many": 1, "stretch": 40}


def _together(log: Log) -> Verdict:
    return log.verify(**IN_PARTS)


def test_several_processes_give_the_verdict_of_one(log: Log) -> None:
    alone = log.verify()
    assert alone.ok
    assert alone.records == 4 + 7 * CASES + 3 * (CASES // 3)
    assert _together(log) == alone


def test_several_processes_name_the_record_that_one_names(log: Log) -> None:
    log.bend(200)
    alone = log.verify()
    assert alone.flaw_at == 200
    assert _together(log) == alone


def test_a_process_that_dies_costs_no_verdict(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = log.verify()
    monkeypatch.setattr(checkers, "_check", _die)
    assert _together(log) == alone


def _die(*_given: object) -> None:
    raise SystemExit(3)


def _tamper(log: Log, chance: random.Random) -> None:
    size = len(log.sql("SELECT seq FROM records"))
    seq = chance.randrange(size)
    match chance.randrange(8):
        case 0:
            ((whole,),) = log.sql("SELECT bytes FROM records WHERE seq = ?", seq)
            at = chance.randrange(len(whole))
            bent = whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
            log.sql("UPDATE records SET bytes = ? WHERE seq = ?", bent, seq)
        case 1:
            log.sql("DELETE FROM records WHERE seq = ?", seq)
        case 2:
            log.sql("DELETE FROM openings WHERE seq = ?", seq)
        case 3:
            log.sql("DELETE FROM checkpoints WHERE size = ?", chance.choice(log.sizes))
        case 4:
            kept, other = chance.sample(log.sizes, 2)
            log.sql("UPDATE checkpoints SET note = ? WHERE size = ?", log.head(other), kept)
        case 5:
            log.sql("UPDATE tiles SET root = zeroblob(32)")
        case 6:
            log.sql("UPDATE tiles SET leaves = zeroblob(8191)")
        case _:
            log.sql("DELETE FROM case_keys WHERE subject = ?", f"case-{chance.randrange(CASES)}")


@pytest.mark.parametrize("seed", range(14))
def test_a_tampered_log_has_one_verdict_however_it_is_checked(
    log: Log, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(checking, "Checkers", OneByOne)
    chance = random.Random(f"together {seed}")
    for _ in range(1 + seed % 2):
        _tamper(log, chance)
    alone = log.verify()
    assert _together(log) == alone


ODD = ["'text'", "17"]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "column",
    [
        "openings.blob",
        "case_keys.wrapped",
        "checkpoints.note",
        "tiles.root",
        "tiles.leaves",
        "records.bytes",
        "records.case_id",
        "records.case_n",
        "records.effect",
        "head.frontier",
        "head.hlc",
        "head.unsigned_by",
    ],
)
def test_whatever_someone_puts_into_a_column_has_a_verdict(log: Log, column: str, odd: str) -> None:
    """A column of SQLite takes any type; only what the tables themselves refuse cannot be there."""
    table, name = column.split(".")
    change = update(schema.metadata.tables[table]).values({name: literal_column(odd)})
    if table == "records":
        change = change.where(schema.records.c.seq == 300)
    engine = create_engine(f"sqlite:///{log.home.database}")
    try:
        with engine.begin() as connection:
            connection.execute(change)
    except IntegrityError:
        return
    finally:
        engine.dispose()
    verdict = log.verify()
    assert not verdict.ok
    assert verdict.flaw_at is not None


def test_a_record_under_a_number_below_zero_is_found(log: Log) -> None:
    log.sql("UPDATE records SET seq = -1 WHERE seq = 9")
    verdict = log.verify()
    assert (verdict.ok, verdict.records) == (False, 0)


# -- after a signed head -------------------------------------------------------------------------------


def test_after_a_signed_head_only_later_records_are_looked_at(log: Log) -> None:
    since = log.sizes[len(log.sizes) // 2]
    verdict = log.verify(since=log.head(since))
    whole = log.verify()
    assert verdict.ok, verdict.flaw
    assert (verdict.since, verdict.records, verdict.checkpoints) == (since, whole.records, whole.checkpoints)
    assert 0 < verdict.openings < whole.openings


@pytest.mark.parametrize("how", [{}, IN_PARTS])
def test_every_head_of_a_log_is_one_to_go_on_from(
    log: Log, monkeypatch: pytest.MonkeyPatch, how: dict[str, int]
) -> None:
    monkeypatch.setattr(checking, "Checkers", OneByOne)
    for size in log.sizes[:: max(1, len(log.sizes) // 6)]:
        verdict = log.verify(since=log.head(size), **how)
        assert verdict.ok, (size, verdict.flaw)


def test_a_record_changed_under_the_head_that_was_given_is_named(log: Log) -> None:
    since = log.head(log.sizes[-1])
    log.bend(33)
    verdict = log.verify(since=since)
    assert (verdict.ok, verdict.flaw_at, verdict.since) == (False, 33, 0)


def test_a_record_changed_after_the_head_that_was_given_is_named(log: Log) -> None:
    since = log.head(log.sizes[1])
    log.bend(200)
    assert log.verify(since=since).flaw_at == 200


def test_an_older_copy_of_the_log_does_not_go_on_from_a_newer_head(
    log: Log, filled: Path, tmp_path: Path
) -> None:
    """An older profile put back, or the last records deleted, head and all: the auditor's head shows it."""
    with open_store(log.home, agents=[CARD], person=ADA) as store:
        store.append([*story("more", invoice(99)), *review("more")])
        newer = store.checkpoint()
    shutil.copytree(filled, tmp_path / "older")
    older = Log(tmp_path / "older")
    assert newer is not None
    verdict = older.verify(since=newer)
    assert (verdict.ok, verdict.flaw_at) == (False, None)
    assert "the last ones are gone, or this is an older copy" in str(verdict.flaw)


def test_a_fork_does_not_go_on_from_the_head_of_the_other_branch(
    log: Log, filled: Path, tmp_path: Path
) -> None:
    """A cloned machine with the same keys: both histories hold by themselves, and not together."""
    shutil.copytree(filled, tmp_path / "clone")
    clone = Log(tmp_path / "clone")
    heads = []
    for branch, name in ((log, "here"), (clone, "there")):
        with open_store(branch.home, agents=[CARD], person=ADA) as store:
            store.append([*story(name, invoice(7)), *review(name)])
            heads.append(store.checkpoint())
    assert log.verify().ok
    assert clone.verify().ok
    verdict = clone.verify(since=heads[0])
    assert (verdict.ok, verdict.flaw_at) == (False, None)
    assert "are not those under the head that was given" in str(verdict.flaw)


def test_the_head_of_another_desk_or_of_none_is_refused_with_a_sentence(log: Log, tmp_path: Path) -> None:
    with open_store(Home(tmp_path / "other"), agents=[CARD], person=ADA) as other:
        foreign = other.checkpoint()
    for wrong in (foreign, b"", b"\xff", log.head(log.sizes[2])[:-1], b"countersign/x\n1\n\n"):
        with pytest.raises(Trouble, match="cannot be checked from that head"):
            log.verify(since=wrong)


def test_a_head_that_the_desk_did_not_sign_is_refused(log: Log) -> None:
    text, _, lines = log.head(log.sizes[3]).partition(b"\n\n")
    without = text + b"\n\n" + b"".join(lines.splitlines(keepends=True)[1:])
    with pytest.raises(Trouble, match="is not signed with the key of"):
        log.verify(since=without)


# -- after the last verification -----------------------------------------------------------------------


def test_a_verification_goes_on_from_where_the_last_one_ended(log: Log) -> None:
    whole = log.verify(incremental=True)
    assert (whole.ok, whole.since) == (True, 0)
    with open_store(log.home, agents=[CARD], person=ADA) as store:
        store.append([*story("more", invoice(99)), *review("case-0")])
        verdict = store.verify(incremental=True)
        assert (verdict.ok, verdict.since) == (True, whole.records)
        assert verdict.records == whole.records + 10
        assert [check.is_full for check in store.last_verifications(5)] == [False, True]


def test_what_was_changed_since_the_last_verification_is_named(log: Log) -> None:
    log.verify()
    log.bend(120)
    verdict = log.verify(incremental=True)
    assert (verdict.ok, verdict.flaw_at) == (False, 120)


def test_a_case_does_not_go_on_from_other_records_than_it_has(log: Log) -> None:
    """The index of a case's records is not hashed: what it leads to is held against the case."""
    size = log.sizes[-1]
    log.verify()
    with open_store(log.home, agents=[CARD], person=ADA) as store:
        store.append([Draft(event=received(), actor=INTAKE, case="case-5")])
    log.sql("UPDATE records SET case_id = 'elsewhere' WHERE case_id = 'case-5' AND seq < ?", size)
    verdict = log.verify(incremental=True)
    assert not verdict.ok
    assert "filed under another case" in str(verdict.flaw)


def test_an_interrupted_verification_is_taken_up_where_it_was(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "Checkers", OneByOne)
    monkeypatch.setattr(notes, "MARK", 50)

    class Stopped(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done > 200:
            raise Stopped

    with visit_store(log.home) as store:
        with pytest.raises(Stopped):
            checking.verify(store._database, store._desk.keys, stop, **IN_PARTS)
        assert store.last_verifications(5) == ()
        verdict = store.verify(incremental=True)
        assert verdict.ok
        assert 50 <= verdict.since <= 200
        assert len(store.last_verifications(5)) == 1


def test_a_note_that_someone_forged_saves_no_record_from_being_found(log: Log) -> None:
    """Whoever can write the notes can write 'all was well'; the head that the desk signed still differs."""
    log.verify()
    log.bend(60)
    database = Database(log.home.database)
    try:
        with database.reading() as connection:
            run = checking.Starts(connection).hashed(checking.LogCheck().frontier, 10_000, lambda _done: None)
    finally:
        database.close()
    log.sql("UPDATE verifications SET root = ?, size = ?", run.root(), run.size)
    assert log.verify(incremental=True).flaw_at == 60


# -- notes, and how the log stands ---------------------------------------------------------------------


def test_each_verification_is_noted_and_the_last_one_told(store: Store) -> None:
    store.append([*story("c1", invoice(1)), *review("c1")])
    assert store.state().last is None
    assert store.verify().ok
    state = store.state()
    assert (state.records, state.unsigned, state.epoch) == (14, 0, 1)
    assert state.last is not None
    assert (state.last.records, state.last.ok, state.last.is_full) == (14, True, True)
    store.append([Draft(event=received(), actor=INTAKE, case="c2")])
    assert store.state().records == 15


def test_a_bad_verdict_is_noted_with_what_is_wrong(log: Log) -> None:
    log.bend(60)
    log.verify()
    with visit_store(log.home) as store:
        (check,) = store.last_verifications(5)
    assert (check.ok, check.records) == (False, 60)
    assert check.flaw is not None
    assert "Record 60" in check.flaw


def test_a_verdict_that_cannot_be_noted_says_so_and_stands(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise Trouble("The disk is full.")

    monkeypatch.setattr(notes.Notes, "_write", full)
    verdict = store.verify()
    assert verdict.ok
    assert verdict.warnings == ("This result could not be noted. The disk is full.",)


# -- tiles ---------------------------------------------------------------------------------------------


def test_a_log_without_tiles_holds_and_the_next_records_make_them(log: Log) -> None:
    """A log from before there were tiles."""
    before = log.sql("SELECT n, root, leaves FROM tiles ORDER BY n")
    log.sql("DELETE FROM tiles")
    assert log.verify().ok
    with open_store(log.home, agents=[CARD], person=ADA) as store:
        for n in range(30):
            store.append(story(f"more-{n}", invoice(n)))
        assert store.head() > 512
        assert store.verify().ok
    assert log.sql("SELECT n, root, leaves FROM tiles ORDER BY n")[: len(before)] == before


def test_a_tile_that_does_not_fit_is_found_and_rebuild_makes_it_anew(log: Log) -> None:
    good = log.sql("SELECT n, root, leaves FROM tiles ORDER BY n")
    log.sql("UPDATE tiles SET root = zeroblob(32) WHERE n = 0")
    verdict = log.verify()
    assert verdict.flaw_at == 255
    assert "`countersign rebuild` makes them anew" in str(verdict.flaw)
    with visit_store(log.home) as store:
        store.rebuild()
        assert store.verify().ok
    assert log.sql("SELECT n, root, leaves FROM tiles ORDER BY n") == good


def test_a_tile_of_records_that_are_not_there_is_found(log: Log) -> None:
    log.sql("INSERT INTO tiles SELECT 7, root, leaves FROM tiles WHERE n = 0")
    assert "hashes are kept of records that are not there" in str(log.verify().flaw)


# -- heads that nobody signed --------------------------------------------------------------------------


def test_records_that_a_dead_process_left_unsigned_are_signed_at_the_next_start(
    store: Store, home: Home, words: Catalogue, tmp_path: Path
) -> None:
    store.append([*story("c1", invoice(1)), *review("c1")])
    store.append(story("c2", invoice(2)))
    assert store.state().unsigned == 7
    shutil.copytree(home.root, tmp_path / "copy")  # as it is on the disk when the process dies now
    with open_store(Home(tmp_path / "copy"), agents=[CARD], person=ADA, words=words) as again:
        waiting = threading.Event()
        for _ in range(200):
            if not again.state().unsigned:
                break
            waiting.wait(0.05)
        assert again.state().unsigned == 0
        assert again.verify().ok
        newest = again.checkpoint()
    assert newest is not None
    assert note.open_note(newest).checkpoint.size == 21

"""Whoever changes the stored log is found out, and the record is named."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import RowMapping, create_engine, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from tests.store.stories import ADA, CARD, invoice, review, story

from countersign.audit import record
from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.store import schema
from countersign.store.checking import verify
from countersign.store.database import Database
from countersign.store.founding import open_store
from countersign.store.keystore import KeyStore

CASES = 36
"""Enough for a whole tile of 256 records."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed home with a few cases, to be copied."""
    root = tmp_path_factory.mktemp("filled") / "home"
    with open_store(Home(root), agents=[CARD], person=ADA) as store:
        for n in range(CASES):
            store.append(story(f"case-{n}", invoice(n)))
            if n % 2:
                store.append(review(f"case-{n}"))
        assert store.verify().ok
    return root


class Log:
    """A copy of a stored log that may be tampered with."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.keys = KeyStore(self.home.keys)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.home.database)
        try:
            yield connection
            connection.commit()
        finally:
            connection.close()

    def sql(self, statement: str, *values: object) -> None:
        with self.opened() as connection:
            connection.execute(statement, values)

    def flaw(self) -> tuple[int | None, str | None]:
        database = Database(self.home.database)
        try:
            verdict = verify(database, self.keys, lambda _done, _total: None)
        finally:
            database.close()
        assert verdict.ok == (verdict.flaw is None)
        return verdict.flaw_at, verdict.flaw

    @property
    def size(self) -> int:
        with self.opened() as connection:
            return int(connection.execute("SELECT count(*) FROM records").fetchone()[0])


@pytest.fixture
def log(filled: Path, tmp_path: Path) -> Log:
    shutil.copytree(filled, tmp_path / "home")
    return Log(tmp_path / "home")


def test_an_untouched_log_has_no_flaw(log: Log) -> None:
    assert log.flaw() == (None, None)


# Which record must be named for a row of each table of the log (None: any, as long as one is).
TABLES: dict[str, tuple[str, Callable[[RowMapping, int], int | None]]] = {
    "records": ("seq", lambda row, _size: row["seq"]),
    "openings": ("seq", lambda row, _size: row["seq"]),
    "checkpoints": ("size", lambda row, _size: row["size"] - 1),
    "case_keys": ("subject", lambda _row, _size: None),
    "head": ("id", lambda _row, size: size - 1),
    "tiles": ("n", lambda row, _size: row["n"] * 256 + 255),
}
UNCHECKED = {("head", "id")}
"""The database itself allows one head, under one key."""


@pytest.mark.parametrize("name", TABLES)
def test_a_changed_byte_anywhere_in_the_log_is_found_and_its_record_named(log: Log, name: str) -> None:
    chance = random.Random(f"tamper {name}")
    table = schema.metadata.tables[name]
    key, due = TABLES[name]
    size = log.size
    engine = create_engine(f"sqlite:///{log.home.database}")
    for _ in range(40 if name == "records" else 20):
        with engine.begin() as connection:
            row = chance.choice(connection.execute(select(table)).mappings().all())
            columns = [c for c, value in row.items() if value is not None and (name, c) not in UNCHECKED]
            column = chance.choice(columns)
            changed = _change(row[column], chance)
            try:
                connection.execute(update(table).where(table.c[key] == row[key]).values({column: changed}))
            except IntegrityError:
                continue  # the database itself refuses this change
        flaw_at, flaw = log.flaw()
        assert flaw is not None, (name, column, row[column], changed)
        assert flaw_at is not None
        if column != key and due(row, size) is not None:
            assert flaw_at == due(row, size), (name, column, flaw)
        with engine.begin() as connection:
            here = table.c[key] == (changed if column == key else row[key])
            connection.execute(update(table).where(here).values({column: row[column]}))
    engine.dispose()
    assert log.flaw() == (None, None)


def _change(value: object, chance: random.Random) -> object:
    match value:
        case bytes():
            at = chance.randrange(len(value))
            return value[:at] + bytes([value[at] ^ (1 << chance.randrange(8))]) + value[at + 1 :]
        case str():
            at = chance.randrange(len(value) or 1)
            return value[:at] + chr(ord(value[at : at + 1] or "a") ^ 1) + value[at + 1 :]
        case int():
            return value ^ (1 << chance.randrange(12))
        case _:
            raise AssertionError(value)


def test_every_single_byte_of_one_record_counts(log: Log) -> None:
    with log.opened() as connection:
        (stored,) = connection.execute("SELECT bytes FROM records WHERE seq = 6").fetchone()
    for at in range(0, len(stored), 83):
        log.sql("UPDATE records SET bytes = ? WHERE seq = 6", stored[:at] + b"0" + stored[at + 1 :])
        if stored[at : at + 1] != b"0":
            assert log.flaw()[0] == 6


@pytest.mark.parametrize("seq", [0, 1, 7, 30])
def test_a_deleted_record_is_named(log: Log, seq: int) -> None:
    log.sql("DELETE FROM records WHERE seq = ?", seq)
    flaw_at, flaw = log.flaw()
    assert flaw_at in (seq, seq + 1)
    assert flaw is not None
    assert f"ecord {seq} is missing" in flaw


def test_a_record_cut_out_with_all_later_numbers_moved_up_is_found(log: Log) -> None:
    log.sql("DELETE FROM openings WHERE seq = 7")
    log.sql("DELETE FROM records WHERE seq = 7")
    log.sql("UPDATE records SET seq = -seq WHERE seq > 7")
    log.sql("UPDATE records SET seq = -seq - 1 WHERE seq < 0")
    assert log.flaw()[0] == 7


def test_the_last_records_deleted_are_missed(log: Log) -> None:
    size = log.size
    log.sql("DELETE FROM openings WHERE seq >= ?", size - 3)
    log.sql("DELETE FROM records WHERE seq >= ?", size - 3)
    log.sql("DELETE FROM checkpoints WHERE size > ?", size - 3)
    assert log.flaw()[0] == size - 4


def test_two_records_swapped_are_found(log: Log) -> None:
    log.sql("UPDATE records SET seq = -5 WHERE seq = 5")
    log.sql("UPDATE records SET seq = 5 WHERE seq = 6")
    log.sql("UPDATE records SET seq = 6 WHERE seq = -5")
    assert log.flaw()[0] == 5


def test_a_record_put_in_twice_is_found(log: Log) -> None:
    size = log.size
    log.sql("INSERT INTO records (seq, bytes) SELECT ?, bytes FROM records WHERE seq = 4", size)
    assert log.flaw()[0] == size


def test_a_missing_checkpoint_is_noticed(log: Log) -> None:
    log.sql("DELETE FROM checkpoints WHERE size = (SELECT min(size) FROM checkpoints)")
    assert "a checkpoint is missing" in str(log.flaw()[1])


def test_missing_sealed_content_is_named(log: Log) -> None:
    log.sql("DELETE FROM openings WHERE seq = 7")
    missing = "its sealed content is missing, and no erasure is on record"
    assert log.flaw() == (7, f"Record 7: {missing}.")


def test_a_missing_key_of_a_case_is_noticed(log: Log) -> None:
    log.sql("DELETE FROM case_keys WHERE subject = 'case-0'")
    assert log.flaw()[0] == 4
    assert "its sealed content is missing, and no erasure is on record" in str(log.flaw()[1])


def test_sealed_content_of_another_record_is_found(log: Log) -> None:
    with log.opened() as connection:
        first, second = connection.execute("SELECT seq, blob FROM openings ORDER BY seq LIMIT 2").fetchall()
    log.sql("UPDATE openings SET blob = ? WHERE seq = ?", second[1], first[0])
    assert log.flaw()[0] == first[0]


@pytest.mark.parametrize("seq", [6, 8, 18, 19, 20])
def test_someone_with_the_keys_cannot_rewrite_a_record_under_its_successors(log: Log, seq: int) -> None:
    """The record is signed anew with the desk's own keys; the one after it gives the change away."""
    with log.opened() as connection:
        (stored,) = connection.execute("SELECT bytes FROM records WHERE seq = ?", (seq,)).fetchone()
    found = record.read(stored)
    forged = record.write(
        found.place,
        found.actor,
        found.app,
        {**found.body, "pages": 999},
        link=found.link,
        effect=found.effect,
        signer=log.keys.load(found.key),
    )
    assert forged != stored
    log.sql("UPDATE records SET bytes = ? WHERE seq = ?", forged, seq)
    assert log.flaw()[0] == seq


def test_a_flipped_byte_in_the_file_never_passes_as_another_history(filled: Path, tmp_path: Path) -> None:
    """A byte on the disk: found, or it was none of the log's (free space, indexes, views)."""
    whole = bytearray((filled / "desk.sqlite").read_bytes())
    chance = random.Random("pages")
    expected = _records(filled / "desk.sqlite")
    found = 0
    for trial in range(60):
        root = tmp_path / str(trial)
        root.mkdir()
        shutil.copytree(filled / "keys", root / "keys")
        bent = bytearray(whole)
        bent[chance.randrange(100, len(bent))] ^= 1 << chance.randrange(8)
        (root / "desk.sqlite").write_bytes(bent)
        try:
            flaw = Log(root).flaw()[1]
        except (Trouble, DatabaseError) as error:
            flaw = str(error)
        if flaw is None:
            assert _records(root / "desk.sqlite") == expected
        else:
            found += 1
    assert found > 5


def _records(file: Path) -> list[bytes]:
    connection = sqlite3.connect(file)
    try:
        return [row[0] for row in connection.execute("SELECT bytes FROM records ORDER BY seq")]
    finally:
        connection.close()

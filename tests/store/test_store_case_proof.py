"""The proof of one case names what is wrong with its records, and says how far they are signed and seen."""

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.store.stories import ADA, CARD, INTAKE, invoice, review, story

from countersign.audit.cosign import COSIGNATURE, Known, line
from countersign.audit.keys import Key, Verifier
from countersign.domain.actor import ActorKind
from countersign.domain.event import Draft, KeyRevoked
from countersign.domain.proof import CaseProof, Seen
from countersign.settings.home import Home
from countersign.store.founding import open_store, visit_store

CASE, OTHER = "case-1", "case-2"
Tamper = Callable[[sqlite3.Connection, tuple[int, ...]], object]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed home with cases, more than one tile long; to be copied."""
    root = tmp_path_factory.mktemp("proven") / "home"
    with open_store(Home(root), agents=[CARD], person=ADA) as store:
        for n in range(40):
            drafts = story(f"case-{n}", invoice(n))
            store.append(drafts[:4])
            store.append(drafts[4:])
            store.append(review(f"case-{n}"))
        assert store.head() > 300
    return root


@pytest.fixture
def root(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "home")
    return tmp_path / "home"


def proof(root: Path, case: str = CASE, witnesses: Sequence[Known] = ()) -> CaseProof:
    with visit_store(Home(root)) as store:
        return store.case_proof(case, witnesses)


def tampered(root: Path, change: Tamper) -> CaseProof:
    records = proof(root).records
    connection = sqlite3.connect(Home(root).database)
    try:
        change(connection, records)
        connection.commit()
    finally:
        connection.close()
    return proof(root)


def test_an_untouched_case_is_proven_by_desk_agent_and_person(root: Path) -> None:
    found = proof(root)
    assert found.flaw is None
    assert len(found.records) == 10
    assert found.checkpoint == found.records[-1] + 1
    assert found.signed_by_agents == (CARD.id,)
    assert found.signed_by_person == found.records[-3:]
    assert (found.witnessed, found.has_witness, found.stamped) == (None, False, None)


def test_every_case_of_the_log_is_proven(root: Path) -> None:
    with visit_store(Home(root)) as store:
        assert [store.case_proof(f"case-{n}").flaw for n in range(40)] == [None] * 40


def test_a_case_that_is_not_there_is_proven_by_nothing(root: Path) -> None:
    found = proof(root, "nobody")
    assert (found.records, found.checkpoint, found.flaw) == ((), None, None)


def test_records_newer_than_the_last_checkpoint_wait_for_one(root: Path) -> None:
    found = tampered(
        root, lambda sql, records: sql.execute("DELETE FROM checkpoints WHERE size > ?", [records[0]])
    )
    assert (found.checkpoint, found.flaw, found.signed_by_agents) == (None, None, ())


def _swap(sql: sqlite3.Connection, records: tuple[int, ...]) -> None:
    one, two = (
        sql.execute("SELECT bytes FROM records WHERE seq = ?", [records[at]]).fetchone()[0] for at in (4, 5)
    )
    sql.execute("UPDATE records SET bytes = ? WHERE seq = ?", [two, records[4]])
    sql.execute("UPDATE records SET bytes = ? WHERE seq = ?", [one, records[5]])


def _edit(old: str, new: str, at: int) -> Tamper:
    return lambda sql, records: sql.execute(
        "UPDATE records SET bytes = CAST(replace(CAST(bytes AS TEXT), ?, ?) AS BLOB) WHERE seq = ?",
        [old, new, records[at]],
    )


def _sql(statement: str, *values: object, at: int | None = None) -> Tamper:
    """Return a change of the log; `at` adds the number of one of the case's records."""
    return lambda sql, records: sql.execute(statement, [*values, *([records[at]] if at is not None else [])])


@pytest.mark.parametrize(
    ("change", "at", "why"),
    [
        (_edit('"milliseconds":12', '"milliseconds":13', 3), 3, "root"),
        (_edit('"confidence":990000', '"confidence":990001', 2), 2, "root"),
        (_edit("reader.local@1", "reader.local@2", 2), 2, "was not enrolled then"),
        (_edit('"role":"processor"', '"role":"administrator"', 8), 8, "signature is wrong"),
        (_edit('"role":"processor"', '"role":"auditor"', 8), 8, "a role that was not given"),
        (_edit('"seq":', '"seq" :', 1), 1, "canonical"),
        (_swap, 4, "another number, log or case"),
        (_sql("DELETE FROM records WHERE seq = ?", at=1), 2, "is missing"),
    ],
)
def test_what_was_done_to_a_record_is_found_and_the_record_named(
    root: Path, change: Tamper, at: int, why: str
) -> None:
    records = proof(root).records
    flaw = tampered(root, change).flaw
    assert flaw is not None
    assert flaw.startswith(f"Record {records[at]}:")
    assert why in flaw


def test_a_record_of_another_case_that_was_filed_here_is_found(root: Path) -> None:
    move = "UPDATE records SET case_id = ?, case_n = 99 WHERE case_id = ? AND case_n = 1"
    flaw = tampered(root, _sql(move, CASE, OTHER)).flaw
    assert flaw is not None
    assert "another number, log or case" in flaw


def test_a_hidden_newest_record_of_a_case_shows_in_the_whole_log_only(root: Path) -> None:
    assert tampered(root, _sql("UPDATE records SET case_id = 'x' WHERE seq = ?", at=9)).flaw is None
    with visit_store(Home(root)) as store:
        assert not store.verify().ok


@pytest.mark.parametrize(("who", "why"), [("/agent/", "is not signed with the key of"), ("", "not signed")])
def test_a_checkpoint_without_the_line_of_desk_or_agent_proves_nothing(
    root: Path, who: str, why: str
) -> None:
    def cut(sql: sqlite3.Connection, records: tuple[int, ...]) -> None:
        for size, note in sql.execute("SELECT size, note FROM checkpoints").fetchall():
            lines = note.decode().splitlines(keepends=True)
            kept = "".join(line for line in lines if not _is_line_of(line, who))
            sql.execute("UPDATE checkpoints SET note = ? WHERE size = ?", [kept.encode(), size])

    flaw = tampered(root, cut).flaw
    assert flaw is not None
    assert why in flaw


def _is_line_of(line: str, who: str) -> bool:
    """Tell whether it is a signature line of a kind of signer; the desk's own has nothing after the log."""
    name = line.split(" ")[1] if line.startswith("— ") else ""
    return who in name if who else name.count("/") == 1


def test_a_checkpoint_over_another_tree_is_found(root: Path) -> None:
    def take_another(sql: sqlite3.Connection, records: tuple[int, ...]) -> None:
        size, last = records[-1] + 1, sql.execute("SELECT max(size) FROM checkpoints").fetchone()[0]
        sql.execute("DELETE FROM checkpoints WHERE size < ? AND size > ?", [last, records[0]])
        sql.execute("UPDATE checkpoints SET size = ? WHERE size = ?", [size, last])

    found = tampered(root, take_another)
    assert found.flaw is not None


AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
SIGNERS = {
    name: Key.generate() for name in ("early.example", "first.example", "late.example", "nobody.example")
}


def known(*names: str) -> tuple[Known, ...]:
    return tuple(Known(name, Verifier(SIGNERS[name].public), COSIGNATURE) for name in names)


def vouch(sql: sqlite3.Connection, records: tuple[int, ...]) -> None:
    """Have a head before the end of the case cosigned and stamped, the first after it, and the newest."""
    sizes = [size for (size,) in sql.execute("SELECT size FROM checkpoints ORDER BY size")]
    early = max(size for size in sizes if size <= records[-1])
    first = min(size for size in sizes if size > records[-1])
    for size, name in (
        (early, "early.example"),
        (first, "nobody.example"),
        (first, "first.example"),
        (sizes[-1], "late.example"),
    ):
        note = sql.execute("SELECT note FROM checkpoints WHERE size = ?", [size]).fetchone()[0]
        text = note.rpartition(b"\n\n")[0] + b"\n"
        said = line(name, SIGNERS[name], text, AT + timedelta(seconds=size)).decode()
        sql.execute("INSERT INTO cosignatures VALUES (?, ?, ?, 0)", [size, name, said])
        sql.execute("INSERT INTO stamps VALUES (?, ?, x'00', ?)", [size, name, int(AT.timestamp() * 1000)])


def test_the_first_known_witness_and_time_stamp_over_the_whole_case_are_named(root: Path) -> None:
    tampered(root, vouch)
    found = proof(root, witnesses=known("late.example", "first.example", "early.example"))
    assert (found.flaw, found.has_witness) == (None, True)
    assert found.checkpoint is not None
    at = AT + timedelta(seconds=found.checkpoint)
    assert found.witnessed == Seen(by="first.example", at=at, size=found.checkpoint)
    assert found.stamped is not None
    assert (found.stamped.size, found.stamped.at) == (found.checkpoint, AT)


def test_a_cosignature_of_someone_who_is_no_witness_of_the_desk_says_nothing(root: Path) -> None:
    tampered(root, vouch)
    assert proof(root).witnessed is None
    found = proof(root, witnesses=known("early.example"))
    assert (found.has_witness, found.witnessed) == (True, None)


@pytest.mark.parametrize(
    "forge",
    [
        "UPDATE cosignatures SET line = replace(line, 'first.example', 'other.example')",
        "UPDATE cosignatures SET line = 'nothing'",
        "UPDATE cosignatures SET size = size - 1 WHERE witness = 'first.example'",
        "UPDATE cosignatures SET line = (SELECT line FROM cosignatures WHERE witness = 'early.example')",
    ],
)
def test_a_cosignature_that_was_tampered_with_says_nothing(root: Path, forge: str) -> None:
    tampered(root, vouch)
    tampered(root, _sql(forge))
    found = proof(root, witnesses=known("first.example"))
    assert (found.flaw, found.witnessed) == (None, None)


def test_records_made_before_a_key_was_revoked_stay_proven(root: Path) -> None:
    with open_store(Home(root), agents=[CARD], person=ADA) as store:
        connection = sqlite3.connect(Home(root).database)
        key = connection.execute("SELECT key_id FROM agents WHERE id = ?", [CARD.id]).fetchone()[0]
        connection.close()
        event = KeyRevoked(holder_kind=ActorKind.AGENT, holder=CARD.id, key=key, why="retired")
        store.append([Draft(event=event, actor=INTAKE)])
        assert store.case_proof(CASE).flaw is None


def test_the_events_of_the_desk_can_be_asked_for_by_kind(root: Path) -> None:
    with visit_store(Home(root)) as store:
        all_of_them = store.desk_entries()
        some = store.desk_entries(("person_enrolled", "agent_enrolled"))
    assert some == tuple(e for e in all_of_them if e.event.kind in ("person_enrolled", "agent_enrolled"))
    assert 0 < len(some) < len(all_of_them)

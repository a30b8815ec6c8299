"""Bad input at the command line: one clear sentence, a status that is not 0, and nothing else changed."""

import sqlite3
from pathlib import Path

import pytest
from tests.journeys.desks import invoice

from countersign.cli import door
from countersign.settings.home import Home
from countersign.store.founding import open_store, visit_store

SAMPLES = Path(__file__).parents[2] / "sample_docs"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "desk")
    open_store(home).close()
    return home


def records(home: Home) -> int:
    with visit_store(home) as store:
        return store.head()


def test_each_named_file_that_cannot_be_read_gets_its_own_sentence(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = [SAMPLES / "broken" / name for name in ("empty.pdf", "locked.pdf", "text-named.pdf")]
    assert door.enter(["process", *map(str, broken), "--home", str(home.root)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    for file, line, word in zip(broken, said, ("holds nothing", "password", "PDF, PNG"), strict=True):
        assert line.startswith(f"countersign: {file}: ")
        assert word in line


@pytest.mark.parametrize(
    ("name", "says"),
    [("gone.pdf", "no file or folder"), ("empty", "no document"), ("only-text", "no document")],
)
def test_a_path_without_any_document_is_refused_before_anything_is_taken_in(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, says: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "only-text").mkdir()
    (tmp_path / "only-text" / "notes.txt").write_text("hello", encoding="utf-8")
    (tmp_path / "fine.pdf").write_bytes(invoice(1))
    paths = [str(tmp_path / "fine.pdf"), str(tmp_path / name)]
    assert door.enter(["process", *paths, "--home", str(home.root)]) == 1
    assert says in capsys.readouterr().err
    with visit_store(home) as store:
        assert sum(store.counts().by_status.values()) == 0


def test_a_misspelt_policy_is_named_with_its_line_and_nothing_is_taken_in(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = records(home)
    home.policies.mkdir(exist_ok=True)
    (home.policies / "policy.yaml").write_text("policy: x\nclases: {}\n", encoding="utf-8")
    (tmp_path / "fine.pdf").write_bytes(invoice(1))
    assert door.enter(["process", str(tmp_path / "fine.pdf"), "--home", str(home.root)]) == 1
    said = capsys.readouterr().err
    assert "line 2" in said
    assert "clases" in said
    with visit_store(home) as store:
        assert sum(store.counts().by_status.values()) == 0
        assert store.head() == before


@pytest.mark.parametrize(
    "command", [["verify"], ["rebuild"], ["show", "x"], ["process", str(SAMPLES)], ["doctor"]]
)
def test_a_database_of_a_newer_version_is_left_alone(
    home: Home, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    connection = sqlite3.connect(home.database)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = home.database.read_bytes()
    assert door.enter([*command, "--home", str(home.root)]) == 1
    said = capsys.readouterr()
    assert "newer version" in said.err + " ".join(said.out.split())
    assert home.database.read_bytes() == before


@pytest.mark.parametrize("command", [["verify"], ["rebuild"], ["show", "x"], ["explain", "x"]])
def test_a_folder_without_a_desk_is_named_and_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    nowhere = tmp_path / "nowhere"
    assert door.enter([*command, "--home", str(nowhere)]) == 1
    assert f"There is no desk in {nowhere} yet." in capsys.readouterr().err
    assert not nowhere.exists()


def test_a_changed_byte_makes_verify_fail_and_name_the_record(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = sqlite3.connect(home.database)
    connection.execute(
        "UPDATE records SET bytes = CAST(replace(bytes, 'desk', 'dusk') AS BLOB) WHERE seq = 0"
    )
    connection.commit()
    connection.close()
    assert door.enter(["verify", "--home", str(home.root)]) == 1
    assert "Record 0" in capsys.readouterr().err
    assert door.enter(["verify", "--json", "--home", str(home.root)]) == 1
    assert '"ok": false' in capsys.readouterr().out

"""`verify` after a signed head and after the last time, and `checkpoint`."""

import errno
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.stories import ADA, CARD, invoice, review, story

from countersign.audit import note
from countersign.cli import door
from countersign.settings.home import Home
from countersign.store.founding import open_store


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A desk with two cases, one of them reviewed."""
    home = Home(tmp_path / "home")
    with open_store(home, agents=[CARD], person=ADA) as store:
        store.append([*story("c1", invoice(1)), *review("c1")])
        store.append(story("c2", invoice(2)))
    return home


def _more(home: Home) -> None:
    with open_store(home, agents=[CARD], person=ADA) as store:
        store.append([*story("c3", invoice(3)), *review("c3")])


def _bend(home: Home, seq: int) -> None:
    with closing(sqlite3.connect(home.database)) as connection:
        bent = "UPDATE records SET bytes = CAST(replace(bytes, '\"milli', '\"Milli') AS BLOB) WHERE seq = ?"
        connection.execute(bent, (seq,))
        connection.commit()


def _json(home: Home, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, object]:
    capsys.readouterr()
    door.enter(["verify", "--json", *more, "--home", str(home.root)])
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_the_newest_head_is_printed_as_it_was_signed_and_written_to_a_file(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert door.enter(["checkpoint", "--home", str(home.root)]) == 0
    printed = capsys.readouterr().out.encode()
    out = tmp_path / "head"
    assert door.enter(["checkpoint", "--out", str(out), "--home", str(home.root)]) == 0
    assert capsys.readouterr().out == ""
    assert out.read_bytes() == printed
    assert note.open_note(printed).checkpoint.size == 21


def test_a_head_that_cannot_be_written_leaves_the_one_that_was_there(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def half(file: Path, content: bytes) -> int:
        with file.open("wb") as stream:
            stream.write(content[:9])
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "head").write_bytes(b"the head of yesterday")
    monkeypatch.setattr(Path, "write_bytes", half)
    assert door.enter(["checkpoint", "--out", str(tmp_path / "head"), "--home", str(home.root)]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir() if "head" in file.name] == ["head"]
    assert (tmp_path / "head").read_bytes() == b"the head of yesterday"


def test_after_a_head_the_verdict_says_what_was_only_hashed(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "head"
    door.enter(["checkpoint", "--out", str(out), "--home", str(home.root)])
    _more(home)
    assert door.enter(["verify", "--since", str(out), "--home", str(home.root)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "The record holds: the first 21 records are those under that head" in said
    assert "10 after them were checked one by one" in said
    found = _json(home, capsys, "--since", str(out))
    assert (found["ok"], found["since"], found["records"]) == (True, 21, 31)


def test_the_next_verification_goes_on_from_the_last(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert _json(home, capsys, "--incremental")["since"] == 0
    _more(home)
    assert _json(home, capsys, "--incremental")["since"] == 21
    assert door.enter(["verify", "--incremental", "--home", str(home.root)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "its 31 records are those that were checked before, and none came after" in said
    assert _json(home, capsys)["since"] == 0


@pytest.mark.parametrize("how", ["--since", "--incremental"])
def test_a_record_changed_before_that_is_named_all_the_same(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    out = tmp_path / "head"
    door.enter(["checkpoint", "--out", str(out), "--home", str(home.root)])
    door.enter(["verify", "--home", str(home.root)])
    _bend(home, 5)
    capsys.readouterr()
    given = [how, str(out)] if how == "--since" else [how]
    assert door.enter(["verify", *given, "--home", str(home.root)]) == 1
    said = capsys.readouterr().err
    assert "The record is damaged. Record 5:" in said
    assert "5 records are good. Keep the folder as it is, and tell an auditor." in said


def test_a_head_of_another_history_is_told_apart_from_damage(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = home.database.read_bytes()
    _more(home)
    out = tmp_path / "head"
    door.enter(["checkpoint", "--out", str(out), "--home", str(home.root)])
    home.database.write_bytes(before)
    (home.root / "head.json").unlink(missing_ok=True)
    assert door.enter(["verify", "--since", str(out), "--home", str(home.root)]) == 1
    said = capsys.readouterr().err
    assert "The record is not the one that the head speaks of." in said
    assert "one of the two is of another history" in said


def test_what_is_no_head_is_refused_with_one_sentence(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter").write_text("Dear auditor")
    for given, says in (
        (["--since", str(tmp_path / "nothing")], "cannot be read"),
        (["--since", str(tmp_path)], "cannot be read"),
        (["--since", str(tmp_path / "letter")], "cannot be checked from that head"),
        (["--since", str(tmp_path / "letter"), "--incremental"], "not both"),
    ):
        assert door.enter(["verify", *given, "--home", str(home.root)]) == 1
        assert says in capsys.readouterr().err

"""The bag as a file: whole or not there, the same bytes for the same content, and no path that leads out."""

import errno
import os
import re
import zipfile
from pathlib import Path

import pytest

from countersign.domain.errors import Trouble
from countersign.insight.bundle import bag as bags
from countersign.insight.bundle.bag import Bag, top_folder, whole_file


def write(out: Path, content: bytes = b"x") -> None:
    with whole_file(out) as stream, Bag(stream, top_folder(out), out.parent) as bag:
        bag.add("one.txt", content)
        spool = bag.spool()
        spool.write(b"spooled")
        bag.take("two.txt", spool)
        with bag.payload("three.pdf", is_packed=True) as sink:
            sink.write(content)
        bag.seal({"Bagging-Date": "2026-01-01"}, lambda tags: b"signed " + tags)


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "x.zip")
    assert (tmp_path / "a" / "x.zip").read_bytes() == (tmp_path / "b" / "x.zip").read_bytes()


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    write(tmp_path / "x.zip")
    before = (tmp_path / "x.zip").read_bytes()
    with pytest.raises(Trouble, match="is there already"):
        write(tmp_path / "x.zip", b"other")
    assert (tmp_path / "x.zip").read_bytes() == before


def test_a_name_that_is_taken_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "x.zip"
    with pytest.raises(Trouble, match="by someone else meanwhile"), whole_file(out) as stream:
        stream.write(b"ours")
        out.write_bytes(b"theirs")
    assert out.read_bytes() == b"theirs"
    assert [file.name for file in tmp_path.iterdir()] == ["x.zip"]


def test_an_error_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "x.zip"
    with pytest.raises(ZeroDivisionError), whole_file(out) as stream:
        stream.write(b"half")
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_what_a_kill_left_is_cleared_away_by_the_next_attempt_and_nothing_else(tmp_path: Path) -> None:
    left, others = tmp_path / ".x[1].zip.abc.part", tmp_path / ".x1.zip.abc.part"
    now_at_work = tmp_path / ".x[1].zip.def.part"
    for file in (left, others, now_at_work):
        file.touch()
    for file in (left, others):
        os.utime(file, (0, 0))
    write(tmp_path / "x[1].zip")
    assert not left.exists()
    assert others.exists()
    assert now_at_work.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_trouble_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def on_a_full_disk(**_: object) -> tuple[int, str]:
        return os.open("/dev/full", os.O_RDWR), str(tmp_path / "passing")

    monkeypatch.setattr(bags.tempfile, "mkstemp", on_a_full_disk)
    with pytest.raises(Trouble, match=re.escape(os.strerror(errno.ENOSPC))):
        write(tmp_path / "x.zip", os.urandom(1 << 20))
    assert not (tmp_path / "x.zip").exists()


def test_a_folder_that_may_not_be_written_is_trouble_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> tuple[int, str]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(bags.tempfile, "mkstemp", refused)
    with pytest.raises(Trouble, match="Permission denied"):
        write(tmp_path / "x.zip")


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/x",
        "a/../b",
        "a//b",
        ".x",
        "a/.b",
        "a\\b",
        "a:b",
        "a b",
        "a\nb",
        "a\x00",
        "",
        "a/",
        "ä",
        "a\u202eb",
    ],
)
def test_no_path_leads_out_of_the_bag_or_is_read_in_two_ways(tmp_path: Path, path: str) -> None:
    stream = (tmp_path / "x.zip").open("w+b")
    with stream, Bag(stream, "x", tmp_path) as bag, pytest.raises(ValueError, match="not a path"):
        bag.tag(path, b"")


def test_no_path_is_written_twice(tmp_path: Path) -> None:
    with (tmp_path / "x.zip").open("w+b") as stream, Bag(stream, "x", tmp_path) as bag:
        bag.add("one", b"")
        assert bag.has("one")
        with pytest.raises(ValueError, match="new file"):
            bag.add("one", b"")


@pytest.mark.parametrize(
    ("name", "top"),
    [
        ("audit.zip", "audit"),
        ("Prüfung 2026.zip", "Pr_fung_2026"),
        ("..zip", "bundle"),
        ("...zip", "bundle"),
        ("-x.zip", "x"),
        ("con.zip", "bundle-con"),
        ("LPT1.a.zip", "bundle-LPT1.a"),
        ("a\nb.zip", "a_b"),
        ("x" * 200 + ".zip", "x" * 100),
    ],
)
def test_the_folder_in_the_zip_bears_a_name_that_every_system_takes(name: str, top: str) -> None:
    assert top_folder(Path(name)) == top


def test_the_zip_holds_one_folder_named_as_the_zip(tmp_path: Path) -> None:
    write(tmp_path / "audit.zip")
    with zipfile.ZipFile(tmp_path / "audit.zip") as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"audit"}

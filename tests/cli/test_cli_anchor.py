"""A desk and its witness on the command line: keys exchanged, heads shown, alarms with status 1."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.anchored import copied, grow, size_of
from tests.support.authority import Authority, stamping
from tests.support.witnesses import KNOWN, NAME, serving

from countersign.cli import door
from countersign.settings.home import Home
from countersign.sync.witness.serve import Place


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path / "home")
    grow(found, 5)
    return found


def run(capsys: pytest.CaptureFixture[str], *line: str | Path) -> tuple[int, str, str]:
    status = door.enter([str(part) for part in line])
    said = capsys.readouterr()
    assert isinstance(status, int)
    return status, said.out, said.err


@contextmanager
def at_work(store: Path) -> Iterator[str]:
    """Run `countersign witness serve` as people do; gives its address."""
    line = [sys.executable, "-m", "countersign", "witness", "serve", "--json", "--listen", "127.0.0.1:0"]
    with subprocess.Popen([*line, "--store", str(store)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        port = json.loads(child.stdout.readline())["port"]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            child.send_signal(signal.SIGTERM)
            rest = child.stdout.read()
            assert child.wait(30) == 0
    assert all(json.loads(row)["status"] in (200, 409) for row in rest.splitlines())
    assert rest


@pytest.mark.skipif(sys.platform == "win32", reason="a process is told to end by a signal")
def test_a_desk_and_a_witness_come_together(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "witness"
    status, told, _ = run(capsys, "witness", "init", "wit.example/1", "--store", store)
    key = told.strip()
    assert (status, key.split("+")[0]) == (0, "wit.example/1")
    assert run(capsys, "witness", "key", "--store", store)[1].strip() == key
    log = run(capsys, "anchor", "key", "--home", home.root)[1]
    (tmp_path / "log.vkey").write_text(log)
    assert run(capsys, "witness", "add-log", tmp_path / "log.vkey", "--store", store)[0] == 0
    assert "as before" in run(capsys, "witness", "add-log", log.strip(), "--store", store)[1]
    older = copied(home, tmp_path / "older")
    with at_work(store) as url:
        for one in (home, older):
            assert run(capsys, "anchor", "add-witness", url, key, "--home", one.root)[0] == 0
        grow(home, 3)
        status, told, _ = run(capsys, "anchor", "--json", "--home", home.root)
        assert (status, json.loads(told)["records"]) == (0, size_of(home))
        status, _, complaint = run(capsys, "anchor", "--home", older.root)
        assert (status, "older copy was put back" in complaint) == (1, True)
    status, told, _ = run(capsys, "anchor", "status", "--json", "--home", home.root)
    assert (status, json.loads(told)["unseen"]) == (0, 0)
    status, _, complaint = run(capsys, "anchor", "status", "--home", older.root)
    assert (status, "tell an auditor" in complaint) == (1, True)
    status, told, complaint = run(capsys, "verify", "--home", older.root)
    assert (status, "The record holds" in told, "tell an auditor" in complaint) == (0, True, True)
    assert run(capsys, "verify", "--home", home.root)[2] == ""
    status, told, _ = run(capsys, "witness", "log", "--store", store)
    assert (status, "behind" in told) == (0, True)  # an older copy shows, and proves no fork by itself


def test_a_fork_that_a_witness_keeps_makes_its_log_end_with_1(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.support.trees import SmallLog

    log = SmallLog().grow(4)
    folder = tmp_path / "witness"
    folder.mkdir()
    with serving(folder, log.known) as served:
        from tests.support.witnesses import Door

        honest = Door(served.memory)
        honest.offer(log.request(0))
        honest.offer(log.copy(3).grow(4, "another").request(4))
    status, told, _ = run(capsys, "witness", "log", "--json", "--store", folder)
    head, fork = map(json.loads, told.splitlines())
    assert (status, head["size"], fork["kind"]) == (1, 4, "fork")
    assert fork["refused"] != fork["against"]


def test_stamps_are_added_and_asked_for(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = Authority(tmp_path)
    with stamping(authority) as stamps:
        line = ("anchor", "add-stamps", "tsa", stamps.url, authority.root, "--home", home.root)
        assert run(capsys, *line)[0] == 0
        status, told, _ = run(capsys, "anchor", "--json", "--home", home.root)
    answer = json.loads(told)
    assert (status, answer["who"], answer["outcome"]) == (0, "tsa", "anchored")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("anchor",), "add-witness"),
        (("anchor", "add-witness", "nowhere", KNOWN.text), "http://"),
        (("witness", "key"), "witness init"),
        (("witness", "serve"), "witness init"),
        (("witness", "add-log", "gone.vkey"), "neither a key nor a file"),
        (("witness", "add-log", KNOWN.text), "not the key of a log"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: tuple[str, ...], why: str
) -> None:
    status, told, complaint = run(capsys, *line, "--home", tmp_path)
    assert (status, told) == (1, "")
    assert why in complaint
    assert not (tmp_path / "witness").exists()


def test_a_witness_without_a_name_of_its_place_lies_in_the_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "witness", "init", NAME, "--home", tmp_path)[0] == 0
    assert Path(Place(None, tmp_path / "witness").database).exists()
    assert re.match(rf"{NAME}\+", run(capsys, "witness", "key", "--home", tmp_path)[1])


@pytest.mark.parametrize(
    "line", [("anchor",), ("anchor", "status"), ("witness", "log"), ("witness", "serve")]
)
def test_commands_that_tell_take_a_home_and_json(
    line: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(capsys, *line, "--help")[1]
    assert "--home" in told
    assert "--json" in told

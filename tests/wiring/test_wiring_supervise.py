"""Keeping a worker alive beside a window: it gives way to the window, and ends with its supervisor."""

import base64
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.desks import invoice
from tests.support.people import CHEAP, Answers

from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.store import sealing
from countersign.store.founding import open_store
from countersign.store.root import ASSURED_BY_SEAL, Root
from countersign.wiring.batch import process
from countersign.wiring.supervise import (
    GENTLENESS,
    GETS_KEYS,
    LAST_ERRORS,
    MOST_ERRORS,
    SUPERVISED,
    WORKER_ERRORS,
    bound_errors,
    receive_root,
    start_gentle_worker,
    start_worker,
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has classes of priority, no niceness")
def test_a_worker_beside_a_window_gives_way_to_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "desk")
    home.prepare()
    child = start_gentle_worker(home)
    try:
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == min(19, ours + GENTLENESS)
    finally:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(60) == 0


def test_a_supervised_worker_is_handed_the_root_and_asks_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real worker serves a desk whose keys a password seals; it can have them from its parent alone."""
    monkeypatch.setenv("COUNTERSIGN_KEY_STORE", "password")
    monkeypatch.setattr(sealing, "STRONG", CHEAP)
    (tmp_path / "bill.pdf").write_bytes(invoice(1))
    home = Home(tmp_path / "desk", Answers("correct horse"))
    outcomes = list(process(home, [tmp_path / "bill.pdf"]))
    assert [outcome.klass for outcome in outcomes] == ["invoice"]
    home.ask = Answers("correct horse")
    with open_store(home) as store:
        assert store.keys.assurance == "password_sealed_file"
        assert store.verify().ok


ROOT = Root(b"r" * 32, ASSURED_BY_SEAL)


class Child:
    """A process that is not started, and keeps what it would have been told."""

    pid = 0

    def __init__(self, line: list[str], **how: Any) -> None:
        self.line = line
        self.how = how
        self.stdin = io.BytesIO()


def test_the_root_stands_on_no_command_line_and_in_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", Child)
    child = start_worker(Home(tmp_path / "desk").prepare(), root=ROOT)
    assert isinstance(child, Child)
    assert child.how["env"][SUPERVISED] == GETS_KEYS
    secret = base64.b64encode(ROOT.secret)
    assert child.stdin.getvalue() == secret + b"\n"
    told = repr((child.line, child.how)).encode()
    assert secret not in told
    assert ROOT.secret not in told


@pytest.mark.parametrize("assurance", ["owner_only_file", "os_keystore"])
def test_a_worker_that_can_open_the_keys_itself_is_handed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assurance: str
) -> None:
    monkeypatch.setattr(subprocess, "Popen", Child)
    child = start_worker(Home(tmp_path / "desk").prepare(), root=ROOT._replace(assurance=assurance))
    assert isinstance(child, Child)
    assert child.how["env"][SUPERVISED] == "1"
    assert child.stdin.getvalue() == b""


def receive(monkeypatch: pytest.MonkeyPatch, sent: bytes, supervised: str = GETS_KEYS) -> Root | None:
    """Receive what stands on standard input, as a worker does."""
    ours, theirs = os.pipe()
    os.write(theirs, sent)
    os.close(theirs)
    monkeypatch.setenv(SUPERVISED, supervised)
    with os.fdopen(ours, "rb", buffering=0) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        received = receive_root()
        monkeypatch.undo()
        return received


def test_what_was_handed_over_is_received_and_not_a_byte_more(monkeypatch: pytest.MonkeyPatch) -> None:
    line = base64.b64encode(ROOT.secret) + b"\n"
    assert receive(monkeypatch, line + b"rest") == ROOT
    assert receive(monkeypatch, line, supervised="1") is None


@pytest.mark.parametrize("sent", [b"", b"\n", b"AAAA\n", b"?" * 44 + b"\n", b"A" * 500])
def test_a_handover_that_is_cut_short_is_trouble(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    with pytest.raises(Trouble, match="handed its keys over"):
        receive(monkeypatch, sent)


def test_the_file_of_the_workers_errors_keeps_the_last_ones_and_grows_no_further(tmp_path: Path) -> None:
    home = Home(tmp_path / "desk").prepare()
    log = home.logs / WORKER_ERRORS
    bound_errors(home)
    assert not log.exists()
    with log.open("ab", buffering=0) as worker:  # one who goes on writing
        worker.write(b"a line of many\n" * (MOST_ERRORS // 15))
        bound_errors(home)
        assert log.stat().st_size > MOST_ERRORS - 15
        worker.write(b"a line of many\n" * 2)
        bound_errors(home)
        worker.write(b"the end\n")
    said = log.read_bytes()
    assert len(said) <= LAST_ERRORS + 8
    assert said.startswith(b"a line of many\n")
    assert said.endswith(b"a line of many\nthe end\n")

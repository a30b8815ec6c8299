"""Heads are shown to those configured, at their pace while they answer, ever more rarely while they fail."""

import json
import logging
import shutil
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support.anchored import copied, grow, size_of, watched
from tests.support.answering import answering
from tests.support.authority import Authority, stamping
from tests.support.witnesses import KNOWN, NAME, Served

from countersign.audit import cosign
from countersign.audit.cosign import COSIGNATURE
from countersign.audit.keys import Key
from countersign.domain.errors import Trouble
from countersign.settings import anchors as settings
from countersign.settings.home import Home
from countersign.sync.anchor import Outcome
from countersign.wiring import anchors
from countersign.wiring.anchors import LONGEST_PAUSE, LONGEST_ROUND, SIGN_OF_LIFE, Keeper


class Clock:
    """Goes on when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A desk with some records, to be copied."""
    found = Home(tmp_path_factory.mktemp("filled") / "home")
    grow(found, 5)
    return found


@pytest.fixture
def home(filled: Home, tmp_path: Path) -> Home:
    return copied(filled, tmp_path / "home")


@pytest.fixture
def witness(tmp_path: Path, home: Home) -> Iterator[Served]:
    with watched(home, tmp_path / "witness") as found:
        yield found


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def vkey(name: str) -> str:
    return cosign.vkey(name, Key.generate().public, COSIGNATURE)


# -- configuration


def test_a_witness_added_is_asked_from_then_on(home: Home, witness: Served) -> None:
    anchors.add_witness(home, witness.url, KNOWN.text + "\n")
    (told,) = anchors.anchor(home)
    assert (told.who, told.outcome, told.records) == (NAME, Outcome.ANCHORED, size_of(home))
    assert [known.text for known in anchors.known_witnesses(home)] == [KNOWN.text]


def test_nobody_is_added_twice(home: Home) -> None:
    anchors.add_witness(home, "http://a.example", KNOWN.text)
    before = (home.root / settings.FILE).read_bytes()
    with pytest.raises(Trouble, match="there already"):
        anchors.add_witness(home, "http://b.example", KNOWN.text)
    assert (home.root / settings.FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("url", "key", "why"),
    [
        ("witness.example", KNOWN.text, "http://"),
        ("http://witness.example", "no key", "cannot be used"),
        ("http://witness.example", cosign.vkey("log", KNOWN.key.public), "not that of a witness"),
    ],
)
def test_a_witness_that_cannot_be_is_not_added(home: Home, url: str, key: str, why: str) -> None:
    with pytest.raises(Trouble, match=why):
        anchors.add_witness(home, url, key)
    assert not (home.root / settings.FILE).exists()


def test_an_authority_without_a_root_certificate_is_not_added(home: Home, tmp_path: Path) -> None:
    pem = tmp_path / "tsa.pem"
    pem.write_text("nothing")
    with pytest.raises(Trouble, match="no certificate"):
        anchors.add_stamps(home, "tsa", "http://tsa.example", pem)
    with pytest.raises(Trouble, match="cannot be read"):
        anchors.add_stamps(home, "tsa", "http://tsa.example", tmp_path / "gone.pem")
    assert not (home.root / settings.FILE).exists()


# -- once, and how it stands


def test_where_nobody_is_configured_asking_says_how_to_add_someone(home: Home) -> None:
    with pytest.raises(Trouble, match="add-witness"):
        anchors.anchor(home)


def test_where_there_is_no_desk_that_is_said(tmp_path: Path) -> None:
    home = Home(tmp_path / "none")
    anchors.add_witness(home, "http://127.0.0.1:1", KNOWN.text)
    with pytest.raises(Trouble, match="no desk"):
        anchors.anchor(home)


def test_the_status_tells_the_window_and_what_each_said_last(home: Home, witness: Served) -> None:
    anchors.add_witness(home, witness.url, KNOWN.text)
    size = size_of(home)
    before = anchors.status(home)
    assert (before.records, before.unseen, before.alarms) == (size, size, ())
    anchors.anchor(home)
    grow(home, 3)
    after = anchors.status(home)
    (told,) = after.witnesses
    assert (after.unseen, told.records, told.outcome) == (3, size, Outcome.ANCHORED)
    assert after.unseen_since is not None


def test_an_alarm_stands_in_the_status_until_the_witness_is_content_again(
    home: Home, witness: Served, tmp_path: Path
) -> None:
    anchors.add_witness(home, witness.url, KNOWN.text)
    anchors.anchor(home)
    older = copied(home, tmp_path / "older")
    grow(home, 3)
    anchors.anchor(home)
    anchors.anchor(older)
    assert "older copy was put back" in anchors.status(older).alarms[0]
    assert anchors.status(home).alarms == ()


def test_a_note_that_was_damaged_hides_nothing_that_is_certain(home: Home, witness: Served) -> None:
    anchors.add_witness(home, witness.url, KNOWN.text)
    anchors.anchor(home)
    for damaged in (b"", b"{", b"[1]", b"\xff", b'[{"who": 1}]'):
        (home.root / anchors.NOTED).write_bytes(damaged)
        assert anchors.status(home).unseen == 0
    anchors.anchor(home)
    assert json.loads((home.root / anchors.NOTED).read_text())[0]["who"] == NAME


# -- all the time


def test_new_heads_are_shown_at_the_pace_configured(
    home: Home, witness: Served, stop: threading.Event
) -> None:
    anchors.add_witness(home, witness.url, KNOWN.text)
    clock = Clock()
    keeper = Keeper(home, clock)
    assert keeper.round(stop) == 10.0
    assert anchors.status(home).unseen == 0
    grow(home, 2)
    clock.now += 9
    keeper.round(stop)
    assert anchors.status(home).unseen == 2
    clock.now += 1
    keeper.round(stop)
    assert anchors.status(home).unseen == 0


def test_one_that_fails_is_asked_ever_more_rarely_and_keeps_no_other_waiting(
    home: Home, witness: Served, stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    clock, asked = Clock(), []

    def refuse(_: bytes) -> tuple[int, str, bytes]:
        asked.append(clock.now)
        return 500, "text/plain", b""

    with answering(refuse) as failing:
        anchors.add_witness(home, failing.url, vkey("failing.example"))
        anchors.add_witness(home, witness.url, KNOWN.text)
        keeper = Keeper(home, clock)
        for _ in range(200):
            keeper.round(stop)
            clock.now += 10
    pauses = [later - sooner for sooner, later in pairwise(asked)]
    assert pauses[:4] == [10, 20, 40, 80]
    assert max(pauses) == LONGEST_PAUSE
    assert anchors.status(home).unseen == 0
    warned = [record for record in caplog.records if "failing.example" in record.getMessage()]
    assert len(warned) == 1  # told once, not at each attempt


def test_one_that_recovers_is_asked_at_its_pace_again(
    home: Home, witness: Served, stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    anchors.add_witness(home, "http://127.0.0.1:1", KNOWN.text)
    clock = Clock()
    keeper = Keeper(home, clock)
    for _ in range(30):
        keeper.round(stop)
        clock.now += 10
    file = home.root / settings.FILE
    file.write_text(file.read_text().replace("http://127.0.0.1:1", witness.url))
    clock.now += LONGEST_PAUSE
    keeper.round(stop)
    grow(home, 1)
    clock.now += 10
    keeper.round(stop)
    assert anchors.status(home).unseen == 0
    assert caplog.records


def test_a_head_that_was_seen_is_shown_again_when_work_begins_and_as_a_sign_of_life(
    home: Home, witness: Served, stop: threading.Event, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    anchors.add_witness(home, witness.url, KNOWN.text)
    anchors.anchor(home)
    older = copied(home, tmp_path / "older")
    clock = Clock()
    at_work = Keeper(older, clock)
    at_work.round(stop)
    grow(home, 2)
    anchors.anchor(home)
    clock.now += SIGN_OF_LIFE - 1
    at_work.round(stop)
    assert anchors.status(older).alarms == ()
    clock.now += 11
    at_work.round(stop)
    assert anchors.status(older).alarms
    for _ in range(5):
        clock.now += 60
        at_work.round(stop)
        assert anchors.status(older).alarms  # it stands, although nothing is new
    Keeper(copied(older, tmp_path / "begins"), clock).round(stop)
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.ERROR]


def test_a_file_that_cannot_be_used_is_told_once_and_read_again_when_mended(
    home: Home, witness: Served, stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    file = home.root / settings.FILE
    file.write_text("witnesses: 5")
    keeper = Keeper(home, Clock())
    assert [keeper.round(stop) for _ in range(3)] == [LONGEST_ROUND] * 3
    assert len(caplog.records) == 1
    file.unlink()
    anchors.add_witness(home, witness.url, KNOWN.text)
    keeper.round(stop)
    assert anchors.status(home).unseen == 0


def test_the_last_head_is_shown_when_the_work_ends(home: Home, witness: Served) -> None:
    anchors.add_witness(home, witness.url, KNOWN.text)
    anchors.anchor(home)
    grow(home, 4)
    stop = threading.Event()
    stop.set()
    anchors.keep_anchored(home, stop)
    assert anchors.status(home).unseen == 0


def test_the_end_of_the_work_waits_for_no_witness_that_fails(
    home: Home, stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    with answering(lambda _: (500, "text/plain", b"")) as failing:
        anchors.add_witness(home, failing.url, KNOWN.text)
        keeper = Keeper(home, Clock())
        keeper.round(stop)
        keeper.show_last()
        assert len(failing.asked) == 1
    assert len(caplog.records) == 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl to be an authority")
def test_stamps_are_as_far_apart_as_configured_whoever_starts_anew(
    home: Home, stop: threading.Event, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with stamping(authority) as stamps:
        anchors.add_stamps(home, "tsa", stamps.url, authority.root)
        for _ in range(3):
            grow(home, 1)
            Keeper(home, Clock()).round(stop)
        assert len(stamps.asked) == 1
        anchors.anchor(home)
        assert len(stamps.asked) == 2


def test_the_thread_ends_when_told_even_while_a_witness_is_silent(home: Home, witness: Served) -> None:
    anchors.add_witness(home, witness.url, KNOWN.text)
    stop = threading.Event()
    thread = threading.Thread(target=anchors.keep_anchored, args=(home, stop), daemon=True)
    thread.start()
    for _ in range(400):
        if anchors.status(home).unseen == 0 or stop.wait(0.02):
            break
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert anchors.status(home).unseen == 0

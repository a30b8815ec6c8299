"""The log shown to a witness: what is kept of its answers, and which tampering it brings to light."""

import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.anchored import copied, grow, lines, opened, size_of, watched
from tests.support.answering import Reply, answering
from tests.support.witnesses import KNOWN, NAME, WITNESS, Served

from countersign.audit import cosign, note
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Key
from countersign.domain.errors import Trouble
from countersign.domain.time import now
from countersign.settings.home import Home
from countersign.store.anchors import SignedHead
from countersign.sync import post as posting
from countersign.sync.anchor import Outcome, Told, ask_witness
from countersign.sync.witness.store import Refusal


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A desk with some records, to be copied."""
    found = Home(tmp_path_factory.mktemp("filled") / "home")
    grow(found, 20)
    return found


@pytest.fixture
def home(filled: Home, tmp_path: Path) -> Home:
    return copied(filled, tmp_path / "home")


@pytest.fixture
def witness(tmp_path: Path, home: Home) -> Iterator[Served]:
    with watched(home, tmp_path / "witness") as found:
        yield found


def show(home: Home, url: str, *, even_if_seen: bool = False) -> Told:
    with opened(home) as store:
        return ask_witness(store, url, KNOWN, even_if_seen=even_if_seen)


def unseen(home: Home) -> int:
    with opened(home) as store:
        return store.window([KNOWN]).records


# -- the ordinary course


def test_a_head_that_was_cosigned_leaves_nothing_unwitnessed(home: Home, witness: Served) -> None:
    assert unseen(home) == size_of(home)
    told = show(home, witness.url)
    assert (told.outcome, told.records, told.why) == (Outcome.ANCHORED, size_of(home), "")
    assert unseen(home) == 0


def test_the_window_counts_what_came_after_and_says_since_when(home: Home, witness: Served) -> None:
    show(home, witness.url)
    before = now()
    size = size_of(home)
    assert grow(home, 7) == size + 7
    with opened(home) as store:
        window = store.window([KNOWN])
    assert (window.records, window.witnessed) == (7, size)
    assert window.since is not None
    assert before <= window.since <= now()


def test_each_new_head_is_proved_to_go_on_from_the_one_before(home: Home, witness: Served) -> None:
    for records in (0, 1, 300, 17):
        grow(home, records)
        assert show(home, witness.url).outcome is Outcome.ANCHORED
    assert unseen(home) == 0


def test_a_head_that_was_seen_is_not_sent_again_unless_asked(home: Home, witness: Served) -> None:
    show(home, witness.url)
    assert show(home, "http://127.0.0.1:1").outcome is Outcome.NOTHING_NEW
    assert show(home, witness.url, even_if_seen=True).outcome is Outcome.NOTHING_NEW
    assert show(home, "http://127.0.0.1:1", even_if_seen=True).outcome is Outcome.FAILED


def test_an_answer_that_was_lost_is_made_good_at_the_next_question(home: Home, witness: Served) -> None:
    show(home, witness.url)
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("DELETE FROM cosignatures")
    assert show(home, witness.url).outcome is Outcome.ANCHORED
    grow(home, 5)
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("DELETE FROM cosignatures")
    assert show(home, witness.url).outcome is Outcome.ANCHORED
    assert unseen(home) == 0


def test_the_lines_kept_make_the_head_a_cosigned_checkpoint(home: Home, witness: Served) -> None:
    told = show(home, witness.url)
    with opened(home) as store:
        head = store.newest()
        assert head is not None
        signed = note.open_note(head.note + lines(home, head.size))
        key = store.log()
    signed.check(key.name, key.key)
    assert cosign.check(signed, NAME, KNOWN.key) == told.at


# -- attacks


def test_an_older_copy_put_back_is_found_out_before_anything_is_added(
    home: Home, witness: Served, tmp_path: Path
) -> None:
    show(home, witness.url)
    backup = copied(home, tmp_path / "backup")
    grow(home, 10)
    show(home, witness.url)
    told = show(backup, witness.url, even_if_seen=True)
    assert told.outcome is Outcome.ALARM
    assert "an older copy was put back" in told.why


def test_an_older_copy_that_goes_on_is_found_out_at_its_next_head(
    home: Home, witness: Served, tmp_path: Path
) -> None:
    backup = copied(home, tmp_path / "backup")
    grow(home, 10)
    show(home, witness.url)
    grow(backup, 3)
    told = show(backup, witness.url)
    assert (told.outcome, "there are" in told.why) == (Outcome.ALARM, True)
    assert [kept.kind for kept in witness.memory.refused()] == [Refusal.BEHIND]


def test_a_cloned_machine_with_the_same_key_is_found_out_once_it_is_longer(
    home: Home, witness: Served, tmp_path: Path
) -> None:
    show(home, witness.url)
    clone = copied(home, tmp_path / "clone")
    grow(home, 4)
    assert show(home, witness.url).outcome is Outcome.ANCHORED
    grow(clone, 40)
    told = show(clone, witness.url)
    assert (told.outcome, "another history" in told.why) == (Outcome.ALARM, True)
    assert [kept.kind for kept in witness.memory.refused()] == [Refusal.BROKEN]
    assert show(home, witness.url, even_if_seen=True).outcome is Outcome.NOTHING_NEW


def test_a_clone_of_the_same_length_leaves_two_signed_heads_that_prove_the_fork(
    home: Home, witness: Served, tmp_path: Path
) -> None:
    clone = copied(home, tmp_path / "clone")
    grow(home, 4)
    grow(clone, 4)
    assert size_of(home) == size_of(clone)
    assert show(home, witness.url).outcome is Outcome.ANCHORED
    assert show(clone, witness.url).outcome is Outcome.ALARM
    assert Refusal.FORK in [kept.kind for kept in witness.memory.refused()]


def test_a_fork_shown_to_another_party_bears_no_line_of_the_witness_and_takes_none_over(
    home: Home, witness: Served, tmp_path: Path
) -> None:
    fork = copied(home, tmp_path / "fork")
    grow(home, 4)
    grow(fork, 4)
    show(home, witness.url)
    line = lines(home, size_of(home))
    with opened(fork) as store:
        shown = store.newest()
        key = store.log()
    assert shown is not None
    for below, why in ((b"", "not cosigned"), (line, "is wrong")):
        signed = note.open_note(shown.note + below)
        signed.check(key.name, key.key)  # the desk's own key signed it: alone that proves nothing
        with pytest.raises(Flaw, match=why):
            cosign.check(signed, NAME, KNOWN.key)


def test_the_last_records_deleted_after_witnessing_are_missed(
    home: Home, witness: Served, tmp_path: Path
) -> None:
    short = copied(home, tmp_path / "short")
    grow(home, 9)
    show(home, witness.url)
    assert show(short, witness.url).outcome is Outcome.ALARM


def test_the_last_records_deleted_before_witnessing_are_within_the_window_shown(
    home: Home, witness: Served, tmp_path: Path
) -> None:
    show(home, witness.url)
    short = copied(home, tmp_path / "short")  # the log as whoever deletes the last records leaves it
    size = size_of(home)
    grow(home, 9)
    deleted = size_of(home) - size
    assert show(short, witness.url, even_if_seen=True).outcome is Outcome.NOTHING_NEW  # nothing can tell
    assert unseen(home) == deleted  # but this is the most that could go, and it was on the screen


def test_a_cosignature_written_into_the_database_by_hand_does_not_shrink_the_window(home: Home) -> None:
    size = size_of(home)
    with opened(home) as store:
        head = store.newest()
        assert head is not None
        forged = cosign.line(NAME, Key.generate(), head.text, now())
        store.keep_cosignature(size, NAME, forged, now())
        assert store.window([KNOWN]).records == size
        other_text = cosign.line(NAME, WITNESS, head.text + b"x", now())
        store.keep_cosignature(size, NAME, other_text, now())
        assert store.window([KNOWN]).records == size


def test_a_cosignature_tampered_with_is_asked_for_again(home: Home, witness: Served) -> None:
    show(home, witness.url)
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("UPDATE cosignatures SET line = replace(line, 'A', 'B')")
    assert unseen(home) == size_of(home)
    assert show(home, witness.url).outcome is Outcome.ANCHORED
    assert unseen(home) == 0


def test_a_witness_that_is_no_longer_configured_counts_for_nothing(home: Home, witness: Served) -> None:
    show(home, witness.url)
    with opened(home) as store:
        assert store.window([]).records == size_of(home)


# -- witnesses that err, lie or stay silent


def head_of(home: Home) -> SignedHead:
    with opened(home) as store:
        head = store.newest()
    assert head is not None
    return head


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ((200, "text/plain", b""), "answered, but"),
        ((200, "text/plain", b"thank you\n"), "answered, but"),
        ((403, "text/plain", b"no"), "anchor key"),
        ((404, "text/plain", b"no"), "anchor key"),
        ((409, "text/plain", b"12\n"), "status 409"),
        ((409, "text/x.tlog.size", b"many\n"), "status 409"),
        ((409, "text/x.tlog.size", b"-1\n"), "status 409"),
        ((409, "text/x.tlog.size", b"9" * 17), "status 409"),
        ((422, "text/plain", b"of a log that it never saw"), "status 422"),
        ((500, "text/plain", b"\x1b[31mred"), "status 500"),
        ((302, "text/plain", b""), "status 302"),
        ((200, "text/plain", b"x" * 20_000), "more than it should"),
    ],
)
def test_an_answer_that_is_none_is_told_and_nothing_is_kept(home: Home, reply: Reply, why: str) -> None:
    with answering(lambda _: reply) as odd:
        told = show(home, odd.url)
        assert len(odd.asked) == 1
    assert told.outcome is Outcome.FAILED
    assert why in told.why
    assert "\x1b" not in told.why
    assert unseen(home) == size_of(home)


def test_the_line_of_another_key_or_head_is_not_kept(home: Home) -> None:
    head = head_of(home)
    for key, text in ((Key.generate(), head.text), (WITNESS, head.text + b"x")):
        line = cosign.line(NAME, key, text, now())
        with answering(_always((200, "text/plain", line))) as odd:
            assert show(home, odd.url).outcome is Outcome.FAILED
    assert unseen(home) == size_of(home)


def test_a_witness_that_names_ever_other_sizes_is_asked_a_few_times_only(home: Home) -> None:
    sizes = iter(range(1, 100))
    with answering(lambda _: (409, "text/x.tlog.size", b"%d\n" % next(sizes))) as odd:
        told = show(home, odd.url)
        assert len(odd.asked) == 4
    assert (told.outcome, "another size each time" in told.why) == (Outcome.FAILED, True)


def test_a_witness_that_says_conflict_of_the_very_size_shown_raises_the_alarm(home: Home) -> None:
    with answering(lambda _: (409, "text/x.tlog.size", b"%d\n" % size_of(home))) as older:
        told = show(home, older.url)
    assert told.outcome is Outcome.ALARM


def test_nobody_listening_is_told_in_one_sentence(home: Home) -> None:
    told = show(home, "http://127.0.0.1:1")
    assert told.outcome is Outcome.FAILED
    assert told.why.startswith("http://127.0.0.1:1/add-checkpoint does not answer")


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this", b"hello\r\n\r\n"]
)
def test_a_witness_that_stays_silent_or_breaks_off_holds_nobody_up(
    home: Home, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("countersign.sync.anchor.post", _hurried)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = threading.Event()

        def answer() -> None:
            peer, _ = silent.accept()
            with peer:
                peer.recv(65_536)
                peer.sendall(said)
                if said:
                    return
                done.wait(20)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        told = show(home, f"http://127.0.0.1:{silent.getsockname()[1]}")
        done.set()
        thread.join(20)
    assert (told.outcome, "does not answer" in told.why) == (Outcome.FAILED, True)


def test_an_answer_that_drips_is_cut_off_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as slow:
        end = threading.Event()

        def drip() -> None:
            peer, _ = slow.accept()
            with peer:
                try:
                    peer.recv(65_536)
                    peer.sendall(b"HTTP/1.1 200 OK\r\n")
                    while not end.wait(0.02):
                        peer.sendall(b"X: y\r\n")
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = now()
        with pytest.raises(Trouble, match="does not answer"):
            posting.post(f"http://127.0.0.1:{slow.getsockname()[1]}", b"x", "text/plain", 100, seconds=0.4)
        took = (now() - began).total_seconds()
        end.set()
        thread.join(20)
    assert took < 5


def _always(reply: Reply) -> Callable[[bytes], Reply]:
    return lambda _: reply


def _hurried(url: str, body: bytes, content_type: str, most: int) -> posting.Reply:
    return posting.post(url, body, content_type, most, seconds=0.4)

"""What a witness cosigns and what it refuses, as c2sp.org/tlog-witness says, on both databases."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.support.trees import SmallLog
from tests.support.witnesses import AT, KNOWN, NAME, WITNESS, Door

from countersign.audit import cosign, note
from countersign.audit.keys import Key
from countersign.audit.merkle import check_consistency, root_of_leaves
from countersign.audit.note import Checkpoint
from countersign.domain.errors import Trouble
from countersign.sync.witness.store import MOST_REFUSALS, Refusal, WitnessStore


@pytest.fixture
def log() -> SmallLog:
    return SmallLog(key=Key(b"\x01" * 32)).grow(10)


@pytest.fixture
def door(memory: WitnessStore, log: SmallLog) -> Door:
    memory.add(log.known)
    return Door(memory)


def known_size(door: Door) -> int:
    (head,) = door.memory.heads()
    return head.size


def forked(log: SmallLog, at: int, size: int, what: str = "another") -> SmallLog:
    return log.copy(at).grow(size, what)


# -- what is cosigned


def test_a_first_head_is_cosigned_without_proof_and_remembered(door: Door, log: SmallLog) -> None:
    status, body = door.offer(log.request(0))
    signed = note.open_note(log.head() + body)
    assert (status, known_size(door)) == (200, 10)
    assert cosign.check(signed, NAME, KNOWN.key) == AT


def test_a_head_that_goes_on_from_the_one_before_is_cosigned(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0, 3))
    assert door.offer(log.request(3, 8))[0] == 200
    assert door.offer(log.request(8, 8))[0] == 200
    assert door.offer(log.request(8, 10))[0] == 200
    assert known_size(door) == 10


def test_the_newest_head_is_shown_with_the_lines_of_log_and_witness(door: Door, log: SmallLog) -> None:
    path = f"/{hashlib.sha256(log.origin.encode()).hexdigest()}/checkpoint"
    assert door.ask("GET", path)[0] == 404
    _, line = door.offer(log.request(0, 4))
    stranger = note.line("stranger", Key.generate(), note.open_note(log.head(5)).text)
    _, line = door.offer(log.request(4, 5) + stranger)
    status, _, shown = door.ask("GET", path)
    assert (status, shown) == (200, log.head(5) + line)
    assert door.ask("HEAD", path)[2] == b""


def test_an_empty_log_is_cosigned_and_goes_on(door: Door, log: SmallLog) -> None:
    assert door.offer(log.request(0, 0))[0] == 200
    assert door.offer(log.request(0, 10))[0] == 200


def test_two_logs_do_not_get_in_each_others_way(door: Door, log: SmallLog) -> None:
    other = SmallLog("other").grow(5)
    door.memory.add(other.known)
    assert door.offer(log.request(0))[0] == 200
    assert door.offer(other.request(0))[0] == 200


def test_a_log_may_sign_with_a_second_key_that_was_added(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0, 4))
    rekeyed = SmallLog(log.name, Key(b"\x09" * 32), tuple(log.leaves))
    assert door.offer(rekeyed.request(4))[0] == 403
    assert door.memory.add(rekeyed.known)
    assert not door.memory.add(rekeyed.known)
    assert door.offer(rekeyed.request(4))[0] == 200


# -- what is refused


def test_an_unknown_log_is_404(door: Door) -> None:
    assert door.offer(SmallLog("unknown").grow(3).request(0))[0] == 404


def test_a_head_signed_by_another_key_is_403(door: Door, log: SmallLog) -> None:
    thief = SmallLog(log.name, Key.generate(), tuple(log.leaves))
    assert door.offer(thief.request(0))[0] == 403
    assert known_size(door) == 0


def test_a_head_whose_signature_was_altered_is_403(door: Door, log: SmallLog) -> None:
    request = log.request(0)
    at = request.rindex(b" ") + 40
    altered = request[:at] + (b"A" if request[at : at + 1] != b"A" else b"B") + request[at + 1 :]
    assert door.offer(altered)[0] == 403


def test_an_old_size_above_the_new_one_is_400(door: Door, log: SmallLog) -> None:
    assert door.offer(cosign.write_request(11, [], log.head()))[0] == 400


def test_another_old_size_is_409_and_names_the_size_known(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0, 7))
    status, headers, body = door.ask("POST", "/add-checkpoint", log.request(3))
    assert (status, headers["Content-Type"], body) == (409, "text/x.tlog.size", b"7\n")


def test_a_request_repeated_is_409_and_changes_nothing(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0, 7))
    door.offer(log.request(7, 9))
    assert door.offer(log.request(0, 7)) == (409, b"9\n")
    assert door.offer(log.request(7, 9)) == (409, b"9\n")
    assert known_size(door) == 9


def test_a_first_head_with_a_proof_is_422(door: Door, log: SmallLog) -> None:
    assert door.offer(cosign.write_request(0, [b"x" * 32], log.head()))[0] == 422


def test_an_empty_log_with_another_root_is_422(door: Door, log: SmallLog) -> None:
    point = Checkpoint(log.origin, 0, b"\0" * 32)
    head = note.write(point, [(log.origin, log.key)])
    assert door.offer(cosign.write_request(0, [], head))[0] == 422


@pytest.mark.parametrize("spoil", ["short", "long", "changed", "none"])
def test_a_proof_that_does_not_hold_is_422_and_nothing_moves(door: Door, log: SmallLog, spoil: str) -> None:
    door.offer(log.request(0, 7))
    proof = log.proof(7, 10)
    spoiled = {
        "short": proof[:-1],
        "long": [*proof, b"x" * 32],
        "changed": [*proof[:-1], b"x" * 32],
        "none": [],
    }[spoil]
    assert door.offer(cosign.write_request(7, spoiled, log.head()))[0] == 422
    assert known_size(door) == 7


def test_another_head_of_the_size_known_is_422(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0))
    assert door.offer(forked(log, 9, 10).request(10))[0] == 422


@pytest.mark.parametrize("body", [b"", b"\n\n", b"old 0", b"{}", b"old 0\n\n", b"\xff" * 100])
def test_what_is_no_request_is_400(door: Door, body: bytes) -> None:
    assert door.offer(body)[0] == 400


def test_a_request_that_is_too_long_is_413(door: Door) -> None:
    assert door.offer(b"x" * 10_000_000)[0] == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/add-checkpoint", 405),
        ("POST", f"/{'0' * 64}/checkpoint", 405),
        ("GET", f"/{'0' * 64}/checkpoint", 404),
        ("GET", "/", 404),
        ("GET", "/../witness.sqlite", 404),
        ("POST", "/sign-subtree", 404),
    ],
)
def test_what_is_not_offered_is_not_there(door: Door, method: str, path: str, status: int) -> None:
    assert door.ask(method, path)[0] == status


# -- evidence


def test_a_fork_is_kept_with_the_head_that_it_contradicts(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0))
    fork = forked(log, 9, 10)
    for _ in range(3):
        door.offer(fork.request(10))
        door.offer(fork.request(0))
    (kept,) = door.memory.refused()
    assert (kept.kind, kept.size, kept.known) == (Refusal.FORK, 10, 10)
    one, other = note.open_note(kept.note), note.open_note(kept.against)
    for signed in (one, other):
        signed.check(log.origin, log.known.key)
    assert one.checkpoint.size == other.checkpoint.size
    assert one.checkpoint.root != other.checkpoint.root
    assert cosign.check(other, NAME, KNOWN.key) == AT


def test_a_fork_that_shows_in_a_409_is_kept_too(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0))
    assert door.offer(forked(log, 9, 10).request(0))[0] == 409
    assert [kept.kind for kept in door.memory.refused()] == [Refusal.FORK]


def test_a_longer_log_that_does_not_go_on_is_kept(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0))
    door.offer(forked(log, 9, 12).request(10))
    assert [(kept.kind, kept.size) for kept in door.memory.refused()] == [(Refusal.BROKEN, 12)]


def test_an_older_copy_of_a_log_is_kept_as_behind(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0))
    door.offer(log.request(0, 8))
    assert [(kept.kind, kept.size, kept.known) for kept in door.memory.refused()] == [(Refusal.BEHIND, 8, 10)]


def test_a_request_that_merely_came_late_is_no_evidence(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0, 5))
    door.offer(log.request(5, 8))
    assert door.offer(log.request(5, 10))[0] == 409
    assert door.memory.refused() == ()


def test_a_first_head_that_is_refused_is_no_evidence(door: Door, log: SmallLog) -> None:
    door.offer(cosign.write_request(0, [b"x" * 32], log.head()))
    assert door.memory.refused() == ()


def test_what_a_stranger_sends_is_never_kept(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0))
    thief = SmallLog(log.name, Key.generate()).grow(10, "another")
    door.offer(thief.request(10))
    assert door.memory.refused() == ()


def test_refused_heads_of_one_kind_do_not_fill_the_disk_nor_crowd_out_a_fork(
    memory: WitnessStore, log: SmallLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_REFUSALS == 1000
    monkeypatch.setattr("countersign.sync.witness.store.MOST_REFUSALS", 3)
    memory.add(log.known)
    door = Door(memory)
    door.offer(log.request(0))
    for size in range(1, 8):
        door.offer(log.request(0, size))
    door.offer(forked(log, 9, 10).request(10))
    kinds = [kept.kind for kept in memory.refused()]
    assert kinds == [Refusal.BEHIND] * 3 + [Refusal.FORK]


# -- races and trouble


def test_of_two_histories_offered_at_once_one_is_cosigned(door: Door, log: SmallLog) -> None:
    for step in range(6):
        size = 20 + step
        before = known_size(door)
        base = log.copy(before) if before else log.copy(0)
        base.grow(before)
        offers = [base.copy().grow(size, f"history {n}") for n in range(4)]
        gate = threading.Barrier(len(offers))

        def offer(one: SmallLog, gate: threading.Barrier = gate, before: int = before) -> int:
            gate.wait()
            return door.offer(one.request(before))[0]

        with ThreadPoolExecutor(len(offers)) as pool:
            answers = list(pool.map(offer, offers))
        assert sorted(answers) == [200, 409, 409, 409]
        log = offers[answers.index(200)]
    assert known_size(door) == 25


def test_a_head_is_not_lost_when_two_sizes_race(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0, 2))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda size: door.offer(log.request(2, size)), range(3, 11)))
    (head,) = door.memory.heads()
    assert head.size >= 3
    check_consistency(2, head.size, log.proof(2, head.size), root_of_leaves(log.leaves[:2]), head.root)


def test_when_the_memory_fails_nothing_is_signed_and_the_answer_is_503(
    memory: WitnessStore, log: SmallLog
) -> None:
    memory.add(log.known)
    door = Door(memory)

    def fail(*_: object) -> None:
        raise Trouble("The disk is full.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("countersign.sync.witness.store.Decision.advance", fail)
        status, body = door.offer(log.request(0))
    assert (status, known_size(door)) == (503, 0)
    assert b"cosignature" not in body
    assert b"\xe2\x80\x94" not in body


def test_a_signature_never_leaves_before_the_head_is_stored(memory: WitnessStore, log: SmallLog) -> None:
    memory.add(log.known)
    door = Door(memory)

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("countersign.sync.witness.store.Decision.advance", fail)
        assert door.offer(log.request(0))[0] == 500
    assert known_size(door) == 0
    assert door.said[-1]["why"] == "RuntimeError: killed"


def test_each_request_leaves_one_record_without_what_strangers_wrote(door: Door, log: SmallLog) -> None:
    door.offer(log.request(0))
    door.offer(b"\x1b[31m evil")
    assert [one["status"] for one in door.said] == [200, 400]
    assert (door.said[0]["log"], door.said[0]["size"]) == (log.origin, 10)
    assert "evil" not in str(door.said[1])


def test_a_second_witness_is_not_made_over_the_first(memory: WitnessStore) -> None:
    with pytest.raises(Trouble, match="already"):
        memory.create("other", b"\0" * 32)
    identity = memory.identity()
    assert identity is not None
    assert identity.name == NAME


# -- any order of requests


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_bytes_are_answered_but_with_a_refusal(door: Door, body: bytes) -> None:
    assert door.offer(body)[0] in (400, 404)


class Requests(RuleBasedStateMachine):
    """Honest and forked requests in any order: what was cosigned is always one history."""

    def __init__(self) -> None:
        super().__init__()
        self.log = SmallLog(key=Key(b"\x01" * 32)).grow(12)
        self.fork = self.log.copy(4).grow(12, "another")
        self.folder = TemporaryDirectory()
        self.memory = WitnessStore(str(Path(self.folder.name) / "witness.sqlite"))
        self.memory.create(NAME, WITNESS.public)
        self.memory.add(self.log.known)
        self.door = Door(self.memory)
        self.cosigned: list[tuple[int, bytes]] = []

    @rule(old=st.integers(0, 12), size=st.integers(0, 12), is_fork=st.booleans())
    def offer(self, old: int, size: int, is_fork: bool) -> None:
        source = self.fork if is_fork else self.log
        old = min(old, size)
        if self.door.offer(source.request(old, size))[0] == 200:
            self.cosigned.append((size, root_of_leaves(source.leaves[:size])))

    @rule()
    def go_on(self) -> None:
        (head,) = self.memory.heads()
        assert head.size <= 12
        answers = {
            self.door.offer(source.request(head.size))[0]
            for source in (self.log, self.fork)
            if root_of_leaves(source.leaves[: head.size]) == head.root
        }
        assert 200 in answers

    @invariant()
    def one_history(self) -> None:
        sizes = [size for size, _ in self.cosigned]
        assert sizes == sorted(sizes)
        for source in (self.log, self.fork):
            if all(root_of_leaves(source.leaves[:size]) == root for size, root in self.cosigned):
                return
        raise AssertionError("two histories of one log were cosigned")

    def teardown(self) -> None:
        self.memory.close()
        self.folder.cleanup()


Requests.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestRequests = Requests.TestCase

"""The witness on the network: slow, huge and broken clients do not keep it from the honest ones."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from tests.support.trees import SmallLog
from tests.support.witnesses import KNOWN, Served, emptied, serving

from countersign.audit import cosign, note
from countersign.domain.errors import Trouble
from countersign.sync.witness import serve as servers
from countersign.sync.witness.app import Witness
from countersign.sync.witness.serve import Place, Server


@pytest.fixture
def log() -> SmallLog:
    return SmallLog().grow(10)


@pytest.fixture
def served(tmp_path: Path, log: SmallLog) -> Iterator[Served]:
    with serving(tmp_path, log.known) as found:
        yield found


def offer(served: Served, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    try:
        connection.request("POST", "/add-checkpoint", body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_head_is_cosigned_over_the_network(served: Served, log: SmallLog) -> None:
    status, body = offer(served, log.request(0))
    assert status == 200
    assert cosign.check_lines(note.open_note(log.head()).text, body, KNOWN)[0] == body


def test_one_connection_serves_several_requests(served: Served, log: SmallLog) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    for old, size in ((0, 2), (2, 5), (5, 10)):
        connection.request("POST", "/add-checkpoint", log.request(old, size))
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, True)
    connection.close()


def test_slow_clients_do_not_keep_others_waiting(served: Served, log: SmallLog) -> None:
    request = log.request(0)
    with ExitStack() as slow:
        for _ in range(3 * servers.THREADS):
            one = slow.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10))
            one.sendall(
                b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(request)
            )
            one.sendall(request[:10])
        assert offer(served, request)[0] == 200


def test_a_body_that_is_too_long_is_refused_before_it_is_read(served: Served, log: SmallLog) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as huge:
        huge.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n")
        assert b" 413 " in huge.recv(4096).partition(b"\r\n")[0]
    assert offer(served, log.request(0))[0] == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz",
        b"POST /add-checkpoint HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00" + b"\0" * 60 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_at_all_harms_nobody(served: Served, log: SmallLog, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as odd:
        answer = b""
        with suppress(OSError):  # it may hang up before it heard all
            odd.sendall(raw)
            odd.shutdown(socket.SHUT_WR)
            answer = odd.recv(4096)
        assert b" 200 " not in answer
    assert offer(served, log.request(0))[0] == 200


def test_a_client_that_leaves_in_the_middle_harms_nobody(served: Served, log: SmallLog) -> None:
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as one:
            one.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nold 0\n")
    assert offer(served, log.request(0))[0] == 200


def test_what_was_cosigned_is_remembered_by_the_next_server(tmp_path: Path, log: SmallLog) -> None:
    with serving(tmp_path, log.known) as first:
        offer(first, log.request(0, 7))
    with serving(tmp_path, log.known) as second:
        assert offer(second, log.copy(6).grow(8, "another").request(0)) == (409, b"7\n")
        assert offer(second, log.request(7, 9))[0] == 200


def test_two_servers_on_one_memory_cosign_one_history(tmp_path: Path, log: SmallLog) -> None:
    fork = log.copy(5).grow(10, "another")
    with serving(tmp_path, log.known) as one, serving(tmp_path) as other:
        gate, answers = threading.Barrier(2), []

        def offer_to(served: Served, source: SmallLog) -> None:
            gate.wait()
            answers.append(offer(served, source.request(0))[0])

        threads = [threading.Thread(target=offer_to, args=pair) for pair in ((one, log), (other, fork))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [200, 409]


# -- making and finding a witness


def test_a_witness_is_made_once_with_a_key_of_its_own(tmp_path: Path) -> None:
    place = Place(None, tmp_path / "witness")
    known = servers.found(place, "witness.example/2")
    with servers.memory(place) as (memory, found):
        assert found.text == known.text
        assert memory.heads() == ()
    assert servers.signer(place, known).public == known.key.public
    with pytest.raises(Trouble, match="already"):
        servers.found(place, "another")


def test_a_witness_may_keep_its_memory_on_a_server(tmp_path: Path, postgres_url: str, log: SmallLog) -> None:
    place = Place(emptied(postgres_url), tmp_path / "witness")
    known = servers.found(place, "witness.example/2")
    with pytest.raises(Trouble, match="already"):
        servers.found(place, "another")
    with servers.memory(place) as (memory, found):
        memory.add(log.known)
        witness = Witness(memory, found.name, servers.signer(place, found))
        answer = witness.add_checkpoint(log.request(0))
        assert [head.size for head in memory.heads()] == [10]
    assert cosign.check_lines(note.open_note(log.head()).text, answer.body, known)[0] == answer.body


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
def test_a_name_that_no_note_can_bear_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Trouble, match="no space"):
        servers.found(Place(None, tmp_path / "witness"), name)


def test_a_witness_whose_memory_is_gone_does_not_begin_anew(tmp_path: Path) -> None:
    place = Place(None, tmp_path / "witness")
    known = servers.found(place, "witness.example/2")
    Path(place.database).unlink()
    with pytest.raises(Trouble, match="another name"), servers.memory(place):
        pass
    assert not Path(place.database).exists()
    assert servers.signer(place, known)


def test_the_memory_of_another_program_is_left_alone(tmp_path: Path) -> None:
    place = Place(str(tmp_path), tmp_path / "unused")
    Path(place.database).write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(Trouble, match="cannot be used"), servers.memory(place):
        pass


@pytest.mark.parametrize("address", ["mysql://x/y", "postgresql://", "http://x", "://"])
def test_an_address_of_no_postgresql_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(Trouble), servers.memory(Place(address, tmp_path)):
        pass


def test_a_database_that_does_not_answer_is_trouble_without_its_password(tmp_path: Path) -> None:
    place = Place("postgresql://me:hidden@127.0.0.1:1/none", tmp_path)
    with pytest.raises(Trouble, match="cannot be used") as told, servers.memory(place):
        pass
    assert "hidden" not in str(told.value)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        (None, ("127.0.0.1", 8711)),
        ("10.0.0.7:80", ("10.0.0.7", 80)),
        ("[::1]:9000", ("::1", 9000)),
        ("witness.example:443", ("witness.example", 443)),
    ],
)
def test_it_listens_on_this_machine_alone_unless_told(named: str | None, found: tuple[str, int]) -> None:
    assert servers.listen_to(named) == found


@pytest.mark.parametrize("named", ["", "8711", ":8711", "host:", "host:http", "host:99999", "host:٣"])
def test_a_place_to_listen_that_is_none_is_refused(named: str) -> None:
    with pytest.raises(Trouble, match="HOST:PORT"):
        servers.listen_to(named)


def test_a_place_that_is_taken_is_trouble(served: Served, log: SmallLog) -> None:
    witness = Witness(served.memory, KNOWN.name, log.key)
    with pytest.raises(Trouble, match="cannot listen"):
        Server(witness, "127.0.0.1", served.port, lambda _: None)

"""How fast a witness cosigns, over the network and on the disk, and what anchoring costs a desk."""

import http.client
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.support.anchored import grow, opened
from tests.support.trees import SmallLog
from tests.support.witnesses import KNOWN, NAME, WITNESS, Door, serving

from countersign.audit import cosign, note
from countersign.audit.merkle import Frontier
from countersign.audit.note import Checkpoint
from countersign.domain.time import now
from countersign.settings.home import Home
from countersign.sync.anchor import ask_witness
from countersign.sync.witness.store import WitnessStore

os.environ["COUNTERSIGN_KEY_STORE"] = "file"
HEADS = 600


def requests(count: int, name: str = "bench") -> tuple[SmallLog, list[bytes]]:
    """Prepare requests, each ten records on from the one before."""
    log = SmallLog(name).grow(10 * count)
    return log, [log.request(10 * n, 10 * (n + 1)) for n in range(count)]


def bench_cosign() -> Iterator[Figure]:
    """Cosign heads: the bare decision with its durable write, over HTTP, and many logs at once."""
    log, asked = requests(HEADS)
    with tempfile.TemporaryDirectory() as folder:
        memory = WitnessStore(str(Path(folder) / "witness.sqlite"))
        memory.create(NAME, WITNESS.public)
        memory.add(log.known)
        door = Door(memory)
        began = time.perf_counter()
        for request in asked:
            _must(door.offer(request)[0])
        yield _rate("heads cosigned, without the network", HEADS, began)
        memory.close()
    log, asked = requests(HEADS)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), log.known) as served:
        began = time.perf_counter()
        _offer(served.port, asked)
        yield _rate("heads cosigned over HTTP, one client", HEADS, began)
    logs = [requests(60, f"bench-{n}") for n in range(8)]
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), *(log.known for log, _ in logs)) as served,
        ThreadPoolExecutor(8) as pool,
    ):
        began = time.perf_counter()
        list(pool.map(lambda one: _offer(served.port, one[1]), logs))
        yield _rate("heads cosigned over HTTP, 8 logs at once", 8 * 60, began)


def bench_anchor() -> Iterator[Figure]:
    """What a desk spends: a head shown and kept, the window asked for, a cosignature checked."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        grow(home, 20_000)
        with opened(home) as store:
            log = store.log()
        with serving(Path(folder), log) as served, opened(home) as store:
            began = time.perf_counter()
            ask_witness(store, served.url, KNOWN)
            yield Figure("first head of 20,000 records shown, cosigned and kept", _ms(began), "ms", 1000)
            grow(home, 100)
            began = time.perf_counter()
            ask_witness(store, served.url, KNOWN)
            yield Figure("next head, 100 records on, shown, cosigned and kept", _ms(began), "ms", 250)
            began = time.perf_counter()
            for _ in range(500):
                store.window([KNOWN])
            yield Figure("unwitnessed window asked for", _ms(began) / 500, "ms", 5)


def bench_check() -> Iterator[Figure]:
    """Check cosignatures, as a verifier does."""
    log = SmallLog().grow(1)
    text = Checkpoint(log.origin, 1, Frontier(1, log.leaves).root()).text
    signed = note.open_note(log.head() + cosign.line(NAME, WITNESS, text, now()))
    began = time.perf_counter()
    for _ in range(5000):
        cosign.check(signed, NAME, KNOWN.key)
    yield _rate("cosignatures checked", 5000, began)


def _offer(port: int, asked: list[bytes]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for request in asked:
        connection.request("POST", "/add-checkpoint", request)
        answer = connection.getresponse()
        answer.read()
        _must(answer.status)
    connection.close()


def _must(status: int) -> None:
    if status != 200:
        raise AssertionError(f"a head was refused with status {status}")


def _rate(name: str, count: int, began: float) -> Figure:
    return Figure(name, count / (time.perf_counter() - began), "/s", better="more")


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000

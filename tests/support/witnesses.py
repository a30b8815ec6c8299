"""Witnesses in memory and on the loopback, for tests."""

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url

from countersign.audit.cosign import COSIGNATURE, Known
from countersign.audit.keys import Key, Verifier
from countersign.sync.witness import tables
from countersign.sync.witness.app import Witness, WitnessApp
from countersign.sync.witness.serve import Server
from countersign.sync.witness.store import WitnessStore

NAME = "witness.example/1"
WITNESS = Key(b"\x07" * 32)
KNOWN = Known(NAME, Verifier(WITNESS.public), COSIGNATURE)
AT = datetime(2026, 11, 20, 8, 30, 7, tzinfo=UTC)


def emptied(url: str) -> str:
    """Take the tables of a witness out of a database; returns its address."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    tables.metadata.drop_all(engine)
    engine.dispose()
    return url


def nothing(_: Mapping[str, object]) -> None:
    """Write nothing down."""


class Door:
    """Asks the WSGI application as a server would."""

    def __init__(self, memory: WitnessStore, key: Key = WITNESS, name: str = NAME) -> None:
        self.said: list[Mapping[str, object]] = []
        self.memory = memory
        self.app = WitnessApp(Witness(memory, name, key, lambda: AT), self.said.append)

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        told: list[Any] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body),
        }
        chunks = self.app(environ, lambda status, headers: told.extend((status, headers)))
        return int(told[0][:3]), dict(told[1]), b"".join(chunks)

    def offer(self, request: bytes) -> tuple[int, bytes]:
        status, _, body = self.ask("POST", "/add-checkpoint", request)
        return status, body


@contextmanager
def serving(folder: Path, *logs: Known, key: Key = WITNESS, name: str = NAME) -> Iterator["Served"]:
    """Run a witness on the loopback, with its memory in a folder."""
    file = folder / "witness.sqlite"
    is_new = not file.exists()
    memory = WitnessStore(str(file))
    if is_new:
        memory.create(name, key.public)
    for log in logs:
        memory.add(log)
    server = Server(Witness(memory, name, key), "127.0.0.1", 0, nothing)
    thread = threading.Thread(target=server.run, name="witness", daemon=True)
    thread.start()
    try:
        yield Served(memory, server.port)
    finally:
        server.stop()
        thread.join(20)
        memory.close()
        assert not thread.is_alive()


class Served:
    """A witness that answers on the loopback."""

    def __init__(self, memory: WitnessStore, port: int) -> None:
        self.memory = memory
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

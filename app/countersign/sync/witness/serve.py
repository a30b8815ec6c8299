"""The witness on the network: made once, then served until told to stop."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from countersign.audit import note
from countersign.audit.cosign import COSIGNATURE, LARGEST_REQUEST, Known
from countersign.audit.keys import Key, Verifier, key_id
from countersign.domain.errors import Trouble
from countersign.settings.passwords import Asker
from countersign.store.keystore import KeyStore
from countersign.sync.witness.app import Say, Witness, WitnessApp
from countersign.sync.witness.store import WitnessStore, is_address

SECONDS_TO_SEND = 15
"""How long a connection may stay silent before it is closed."""

MOST_CONNECTIONS = 500
THREADS = 8


class Place:
    """Where a witness keeps its memory and its keys.

    A folder holds both; of a database on a server, the keys lie in the folder beside.
    """

    def __init__(self, store: str | None, folder: Path) -> None:
        """Take the place that was named, else `folder`."""
        self.folder = folder if store is None or is_address(store) else Path(store).expanduser().absolute()
        self.database = (
            store if store is not None and is_address(store) else str(self.folder / "witness.sqlite")
        )
        self.keys = self.folder / "keys"

    def prepare(self) -> None:
        """Make the folder, for its owner alone; raises Trouble."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.keys.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Trouble(
                f"The witness cannot write {self.folder} ({error.strerror}). Choose another with --store."
            ) from error


def found(place: Place, name: str, ask: Asker | None = None) -> Known:
    """Make a witness with a key of its own; returns how others know it. Raises Trouble when there is one."""
    if not note.is_name(name):
        raise Trouble("The name of a witness has no space and no plus sign. Write it like witness.example/1")
    place.prepare()
    store = WitnessStore(place.database)
    try:
        if store.identity() is not None:
            raise Trouble("A witness keeps its memory there already. Choose another place with --store.")
        key = KeyStore(place.keys, ask=ask).create()
        store.create(name, key.public)
    finally:
        store.close()
    return Known(name, Verifier(key.public), COSIGNATURE)


@contextmanager
def memory(place: Place) -> Iterator[tuple[WitnessStore, Known]]:
    """Open the memory of a witness; raises Trouble when there is none: a lost one must not begin anew."""
    nobody = Trouble(
        "There is no witness there. `countersign witness init NAME` makes one. If one was there and its "
        "memory is lost, make a new one under another name: the old one cannot know what it signed."
    )
    if not is_address(place.database) and not Path(place.database).exists():
        raise nobody
    store = WitnessStore(place.database)
    try:
        identity = store.identity()
        if identity is None:
            raise nobody
        yield store, Known(identity.name, Verifier(identity.public), COSIGNATURE)
    finally:
        store.close()


def signer(place: Place, known: Known, ask: Asker | None = None) -> Key:
    """Open the witness's own key; raises Trouble."""
    return KeyStore(place.keys, is_new=False, ask=ask).load(key_id(known.key.public))


class Server:
    """Listens, answers, and stops when told."""

    def __init__(self, witness: Witness, host: str, port: int, say: Say) -> None:
        """Listen at once; raises Trouble when that place is taken or not ours."""
        from waitress import create_server

        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that a request waited is no news
        self._map: dict[int, Any] = {}
        self._server = create_server(
            WitnessApp(witness, say),
            map=self._map,
            sockets=[_bound(host, port)],
            threads=THREADS,
            ident=None,
            channel_timeout=SECONDS_TO_SEND,
            cleanup_interval=5,
            connection_limit=MOST_CONNECTIONS,
            max_request_header_size=8192,
            max_request_body_size=LARGEST_REQUEST,
            clear_untrusted_proxy_headers=True,
        )
        self._is_over = threading.Event()
        self.port = int(self._server.effective_port)

    def run(self) -> None:
        """Answer until `stop`, to the end of what is under way; blocks."""
        from waitress import wasyncore

        while not self._is_over.is_set():
            wasyncore.loop(timeout=1, map=self._map, count=1)
        self._server.task_dispatcher.shutdown()
        wasyncore.loop(timeout=0, map=self._map, count=2)  # sends the answers that were ready
        wasyncore.close_all(self._map)

    def stop(self) -> None:
        """Let the thread that runs close every connection and return."""
        self._is_over.set()
        with suppress(OSError):  # it has returned already
            self._server.pull_trigger()


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise Trouble(
            f"The witness cannot listen on {host}:{port} ({error}). Choose another place with --listen."
        ) from error


def listen_to(place: str | None) -> tuple[str, int]:
    """Read HOST:PORT; this machine alone when none was named. Raises Trouble."""
    if place is None:
        return "127.0.0.1", 8711
    host, colon, port = place.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise Trouble("Write where to listen as HOST:PORT, such as 0.0.0.0:8711")
    return host, int(port)

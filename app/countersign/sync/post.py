"""One request to a machine elsewhere, within a time and of a size: nothing there can hold the desk up."""

import http.client
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from countersign import __version__
from countersign.domain.errors import Trouble

SECONDS = 10.0
"""From the first byte sent to the last received."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    content_type: str
    body: bytes


def post(url: str, body: bytes, content_type: str, most: int, seconds: float = SECONDS) -> Reply:
    """Send bytes and return what comes back; raises Trouble when it takes too long or is too long.

    Follows no redirection: where a head goes is what the person configured.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    is_over = threading.Event()
    end = threading.Timer(seconds, _cut, (connection, is_over))
    end.daemon = True
    headers = {"Content-Type": content_type, "User-Agent": f"countersign/{__version__}"}
    try:
        end.start()
        connection.request("POST", parts.path or "/", body, headers)
        answer = connection.getresponse()
        received = answer.read(most + 1)
        if len(received) > most:
            raise Trouble(f"{url} answers with more than it should. Check the address.")
        if is_over.is_set() or answer.length:  # cut off, which `read` with a bound does not tell
            raise http.client.IncompleteRead(received, answer.length)
        return Reply(answer.status, answer.getheader("Content-Type", ""), received)
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or "it took too long"
        raise Trouble(f"{url} does not answer ({why}). Check the address and the network.") from error
    finally:
        end.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection, is_over: threading.Event) -> None:
    """End whatever the connection waits for."""
    is_over.set()
    with suppress(OSError):
        if isinstance(connection.sock, socket.socket):
            connection.sock.shutdown(socket.SHUT_RDWR)

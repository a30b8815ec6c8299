"""A server on the loopback that answers as a test tells it, and notes what it was asked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = tuple[int, str, bytes]
"""Status, content type, body."""


class Answering:
    """What it was asked, and where it is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[tuple[str, str, bytes]] = []
        """Path, content type and body of each request."""


@contextmanager
def answering(reply: Callable[[bytes], Reply]) -> Iterator[Answering]:
    """Answer every POST by a function of its body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.asked.append((self.path, self.headers["Content-Type"], body))
            status, kind, content = reply(body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if status in (301, 302, 307, 308):
                self.send_header("Location", found.url + "/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Answering(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)

"""A language model on loopback: speaks the chat-completions protocol, and behaves as a test tells it to."""

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Asked = dict[str, Any]
"""The body of a request."""
Answers = Callable[[Asked], object]
"""What to answer with, by the request: a text, a whole body, or a `Misbehaviour`."""


class Misbehaviour:
    """Something other than an answer."""

    def __init__(
        self,
        status: int = 200,
        *,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        resets: bool = False,
        waits: bool = False,
        endless: bytes = b"",
    ) -> None:
        self.status, self.body, self.headers = status, body, headers or {}
        self.resets, self.waits, self.endless = resets, waits, endless


class ModelServer:
    """The server: what it was asked, and how it answers."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[Asked] = []
        self.over = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = json.loads(body)
                asked["headers"] = dict(self.headers)
                asked["path"] = self.path
                owner.asked.append(asked)
                answer = owner.answers(asked)
                try:
                    if isinstance(answer, Misbehaviour):
                        self._misbehave(answer)
                    else:
                        self._send(200, json.dumps(_body(answer, asked)).encode(), {})
                except OSError:
                    self.close_connection = True  # whoever asked has gone

            def _misbehave(self, how: Misbehaviour) -> None:
                self.close_connection = True
                if how.waits:
                    owner.over.wait(30)
                    return
                if how.resets:
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.connection.close()
                    return
                if how.endless:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.end_headers()
                    while not owner.over.is_set():
                        self.wfile.write(how.endless)
                        owner.over.wait(0.001)
                    return
                self._send(how.status, how.body, how.headers)

            def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                told = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
                for name, value in told.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving(answers: Answers) -> Iterator[ModelServer]:
    """Serve for as long as the block runs."""
    server = ModelServer(answers)
    thread = threading.Thread(target=server.serve, name="model-server")
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


def _body(answer: object, asked: Asked) -> object:
    if isinstance(answer, dict) and "choices" in answer:
        return answer
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return completion(text, asked)


def completion(text: str | None, asked: Asked, finish: str = "stop", **message: object) -> dict[str, Any]:
    """A whole answer as such servers send it."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": asked.get("model", "small"),
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150},
    }


def said_to(asked: Asked) -> str:
    """Everything that the model was told."""
    return "\n".join(str(message["content"]) for message in asked["messages"])


def fields_of(asked: Asked) -> list[str]:
    """The fields that it was asked for."""
    form = asked.get("response_format")
    if form is not None:
        return list(form["json_schema"]["schema"]["properties"])
    found = re.search(r'"properties": (\{.*?\}), "required"', said_to(asked))
    return list(json.loads(found[1])) if found else []

"""The page child: a process that opens, draws and reads untrusted documents, and can do nothing else."""

import gc
import os
from contextlib import suppress
from typing import BinaryIO

from countersign.documents import guard, sandbox
from countersign.documents.frames import MAX_JSON, BrokenTalk, Ready, Reply, Request, receive, send
from countersign.documents.process import LIMITS
from countersign.documents.reader import Reader
from countersign.documents.sandbox.posix import bound_time
from countersign.domain.document import Refusal
from countersign.settings.limits import Limits


def main() -> None:
    """Serve requests from standard input until it ends."""
    with suppress(BrokenTalk):  # whoever asked has gone, and nobody is left to be told
        _serve()


def _serve() -> None:
    requests, answers = _take_pipes()
    limits = Limits.model_validate_json(os.environ[LIMITS])
    reader = Reader(limits)
    gc.freeze()  # what the imports made stays; looking through it again costs time on every page
    nothing = os.open(os.devnull, os.O_RDWR)
    ready = Ready(tried=sandbox.enter(limits.child_megabytes))
    os.dup2(nothing, 2)  # from here on only the libraries would speak there
    send(answers, ready.model_dump_json().encode())
    while frame := receive(requests, limits.max_bytes):
        json, blob = frame
        request = Request.model_validate_json(json)
        bound_time(limits.seconds_to_open if request.do == "open" else limits.seconds_per_page)
        reply, picture = _answer(reader, request, blob)
        send(answers, _within_bounds(reply), picture)


def _answer(reader: Reader, request: Request, blob: bytes) -> tuple[Reply, bytes]:
    try:
        return reader.answer(request, blob)
    except MemoryError:
        return Reply(refusal=_unreadable("needs more memory than allowed"), worn=True), b""
    except Exception as error:
        # Whatever a library makes of a hostile document, the answer is that it cannot be read.
        if guard.is_memory(error):
            return Reply(refusal=_unreadable("needs more memory than allowed"), worn=True), b""
        return Reply(refusal=_unreadable(f"{type(error).__name__}: {error}")), b""


def _within_bounds(reply: Reply) -> bytes:
    json = reply.model_dump_json().encode(errors="replace")
    if len(json) <= MAX_JSON:
        return json
    return (
        Reply(refusal=_unreadable("holds more text than can be read"), worn=True).model_dump_json().encode()
    )


def _unreadable(detail: str) -> Refusal:
    return Refusal(code="unreadable_document", detail=detail)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the protocol away from descriptors 0 and 1, so that no library can speak into it."""
    requests, answers = os.dup(0), os.dup(1)
    _silence(0)
    _silence(1)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _silence(descriptor: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, descriptor)
    os.close(nothing)


if __name__ == "__main__":
    main()

"""What a witness answers (WSGI): a head to cosign, or the newest head of a log to show.

Format: c2sp.org/tlog-witness. Nothing that is asked can make it sign two heads of one log that contradict
each other: head and signature are stored, in one transaction that no other request can enter, before either
is given out.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any

from countersign.audit import cosign, merkle
from countersign.audit.cosign import LARGEST_REQUEST, Request
from countersign.audit.flaw import Flaw
from countersign.audit.keys import Signer
from countersign.audit.merkle import EMPTY_ROOT
from countersign.domain import time
from countersign.domain.errors import Trouble
from countersign.sync.witness.store import Decision, Head, Refusal, WitnessStore

Say = Callable[[Mapping[str, object]], None]
"""Writes what became of a request down, as one record."""

StartResponse = Callable[[str, list[tuple[str, str]]], object]

SIZE_TYPE = "text/x.tlog.size"
_TEXT_TYPE = "text/plain; charset=utf-8"
_HEAD_PATH = re.compile(r"/([0-9a-f]{64})/checkpoint\Z")
_PHRASES = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and what is to be written down about it."""

    status: int
    body: bytes
    content_type: str = _TEXT_TYPE
    facts: dict[str, object] = field(default_factory=dict)


class Witness:
    """Decides about heads: pure but for the store and the clock."""

    def __init__(
        self, store: WitnessStore, name: str, signer: Signer, clock: Callable[[], datetime] = time.now
    ) -> None:
        self._store = store
        self._name = name
        self._signer = signer
        self._clock = clock

    def add_checkpoint(self, untrusted: bytes) -> Answer:
        """Answer a request to cosign a head."""
        try:
            request = cosign.read_request(untrusted)
        except Flaw as error:
            return _refuse(400, error)
        point = request.note.checkpoint
        keys = self._store.keys(point.origin)
        if not keys:
            return _refuse(404, "the log is not known here")
        facts: dict[str, object] = {"log": point.origin, "old": request.old, "size": point.size}
        try:
            signed = cosign.admit(request.note, keys)
        except Flaw as error:
            return _refuse(403, error, facts)
        if request.old > point.size:
            return _refuse(400, "the old size is larger than the new one", facts)
        with self._store.deciding(point.origin) as decision:
            return self._decide(decision, request, signed, facts)

    def _decide(
        self, decision: Decision, request: Request, signed: bytes, facts: dict[str, object]
    ) -> Answer:
        known, point, at = decision.head, request.note.checkpoint, self._clock()
        refusal: Refusal | None = None
        if point.size < known.size:
            refusal = Refusal.BEHIND
        elif point.size == known.size and point.root != known.root:
            refusal = Refusal.FORK
        if request.old != known.size:
            if refusal:
                decision.keep(refusal, request.note, signed, at)
            facts = {**facts, "why": refusal or "other old size", "known": known.size}
            return Answer(409, f"{known.size}\n".encode(), SIZE_TYPE, facts)
        try:
            _check_goes_on(known, request)
        except Flaw as error:
            if known.size:
                decision.keep(refusal or Refusal.BROKEN, request.note, signed, at)
            return _refuse(422, error, {**facts, "why": str(error), "known": known.size})
        line = cosign.line(self._name, self._signer, request.note.text, at)
        decision.advance(request.note, signed + line, at)
        return Answer(200, line, facts=facts)

    def newest(self, hashed_origin: str) -> Answer:
        """Show the newest head of a log, cosigned; the log is named by the SHA-256 of its origin."""
        head = self._store.head(hashed_origin)
        if head is None or head.note is None:
            return _refuse(404, "no head of that log was cosigned here")
        return Answer(200, head.note, facts={"log": head.origin, "size": head.size})


class WitnessApp:
    """The witness as a WSGI application; each request leaves one record."""

    def __init__(self, witness: Witness, say: Say) -> None:
        self._witness = witness
        self._say = say

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; trouble with the database is a 503, a bug of ours a 500, and neither signs."""
        began = perf_counter()
        method, path = str(environ.get("REQUEST_METHOD", "")), str(environ.get("PATH_INFO", ""))
        try:
            answer = self._route(method, path, environ)
        except Trouble as error:
            answer = _refuse(503, "the witness cannot use its memory; try again later", {"why": str(error)})
        except Exception as error:  # whatever it is, the one who asked gets an answer and we a record of it
            answer = _refuse(500, "a bug of the witness", {"why": f"{type(error).__name__}: {error}"})
        self._say(
            {
                "at": time.iso(time.now()),
                "client": str(environ.get("REMOTE_ADDR", "")),
                "method": method[:10],
                "path": path[:100],
                "status": answer.status,
                "milliseconds": round(1000 * (perf_counter() - began), 1),
                **answer.facts,
            }
        )
        length = ("Content-Length", str(len(answer.body)))
        start_response(
            f"{answer.status} {_PHRASES[answer.status]}", [("Content-Type", answer.content_type), length]
        )
        return [b""] if method == "HEAD" else [answer.body]

    def _route(self, method: str, path: str, environ: dict[str, Any]) -> Answer:
        head = _HEAD_PATH.match(path)
        if path == "/add-checkpoint":
            if method != "POST":
                return _refuse(405, "a head is offered by POST")
            body = environ["wsgi.input"].read(LARGEST_REQUEST + 1)
            if len(body) > LARGEST_REQUEST:
                return _refuse(413, "the request is longer than one may be")
            return self._witness.add_checkpoint(body)
        if head:
            return self._witness.newest(head[1]) if method in ("GET", "HEAD") else _refuse(405, "use GET")
        return _refuse(404, "there is nothing here; heads are offered to /add-checkpoint")


def _check_goes_on(known: Head, request: Request) -> None:
    """Check that the head offered goes on from the one known; every log goes on from nothing, unproved."""
    point = request.note.checkpoint
    if point.size == 0 and point.root != EMPTY_ROOT:
        raise Flaw("an empty log has another root")
    if known.size:
        merkle.check_consistency(known.size, point.size, request.proof, known.root, point.root)
    elif request.proof:
        raise Flaw("nothing is to be proved of a log that was empty")


def _refuse(status: int, why: object, facts: Mapping[str, object] | None = None) -> Answer:
    return Answer(status, f"{why}\n".encode(), facts={"why": str(why), **(facts or {})})

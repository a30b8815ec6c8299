"""The page children: a pool of processes that alone touch document bytes, each under limits."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from enum import Enum, auto
from pathlib import Path
from typing import TypeVar

from countersign.documents.belief import believed_image, believed_opened, believed_page, believed_refusal
from countersign.documents.frames import Reply, Request
from countersign.documents.process import Child, ChildFailed, Killed, TookTooLong
from countersign.documents.sandbox.barrier import Barrier
from countersign.domain.document import MediaType, Opened, Page, PageImage, Refusal
from countersign.domain.errors import Trouble
from countersign.settings.limits import Limits

T = TypeVar("T")


class _Doubt(Enum):
    """Why a document may not be to blame that no answer came; each is granted once."""

    USED_CHILD = auto()
    """A document before may have harmed the child."""
    KILLED = auto()
    """Somebody killed it: the system for want of memory, or a person."""


class Closed(Exception):
    """The children were ended before or while they were asked: no document is to blame."""


class Pages:
    """Opens, recognises and renders documents in child processes; every call blocks, from any thread.

    A hang, crash or bomb costs one child: it is ended and replaced, and the answer is a Refusal. Raises
    Trouble when the file itself cannot be read, `Closed` after `close`.
    """

    def __init__(self, children: int, limits: Limits) -> None:
        self._limits = limits
        self._idle: queue.LifoQueue[Child | None] = queue.LifoQueue()
        self._living: set[Child] = set()
        self._lock = threading.Lock()
        self._is_closed = False
        self._children = children
        for _ in range(children):
            self._idle.put(None)

    def warm(self) -> None:
        """Start every child that is not up yet, so that the first documents need not wait."""
        with contextlib.ExitStack() as lent:
            for _ in range(self._idle.qsize()):
                with contextlib.suppress(queue.Empty):
                    lent.enter_context(self._lend(wait=False))

    def barriers(self) -> tuple[Barrier, ...]:
        """Say what keeps a child from doing more than reading; raises CannotStart."""
        with self._lend() as child:
            child.be_up()
            return child.barriers

    def open(
        self, document: Path, sha256: str, media_type: MediaType, *, flat: bool = False
    ) -> Opened | Refusal:
        """Open a document: pages, words of the text layer, widgets, e-invoice; no OCR.

        `flat` makes the fields of a PDF's form part of its pages first.
        """
        request = Request(do="open", sha256=sha256, media_type=media_type, flat=flat)
        return self._ask(
            request,
            document,
            self._limits.seconds_to_open,
            lambda reply, _: believed_opened(reply.opened, sha256, media_type, self._limits.max_pages),
        )

    def recognise(self, document: Path, media_type: MediaType, page: int) -> Page | Refusal:
        """Read the words of one page from its picture (OCR)."""
        request = Request(do="recognise", media_type=media_type, page=page)
        return self._ask(
            request,
            document,
            self._limits.seconds_per_page,
            lambda reply, _: believed_page(reply.page, page),
        )

    def render(self, document: Path, media_type: MediaType, page: int, dpi: int) -> PageImage | Refusal:
        """Draw one page at `dpi`, or smaller when it would be larger than the limits allow."""
        request = Request(do="render", media_type=media_type, page=page, dpi=dpi)
        return self._ask(
            request,
            document,
            self._limits.seconds_per_page,
            lambda reply, blob: believed_image(reply.width, reply.height, blob),
        )

    def close(self) -> None:
        """End the children; whoever waits for one gets `Closed`. May be called again."""
        with self._lock:
            self._is_closed = True
            living = tuple(self._living)
        for child in living:
            child.end()

    def _ask(
        self,
        request: Request,
        document: Path,
        seconds: float,
        believe: Callable[[Reply, bytes], T | None],
    ) -> T | Refusal:
        refusal = self._decline(document, request.media_type)
        if refusal:
            return refusal
        doubts: set[_Doubt] = set()
        while True:
            answer, doubt = self._ask_once(request, document, seconds, believe)
            if doubt is None or doubt in doubts:
                return answer
            doubts.add(doubt)  # the next child shows whether this document is to blame

    def _ask_once(
        self,
        request: Request,
        document: Path,
        seconds: float,
        believe: Callable[[Reply, bytes], T | None],
    ) -> "tuple[T | Refusal, _Doubt | None]":
        """Ask one child; return its answer, and why the fault may lie elsewhere than with the document."""
        with self._lend() as child:
            try:
                reply, untrusted_blob = child.ask(request, document, seconds)
            except OSError as error:
                raise Trouble(
                    f"The file {document} cannot be read ({error.strerror}). Bring it back."
                ) from error
            except ChildFailed as error:
                self._be_open()
                return _unreadable(str(error)), _doubt(child, error)
            if reply.refusal:
                is_doubtful = reply.worn and not child.was_fresh
                return believed_refusal(reply.refusal), _Doubt.USED_CHILD if is_doubtful else None
            answer = believe(reply, untrusted_blob)
            return answer or _unreadable("the page child gave an answer that is not sound"), None

    @contextlib.contextmanager
    def _lend(self, wait: bool = True) -> Iterator[Child]:
        self._be_open()
        child = self._idle.get(wait)
        try:
            child = child or self._new_child()
            yield child
        finally:
            if child is not None and child.is_worn:
                child.end()
                with self._lock:
                    self._living.discard(child)
                child = None
            self._idle.put(child)

    def _new_child(self) -> Child:
        child = Child(self._limits)
        with self._lock:
            self._living.add(child)
            is_closed = self._is_closed
        if is_closed:
            child.end()
        self._be_open()
        return child

    def _be_open(self) -> None:
        if self._is_closed:
            raise Closed("the page children have been ended")

    def _decline(self, document: Path, media_type: str) -> Refusal | None:
        try:
            length = document.stat().st_size
        except OSError as error:
            raise Trouble(f"The file {document} cannot be read ({error.strerror}). Bring it back.") from error
        if length == 0:
            return Refusal(code="empty_file", detail="0 bytes")
        if length > self._limits.max_bytes:
            return Refusal(
                code="too_large", detail=f"{length:,} bytes, at most {self._limits.max_bytes:,} are allowed"
            )
        if media_type in (MediaType.MAIL, MediaType.OTHER):
            return Refusal(
                code="unsupported_format", detail="PDF, PNG, JPEG, TIFF and e-invoices as XML can be read"
            )
        return None


def _doubt(child: Child, error: ChildFailed) -> _Doubt | None:
    if isinstance(error, Killed):
        return _Doubt.KILLED
    return None if child.was_fresh or isinstance(error, TookTooLong) else _Doubt.USED_CHILD


def _unreadable(detail: str) -> Refusal:
    return Refusal(code="unreadable_document", detail=detail)

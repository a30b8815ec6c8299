"""The rooms around the workflow, in memory: a record, its views and a library that keep their promises."""

import threading
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from countersign.agents.identities import names
from countersign.domain.actor import Actor, ActorKind
from countersign.domain.case import CaseFile, Status, unfold
from countersign.domain.document import (
    Document,
    MediaType,
    Opened,
    Page,
    PageImage,
    Refusal,
    TextSource,
    Word,
)
from countersign.domain.errors import Trouble
from countersign.domain.event import Checked, Classified, DocumentReceived, Draft, Entry, ReadingMade
from countersign.domain.orders import NOTHING_HELD, Orders, Reach
from countersign.domain.queue import QueueCounts, QueuePage, QueueQuery
from countersign.domain.reading import Answer, Method, Reading
from countersign.domain.time import now
from countersign.workflow.gate import Doorway
from countersign.workflow.plans import Plans, shipped_plans, to_activate
from countersign.workflow.ports import Allowance, Known, Told

SYSTEM = Actor(kind=ActorKind.SYSTEM, id="test", role="test", authenticated="none")


def system(part: str) -> Actor:
    """Return a part of the system as an author."""
    return SYSTEM.model_copy(update={"role": part})


class MemoryLedger:
    """A record that lives as long as the test, and its views; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._all: list[Entry] = []
        self._effects: dict[str, Entry] = {}
        self.broken = False
        """True makes every append fail, as a full disk does."""

    def append(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        if self.broken:
            raise Trouble("The record cannot be written (no space left). Make room and try again.")
        with self._lock:
            return tuple(self._one(draft) for draft in drafts)

    def _one(self, draft: Draft) -> Entry:
        if draft.effect is not None and draft.effect in self._effects:
            return self._effects[draft.effect].model_copy(update={"fresh": False})
        seq = len(self._all) + 1
        entry = Entry(
            seq=seq,
            at=now(),
            actor=draft.actor,
            case=draft.case,
            event=draft.event,
            digest=sha256(f"{seq}{draft.model_dump_json()}".encode()).hexdigest(),
        )
        self._all.append(entry)
        if draft.effect is not None:
            self._effects[draft.effect] = entry
        return entry

    def entries(self, case: str) -> tuple[Entry, ...]:
        with self._lock:
            return tuple(entry for entry in self._all if entry.case == case)

    def desk_entries(self) -> tuple[Entry, ...]:
        with self._lock:
            return tuple(entry for entry in self._all if entry.case is None)

    def head(self) -> int:
        return len(self._all)

    def changed_cases(self, since: int) -> tuple[str, ...]:
        with self._lock:
            return tuple(dict.fromkeys(e.case for e in self._all[since:] if e.case is not None))

    def case(self, case: str) -> CaseFile:
        """Return the case as it stands."""
        file = unfold(self.entries(case))
        assert file is not None
        return file

    def receive(self, content: bytes, name: str = "bill.pdf", case: str | None = None) -> str:
        """Put a received document on the record and return its case."""
        digest = sha256(content).hexdigest()
        event = DocumentReceived(
            sha256=digest, length=len(content), media_type=MediaType.PDF, channel="test", name=name
        )
        case = case or f"case-{digest[:12]}"
        self.append([Draft(event=event, actor=SYSTEM, case=case, effect=f"{case}/received")])
        return case


class MemoryCases:
    """Views over a `MemoryLedger`, worked out anew each time."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def undecided(self, limit: int, held: Reach = NOTHING_HELD) -> tuple[str, ...]:
        cases = self._ledger.changed_cases(0)
        return tuple(c for c in cases if self._ledger.case(c).status is Status.RECEIVED)[:limit]

    def page(self, query: QueueQuery, key: str | None = None, limit: int = 200) -> QueuePage:
        return QueuePage(rows=(), next_key=None)

    def counts(self) -> QueueCounts:
        by_status: dict[Status, int] = {}
        for case in self._ledger.changed_cases(0):
            status = self._ledger.case(case).status
            by_status[status] = by_status.get(status, 0) + 1
        return QueueCounts(by_status=by_status)

    def known(self, case: str, klass: str, values: dict[str, str]) -> Known:
        return Known(vendor_cases=0, same_number=(), same_amount=())


class MemoryLibrary:
    """Documents in memory; a path is given but nothing lies there."""

    def __init__(self) -> None:
        self._opened: dict[str, Opened] = {}

    def keep(self, content: bytes, media_type: MediaType, name: str) -> Document:
        digest = sha256(content).hexdigest()
        return Document(sha256=digest, media_type=media_type, length=len(content), name=name)

    def path(self, sha256: str) -> Path:
        return Path("/nowhere") / sha256

    def opened(self, sha256: str) -> Opened | None:
        return self._opened.get(sha256)

    def keep_opened(self, opened: Opened) -> None:
        self._opened[opened.sha256] = opened


def is_chained(ledger: MemoryLedger) -> bool:
    """Return whether the numbers of the record follow each other."""
    return all(later.seq == earlier.seq + 1 for earlier, later in pairwise(ledger._all))


class MemoryPages:
    """Page children without children: a document is its own text; ``!code`` at its start refuses it."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self.contents = contents
        """By SHA-256."""
        self.opened = 0
        self.recognised = 0

    def open(self, document: Path, sha256: str, media_type: MediaType) -> Opened | Refusal:
        self.opened += 1
        text = self.contents[sha256].decode()
        if text.startswith("!"):
            return Refusal(code=text[1:].split()[0], detail="as told")
        pages = tuple(
            Page(
                number=number,
                width=595,
                height=842,
                source=TextSource.NONE if part.startswith("scan") else TextSource.TEXT_LAYER,
                words=() if part.startswith("scan") else (Word(part, 10, 10, 100, 20, 0),),
                hidden_words=3 if part == "scan-hiding" else 0,
            )
            for number, part in enumerate(text.split("|"))
        )
        return Opened(sha256=sha256, media_type=media_type, pages=pages)

    def recognise(self, document: Path, media_type: MediaType, page: int) -> Page | Refusal:
        self.recognised += 1
        text = self.contents[document.name].decode().split("|")[page]
        if text == "scan-blurred":
            return Refusal(code="unreadable_document", detail="blurred")
        word = Word(text, 10, 10, 100, 20, 0, 80)
        return Page(number=page, width=595, height=842, source=TextSource.OCR, words=(word,))

    def render(self, document: Path, media_type: MediaType, page: int, dpi: int) -> PageImage | Refusal:
        return PageImage(width=1, height=1, rgb=b"\0\0\0")

    def close(self) -> None:
        """Nothing to end."""


class MemoryStaff:
    """Agents that are sure of everything, unless told to fail at a step; each case has a bench of its own."""

    JOBS = {"classifier.local": "classify", "reader.local": "read", "checker.arithmetic": "check"}

    def __init__(self, fails_at: str = "") -> None:
        self.fails_at = fails_at
        self.did: list[str] = []
        """The agents that were asked, in order."""

    def bench(self, opened: Opened, before: Sequence[Entry]) -> "MemoryStaff":
        return self

    def idle(self, agent: str, case: CaseFile) -> str | None:
        return None

    def do(self, agent: str, case: CaseFile, known: Callable[[], Known], allowance: Allowance) -> Told:
        self.did.append(agent)
        job = self.JOBS.get(agent, "")
        if job and job == self.fails_at:
            raise RuntimeError(f"out of order at {job}")
        if agent == "matcher.duplicates":
            known()
        event = {"classify": self.classify, "read": self.read, "check": self.check}.get(job)
        actor = Actor(kind=ActorKind.AGENT, id=f"{agent}@1", role=agent, authenticated="none")
        return Told(((actor, event()),)) if event else Told(())

    def classify(self) -> Classified:
        return Classified(klass="invoice", language="en", confidence=990_000, milliseconds=1)

    def read(self) -> ReadingMade:
        values = {
            "vendor_name": "Acme",
            "invoice_number": "1",
            "invoice_date": "2026-01-05",
            "currency": "EUR",
            "gross_total": "100.00",
        }
        readings = tuple(
            Reading(field=name, answer=Answer(value=value), confidence=990_000, method=Method.TEXT)
            for name, value in values.items()
        )
        return ReadingMade(klass="invoice", readings=readings, milliseconds=1)

    def check(self) -> Checked:
        return Checked(passed=("sums",), findings=(), milliseconds=1)


def open_gate() -> Doorway:
    """Return a gate that no order closes."""
    return Doorway(Orders)


def memory_plans(ledger: MemoryLedger) -> Plans:
    """Make the shipped plans active on a record, and return them."""
    agents = names()
    ledger.append([Draft(event=e, actor=SYSTEM) for e in to_activate((), shipped_plans(agents))])
    return Plans(ledger.desk_entries, agents)

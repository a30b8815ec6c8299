"""What happens to a case from its arrival to its decision, in two steps that can be taken again.

The first opens the document, which can take long (OCR); the second reads, checks, matches and decides. A step
may be cut off anywhere and begin anew: what it made stands on the record under names of its own
(`run/part/number`), so that the second time appends nothing. What a step learned lies in the library and on
the record; the durable engine keeps only that the step is done.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from countersign.documents.pool import Closed
from countersign.domain.actor import Actor
from countersign.domain.case import CaseFile, unfold
from countersign.domain.confidence import MILLION
from countersign.domain.document import Document, Opened, Page, Refusal, TextSource
from countersign.domain.errors import Trouble
from countersign.domain.event import (
    AgentFailed,
    Classified,
    DocumentOpened,
    DocumentRefused,
    Draft,
    Entry,
    Event,
)
from countersign.domain.reason import Reason
from countersign.domain.time import now
from countersign.policy.evaluate import evaluate
from countersign.policy.load import Policy
from countersign.settings.catalogue import Catalogue
from countersign.workflow.ports import Cases, Ledger, Library, Pages, Staff

logger = logging.getLogger(__name__)

Said = tuple[Actor, Event]
"""What someone said, and who."""


def run_of(case: str, n: int = 1) -> str:
    """Return the name of a case's n-th run; asking twice names the same run."""
    return f"{case}.{n}"


class CaseRun:
    """The steps of every case's run; each may be called from any thread, for many cases side by side."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        cases: Cases,
        library: Library,
        pages: Pages,
        staff: Staff,
        catalogue: Catalogue,
        policy: Callable[[], Policy],
        system: Callable[[str], Actor],
        readers: ThreadPoolExecutor,
    ) -> None:
        """Name the rooms that a run goes through.

        `system` names a part of the system as an author; `readers` is where pages are recognised side by
        side, and the caller shuts it down.
        """
        self._ledger = ledger
        self._cases = cases
        self._library = library
        self._pages = pages
        self._staff = staff
        self._catalogue = catalogue
        self._policy = policy
        self._readers = readers
        self._at_hand: dict[str, Opened] = {}
        self._opener, self._decider, self._overseer = map(system, ("documents", "policy", "workflow"))

    def run(self, case: str) -> str:
        """Name the run that is to be taken now: another one where a person has corrected the class."""
        return run_of(case, self._file(self._ledger.entries(case)).run)

    def open(self, case: str) -> None:
        """Open the document, with OCR where it has no text, and record what it is made of."""
        file = self._file(self._ledger.entries(case))
        if file.refusal is None and file.pages == 0:
            self._ledger.append(self._drafts(file, "open", lambda: self._opened(file)))

    def resolve(self, case: str) -> None:
        """Classify and read the document, check it, match it with the desk's history, let the policy decide.

        What was read is on the record before the history is asked, so that of two documents that are the same
        bill at least one sees the other.
        """
        entries = self._ledger.entries(case)
        file = self._file(entries)
        if file.decision is not None:
            return
        opened = self._opened_before(file) if file.refusal is None else None
        if opened is not None and (file.klass is None or (file.run > 1 and not file.fields)):
            made = self._ledger.append(self._drafts(file, "read", lambda: self._read(file, opened)))
            entries = tuple({entry.seq: entry for entry in (*entries, *made)}.values())
            file = self._file(entries)
        checked: list[Draft] = []
        if opened is not None and file.klass is not None:
            checked = self._drafts(file, "check", lambda: self._checked(file, opened))
        self._decide(entries, checked)

    def give_up(self, case: str, why: str) -> None:
        """Hand a case to a person whose run does not come to its end."""
        entries = self._ledger.entries(case)
        file = self._file(entries)
        if file.decision is None:
            reason = Reason(code="agent_failed", detail=why)
            failed = AgentFailed(step="run", reason=reason)
            self._decide(entries, [self._draft(file, "given_up", self._overseer, failed)])

    def _decide(self, entries: Sequence[Entry], drafts: list[Draft]) -> None:
        """Record the drafts and what the policy says about the case as it then stands."""
        at = now()
        unsaid = [
            Entry(seq=0, at=at, actor=draft.actor, case=draft.case, event=draft.event, digest="")
            for draft in drafts
        ]
        file = self._file([*entries, *unsaid])
        decision = evaluate(self._policy(), file, self._catalogue.klass(file.klass))
        self._ledger.append([*drafts, self._draft(file, "decide", self._decider, decision)])

    # -- open ------------------------------------------------------------------------------------------------

    def _opened(self, file: CaseFile) -> list[Said]:
        began = time.perf_counter()
        document = file.documents[0]
        opened = self._library.opened(document.sha256)
        refusals: dict[int, Refusal] = {}
        if opened is None:
            path = self._library.path(document.sha256)
            answer = self._pages.open(path, document.sha256, document.media_type)
            if isinstance(answer, Refusal):
                return [(self._opener, self._refused(document, answer))]
            opened, refusals = self._recognised(path, answer)
            if refusals and len(refusals) == len(opened.pages):
                return [(self._opener, self._refused(document, next(iter(refusals.values()))))]
            self._library.keep_opened(opened)
        self._at_hand[document.sha256] = opened
        sources = [page.source for page in opened.pages]
        event = DocumentOpened(
            sha256=document.sha256,
            pages=len(sources),
            text_pages=sources.count(TextSource.TEXT_LAYER),
            ocr_pages=sources.count(TextSource.OCR),
            hidden_words=sum(page.hidden_words for page in opened.pages),
            notes=opened.notes,
            milliseconds=_since(began),
        )
        failures = [(self._overseer, self._unread(number, refusals.get(number))) for number in opened.unread]
        return [(self._opener, event), *failures]

    def _opened_before(self, file: CaseFile) -> Opened | None:
        """Return the opened document, as the step before left it in memory or in the library."""
        sha256 = file.documents[0].sha256
        if file.run > 1 and sha256 not in self._at_hand:
            self._opened(file)  # its opened form may have gone with its time
        return self._at_hand.pop(sha256, None) or self._library.opened(sha256)

    def _recognised(self, path: Path, opened: Opened) -> tuple[Opened, dict[int, Refusal]]:
        """Read the pages without text from their pictures, side by side; returns those that could not be."""
        numbers = opened.unread
        answers = dict(
            zip(
                numbers,
                self._readers.map(
                    lambda number: self._pages.recognise(path, opened.media_type, number), numbers
                ),
                strict=True,
            )
        )
        refusals = {number: answer for number, answer in answers.items() if isinstance(answer, Refusal)}
        return opened.with_read(a for a in answers.values() if isinstance(a, Page)), refusals

    @staticmethod
    def _refused(document: Document, refusal: Refusal) -> DocumentRefused:
        reason = Reason(code=refusal.code, detail=refusal.detail or None)
        return DocumentRefused(sha256=document.sha256, reason=reason)

    @staticmethod
    def _unread(number: int, refusal: Refusal | None) -> AgentFailed:
        why = (refusal.detail or refusal.code) if refusal else "it could not be read"
        return AgentFailed(
            step="open", reason=Reason(code="agent_failed", detail=f"page {number + 1}: {why}")
        )

    # -- read and check --------------------------------------------------------------------------------------

    def _read(self, file: CaseFile, opened: Opened) -> Iterator[Said]:
        if file.klass is not None:  # a person said so
            told = Classified(klass=file.klass, language=file.language, confidence=MILLION, milliseconds=0)
            yield from self._staff.read(opened, told)
            return
        classifier, classified = self._staff.classify(opened)
        yield classifier, classified
        yield from self._staff.read(opened, classified)

    def _checked(self, file: CaseFile, opened: Opened) -> Sequence[Said]:
        values = {
            state.reading.field: value
            for state in file.fields
            if state.reading.index == 0 and (value := state.reading.value) is not None
        }
        known = self._cases.known(file.id, file.klass or "", values)
        return self._staff.check(file, opened, known)

    # -- what holds for every step ---------------------------------------------------------------------------

    @staticmethod
    def _file(entries: Iterable[Entry]) -> CaseFile:
        file = unfold(entries)
        if file is None:
            raise Trouble("There is no such case: no document of it was received.")
        return file

    def _drafts(self, file: CaseFile, step: str, work: Callable[[], Iterable[Said]]) -> list[Draft]:
        """Do a step's work; where it fails, what it said before still counts, and a person takes over."""
        drafts: list[Draft] = []
        try:
            for actor, event in work():
                drafts += [self._draft(file, f"{step}/{len(drafts)}", actor, event)]
        except Closed:
            raise  # the desk is being closed: the step is to be taken again, and nobody failed
        except Exception as error:
            logger.exception("the step %s of the case %s failed", step, file.id)
            reason = Reason(code="agent_failed", detail=f"{step}: {error}"[:500])
            failed = AgentFailed(step=step, reason=reason)
            drafts.append(self._draft(file, f"{step}/failed", self._overseer, failed))
        return drafts

    @staticmethod
    def _draft(file: CaseFile, what: str, actor: Actor, event: Event) -> Draft:
        return Draft(event=event, actor=actor, case=file.id, effect=f"{run_of(file.id, file.run)}/{what}")


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)

"""What happens to a case from its arrival to its decision; wherever it is cut off, it can be taken again.

First the document is opened, which can take long (OCR); then agents read, check and match; then policy
decides. What each of them said stands on the record under a name of its own (`run/part/number`), so that the
second time appends nothing, and a run taken again goes on after what stands there. What was opened lies in
the library; the durable engine keeps only that a run is under way.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from countersign.documents.pool import Closed
from countersign.domain.actor import Actor
from countersign.domain.case import CaseFile
from countersign.domain.document import Document, Opened, Page, Refusal, TextSource
from countersign.domain.event import AgentFailed, DocumentOpened, DocumentRefused, Draft, Entry, Event
from countersign.domain.reason import Reason
from countersign.policy.evaluate import evaluate
from countersign.policy.load import Policy
from countersign.settings.catalogue import Catalogue
from countersign.workflow.gate import OPENER
from countersign.workflow.plans import Plans
from countersign.workflow.ports import Bench, Cases, Gate, Known, Ledger, Library, Pages, Said, Staff
from countersign.workflow.steps import Steps, as_drafted, case_of, run_of

logger = logging.getLogger(__name__)

TAKES_LONG = 0.5
"""Seconds after which an opened document goes on the record at once; else it does with what was read."""


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
        plans: Plans,
        gate: Gate,
        system: Callable[[str], Actor],
        readers: ThreadPoolExecutor,
        side_by_side: ThreadPoolExecutor,
    ) -> None:
        """Name the rooms that a run goes through.

        `system` names a part of the system as an author; `readers` is where pages are recognised side by
        side, `side_by_side` where agents work at the same time; the caller shuts both down.
        """
        self._ledger = ledger
        self._cases = cases
        self._library = library
        self._pages = pages
        self._staff = staff
        self._catalogue = catalogue
        self._policy = policy
        self._plans = plans
        self._gate = gate
        self._readers = readers
        self._side_by_side = side_by_side
        self._begun: dict[str, tuple[Entry, ...]] = {}
        self._opener, self._decider, self._overseer = map(system, (OPENER, "policy", "workflow"))

    def run(self, case: str) -> str:
        """Name the run that is to be taken now: another one where a person has corrected the class.

        What the record says of the case stays at hand until it is taken or forgotten.
        """
        entries = self._begun[case] = self._ledger.entries(case)
        return run_of(case, case_of(entries).run)

    def forget(self, case: str) -> None:
        """Keep nothing at hand of a case whose run has ended, however it did."""
        self._begun.pop(case, None)

    def take(self, case: str) -> None:
        """Open the document, have the agents take the steps of its plan, then let the policy decide.

        Raises PutBack where something holds a step up; the case is then to be taken again.
        """
        entries = self._begun.pop(case, None) or self._ledger.entries(case)
        file = case_of(entries)
        if file.decision is not None:
            return
        steps = Steps(
            entries,
            ledger=self._ledger,
            gate=self._gate,
            overseer=self._overseer,
            side_by_side=self._side_by_side,
        )
        opened = self._open(steps)
        if opened is not None:
            self._work(steps, opened, self._staff.bench(opened, entries))
        decision = evaluate(self._policy(), steps.file, self._catalogue.klass(steps.file.klass))
        self._ledger.append([*steps.drafts, self._draft(steps.file, "decide", self._decider, decision)])

    def _work(self, steps: Steps, opened: Opened, bench: Bench) -> None:
        def known(file: CaseFile) -> Known:
            values = {
                state.reading.field: value
                for state in file.fields
                if state.reading.index == 0 and (value := state.reading.value) is not None
            }
            return self._cases.known(file.id, file.klass or "", values)

        if steps.file.klass is None:
            steps.take(self._plans.arrival(), bench, known)
        klass = steps.file.klass
        if klass is None:
            return  # the classifier failed: a person says what it is
        chosen = steps.chosen()
        plan = self._plans.by_digest(chosen) if chosen else self._plans.of(klass)
        if chosen is None:
            steps.choose(plan)
        steps.take(plan, bench, known)

    def give_up(self, case: str, why: str) -> None:
        """Hand a case to a person whose run does not come to its end."""
        entries = self._ledger.entries(case)
        file = case_of(entries)
        if file.decision is not None:
            return
        failed = AgentFailed(step="run", reason=Reason(code="agent_failed", detail=why))
        drafts = [self._draft(file, "given_up", self._overseer, failed)]
        file = as_drafted(file, drafts)
        decision = evaluate(self._policy(), file, self._catalogue.klass(file.klass))
        self._ledger.append([*drafts, self._draft(file, "decide", self._decider, decision)])

    # -- open ------------------------------------------------------------------------------------------------

    def _open(self, steps: Steps) -> Opened | None:
        """Return the document's pages, read from their pictures where they have no text; None without any.

        Raises PutBack where something holds that up.
        """
        file = steps.file
        if file.refusal is not None:
            return None
        if file.pages:
            return self._opened_before(file)
        began = time.perf_counter()
        said: list[Said] = []
        opened: Opened | None = None
        has_failed = False
        with self._gate.step(OPENER, file, "open"):
            try:
                opened = self._opened(file, said)
            except Closed:
                raise  # the desk is being closed: the case is to be taken again, and nobody failed
            except Exception as error:
                logger.exception("the step open of the case %s failed", file.id)
                reason = Reason(code="agent_failed", detail=f"open: {error}"[:500])
                said, has_failed = [(self._overseer, AgentFailed(step="open", reason=reason))], True
        steps.open(said, has_failed)
        if time.perf_counter() - began > TAKES_LONG:
            steps.put_down()
        return opened

    def _opened(self, file: CaseFile, said: list[Said]) -> Opened | None:
        """Open a document, or find it opened before; adds to `said` what it is made of."""
        began = time.perf_counter()
        document = file.documents[0]
        opened = self._library.opened(document.sha256)
        refusals: dict[int, Refusal] = {}
        if opened is None:
            path = self._library.path(document.sha256)
            answer = self._pages.open(path, document.sha256, document.media_type)
            if isinstance(answer, Refusal):
                said.append((self._opener, self._refused(document, answer)))
                return None
            opened, refusals = self._recognised(path, answer)
            if refusals and len(refusals) == len(opened.pages):
                said.append((self._opener, self._refused(document, next(iter(refusals.values())))))
                return None
            self._library.keep_opened(opened)
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
        said.append((self._opener, event))
        said += [(self._overseer, self._unread(number, refusals.get(number))) for number in opened.unread]
        return opened

    def _opened_before(self, file: CaseFile) -> Opened | None:
        """Return the document as it was opened before; anew where that has gone with its time."""
        opened = self._library.opened(file.documents[0].sha256)
        if opened is not None or file.run == 1:
            return opened
        with self._gate.step(OPENER, file, "open"):
            return self._opened(file, [])

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

    @staticmethod
    def _draft(file: CaseFile, what: str, actor: Actor, event: Event) -> Draft:
        return Draft(event=event, actor=actor, case=file.id, effect=f"{run_of(file.id, file.run)}/{what}")


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)

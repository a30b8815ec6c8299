"""Takes the steps of a case's plan: those that wait for nothing run side by side, each through the gate.

What the steps said stands in drafts until it is recorded; the case as the drafts tell it is what the next
step works on. A step that fails, or that the plan gives to a person, brings the case to a person; the others
go on.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from countersign.domain.actor import Actor
from countersign.domain.case import CaseFile, further, unfold
from countersign.domain.errors import Trouble
from countersign.domain.event import Draft, Entry, Event, PlanChosen, Settled, StepsTaken
from countersign.domain.plan import Plan, Step, StepTaken
from countersign.domain.time import now
from countersign.workflow.plans import DECIDE
from countersign.workflow.ports import Bench, Gate, Known, Ledger, Said
from countersign.workflow.seats import PutBack
from countersign.workflow.taking import Taking, side_by_side


def run_of(case: str, n: int = 1) -> str:
    """Return the name of a case's n-th run; asking twice names the same run."""
    return f"{case}.{n}"


class Steps:
    """The steps of one run of a case, from where the record says that it stands."""

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        ledger: Ledger,
        gate: Gate,
        overseer: Actor,
        side_by_side: ThreadPoolExecutor,
    ) -> None:
        """`overseer` speaks for the workflow itself; `side_by_side` is where steps run at the same time."""
        self._ledger, self._gate, self._overseer = ledger, gate, overseer
        self._side_by_side = side_by_side
        self._entries = tuple(entries)
        self._drafts: list[Draft] = []
        self._taken: list[StepTaken] = []
        self._settled: list[Settled] = []
        self.hangs = False
        """Whether a step was answered for because it hangs: then no further one is taken."""
        self._began = time.perf_counter()
        self.file = case_of(entries)
        self._run = run_of(self.file.id, self.file.run)
        steps = [e.event for e in entries if isinstance(e.event, StepsTaken) and e.event.run == self.file.run]
        self._ended = frozenset(taken.step for event in steps for taken in event.steps)
        self._tellings = len(steps)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """What was said and is not on the record yet, the trace of the steps last."""
        return (*self._drafts, *self._trace())

    def chosen(self) -> str | None:
        """Return the digest of the plan that this run has begun with."""
        chosen = [entry.event for entry in self._entries if isinstance(entry.event, PlanChosen)]
        return next((event.digest for event in chosen if event.run == self.file.run), None)

    def choose(self, plan: Plan) -> None:
        """Follow a plan from here on, until this run ends."""
        self._take_in(
            "plan", [(self._overseer, PlanChosen(run=self.file.run, plan=plan.name, digest=plan.digest))]
        )

    def open(self, said: Sequence[Said], has_failed: bool) -> None:
        """Take in what was said when the document was opened."""
        self._take_in("open_failed" if has_failed else "open", said)

    def put_down(self) -> None:
        """Put on the record what was said so far, for all to see."""
        self._append(self._drafts)

    def take(self, plan: Plan, bench: Bench, known: Callable[[CaseFile], Known]) -> None:
        """Take all steps of the plan that agents and people do before the policy decides.

        Raises PutBack where an order stands against one, or its agent has no seat; what was done before is
        then on the record. Where one hangs, none is taken after it: it may hold what they need.
        """
        systems = {step.step for step in plan.steps if step.by.startswith("system:") and step.step != DECIDE}
        ended = self._ended | systems
        while not self.hangs and (ready := [step for step in plan.ready(ended) if step.step != DECIDE]):
            if any(step.step == MATCH for step in ready):
                self.put_down()
            held = self._side(ready, bench, known)
            if held is not None:
                self.record()
                raise held
            ended |= {step.step for step in ready}

    def record(self) -> None:
        """Put on the record what was said so far, and the trace of it: the run is put off."""
        self._append(self.drafts)
        self._taken, self._settled = [], []
        self._tellings += 1

    def _append(self, drafts: Sequence[Draft]) -> None:
        if not drafts:
            return
        made = self._ledger.append(drafts)
        known = {entry.seq: entry for entry in (*self._entries, *made)}
        self._entries = tuple(known[seq] for seq in sorted(known))
        self._drafts = []
        if not all(entry.fresh for entry in made):
            self.file = case_of(self._entries)  # a run before had said it already, perhaps in other words

    def _trace(self) -> list[Draft]:
        if not self._taken:
            return []
        event = StepsTaken(run=self.file.run, steps=tuple(self._taken), settled=tuple(self._settled))
        return [self._draft(f"steps/{self._tellings}", self._overseer, event)]

    def _side(
        self, ready: Sequence[Step], bench: Bench, known: Callable[[CaseFile], Known]
    ) -> PutBack | None:
        """Take steps side by side; returns what held one of them up, when the others are done."""
        file = self.file
        takings = [
            Taking(
                step,
                file,
                gate=self._gate,
                bench=bench,
                known=lambda: known(file),
                overseer=self._overseer,
                run_began=self._began,
            )
            for step in ready
        ]
        held: PutBack | None = None
        for step, answer in zip(ready, side_by_side(takings, self._side_by_side), strict=True):
            if isinstance(answer, PutBack):
                held = held or answer
                continue
            self._take_in(step.step, answer.said)
            self._taken.append(answer.taken)
            self._settled += answer.settled
            self.hangs = self.hangs or answer.hangs
        return held

    def _take_in(self, step: str, said: Iterable[Said]) -> None:
        """Add what was said to the case as it stands."""
        drafts = [self._draft(f"{step}/{n}", actor, event) for n, (actor, event) in enumerate(said)]
        self._drafts += drafts
        self.file = as_drafted(self.file, drafts)

    def _draft(self, what: str, actor: Actor, event: Event) -> Draft:
        return Draft(event=event, actor=actor, case=self.file.id, effect=f"{self._run}/{what}")


MATCH = "match"
"""The step that asks the desk's history. What was read is on the record before, so that of two documents that
are the same bill at least one sees the other.
"""


def case_of(entries: Iterable[Entry]) -> CaseFile:
    """Tell a case from its entries; raises Trouble when they hold none."""
    file = unfold(entries)
    if file is None:
        raise Trouble("There is no such case: no document of it was received.")
    return file


def as_drafted(file: CaseFile, drafts: Iterable[Draft]) -> CaseFile:
    """Tell a case as it would stand if the drafts were on the record, too."""
    at = now()
    unsaid = [Entry(seq=0, at=at, actor=d.actor, case=d.case, event=d.event, digest="") for d in drafts]
    return further(file, unsaid) or file

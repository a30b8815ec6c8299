"""Takes one step: asks its agent, in rounds where it wants them, each round through the gate.

Steps run in threads of their own. Nobody can end a thread, so whoever waits for a step that takes longer than
it may answers for it, and the case goes on to a person; the process that the thread hangs in is then ended by
those who watch the gate.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from time import monotonic, perf_counter

from countersign.documents.pool import Closed
from countersign.domain.actor import Actor
from countersign.domain.case import CaseFile
from countersign.domain.event import AgentFailed, Checked, Settled
from countersign.domain.plan import Cost, Dropped, Step, StepEnd, StepTaken
from countersign.domain.reason import Reason
from countersign.workflow.budgets import OverBudget
from countersign.workflow.gate import NotAllowed
from countersign.workflow.loops import MOST_ROUNDS, Watch
from countersign.workflow.ports import Bench, Gate, Known, Permit, Said
from countersign.workflow.seats import PutBack

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds after which one that waits for steps looks whether one of them hangs."""


class Ended:
    """How one step ended: what was said, and the trace of it."""

    def __init__(
        self,
        taken: StepTaken,
        said: Sequence[Said] = (),
        settled: Sequence[Settled] = (),
        *,
        hangs: bool = False,
    ) -> None:
        self.taken = taken
        self.said = tuple(said)
        self.settled = tuple(settled)
        """Reservations that are over."""
        self.hangs = hangs
        """Whether somebody else had to answer for it."""


class Taking:
    """A step that is being taken."""

    def __init__(
        self,
        step: Step,
        file: CaseFile,
        *,
        gate: Gate,
        bench: Bench,
        known: Callable[[], Known],
        overseer: Actor,
        run_began: float,
    ) -> None:
        """`run_began` is when the run of the case began, by `perf_counter`."""
        self.step, self._file = step, file
        self._gate, self._bench, self._known, self._overseer = gate, bench, known, overseer
        self._began = round((perf_counter() - run_began) * 1000)
        self._said: list[Said] = []
        self._looked_at: dict[str, None] = {}
        self._dropped: list[Dropped] = []
        self._settled: list[Settled] = []
        self._watch, self._cost = Watch(), Cost()
        self._round: tuple[float, float] | None = None
        """When the round under way began and until when it may last, by `monotonic`."""

    def at_once(self) -> Ended | None:
        """Return how the step ends where no agent has to be asked; None where one has."""
        agent = self.step.agent
        if agent is None:
            return self._ended(StepEnd.FOR_PERSON, [(self._overseer, _for_person(self.step))])
        idle = self._bench.idle(agent, self._file)
        if idle is None:
            return None
        self._looked_at[idle] = None
        return self._ended(StepEnd.NOTHING, ())  # what has nothing to do needs no leave for it

    def take(self) -> Ended | PutBack:
        """Ask the agent until it is done; whatever goes wrong is said in the answer."""
        begun = True
        try:
            while self._ask(self.step.agent or ""):
                if why := self._watch.loop():
                    self._fail("loop", why)
                    break
        except PutBack as held:
            return held
        except NotAllowed as no:
            begun = self._fail("agent_not_allowed", str(no))
        except OverBudget as over:
            begun = self._fail("budget", str(over))
        except Closed:
            raise  # the desk is being closed: the step is to be taken again, and nobody failed
        except Exception as error:
            logger.exception("the step %s of the case %s failed", self.step.step, self._file.id)
            self._fail("agent_failed", f"{self.step.step}: {error}"[:500])
        has_failed = any(isinstance(event, AgentFailed) for _, event in self._said)
        end = StepEnd.FAILED if has_failed else StepEnd.DONE if self._said else StepEnd.NOTHING
        return self._ended(end, self._said, rounds=self._watch.rounds or int(begun))

    def left(self) -> float:
        """Return the seconds for which the round under way may still go on; below 0 it hangs."""
        return LOOK_EVERY if self._round is None else self._round[1] - monotonic()

    def hung(self) -> Ended:
        """Answer for a step that hangs."""
        began = self._round[0] if self._round is not None else monotonic()
        seconds = monotonic() - began
        logger.error("the step %s of the case %s hangs since %.0f s", self.step.step, self._file.id, seconds)
        detail = f"{self.step.by.partition(':')[2]}: no answer in {seconds:,.0f} s"
        failed = _failed(self.step, "stalled", detail)
        cost = self._cost + Cost(milliseconds=round(seconds * 1000))
        said = [*self._said, (self._overseer, failed)]
        return self._ended(StepEnd.FAILED, said, cost, rounds=self._watch.rounds + 1, hangs=True)

    def _ask(self, agent: str) -> bool:
        """Ask the agent once; returns whether it wants to be asked again."""
        with self._gate.step(agent, self._file, self.step.step) as permit:
            if permit.rounds is not None:
                self._watch.most = min(MOST_ROUNDS, self._watch.rounds + permit.rounds)
            began = monotonic()
            self._round = (began, began + permit.seconds)
            try:
                told = self._bench.do(agent, self._file, self._known, permit.allowance)
            except BaseException:
                self._cost += Cost(milliseconds=_since(began))
                raise
            finally:
                self._round = None
            cost = Cost(milliseconds=_since(began), tokens=told.tokens, money=told.money)
            self._settle(permit, cost, was_idle=not (told.said or told.tokens or told.again))
        self._cost += cost
        self._said += told.said
        self._looked_at.update(dict.fromkeys(told.looked_at))
        self._dropped += told.dropped
        self._watch.saw(event for _, event in told.said)
        return told.again

    def _settle(self, permit: Permit, cost: Cost, was_idle: bool) -> None:
        permit.spent(cost, was_idle=was_idle)
        if permit.settled is not None:
            self._settled.append(permit.settled)

    def _fail(self, code: str, detail: str) -> bool:
        """Say why the step failed; False, because it could not begin where a gate says so."""
        self._said.append((self._overseer, _failed(self.step, code, detail)))
        return False

    def _ended(
        self,
        end: StepEnd,
        said: Sequence[Said],
        cost: Cost | None = None,
        *,
        rounds: int = 1,
        hangs: bool = False,
    ) -> Ended:
        taken = StepTaken(
            step=self.step.step,
            layer=self.step.layer,
            by=self.step.by,
            end=end,
            began=self._began,
            cost=self._cost if cost is None else cost,
            rounds=rounds,
            looked_at=tuple(self._looked_at),
            dropped=tuple(self._dropped),
        )
        return Ended(taken, said, self._settled, hangs=hangs)


def side_by_side(takings: Sequence[Taking], pool: ThreadPoolExecutor) -> list[Ended | PutBack]:
    """Take steps at the same time; returns how each ended, and answers for those that hang."""
    answers: list[Ended | PutBack | None] = [taking.at_once() for taking in takings]
    asked = {pool.submit(one.take): n for n, one in enumerate(takings) if answers[n] is None}
    pending: set[Future[Ended | PutBack]] = set(asked)
    while pending:
        patience = min(max(0.0, takings[asked[future]].left()) for future in pending)
        _, pending = wait(pending, timeout=min(LOOK_EVERY, patience + 0.01), return_when=FIRST_COMPLETED)
        for future in tuple(pending):
            taking = takings[asked[future]]
            if taking.left() < 0 and not future.done():
                answers[asked[future]] = taking.hung()
                pending.discard(future)
    for future, n in asked.items():
        if answers[n] is None:
            answers[n] = future.result()
    return [answer for answer in answers if answer is not None]


def _for_person(step: Step) -> Checked:
    reason = Reason(code="step_for_person", detail=step.step.replace("_", " "))
    return Checked(passed=(), findings=(reason,), milliseconds=0)


def _failed(step: Step, code: str, detail: str) -> AgentFailed:
    return AgentFailed(step=step.step, reason=Reason(code=code, detail=detail))


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)

"""Runs cases through the durable engine (DBOS): a bounded number at a time, each run once, whatever happens.

What the engine keeps of a run is that it is under way, nothing of a document; when a run has ended in a
decision, even that is let go, so that the engine's file stays small however many cases there were. There is
no queue in the engine: the record itself knows which cases are undecided, and the worker takes as many of
them as there are places (`free`), so an inbox of any size is never held in memory.

After a kill the engine finds the runs that were under way by their executor and takes them up; the record
says how far they had come. Asking for a run that is under way, or has ended, begins nothing new.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID, error

from countersign.workflow.run import CaseRun
from countersign.workflow.seats import PutBack

LET_GO_AT = 100
"""Ended runs that are forgotten in one transaction."""

WAIT_FOR_RECOVERED = 0.2
"""Seconds between looks at a run that the engine itself took up again."""

MOST_RECOVERIES = 5
"""A case whose run was cut off more often than this goes to a person: it may be what kills the process."""

MOST_FAILURES = 3
"""A case whose run ended in an error as often as this goes to a person, lest it keep agents busy for ever."""

Workflow = Callable[[str], Coroutine[Any, Any, str | None]]


class PutOff(Exception):
    """Something holds the case up, such as an order to stop: it goes back to its queue."""


class Engine:
    """The durable engine of this process, which can have only one."""

    def __init__(self, config: DBOSConfig, steps: CaseRun, places: int) -> None:
        """`places` is how many cases may be under way at once. Call `launch` inside the event loop."""
        self.places = places
        """How many cases may be under way at once."""
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ended: list[str] = []
        self._failures: Counter[str] = Counter()
        self._letting_go: asyncio.Task[None] | None = None
        self._config = config
        self._steps = steps
        self._workflow = _register(steps)

    def launch(self) -> None:
        """Open the engine's file and take up what a kill had cut off."""
        DBOS(config=self._config)
        DBOS.launch()

    @property
    def under_way(self) -> frozenset[str]:
        """Cases whose run was begun here and has not ended."""
        return frozenset(self._running)

    @property
    def free(self) -> int:
        """How many more cases may be begun now."""
        return self.places - len(self._running)

    def begin(self, case: str, then: Callable[[str, BaseException | None], None]) -> None:
        """Begin the run of a case; `then` is called, in the event loop, with what ended it."""
        task = asyncio.create_task(self._run(case), name=f"run of {case}")
        self._running[case] = task

        def ended(task: asyncio.Task[None]) -> None:
            del self._running[case]
            then(case, asyncio.CancelledError() if task.cancelled() else task.exception())

        task.add_done_callback(ended)

    async def finish(self, seconds: float) -> bool:
        """Wait for the runs under way; False when some were not done in time."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=seconds)
        return not self._running

    async def close(self) -> None:
        """Let the engine's file go; what is under way is taken up at the next launch."""
        if self._letting_go is not None:
            await self._letting_go
        await self._forget()
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)

    async def _run(self, case: str) -> None:
        try:
            await self._take(case)
        finally:
            self._steps.forget(case)

    async def _take(self, case: str) -> None:
        run = await asyncio.to_thread(self._steps.run, case)
        held: str | None = None
        if self._failures[run] >= MOST_FAILURES:
            await asyncio.to_thread(self._steps.give_up, case, "the run failed again and again")
        else:
            held = await self._try(run, case)
        self._failures.pop(run, None)
        if held is not None:
            await DBOS.delete_workflow_async(run)  # it begins anew when the order is taken back
            raise PutOff(held)
        self._ended.append(run)
        if len(self._ended) >= LET_GO_AT and (self._letting_go is None or self._letting_go.done()):
            self._letting_go = asyncio.create_task(self._forget(), name="forget ended runs")

    async def _try(self, run: str, case: str) -> str | None:
        """Run a case to its decision; returns what held it up where an order to stop did."""
        if self._failures[run]:
            # The engine would answer with the same error for ever; forgotten, the run can begin anew.
            await DBOS.delete_workflow_async(run)
        try:
            with SetWorkflowID(run):
                handle = await DBOS.start_workflow_async(self._workflow, case)
            return await handle.get_result(polling_interval_sec=WAIT_FOR_RECOVERED)
        except error.DBOSAwaitedWorkflowMaxRecoveryAttemptsExceeded:
            await asyncio.to_thread(self._steps.give_up, case, "the run was cut off again and again")
            return None
        except Exception:
            self._failures[run] += 1
            raise

    async def _forget(self) -> None:
        ended, self._ended = self._ended, []
        if ended:
            await DBOS.delete_workflows_async(ended)


def _register(steps: CaseRun) -> Workflow:
    """Give the engine its one workflow; names are fixed because the engine's file holds them."""

    @DBOS.workflow(name="case", max_recovery_attempts=MOST_RECOVERIES)
    async def workflow(case: str) -> str | None:
        # No step of the engine's own: what is done stands on the record, where a run that is taken again
        # finds it, and each step that the engine notes down costs two transactions.
        try:
            await asyncio.to_thread(steps.take, case)
        except PutBack as held:
            return str(held)  # which is no failure
        return None

    return workflow

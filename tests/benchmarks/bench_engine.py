"""What the durable engine itself costs, with steps that do nothing."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.support.memory import (
    MemoryCases,
    MemoryLedger,
    MemoryLibrary,
    MemoryPages,
    MemoryStaff,
    memory_plans,
    open_gate,
    system,
)

from countersign.policy.load import load
from countersign.settings import catalogue
from countersign.settings.resources import shipped
from countersign.wiring.engine import configuration
from countersign.workflow.engine import Engine
from countersign.workflow.run import CaseRun
from countersign.workflow.steps import run_of

RUNS = 500


class Idle(CaseRun):
    """Steps that do nothing."""

    def run(self, case: str) -> str:
        """Name the only run."""
        return run_of(case)

    def take(self, case: str) -> None:
        """Do nothing."""


def bench_engine() -> Iterator[Figure]:
    """Time runs on SQLite, four at a time."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as readers:
        words = catalogue.load()
        policy = load(shipped("resources", "policies", "desk.yaml"), words)
        ledger = MemoryLedger()
        steps = Idle(
            ledger=ledger,
            cases=MemoryCases(ledger),
            library=MemoryLibrary(),
            pages=MemoryPages({}),
            staff=MemoryStaff(),
            catalogue=words,
            policy=lambda: policy,
            system=system,
            plans=memory_plans(ledger),
            gate=open_gate(),
            readers=readers,
            side_by_side=readers,
        )
        seconds, cpu = asyncio.run(_run(Engine(configuration(Path(folder) / "engine.sqlite"), steps, 4)))
    yield Figure("engine alone, runs", RUNS / seconds, "runs/s", budget=70, better="more")
    yield Figure("engine alone, processor time of a run", cpu / RUNS * 1000, "ms", budget=15)


async def _run(engine: Engine) -> tuple[float, float]:
    engine.launch()
    waiting = [f"c-{number}" for number in range(RUNS)]
    woken = asyncio.Event()

    def ended(_: str, error: BaseException | None) -> None:
        if error is not None:
            raise error
        woken.set()

    began, began_cpu = time.perf_counter(), time.process_time()
    while waiting or engine.under_way:
        woken.clear()
        while waiting and engine.free:
            engine.begin(waiting.pop(), ended)
        await woken.wait()
    took = time.perf_counter() - began, time.process_time() - began_cpu
    await engine.close()
    return took

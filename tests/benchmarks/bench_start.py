"""How long a newcomer waits before the command line says anything."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.figures import Figure


def bench_help() -> Iterator[Figure]:
    """Time `countersign --help`, warm."""
    took = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "countersign", "--help"], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    yield Figure("countersign --help, warm, median of 7", statistics.median(took), "s", budget=0.4)

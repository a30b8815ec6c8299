"""Runs every benchmark in a process of its own: figures beside budgets and peers, and build/bench.json.

A benchmark is a function `bench_…` in a file `bench_….py` here; it takes nothing and returns (or yields)
Figures, or bare (name, value, unit). `python -m tests.benchmarks.run pages` runs bench_pages.py alone
and leaves the figures of the others as they were.
A figure that misses its budget is marked; the exit status is 1 only when a benchmark itself failed.
"""

import json
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESULT = ROOT / "build" / "bench.json"

Bare = tuple[str, float, str]
Answer = Figure | Bare | Iterable[Figure | Bare] | None


def main(names: list[str]) -> int:
    """Run the named files, or all; show and keep every figure."""
    files = [HERE / f"bench_{name}.py" for name in names] or sorted(HERE.glob("bench_*.py"))
    kept: list[dict[str, Any]] = []
    failed: list[str] = []
    for file in files:
        say(f"\n{file.stem.removeprefix('bench_').replace('_', ' ')}")
        records, is_done = _run_apart(file)
        for record in records:
            say(line(record))
        kept += records
        failed += [] if is_done else [file.name]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    if names and RESULT.exists():
        fresh = {record["name"] for record in kept}
        earlier = json.loads(RESULT.read_text(encoding="utf-8"))
        kept = [*(record for record in earlier if record["name"] not in fresh), *kept]
    RESULT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    missed = sum(not record["ok"] for record in kept)
    say(f"\n{len(kept)} figures, {missed} miss their budget; {RESULT.relative_to(ROOT)} holds them.")
    if failed:
        say(f"These benchmarks failed: {', '.join(failed)}.")
    return 1 if failed else 0


def _run_apart(file: Path) -> tuple[list[dict[str, Any]], bool]:
    """Run a file in a fresh process, so that none warms another; return its records and if it ended well."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.jsonl"
        out.touch()
        command = [sys.executable, "-m", "tests.benchmarks.run", "--one", str(file), str(out)]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        return [json.loads(text) for text in out.read_text(encoding="utf-8").splitlines()], status == 0


def run_one(file: Path, out: Path) -> None:
    """Run the benchmarks of one file in this process; write each figure as soon as it is known."""
    with out.open("a", encoding="utf-8") as lines:
        for benchmark in benchmarks(runpy.run_path(str(file))):
            for figure in figures(benchmark()):
                lines.write(json.dumps({**asdict(figure), "ok": figure.is_ok}) + "\n")
                lines.flush()


def benchmarks(names: dict[str, Any]) -> list[Callable[[], Answer]]:
    """Return the benchmarks among a file's names, in the order they are written."""
    return [value for name, value in names.items() if name.startswith("bench_") and callable(value)]


def figures(answer: Answer) -> Iterator[Figure]:
    """Take whatever shape a benchmark answers in."""
    match answer:
        case None:
            return
        case Figure():
            yield answer
        case (str(name), float() | int() as value, str(unit)):
            yield Figure(name, float(value), unit)
        case _:
            for part in answer:
                yield part if isinstance(part, Figure) else Figure(*part)


def line(record: dict[str, Any]) -> str:
    """Write a figure beside its budget and its peer."""
    sign = "≤" if record["better"] == "less" else "≥"
    budget = "" if record["budget"] is None else f"{sign} {record['budget']:,g}"
    mark = " " if record["ok"] else "✗"
    value = f"{record['value']:,.4g}" if abs(record["value"]) < 1000 else f"{record['value']:,.0f}"
    peer = f"peer: {record['peer']}" if record["peer"] else ""
    return f"{mark} {record['name']:<60} {value:>10} {record['unit']:<14} {budget:<12} {peer}".rstrip()


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        run_one(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1:]))

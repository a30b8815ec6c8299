"""How long anyone waits for the accountability answer of one of 100,000 cases, from a cold command line."""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.store.stories import ADA, CARD, invoice, review, story

from countersign.domain.document import MediaType
from countersign.domain.event import Decided, Mode, Route, Rule
from countersign.domain.reason import Reason
from countersign.policy.load import find, load
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.wiring.explain import explain_case
from countersign.wiring.rules import activate

os.environ["COUNTERSIGN_KEY_STORE"] = "file"
CASES = 100_000
AT_ONCE = 70
"""Cases to a transaction."""
ASKED = 15
"""Cases that are asked for, drawn from all of them."""


def fill(home: Home) -> list[str]:
    """Fill a desk under its own policy, every tenth case countersigned; return the cases to ask for."""
    words = catalogue.load()
    policy = load(find(home), words)
    decided = Decided(
        policy=policy.name,
        digest=policy.digest,
        mode=Mode.AUTONOMOUS,
        route=Route.ESCALATE,
        reasons=(Reason(code="below_threshold", fields=("gross_total",)),),
        rules=(Rule(rule="fields.thresholds", said="below: gross_total needs 0.97"),),
        thresholds={"gross_total": 970_000, "iban": 950_000},
    )
    asked = [f"case-{n}" for n in sorted(random.Random(7).sample(range(CASES), ASKED))]
    with open_store(home, agents=[CARD], person=ADA, words=words) as store:
        activate(policy, store)
        for start in range(0, CASES, AT_ONCE):
            some = range(start, min(start + AT_ONCE, CASES))
            drafts = [story(f"case-{n}", invoice(n, f"Vendor {n % 997} GmbH"), decided) for n in some]
            store.append(list(chain.from_iterable(drafts)))
            store.append([draft for n in some if n % 10 == 0 for draft in review(f"case-{n}")])
        for case in asked:
            store.library.keep(case.encode(), MediaType.PDF, f"{case}.pdf")
    return asked


def bench_explain() -> Iterator[Figure]:
    """Ask for cases one after the other: on the terminal, as a PDF, and from a desk that is open."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "desk")
        asked = fill(home)
        told = [_wall("explain", case, "--home", str(home.root)) for case in asked]
        yield Figure(f"explain one of {CASES:,} cases, process start included, median", _median(told), "s")
        yield Figure(f"explain one of {CASES:,} cases, process start included, worst", max(told), "s", 1.0)
        page = ["--pdf", str(Path(folder) / "page.pdf")]
        printed = [_wall("explain", case, "--home", str(home.root), *page) for case in asked]
        yield Figure("the same as a PDF, median", _median(printed), "s")
        yield Figure("the same as a PDF, worst", max(printed), "s", 1.0)
        words = catalogue.load()
        with open_store(home, agents=[CARD], person=ADA, words=words) as store:
            took = []
            for case in asked:
                began = time.perf_counter()
                explained = explain_case(home, store, words, case)
                took.append((time.perf_counter() - began) * 1000)
                if explained.proof is None or explained.proof.flaw:
                    raise AssertionError(explained.proof)
        yield Figure(
            "explain a case in an open desk, proofs and document checked, worst", max(took), "ms", 100
        )


def _wall(*words: str) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "countersign", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _median(seconds: list[float]) -> float:
    return statistics.median(seconds)

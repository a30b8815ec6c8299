"""What the small desk has learned: as much as a test tells it."""

import threading
from datetime import timedelta

from countersign.domain.errors import Trouble
from countersign.domain.learning import ClassLearning, Forgotten, Round
from countersign.domain.time import now

CURVE = (
    (1, 0, 0, False),
    (2, 610_000, 700_000, True),
    (3, 700_000, 690_000, False),
    (5, 700_000, 774_000, True),
    (10, 774_000, 842_000, True),
    (20, 842_000, 903_000, True),
)
"""Documents, before, after, won or lost."""


def invoices(approved: int = 23) -> ClassLearning:
    """What was learned of invoices."""
    start = now() - timedelta(days=9)
    rounds = tuple(
        Round(
            at=start + timedelta(days=at),
            record=100 + at,
            documents=documents,
            held_back=documents if documents > 1 else 0,
            f1_before=before,
            f1_after=after,
            is_admitted=won,
            why="grown",
            digest="ab" * 32 if won else None,
        )
        for at, (documents, before, after, won) in enumerate(CURVE)
    )
    gone = Forgotten(
        at=start + timedelta(days=4),
        record=180,
        by="Petra Sommer",
        cases=("case-0003",),
        chosen_by="case",
        reason="the date was taken from the stamp",
    )
    return ClassLearning(
        klass="invoice",
        label="Invoice",
        approved=approved,
        rounds=rounds,
        forgotten=(gone,),
        next_at=50,
        in_force=rounds[-1],
    )


def claims() -> ClassLearning:
    """What was learned of claims: places alone."""
    return ClassLearning(klass="claim", label="Claim", approved=1, rounds=(), forgotten=(), next_at=2)


class SmallLearning:
    """What `LearningPort` promises."""

    def __init__(self) -> None:
        self.found: tuple[ClassLearning, ...] = ()
        self.asked: list[tuple[str, ...]] = []
        self.trouble: str | None = None
        self.go_on = threading.Event()
        """Reading waits for it; set unless a test clears it."""
        self.go_on.set()

    def show(self) -> tuple[ClassLearning, ...]:
        self.go_on.wait()
        return self.found

    def forget_case(self, klass: str, case: str, reason: str) -> int:
        return self._forget("case", klass, case, reason)

    def forget_counterparty(self, klass: str, name: str, reason: str) -> int:
        return self._forget("counterparty", klass, name, reason)

    def forget_class(self, klass: str, reason: str) -> int:
        return self._forget("class", klass, "", reason)

    def _forget(self, how: str, klass: str, what: str, reason: str) -> int:
        if self.trouble is not None:
            raise Trouble(self.trouble)
        self.asked.append((how, klass, what, reason))
        self.found = ()
        return 3

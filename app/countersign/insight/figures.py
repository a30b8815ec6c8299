"""Figures of an agent over a time: how much, how fast, how well, at which cost. Pure, from daily counts."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from countersign.domain.confidence import MILLION
from countersign.domain.plan import Cost
from countersign.domain.work import Work, cost, time_of

CHANGES = ("corrected", "missed", "invented", "illegible")
"""What people can find wrong with a reading."""
FEW = 200
"""Answers below which two distributions are not compared."""
NOTICED, GRAVE = 0.1, 0.25
"""Population stability index from which a shift is told, and from which it is grave: the usual bounds."""


class Figures(NamedTuple):
    """What is counted of one agent over some days."""

    works: tuple[Work, ...]
    sums: Counter[str]
    """What store/figures.py counts, over all classes and days."""

    @property
    def documents(self) -> int:
        """Cases in which it had something to do."""
        return sum(work.documents for work in self.works)

    @property
    def steps(self) -> int:
        """Steps that had something to do."""
        return sum(work.steps for work in self.works)

    @property
    def failures(self) -> int:
        """Steps that failed."""
        return sum(work.failed for work in self.works)

    @property
    def cost(self) -> Cost:
        """What all of it cost."""
        return cost(self.works)

    @property
    def outcomes(self) -> Counter[str]:
        """Its cases by route."""
        return self.of("route:")

    @property
    def decided(self) -> int:
        """Cases with a part of it that policy decided."""
        return self.outcomes.total()

    @property
    def changed(self) -> int:
        """Readings that people changed."""
        return sum(self.sums[name] for name in CHANGES)

    @property
    def looked_at(self) -> int:
        """Readings on which people have passed."""
        return self.sums["kept"] + self.changed

    def of(self, prefix: str) -> Counter[str]:
        """Return what is counted under names that begin so, by the rest of the name."""
        return Counter(
            {name.removeprefix(prefix): n for name, n in self.sums.items() if name.startswith(prefix)}
        )


def measured(figures: Figures) -> Mapping[str, tuple[int | None, int]]:
    """Return every measure that an agent may be held against, each with of how many cases it was taken.

    Shares in parts per million, times in milliseconds, money in millionths; None where nothing was measured.
    """
    straight, judged = figures.sums["route:straight_through"], figures.sums["judged"]
    documents = figures.documents
    return {
        "kept": _share(figures.sums["kept"], figures.looked_at),
        "straight_through": _share(straight, figures.decided),
        "upheld": _share(figures.sums["upheld"], judged),
        "failed": _share(figures.failures, max(figures.steps, figures.failures)),
        "escalated": _share(figures.sums["escalated"], figures.decided),
        "took": (quantile(figures.works, 0.5), figures.steps),
        "cost": (figures.cost.money // documents if documents else None, documents),
    }


def _share(part: int, whole: int) -> tuple[int | None, int]:
    return (part * MILLION // whole if whole else None), whole


def quantile(works: Iterable[Work], share: float) -> int | None:
    """Return the time within which that share of all steps was done, in milliseconds, within an eighth."""
    times: Counter[int] = Counter()
    for work in works:
        times.update(dict(work.times))
    left = math.ceil(times.total() * share)
    for place in sorted(times):
        left -= times[place]
        if times[place] and left <= 0:
            return time_of(place)
    return None


def stability(now: Counter[str], before: Counter[str]) -> float | None:
    """Return the population stability index of two distributions; None where either is of too few.

    Sum over the bins of (p - q) ln(p / q), with half an answer in each bin, so that an empty one has a
    logarithm. Source: credit scoring; see B. Yurdakul, 'Statistical Properties of Population Stability
    Index' (2018).
    """
    if min(now.total(), before.total()) < FEW:
        return None
    bins = now.keys() | before.keys()
    total = 0.0
    for name in bins:
        p = (now[name] + 0.5) / (now.total() + len(bins) / 2)
        q = (before[name] + 0.5) / (before.total() + len(bins) / 2)
        total += (p - q) * math.log(p / q)
    return total


def has_risen(now: tuple[int, int], before: tuple[int, int]) -> bool | None:
    """Tell whether a share rose beyond chance (one-sided, 2.5 %); None where there are too few.

    Each is (part, whole). Source: the two-proportion z-test.
    """
    (a, m), (b, n) = now, before
    if min(m, n) < FEW // 2:
        return None
    pooled = (a + b) / (m + n)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    return spread > 0 and (a / m - b / n) / spread > 1.96


class Spread(NamedTuple):
    """How what a document costs varies from day to day."""

    mean: float
    deviation: float
    """Standard deviation over the days, each with its own mean."""
    days: int


def spread(works: Iterable[Work], of: str) -> Spread | None:
    """Return the spread of milliseconds, tokens or money a document; None with fewer than two days."""
    spent: Counter[object] = Counter()
    documents: Counter[object] = Counter()
    for work in works:
        spent[work.day] += getattr(work, of)
        documents[work.day] += work.documents
    each = [spent[day] / documents[day] for day in documents if documents[day]]
    if len(each) < 2:
        return None
    mean = sum(each) / len(each)
    return Spread(mean, math.sqrt(sum((one - mean) ** 2 for one in each) / (len(each) - 1)), len(each))

"""What agents and people did on a day, counted: throughput, time, spend, alerts."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime

from countersign.domain.agents_seen import Bucket, Spend
from countersign.domain.base import Frozen
from countersign.domain.confidence import Ppm
from countersign.domain.plan import Cost, StepEnd, StepTaken


class Spending(Frozen):
    """What an agent has spent on something: a day, or a case."""

    documents: int = 0
    """Cases in which it took a step that had something to do."""
    steps: int = 0
    """Each round of a step that had something to do."""
    milliseconds: int = 0
    tokens: int = 0
    """Including what is reserved for steps under way, or was when they were cut off; so is money."""
    money: int = 0
    """In millionths of the currency in which the agent's budget is kept."""

    def __add__(self, other: "Spending") -> "Spending":
        """Return both together."""
        return Spending(
            documents=self.documents + other.documents,
            steps=self.steps + other.steps,
            milliseconds=self.milliseconds + other.milliseconds,
            tokens=self.tokens + other.tokens,
            money=self.money + other.money,
        )

    def __sub__(self, other: "Spending") -> "Spending":
        """Return this without the other."""
        return Spending(
            documents=self.documents - other.documents,
            steps=self.steps - other.steps,
            milliseconds=self.milliseconds - other.milliseconds,
            tokens=self.tokens - other.tokens,
            money=self.money - other.money,
        )


class Work(Frozen):
    """What an agent did on a day, on one class."""

    day: date
    """In UTC."""
    agent: str
    klass: str | None
    """None while nobody had said what kind of case it was."""
    documents: int
    """Cases in which it took a step that had something to do."""
    steps: int
    """Each round counts; those that had nothing to do do not."""
    failed: int
    milliseconds: int
    tokens: int
    money: int
    """In millionths of the currency in which the agent's budget is kept."""
    times: tuple[tuple[int, int], ...] = ()
    """How many steps took how long: `slot` of the time, and how many."""


class Attention(Frozen):
    """The time that people gave to a class on a day."""

    day: date
    klass: str | None
    fields: int
    """Fields that they looked at."""
    dwell_ms: int
    """Time with these fields before their eyes."""
    claims: int
    """How often somebody took a case."""
    held_ms: int
    """Time for which they held cases that they have let go or settled."""


class Alert(Frozen):
    """An agent has spent a telling share of what it may on a day."""

    day: date
    agent: str
    what: str
    """As the policy calls the bound: ``money_per_day`` …"""
    share: Ppm
    """800,000 at the first alert, 1,000,000 when nothing is left."""
    limit: int
    """Money in millionths, seconds in milliseconds."""
    at: datetime
    record: int


def counted(step: StepTaken) -> int:
    """Return how many steps a step counts as: its rounds, none where there was nothing to do."""
    return 0 if step.end is StepEnd.NOTHING and not step.cost.tokens else step.rounds


def slot(milliseconds: int) -> int:
    """Return the slot that a time falls into; a slot is at most a quarter as wide as its times are long."""
    shift = max(0, milliseconds.bit_length() - 3)
    return 4 * shift + (milliseconds >> shift)


def time_of(slot: int) -> int:
    """Return the middle of a slot, in milliseconds."""
    shift = max(0, slot // 4 - 1)
    low = (slot - 4 * shift) << shift
    return low + ((1 << shift) - 1) // 2


def median(works: Iterable[Work]) -> int | None:
    """Return the middle of the times of all steps, in milliseconds, within an eighth; None for none."""
    times: Counter[int] = Counter()
    for work in works:
        times.update(dict(work.times))
    half = (times.total() + 1) // 2
    for place in sorted(times):
        half -= times[place]
        if times[place] and half <= 0:
            return time_of(place)
    return None


def cost(works: Iterable[Work]) -> Cost:
    """Return what all of it cost together."""
    total = Cost()
    for work in works:
        total += Cost(milliseconds=work.milliseconds, tokens=work.tokens, money=work.money)
    return total


def buckets(
    works: Iterable[Work], attention: Iterable[Attention], models: Collection[str], currency: str
) -> tuple[Spend, ...]:
    """Book spend where it belongs: language models (`models` names their agents), tooling, people."""
    all_works = tuple(works)
    asked = cost(work for work in all_works if work.agent in models)
    tooling = cost(work for work in all_works if work.agent not in models)
    people = sum(given.dwell_ms for given in attention)
    return (
        Spend(bucket=Bucket.MODELS, **asked.model_dump(), currency=currency),
        Spend(bucket=Bucket.TOOLING, **tooling.model_dump(), currency=currency),
        Spend(bucket=Bucket.PEOPLE, milliseconds=people, currency=currency),
    )

"""The facts of an insurance claim. Amounts are whole minor units."""

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from maker import ids
from maker.lexicon import LOSSES
from maker.names import CURRENCY, INSURERS, LANGUAGE
from maker.world import Person, person


class Claim(NamedTuple):
    """A claim before it is drawn; amounts in minor units."""

    claimant: Person
    insurer: str
    number: str
    policy: str
    lost: date
    told: date
    reported: date
    cover: tuple[date, date]
    kind: str
    story: str
    items: tuple[tuple[str, date, int], ...]
    excess: int
    iban: str | None
    currency: str
    country: str
    defect: str

    @property
    def total(self) -> int:
        """What is claimed."""
        return sum(amount for _, _, amount in self.items)


def make(rng: Random, country: str, *, defect: str = "", lines: int = 0, small: bool = True) -> Claim:
    """Make up a claim; in one with the defect 'dates' the story names another day than the form."""
    language = LANGUAGE[country]
    lost = date(2023, 2, 1) + timedelta(days=rng.randrange(1000))
    told = lost + timedelta(days=rng.choice((-9, -4, 3, 6, 11))) if defect == "dates" else lost
    kind, story, things = rng.choice(LOSSES[language])
    things = list(things)
    rng.shuffle(things)
    top = 60_000 if small else 900_000
    count = lines or rng.randint(1, len(things))
    items = tuple(
        (
            things[n % len(things)],
            lost - timedelta(days=rng.randint(60, 2200)),
            rng.randint(35, top // 100 // count + 60) * 100 + rng.choice((0, 0, 50, 90, 99)),
        )
        for n in range(count)
    )
    start = date(lost.year, rng.randint(1, 12), 1)
    if start > lost:
        start = start.replace(year=start.year - 1)
    return Claim(
        claimant=person(rng, country),
        insurer=rng.choice(INSURERS[country]),
        number=rng.choice(
            (
                f"CL-{lost.year}-{rng.randint(1000, 99999)}",
                f"S{rng.randint(10**7, 10**8 - 1)}",
                f"{lost:%y}/{rng.randint(10000, 99999)}-{rng.randint(1, 9)}",
                f"{rng.randint(10, 99)} {rng.randint(100000, 999999)}",
            )
        ),
        policy=rng.choice(
            (
                f"HP-{rng.randint(100000, 999999)}",
                f"{rng.randint(10**8, 10**9 - 1)}",
                f"VS {rng.randint(10, 99)}.{rng.randint(100000, 999999)}",
                f"PL{rng.randint(10**6, 10**7 - 1)}",
            )
        ),
        lost=lost,
        told=told,
        reported=lost + timedelta(days=rng.randint(0, 12)),
        cover=(start, start.replace(year=start.year + 1)),
        kind=kind,
        story=story,
        items=items,
        excess=rng.choice((0, 10000, 15000, 25000)),
        iban=ids.account(rng, country),
        currency=CURRENCY[country],
        country=country,
        defect=defect,
    )

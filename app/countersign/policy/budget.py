"""What an agent may spend: bounds of a case and of a day, each in the unit in which spending is counted."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from countersign.domain.base import Frozen

OLDER = {"seconds_per_document": "seconds_per_case"}
"""Names that older policies use, and what they are called now."""


class Bound(StrEnum):
    """What a budget bounds."""

    MONEY_PER_CASE = "money_per_case"
    MONEY_PER_DAY = "money_per_day"
    TOKENS_PER_CASE = "tokens_per_case"
    TOKENS_PER_DAY = "tokens_per_day"
    SECONDS_PER_CASE = "seconds_per_case"
    SECONDS_PER_DAY = "seconds_per_day"
    STEPS_PER_CASE = "steps_per_case"
    STEPS_PER_DAY = "steps_per_day"
    DOCUMENTS_PER_DAY = "documents_per_day"

    @property
    def of_day(self) -> bool:
        """Whether it is of a day; else it is of a case."""
        return self.value.endswith("_per_day")

    @property
    def counts(self) -> str:
        """What it counts, as `Spending` names it."""
        kind = self.value.partition("_")[0]
        return "milliseconds" if kind == "seconds" else kind


def _money(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,12}\.[0-9]{2} [A-Z]{3}", text):
        raise ValueError("write money as 5.00 EUR, in quotes")
    if _millionths(text) <= 0:
        raise ValueError("a budget of nothing is given by leaving the agent out of the plan")
    return text


def _millionths(money: str) -> int:
    amount, _, _ = money.partition(" ")
    return int(Decimal(amount) * 1_000_000)


Count = Annotated[int, Field(gt=0, le=10**12)]
Money = Annotated[str, AfterValidator(_money)]
"""``5.00 EUR``"""


class Budget(Frozen):
    """What an agent may spend on a case and on a day (UTC); what is not named is not bounded."""

    money_per_case: Money | None = None
    money_per_day: Money | None = None
    tokens_per_case: Count | None = None
    tokens_per_day: Count | None = None
    seconds_per_case: Count | None = None
    seconds_per_day: Count | None = None
    steps_per_case: Count | None = None
    """Rounds count as steps."""
    steps_per_day: Count | None = None
    documents_per_day: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _by_older_names(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        for older, name in OLDER.items():
            if older in given and name in given:
                raise ValueError(f"{older} is the older name of {name}; write one of the two")
        return {OLDER.get(name, name): value for name, value in given.items()}

    @property
    def currency(self) -> str | None:
        """The currency in which it is kept; None where it bounds no money."""
        return next((money.split()[1] for money in self._moneys()), None)

    @property
    def currencies(self) -> frozenset[str]:
        """Every currency that it names."""
        return frozenset(money.split()[1] for money in self._moneys())

    def _moneys(self) -> Iterator[str]:
        yield from filter(None, (self.money_per_case, self.money_per_day))

    @cached_property
    def bounds(self) -> dict[Bound, int]:
        """Return what is bounded, as it is counted: money in millionths, seconds in milliseconds."""
        found: dict[Bound, int] = {}
        for bound in Bound:
            value = getattr(self, bound.value)
            if value is None:
                continue
            if isinstance(value, str):
                found[bound] = _millionths(value)
            else:
                found[bound] = value * 1000 if bound.counts == "milliseconds" else value
        return found

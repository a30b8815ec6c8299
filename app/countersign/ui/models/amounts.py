"""Counts, times and money of agents, written for people in their own locale."""

from decimal import Decimal

from PySide6.QtCore import QLocale

from countersign.domain.agents_seen import BudgetUse, Spend, Unit, What
from countersign.domain.confidence import MILLION
from countersign.ui.look import agents_words as said
from countersign.ui.models import show

TIMES = (What.SECONDS, What.CASE_SECONDS)


class Amounts:
    """Writes figures of one locale."""

    def __init__(self, locale: QLocale) -> None:
        self._locale = locale

    def count(self, number: int) -> str:
        """Write a whole number."""
        return show.number(str(number), self._locale)

    def span(self, milliseconds: int | None) -> str:
        """Write a time in the unit that suits it."""
        if milliseconds is None:
            return said.NONE
        if milliseconds == 0:
            return "<\N{NO-BREAK SPACE}1\N{NO-BREAK SPACE}ms"
        for size, unit, from_on in ((3_600_000, "h", 3_600_000), (60_000, "min", 120_000), (1000, "s", 1000)):
            if milliseconds >= from_on:
                tenths = Decimal(milliseconds * 10 // size) / 10
                return f"{show.number(str(tenths), self._locale)}\N{NO-BREAK SPACE}{unit}"
        return f"{milliseconds}\N{NO-BREAK SPACE}ms"

    def money(self, millionths: int, currency: str) -> str:
        """Write an amount; what is less than a cent in full."""
        amount = (Decimal(millionths) / MILLION).normalize()
        cents = amount.quantize(Decimal("0.01"))
        exact = f"{cents if abs(amount) >= 1 or cents == amount else amount:f}"
        return f"{show.money(exact, self._locale)}\N{NO-BREAK SPACE}{currency}"

    def unit(self, value: int, unit: Unit) -> str:
        """Write a metric's figure."""
        match unit:
            case Unit.SHARE:
                return show.share(value, self._locale)
            case Unit.MILLISECONDS:
                return self.span(value)
            case Unit.MONEY:
                return self.money(value, "").strip()
        return self.count(value)

    def budget(self, one: BudgetUse, value: int) -> str:
        """Write how much of a budget."""
        if one.what is What.MONEY:
            return self.money(value, one.currency)
        return self.span(value) if one.what in TIMES else self.count(value)

    def spent(self, one: Spend) -> str:
        """Write what was spent in a bucket."""
        return said.spent(
            self.span(one.milliseconds) if one.milliseconds else "",
            self.count(one.tokens) if one.tokens else "",
            self.money(one.money, one.currency) if one.money else "",
        )

    def percent(self, share: int) -> str:
        """Write a share in parts per million as whole percent; what is not all is never 100, nor is it 0."""
        percent = round(share * 100 / MILLION)
        percent = min(percent, 99) if share < MILLION else percent
        return f"{max(percent, 1) if share else 0}\N{NO-BREAK SPACE}%"

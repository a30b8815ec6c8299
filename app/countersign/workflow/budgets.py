"""Holds agents to their budgets: what a step may spend at most is reserved before it begins.

Steps run side by side, so each takes what it could spend at worst out of what is left, and gives the rest
back when it is done: together they never overrun. A step that could overrun waits while others still hold
what they may give back; where nothing is left, it does not begin. A day is one of UTC. What a day and a case
have cost already comes from the record, so that a restart forgets nothing; money and tokens are put on the
record as reserved before they can be spent, so that a kill in between counts them as spent.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from datetime import date, datetime
from time import monotonic
from typing import Protocol

from countersign.domain import time
from countersign.domain.actor import Actor
from countersign.domain.agents_seen import ALERT_AT, BudgetUse, What
from countersign.domain.case import CaseFile
from countersign.domain.confidence import MILLION
from countersign.domain.event import BudgetReached, Draft, Settled, SpendReserved
from countersign.domain.plan import Cost
from countersign.domain.work import Alert, Spending
from countersign.policy.budget import Bound, Budget
from countersign.workflow.ports import Allowance, Ledger

SHARES = (ALERT_AT, MILLION)
"""Shares of a day's budget at which people are told."""
AT_LEAST, PER_PAGE = 120.0, 10.0
"""Seconds that a step may take where no budget says so: generous, because whoever takes longer is cut off."""
NO_BUDGET = Budget()
MOST_CASES = 2_000
"""Accounts of cases kept in memory, far more than are ever under way."""
LOOK_ANYWAY = 0.5
"""Seconds after which a step that waits asks again, because a policy or an order may have changed."""

_UNITS = {"milliseconds": 1000, "money": MILLION}


GRACE, A_LITTLE = 2.0, 0.1
"""Seconds, and the share of its time, that a step has beyond it before it is taken to hang."""


class OverBudget(Exception):
    """The step could spend more than is left, so it does not begin; the message says of what."""


class Books(Protocol):
    """What the record says was spent and told."""

    def spent(self, day: date) -> dict[str, Spending]:
        """Return what each agent has spent of a day's budget."""

    def alerts(self, first: date, last: date) -> tuple[Alert, ...]:
        """Return the alerts of these days."""


class Account:
    """What was spent of something, and what is held for steps under way."""

    def __init__(self, spent: Spending) -> None:
        self.spent: Counter[str] = Counter(spent.model_dump())
        self.held: Counter[str] = Counter()
        self.days: set[date] = set()
        """Of a case: the days on which it was counted as a document of the agent."""


def patience(pages: int) -> float:
    """Return the seconds that a step on so many pages may take where no budget says so."""
    return AT_LEAST + PER_PAGE * pages


def nothing_metered(_agent: str, _case: CaseFile) -> Cost:
    """Say of every agent that it spends time alone."""
    return Cost()


class Purse:
    """The budgets of all agents; safe from any thread."""

    def __init__(
        self,
        ledger: Ledger,
        books: Books,
        budget: Callable[[str], Budget | None],
        overseer: Actor,
        *,
        most: Callable[[str, CaseFile], Cost | None] = nothing_metered,
        clock: Callable[[], datetime] = time.now,
    ) -> None:
        """`budget` gives that of an agent as it is now; `overseer` writes what is reserved and told.

        `most` says what tokens and money one round of an agent on a case can cost at worst; None says that
        the agent will have nothing to do, and needs no budget for that.
        """
        self._ledger, self._books, self._budget = ledger, books, budget
        self._overseer, self._most, self._clock = overseer, most, clock
        self._change = threading.Condition()
        self._today: date | None = None
        self._days: dict[str, Account] = {}
        self._cases: OrderedDict[tuple[str, str], Account] = OrderedDict()
        self._told: set[tuple[str, str, int]] = set()

    def reserve(self, agent: str, case: CaseFile, step: str, look: Callable[[], None]) -> "Reserved":
        """Take what a step may spend at most; waits while steps under way may give something back.

        `look` is called now and then and may raise. Raises OverBudget.
        """
        want = self._most(agent, case)
        if want is None:
            return Reserved.unbounded(case)
        asked = Counter(tokens=want.tokens, money=want.money, steps=1, milliseconds=_ms(patience(case.pages)))
        over: OverBudget | None = None
        with self._change:
            while True:
                look()
                budget = self._budget(agent) or NO_BUDGET
                hold = _Hold(self, agent, self._day(agent), self._case(agent, case), budget)
                asked["documents"] = 0 if hold.day in hold.of_case.days else 1
                try:
                    granted = hold.grant(asked)
                except OverBudget as error:
                    over = error
                    break
                if granted is not None:
                    hold.take(granted)
                    break
                self._change.wait(LOOK_ANYWAY)
        if over is not None:
            self._tell(hold)
            raise over
        return self._on_record(Reserved(hold, hold.held), case, step)

    def _on_record(self, reserved: "Reserved", case: CaseFile, step: str) -> "Reserved":
        hold, granted = reserved.hold, reserved.granted
        if hold is None or not (granted["tokens"] or granted["money"]):
            return reserved
        event = SpendReserved(
            agent=hold.agent,
            step=step,
            day=hold.day.isoformat(),
            tokens=granted["tokens"],
            money=granted["money"],
        )
        try:
            self._ledger.append([Draft(event=event, actor=self._overseer, case=case.id)])
        except BaseException:
            self.settle(hold, Counter())
            raise
        reserved.is_on_record = True
        return reserved

    def settle(self, hold: "_Hold", spent: Counter[str]) -> None:
        """Book what was spent in the place of what was held."""
        with self._change:
            hold.settle(spent)
            self._change.notify_all()
        self._tell(hold)

    def _tell(self, hold: "_Hold") -> None:
        """Put on the record which shares of its day's budgets an agent has reached, each once a day."""
        drafts: list[Draft] = []
        with self._change:
            if hold.day != self._today:
                return
            for bound, limit in hold.bounds.items():
                for share in SHARES:
                    told = (hold.agent, bound.value, share)
                    spent = hold.of_day.spent[bound.counts]
                    if bound.of_day and told not in self._told and spent * MILLION >= limit * share:
                        self._told.add(told)
                        drafts.append(self._alert(hold, bound, limit, share))
        if drafts:
            self._ledger.append(drafts)

    def _alert(self, hold: "_Hold", bound: Bound, limit: int, share: int) -> Draft:
        day = hold.day.isoformat()
        event = BudgetReached(agent=hold.agent, what=bound.value, share=share, limit=limit, day=day)
        effect = f"budget/{day}/{hold.agent}/{bound.value}/{share}"
        return Draft(event=event, actor=self._overseer, effect=effect)

    def _day(self, agent: str) -> tuple[date, Account]:
        today = self._clock().date()
        if today != self._today:
            spent = self._books.spent(today)
            self._told = {(told.agent, told.what, told.share) for told in self._books.alerts(today, today)}
            self._days = {name: Account(one) for name, one in spent.items()}
            self._today = today
        return today, self._days.setdefault(agent, Account(Spending()))

    def _case(self, agent: str, case: CaseFile) -> Account:
        key = (case.id, agent)
        account = self._cases.get(key)
        if account is None:
            account = self._cases[key] = Account(case.spent.get(agent, Spending()))
        self._cases.move_to_end(key)
        if len(self._cases) > MOST_CASES:
            self._cases.popitem(last=False)
        return account


class _Hold:
    """What one step holds of its agent's day and of its case; only touched under the purse's lock."""

    def __init__(
        self, purse: Purse, agent: str, day: tuple[date, Account], of_case: Account, budget: Budget
    ) -> None:
        self.purse, self.agent = purse, agent
        self.day, self.of_day = day
        self.of_case = of_case
        self.budget = budget
        self.bounds = budget.bounds
        self.held: Counter[str] = Counter()

    def grant(self, asked: Counter[str]) -> Counter[str] | None:
        """Return what may be held, None while others hold too much of it; raises OverBudget."""
        granted, must_wait = Counter(asked), False
        for bound, limit in self.bounds.items():
            kind = bound.counts
            if not asked[kind]:
                continue
            account = self.of_day if bound.of_day else self.of_case
            left = limit - account.spent[kind]
            if left <= 0:
                raise OverBudget(self._spent_up(bound, limit))
            free = left - account.held[kind]
            if free >= asked[kind]:
                continue
            must_wait = must_wait or account.held[kind] > 0
            granted[kind] = min(granted[kind], free)
        return None if must_wait else granted

    def take(self, granted: Counter[str]) -> None:
        """Hold it."""
        self.held = granted
        for account in (self.of_day, self.of_case):
            account.held.update(granted)

    def settle(self, spent: Counter[str]) -> None:
        """Hold it no longer, and book what was spent."""
        spent = Counter(spent)
        if self.day in self.of_case.days:
            spent["documents"] = 0  # another step made it one of the day's already
        elif spent["documents"]:
            self.of_case.days.add(self.day)
        for account in (self.of_day, self.of_case):
            account.held.subtract(self.held)
            account.spent.update(spent)

    @property
    def rounds(self) -> int | None:
        """How many rounds the step may take, with the one that is held; None where nothing bounds them."""
        limit = self.bounds.get(Bound.STEPS_PER_CASE)
        return None if limit is None else limit - self.of_case.spent["steps"]

    def _spent_up(self, bound: Bound, limit: int) -> str:
        of = "today" if bound.of_day else "this case"
        kind = bound.value.partition("_")[0]
        amount = limit // _UNITS.get(bound.counts, 1)
        said = f"{amount:,} {kind if amount != 1 else kind.removesuffix('s')}"
        if bound.counts == "money":
            said = f"{limit / MILLION:,.2f} {self.budget.currency}"
        return f"{self.agent}: all of the {said} that it may spend on {of} is spent"


class Reserved:
    """Leave to take one step (a Permit as ports.py asks for)."""

    def __init__(self, hold: _Hold | None, granted: Counter[str]) -> None:
        self.hold, self.granted = hold, granted
        self.is_on_record = False
        self.settled: Settled | None = None
        """The reservation on the record that is over, once what was spent is known."""
        self.rounds = hold.rounds if hold else None
        """How many rounds the step may take, this one included; None where nothing bounds them."""
        self._began = monotonic()
        self._is_open = True

    @property
    def allowance(self) -> Allowance:
        """The most that the step may spend."""
        return Allowance(
            seconds=self.granted["milliseconds"] / 1000,
            tokens=self.granted["tokens"] or None,
            money=self.granted["money"] or None,
        )

    @property
    def seconds(self) -> float:
        """Seconds after which the step is taken to hang: a little more than it may take."""
        return GRACE + (1 + A_LITTLE) * self.granted["milliseconds"] / 1000

    def spent(self, cost: Cost, *, was_idle: bool = False) -> None:
        """Book what the step did spend; one that had nothing to do counts as none."""
        n = 0 if was_idle else 1
        spent = Counter(
            tokens=cost.tokens,
            money=cost.money,
            milliseconds=cost.milliseconds,
            steps=n,
            documents=n * self.granted["documents"],
        )
        if self.is_on_record and self.hold is not None:
            self.settled = Settled(
                agent=self.hold.agent,
                day=self.hold.day.isoformat(),
                tokens=self.granted["tokens"],
                money=self.granted["money"],
            )
        self._book(spent)

    @classmethod
    def unbounded(cls, case: CaseFile) -> "Reserved":
        """Give leave for which nothing is held."""
        return cls(None, Counter(milliseconds=_ms(patience(case.pages))))

    def give_back(self) -> None:
        """Give all of it back: the step does not begin."""
        self._book(Counter())

    def close(self) -> None:
        """Book all that might have been spent where nobody has said what was."""
        spent = Counter(self.granted)
        spent["milliseconds"] = _ms(monotonic() - self._began)
        self._book(spent)

    def _book(self, spent: Counter[str]) -> None:
        if self._is_open and self.hold is not None:
            self._is_open = False
            self.hold.purse.settle(self.hold, spent)


def uses(budget: Budget, spent: Spending) -> tuple[BudgetUse, ...]:
    """Return how much of each of an agent's budgets of a day is used."""
    used = spent.model_dump()
    return tuple(
        BudgetUse(
            what=What(bound.value),
            used=used[bound.counts],
            limit=limit,
            currency=budget.currency or "EUR",
        )
        for bound, limit in budget.bounds.items()
        if bound.of_day
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)

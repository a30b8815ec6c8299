"""What steers the agents, in plain words: orders, plans, budgets, priorities, and the steps they took."""

from collections.abc import Callable
from decimal import Decimal
from functools import singledispatch

from countersign.domain.confidence import MILLION, percent
from countersign.domain.event import (
    Admission,
    BudgetReached,
    How,
    PlanActivated,
    PlanChosen,
    PlanProposed,
    Prioritised,
    Scope,
    SpendReserved,
    StepsTaken,
    VersionAdmitted,
    WorkResumed,
    WorkStopped,
)
from countersign.domain.orders import BY_FILE
from countersign.domain.plan import StepEnd
from countersign.domain.signature import Signature

Control = (
    WorkStopped
    | WorkResumed
    | PlanProposed
    | PlanActivated
    | VersionAdmitted
    | BudgetReached
    | PlanChosen
    | StepsTaken
    | SpendReserved
    | Prioritised
)

_HOW = {How.PAUSE: "Paused", How.KILL: "Stopped"}
_ENDS = {StepEnd.NOTHING: "had nothing to do", StepEnd.FAILED: "failed", StepEnd.FOR_PERSON: "for a person"}
_WHERE = {1: "forward", -1: "back", 0: "to its usual place"}


@singledispatch
def tell_control(event: object, klass: Callable[[str], str]) -> str | None:
    """Say in one line what an event means, None when it does not steer; `klass` gives a class's label."""
    return None


@tell_control.register
def _(event: WorkStopped, klass: Callable[[str], str]) -> str:
    reached = _reached(event.scope, event.name, klass)
    return f"{_HOW[event.how]} {reached}: {event.reason}; {_ordered(event.signature)}"


@tell_control.register
def _(event: WorkResumed, klass: Callable[[str], str]) -> str:
    reached = _reached(event.scope, event.name, klass)
    return f"Let {reached} go on: {event.reason}; {_ordered(event.signature)}"


@tell_control.register
def _(event: PlanProposed, klass: Callable[[str], str]) -> str:
    signed = f"signed by {event.signature.name}"
    return f"Proposed the plan {event.plan} ({event.digest[:12]}): {event.reason}; {signed}"


@tell_control.register
def _(event: PlanActivated, klass: Callable[[str], str]) -> str:
    return f"Made the plan {event.plan} ({event.digest[:12]}) active: {adopted(event)}"


@tell_control.register
def _(event: VersionAdmitted, klass: Callable[[str], str]) -> str:
    after = f" after {event.before}" if event.before else ""
    signed = f", signed by {event.signature.name}" if event.signature else ""
    return f"Let the agent {event.agent} work{after}: {event.reason}{_measured(event)}{signed}"


@tell_control.register
def _(event: BudgetReached, klass: Callable[[str], str]) -> str:
    share = "all" if event.share >= MILLION else f"at least {percent(event.share)}"
    return f"{event.agent} has spent {share} of its {budget(event.what)} of {event.day}"


@tell_control.register
def _(event: PlanChosen, klass: Callable[[str], str]) -> str:
    again = f" for run {event.run}" if event.run > 1 else ""
    return f"Follows the plan {event.plan} ({event.digest[:12]}){again}"


@tell_control.register
def _(event: StepsTaken, klass: Callable[[str], str]) -> str:
    return _steps(event)


@tell_control.register
def _(event: SpendReserved, klass: Callable[[str], str]) -> str:
    most = spend(event.tokens, event.money)
    return f"Set aside for {event.agent} at {spaced(event.step)}: at most {most}"


@tell_control.register
def _(event: Prioritised, klass: Callable[[str], str]) -> str:
    where = _WHERE[(event.priority > 0) - (event.priority < 0)]
    told = f"Moved the case {where}" + (f" (priority {event.priority})" if event.priority else "")
    return f"{told}: {event.reason}"


def _measured(event: VersionAdmitted) -> str:
    if not event.figures:
        return "; nothing was measured of it" if event.how is not Admission.RELEASE else ""
    worse = [f"{figure.cases}, {figure.klass}" for figure in event.figures if figure.is_worse]
    told = f"; measured on {len(event.figures)} sets of documents"
    return f"{told}, worse than before on {', '.join(worse)}" if worse else told


def adopted(event: PlanActivated) -> str:
    """Say whose plan it is, and who adopted it."""
    if event.signature is None:
        return "it ships with the program"
    proposed = f"proposed by {event.proposed_by}, " if event.proposed_by else ""
    return f"{proposed}adopted and signed by {event.signature.name}"


def budget(what: str) -> str:
    """Name a budget of a policy: ``tokens a day``."""
    return {"documents_per_day": "documents a day", "money_per_day": "money a day"}.get(
        what, spaced(what.replace("_per_", "_a_"))
    )


def spend(tokens: int, money: int, currency: str = "") -> str:
    """Write tokens and money, the latter in millionths of a currency; what is none is left out."""
    told = [f"{tokens:,} tokens"] if tokens or not money else []
    if money:
        told.append(f"{amount(money)} {currency}".rstrip() if currency else f"{amount(money)} in money")
    return " and ".join(told)


def amount(money: int) -> str:
    """Write millionths of a currency: two decimals, or as many as the figure needs to be seen."""
    value = Decimal(money) / MILLION
    cents = value.quantize(Decimal("0.01"))
    return f"{cents:,}" if abs(value) >= 1 or cents == value else f"{value.normalize():f}"


def seconds(milliseconds: int) -> str:
    """Write a time that a machine took: ``12 ms``, ``3.4 s``, ``2 min 5 s``."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, rest = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def spaced(code: str) -> str:
    """Write a code as words."""
    return code.replace("_", " ")


def _steps(event: StepsTaken) -> str:
    count = len(event.steps)
    took = max((s.began + s.cost.milliseconds for s in event.steps), default=0)
    said = f"{count} {'step' if count == 1 else 'steps'} in {seconds(took)}"
    tokens, money = (sum(getattr(s.cost, name) for s in event.steps) for name in ("tokens", "money"))
    paid = f" for {spend(tokens, money)}" if tokens or money else ""
    ends = (
        f"{', '.join(spaced(s.step) for s in event.steps if s.end is end)} {words}"
        for end, words in _ENDS.items()
        if any(s.end is end for s in event.steps)
    )
    return "; ".join((f"Took {said}{paid}", *ends))


def _reached(scope: Scope, name: str, klass: Callable[[str], str]) -> str:
    if scope is Scope.ALL:
        return "all agents"
    return f"the agent {name}" if scope is Scope.AGENT else f"the class {klass(name)}"


def _ordered(signature: Signature | None) -> str:
    return f"signed by {signature.name}" if signature else f"by {BY_FILE}"

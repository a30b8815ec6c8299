"""How an agent stands, as a row of the list and as panels of the page; pure words and figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QLocale

from countersign.domain.agents_seen import (
    ALERT_AT,
    AgentDay,
    AgentFile,
    AgentVersion,
    BudgetUse,
    Live,
    Metric,
)
from countersign.domain.confidence import MILLION
from countersign.domain.orders import Order
from countersign.domain.time import now
from countersign.ui.look import agents_words as said
from countersign.ui.look.colours import Tone
from countersign.ui.look.marks import Mark
from countersign.ui.models import show
from countersign.ui.models.amounts import Amounts

Namer = Callable[[str], str]


class State(StrEnum):
    """How an agent stands, the most telling first."""

    NOT_CONFIGURED = "not_configured"
    BARRED = "barred"
    """Its version is not admitted, or something else keeps it from working."""
    STOPPED = "stopped"
    OVER_BUDGET = "over_budget"
    WORKING = "working"
    OFF = "off"
    IDLE = "idle"


STATES = {
    State.NOT_CONFIGURED: (said.NOT_CONFIGURED, Mark.HATCH, Tone.QUIET),
    State.BARRED: (said.BARRED, Mark.FLAG, Tone.DOUBT),
    State.STOPPED: (said.STOPPED, Mark.FLAG, Tone.POOR),
    State.OVER_BUDGET: (said.OVER_BUDGET, Mark.FLAG, Tone.DOUBT),
    State.WORKING: (said.WORKING, Mark.BOLT, Tone.SURE),
    State.OFF: (said.OFF, Mark.DASH, Tone.QUIET),
    State.IDLE: (said.IDLE, Mark.HOLLOW, Tone.QUIET),
}


@dataclass(frozen=True)
class Share:
    """How full a bar is."""

    used: float
    """0 to 1; more is cut."""
    tone: Tone


@dataclass(frozen=True)
class Row:
    """An agent in the list."""

    name: str
    state: State
    says: str
    figures: str
    share: Share | None
    tightest: str
    signals: int
    is_grave: bool

    @property
    def spoken(self) -> str:
        """The whole for a screen reader."""
        signals = said.looked_at(self.signals) if self.signals else ""
        return ", ".join(filter(None, (self.name, self.says, self.figures, self.tightest, signals)))


@dataclass(frozen=True)
class Line:
    """A line of a panel."""

    name: str
    text: str
    tone: Tone = Tone.QUIET
    share: Share | None = None
    case: str | None = None
    note: str = ""
    """A quiet word below the text."""
    tip: str = ""


@dataclass(frozen=True)
class Panel:
    """A card of the page."""

    title: str
    about: str
    lines: tuple[Line, ...]
    empty: str = ""
    hours: tuple[int, ...] = ()
    """Steps by hour of this place, where the panel has any."""


@dataclass(frozen=True)
class Face:
    """The chosen agent."""

    name: str
    purpose: str
    state: State
    says: str
    tiles: tuple[tuple[str, str], ...]
    panels: tuple[Panel, ...]
    can_pause: bool
    can_kill: bool
    can_resume: bool


class Teller:
    """Puts agents into words, for one locale and one language of classes and reasons."""

    def __init__(self, locale: QLocale, klass: Namer, reason: Namer) -> None:
        """`klass` and `reason` name a class and a reason code for people."""
        self._locale, self._klass, self._reason = locale, klass, reason
        self._amounts = Amounts(locale)

    # -- the list -------------------------------------------------------------------------------------

    def row(self, file: AgentFile, day: AgentDay, live: Live | None) -> Row:
        """Return an agent's row of the list."""
        state = state_of(file, day, live)
        tight = max(day.budgets, key=lambda one: one.share, default=None)
        return Row(
            name=file.name,
            state=state,
            says=self.says(file, state, live),
            figures=self._figures(day),
            share=_filled(tight) if tight else None,
            tightest=said.tightest(said.WHATS[tight.what], self._amounts.percent(tight.share))
            if tight
            else "",
            signals=len(day.signals),
            is_grave=any(signal.is_grave for signal in day.signals),
        )

    def says(self, file: AgentFile, state: State, live: Live | None) -> str:
        """Say how an agent stands, and what it works on."""
        steps = [step for step in live.steps if step.agent == file.name] if live else []
        if steps and state is State.STOPPED:
            return said.STOPPING
        if steps and state is not State.OVER_BUDGET:
            first = steps[0]
            klass = self._klass(first.klass) if first.klass else said.NOT_CLASSIFIED
            return said.working(len(steps), short(first.case), klass)
        return STATES[state][0]

    def _figures(self, day: AgentDay) -> str:
        if not day.steps:
            return said.NOTHING_TODAY
        count = self._amounts.count
        return said.figures(
            steps=count(day.steps),
            documents=count(day.documents),
            to_people=count(day.escalations),
            failed=count(day.failures) if day.failures else "",
            median=self._amounts.span(day.median),
        )

    # -- the page -------------------------------------------------------------------------------------

    def face(self, file: AgentFile, day: AgentDay, live: Live | None) -> Face:
        """Return all that the page shows of an agent."""
        state = state_of(file, day, live)
        order = live.orders.against(file.name) if live else None
        return Face(
            name=file.name,
            purpose=file.purpose,
            state=state,
            says=self.says(file, state, live),
            tiles=(
                (said.STEPS, self._amounts.count(day.steps)),
                (said.DOCUMENTS, self._amounts.count(day.documents)),
                (said.TO_PEOPLE, self._amounts.count(day.escalations)),
                (said.FAILED, self._amounts.count(day.failures)),
                (said.MEDIAN, self._amounts.span(day.median)),
            ),
            panels=self._panels(file, day, live, order),
            can_pause=order is None,
            can_kill=order is None or order.how.value == "pause",
            can_resume=order is not None and not order.is_by_file and live is not None and live.may_resume,
        )

    def _panels(
        self, file: AgentFile, day: AgentDay, live: Live | None, order: Order | None
    ) -> tuple[Panel, ...]:
        return (
            self._now(file, live, order),
            self._measured(file),
            self._budget(day),
            Panel(
                said.OUTCOMES,
                "",
                (*self._outcomes(day), *self._reasons(day)),
                said.OUTCOMES_NOTHING,
                _here(day.by_hour),
            ),
            self._signals(day),
            self._who(file),
            self._versions(file),
        )

    def _now(self, file: AgentFile, live: Live | None, order: Order | None) -> Panel:
        steps = [step for step in live.steps if step.agent == file.name] if live else []
        lines = [
            Line(
                short(step.case),
                said.step(
                    step.step,
                    self._klass(step.klass) if step.klass else said.NOT_CLASSIFIED,
                    self._amounts.span(_since(step.since)),
                ),
                case=step.case,
            )
            for step in steps
        ]
        if order is not None:
            since = show.moment(order.at, self._locale)[:-3]
            lines.insert(0, Line(said.STOPPED, said.halted(order.by, since, order.reason), Tone.POOR))
        if file.to_configure:
            lines.append(Line(said.TO_CONFIGURE, file.to_configure))
        is_off = live is not None and not live.is_served
        return Panel(said.NOW, "", tuple(lines), said.NOW_OFF if is_off else said.NOW_NOTHING)

    def _measured(self, file: AgentFile) -> Panel:
        found = [(said.NORTH_STAR, file.north_star)] if file.north_star else []
        found += [(said.GUARDRAIL, metric) for metric in file.guardrails]
        lines = tuple(self._metric(role, metric) for role, metric in found if metric is not None)
        return Panel(said.MEASURED, said.MEASURED_ABOUT, lines, said.MEASURED_NOTHING)

    def _metric(self, role: str, metric: Metric) -> Line:
        value = said.NOT_MEASURED if metric.value is None else self._amounts.unit(metric.value, metric.unit)
        target = "" if metric.target is None else self._amounts.unit(metric.target, metric.unit)
        since = show.day(metric.since.isoformat(), self._locale) if metric.since else ""
        met, tone = {True: (said.MET, Tone.SURE), False: (said.MISSED, Tone.POOR), None: ("", Tone.QUIET)}[
            metric.is_met
        ]
        return Line(
            metric.name.capitalize(),
            said.metric(value, target, met, more_is_better=metric.more_is_better),
            tone,
            note=said.measured_over(role, metric.said, metric.sample, since),
        )

    def _budget(self, day: AgentDay) -> Panel:
        lines = [
            Line(
                said.WHATS[one.what],
                said.used(
                    self._amounts.budget(one, one.used),
                    self._amounts.budget(one, one.limit),
                    self._amounts.percent(one.share),
                ),
                Tone.QUIET if one.share < ALERT_AT else _filled(one).tone,
                share=_filled(one),
            )
            for one in day.budgets
        ]
        lines += [Line(said.BUCKETS[one.bucket], self._amounts.spent(one)) for one in day.spend]
        return Panel(said.BUDGET, said.BUDGET_ABOUT, tuple(lines), said.BUDGET_NOTHING)

    def _outcomes(self, day: AgentDay) -> tuple[Line, ...]:
        total = sum(one.count for one in day.outcomes)
        return tuple(
            Line(
                said.ROUTES.get(one.code, one.code.replace("_", " ")),
                f"{self._amounts.count(one.count)} ({self._amounts.percent(one.count * MILLION // total)})",
                share=Share(one.count / total, Tone.PERSON),
            )
            for one in day.outcomes
            if one.count
        )

    def _reasons(self, day: AgentDay) -> tuple[Line, ...]:
        return tuple(
            Line(
                said.REASONS if not at else "", f"{self._amounts.count(one.count)}  {self._reason(one.code)}"
            )
            for at, one in enumerate(day.reasons)
        )

    def _signals(self, day: AgentDay) -> Panel:
        lines = tuple(
            Line(said.SIGNS[one.sign], one.said, Tone.POOR if one.is_grave else Tone.DOUBT)
            for one in day.signals
        )
        return Panel(said.SIGNALS, "", lines, said.SIGNALS_NOTHING)

    def _who(self, file: AgentFile) -> Panel:
        version = file.in_force
        rows = [
            Line(said.OWNER, _role(file.owner)),
            Line(said.STEWARD, _role(file.steward)),
            Line(said.TIER, said.tier(file.tier)),
            Line(said.TOOLS, ", ".join(file.tools) or said.NO_TOOLS),
            Line(said.CLASSES, ", ".join(map(self._klass, file.classes)) or said.ALL_CLASSES),
        ]
        if version is not None:
            rows += [
                Line(said.VERSION, version.version),
                *([Line(said.MODEL, version.model)] if version.model else []),
                Line(said.DIGEST, f"{version.digest[:16]}…", tip=version.digest),
                Line(said.KEY, version.key),
            ]
        policies = [
            Line(said.POLICY, f"{one.policy}, {one.digest[:12]}…", tip=one.digest) for one in file.policies
        ]
        return Panel(said.WHO, "", (*rows, *(policies or [Line(said.POLICY, said.NO_POLICY)])))

    def _versions(self, file: AgentFile) -> Panel:
        lines = []
        for version in file.versions:
            since = show.moment(version.enrolled_at, self._locale)[:-3]
            until = show.moment(version.until, self._locale)[:-3] if version.until else ""
            lines.append(Line(said.version_name(version.version), said.enrolled(since, until)))
            told = self._evaluations(version)
            lines += told or [Line("", said.NOT_EVALUATED)]
        return Panel(said.VERSIONS, said.VERSIONS_ABOUT, tuple(lines), said.VERSIONS_NOTHING)

    def _evaluations(self, version: AgentVersion) -> list[Line]:
        """Return a line for each class, with all frozen sets on which the version was tried."""
        by_class: dict[str, list[str]] = {}
        for one in version.evaluations:
            told = said.evaluated(
                show.share(one.value, self._locale),
                show.share(one.before, self._locale) if one.before is not None else "",
                one.documents,
                is_admitted=one.is_admitted,
            )
            by_class.setdefault(one.klass, []).append(told)
        return [Line(self._klass(klass), "; ".join(told)) for klass, told in by_class.items()]


def state_of(file: AgentFile, day: AgentDay, live: Live | None) -> State:
    """Return how an agent stands."""
    if live is not None and live.orders.against(file.name) is not None:
        return State.STOPPED
    if file.to_configure is not None:
        return State.BARRED if file.versions else State.NOT_CONFIGURED
    if day.is_over_budget:
        return State.OVER_BUDGET
    if live is not None and any(step.agent == file.name for step in live.steps):
        return State.WORKING
    return State.OFF if live is not None and not live.is_served else State.IDLE


def short(case: str) -> str:
    """Return as much of a case's number as tells it from others at a glance."""
    return case if len(case) <= 12 else f"…{case[-8:]}"


def _filled(one: BudgetUse) -> Share:
    tone = Tone.POOR if one.share >= MILLION else Tone.DOUBT if one.share >= ALERT_AT else Tone.SURE
    return Share(one.share / MILLION, tone)


def _since(then: datetime) -> int:
    return max(0, round((now() - then).total_seconds() * 1000))


def _role(name: str) -> str:
    return name.removeprefix("role:").replace("_", " ")


def _here(by_hour: tuple[int, ...]) -> tuple[int, ...]:
    """Turn hours in UTC into hours of this place, to the nearest hour."""
    offset = now().astimezone().utcoffset()
    shift = round(offset.total_seconds() / 3600) if offset else 0
    return tuple(by_hour[(at - shift) % len(by_hour)] for at in range(len(by_hour)))

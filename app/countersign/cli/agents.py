"""`agents`: who the agents are, what they do just now, what they did today, and what that cost."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.terminal import emit
from countersign.domain.errors import Trouble

if TYPE_CHECKING:
    from rich.table import Table

    from countersign.domain.agents_seen import AgentDay, AgentFile, BudgetUse, Live, Metric
    from countersign.settings.home import Home
    from countersign.wiring.agents import DeskAgents

commands = typer.Typer(
    name="agents",
    help="The agents: who they are, what they do just now, what they did, and what that cost.",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="An agent, such as reader.local.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="For the record; it names no one.")]
Watch = Annotated[bool, typer.Option("--watch", help="Keep it up to date until Ctrl+C.")]
EVERY = 0.5
"""Seconds between looks while somebody watches."""


@commands.callback(invoke_without_command=True)
def overview(
    context: typer.Context, watch: Watch = False, home: Where = None, as_json: AsJson = False
) -> int:
    """Say who works on what, what came of it today, and what needs a person."""
    if home is not None:
        context.obj = home
    if context.invoked_subcommand is not None:
        return 0
    return _list(home_of(context, home), watch, as_json)


@commands.command("list")
def list_(context: typer.Context, watch: Watch = False, home: Where = None, as_json: AsJson = False) -> int:
    """Say the same as `agents` alone."""
    return _list(home_of(context, home), watch, as_json)


@commands.command()
def show(context: typer.Context, name: Name, home: Where = None, as_json: AsJson = False) -> int:
    """Show an agent: owner, steward, tools, classes, what it is measured by, its versions and keys."""
    from countersign.wiring.agents import agents, known

    with agents(home_of(context, home)) as desk:
        file = next(one for one in desk.files() if one.name == known(name))
        day, live = _day(desk, name), desk.live()
    if as_json:
        emit({**file.model_dump(mode="json"), "today": day.model_dump(mode="json")})
        return 0
    _show(file, live)
    return 0


@commands.command()
def plans(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Say which agent does which step of which class."""
    from countersign.wiring.agents import agents

    with agents(home_of(context, home)) as desk:
        found = desk.plans()
    if as_json:
        for one in found:
            emit(one.model_dump(mode="json", exclude={"plan": {"text"}}))
        return 0
    from countersign.cli.tables import console, table

    rows = (
        [one.klass or "(every case)", one.plan.name, step.step, step.layer, step.by, ", ".join(step.after)]
        for one in found
        for step in one.plan.steps
    )
    console().print(table(["class", "plan", "step", "layer", "by", "after"], rows))
    return 0


@commands.command()
def budget(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Say how much of its budgets each agent has used today."""
    from countersign.wiring.agents import agents

    with agents(home_of(context, home)) as desk:
        found = [(day.agent, use) for day in desk.today().agents for use in day.budgets]
    if as_json:
        for name, use in found:
            emit({"agent": name, **use.model_dump(mode="json"), "share": use.share})
        return 0
    from countersign.cli.tables import console, table

    rows = (
        [name, use.what.replace("_", " "), *_used(use), f"{use.share / 10_000:.0f} %"] for name, use in found
    )
    right = ["used", "of", "share"]
    console().print(table(["agent", "budget", *right], rows, right=right))
    return 0


@commands.command()
def sheet(
    context: typer.Context,
    name: Name,
    *,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], metavar="DAY", help="Else of seven days."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it as .pdf or .txt instead.")
    ] = None,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Print an agent's review sheet: throughput, quality, people's time, cost, notable failures, actions."""
    from countersign.insight.review_sheet import lines
    from countersign.wiring.agents import agents, period_of

    period = period_of(since.date() if since is not None else None)
    with agents(home_of(context, home)) as desk:
        if out is not None:
            desk.save_sheet(name, period, out)
            typer.echo(str(out))
            return 0
        made = desk.sheet(name, period)
    if as_json:
        emit(made)
        return 0
    from countersign.cli.terminal import plain

    for line in lines(made):
        typer.echo(plain(line))
    return 0


@commands.command()
def admit(
    context: typer.Context, name: Name, *, reason: Why, home: Where = None, as_json: AsJson = False
) -> int:
    """Let a version of an agent work that waits for a person, on the figures that are shown."""
    from countersign.wiring.plans import reviews

    with reviews(home_of(context, home), signs=True) as desk:
        event = desk.admitting.admit(name, reason)
    if as_json:
        emit(event)
        return 0
    from countersign.cli.tables import console, table

    if event.figures:
        rows = ([f.cases, f.klass, f.documents, _f1(f.before), _f1(f.f1)] for f in event.figures)
        right = ["documents", "before", "now"]
        console().print(table(["set", "class", *right], rows, right=right))
    else:
        console().print("Nothing is measured of this agent by itself.")
    console().print(f"{event.agent} may work from now on, by your word.")
    return 0


@commands.command()
def pause(
    context: typer.Context, name: Name, *, reason: Why, home: Where = None, as_json: AsJson = False
) -> int:
    """Let an agent end its steps under way and begin no other: `stop --pause --agent NAME`."""
    from countersign.cli import stopping as job

    root = home_of(context, home)
    return job.stop(root, agent=name, klass=None, pause=True, reason=reason, as_json=as_json)


@commands.command()
def kill(
    context: typer.Context, name: Name, *, reason: Why, home: Where = None, as_json: AsJson = False
) -> int:
    """Cut an agent off at once: `stop --agent NAME`."""
    from countersign.cli import stopping as job

    root = home_of(context, home)
    return job.stop(root, agent=name, klass=None, pause=False, reason=reason, as_json=as_json)


@commands.command()
def resume(
    context: typer.Context, name: Name, *, reason: Why, home: Where = None, as_json: AsJson = False
) -> int:
    """Let an agent that was stopped go on: `resume --agent NAME`."""
    from countersign.cli import stopping as job

    return job.resume(home_of(context, home), agent=name, klass=None, reason=reason, as_json=as_json)


# -- how it looks ----------------------------------------------------------------------------------------


def _list(home: "Home", watch: bool, as_json: bool) -> int:
    from countersign.cli.tables import console
    from countersign.wiring.agents import agents

    with agents(home) as desk:
        if watch and not as_json:
            _watch(desk)
            return 0
        files, live = desk.files(), desk.live()
        days = {day.agent: day for day in desk.today().agents}
    if as_json:
        for file in files:
            steps = [step for step in live.steps if step.agent == file.name]
            day = days.get(file.name)
            emit(
                {
                    "agent": file.name,
                    "version": file.in_force.version if file.in_force else None,
                    "state": _state(file, live),
                    "now": [step.model_dump(mode="json", exclude={"agent"}) for step in steps],
                    "today": day.model_dump(mode="json", exclude={"agent"}) if day else None,
                }
            )
        return 0
    shown = console()
    shown.print(_overview(files, days, live))
    for line in _notes(days.values(), live):
        shown.print(line)
    return 0


def _watch(desk: "DeskAgents") -> None:
    """Show the agents until Ctrl+C."""
    import threading

    from rich.console import Group
    from rich.live import Live as Screen
    from rich.text import Text

    from countersign.cli.tables import console

    moment, files = threading.Event(), desk.files()

    def picture() -> Group:
        days, live = {day.agent: day for day in desk.today().agents}, desk.live()
        notes = (Text(line) for line in (*_notes(days.values(), live), "Ctrl+C ends this."))
        return Group(_overview(files, days, live), *notes)

    if not console().is_terminal:
        raise Trouble("--watch needs a terminal. Without it, `countersign agents --json` says how it stands.")
    with Screen(picture(), console=console(), auto_refresh=False) as screen:
        try:
            while not moment.wait(EVERY):
                screen.update(picture(), refresh=True)
        except KeyboardInterrupt:
            return


def _overview(files: Iterable["AgentFile"], days: dict[str, "AgentDay"], live: "Live") -> "Table":
    from countersign.cli.tables import table
    from countersign.insight.tell_control import seconds

    rows = []
    for file in files:
        day = days.get(file.name)
        most = max(day.budgets, key=lambda use: use.share, default=None) if day else None
        rows.append(
            [
                file.name,
                file.in_force.version if file.in_force else "",
                file.owner,
                _state(file, live),
                *((day.steps, day.documents, day.escalations, day.failures) if day else (0, 0, 0, 0)),
                seconds(day.median) if day and day.median is not None else "",
                f"{most.share / 10_000:.0f} %" if most else "",
            ]
        )
    right = ["steps", "documents", "to people", "failed", "median", "budget"]
    return table(["agent", "version", "owner", "now", *right], rows, right=right)


def _state(file: "AgentFile", live: "Live") -> str:
    order = live.orders.against(file.name)
    if order is not None:
        return f"{'paused' if order.how == 'pause' else 'stopped'} by {order.by}: {order.reason}"
    if file.to_configure is not None:
        from countersign.wiring.agents import NOT_CONFIGURED

        is_missing = file.to_configure == NOT_CONFIGURED
        return f"not configured: {file.to_configure}" if is_missing else file.to_configure
    steps = [step for step in live.steps if step.agent == file.name]
    if len(steps) == 1:
        return f"{steps[0].step.replace('_', ' ')}, {steps[0].case}"
    if steps:
        return f"{len(steps)} steps"
    return "waits for work" if live.is_served else "its process does not run"


def _notes(days: Iterable["AgentDay"], live: "Live") -> Iterable[str]:
    from countersign.cli.terminal import plain

    for order in live.orders.standing:
        if order.scope != "agent":
            yield plain(f"Stopped: {order.what}, by {order.by}: {order.reason}")
    for day in days:
        for signal in day.signals:
            yield plain(f"{'! ' if signal.is_grave else ''}{day.agent}: {signal.said}")


def _show(file: "AgentFile", live: "Live") -> None:
    from countersign.cli.tables import console, facts, table

    shown = console()
    pairs: list[tuple[str, Any]] = [
        ("agent", file.name),
        ("purpose", file.purpose),
        ("now", _state(file, live)),
        ("tier", file.tier),
        ("owner", f"{file.owner} answers for the outcome"),
        ("steward", f"{file.steward} answers for access and change"),
        ("tools", ", ".join(file.tools)),
        ("classes", ", ".join(file.classes) or "all"),
        ("policy", ", ".join(f"{one.policy} ({one.digest[:8]})" for one in file.policies)),
    ]
    shown.print(facts(pairs))
    metrics = [m for m in (file.north_star, *file.guardrails) if m is not None]
    rows = [[("north star" if not n else "guardrail"), *_measured(m)] for n, m in enumerate(metrics)]
    right = ["now", "aim", "of"]
    shown.print(table(["", "measure", *right, "met", "what it means"], rows, right=right))
    versions = [
        [
            one.version,
            f"{one.enrolled_at:%Y-%m-%d %H:%M}",
            "works" if one.until is None else f"until {one.until:%Y-%m-%d %H:%M}",
            one.model or "rules",
            one.digest[:16],
            one.key[:16],
            one.record,
            ", ".join(f"{e.klass} {_f1(e.value)}" for e in one.evaluations),
        ]
        for one in file.versions
    ]
    heads = ["version", "enrolled", "state", "model", "content hash", "key", "record", "F1 on frozen cases"]
    shown.print(table(heads, versions, right=["record"]))


def _measured(metric: "Metric") -> list[Any]:
    from countersign.insight.signals import valued

    bound = "≥" if metric.more_is_better else "≤"
    met = {True: "yes", False: "no", None: ""}[metric.is_met]
    value = "not measured" if metric.value is None else valued(metric.unit, metric.value)
    aim = "" if metric.target is None else f"{bound} {valued(metric.unit, metric.target)}"
    return [metric.name.replace("_", " "), value, aim, metric.sample, met, metric.said]


def _used(use: "BudgetUse") -> tuple[str, str]:
    from countersign.insight.tell_control import amount, seconds

    if use.what.startswith("money"):
        return f"{amount(use.used)} {use.currency}", f"{amount(use.limit)} {use.currency}"
    if use.what.startswith("seconds"):
        return seconds(use.used), seconds(use.limit)
    return f"{use.used:,}", f"{use.limit:,}"


def _f1(value: int | None) -> str:
    return "" if value is None else f"{value / 1_000_000:.3f}"


def _day(desk: "DeskAgents", name: str) -> "AgentDay":
    from countersign.domain.agents_seen import AgentDay

    return next((day for day in desk.today().agents if day.agent == name), AgentDay(agent=name))

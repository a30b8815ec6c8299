"""`workflow`: which steps a case takes and who does them, and changing that with a second person."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.terminal import emit
from countersign.domain.errors import Trouble

if TYPE_CHECKING:
    from countersign.domain.plan import Plan
    from countersign.wiring.plans import PlanChange

commands = typer.Typer(
    name="workflow",
    help="The steps that cases take, and who does each: agent, person or system. Two people change them.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A plan as YAML, as `workflow show` prints it.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="For the record; it names no one.")]


@commands.command("list")
def list_(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Say which plans are active and what waits for a second person."""
    from countersign.wiring.plans import history, reviews, shares

    with reviews(home_of(context, home)) as desk:
        latest = {one.plan: one for one in history(desk.store) if one.what != "proposed"}
        waiting = desk.waiting()
    if as_json:
        for one in latest.values():
            emit({**_told(one), "classes": one.steps.classes, "shares": shares(one.steps)})
        for proposal in waiting:
            told = proposal.event.model_dump(mode="json", include={"plan", "digest", "reason"})
            emit({"waits": True, **told, "by": proposal.event.signature.name, "record": proposal.record})
        return 0
    from countersign.cli.tables import console, table

    heads = ["plan", "classes", "agents", "people", "system", "digest", "since", "by"]
    rows = [
        [
            one.plan,
            ", ".join(one.steps.classes) or "every case begins with it",
            *shares(one.steps).values(),
            one.digest[:8],
            f"{one.at:%Y-%m-%d %H:%M}",
            one.by if one.proposed_by is None else f"{one.proposed_by}, {one.by}",
        ]
        for one in latest.values()
    ]
    console().print(table(heads, rows, right=["agents", "people", "system"]))
    for proposal in waiting:
        console().print(
            f"Waits for a second person: {proposal.event.plan} ({proposal.event.digest[:8]}), proposed by "
            f"{proposal.event.signature.name}: {proposal.event.reason}. To adopt it: countersign workflow "
            f"adopt {proposal.event.plan}"
        )
    return 0


@commands.command()
def show(
    context: typer.Context,
    klass: Annotated[str, typer.Argument(metavar="CLASS", help="A class, or the name of a plan.")],
    proposal: Annotated[bool, typer.Option("--proposal", help="What is proposed in its place.")] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Print the plan that new cases of a class follow, as a file that can be changed and proposed."""
    from countersign.wiring.plans import reviews

    with reviews(home_of(context, home)) as desk:
        plans = desk.plans()
        active = plans.active()
        if klass not in desk.words.classes and klass not in active:
            known = ", ".join(sorted({*desk.words.classes, *active}))
            raise Trouble(f"There is no class {klass!r}. There are: {known}.")
        plan = active[klass] if klass in active else plans.of(klass)
        if proposal:
            found = next((p for p in desk.waiting() if p.event.plan == plan.name), None)
            if found is None:
                raise Trouble(f"Nothing is proposed in place of the plan {plan.name}.")
            plan = desk.planning.check(found.event.text, plan.name)
    _show(plan, as_json)
    return 0


@commands.command()
def check(context: typer.Context, file: File, home: Where = None, as_json: AsJson = False) -> int:
    """Say whether a file is a plan that could be proposed, or where it is wrong; changes nothing."""
    from countersign.wiring.plans import reviews, shares

    with reviews(home_of(context, home)) as desk:
        plan = desk.planning.check(_text(file), file.name)
    if as_json:
        emit({"plan": plan.name, "digest": plan.digest, "classes": plan.classes, "shares": shares(plan)})
        return 0
    from countersign.cli.tables import console

    told = ", ".join(f"{who} {count}" for who, count in shares(plan).items())
    console().print(f"{file.name} is a sound plan {plan.name} ({plan.digest[:8]}). Steps: {told}.")
    return 0


@commands.command()
def propose(
    context: typer.Context, file: File, *, reason: Why, home: Where = None, as_json: AsJson = False
) -> int:
    """Propose a plan, signed in your name; nothing follows it until a second person adopts it."""
    from countersign.wiring.plans import reviews

    with reviews(home_of(context, home), signs=True) as desk:
        event = desk.planning.propose(_text(file), file.name, reason)
    if as_json:
        emit({"plan": event.plan, "digest": event.digest, "proposed_by": event.signature.name})
        return 0
    from countersign.cli.tables import console

    console().print(
        f"Proposed {event.plan} ({event.digest[:8]}). A second person reads it with `countersign workflow "
        f"show {event.plan} --proposal` and adopts it with `countersign workflow adopt {event.plan}`."
    )
    return 0


@commands.command()
def adopt(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="The plan, or the first digits of its digest.")],
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Adopt what another person proposed; new cases follow it within a second, others finish on theirs."""
    from countersign.wiring.plans import reviews

    with reviews(home_of(context, home), signs=True) as desk:
        event = desk.planning.adopt(plan)
    adopted_by = event.signature.name if event.signature else ""
    if as_json:
        told = {"plan": event.plan, "digest": event.digest, "proposed_by": event.proposed_by}
        emit({**told, "adopted_by": adopted_by})
        return 0
    from countersign.cli.tables import console

    console().print(
        f"New cases follow {event.plan} ({event.digest[:8]}) from here on, proposed by {event.proposed_by}, "
        f"adopted by {adopted_by}. Cases under way finish on the plan that they began with."
    )
    return 0


@commands.command("history")
def history_(
    context: typer.Context,
    plan: Annotated[str | None, typer.Argument(metavar="PLAN", help="One plan alone.")] = None,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Say who proposed and adopted which plan, and when."""
    from countersign.wiring.plans import history, reviews, shares

    with reviews(home_of(context, home)) as desk:
        found = history(desk.store, plan)
    if plan is not None and not found:
        raise Trouble(f"There was never a plan {plan!r}. `countersign workflow list` says which there are.")
    if as_json:
        for one in found:
            emit({**_told(one), "shares": shares(one.steps)})
        return 0
    from countersign.cli.tables import console, table

    heads = ["record", "at", "plan", "digest", "what", "by", "steps of agents", "of people", "reason"]
    rows = [
        [
            one.record,
            f"{one.at:%Y-%m-%d %H:%M}",
            one.plan,
            one.digest[:8],
            one.what,
            one.by,
            shares(one.steps)["agent"],
            shares(one.steps)["person"],
            one.reason,
        ]
        for one in found
    ]
    console().print(table(heads, rows, right=["record", "steps of agents", "of people"]))
    return 0


def _told(one: "PlanChange") -> dict[str, object]:
    return one.model_dump(mode="json", exclude={"steps"})


def _show(plan: "Plan", as_json: bool) -> None:
    if as_json:
        emit(plan.model_dump(mode="json"))
    else:
        typer.echo(plan.text, nl=not plan.text.endswith("\n"))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{file} cannot be read: {error}. Name a plan as YAML.") from error

"""`learning`: what the desk has learned from approved cases, how good it is, and how it is forgotten."""

from typing import TYPE_CHECKING, Annotated

import typer

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.terminal import emit, plain

if TYPE_CHECKING:
    from countersign.domain.event import LessonsLearned
    from countersign.domain.learning import ClassLearning

commands = typer.Typer(
    name="learning",
    help="What the desk has learned from what people approved. Without a command, it is shown.",
)

Klass = Annotated[str | None, typer.Option("--class", metavar="NAME", help="The class that is meant.")]


@commands.callback(invoke_without_command=True)
def show(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int | None:
    """Show for each class how many cases taught it, how it reads since, and what was forgotten."""
    if context.invoked_subcommand is not None:
        context.obj = home if home is not None else context.obj
        return None
    from countersign.wiring.learning import seen

    with seen(home_of(context, home)) as found:
        if as_json:
            for one in found:
                emit(one)
        else:
            _tell(found)
    return 0


@commands.command()
def forget(
    context: typer.Context,
    *,
    klass: Annotated[str, typer.Option("--class", metavar="NAME", help="The class that is meant.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="For the record; it names no one.")],
    case: Annotated[str | None, typer.Option("--case", metavar="CASE", help="What this case taught.")] = None,
    counterparty: Annotated[
        str | None, typer.Option("--counterparty", metavar="NAME", help="What all cases of theirs taught.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was learned about the class.")] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Have the desk forget what approved cases taught it; the cases themselves stay as they are."""
    from countersign.cli.tables import console
    from countersign.domain.errors import Trouble
    from countersign.insight.tell import counted
    from countersign.wiring.learning import tutor

    if (case is not None) + (counterparty is not None) + everything != 1:
        raise Trouble("Say what is to be forgotten: --case, --counterparty or --all.")
    with tutor(home_of(context, home)) as learning:
        if case is not None:
            count = learning.forget_case(klass, case, reason)
        elif counterparty is not None:
            count = learning.forget_counterparty(klass, counterparty, reason)
        else:
            count = learning.forget_class(klass, reason)
    if as_json:
        emit({"class": klass, "forgotten": count, "reason": reason})
    else:
        console().print(
            f"Forgotten: what {counted(count, 'case', 'cases')} taught. What is left is learned anew in the "
            "background; `countersign learning` shows it."
        )
    return 0


@commands.command()
def relearn(context: typer.Context, klass: Klass = None, home: Where = None, as_json: AsJson = False) -> int:
    """Fit lessons anew to what people approved, now; they are used only if they win."""
    from countersign.cli.tables import console
    from countersign.wiring import learning

    rounds = learning.relearn(home_of(context, home), klass)
    for one in rounds:
        if as_json:
            emit(one)
        else:
            console().print(plain(_said(one)))
    if not rounds and not as_json:
        console().print("Nobody has approved a case yet, so there is nothing to learn from.")
    return 0


def _said(one: "LessonsLearned") -> str:
    from countersign.insight.tell import counted

    figures = f"documents held back are read at {_share(one.f1_after)}, before at {_share(one.f1_before)}"
    outcome = "in use from now on" if one.is_admitted else "not better, so nothing changes"
    return f"{one.klass}, {counted(one.documents, 'document', 'documents')}: {figures}; {outcome}."


def _tell(found: "tuple[ClassLearning, ...]") -> None:
    from countersign.cli.tables import console, table
    from countersign.insight.tell import counted

    rows = [
        [
            one.klass,
            one.approved,
            _in_use(one),
            _share(one.rounds[-1].f1) if one.rounds else "",
            f"{one.next_at:,}" if one.next_at > one.approved else "now",
            "; ".join(f"after {r.documents:,}: {_share(r.f1)}" for r in one.rounds[-6:]),
        ]
        for one in found
        if one.approved or one.rounds or one.forgotten
    ]
    if not rows:
        console().print(
            "Nothing is learned yet. Approve a case: what you confirm on it, the next document of its kind "
            "is read with."
        )
        return
    heads = ["class", "approved", "in use", "reads at", "learns again at", "learning curve"]
    console().print(table(heads, rows, right=["approved", "reads at", "learns again at"]))
    for one in found:
        for forgotten in one.forgotten:
            cases = counted(len(forgotten.cases), "case", "cases")
            when = f"{forgotten.at:%Y-%m-%d %H:%M}"
            console().print(
                plain(f"Forgotten of {one.klass}: {cases}, by {forgotten.by}, {when}: {forgotten.reason}.")
            )


def _in_use(one: "ClassLearning") -> str:
    if one.in_force is not None:
        return f"lessons of {one.in_force.documents:,}, and the places since"
    if not one.approved:
        return "nothing"
    return "the places" + (", lessons did not win" if one.rounds else "")


def _share(f1: int) -> str:
    return f"{f1 / 1_000_000:.2f}"

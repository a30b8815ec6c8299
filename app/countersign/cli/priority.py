"""`priority`: which of the waiting cases the agents take first."""

from typing import Annotated

import typer

from countersign.cli.options import AsJson, Where, home_of

commands = typer.Typer()


@commands.command()
def priority(
    context: typer.Context,
    case: Annotated[
        str,
        typer.Argument(metavar="CASE", help="The number of a case, or its file, counterparty or number."),
    ],
    to: Annotated[
        int,
        typer.Argument(metavar="N", help="Higher goes first; 0 is where cases begin. After -- if negative."),
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; stays on the record.")],
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Move a case forward or back among those that wait for the agents."""
    from countersign.cli.tables import console
    from countersign.cli.terminal import emit
    from countersign.wiring.priority import prioritise

    file = prioritise(home_of(context, home), case, to, reason)
    if as_json:
        emit({"case": file.id, "priority": to})
    else:
        place = "before" if to > 0 else "after" if to < 0 else "among"
        console().print(f"{file.documents[0].name} is taken {place} the others (priority {to}).")
    return 0

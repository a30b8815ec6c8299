"""`trace`: the agents' steps of a case in order, in words, as JSON, or as OpenTelemetry spans in a file."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.terminal import emit, plain
from countersign.domain.errors import Trouble
from countersign.settings.home import Home

commands = typer.Typer()

Case = Annotated[
    str | None,
    typer.Argument(
        metavar="[CASE]", help="The number of a case, or its file, counterparty or printed number."
    ),
]
Spans = Annotated[
    Path | None,
    typer.Option("--otlp", metavar="FILE", help="Write OpenTelemetry spans (OTLP JSON, a case a line)."),
]
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since", metavar="DAY", formats=["%Y-%m-%d"], help="All that came in on that day or later."
    ),
]
Klass = Annotated[
    str | None, typer.Option("--class", metavar="CLASS", help="All of a kind, such as invoice.")
]
Values = Annotated[
    bool,
    typer.Option("--values", help="Write what was read into the spans, too; auditors and team leads may."),
]


@commands.command()
def trace(
    context: typer.Context,
    case: Case = None,
    *,
    otlp: Spans = None,
    since: Since = None,
    klass: Klass = None,
    values: Values = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Show what the agents did with a case, step by step: what they found and dropped, and what it cost."""
    is_many = since is not None or klass is not None
    if case is None and not is_many:
        raise Trouble("Name a case, or with --since DAY or --class CLASS the cases whose traces you want.")
    if case is not None and is_many:
        raise Trouble("Name one case, or many by --since and --class, not both.")
    if is_many and otlp is None and not as_json:
        raise Trouble("Many traces go to a file, --otlp FILE, or as JSON to a pipe, --json.")
    root = home_of(context, home)
    if case is not None:
        return _one(root, case, otlp, values, as_json)
    return _many(root, (since, klass), otlp, values)


def _one(home: Home, case: str, otlp: Path | None, values: bool, as_json: bool) -> int:
    from countersign.cli.tables import console
    from countersign.insight.trace_page import sections, summary
    from countersign.wiring.trace import traces, write_spans

    with traces(home) as desk:
        if otlp is not None:
            if values:
                desk.check_may_tell_values()
            write_spans(iter([desk.of(case, values=values)]), otlp)
            typer.echo(plain(f"{otlp} holds the spans of {case}."), err=as_json)
            return 0
        told = desk.of(case)
    if as_json:
        emit(told)
        return 0
    from countersign.cli import pages

    pages.headed(f"Case {told.case}: {summary(told)}", sections(told), console())
    return 0


def _many(home: Home, chosen: tuple[datetime | None, str | None], otlp: Path | None, values: bool) -> int:
    from countersign.insight.tell import counted
    from countersign.wiring.trace import traces, write_spans

    since, klass = chosen
    with traces(home) as desk:
        if values:
            desk.check_may_tell_values()
        told = desk.since(since.date() if since else None, klass, values=values)
        if otlp is None:
            for one in told:
                emit(one)
            return 0
        count = write_spans(told, otlp)
    typer.echo(plain(f"{otlp} holds the spans of {counted(count, 'case', 'cases')}."))
    return 0

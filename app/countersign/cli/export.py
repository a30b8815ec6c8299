"""`export`: cases in one zip file that a stranger can verify without this program."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.terminal import emit, plain
from countersign.domain.errors import Trouble
from countersign.domain.time import iso

if TYPE_CHECKING:
    from countersign.insight.bundle.scope import Bundle, Preview

commands = typer.Typer()


class Kept(StrEnum):
    """What may stay in the house."""

    DOCUMENTS = "documents"
    VALUES = "values"


Cases = Annotated[
    list[str] | None,
    typer.Option("--case", metavar="CASE", help="A case by its number or name; once for each case."),
]
Since = Annotated[
    datetime | None,
    typer.Option("--since", metavar="DAY", formats=["%Y-%m-%d"], help="It came in on that day or later."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="DAY", formats=["%Y-%m-%d"], help="It came in on that day or before."),
]
Klass = Annotated[str | None, typer.Option("--class", metavar="CLASS", help="Its kind, such as invoice.")]
Agent = Annotated[
    str | None, typer.Option("--agent", metavar="AGENT", help="An agent, or one version, had a part in it.")
]
Person = Annotated[str | None, typer.Option("--person", metavar="ID", help="A person had a part in it.")]
Policy = Annotated[
    str | None, typer.Option("--policy", metavar="DIGEST", help="That policy decided it; 8 digits do.")
]
Stays = Annotated[
    list[Kept] | None, typer.Option("--withhold", help="What is kept back; the bundle verifies all the same.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="X.zip", help="The file to write.")]


@commands.command()
def export(
    context: typer.Context,
    *,
    cases: Cases = None,
    since: Since = None,
    until: Until = None,
    klass: Klass = None,
    agent: Agent = None,
    person: Person = None,
    policy: Policy = None,
    withhold: Stays = None,
    out: Out = None,
    previews: Annotated[
        bool, typer.Option("--preview", help="Say what would go in; record and write nothing.")
    ] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Write cases to a zip file that anyone can verify; that you did, and what you left out, is recorded."""
    from countersign.cli.progress import counted
    from countersign.insight.bundle.scope import Scope, Withhold
    from countersign.wiring.export import exports

    if out is None and not previews:
        raise Trouble("Name the file to write, --out X.zip, or see with --preview what would go in.")
    stays = Withhold(**{kept.value: True for kept in withhold or ()})
    with exports(home_of(context, home)) as desk:
        scope = Scope(
            case=desk.named(cases or []),
            since=since.date() if since else None,
            until=until.date() if until else None,
            klass=klass,
            agent=agent,
            person=person,
            policy=policy,
        )
        if out is None or previews:
            _show(desk.preview(scope, stays), as_json)
            return 0
        with counted("exporting", as_json) as progress:
            bundle = desk.export(scope, stays, out, progress)
    _tell(bundle, as_json)
    return 0


def _show(preview: "Preview", as_json: bool) -> None:
    from countersign.cli.tables import console, facts, table

    if not preview.cases:
        raise Trouble("No case fits, so there is nothing to export. Choose others.")
    if as_json:
        emit(preview)
        return
    span = f"{iso(preview.first)} to {iso(preview.last)}" if preview.first and preview.last else ""
    told = [
        ("cases", f"{preview.cases:,}"),
        ("records", f"{preview.records:,}, {span}"),
        ("documents", f"{preview.documents:,}"),
        ("size", f"about {preview.bytes_estimate / 1e6:,.1f} MB"),
    ]
    console().print(facts(told))
    rows = [("goes in", part.name, f"{part.count:,}", part.why) for part in preview.goes_in]
    rows += [("stays", part.name, f"{part.count:,}", part.why) for part in preview.withheld]
    console().print(table(["", "what", "count", "why"], rows, right=["count"]))
    for warning in preview.warnings:
        console().print(plain(f"Mind: {warning}"))


def _tell(bundle: "Bundle", as_json: bool) -> None:
    from countersign.cli.tables import console
    from countersign.insight.tell import counted

    if as_json:
        emit(bundle)
        return
    console().print(
        plain(
            f"{bundle.path} holds {bundle.records:,} records of {counted(bundle.cases, 'case', 'cases')} "
            f"({bundle.bytes / 1e6:,.1f} MB). Tell the receiver the fingerprint of the desk's key by another "
            f"way: {bundle.fingerprint}"
        )
    )

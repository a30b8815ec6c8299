"""`class`: the kinds of case that a desk knows, and how another one is added."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countersign.cli.options import AsJson, Where, home_of
from countersign.cli.terminal import emit, plain

if TYPE_CHECKING:
    from countersign.domain.klass import ClassDef

commands = typer.Typer(name="class", help="The kinds of case that this desk knows.", no_args_is_help=True)


@commands.command("list")
def list_(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Name the classes, those that ship and the desk's own."""
    from countersign.cli.tables import console, table
    from countersign.wiring import classes

    found = classes.listed(home_of(context, home))
    if as_json:
        for one in found:
            emit({**_summary(one.klass), "own": one.is_own})
        return 0
    rows = [
        [
            one.klass.name,
            one.klass.label.get("en", ""),
            len(one.klass.fields),
            ", ".join(each.name for each in one.klass.tables),
            "yes" if one.is_own else "",
        ]
        for one in found
    ]
    console().print(table(["class", "label", "fields", "tables", "the desk's own"], rows, right=["fields"]))
    return 0


@commands.command()
def add(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A YAML file; see the guide.")] = None,
    *,
    from_example: Annotated[
        str | None, typer.Option("--from-example", metavar="NAME", help="Take an example that ships.")
    ] = None,
    replaces: Annotated[
        bool, typer.Option("--replace", help="Let it take the place of a class of that name.")
    ] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Check a class and add it to the desk; say what was understood."""
    from countersign.cli.tables import console, table
    from countersign.domain.errors import Trouble
    from countersign.wiring import classes

    if (file is None) == (from_example is None):
        raise Trouble(
            f"Name a file, or one of the examples: --from-example {' | '.join(classes.examples())}."
        )
    source = classes.example(from_example) if from_example else file
    added = classes.add(home_of(context, home), source or Path(), replaces=replaces)
    if as_json:
        emit({**_summary(added.klass), "file": added.file, "replaces": added.replaces, "notes": added.notes})
        return 0
    klass = added.klass
    rows = [
        [f.name, f.title(), f.type.value, "required" if f.required else "", "several" if f.many else ""]
        for f in klass.fields
    ]
    console().print(table(["field", "label", "type", "", ""], rows))
    for each in klass.tables:
        console().print(plain(f"Table {each.name}: {', '.join(column.name for column in each.columns)}."))
    for note in added.notes:
        console().print(plain(f"{note}."))
    console().print(
        plain(f"The class {klass.name} is added as {added.file}. Open desks and agents know it in a moment.")
    )
    return 0


def _summary(klass: "ClassDef") -> dict[str, object]:
    return {
        "class": klass.name,
        "label": klass.label,
        "fields": [
            {"name": f.name, "type": f.type.value, "required": f.required, "many": f.many}
            for f in klass.fields
        ],
        "tables": [each.name for each in klass.tables],
    }

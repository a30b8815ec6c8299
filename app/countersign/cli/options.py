"""What several commands take, and how they find the desk that is meant."""

from pathlib import Path
from typing import Annotated

import typer

from countersign.cli import asking
from countersign.settings import home as homes

Where = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="The desk's folder; else COUNTERSIGN_HOME, else the platform's data folder.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, one object a line.")]


def home_of(context: typer.Context, named: Path | None) -> homes.Home:
    """Return the home named after the command, else before it, else by the environment."""
    return homes.find(named if named is not None else context.obj, ask=asking.hidden)

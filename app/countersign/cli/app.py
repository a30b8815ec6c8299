"""The commands, each a few lines: what it takes, and which module does the job."""

from pathlib import Path
from typing import Annotated

import typer

from countersign import __version__
from countersign.domain.base import Frozen
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
Case = Annotated[
    str,
    typer.Argument(metavar="CASE", help="The number of a case, or its file, counterparty or printed number."),
]


class Window(Frozen):
    """The wish to open the desk; only `__main__` may grant it, because no other door knows Qt."""

    home: Path
    bring_in: tuple[Path, ...] = ()


class Agents(Frozen):
    """The wish to run the agents; `__main__` grants it, because the doors do not know each other."""

    home: Path
    as_json: bool = False


app = typer.Typer(
    name="countersign",
    help="The document desk where agents sign and people countersign. Without a command, the desk opens.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def bare(
    context: typer.Context,
    home: Where = None,
    version: Annotated[bool, typer.Option("--version", help="Say the version and end.")] = False,
) -> Window | None:
    """Open the desk when no command is named."""
    if version:
        typer.echo(f"countersign {__version__}")
        return None
    context.obj = home
    if context.invoked_subcommand is None:
        return Window(home=homes.find(home).root)
    return None


def _home(context: typer.Context, named: Path | None) -> homes.Home:
    """Return the home named after the command, else before it, else by the environment."""
    return homes.find(named if named is not None else context.obj)


@app.command()
def desk(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Taken in at once.")] = None,
    home: Where = None,
    or_process: Annotated[
        bool, typer.Option("--or-process", help="With no display, process the files without a window.")
    ] = False,
) -> Window | int:
    """Open the desk, as the bare command does."""
    from countersign.cli import display

    root = _home(context, home)
    why = display.trouble()
    if why is None or not (or_process and paths):
        return Window(home=root.root, bring_in=tuple(paths or ()))
    from countersign.cli import process

    typer.echo(f"{why}\nProcessing without a window instead.", err=True)
    return process.run(root, paths, as_json=False)


@app.command()
def process(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files and folders.")],
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Take files and folders in, let the agents work, and say what became of each document."""
    from countersign.cli import process as job

    return job.run(_home(context, home), paths, as_json)


@app.command()
def show(context: typer.Context, case: Case, home: Where = None, as_json: AsJson = False) -> int:
    """Show a case as it stands: fields, confidence, evidence, reasons."""
    from countersign.cli import cases

    return cases.show(_home(context, home), case, as_json)


@app.command()
def explain(context: typer.Context, case: Case, home: Where = None, as_json: AsJson = False) -> int:
    """Say who decided a case: agents, evidence, policy, reasons, signatures."""
    from countersign.cli import cases

    return cases.explain_case(_home(context, home), case, as_json)


@app.command()
def verify(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Check the whole record: every hash, every signature; name the first thing that is wrong."""
    from countersign.cli import record

    return record.verify(_home(context, home), as_json)


@app.command()
def rebuild(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Make every view anew from the record alone."""
    from countersign.cli import record

    return record.rebuild(_home(context, home), as_json)


@app.command()
def worker(context: typer.Context, home: Where = None, as_json: AsJson = False) -> Agents:
    """Run the agents for this desk until told to stop (Ctrl+C)."""
    return Agents(home=_home(context, home).root, as_json=as_json)


@app.command()
def doctor(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Say what this machine lacks and how to mend it."""
    from countersign.cli import doctor as checks

    return checks.run(_home(context, home), as_json)

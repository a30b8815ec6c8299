"""The commands, each a few lines: what it takes, and which module does the job."""

from pathlib import Path
from typing import Annotated

import typer

from countersign import __version__
from countersign.cli import (
    agents,
    bundle,
    classes,
    evaluate,
    export,
    keys,
    learning,
    models,
    people,
    priority,
    trace,
    train,
    workflow,
)
from countersign.cli.options import AsJson, Where
from countersign.cli.options import home_of as _home
from countersign.domain.base import Frozen
from countersign.settings import home as homes

Case = Annotated[
    str,
    typer.Argument(metavar="CASE", help="The number of a case, or its file, counterparty or printed number."),
]

Order = Annotated[
    str,
    typer.Option("--order", metavar="TEXT", help="By whose order: a reference that tells nothing of it."),
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


app.add_typer(people.commands)
app.add_typer(keys.commands)
app.add_typer(export.commands)
app.add_typer(bundle.commands)
app.add_typer(evaluate.commands)
app.add_typer(train.commands)
app.add_typer(classes.commands)
app.add_typer(learning.commands)
app.add_typer(models.commands)
app.add_typer(priority.commands)
app.add_typer(trace.commands)
app.add_typer(workflow.commands)
app.add_typer(agents.commands)


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
def explain(
    context: typer.Context,
    case: Case,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help="Write the page as a PDF instead.")
    ] = None,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Say who decided a case: agents, evidence, policy, reasons, signatures, and how far it is proven."""
    from countersign.cli import cases

    return cases.explain_case(_home(context, home), case, as_json, pdf)


@app.command()
def verify(
    context: typer.Context,
    since: Annotated[
        Path | None,
        typer.Option(
            metavar="CHECKPOINT-FILE", help="Check what came after this signed head; hash what it covers."
        ),
    ] = None,
    is_incremental: Annotated[
        bool,
        typer.Option("--incremental", help="Go on from where the last verification ended or was stopped."),
    ] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Check the whole record: every hash, every signature; name the first thing that is wrong."""
    from countersign.cli import record

    return record.verify(_home(context, home), as_json, since, is_incremental=is_incremental)


@app.command()
def checkpoint(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    home: Where = None,
) -> int:
    """Print the newest signed head of the record, to hand to an auditor or for `verify --since`."""
    from countersign.cli import record

    return record.checkpoint(_home(context, home), out)


@app.command()
def retention(
    context: typer.Context,
    applies: Annotated[bool, typer.Option("--apply", help="Erase what is due and not held.")] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Show which settled cases the policy no longer keeps; with --apply, erase them."""
    from countersign.cli import retention as job

    return job.retention(_home(context, home), applies, as_json)


@app.command()
def hold(
    context: typer.Context,
    case: Case,
    order: Order,
    *,
    lifts: Annotated[bool, typer.Option("--lift", help="Lift the hold of that order.")] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Keep a case from being erased, or lift such a hold; signed in your name."""
    from countersign.cli import retention as job

    return job.hold(_home(context, home), case, order, lifts, as_json)


@app.command()
def erase(
    context: typer.Context,
    case: Case,
    order: Order,
    *,
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask for the case's number.")] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Erase a settled case for good: values, documents and every trace; that it was stays on the record."""
    from countersign.cli import retention as job

    return job.erase(_home(context, home), case, order, is_sure, as_json)


@app.command()
def rebuild(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Make every view anew from the record alone."""
    from countersign.cli import record

    return record.rebuild(_home(context, home), as_json)


@app.command()
def worker(context: typer.Context, home: Where = None, as_json: AsJson = False) -> Agents:
    """Run the agents for this desk until told to stop (Ctrl+C)."""
    return Agents(home=_home(context, home).root, as_json=as_json)


ByAgent = Annotated[str | None, typer.Option("--agent", metavar="NAME", help="This agent alone.")]
ByClass = Annotated[str | None, typer.Option("--class", metavar="NAME", help="Cases of this class alone.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="For the record; it names no one.")]


@app.command()
def stop(
    context: typer.Context,
    *,
    reason: Why,
    agent: ByAgent = None,
    klass: ByClass = None,
    pause: Annotated[
        bool, typer.Option("--pause", help="Let steps under way end; else they are cut off.")
    ] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Stop the agents at once; what was under way goes back to its queue, and nothing is lost."""
    from countersign.cli import stopping as job

    root = _home(context, home)
    return job.stop(root, agent=agent, klass=klass, pause=pause, reason=reason, as_json=as_json)


@app.command()
def resume(
    context: typer.Context,
    *,
    reason: Why,
    agent: ByAgent = None,
    klass: ByClass = None,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Let agents that were stopped go on."""
    from countersign.cli import stopping as job

    return job.resume(_home(context, home), agent=agent, klass=klass, reason=reason, as_json=as_json)


@app.command()
def doctor(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Say what this machine lacks and how to mend it."""
    from countersign.cli import doctor as checks

    return checks.run(_home(context, home), as_json)


@app.command()
def sync(
    context: typer.Context,
    *,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL",
            envvar="COUNTERSIGN_SHARED",
            help="The shared database: postgresql://person@host/database.",
        ),
    ],
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Make the database ready, as its owner.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Check the log there, as an auditor.")] = False,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Carry this desk's log to a shared PostgreSQL, or check it there."""
    from countersign.cli import sync as job

    if prepare:
        return job.prepare(to, as_json)
    root = _home(context, home)
    return job.check(root, to, as_json) if check else job.run(root, to, as_json)


# -- those outside who see the log -----------------------------------------------------------------------

anchor = typer.Typer(help="Show the newest head of the log to those outside, who cosign or time-stamp it.")
app.add_typer(anchor, name="anchor")
witness = typer.Typer(help="Be a witness: cosign the heads of other desks' logs.", no_args_is_help=True)
app.add_typer(witness, name="witness")

Memory = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="DIR|URL",
        envvar="COUNTERSIGN_WITNESS_STORE",
        help="The witness's folder, or postgresql://…; else the folder `witness` of the home.",
    ),
]


@anchor.callback(invoke_without_command=True)
def anchor_now(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Show the newest head to every witness and authority that is configured, now."""
    if home is not None:
        context.obj = home
    if context.invoked_subcommand is not None:
        return 0
    from countersign.cli import anchor as job

    return job.now(_home(context, home), as_json)


@anchor.command("status")
def anchor_status(context: typer.Context, home: Where = None, as_json: AsJson = False) -> int:
    """Say how far the outside has seen the log, and what is wrong; asks nobody."""
    from countersign.cli import anchor as job

    return job.status(_home(context, home), as_json)


@anchor.command("key")
def anchor_key(context: typer.Context, home: Where = None) -> int:
    """Write the line that the keeper of a witness needs to know this log."""
    from countersign.cli import anchor as job

    return job.key(_home(context, home))


@anchor.command("add-witness")
def anchor_add_witness(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the witness listens.")],
    vkey: Annotated[str, typer.Argument(metavar="KEY", help="The line that the witness says is its key.")],
    home: Where = None,
) -> int:
    """Have a witness cosign new heads from now on."""
    from countersign.cli import anchor as job

    return job.add_witness(_home(context, home), url, vkey)


@anchor.command("add-stamps")
def anchor_add_stamps(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What you call the authority.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="Where it takes requests (RFC 3161).")],
    certificate: Annotated[Path, typer.Argument(metavar="PEM", help="Its certificate, with the root.")],
    home: Where = None,
) -> int:
    """Have an authority stamp the time of new heads from now on."""
    from countersign.cli import anchor as job

    return job.add_stamps(_home(context, home), name, url, certificate)


@witness.command("init")
def witness_init(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as witness.example/1; it stays.")],
    store: Memory = None,
    home: Where = None,
) -> int:
    """Make a witness with a key of its own, and write the line by which desks know it."""
    from countersign.cli import witness as job

    return job.init(_home(context, home), store, name)


@witness.command("key")
def witness_key(context: typer.Context, store: Memory = None, home: Where = None) -> int:
    """Write the line by which desks know the witness."""
    from countersign.cli import witness as job

    return job.key(_home(context, home), store)


@witness.command("add-log")
def witness_add_log(
    context: typer.Context,
    vkey: Annotated[str, typer.Argument(metavar="KEY|FILE", help="What `countersign anchor key` printed.")],
    store: Memory = None,
    home: Where = None,
) -> int:
    """Cosign the heads of a log from now on."""
    from countersign.cli import witness as job

    return job.add_log(_home(context, home), store, vkey)


@witness.command("log")
def witness_log(
    context: typer.Context, store: Memory = None, home: Where = None, as_json: AsJson = False
) -> int:
    """Show the newest head of each log, and the heads refused, which may prove a fork."""
    from countersign.cli import witness as job

    return job.log(_home(context, home), store, as_json)


@witness.command("serve")
def witness_serve(
    context: typer.Context,
    listen: Annotated[
        str | None, typer.Option("--listen", metavar="HOST:PORT", help="Else this machine alone can ask.")
    ] = None,
    store: Memory = None,
    home: Where = None,
    as_json: AsJson = False,
) -> int:
    """Answer desks until told to stop (Ctrl+C); each request leaves one line of JSON."""
    from countersign.cli import witness as job

    return job.serve(_home(context, home), store, listen, as_json)

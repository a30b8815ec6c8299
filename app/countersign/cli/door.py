"""Runs one command line and turns whatever happens into an exit status and one clear sentence."""

import traceback
from collections.abc import Callable, Sequence

import typer

from countersign import __version__
from countersign.cli.app import Agents, Window, app
from countersign.cli.terminal import Interrupted, complain
from countersign.domain.errors import Trouble

DONE, TROUBLE, USAGE, BUG, INTERRUPTED = 0, 1, 2, 70, 130
"""Exit statuses: 70 is `EX_SOFTWARE` of sysexits.h, 130 is a shell's word for Ctrl+C."""

Wish = Window | Agents
"""What a command asks of `__main__`, which alone knows every door."""

HOW_TO_REPORT = (
    f"This is a bug in countersign {__version__}, not something you did. Nothing that was recorded is lost. "
    "Please report it with the lines above, the command, and what `countersign doctor` says; "
    "look through the lines first, they may name your files."
)


def enter(arguments: Sequence[str]) -> int | Wish:
    """Run a command line; return its exit status, or the wish that another door be opened."""
    return guarded(lambda: _run(arguments))


def guarded(job: Callable[[], int | Wish]) -> int | Wish:
    """Do a job; trouble becomes a sentence, a bug its traceback with how to report it."""
    try:
        return job()
    except typer.TyperException as error:
        if said := _said(error):
            complain(said)
        return error.exit_code
    except Trouble as error:
        complain(str(error))
        return INTERRUPTED if isinstance(error, Interrupted) else TROUBLE
    except BrokenPipeError:
        raise  # the reader of our output left: __main__ ends quietly
    except (KeyboardInterrupt, typer.Abort):
        complain("Interrupted. What is recorded is recorded; the rest goes on at the next start.")
        return INTERRUPTED
    except Exception:  # the outermost door: whatever arrives here is a bug, and is shown as one
        typer.echo(traceback.format_exc() + HOW_TO_REPORT, err=True)
        return BUG


def _said(error: typer.TyperException) -> str:
    """Say what is wrong with a line and whose help to read; nothing where the help stands there already."""
    said = error.format_message().replace("Value error, ", "").strip()
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "countersign"
    end = "" if said.endswith((".", "?", "!")) else "."
    return f"{said}{end} `{command} --help` says what there is." if said else ""


def _run(arguments: Sequence[str]) -> int | Wish:
    outcome = app(args=list(arguments), prog_name="countersign", standalone_mode=False)
    if outcome == INTERRUPTED:
        raise KeyboardInterrupt  # typer has turned it into a status, and nobody was told
    return outcome if isinstance(outcome, int | Window | Agents) else DONE

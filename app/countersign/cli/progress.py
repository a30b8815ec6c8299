"""How far along a long job is, for people who watch; pipes and JSON see nothing of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from countersign.cli.tables import console


def bar(is_silent: bool) -> Progress:
    """Return a progress bar on the error output; a bar without a terminal shows nothing."""
    watched = console(errors=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=watched,
        transient=True,
        disable=is_silent or not watched.is_terminal,
    )


@contextmanager
def counted(what: str, is_silent: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while a job runs; the job tells how many of how many are done."""
    with bar(is_silent) as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)

"""How far along a long job is, for people who watch; pipes and JSON see nothing of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from countersign.cli.tables import console


class _Rate(ProgressColumn):
    """How many a second, of late."""

    def render(self, task: Task) -> Text:
        """Return the rate, nothing while it is not known."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def bar(is_silent: bool, *more: ProgressColumn) -> Progress:
    """Return a progress bar on the error output; a bar without a terminal shows nothing."""
    watched = console(errors=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        *more,
        console=watched,
        transient=True,
        disable=is_silent or not watched.is_terminal,
    )


@contextmanager
def counted(what: str, is_silent: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while a job runs; the job tells how many of how many are done."""
    with bar(is_silent, _Rate()) as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)

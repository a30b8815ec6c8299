"""Tables for people; every text in them is made harmless first."""

import sys
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from countersign.cli.terminal import plain

WIDTH_OF_A_PIPE = 500


def console(errors: bool = False) -> Console:
    """Return the terminal for people; a pipe is as wide as any table, one line a row."""
    stream = sys.stderr if errors else sys.stdout
    width = None if stream.isatty() else WIDTH_OF_A_PIPE
    return Console(file=stream, highlight=False, emoji=False, markup=False, width=width)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> Table:
    """Lay rows out under heads; the columns named in `right` are set flush right. Nothing is cut off."""
    laid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in heads:
        laid.add_column(head, justify="right" if head in right else "left", overflow="fold")
    for row in rows:
        laid.add_row(*(Text(plain("" if cell is None else str(cell))) for cell in row))
    return laid


def facts(pairs: Iterable[tuple[str, object]]) -> Table:
    """Lay facts out, name beside content; a fact without content is left out."""
    laid = Table.grid(padding=(0, 2))
    laid.add_column(style="dim", no_wrap=True)
    laid.add_column(overflow="fold")
    for name, content in pairs:
        if content is not None and content != "":
            laid.add_row(name, Text(plain(str(content))))
    return laid

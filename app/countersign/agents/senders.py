"""Lines in small print that give a letter's sender above its addressee: both show in an envelope's window."""

from countersign.agents.addresses import is_town
from countersign.agents.sheet import Run, Sheet

_REACH = 0.45
"""Share of the page's height where letters have their window, and of its width where such a line begins."""
_SMALLER = 0.88
_APART = 3.5
"""Heights of a line between the sender and the addressee."""
_FEWEST, _MOST = 5, 18
"""Words of a name with its address."""


class Senders:
    """The lines of a first page that give its sender: which runs are theirs, and which stand right below."""

    def __init__(self, sheet: Sheet) -> None:
        found = [_sender(sheet, number) for number in sheet.by_page.get(0, ())]
        self._lines = [runs for runs in found if runs]
        self._own = {run.index for runs in self._lines for run in runs}

    def holds(self, run: Run) -> bool:
        """Say whether a run is part of such a line."""
        return run.index in self._own

    def is_right_above(self, run: Run) -> bool:
        """Say whether such a line stands right above a run, at its left edge."""
        return run.page == 0 and any(_heads(runs, run) for runs in self._lines)


def _sender(sheet: Sheet, number: int) -> list[Run]:
    """Return the runs of a line that give a name and an address in smaller print than what stands below."""
    line = sheet.lines[number]
    runs = [run for run in line if run.x0 < 0.55 * sheet.widths[0]]
    if not runs or runs[0].y0 > _REACH * sheet.heights[0] or runs[0].x0 > _REACH * sheet.widths[0]:
        return []
    words = sum(len(run.words) for run in runs)
    if not _FEWEST <= words <= _MOST or not is_town(" ".join(run.text for run in runs)):
        return []
    below = [run for lower in sheet.lines[number + 1 : number + 4] for run in lower if _heads(runs, run)]
    return runs if below and runs[0].size < _SMALLER * below[0].size else []


def _heads(runs: list[Run], run: Run) -> bool:
    upper = runs[0]
    gap = run.y0 - upper.y1
    return run.page == upper.page and abs(run.x0 - upper.x0) < 6 and -2 < gap < _APART * run.height

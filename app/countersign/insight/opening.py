"""Opens the sets that are measured on, and says what opening took."""

import sys
from pathlib import Path
from typing import Any, NamedTuple

from countersign.documents.pool import Pages
from countersign.domain.document import Refusal
from countersign.insight.jobs import Watch, Wish
from countersign.insight.told import Told, open_all
from countersign.settings.limits import Limits

if sys.platform != "win32":
    import resource


class Opening(NamedTuple):
    """The documents of a set, and what opening them took."""

    folder: Path
    told: list[Told]
    lost: list[Refusal]
    """Why documents could not be opened."""
    seconds: float | None
    """Computing time of the page children; None where the system does not tell, or where some were kept."""
    megabytes: float | None
    """Most memory that a page child took."""


def open_set(folder: Path, lines: list[dict[str, Any]], wish: Wish, watch: Watch) -> Opening:
    """Open the documents of a set, or take them from where they were kept."""
    spent, _ = _children()
    pages = Pages(wish.children, Limits())
    told: list[Told] = []
    lost: list[Refusal] = []
    try:
        opened = open_all(folder, lines, pages, wish.way, wish.children)
        for number, one in enumerate(opened, start=1):
            watch(f"opening {folder.name}", number, len(lines))
            if isinstance(one, Told):
                told.append(one)
            else:
                lost.append(one)
    finally:
        pages.close()
    after, megabytes = _children()
    is_whole = wish.way.keep is None and after is not None and spent is not None
    seconds = (after or 0.0) - (spent or 0.0) if is_whole else None
    return Opening(folder, told, lost, seconds, megabytes)


def _children() -> tuple[float | None, float | None]:
    """Return the computing time (seconds) and the most memory (megabytes) of children that have ended."""
    if sys.platform == "win32":
        return None, None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, _in_megabytes(used.ru_maxrss)


def own_megabytes() -> float | None:
    """Return the most memory that this process took so far, None where the system does not tell."""
    if sys.platform == "win32":
        return None
    return _in_megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _in_megabytes(told: int) -> float:
    return told / (1e6 if sys.platform == "darwin" else 1e6 / 1024)

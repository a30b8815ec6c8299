"""Which files a page child may read: those of the program itself, none of the user's."""

import sys
from collections.abc import Iterator
from pathlib import Path

from countersign.settings.resources import shipped


def program_files() -> Iterator[Path]:
    """Yield the files and folders that the program and its Python are made of.

    A folder in which the user's own folder lies is none of them, whatever a search path may say.
    """
    if bundle := getattr(sys, "_MEIPASS", None):
        places = [Path(sys.executable), Path(bundle)]
    else:
        searched = (Path(name) for name in sys.path if name)
        places = [Path(sys.executable), shipped("resources"), Path(sys.base_prefix) / "lib", *searched]
    return (place for place in places if place.exists() and not holds_home(place))


def holds_home(place: Path) -> bool:
    """Tell a folder in which the user's own folder lies."""
    home = user_home()
    return home is not None and home.is_relative_to(place.resolve())


def user_home() -> Path | None:
    """Return the user's own folder; None for a user who has none."""
    try:
        return Path.home().resolve()
    except RuntimeError:
        return None

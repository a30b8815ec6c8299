"""Finds the data that ships with the desk, in a checkout and in an installed build alike."""

import sys
from pathlib import Path


def shipped(*parts: str) -> Path:
    """Return the path of something under ``resources/`` or another shipped folder, such as ``db``."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).parents[3]
    return root.joinpath(*parts)

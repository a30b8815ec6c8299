"""The words that documents are made of: one YAML file a subject."""

from pathlib import Path
from typing import Any

import yaml


def load(name: str) -> dict[str, Any]:
    """Return what a file of words holds."""
    held: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    )
    return held

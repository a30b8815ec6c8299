"""Third-party test vectors: the whole sets where they are at hand, else the selection in tests/data."""

import json
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
WHOLE = _ROOT.parent / "shared" / "vectors"
SELECTED = _ROOT / "tests" / "data" / "vectors"


def is_whole(name: str) -> bool:
    """Tell whether the whole set of a name is at hand."""
    return (WHOLE / name).is_dir()


def folder(name: str) -> Path:
    """Return where the vectors of a name lie."""
    return (WHOLE if is_whole(name) else SELECTED) / name


def expect(name: str, found: int, *, whole: int) -> None:
    """Hold the number of vectors that were tried against what the set has; a selection has some."""
    assert found == whole if is_whole(name) else found > 0, f"{found} vectors of {name}"


def wycheproof(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the tests of a file of Wycheproof, each with its group."""
    groups = json.loads((folder("wycheproof") / "testvectors_v1" / f"{name}.json").read_text())["testGroups"]
    return [(group, test) for group in groups for test in group["tests"]]

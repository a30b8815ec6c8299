"""docs/record.md promises a test for every fault and attack: each that it names must be there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _tests() -> set[str]:
    """Return every test function of the house as ``file::name``."""
    found = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        found |= {f"{file.stem}::{one.name}" for one in functions if one.name.startswith("test_")}
    return found


def _rows() -> list[tuple[str, list[str]]]:
    text = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    table = text[text.index("## Faults and attacks") :]
    rows = [line.strip("|").split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    return [(row[0].strip(), re.findall(r"`(test_\w+::test_\w+)`", row[-1])) for row in rows]


def test_every_fault_and_attack_that_is_told_has_a_test_that_is_there() -> None:
    rows, tests = _rows(), _tests()
    assert len(rows) >= 28
    assert [what for what, named in rows if not named] == []
    assert {name for _, named in rows for name in named} - tests == set()

"""Bundles that are not to be believed, each made by one named function from one that is.

Who tampers: a stranger (`none`), one who makes the manifests anew (`listed`), one who seals anew
with a key of their own (`other`), and the desk itself, which holds every key (`desk`).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from tests.bundle.authority import Authority, seal_of
from tests.bundle.logs import Log, history
from tests.bundle.maker import Bag, as_json, as_line, export

CASES = ("case-00002", "case-00003", "case-00005")


@dataclass
class World:
    """A clean bundle, and what it was made from."""

    log: Log
    other: Log
    bag: Bag
    authority: Authority | None


def world(authority: Authority | None) -> World:
    log, other = history("one", 8), history("two", 8)
    return World(log, other, export(log, CASES, authority=authority), authority)


class Tamper(NamedTuple):
    """A way to tamper, what verify.py says of it, and whether the other two verifiers see it."""

    name: str
    make: Callable[[World, Path], Path]
    says: str
    sh: bool
    go: bool
    is_stamped: bool = False
    """It needs a time stamp in the bundle."""
    unpacks: bool = True
    """It harms whoever unpacks it, so the verifiers of unpacked bundles are spared."""


TAMPERS: list[Tamper] = []
Edit = Callable[[Bag, World], Bag | None]


def tamper(
    says: str, by: str, *, sh: bool = True, go: bool = False, stamped: bool = False
) -> Callable[[Edit], Edit]:
    """Register an edit of the files; the edited bundle is sealed by whom it is said."""

    def register(edit: Edit) -> Edit:
        def make(world: World, path: Path) -> Path:
            bag = world.bag.copy()
            bag = edit(bag, world) or bag
            if by == "listed":
                bag.listed()
            elif by == "other":
                bag.sealed(seal_of("stranger"))
            elif by == "desk":
                bag.sealed(world.log.seal)
            return bag.zip(path)

        TAMPERS.append(Tamper(f"{edit.__name__}_by_{by}", make, says, sh, go, stamped))
        return edit

    return register


def place(bag: Bag, name: str) -> str:
    return f"data/log/{bag.log}/{name}"


def lines_of(bag: Bag, path: str) -> list[bytes]:
    return bag.files[path].splitlines()


def put_lines(bag: Bag, path: str, lines: list[bytes]) -> None:
    bag.files[path] = b"".join(line + b"\n" for line in lines)


def at_record(bag: Bag, mark: bytes, nth: int = 0) -> int:
    """Return the line of the n-th record that holds a mark."""
    found = [at for at, line in enumerate(lines_of(bag, place(bag, "records.jsonl"))) if mark in line]
    return found[nth]


def edit_json(bag: Bag, path: str, edit: Callable[[Any], None]) -> None:
    value = json.loads(bag.files[path])
    edit(value)
    bag.files[path] = as_json(value)


def edit_line(bag: Bag, path: str, at: int, edit: Callable[[Any], None]) -> None:
    lines = lines_of(bag, path)
    value = json.loads(lines[at])
    edit(value)
    lines[at] = as_line(value).rstrip(b"\n")
    put_lines(bag, path, lines)


def evidence(bag: Bag) -> str:
    return min(name for name in bag.files if name.startswith("data/evidence/"))


def notes(bag: Bag) -> list[bytes]:
    return bag.files[place(bag, "checkpoints.txt")].split(b"=====\n")[:-1]


def put_notes(bag: Bag, found: list[bytes]) -> None:
    bag.files[place(bag, "checkpoints.txt")] = b"".join(one + b"=====\n" for one in found)


def without_line(signed: bytes, mark: str) -> bytes:
    rows = signed.decode().split("\n")
    kept = [row for row in rows if mark not in row or not row.startswith("— ")]
    assert len(kept) == len(rows) - 1
    return "\n".join(kept).encode()


def registered(*modules: ModuleType) -> list[Tamper]:
    """Return what the modules registered as they were imported."""
    assert modules
    return TAMPERS

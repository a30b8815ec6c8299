"""Who the agents are: a name, a version, a purpose, and a digest of all that decides how each one behaves."""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from countersign.domain.actor import AgentCard
from countersign.settings.resources import shipped

_AGENTS = Path(__file__).parent
_DOMAIN = _AGENTS.parent / "domain"
_VALUES = ("values", "numerals", "dates")
_IMPORT = re.compile(r"^from countersign\.agents(?:\.(\w+))? import ([\w, ]+|\([^)]*\))", re.MULTILINE)

CLASSIFIER = "classifier.local"
EINVOICE = "reader.einvoice"
WIDGETS = "reader.widgets"
LOCAL = "reader.local"
ARITHMETIC = "checker.arithmetic"
DUPLICATES = "matcher.duplicates"


@lru_cache(maxsize=1)
def cards() -> tuple[AgentCard, ...]:
    """Return the cards of all agents, in the order in which they work."""
    words = ("lexicons",)
    return (
        _card(
            CLASSIFIER,
            "Says what kind of document it is, and in which language.",
            ("classifier", "splitter", "familiar"),
            ("lexicons", "models"),
        ),
        _card(
            EINVOICE,
            "Takes over the data that an e-invoice carries, and compares it with the page.",
            ("einvoice",),
            words,
        ),
        _card(
            WIDGETS,
            "Reads what was filled into a form, be it fields still or print by now.",
            ("widgets",),
            words,
        ),
        _card(
            LOCAL,
            "Reads fields and tables from the words of the page.",
            ("local",),
            ("lexicons", "models"),
        ),
        _card(
            ARITHMETIC,
            "Checks sums, identifiers, dates and required fields, and looks for orders in the text.",
            ("arithmetic",),
            words,
        ),
        _card(
            DUPLICATES,
            "Looks in the desk's own history for the counterparty and for the same document.",
            ("duplicates",),
        ),
    )


def card(name: str) -> AgentCard:
    """Return the card of an agent."""
    return next(held for held in cards() if held.name == name)


def _with_imports(modules: Iterable[str]) -> set[str]:
    """Return modules of this room and all of it that they are made of."""
    found: set[str] = set()
    todo = list(modules)
    while todo:
        module = todo.pop()
        if module in found:
            continue
        found.add(module)
        for one, names in _IMPORT.findall((_AGENTS / f"{module}.py").read_text(encoding="utf-8")):
            todo += [one] if one else re.findall(r"\w+", names)
    return found


def _card(name: str, purpose: str, modules: tuple[str, ...], data: tuple[str, ...] = ()) -> AgentCard:
    digest = hashlib.sha256()
    files = [_AGENTS / f"{module}.py" for module in sorted(_with_imports(modules))]
    files += [_DOMAIN / f"{module}.py" for module in _VALUES]
    for folder in data:
        files += sorted(
            path for path in shipped("resources", folder).iterdir() if path.suffix in (".yaml", ".json")
        )
    for file in files:
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return AgentCard(name=name, version="1", purpose=purpose, code_digest=digest.hexdigest())

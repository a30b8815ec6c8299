"""Who the agents are: a name, a version, a purpose, and a digest of all that decides how each one behaves."""

import hashlib
from functools import lru_cache
from pathlib import Path

from countersign.domain.actor import AgentCard
from countersign.settings.resources import shipped

_AGENTS = Path(__file__).parent
_DOMAIN = _AGENTS.parent / "domain"
_LAYOUT = ("sheet", "lexicons", "labels")
_VALUES = ("values", "numerals", "dates")
_READING = (
    "patterns", "candidates", "names", "surroundings", "traits", "features", "tables", "choice", "model",
    "local",
)  # fmt: skip

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
            (*_LAYOUT, "classifier"),
            words,
        ),
        _card(
            EINVOICE,
            "Takes over the data that an e-invoice carries, and compares it with the page.",
            (*_LAYOUT, "einvoice"),
            words,
        ),
        _card(WIDGETS, "Reads the filled fields of a PDF form.", (*_LAYOUT, "widgets"), words),
        _card(
            LOCAL,
            "Reads fields and tables from the words of the page.",
            (*_LAYOUT, *_READING),
            ("lexicons", "models"),
        ),
        _card(
            ARITHMETIC,
            "Checks sums, identifiers, dates and required fields, and looks for orders in the text.",
            (*_LAYOUT, "arithmetic"),
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


def _card(name: str, purpose: str, modules: tuple[str, ...], data: tuple[str, ...] = ()) -> AgentCard:
    digest = hashlib.sha256()
    files = [_AGENTS / f"{module}.py" for module in modules] + [
        _DOMAIN / f"{module}.py" for module in _VALUES
    ]
    for folder in data:
        files += sorted(
            path for path in shipped("resources", folder).iterdir() if path.suffix in (".yaml", ".json")
        )
    for file in files:
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return AgentCard(name=name, version="1", purpose=purpose, code_digest=digest.hexdigest())

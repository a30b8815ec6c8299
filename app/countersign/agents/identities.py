"""Who the agents are: a name, a version, a purpose, and a digest of all that decides how each one behaves."""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from countersign.domain.actor import AgentCard
from countersign.settings import registry
from countersign.settings.models import Endpoint, Models
from countersign.settings.registry import Registered
from countersign.settings.resources import shipped

_AGENTS = Path(__file__).parent
_DOMAIN = _AGENTS.parent / "domain"
_VALUES = ("values", "numerals", "dates")
VERSION_DIGITS = 8
"""Digits of its content hash by which a version of an agent is called."""
_IMPORT = re.compile(r"^from countersign\.agents(?:\.(\w+))? import ([\w, ]+|\([^)]*\))", re.MULTILINE)

CLASSIFIER = "classifier.local"
EINVOICE = "reader.einvoice"
WIDGETS = "reader.widgets"
LOCAL = "reader.local"
ARITHMETIC = "checker.arithmetic"
INSTRUCTIONS = "checker.instructions"
LLM = "reader.llm"
LLM_LARGE = "reader.llm_large"
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
            model="splitter.json",
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
            model="reader_local.json",
        ),
        _card(
            ARITHMETIC,
            "Checks sums, identifiers, dates and required fields.",
            ("arithmetic",),
            words,
        ),
        _card(
            INSTRUCTIONS,
            "Looks for what a document says to software, be it seen, hidden or in a code; obeys none of it.",
            ("instructions",),
            words,
        ),
        _card(
            DUPLICATES,
            "Looks in the desk's own history for the counterparty and for the same document.",
            ("duplicates",),
        ),
    )


def model_cards(models: Models) -> tuple[AgentCard, ...]:
    """Return the cards of the agents that speak to the language models configured."""
    return tuple(
        _card(
            name,
            f"{purpose} Asks {endpoint.model}.",
            ("llm",),
            ("lexicons",),
            settings=_behaviour(endpoint),
            model=endpoint.model,
        )
        for name, purpose, endpoint in (
            (LLM, "Reads what is still open with a small language model.", models.small),
            (LLM_LARGE, "Reads what is still open then with a large language model.", models.large),
        )
        if endpoint is not None
    )


def names() -> tuple[str, ...]:
    """Return the names of all agents that the program has, also of those that nobody has configured."""
    return (*(card.name for card in cards()), LLM, LLM_LARGE)


def card(name: str) -> AgentCard:
    """Return the card of an agent that needs no configuration."""
    return next(held for held in cards() if held.name == name)


def _behaviour(endpoint: Endpoint) -> bytes:
    """Return what of an endpoint decides its answers; who pays, and how long one waits, does not."""
    return endpoint.model_dump_json(include={"url", "model", "max_input_tokens", "answers"}).encode()


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


def registered(card: AgentCard, entry: Registered) -> AgentCard:
    """Return a card with what a registry says of its agent."""
    return card.model_copy(
        update={
            "tier": entry.tier,
            "owner": entry.owner,
            "steward": entry.steward,
            "tools": entry.tools,
            "classes": entry.classes,
            "north_star": entry.north_star,
            "guardrails": entry.guardrails,
        }
    )


def _card(
    name: str,
    purpose: str,
    modules: tuple[str, ...],
    data: tuple[str, ...] = (),
    *,
    settings: bytes = b"",
    model: str | None = None,
) -> AgentCard:
    digest = hashlib.sha256(settings)
    files = [_AGENTS / f"{module}.py" for module in sorted(_with_imports(modules))]
    files += [_DOMAIN / f"{module}.py" for module in _VALUES]
    for folder in data:
        files += sorted(
            path for path in shipped("resources", folder).iterdir() if path.suffix in (".yaml", ".json")
        )
    for file in files:
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    ships = shipped("resources", "models", model) if model is not None and not settings else None
    card = AgentCard(
        name=name,
        version=digest.hexdigest()[:VERSION_DIGITS],
        purpose=purpose,
        code_digest=digest.hexdigest(),
        model=model,
        model_digest=hashlib.sha256(ships.read_bytes()).hexdigest() if ships else None,
    )
    return registered(card, registry.load()[name])

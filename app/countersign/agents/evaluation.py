"""How well an agent does on cases kept for this, as the card of its model tells (resources/models/*.md)."""

import re
from collections.abc import Mapping

from countersign.domain.actor import AgentCard
from countersign.domain.confidence import ppm
from countersign.domain.event import Figure
from countersign.settings.resources import shipped

_SETS, _FIGURES = "set", "set, class"
_F1 = "micro-F1"


def figures(card: AgentCard, before: Mapping[tuple[str, str], int]) -> tuple[Figure, ...]:
    """Return what is measured of an agent whose model ships, none for any other.

    `before` names the F1 (parts per million) of the version before, by set and class.
    """
    if card.model_digest is None or card.model is None:
        return ()
    told = shipped("resources", "models", card.model).with_suffix(".md")
    return read(told.read_text(encoding="utf-8"), before) if told.exists() else ()


def read(text: str, before: Mapping[tuple[str, str], int]) -> tuple[Figure, ...]:
    """Read the figures of a model's card, as `countersign train` writes it."""
    documents: dict[str, int] = {}
    found: list[Figure] = []
    head: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            head = []
        elif not head:
            head = cells
        elif head[0] == _SETS and re.fullmatch(r"\d+", cells[1]):
            documents[cells[0]] = int(cells[1])
        elif head[0] == _FIGURES and _F1 in head and ", " in cells[0]:
            cases, _, klass = cells[0].rpartition(", ")
            found.append(
                Figure(
                    cases=cases,
                    klass=klass,
                    documents=documents.get(cases),
                    f1=ppm(float(cells[head.index(_F1)])),
                    before=before.get((cases, klass)),
                )
            )
    return tuple(found)

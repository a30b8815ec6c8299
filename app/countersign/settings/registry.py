"""Who answers for each agent, what it may use and touch, and what it is measured by: read from YAML.

What ships stands in ``resources/agents.yaml``. A desk that wants otherwise writes ``agents.yaml`` into its
folder: another owner, another steward, or fewer classes for an agent.

    reader.local:
      owner: person:petra
      classes: [invoice, receipt]
"""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from countersign.domain.actor import Measure, Role
from countersign.domain.base import Frozen
from countersign.domain.errors import Trouble
from countersign.settings import faults, source
from countersign.settings.home import Home
from countersign.settings.resources import shipped

FILE = "agents.yaml"

TOOLS = {
    "document.words": 0,
    "document.data": 0,
    "document.form": 0,
    "document.hidden": 0,
    "desk.history": 0,
    "desk.lessons": 0,
    "model.ask": 1,
}
"""What an agent can be handed beside its own code, each with the tier from which it may be."""


def _responsible(text: str) -> str:
    kind, _, name = text.partition(":")
    if (kind == "role" and name in set(Role)) or (kind == "person" and name):
        return text
    raise ValueError("write role: with a role of the desk, or person: with a name")


def _tool(text: str) -> str:
    if text in TOOLS:
        return text
    raise ValueError(f"there is no tool {text!r}; there are {', '.join(TOOLS)}")


Responsible = Annotated[str, AfterValidator(_responsible)]
Tool = Annotated[str, AfterValidator(_tool)]
ClassName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Classes = tuple[Literal["*"]] | Annotated[tuple[ClassName, ...], Field(min_length=1)]


class Registered(Frozen):
    """An agent in the registry."""

    owner: Responsible
    """Who answers for the outcome."""
    steward: Responsible
    """Who answers for access and change."""
    tier: Annotated[int, Field(ge=0, le=4)]
    tools: tuple[Tool, ...]
    classes: Classes = ("*",)
    north_star: Measure
    guardrails: Annotated[tuple[Measure, ...], Field(min_length=2, max_length=2)]


class _Own(Frozen):
    """What a desk may say otherwise."""

    owner: Responsible | None = None
    steward: Responsible | None = None
    classes: Classes | None = None


_SHIPPED = TypeAdapter(dict[str, Registered])
_OWN = TypeAdapter(dict[str, _Own])


def load(home: Home | None = None) -> dict[str, Registered]:
    """Return the registry, as a desk has it; raises Trouble with the line of what is wrong."""
    registry = dict(_ships())
    file = home.root / FILE if home is not None else None
    if file is None or not file.exists():
        return registry
    told = source.read(file, str(file))
    try:
        own = _OWN.validate_python(told.data or {})
    except ValidationError as error:
        raise Trouble(f"{file} cannot be used: {faults.told(error, told)}. {source.MEND}") from error
    for name, entry in own.items():
        if name not in registry:
            known = ", ".join(registry)
            raise told.fault_of_name((name,), f"there is no agent {name!r}; there are {known}")
        changes = entry.model_dump(exclude_none=True)
        registry[name] = registry[name].model_copy(update=changes)
    return registry


@lru_cache(maxsize=1)
def _ships() -> dict[str, Registered]:
    return parse(source.read(shipped("resources", FILE)))


def parse(told: source.Source) -> dict[str, Registered]:
    """Read a whole registry; raises Trouble with file, line and column."""
    try:
        registry = _SHIPPED.validate_python(told.data)
    except ValidationError as error:
        raise Trouble(f"{told.name} cannot be used: {faults.told(error, told)}. {source.MEND}") from error
    for name, entry in registry.items():
        for n, tool in enumerate(entry.tools):
            if TOOLS[tool] > entry.tier:
                why = f"{tool} is for tier {TOOLS[tool]} and above, and {name} is of tier {entry.tier}"
                raise told.fault((name, "tools", n), why)
    return registry

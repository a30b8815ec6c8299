"""The steps of a plan as chips in columns: what can run side by side stands in one column."""

from dataclasses import dataclass

from countersign.domain.agents_seen import Live
from countersign.domain.plan import Plan, Step
from countersign.ui.look import agents_words as said
from countersign.ui.look import stop_words


@dataclass(frozen=True)
class Chip:
    """A step."""

    step: str
    kind: str
    """``agent``, ``person`` or ``system``."""
    by: str
    layer: str
    is_stopped: bool = False

    @property
    def spoken(self) -> str:
        """The whole for a screen reader."""
        stopped = f", {stop_words.STOPPED.lower()}" if self.is_stopped else ""
        return f"{self.step}: {said.WHO_KINDS.get(self.kind, self.kind)} {self.by}, {self.layer}{stopped}"


def waves(plan: Plan, klass: str | None, live: Live | None) -> tuple[tuple[Chip, ...], ...]:
    """Return the steps in the order in which they become ready, those of one moment together."""
    ended: frozenset[str] = frozenset()
    columns = []
    while ready := plan.ready(ended):
        columns.append(tuple(_chip(step, klass, live) for step in ready))
        ended |= {step.step for step in ready}
    return tuple(columns)


def _chip(step: Step, klass: str | None, live: Live | None) -> Chip:
    kind, _, name = step.by.partition(":")
    order = live.orders.against(step.agent, klass) if live and step.agent else None
    return Chip(
        step=step.step.replace("_", " "),
        kind=kind,
        by=name if kind == "agent" else f"{kind}: {name}".replace("_", " "),
        layer=said.LAYERS[step.layer],
        is_stopped=order is not None,
    )

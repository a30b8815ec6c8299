"""The trace of a case in plain words, as headed tables: the same on terminal, screen and paper."""

from collections.abc import Iterable, Iterator

from countersign.domain.confidence import percent
from countersign.domain.plan import Cost, StepEnd
from countersign.insight.page import Line, Section, moment
from countersign.insight.tell_control import seconds, spaced, spend
from countersign.insight.traced import Found, Place, RunTrace, StepTrace, Trace, Tried

ENDS = {
    StepEnd.DONE: "",
    StepEnd.NOTHING: "had nothing to do",
    StepEnd.FAILED: "failed",
    StepEnd.FOR_PERSON: "",
}
"""How a step ended, where that is worth a word."""
HIDDEN = "not told"
"""Stands for a value that the reader of the trace did not ask for."""


def summary(trace: Trace) -> str:
    """Say in one sentence what the agents did with a case."""
    runs = len(trace.runs)
    steps = [step for run in trace.runs for step in run.steps]
    cost = sum((step.cost for step in steps), start=Cost())
    taken = [step for step in steps if step.end in (StepEnd.DONE, StepEnd.FAILED)]
    again = f" in {runs} runs" if runs > 1 else ""
    paid = f" and {spend(cost.tokens, cost.money)}" if cost.tokens or cost.money else ""
    last = trace.runs[-1].route
    end = f"policy: {last}" if last else "policy has not decided yet"
    return (
        f"{len(taken)} of {len(steps)} steps had something to do{again}; work of "
        f"{seconds(cost.milliseconds)}{paid}; {end}."
    )


def sections(trace: Trace) -> tuple[Section, ...]:
    """Return the whole trace; a section without content is left out."""
    told = [section for run in trace.runs for section in _run(run, trace)]
    return tuple(section for section in told if section.lines or section.note)


def _run(run: RunTrace, trace: Trace) -> Iterator[Section]:
    number = f"Run {run.run}: " if len(trace.runs) > 1 else ""
    yield Section(
        title=f"{number}Steps" if not number else f"{number}steps",
        columns=("Began", "Step", "Who", "Took", "Cost", "What came of it"),
        right=frozenset({3, 4}),
        tight=frozenset({0, 1, 2, 3, 4}),
        lines=tuple(_step(step) for step in run.steps),
        note=_note(run),
    )
    heads = ("Field", "Value", "Sure", "By", "Where", "Words there", "Why")
    found = ((step, found) for step in run.steps for found in step.found if found.is_there)
    yield Section(
        title=f"{number}What was found" if not number else f"{number}what was found",
        columns=heads,
        right=frozenset({2}),
        tight=frozenset({0, 2, 3, 4}),
        lines=tuple(_found(step, one, trace.is_open) for step, one in found),
        note=_absent(run),
    )
    tried = ((step, tried) for step in run.steps for tried in step.tried)
    yield Section(
        title=f"{number}What was tried and dropped" if not number else f"{number}what was tried and dropped",
        columns=("What", "Value", "Sure", "By", "Where", "Why not"),
        right=frozenset({2}),
        tight=frozenset({0, 2, 3, 4}),
        lines=tuple(_tried(step, one, trace.is_open) for step, one in tried),
    )


def _note(run: RunTrace) -> str:
    told = [f"By the plan {followed(run)}."] if run.plan else []
    told += [f"Read with lessons {lessons}." for lessons in run.lessons]
    return " ".join((*told, *held_up(run)))


def followed(run: RunTrace) -> str:
    """Name the plan of a run that has one, and whose it is."""
    return f"{run.plan.name} ({run.plan.digest[:12]}): {run.plan.adopted}" if run.plan else ""


def held_up(run: RunTrace) -> Iterator[str]:
    """Say which orders kept a run from its agents, and for how long."""
    for order in run.held_up:
        until = f"until {moment(order.until)}" if order.until else "and it still stands"
        yield f"Held up from {moment(order.since)} {until}: {order.what} (record {order.record})."


def idle(run: RunTrace) -> Iterator[str]:
    """Name the agents of a run that had nothing to do, and why not."""
    for step in run.steps:
        if step.end is StepEnd.NOTHING:
            yield f"{step.agent} ({', '.join(step.looked_at) or 'nothing for it'})"


def _step(step: StepTrace) -> Line:
    return Line(
        cells=(
            f"{step.began:%H:%M:%S}.{step.began.microsecond // 1000:03d}",
            spaced(step.step),
            who(step),
            seconds(step.cost.milliseconds),
            spend(step.cost.tokens, step.cost.money) if step.cost.tokens or step.cost.money else "",
            what(step),
        ),
        is_good=False if step.end is StepEnd.FAILED else None,
    )


def who(step: StepTrace) -> str:
    """Name who took a step: an agent as it is enrolled, where that is known."""
    return step.identity or step.by.partition(":")[2]


def what(step: StepTrace) -> str:
    """Say what a step looked at and what came of it."""
    if step.end is StepEnd.FOR_PERSON:
        return "the plan gives this step to a person"
    ended = ENDS[step.end]
    if step.rounds > 1:
        ended = f"{ended}, after {step.rounds} rounds" if ended else f"{step.rounds} rounds"
    looked = ", ".join(step.looked_at)
    if looked and step.end is not StepEnd.NOTHING:
        looked = f"looked at {looked}"
    dropped = ", ".join(f"{one.what} ({one.why})" for one in step.tried if one.why)
    parts = (looked, *step.told, *_details(step), f"dropped: {dropped}" if dropped else "")
    said = "; ".join(part for part in parts if part)
    return f"{ended}: {said}" if ended and said else ended or said


def _details(step: StepTrace) -> Iterator[str]:
    """Give what the reasons say beyond the sentences of the step, which name them."""
    spoken = "; ".join(step.told)
    for reason in step.reasons if step.by != "system:policy" else ():
        label, _, detail = reason.partition(": ")
        yield detail if label in spoken else reason


def _found(step: StepTrace, found: Found, is_open: bool) -> Line:
    return Line(
        cells=(
            found.label,
            (found.value or "") if is_open else HIDDEN,
            percent(found.confidence),
            f"{who(step).partition('@')[0]}, {found.method}",
            where(found.place),
            _words(found.place, found.value),
            "; ".join(found.why),
        ),
        field=found.field,
        index=found.index,
        place=found.place.evidence if found.place else None,
    )


def _absent(run: RunTrace) -> str:
    absent = [f.label for step in run.steps for f in step.found if not f.is_there]
    return f"Held not to be there: {', '.join(dict.fromkeys(absent))}." if absent else ""


def _tried(step: StepTrace, tried: Tried, is_open: bool) -> Line:
    is_value = tried.confidence is not None
    return Line(
        cells=(
            tried.what,
            "" if not is_value else (tried.value or "") if is_open else HIDDEN,
            percent(tried.confidence) if tried.confidence is not None else "",
            who(step).partition("@")[0],
            where(tried.place),
            tried.why or "less likely than what was taken",
        ),
        place=tried.place.evidence if tried.place else None,
    )


def where(place: Place | None) -> str:
    """Write a place: page from 1, and its box in points."""
    if place is None:
        return ""
    box = place.evidence.box
    return f"p. {place.evidence.page + 1}: {box.x0:.0f},{box.y0:.0f}–{box.x1:.0f},{box.y1:.0f}"


def _words(place: Place | None, value: str | None) -> str:
    words = place.words if place else None
    return words if words and words != value else ""


def plainly(trace: Trace) -> Iterable[str]:
    """Write the trace as lines of text."""
    yield f"Case {trace.case}, received {moment(trace.received_at)}. {summary(trace)}"
    for section in sections(trace):
        yield ""
        yield section.title
        for line in section.lines:
            yield "  " + " | ".join(cell for cell in line.cells if cell)
        if section.note:
            yield f"  {section.note}"

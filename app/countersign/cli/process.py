"""`process`: files and folders in, what became of each out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from rich.text import Text

from countersign.cli.progress import bar
from countersign.cli.tables import console, table
from countersign.cli.terminal import complain, emit, plain
from countersign.domain.event import Route
from countersign.intake.report import Item, Outcome
from countersign.settings import catalogue
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.wiring import batch
from countersign.wiring.batch import CaseOutcome

NAMED = 4
"""Set-aside files of a kind that are named one by one; `--json` names all."""


def run(home: Home, paths: Sequence[Path], as_json: bool) -> int:
    """Process files; return 1 when a file that was named, or all of a folder, cannot be read."""
    words = catalogue.load(home)
    began = perf_counter()
    items: list[Item] = []
    outcomes: dict[str, CaseOutcome] = {}
    with bar(is_silent=as_json) as shown:
        task = shown.add_task("agents at work", total=None)

        def arrived(item: Item) -> None:
            items.append(item)
            shown.update(task, total=len({i.case for i in items if i.case}))

        for outcome in batch.process(home, paths, arrived):
            outcomes[outcome.case] = outcome
            shown.advance(task)
            if as_json:
                emit(_record(_first(items, outcome.case), outcome))
    seconds = perf_counter() - began
    if as_json:
        _emit_rest(items, outcomes, seconds)
    else:
        _print(items, outcomes, words, seconds)
    return _status(paths, items, outcomes, words)


def _first(items: Iterable[Item], case: str) -> Item:
    return next(item for item in items if item.case == case)


def _record(item: Item, outcome: CaseOutcome) -> dict[str, object]:
    """Say what became of a file, for machines."""
    return {
        "file": item.path,
        "case": outcome.case,
        "class": outcome.klass,
        "variant": outcome.variant,
        "route": outcome.route.value,
        "reasons": [reason.model_dump(mode="json") for reason in outcome.reasons],
        "seconds": round(outcome.seconds, 3),
        "again": item.outcome is Outcome.AGAIN,
    }


def _emit_rest(items: Sequence[Item], outcomes: Mapping[str, CaseOutcome], seconds: float) -> None:
    """Write what has not been told with a decision: the same bytes again, files set aside, the totals."""
    told: set[str] = set()
    for item in items:
        if item.case is None:
            emit({"file": item.path, "set_aside": item.reason})
        elif item.case in told and item.case in outcomes:
            emit(_record(item, outcomes[item.case]))
        else:
            told.add(item.case)
    routes = Counter(outcome.route for outcome in outcomes.values())
    fresh = _fresh(items)
    emit(
        {
            "documents": len(outcomes),
            "known_already": len(outcomes) - fresh,
            **{route.value: routes[route] for route in Route},
            "set_aside": sum(item.case is None for item in items),
            "seconds": round(seconds, 3),
            "documents_per_minute": round(60 * fresh / seconds, 1),
        }
    )


def _print(
    items: Sequence[Item], outcomes: Mapping[str, CaseOutcome], words: Catalogue, seconds: float
) -> None:
    to = console()
    rows = (_row(item, outcome, words) for item, outcome in _ended(items, outcomes))
    to.print(table(["file", "case", "class", "route", "reasons", "seconds"], rows, right=["seconds"]))
    routes = Counter(outcome.route for outcome in outcomes.values())
    counts = ([_spaced(route), routes[route], _share(routes[route], len(outcomes))] for route in Route)
    to.print(table(["route", "documents", "share"], counts, right=["documents", "share"]))
    for line in _set_aside(items):
        to.print(Text(plain(line)))
    fresh = _fresh(items)
    known = f", {len(outcomes) - fresh} of them known already" if fresh < len(outcomes) else ""
    rate = f", {60 * fresh / seconds:.0f} a minute" if fresh else ""
    to.print(f"{len(outcomes)} documents in {seconds:.1f} s{rate}{known}.")


def _fresh(items: Iterable[Item]) -> int:
    """Return how many documents had not come in before."""
    return len({item.case for item in items if item.outcome is Outcome.TAKEN})


def _ended(items: Iterable[Item], outcomes: Mapping[str, CaseOutcome]) -> Iterable[tuple[Item, CaseOutcome]]:
    """Pair each file with what became of its case."""
    for item in items:
        if item.case is not None and item.case in outcomes:
            yield item, outcomes[item.case]


def _row(item: Item, outcome: CaseOutcome, words: Catalogue) -> list[object]:
    reasons = dict.fromkeys(words.say(reason)[0] for reason in outcome.reasons)
    again = " (known already)" if item.outcome is Outcome.AGAIN else ""
    kind = outcome.variant or outcome.klass
    return [
        item.path + again,
        outcome.case,
        kind or "–",
        _spaced(outcome.route),
        ", ".join(reasons),
        "" if again else f"{outcome.seconds:.1f}",
    ]


def _set_aside(items: Iterable[Item]) -> Iterable[str]:
    """Name what is no document, grouped by reason, the first few of each by name."""
    by_reason: dict[str, list[str]] = {}
    for item in items:
        if item.outcome is Outcome.SET_ASIDE:
            by_reason.setdefault(item.reason, []).append(item.path)
    for reason, files in by_reason.items():
        more = f" and {len(files) - NAMED} more" if len(files) > NAMED else ""
        yield f"Set aside, {reason}: {', '.join(files[:NAMED])}{more}"


def _status(
    paths: Sequence[Path], items: Sequence[Item], outcomes: Mapping[str, CaseOutcome], words: Catalogue
) -> int:
    """Hold what was named against what could be read: of each path, at least one document must be."""
    status = 0
    for path in paths:
        here = [item for item in items if Path(item.path).is_relative_to(path)]
        ended = [outcome for _, outcome in _ended(here, outcomes)]
        if any(outcome.route is not Route.REFUSE for outcome in ended):
            continue
        status = 1
        said = [words.say(reason)[1] for outcome in ended for reason in outcome.reasons]
        why = said[0] if len(set(said)) == 1 else f"none of its {len(here)} files can be read."
        complain(f"{path}: {why or 'it holds no document.'}")
    return status


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""


def _spaced(code: str) -> str:
    return code.replace("_", " ")

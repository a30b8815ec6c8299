"""`verify` and `rebuild`: the record checked, and the views made anew from it."""

from time import perf_counter

from countersign.cli.progress import counted
from countersign.cli.tables import console
from countersign.cli.terminal import complain, emit
from countersign.settings.home import Home
from countersign.wiring.care import records


def verify(home: Home, as_json: bool) -> int:
    """Check the whole log; return 1 when something is wrong, and name the first wrong record."""
    began = perf_counter()
    with records(home) as record, counted("verifying", as_json) as progress:
        verdict = record.verify(progress)
    seconds = round(perf_counter() - began, 3)
    if as_json:
        emit({**verdict.model_dump(mode="json"), "seconds": seconds})
    elif verdict.ok:
        console().print(
            f"The record holds: {verdict.records:,} records of {verdict.cases:,} cases, "
            f"{verdict.checkpoints:,} checkpoints, {verdict.openings:,} openings, in {seconds:.1f} s."
        )
    if verdict.ok:
        return 0
    good = f"{verdict.records:,} records are good."
    complain(f"The record is damaged. {verdict.flaw} {good} Keep the folder as it is, and tell an auditor.")
    return 1


def rebuild(home: Home, as_json: bool) -> int:
    """Make every view anew from the log."""
    began = perf_counter()
    with records(home) as record, counted("rebuilding", as_json) as progress:
        read = record.rebuild(progress)
    seconds = round(perf_counter() - began, 3)
    if as_json:
        emit({"records": read, "seconds": seconds})
    else:
        console().print(f"Every view is made anew from {read:,} records, in {seconds:.1f} s.")
    return 0

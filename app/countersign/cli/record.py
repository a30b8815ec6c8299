"""`verify`, `checkpoint` and `rebuild`: the record checked, its head shown, the views made anew from it."""

from contextlib import suppress
from pathlib import Path
from time import perf_counter

import typer

from countersign.audit.verify import Verdict
from countersign.cli.progress import counted
from countersign.cli.tables import console
from countersign.cli.terminal import complain, emit
from countersign.domain.errors import Trouble
from countersign.settings.home import Home
from countersign.wiring import anchors
from countersign.wiring.care import records

LARGEST_HEAD = 100_000
"""Bytes of the largest file that can be a signed head."""


def verify(home: Home, as_json: bool, since: Path | None = None, *, is_incremental: bool = False) -> int:
    """Check the log; return 1 when something is wrong, and name the first wrong record."""
    if since is not None and is_incremental:
        raise Trouble("Say --since or --incremental, not both.")
    head = None if since is None else _read_head(since)
    began = perf_counter()
    with records(home) as record, counted("verifying", as_json) as progress:
        verdict = record.verify(progress, since=head, incremental=is_incremental)
    seconds = round(perf_counter() - began, 3)
    if as_json:
        emit({**verdict.model_dump(mode="json"), "seconds": seconds})
    elif verdict.ok:
        under = "under that head" if since else "that were checked before"
        console().print(f"The record holds: {_checked(verdict, under)}, in {seconds:.1f} s.")
    for warning in (*verdict.warnings, *anchors.alarms(home)):  # a whole record may be an older copy
        complain(warning)
    if not verdict.ok:
        complain(_damage(verdict))
    return 0 if verdict.ok else 1


def _checked(verdict: Verdict, under: str) -> str:
    """Say what was looked at, and what of it was only hashed."""
    details = f"{verdict.checkpoints:,} checkpoints, {verdict.openings:,} openings"
    if not verdict.since:
        return f"{verdict.records:,} records of {verdict.cases:,} cases, {details}"
    after = verdict.records - verdict.since
    if not after:
        return f"its {verdict.since:,} records are those {under}, and none came after: {details}"
    return (
        f"the first {verdict.since:,} records are those {under}, and the "
        f"{after:,} after them were checked one by one: {details}"
    )


def _damage(verdict: Verdict) -> str:
    keep = "Keep the folder as it is, and tell an auditor."
    if verdict.flaw_at is None:
        return (
            f"The record is not the one that the head speaks of. {verdict.flaw} Its {verdict.records:,} "
            f"records agree with each other, so one of the two is of another history. {keep}"
        )
    return f"The record is damaged. {verdict.flaw} {verdict.records:,} records are good. {keep}"


def _read_head(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST_HEAD)
    except OSError as error:
        raise Trouble(f"{file} cannot be read ({error.strerror}). Name a file with a signed head.") from error


def checkpoint(home: Home, out: Path | None) -> int:
    """Print the newest signed head, or write it to a file."""
    with records(home) as record:
        head = record.checkpoint()
    if out is None:
        typer.echo(head.decode(), nl=False)
        return 0
    part = out.with_name(f".{out.name}.part")  # a full disk leaves the head that was there before
    try:
        part.write_bytes(head)
        part.replace(out)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise Trouble(f"{out} cannot be written ({error.strerror}). Name another file.") from error
    return 0


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

"""`anchor`: the newest head of the log shown to witnesses and time-stamp authorities."""

from collections.abc import Sequence
from pathlib import Path

import typer

from countersign.cli.tables import console, facts, table
from countersign.cli.terminal import complain, emit
from countersign.domain.time import iso
from countersign.settings.home import Home
from countersign.sync.anchor import Outcome, Told
from countersign.wiring import anchors

_BAD = (Outcome.FAILED, Outcome.ALARM)


def now(home: Home, as_json: bool) -> int:
    """Show the newest head to everybody configured; return 1 when one fails or raises the alarm."""
    answers = anchors.anchor(home)
    if as_json:
        for told in answers:
            emit(told)
    else:
        _print(answers)
    return _status(answers)


def status(home: Home, as_json: bool) -> int:
    """Say how far the outside has seen the log, asking nobody; return 1 when an alarm stands."""
    found = anchors.status(home)
    if as_json:
        emit(found)
    else:
        since = f", since {found.unseen_since}" if found.unseen_since else ""
        unseen = f"{found.unseen:,} of {found.records:,} records{since}"
        console().print(facts([("log", found.log), ("seen by nobody outside", unseen)]))
        _print((*found.witnesses, *found.stamps))
    for alarm in found.alarms:
        complain(alarm)
    return int(bool(found.alarms))


def key(home: Home) -> int:
    """Write the line that the keeper of a witness needs."""
    typer.echo(anchors.status(home).log)
    return 0


def add_witness(home: Home, url: str, vkey: str) -> int:
    """Add a witness."""
    known = anchors.add_witness(home, url, vkey)
    typer.echo(f"{known.name} will cosign new heads. `countersign anchor` asks it at once.")
    return 0


def add_stamps(home: Home, name: str, url: str, certificate: Path) -> int:
    """Add an authority."""
    anchors.add_stamps(home, name, url, certificate)
    typer.echo(f"{name} will stamp new heads. `countersign anchor` asks it at once.")
    return 0


def _print(answers: Sequence[Told]) -> None:
    if not answers:
        console().print(
            "Nobody outside is configured. `countersign anchor add-witness URL KEY` adds a witness."
        )
        return
    rows = (
        [
            "witness" if told.is_witness else "time stamps",
            told.who,
            told.outcome.replace("_", " "),
            f"{told.records:,}",
            iso(told.at) if told.at else "never",
            told.why,
        ]
        for told in answers
    )
    heads = ["", "who", "outcome", "records seen", "when, by its clock", "what is wrong"]
    console().print(table(heads, rows, right=["records seen"]))


def _status(answers: Sequence[Told]) -> int:
    for told in answers:
        if told.outcome in _BAD:
            complain(told.why)
    return int(any(told.outcome in _BAD for told in answers))
